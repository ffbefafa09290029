//! `menshen station --headless` as people run it, with the virtual webcam: its lines are heard as they come.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::city::City;
use crate::figures::Stopwatch;
use crate::programs;
use crate::uvc::{self, Webcam};

/// Longer than anything here takes; whoever waits this long for a line has failed.
const LONGEST: Duration = Duration::from_secs(30);

/// What it says while pictures come.
pub const RUNS: &str = "the camera gives pictures: Menshen virtual webcam";
/// What it says when the cable was pulled.
pub const GONE: &str = "the camera was unplugged or failed";
/// What it says of itself when it was built without the feature `camera`.
const WITHOUT: &str = "built without one";

/// The library by which a station asks for webcams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// nokhwa, as on macOS and Windows.
    Nokhwa,
    /// `Video4Linux`, as on every Linux.
    Own,
}

/// A running station. Dropping it kills it.
pub struct Headless {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
    /// What it said of its camera first.
    pub first: String,
}

/// What a process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Resident memory in KiB.
    pub memory: u64,
    /// Open files.
    pub files: usize,
    /// Threads.
    pub threads: usize,
}

impl Headless {
    /// Starts a city's station with the virtual webcam, and hears what it says of it first; none where the programs
    /// are built without a camera.
    ///
    /// # Errors
    /// It does not start, or says nothing.
    pub fn start(city: &City, webcam: &Webcam, way: Way) -> anyhow::Result<Option<Self>> {
        Self::start_with(city, webcam, way, &["--camera", uvc::NAME])
    }

    /// As [`Headless::start`], with other words than the webcam's name.
    ///
    /// # Errors
    /// As [`Headless::start`].
    pub fn start_with(
        city: &City,
        webcam: &Webcam,
        way: Way,
        words: &[&str],
    ) -> anyhow::Result<Option<Self>> {
        let mut command = Command::new(programs::menshen()?);
        command
            .args(["station", "--headless", "--data"])
            .arg(city.data())
            .args(words)
            .env_remove("MENSHEN_CAMERA")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if way == Way::Nokhwa {
            command.env("MENSHEN_CAMERA", "nokhwa");
        }
        webcam.show_to(&mut command);
        let mut child = command.spawn()?;
        let stdin = child.stdin.take().context("the station's input")?;
        let stdout = BufReader::new(child.stdout.take().context("the station's output")?);
        let (tell, lines) = channel();
        thread::spawn(move || {
            for line in stdout.lines() {
                // Ends with the program, or with whoever listens.
                if line.map(|line| tell.send(line)).is_err() {
                    return;
                }
            }
        });
        let mut station = Self {
            child,
            stdin,
            lines,
            first: String::new(),
        };
        station.first = station.line_where(|line| line.contains("camera"))?;

        Ok(Some(station).filter(|station| !station.first.contains(WITHOUT)))
    }

    /// Waits for a line with this in it; how long that took.
    ///
    /// # Errors
    /// None comes.
    pub fn says(&self, words: &str) -> anyhow::Result<Duration> {
        let watch = Stopwatch::start();
        self.line_where(|line| line.contains(words))
            .with_context(|| format!("a line was awaited with: {words}"))?;

        Ok(watch.time())
    }

    /// The next line of which `fits` holds.
    ///
    /// # Errors
    /// None comes.
    pub fn line_where(&self, fits: impl Fn(&str) -> bool) -> anyhow::Result<String> {
        let watch = Stopwatch::start();
        let mut heard = Vec::new();
        loop {
            let left = LONGEST.saturating_sub(watch.time());
            let Ok(line) = self.lines.recv_timeout(left) else {
                bail!("no such line came, only: {heard:#?}");
            };
            if fits(&line) {
                return Ok(line);
            }
            heard.push(line);
        }
    }

    /// Types a line, as staff do.
    ///
    /// # Errors
    /// It has ended.
    pub fn type_line(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.stdin, "{line}")?;

        Ok(())
    }

    /// `verdict reason` of the next that comes; staff find that the ID document matches where they are asked.
    ///
    /// # Errors
    /// None comes.
    pub fn verdict(&mut self) -> anyhow::Result<String> {
        let compares = |line: &str| line.split_whitespace().nth(1) == Some("compare");
        loop {
            let line = self.line_where(|line| line.contains(" #") || compares(line))?;
            if compares(&line) {
                self.type_line("y")?;
            } else {
                let words: Vec<&str> = line.split_whitespace().skip(1).take(2).collect();
                return Ok(words.join(" "));
            }
        }
    }

    /// Whether it says nothing for so long.
    #[must_use]
    pub fn is_silent_for(&self, time: Duration) -> bool {
        self.lines.recv_timeout(time) == Err(RecvTimeoutError::Timeout)
    }

    /// Its number.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// What it holds now.
    ///
    /// # Errors
    /// It has ended.
    pub fn size(&self) -> anyhow::Result<Size> {
        let process = format!("/proc/{}", self.child.id());
        let status = fs::read_to_string(format!("{process}/status"))?;
        let memory = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next())
            .context("VmRSS in /proc")?;

        Ok(Size {
            memory: memory.parse()?,
            files: fs::read_dir(format!("{process}/fd"))?.count(),
            threads: fs::read_dir(format!("{process}/task"))?.count(),
        })
    }

    /// Pulls the webcam's cable and plugs it in again, so many times; after each, how long the station needed to be
    /// back, and what it holds.
    ///
    /// # Errors
    /// It does not say that the webcam is gone, or that it is back.
    pub fn pull(
        &self,
        webcam: &mut Webcam,
        rounds: usize,
    ) -> anyhow::Result<Vec<(Duration, Size)>> {
        let mut after = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            webcam.unplug()?;
            self.says(GONE)?;
            webcam.replug()?;
            after.push((self.says(RUNS)?, self.size()?));
        }

        Ok(after)
    }
}

impl Drop for Headless {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
