//! The disk laboratory: a station's log on a disk that is watched, that loses power, and that fails.
//!
//! `disk/disk.c`, preloaded into a program, stands before every call that changes a file. It writes the calls down, kills
//! the program at one of them, or has them fail. From what was written down every state is made that a disk may be in
//! after a power loss ([`power`]), which `kill -9` alone never shows. It is for Linux with glibc alone, and wants a C
//! compiler.

pub mod chance;
pub mod door;
pub mod failures;
pub mod kills;
pub mod life;
pub mod power;
pub mod replay;
pub mod report;
pub mod server;
pub mod told;
pub mod trace;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::files::copy_folder;
use anyhow::{Context, ensure};
use tempfile::TempDir;

use power::{Image, Machine};
use trace::Event;

/// Whether there is what the laboratory needs; if not, why.
#[must_use]
pub fn missing() -> Option<&'static str> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return Some("the watched disk is for Linux with glibc alone");
    }
    let compiles = Command::new("cc").arg("--version").output().is_ok();

    (!compiles).then_some("there is no C compiler (cc)")
}

/// What a call is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Whatever changes a file, and opening for writing.
    Change,
    /// Reads.
    Read,
    /// fsync and fdatasync.
    Sync,
    /// What needs room.
    Write,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// The disk fails.
    Broken,
    /// No room is left.
    Full,
    /// It can be read alone.
    ReadOnly,
    /// Half of the bytes still fit, then no room is left.
    Short,
}

/// Calls that fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which.
    pub class: Class,
    /// How.
    pub failing: Failing,
    /// The first of its class, from 1.
    pub first: u64,
    /// How many in a row.
    pub many: u64,
}

/// What the disk does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deed<'a> {
    /// Where every call is written down.
    pub trace: Option<&'a Path>,
    /// The call at which the program is killed, and whether half of what it writes is still written.
    pub kill: Option<(u64, bool)>,
    /// What fails.
    pub fault: Option<Fault>,
}

/// What had been told on the standard output, against what is there.
pub trait Account: Clone {
    /// Takes what was said.
    ///
    /// # Errors
    /// Nobody says that.
    fn hear(&mut self, said: &[u8]) -> anyhow::Result<()>;

    /// Holds it against what lies in `data`, and has that go on. `thorough`: all of it is looked through before the first
    /// start, not only afterwards.
    ///
    /// # Errors
    /// What does not hold.
    fn check(&self, data: &Path, thorough: bool) -> anyhow::Result<()>;

    /// How much was told.
    fn many(&self) -> usize;

    /// What could not be done, in words.
    fn refused(&self) -> &[String];
}

/// A program's life: its word, what lies on the disk before, what had been told by then, and the life that goes on with
/// whatever is left of it.
pub struct Trial<A> {
    /// Its word.
    pub name: &'static str,
    /// The word of the life that goes on.
    pub next: &'static str,
    /// What lies on the disk before.
    pub begun: TempDir,
    /// What had been told before.
    pub told: A,
}

/// The library that is preloaded, and the program whose lives it ends.
pub struct Disk {
    folder: TempDir,
    program: PathBuf,
}

/// How a life ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its status.
    pub status: ExitStatus,
    /// What it said.
    pub said: String,
    /// What it said beside.
    pub stderr: String,
}

impl Disk {
    /// For lives of `program`, which takes the words `disk live LIFE DATA`.
    ///
    /// # Errors
    /// There is no C compiler.
    pub fn new(program: &Path) -> anyhow::Result<Self> {
        let folder = place()?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("disk/disk.c");
        let output = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(folder.path().join("disk.so"))
            .arg(source)
            .arg("-ldl")
            .output()
            .context("a C compiler (cc)")?;
        ensure!(
            output.status.success(),
            "the watched disk does not compile: {}",
            String::from_utf8_lossy(&output.stderr)
        );

        Ok(Self {
            folder,
            program: program.to_owned(),
        })
    }

    /// Has `program` find this disk under the folder `data`.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn lie_under(
        &self,
        program: &mut Command,
        data: &Path,
        deed: Deed<'_>,
    ) -> anyhow::Result<()> {
        program
            .env("LD_PRELOAD", self.folder.path().join("disk.so"))
            .env("MENSHEN_DISK", fs::canonicalize(data)?);
        if let Some(trace) = deed.trace {
            program.env("MENSHEN_DISK_TRACE", trace);
        }
        if let Some((at, half)) = deed.kill {
            let how = if half { "half" } else { "whole" };
            program.env("MENSHEN_DISK_KILL", format!("{at} {how}"));
        }
        if let Some(fault) = deed.fault {
            program.env("MENSHEN_DISK_FAIL", fault.words());
        }

        Ok(())
    }

    /// Lives a life on the folder `data`.
    ///
    /// # Errors
    /// It does not start.
    pub fn live(&self, life: &str, data: &Path, deed: Deed<'_>) -> anyhow::Result<Ended> {
        let mut program = Command::new(&self.program);
        program
            .args(["disk", "live", life])
            .arg(data)
            .stdin(Stdio::null());
        self.lie_under(&mut program, data, deed)?;
        let output = program.output()?;

        Ok(Ended {
            status: output.status,
            said: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Lives a life to its end on a copy of the folder `begun`, and has every call written down. What was written down
    /// makes what really lies there, or something was missed.
    ///
    /// # Errors
    /// As [`Self::live`]; or it did not come to its end.
    pub fn record(
        &self,
        life: &str,
        fault: Option<Fault>,
        begun: &Path,
    ) -> anyhow::Result<(Ended, Vec<Event>)> {
        let (data, beside) = (place()?, place()?);
        copy_folder(begun, data.path())?;
        let trace = beside.path().join("trace");
        let deed = Deed {
            trace: Some(&trace),
            fault,
            ..Deed::default()
        };
        let ended = self.live(life, data.path(), deed)?;
        ensure!(
            ended.status.success(),
            "the life did not end well: {ended:?}"
        );
        let events = trace::read(&trace)?;
        let mut machine = Machine::new(begun)?;
        for event in &events {
            machine.follow(&event.deed)?;
        }
        ensure!(
            durable(machine.seen()) == durable(power::read(data.path())?),
            "the watched disk missed something"
        );

        Ok((ended, events))
    }
}

impl Fault {
    fn words(self) -> String {
        let class = match self.class {
            Class::Change => "change",
            Class::Read => "read",
            Class::Sync => "sync",
            Class::Write => "write",
        };
        let error = match self.failing {
            Failing::Broken => "EIO",
            Failing::Full => "ENOSPC",
            Failing::ReadOnly => "EROFS",
            Failing::Short => "SHORT",
        };
        let last = self.first.saturating_add(self.many.saturating_sub(1));

        format!("{class} {error} {} {last}", self.first)
    }
}

/// Without what `SQLite` shares among processes, in memory of its own: it outlives no restart.
fn durable(mut image: Image) -> Image {
    image.retain(|name, _| !name.ends_with("-shm"));
    image
}

/// A folder in memory where there is one: thousands of small logs are made, and what a disk loses is made by hand.
pub(crate) fn place() -> anyhow::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        TempDir::new_in(memory)
    } else {
        TempDir::new()
    };

    Ok(made?)
}
