//! A log's head beside the key in the keychain (SECURITY.md §7): whoever puts a whole folder back does not put the
//! keychain back with it. A keychain may ask its user something and take its time, so it is written to from a
//! thread of its own; what comes while that is busy waits for the next minute.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use tracing::warn;

use super::{KeyError, keychain};

/// How long a stop waits for the last head.
const AT_THE_END: Duration = Duration::from_secs(2);

/// The thread that writes, and where it writes to.
pub struct HeadKeeper {
    jobs: SyncSender<Job>,
}

/// One head.
struct Job {
    epoch: u32,
    slot: Vec<u8>,
    /// Told when it is done.
    done: Option<SyncSender<()>>,
}

impl HeadKeeper {
    pub(super) fn start(account: String) -> Result<Self, KeyError> {
        let (jobs, inbox) = sync_channel(1);
        thread::Builder::new()
            .name("keychain".to_owned())
            .spawn(move || keep(&account, &inbox))
            .map_err(|error| KeyError::Keychain(error.to_string()))?;

        Ok(Self { jobs })
    }

    /// Hands a head over. False if the one before is not written yet.
    #[must_use]
    pub fn keep(&self, epoch: u32, slot: Vec<u8>) -> bool {
        let job = Job {
            epoch,
            slot,
            done: None,
        };

        self.jobs.try_send(job).is_ok()
    }

    /// As [`Self::keep`], and waits a moment for it.
    pub fn keep_last(&self, epoch: u32, slot: Vec<u8>) {
        let (done, told) = sync_channel(1);
        let job = Job {
            epoch,
            slot,
            done: Some(done),
        };
        match self.jobs.try_send(job) {
            Ok(()) if told.recv_timeout(AT_THE_END).is_ok() => {}
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                warn!("the keychain was busy: it has an older head of the log than it could");
            }
        }
    }
}

fn keep(account: &str, inbox: &Receiver<Job>) {
    for job in inbox {
        if let Err(error) = keychain::write_head(account, job.epoch, &job.slot) {
            warn!(%error, "the head of the log could not be kept in the keychain");
        }
        if let Some(done) = job.done {
            // Whoever waited may have given up.
            let _ = done.send(());
        }
    }
}
