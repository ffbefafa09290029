//! Erases old days: at start, and every night after midnight UTC.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use domain::time::Moment;

use crate::centre::Centre;
use crate::day::Day;

/// How often the date is looked at, and what failed is tried again.
const LOOK: Duration = Duration::from_mins(5);

/// The thread that erases.
pub(crate) struct Retention {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Retention {
    /// Erases what is due, then watches the date.
    pub(crate) fn start(centre: Arc<Centre>) -> io::Result<Self> {
        let (stop, stopped) = channel();
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let thread = std::thread::Builder::new()
            .name("retention".to_owned())
            .spawn(move || {
                let started = centre.now();
                let mut done = None;
                loop {
                    let today = Day::of(centre.now().wall);
                    if done != Some(today) && runtime.block_on(erase(&centre, started)) {
                        done = Some(today);
                    }
                    if is_stopped(&stopped) {
                        return;
                    }
                }
            })?;

        Ok(Self { stop, thread })
    }

    /// Ends the thread; what it erases is erased first.
    pub(crate) fn stop(self) {
        drop(self.stop);
        if self.thread.join().is_err() {
            tracing::error!("the thread that erases old days ended by a fault of its own");
        }
    }
}

/// Whether today's work is done.
async fn erase(centre: &Centre, started: Moment) -> bool {
    match centre.erase_old(started).await {
        Ok(_) => true,
        Err(error) => {
            tracing::error!(%error, "old days are not erased; this is tried again");
            false
        }
    }
}

fn is_stopped(stopped: &Receiver<()>) -> bool {
    match stopped.recv_timeout(LOOK) {
        Err(RecvTimeoutError::Timeout) => false,
        Ok(()) | Err(RecvTimeoutError::Disconnected) => true,
    }
}
