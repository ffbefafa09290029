//! The station's whole path: enrolment, frames, verdicts, log, receipts, against a centre on loopback.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod authority;
mod centre;
mod disputes;
mod draw;
mod foreign;
mod headless;
mod knowledge;
mod log;
mod lookup;
mod story;
mod usb;

use std::cell::Cell;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use domain::screen::{Command, OperatorScreen, ScanId, Stage};
use domain::time::Timestamp;
use station::{
    CameraChoice, Clock, Enrolment, Handle, Happening, Listener, NewlyEnrolled, StationConfig,
    Unlock, enrol, open_watched,
};

use authority::Authority;
use centre::Centre;

/// Seconds that anything may take.
const PATIENCE: i64 = 30;

/// An enrolled station and its centre.
struct House {
    data: tempfile::TempDir,
    centre: Centre,
    codes: [String; 3],
}

impl House {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let authority = Authority::new(now(), true);
        let codes = [0, 1, 2].map(|n| authority.code(n));
        let centre = Centre::start(authority);
        let enrolled = enrol_at(data.path(), &centre, true).unwrap();
        assert!(enrolled.has_status);
        Self {
            data,
            centre,
            codes,
        }
    }

    fn open(&self, clock_offset: i64) -> Desk {
        let (tell, news) = channel();
        let screens = tell.clone();
        let listener = Listener {
            screens: Box::new(move |screen| {
                let _ = screens.send(News::Screen(Box::new(screen)));
            }),
            preview: Box::new(|_, _| ()),
        };
        let config = StationConfig {
            data: self.data.path().to_owned(),
            demo_camera: false,
            unlock: Unlock::default(),
            clock_offset,
            camera: CameraChoice::None,
        };
        let happened = Box::new(move |happening| {
            let _ = tell.send(News::Happened(happening));
        });
        let handle = open_watched(config, listener, happened).unwrap();
        Desk {
            handle,
            news,
            last_scan: Cell::new(None),
        }
    }
}

enum News {
    Screen(Box<OperatorScreen>),
    Happened(Happening),
}

/// A running station and what it tells.
struct Desk {
    handle: Handle,
    news: Receiver<News>,
    last_scan: Cell<Option<ScanId>>,
}

impl Desk {
    /// The first screen that is as wanted.
    fn screen(&self, wanted: impl Fn(&OperatorScreen) -> bool) -> OperatorScreen {
        let until = now().plus(PATIENCE);
        loop {
            match self.news.recv_timeout(Duration::from_secs(1)) {
                Ok(News::Screen(screen)) => {
                    if let Stage::Verdict(view) = &screen.stage {
                        self.last_scan.set(Some(view.scan));
                    }
                    if wanted(&screen) {
                        return *screen;
                    }
                    assert!(now() < until, "no such screen; the last one is {screen:?}");
                }
                Ok(News::Happened(_)) | Err(RecvTimeoutError::Timeout) => {
                    assert!(now() < until, "no such screen");
                }
                Err(RecvTimeoutError::Disconnected) => panic!("the station is gone"),
            }
        }
    }

    /// Waits while the screen's clock goes on for so many seconds.
    fn ticks(&self, seconds: i64) {
        let until = self.screen(|_| true).now.plus(seconds);
        self.screen(|screen| screen.now >= until);
    }

    /// The number of the next entry that becomes durable.
    fn durable(&self) -> u64 {
        loop {
            let news = self.news.recv_timeout(Duration::from_secs(10));
            match news.expect("an entry in time") {
                News::Happened(Happening::Durable { seq }) => return seq,
                News::Happened(_) | News::Screen(_) => {}
            }
        }
    }

    /// Confirms that the document matches, as soon as a key counts as deliberate.
    fn confirm(&self) {
        let screen = self.screen(|screen| matches!(screen.stage, Stage::Comparing { .. }));
        let Stage::Comparing { scan, .. } = screen.stage else {
            unreachable!("the screen was chosen for its stage");
        };
        let (_keep, never) = channel::<()>();
        let _ = never.recv_timeout(Duration::from_millis(700));
        self.handle.send(Command::Matches { scan }).unwrap();
    }
}

fn enrol_at(
    data: &Path,
    centre: &Centre,
    demo: bool,
) -> Result<NewlyEnrolled, station::EnrolError> {
    enrol_under(data, centre, demo, Unlock::KeyFile)
}

fn enrol_under(
    data: &Path,
    centre: &Centre,
    demo: bool,
    unlock: Unlock,
) -> Result<NewlyEnrolled, station::EnrolError> {
    let (_running, stop) = channel();
    let pairing = centre.pairing();
    let wanted = Enrolment {
        data,
        pairing: &pairing,
        demo,
        unlock,
        again: false,
        stop,
    };
    let mut shown = Vec::new();
    let outcome = enrol(&wanted, &mut |code| shown.push(code.to_owned()));
    if outcome.is_ok() {
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].len(), 14);
    }
    outcome
}

fn now() -> Timestamp {
    Clock::new(0).now().wall
}
