//! A station of a city, watched from outside: its screens, and what becomes durable.

use std::cell::Cell;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use anyhow::{Context, bail};
use domain::screen::{Command, OperatorScreen, ScanId, Stage, VerdictView};
use reader::Luma;
use station::{CameraChoice, Handle, Happening, Listener, StationConfig, Unlock};

use crate::city::City;

/// Longer than anything here takes; a story that waits this long has failed.
pub const LONGEST: Duration = Duration::from_mins(3);

/// A running station without a camera, fed by hand.
pub struct Watched {
    handle: Handle,
    screens: Receiver<OperatorScreen>,
    happenings: Receiver<Happening>,
    /// The scan whose verdict was given last: its screen comes again whenever something beside it changes.
    told: Cell<Option<ScanId>>,
}

impl Watched {
    /// Starts the city's station, its clock `clock_offset` seconds ahead.
    ///
    /// # Errors
    /// It does not open.
    pub fn open(city: &City, clock_offset: i64) -> anyhow::Result<Self> {
        Self::open_in(city.data(), clock_offset)
    }

    /// Starts the station of a data folder.
    ///
    /// # Errors
    /// It does not open.
    pub fn open_in(data: &Path, clock_offset: i64) -> anyhow::Result<Self> {
        let (show, screens) = channel();
        let (tell, happenings) = channel();
        let config = StationConfig {
            data: data.to_owned(),
            demo_camera: false,
            unlock: Unlock::KeyFile,
            clock_offset,
            camera: CameraChoice::None,
        };
        let listener = Listener {
            screens: Box::new(told(show)),
            preview: Box::new(|_, _| ()),
        };
        let handle = station::open_watched(config, listener, Box::new(told(tell)))?;

        Ok(Self {
            handle,
            screens,
            happenings,
            told: Cell::new(None),
        })
    }

    /// Holds a frame up until it was read and everything it led to was done.
    ///
    /// # Errors
    /// The station has stopped, or takes for ever.
    pub fn show(&self, frame: Luma) -> anyhow::Result<()> {
        self.handle.frame(frame)?;
        loop {
            match self.happenings.recv_timeout(LONGEST)? {
                Happening::FrameRead => return Ok(()),
                Happening::Durable { .. } => {}
                Happening::CameraEnded => bail!("a station without a camera lost one"),
            }
        }
    }

    /// The verdict of the next scan that gets one.
    ///
    /// # Errors
    /// None comes.
    pub fn verdict(&self) -> anyhow::Result<VerdictView> {
        let screen = self.screen_where(|screen| {
            matches!(&screen.stage, Stage::Verdict(verdict) if self.told.get() != Some(verdict.scan))
        })?;
        let Stage::Verdict(verdict) = screen.stage else {
            bail!("a verdict was awaited, not {:?}", screen.stage);
        };
        self.told.set(Some(verdict.scan));

        Ok(verdict)
    }

    /// The next verdict of which `fits` holds.
    ///
    /// # Errors
    /// None comes.
    pub fn verdict_where(
        &self,
        fits: impl Fn(&VerdictView) -> bool,
    ) -> anyhow::Result<VerdictView> {
        loop {
            let verdict = self.verdict()?;
            if fits(&verdict) {
                return Ok(verdict);
            }
        }
    }

    /// Asks for something, as staff do.
    ///
    /// # Errors
    /// The station has stopped.
    pub fn ask(&self, command: Command) -> anyhow::Result<()> {
        Ok(self.handle.send(command)?)
    }

    /// The next screen of which `fits` holds.
    ///
    /// # Errors
    /// None comes.
    pub fn screen_where(
        &self,
        fits: impl Fn(&OperatorScreen) -> bool,
    ) -> anyhow::Result<OperatorScreen> {
        let mut last = None;
        loop {
            let screen = self
                .screens
                .recv_timeout(LONGEST)
                .with_context(|| format!("no such screen came; the last was {last:?}"))?;
            if fits(&screen) {
                return Ok(screen);
            }
            last = Some(screen);
        }
    }

    /// The next screen, if one comes within this time.
    ///
    /// # Errors
    /// The station has stopped.
    pub fn screen_within(&self, time: Duration) -> anyhow::Result<Option<OperatorScreen>> {
        match self.screens.recv_timeout(time) {
            Ok(screen) => Ok(Some(screen)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => bail!("the station has stopped"),
        }
    }

    /// Stops the station; its folder is free afterwards.
    pub fn stop(self) {
        self.handle.stop();
    }
}

/// A listener that passes on, until the story has heard enough.
fn told<T: Send + 'static>(to: Sender<T>) -> impl FnMut(T) + Send {
    move |news| {
        // A story that has ended no longer listens.
        let _ = to.send(news);
    }
}
