//! The loop itself.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use domain::screen::{CameraFault, CameraView, Command, OperatorScreen};
use domain::station::{Event, Hint, Machine, Sighting};
use domain::sync::{Outbox, SyncEvent};
use domain::time::{Moment, Timestamp};
use reader::Reading;
use tracing::{error, info, warn};

use super::Happening;
use super::eye::{CameraNews, Eye, Frames, Preview};
use super::refresh::Rounds;
use super::retain::RetentionTimer;
use super::tails::Tail;
use super::webcams::Webcams;
use crate::camera::{Camera, CameraHandle, Source, hand_over};
use crate::clock::Clock;
use crate::knowledge::Library;
use crate::link::{Link, Outcome};
use crate::store::Store;

/// The machine wants at least four ticks a second.
const TICK_MS: u64 = 200;
/// A lost camera is tried again: it is back within two seconds of whatever kept it away.
const CAMERA_AGAIN_MS: u64 = 1_000;
/// Where the camera's own messages go: a program that says in words what the camera does may leave them out.
const CAMERA_LOG: &str = "station::camera";
/// Whether the reserve is still there.
const TEND_MS: u64 = 60_000;

/// What the loop is told.
pub(super) enum Message {
    /// Staff ask for something.
    Command(Command),
    /// The reader thread of this number read a frame, and waits to hear that it was dealt with.
    Read(u64, Reading, SyncSender<()>),
    /// The camera of this number says something.
    Camera(u64, CameraNews),
    /// The centre answered a batch or a hello.
    Answered(super::questions::Asked, Outcome),
    /// The centre answered for the log of this number among those that are over.
    TailAnswered(usize, super::questions::Asked, Outcome),
    /// The centre answered a question for documents.
    Fetched(Outcome),
    /// The end.
    Stop,
}

/// Everything that the loop owns.
pub(super) struct Station {
    pub(super) data: PathBuf,
    pub(super) clock: Clock,
    pub(super) boot: [u8; 8],
    pub(super) store: Store,
    pub(super) machine: Machine,
    pub(super) outbox: Outbox,
    /// The logs of the epochs before.
    pub(super) tails: Vec<Tail>,
    pub(super) library: Library,
    /// None while the network is out.
    pub(super) link: Option<Link>,
    pub(super) rounds: Rounds,
    /// Entries that the outbox has not heard of yet.
    pub(super) appended: Vec<u64>,
    /// The answer that is being judged, as it came: it is kept with what it acknowledges.
    pub(super) answer: Vec<u8>,
    pub(super) messages: SyncSender<Message>,
    pub(super) screens: Box<dyn FnMut(OperatorScreen) + Send>,
    pub(super) happenings: Box<dyn FnMut(Happening) + Send>,
    pub(super) look: Look,
    pub(super) timers: Timers,
}

/// The camera in use and the thread that reads it.
pub(super) struct Look {
    pub(super) preview: Preview,
    pub(super) source: Option<Source>,
    pub(super) camera: Option<CameraHandle>,
    pub(super) eyes: Vec<Eye>,
    pub(super) number: u64,
    pub(super) opened: bool,
    /// Why it gives no pictures now, and since when.
    pub(super) lost: Option<(CameraFault, Timestamp)>,
    pub(super) webcams: Webcams,
}

/// When what is due, in milliseconds of the monotonic clock.
#[derive(Default)]
pub(super) struct Timers {
    pub(super) tick: u64,
    pub(super) tend: u64,
    pub(super) camera: Option<u64>,
    pub(super) retention: RetentionTimer,
}

impl Station {
    /// Runs until it is stopped.
    pub(super) fn run(mut self, inbox: Receiver<Message>) {
        loop {
            let waited = inbox.recv_timeout(self.patience());
            match waited {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.look_at_the_clock();
        }
        if let Some(camera) = self.look.camera.take() {
            camera.stop();
        }
        // Whoever still waits to tell the loop something learns that it is gone.
        drop(inbox);
        for eye in self.look.eyes.drain(..) {
            eye.join();
        }
        self.store.keep_last_head();
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Command(command) => self.step(Event::Command(command)),
            Message::Read(number, reading, done) => {
                self.read(number, reading);
                // An error means that the thread was closed meanwhile.
                let _ = done.try_send(());
            }
            Message::Camera(number, news) => self.camera(number, news),
            Message::Answered(asked, outcome) => self.answered(&asked, outcome),
            Message::TailAnswered(which, asked, outcome) => {
                self.tail_answered(which, &asked, outcome);
            }
            Message::Fetched(outcome) => self.fetched(outcome),
            Message::Stop => {}
        }
    }

    /// One event, and everything that it leads to.
    pub(super) fn step(&mut self, event: Event) {
        self.step_at(event, self.clock.now());
    }

    /// As [`Self::step`], by a look at the clocks that was taken before.
    pub(super) fn step_at(&mut self, event: Event, now: Moment) {
        let actions = self.machine.step(event, now);
        self.perform(actions);
        // The screen first, then the sending.
        for seq in std::mem::take(&mut self.appended) {
            self.sync(&SyncEvent::Appended { seq });
        }
    }

    fn read(&mut self, number: u64, reading: Reading) {
        if number != self.look.number {
            return;
        }
        let codes = reading.codes.into_iter().map(|code| Sighting {
            worn: code.grade.is_some_and(|grade| grade.is_worn()),
            content: code.content,
        });
        self.step(Event::Reading {
            codes: codes.collect(),
            hint: reading.hint.map(hint),
        });
        (self.happenings)(Happening::FrameRead);
    }

    fn camera(&mut self, number: u64, news: CameraNews) {
        if number != self.look.number {
            return;
        }
        let now = self.clock.now();
        let view = match news {
            CameraNews::Opened { name, demo } => {
                info!(target: CAMERA_LOG, name, "the camera gives pictures");
                self.look.opened = true;
                self.camera_opened(&name);
                self.look.lost = None;
                CameraView::Running { name, demo }
            }
            CameraNews::Listed(names) => return self.webcams_listed(names),
            CameraNews::Lost(fault) => {
                self.camera_lost();
                self.timers.camera = Some(now.mono_ms.saturating_add(CAMERA_AGAIN_MS));
                self.lost(fault, now)
            }
            CameraNews::Ended => return (self.happenings)(Happening::CameraEnded),
        };
        self.step(Event::CameraChanged(view));
        self.offer_next_webcam();
    }

    /// Says and logs it once, however often it is tried in vain. One that was never there is not gone but missing.
    fn lost(&mut self, fault: CameraFault, now: Moment) -> CameraView {
        let known = self.look.lost.filter(|(known, _)| *known == fault);
        let (_, since) = known.unwrap_or((fault, now.wall));
        if known.is_none() {
            warn!(target: CAMERA_LOG, ?fault, "the camera gives no pictures; it is tried again");
        }
        self.look.lost = Some((fault, since));
        match fault {
            CameraFault::Gone if !self.look.opened => CameraView::Missing,
            CameraFault::Busy
            | CameraFault::Forbidden
            | CameraFault::Gone
            | CameraFault::Stalled => CameraView::Lost { since, fault },
        }
    }

    /// Starts the source in use, or starts it again.
    pub(super) fn start_camera(&mut self, source: Source) {
        self.stop_camera();
        self.look.number = self.look.number.saturating_add(1);
        let (sender, receiver) = hand_over(|| ());
        let eye = Eye::start(
            self.look.number,
            Frames::Camera(receiver),
            self.look.preview.clone(),
            self.messages.clone(),
        );
        match eye {
            Ok(eye) => {
                self.look.eyes.push(eye);
                self.look.camera = Some(Camera::start(source.clone(), sender));
                self.look.source = Some(source);
            }
            Err(error) => error!(%error, "no thread for the reader"),
        }
    }

    fn stop_camera(&mut self) {
        if let Some(camera) = self.look.camera.take() {
            camera.stop();
        }
        // The threads end by themselves: one may wait to tell this very loop something.
        for eye in &self.look.eyes {
            eye.close();
        }
        self.look.eyes.retain(|eye| !eye.is_finished());
    }

    fn patience(&self) -> Duration {
        let now = self.clock.now().mono_ms;
        let due = [self.outbox.due(), self.tails_due(), self.timers.camera]
            .into_iter()
            .flatten()
            .fold(self.timers.tick, u64::min);

        Duration::from_millis(due.saturating_sub(now).clamp(1, TICK_MS))
    }

    /// Everything that time alone makes due.
    fn look_at_the_clock(&mut self) {
        let now = self.clock.now();
        if now.mono_ms >= self.timers.tick {
            self.timers.tick = now.mono_ms.saturating_add(TICK_MS);
            self.step(Event::Tick);
        }
        if self.outbox.due().is_some_and(|due| due <= now.mono_ms) {
            self.sync(&SyncEvent::Tick);
        }
        self.send_tails(now);
        if now.mono_ms >= self.timers.tend {
            self.timers.tend = now.mono_ms.saturating_add(TEND_MS);
            self.store.tend_reserve();
            self.store.keep_head();
            self.forget_history(now);
            self.retain_when_due(now);
        }
        self.refresh_when_due(now);
        self.look_for_the_camera(now);
    }

    fn look_for_the_camera(&mut self, now: Moment) {
        if self.timers.camera.is_some_and(|due| due <= now.mono_ms) {
            self.timers.camera = None;
            if let Some(source) = self.look.source.clone() {
                self.start_camera(source);
            } else {
                warn!("there is no camera to start again");
            }
        }
    }
}

/// The eye's word as the rules' word.
fn hint(hint: reader::Hint) -> Hint {
    match hint {
        reader::Hint::Closer => Hint::Closer,
        reader::Hint::Flatten => Hint::Flatten,
        reader::Hint::Further => Hint::Further,
        reader::Hint::HoldStill => Hint::HoldStill,
        reader::Hint::MoreLight => Hint::MoreLight,
        reader::Hint::OneSheet => Hint::OneSheet,
        reader::Hint::Tilt => Hint::Tilt,
    }
}
