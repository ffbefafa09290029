//! The second look: a frame in which a code was seen and not read is read once more on a thread of its
//! own, with more time, while the camera and the first reader go on.
//!
//! Crumpled paper needs 100 to 500 ms, more than the first reader may take. The thread waits on its channel
//! and costs nothing until a code is seen; the first reader never waits for it.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use reader::{Budget, Luma, Reader, Reading};
use tracing::{error, warn};

use super::station::Message;
use crate::clock::monotonic;

/// How long a second look may take: crumpled paper is read in 100 to 500 ms, and with the first look and
/// the loop's work the result still comes well before it is [`TOO_LATE`].
const READ: Duration = Duration::from_millis(600);
/// A sheet that has left must not be admitted late: staff would see a verdict over an empty desk, or beside
/// the next person. After a second without its code the machine takes a sheet for gone; a result as old
/// would be about a sheet that nobody holds up any more.
const TOO_LATE: Duration = Duration::from_secs(1);

/// The second reader's thread. Dropping it ends the thread and waits for it: a step of the reader at most, as a
/// closed eye leaves it no time.
pub(super) struct Second {
    frames: Option<SyncSender<Taken>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// A frame and when it was taken.
struct Taken {
    frame: Luma,
    at: Duration,
}

/// What the two threads of an eye know of each other.
struct Shared {
    /// The thread has nothing to do, nor is anything on its way to it.
    idle: AtomicBool,
    /// The eye was closed.
    closed: Arc<AtomicBool>,
    /// When the first thread last read a code.
    read_at: Mutex<Option<Duration>>,
}

impl Second {
    /// Starts a thread that reads what it is offered and tells `messages`, under its eye's number, until
    /// the eye is `closed`.
    pub(super) fn start(
        number: u64,
        messages: SyncSender<Message>,
        closed: Arc<AtomicBool>,
    ) -> std::io::Result<Self> {
        Self::start_with(number, messages, closed, || {
            let mut reader = Reader::new();
            move |frame: &Luma, budget| reader.read(frame, budget)
        })
    }

    /// `open` makes what reads: at first, and again after a panic.
    fn start_with<R>(
        number: u64,
        messages: SyncSender<Message>,
        closed: Arc<AtomicBool>,
        open: impl Fn() -> R + Send + 'static,
    ) -> std::io::Result<Self>
    where
        R: FnMut(&Luma, Budget) -> Reading,
    {
        let shared = Arc::new(Shared {
            idle: AtomicBool::new(true),
            closed,
            read_at: Mutex::new(None),
        });
        let (sender, frames) = sync_channel(1);
        let look = Look {
            number,
            messages,
            shared: Arc::clone(&shared),
        };
        let thread = thread::Builder::new()
            .name("second reader".to_owned())
            .spawn(move || look.run(&frames, open))?;

        Ok(Self {
            frames: Some(sender),
            shared,
            thread: Some(thread),
        })
    }

    /// Hands over a frame that was taken at this time, if the thread has nothing to do. Does not wait.
    pub(super) fn offer(&self, frame: Luma, at: Duration) {
        let Some(frames) = &self.frames else {
            return;
        };
        if self.shared.idle.swap(false, Ordering::AcqRel) {
            // An idle thread has room for one frame; if it has ended, so has the loop.
            let _ = frames.try_send(Taken { frame, at });
        }
    }

    /// The first thread read a code: what was taken before is of no use any more.
    pub(super) fn outdo(&self, now: Duration) {
        *self.shared.read_at() = Some(now);
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        self.frames = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            error!("the second reader's thread ended in a panic");
        }
    }
}

impl Shared {
    fn read_at(&self) -> MutexGuard<'_, Option<Duration>> {
        self.read_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }
}

struct Look {
    number: u64,
    messages: SyncSender<Message>,
    shared: Arc<Shared>,
}

impl Look {
    fn run<R>(self, frames: &Receiver<Taken>, open: impl Fn() -> R)
    where
        R: FnMut(&Luma, Budget) -> Reading,
    {
        let mut read = open();
        for Taken { frame, at } in frames {
            // A panic costs this frame, and what the reader had learnt.
            let reading = panic::catch_unwind(AssertUnwindSafe(|| read(&frame, self.budget())))
                .unwrap_or_else(|_| {
                    warn!("a frame could not be read a second time: the reader panicked");
                    read = open();
                    Reading::default()
                });
            let goes_on = reading.codes.is_empty() || self.tell(reading, at);
            self.shared.idle.store(true, Ordering::Release);
            if !goes_on {
                return;
            }
        }
    }

    /// Spent at once when the eye is closed.
    fn budget(&self) -> Budget {
        let until = monotonic().saturating_add(READ);
        let shared = Arc::clone(&self.shared);

        Budget::from_fn(move || {
            if shared.is_closed() {
                Duration::ZERO
            } else {
                until.saturating_sub(monotonic())
            }
        })
    }

    /// `false` if the loop has ended.
    fn tell(&self, reading: Reading, taken: Duration) -> bool {
        // What is seen and not read, and the hint, are the first reader's to tell: two voices would make
        // the screen flicker.
        let reading = Reading {
            seen_not_read: Vec::new(),
            hint: None,
            ..reading
        };
        let (done, wait) = sync_channel(1);
        {
            // Held until the message is on its way: a code that the first thread reads meanwhile comes after it.
            let read_at = self.shared.read_at();
            if self.shared.is_closed() || !counts(taken, monotonic(), *read_at) {
                return true;
            }
            match self
                .messages
                .try_send(Message::Read(self.number, reading, done))
            {
                Ok(()) => {}
                // The loop is far behind; waiting for it would keep the first thread waiting too.
                Err(TrySendError::Full(_)) => return true,
                Err(TrySendError::Disconnected(_)) => return false,
            }
        }

        wait.recv().is_ok()
    }
}

/// Whether what was read in a frame still counts, `read_at` being when the first thread last read a code.
fn counts(taken: Duration, now: Duration, read_at: Option<Duration>) -> bool {
    let outdone = read_at.is_some_and(|at| at > taken);

    !outdone && now.saturating_sub(taken) <= TOO_LATE
}

#[cfg(test)]
mod tests;
