//! The reader's thread: takes the newest frame, reads it, and tells the loop. Whatever a frame holds
//! costs that frame at most.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use domain::screen::CameraFault;
use reader::{Budget, Luma, Place, Reader, Reading};
use tracing::{error, warn};

use super::PreviewListener;
use super::station::Message;
use crate::camera::{CameraEvent, CameraReceiver};
use crate::clock::monotonic;

/// How long one frame may be read: a hard one costs a few frames of the camera, never more.
const READ: Duration = Duration::from_millis(100);
/// How often a thread without frames looks whether it is still wanted.
const LOOK_UP: Duration = Duration::from_millis(500);

/// The window's preview, shared by the reader threads that follow each other.
pub(super) type Preview = Arc<Mutex<PreviewListener>>;

/// Where frames come from.
pub(super) enum Frames {
    Camera(CameraReceiver),
    Fed(Receiver<Luma>),
}

/// What a camera says beside its frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CameraNews {
    Opened { name: String, demo: bool },
    Listed(Vec<String>),
    Lost(CameraFault),
    Ended,
}

/// One reader thread.
pub(super) struct Eye {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Eye {
    /// Starts a thread that reads `frames` and tells `messages`; its number tells late messages of an
    /// earlier one.
    pub(super) fn start(
        number: u64,
        frames: Frames,
        preview: Preview,
        messages: SyncSender<Message>,
    ) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let look = Look {
            number,
            reader: Reader::new(),
            preview,
            messages,
            stop: Arc::clone(&stop),
        };
        let thread = thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || look.run(&frames))?;

        Ok(Self { stop, thread })
    }

    /// Asks the thread to end. Does not wait.
    pub(super) fn close(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    pub(super) fn join(self) {
        self.close();
        if self.thread.join().is_err() {
            error!("the reader's thread ended in a panic");
        }
    }
}

struct Look {
    number: u64,
    reader: Reader,
    preview: Preview,
    messages: SyncSender<Message>,
    stop: Arc<AtomicBool>,
}

impl Look {
    fn run(mut self, frames: &Frames) {
        while !self.stop.load(Ordering::Relaxed) {
            let goes_on = match frames {
                Frames::Camera(camera) => match camera.next(LOOK_UP) {
                    Some(event) => self.camera(event),
                    None => true,
                },
                Frames::Fed(fed) => match fed.recv_timeout(LOOK_UP) {
                    Ok(frame) => self.frame(&frame),
                    Err(RecvTimeoutError::Timeout) => true,
                    Err(RecvTimeoutError::Disconnected) => false,
                },
            };
            if !goes_on {
                return;
            }
        }
    }

    fn camera(&mut self, event: CameraEvent) -> bool {
        let (news, goes_on) = match event {
            CameraEvent::Frame(frame) => return self.frame(&frame),
            CameraEvent::Opened { name, demo } => (CameraNews::Opened { name, demo }, true),
            CameraEvent::Listed(names) => (CameraNews::Listed(names), true),
            CameraEvent::Lost(fault) => (CameraNews::Lost(fault), false),
            CameraEvent::Ended => (CameraNews::Ended, false),
        };

        self.tell(Message::Camera(self.number, news)) && goes_on
    }

    /// One reading at a time is on its way: while the loop is busy the camera drops frames, and what is
    /// read next is what the camera sees then.
    fn frame(&mut self, frame: &Luma) -> bool {
        let reading = self.read(frame);
        self.show(frame, &reading);
        let (done, wait) = sync_channel(1);

        self.tell(Message::Read(self.number, reading, done)) && wait.recv().is_ok()
    }

    /// A panic anywhere in reading costs this frame, and what the reader had learnt.
    fn read(&mut self, frame: &Luma) -> Reading {
        let until = monotonic().saturating_add(READ);
        let budget = Budget::from_fn(move || until.saturating_sub(monotonic()));
        let reader = &mut self.reader;
        panic::catch_unwind(AssertUnwindSafe(|| reader.read(frame, budget))).unwrap_or_else(|_| {
            warn!("a frame could not be read: the reader panicked");
            self.reader = Reader::new();
            Reading::default()
        })
    }

    fn show(&self, frame: &Luma, reading: &Reading) {
        let places: Vec<Place> = reading
            .codes
            .iter()
            .map(|code| code.place)
            .chain(reading.seen_not_read.iter().copied())
            .collect();
        let mut preview = self.preview.lock().unwrap_or_else(PoisonError::into_inner);
        preview(frame, &places);
    }

    fn tell(&self, message: Message) -> bool {
        self.messages.send(message).is_ok()
    }
}
