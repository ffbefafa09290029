//! Many stations of a city, played by the programs that people run.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context, ensure};
use cli::load::Report;

use crate::city::{City, run};
use crate::figures::Stopwatch;
use crate::programs;
use crate::station::LONGEST;

/// Between two looks at the server's files.
const PAUSE: Duration = Duration::from_millis(20);

/// How `menshen load` plays them.
#[derive(Clone, Copy, Debug)]
pub struct Play {
    /// Entries in a batch.
    pub batch: usize,
    /// Entries a second over all; none for as many as go.
    pub rate: Option<u32>,
    /// For how long.
    pub seconds: u64,
}

/// Stations that `menshen-server crowd` made.
pub struct Crowd(PathBuf);

impl Crowd {
    /// Makes them while the city's server runs.
    ///
    /// # Errors
    /// The program's own words are in the message.
    pub fn gather(city: &City, stations: u32) -> anyhow::Result<Self> {
        let file = city.data().join("crowd.json");
        run(Command::new(programs::menshen_server()?)
            .args(["crowd", "--stations", &stations.to_string(), "--data"])
            .arg(city.data())
            .arg("--out")
            .arg(&file))?;

        Ok(Self(file))
    }

    /// Starts to play them.
    ///
    /// # Errors
    /// The program does not start.
    pub fn start(&self, play: Play) -> anyhow::Result<Playing> {
        let mut load = Command::new(programs::menshen()?);
        load.args(["load", "--json", "--crowd"])
            .arg(&self.0)
            .args(["--batch", &play.batch.to_string()])
            .args(["--seconds", &play.seconds.to_string()]);
        if let Some(rate) = play.rate {
            load.args(["--rate", &rate.to_string()]);
        }

        Ok(Playing(
            load.stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?,
        ))
    }
}

/// Stations that are being played. Dropping it ends them.
pub struct Playing(Child);

impl Playing {
    /// Its number.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.0.id()
    }

    /// Whether they are still being played.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn goes_on(&mut self) -> anyhow::Result<bool> {
        Ok(self.0.try_wait()?.is_none())
    }

    /// What they measured, once they have ended.
    ///
    /// # Errors
    /// They ended with an error, which is in the message; also where something that was acknowledged is missing.
    pub fn report(mut self) -> anyhow::Result<Report> {
        let (mut said, mut complained) = (String::new(), String::new());
        let mut out = self.0.stdout.take().context("what the stations said")?;
        let mut err = self.0.stderr.take().context("what went wrong with them")?;
        out.read_to_string(&mut said)?;
        err.read_to_string(&mut complained)?;
        let status = self.0.wait()?;
        ensure!(
            status.success(),
            "the stations ended with {status}: {said}{complained}"
        );

        serde_json::from_str(&said).with_context(|| format!("no figures: {said}"))
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until the city's server keeps so many entries.
///
/// # Errors
/// It never does.
pub fn wait_for_entries(city: &City, entries: u64) -> anyhow::Result<()> {
    let watch = Stopwatch::start();
    let (_keep, clock) = channel::<()>();
    // Before the first entry there is no file of the day.
    while city.kept("entries", "true").unwrap_or(0) < entries {
        ensure!(watch.time() < LONGEST, "{entries} entries never came");
        // Nobody sends: it is the time that is waited for.
        ensure!(clock.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout));
    }

    Ok(())
}

/// Lets `menshen-server verify` read everything that the city's server keeps; the faults are in the message.
///
/// # Errors
/// There are faults.
pub fn verify(city: &City) -> anyhow::Result<String> {
    let output = Command::new(programs::menshen_server()?)
        .args(["verify", "--data"])
        .arg(city.data())
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "what is kept is not whole: {said}");

    Ok(said)
}
