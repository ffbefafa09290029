//! The reader's thread: takes the newest frame, reads it, and tells the loop. Whatever a frame holds
//! costs that frame at most. One in which a code was seen and not read is looked at once more by the
//! [second](super::second) thread.

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
use super::second::Second;
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

/// One reader thread, and the one that takes a second look.
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
        Self::start_with(Reader::new, number, frames, preview, messages)
    }

    /// `open` makes the first reader: at first, and again after a panic.
    fn start_with(
        open: fn() -> Reader,
        number: u64,
        frames: Frames,
        preview: Preview,
        messages: SyncSender<Message>,
    ) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let look = Look {
            number,
            open,
            reader: open(),
            second: Second::start(number, messages.clone(), Arc::clone(&stop))?,
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
    open: fn() -> Reader,
    reader: Reader,
    second: Second,
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
                    Ok(frame) => self.frame(frame),
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
            CameraEvent::Frame(frame) => return self.frame(frame),
            CameraEvent::Opened { name, demo } => (CameraNews::Opened { name, demo }, true),
            CameraEvent::Listed(names) => (CameraNews::Listed(names), true),
            CameraEvent::Lost(fault) => (CameraNews::Lost(fault), false),
            CameraEvent::Ended => (CameraNews::Ended, false),
        };

        self.tell(Message::Camera(self.number, news)) && goes_on
    }

    /// One reading at a time is on its way: while the loop is busy the camera drops frames, and what is
    /// read next is what the camera sees then.
    fn frame(&mut self, frame: Luma) -> bool {
        let taken = monotonic();
        let reading = self.read(&frame);
        self.show(&frame, &reading);
        if !reading.codes.is_empty() {
            self.second.outdo(monotonic());
        } else if !reading.seen_not_read.is_empty() {
            self.second.offer(frame, taken);
        }
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
            self.reader = (self.open)();
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

#[cfg(test)]
mod tests {
    use qrcodegen::{QrCode, QrCodeEcc};
    use reader::Stages;

    use super::*;

    const TEXT: &str = "MENSHEN SECOND LOOK MENSHEN SECOND LOOK MENSHEN SECOND LOOK";
    /// Frames after which nothing is to be hoped for on the busiest machine.
    const FRAMES: usize = 50;

    #[test]
    fn a_wavy_sheet_that_the_first_look_does_not_read_is_read_by_the_second() {
        let (frames, fed) = sync_channel(1);
        let (messages, inbox) = sync_channel(8);
        let preview: Preview = Arc::new(Mutex::new(Box::new(|_, _| ())));
        let quick = || Reader::with(Stages::first_pass());
        let eye = Eye::start_with(quick, 7, Frames::Fed(fed), preview, messages).unwrap();

        let mut read = Vec::new();
        for _ in 0..FRAMES {
            frames.send(wavy()).unwrap();
            let reading = told(&inbox);
            if let [code] = reading.codes.as_slice() {
                read = code.content.clone();
                break;
            }
            assert!(
                !reading.seen_not_read.is_empty(),
                "the first look saw no code"
            );
        }
        drop((frames, inbox));
        eye.join();

        assert_eq!(String::from_utf8(read).unwrap(), TEXT);
    }

    fn told(inbox: &Receiver<Message>) -> Reading {
        let Message::Read(7, reading, done) = inbox.recv().unwrap() else {
            panic!("a reading of this eye was awaited");
        };
        // An error means that nobody waits for the answer.
        let _ = done.try_send(());

        reading
    }

    /// A code on a sheet that lies in waves: as sharp as drawn, and no module where it belongs.
    fn wavy() -> Luma {
        const MODULE: f32 = 8.0;
        const MARGIN: f32 = 80.0;
        const HEIGHT: f32 = 14.0;

        let code = QrCode::encode_text(TEXT, QrCodeEcc::Medium).unwrap();
        let length = f32::from(i16::try_from(code.size()).unwrap()) * MODULE;
        let waves = std::f32::consts::PI / length;
        let side = u16::try_from(code.size()).unwrap() * 8 + 160;
        let mut pixels = Vec::new();
        for y in (0..side).map(f32::from) {
            for x in (0..side).map(f32::from) {
                let across = (x - MARGIN + HEIGHT * (waves * y).sin()) / MODULE;
                let down = (y - MARGIN + HEIGHT * (waves * x + 1.0).sin()) / MODULE;
                let is_dark = code.get_module(whole(across), whole(down));
                pixels.push(if is_dark { 30 } else { 200 });
            }
        }

        Luma::new(side.into(), side.into(), pixels).unwrap()
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a module's number, and less than 0 beside the code"
    )]
    fn whole(number: f32) -> i32 {
        number.floor() as i32
    }
}
