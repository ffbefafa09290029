//! The one thread that writes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use domain::time::Timestamp;
use tokio::sync::oneshot;

use super::books::Books;
use super::{ChainId, Filing, Greeted, Head, Outcome, Purged, Said, Skip, StoreError};
use crate::clock::Stopwatch;
use crate::day::Day;
use crate::folder::Folder;
use crate::metrics::Metrics;

/// The most batches in one commit.
const GROUP: usize = 64;

/// Where an answer goes. Nobody may be waiting any more: what is stored stays stored.
pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is asked.
pub(super) enum Job {
    /// Store a batch.
    Append(Box<Filing>, Reply<Outcome>),
    /// Erase the days before this one.
    Erase(Day, Timestamp, Reply<Vec<Purged>>),
    /// Compare a hello.
    Greet(Box<Said>, Reply<Greeted>),
    /// How far is a chain stored?
    Head(ChainId, Reply<Option<Head>>),
    /// Can entries be stored? By a commit where the last one failed.
    Ready(Reply<()>),
    /// Fail as a fault in the program would.
    #[cfg(test)]
    Panic(Reply<()>),
    /// Record a hole.
    Skip(Box<Skip>, Reply<Option<Head>>),
    /// Nothing comes after this.
    Stop,
}

/// Answers that are true once the commit is.
enum Pending {
    Append(Outcome, Reply<Outcome>),
    Erase(Vec<Purged>, Reply<Vec<Purged>>),
    Greet(Greeted, Reply<Greeted>),
    Head(Option<Head>, Reply<Option<Head>>),
    Ready(Reply<()>),
}

/// Takes jobs until [`Job::Stop`]. Whatever fails, nothing of that group is acknowledged: the files are
/// opened anew, which undoes what was not committed, and the heads follow the days again.
pub(super) fn run(folder: &Folder, books: Books, jobs: &Receiver<Job>, metrics: &Metrics) {
    metrics.set_store(books.chains(), books.days().len());
    let mut books = Some(books);
    let mut failed = false;
    while let Ok(first) = jobs.recv() {
        let (group, stop) = gather(first, jobs);
        metrics.taken(group.len());
        if books.is_none() {
            books = reopen(folder);
        }
        books = if let Some(books) = books {
            work(books, group, failed, metrics)
        } else {
            let closed = StoreError::Failed("the database does not open".to_owned());
            refuse(group, &closed);
            None
        };
        failed = books.is_none();
        if failed {
            metrics.commit_failed();
        }
        if stop {
            return;
        }
    }
}

fn gather(first: Job, jobs: &Receiver<Job>) -> (Vec<Job>, bool) {
    let mut group = Vec::new();
    let mut next = Some(first);
    while let Some(job) = next {
        if matches!(job, Job::Stop) {
            return (group, true);
        }
        group.push(job);
        next = if group.len() < GROUP {
            jobs.try_recv().ok()
        } else {
            None
        };
    }

    (group, false)
}

fn reopen(folder: &Folder) -> Option<Books> {
    match catch_unwind(AssertUnwindSafe(|| Books::open(folder))) {
        Ok(Ok(books)) => {
            tracing::info!("the database was opened anew");
            Some(books)
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "the database does not open");
            None
        }
        Err(_) => {
            tracing::error!("opening the database ended by a fault of the program");
            None
        }
    }
}

/// Gives the books back unless they can no longer be relied on. Where the last group failed, this one ends in
/// a commit whatever it holds, so that it is known whether that can be done again.
fn work(mut books: Books, group: Vec<Job>, failed: bool, metrics: &Metrics) -> Option<Books> {
    let watch = Stopwatch::start();
    let done = catch_unwind(AssertUnwindSafe(|| {
        if failed {
            books.prove();
        }
        commit_group(&mut books, group)
    }));
    match done {
        Ok(Some(Committed { newest, pending })) => {
            if let Some(at) = newest {
                metrics.committed(watch.time(), at);
            }
            metrics.set_store(books.chains(), books.days().len());
            // Whoever was answered finds it counted.
            pending.into_iter().for_each(Pending::answer);
            Some(books)
        }
        Ok(None) => None,
        Err(_) => {
            tracing::error!("a commit ended by a fault of the program; nothing was acknowledged");
            None
        }
    }
}

/// A group that is on the disk.
struct Committed {
    /// When the newest of its batches came, if it held any.
    newest: Option<Timestamp>,
    /// Its answers.
    pending: Vec<Pending>,
}

/// None if not the whole group went well: then every job is answered.
fn commit_group(books: &mut Books, group: Vec<Job>) -> Option<Committed> {
    let mut pending = Vec::new();
    let mut newest = None;
    let mut jobs = group.into_iter();
    while let Some(job) = jobs.next() {
        if let Job::Append(filing, _) = &job {
            newest = newest.max(Some(filing.received));
        }
        match perform(books, job) {
            Ok(done) => pending.push(done),
            Err(error) => {
                fail(pending, &error);
                refuse(jobs, &error);
                return None;
            }
        }
    }
    match books.commit() {
        Ok(()) => Some(Committed { newest, pending }),
        Err(error) => {
            tracing::error!(%error, "a commit failed; nothing was acknowledged");
            fail(pending, &error);
            None
        }
    }
}

fn perform(books: &mut Books, job: Job) -> Result<Pending, StoreError> {
    match job {
        Job::Append(filing, reply) => match books.append(&filing) {
            Ok(outcome) => Ok(Pending::Append(outcome, reply)),
            Err(error) => {
                tracing::error!(%error, "a batch was not stored");
                let _ = reply.send(Err(error.clone()));
                Err(error)
            }
        },
        Job::Erase(kept_from, now, reply) => match books.erase_before(kept_from, now) {
            Ok(purged) => Ok(Pending::Erase(purged, reply)),
            Err(error) => {
                tracing::error!(%error, "a day was not erased");
                let _ = reply.send(Err(error.clone()));
                Err(error)
            }
        },
        Job::Greet(said, reply) => match books.greet(&said) {
            Ok(greeted) => Ok(Pending::Greet(greeted, reply)),
            Err(error) => {
                tracing::error!(%error, "a hello was not compared");
                let _ = reply.send(Err(error.clone()));
                Err(error)
            }
        },
        Job::Head(chain, reply) => Ok(Pending::Head(books.head(&chain), reply)),
        Job::Skip(skip, reply) => match books.skip(&skip) {
            Ok(head) => Ok(Pending::Head(head, reply)),
            Err(error) => {
                tracing::error!(%error, "a hole was not recorded");
                let _ = reply.send(Err(error.clone()));
                Err(error)
            }
        },
        Job::Ready(reply) => Ok(Pending::Ready(reply)),
        #[cfg(test)]
        Job::Panic(_) => panic!("as a fault in the program would"),
        Job::Stop => Err(StoreError::Closed),
    }
}

impl Pending {
    fn answer(self) {
        match self {
            Self::Append(outcome, reply) => {
                let _ = reply.send(Ok(outcome));
            }
            Self::Erase(purged, reply) => {
                let _ = reply.send(Ok(purged));
            }
            Self::Greet(greeted, reply) => {
                let _ = reply.send(Ok(greeted));
            }
            Self::Head(head, reply) => {
                let _ = reply.send(Ok(head));
            }
            Self::Ready(reply) => {
                let _ = reply.send(Ok(()));
            }
        }
    }
}

fn fail(pending: Vec<Pending>, error: &StoreError) {
    for done in pending {
        match done {
            Pending::Append(_, reply) => {
                let _ = reply.send(Err(error.clone()));
            }
            Pending::Erase(_, reply) => {
                let _ = reply.send(Err(error.clone()));
            }
            Pending::Greet(_, reply) => {
                let _ = reply.send(Err(error.clone()));
            }
            Pending::Head(_, reply) => {
                let _ = reply.send(Err(error.clone()));
            }
            Pending::Ready(reply) => {
                let _ = reply.send(Err(error.clone()));
            }
        }
    }
}

fn refuse(jobs: impl IntoIterator<Item = Job>, error: &StoreError) {
    for job in jobs {
        match job {
            Job::Append(_, reply) => {
                let _ = reply.send(Err(error.clone()));
            }
            Job::Erase(_, _, reply) => {
                let _ = reply.send(Err(error.clone()));
            }
            Job::Greet(_, reply) => {
                let _ = reply.send(Err(error.clone()));
            }
            Job::Head(_, reply) | Job::Skip(_, reply) => {
                let _ = reply.send(Err(error.clone()));
            }
            Job::Ready(reply) => {
                let _ = reply.send(Err(error.clone()));
            }
            #[cfg(test)]
            Job::Panic(reply) => {
                let _ = reply.send(Err(error.clone()));
            }
            Job::Stop => {}
        }
    }
}
