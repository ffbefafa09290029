//! `SQLite`, the embedded store: a file a UTC day, heads in their own file, and the register. The only
//! door to rusqlite.
//!
//! One thread writes. It takes what is waiting, commits the day files, then the heads, then answers:
//! WAL is not atomic across files, so heads follow and are rebuilt from the days at the next start.

mod books;
mod branches;
mod contradictions;
mod copy;
mod day_file;
mod file;
mod heads;
mod layouts;
mod purge;
mod rebuild;
mod register;
mod register_rows;
mod rows;
mod verify;
mod visits;
mod writer;

use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use domain::time::Timestamp;
use tokio::sync::oneshot;

use super::{
    ChainId, Filing, Greeted, Head, Later, Outcome, Purged, Said, Skip, Store, StoreError,
};
use crate::day::Day;
use crate::folder::{Folder, free_bytes};
use crate::metrics::{Disk, Metrics};
use books::Books;
use writer::Job;

pub use books::days_in;
pub use contradictions::{holes, rollbacks, tails};
pub use copy::copy_database;
pub use heads::read as read_heads;
pub use register::SqliteRegister;
pub use verify::{Fault, Verified, verify};
pub use visits::{Question, Visit, visits};

/// How many batches may wait for the writer before the store says that it is busy.
pub const QUEUE: usize = 128;

/// Entries and heads in the files of a folder.
pub struct SqliteStore {
    queue: SyncSender<Job>,
    writer: Mutex<Option<JoinHandle<()>>>,
    metrics: Arc<Metrics>,
    folder: Folder,
}

impl SqliteStore {
    /// Opens the files, brings the heads up to them, and starts the writer.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    pub fn open(folder: &Folder, queue: usize) -> Result<Self, StoreError> {
        let books = Books::open(folder)?;
        let (sender, jobs) = sync_channel(queue);
        let (folder, metrics) = (folder.clone(), Arc::new(Metrics::default()));
        let (at, counted) = (folder.clone(), Arc::clone(&metrics));
        let writer = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || writer::run(&at, books, &jobs, &counted))
            .map_err(|error| StoreError::Failed(error.to_string()))?;

        Ok(Self {
            queue: sender,
            writer: Mutex::new(Some(writer)),
            metrics,
            folder,
        })
    }

    async fn ask<T>(&self, job: impl FnOnce(writer::Reply<T>) -> Job) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.metrics.queued();
        self.queue.try_send(job(reply)).map_err(|error| {
            self.metrics.taken(1);
            match error {
                TrySendError::Full(_) => StoreError::Busy,
                TrySendError::Disconnected(_) => StoreError::Closed,
            }
        })?;

        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Store for SqliteStore {
    fn append(&self, filing: Filing) -> Later<'_, Outcome> {
        Box::pin(self.ask(|reply| Job::Append(Box::new(filing), reply)))
    }

    fn head(&self, chain: ChainId) -> Later<'_, Option<Head>> {
        Box::pin(self.ask(move |reply| Job::Head(chain, reply)))
    }

    fn greet(&self, said: Said) -> Later<'_, Greeted> {
        Box::pin(self.ask(|reply| Job::Greet(Box::new(said), reply)))
    }

    fn skip(&self, skip: Skip) -> Later<'_, Option<Head>> {
        Box::pin(self.ask(|reply| Job::Skip(Box::new(skip), reply)))
    }

    fn erase_before(&self, kept_from: Day, now: Timestamp) -> Later<'_, Vec<Purged>> {
        Box::pin(self.ask(move |reply| Job::Erase(kept_from, now, reply)))
    }

    fn ready(&self) -> Later<'_, ()> {
        Box::pin(self.ask(Job::Ready))
    }

    fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    fn disk(&self) -> Option<Disk> {
        free_bytes(&self.folder.days()).map(|free| Disk { free })
    }

    fn is_open(&self) -> bool {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);

        writer.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    fn close(&self) {
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // A writer that is gone hears nothing, and there is nothing left to tell it.
        let _ = self.queue.send(Job::Stop);
        if writer.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer ended by a fault of its own");
        }
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.close();
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) {
            return Self::Taken;
        }

        Self::Failed(error.to_string())
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::{StationId, VenueId};

    use super::*;

    #[tokio::test]
    async fn a_writer_that_dies_over_a_batch_acknowledges_nothing_and_takes_the_next() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path());
        folder.create().unwrap();
        let store = SqliteStore::open(&folder, 4).unwrap();
        let chain = ChainId {
            venue: VenueId([0; 16]),
            station: StationId([0; 16]),
            epoch: 1,
        };
        let killed: Result<(), StoreError> = store.ask(Job::Panic).await;
        assert_eq!(killed, Err(StoreError::Closed));
        assert_eq!(store.head(chain).await, Ok(None));
        assert!(store.is_open());
    }

    #[tokio::test]
    async fn a_closed_store_takes_nothing_more() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path());
        folder.create().unwrap();
        let store = SqliteStore::open(&folder, 4).unwrap();
        store.close();
        store.close();
        let chain = ChainId {
            venue: VenueId([0; 16]),
            station: StationId([0; 16]),
            epoch: 1,
        };
        assert_eq!(store.head(chain).await, Err(StoreError::Closed));
        assert!(!store.is_open());
    }
}
