//! The whole station program, with sheets held up to it, on a disk that stops working.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::ensure;
use domain::verdict::Verdict;

use super::{Deed, Disk, Fault, place, trace};
use crate::city::City;
use crate::{kill, programs};

/// What a station showed.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Verdicts with their numbers in the log.
    pub told: BTreeMap<u64, Verdict>,
    /// Verdicts without one, as they were shown.
    pub unstored: Vec<String>,
    /// Whether the program ended well.
    pub ended_well: bool,
    /// Its messages.
    pub messages: String,
}

/// How many calls that change a file the station of a city makes while it shows these pictures.
///
/// # Errors
/// It does not end well.
pub fn calls(disk: &Disk, city: &City, pictures: &Path) -> anyhow::Result<u64> {
    let beside = place()?;
    let trace = beside.path().join("trace");
    let deed = Deed {
        trace: Some(&trace),
        ..Deed::default()
    };
    let shown = run(disk, city, pictures, deed)?;
    ensure!(
        shown.ended_well && shown.unstored.is_empty(),
        "on a disk that is well: {shown:?}"
    );
    let events = trace::read(&trace)?;

    Ok(events.iter().map(|event| event.count).max().unwrap_or(0))
}

/// Shows these pictures to the station of a city while its disk fails. Afterwards the disk is well again.
///
/// # Errors
/// The program panicked, somebody was admitted without an entry, or what was shown with a number is not in the log.
pub fn show(disk: &Disk, city: &City, pictures: &Path, fault: Fault) -> anyhow::Result<Shown> {
    let deed = Deed {
        fault: Some(fault),
        ..Deed::default()
    };
    let shown = run(disk, city, pictures, deed)?;
    for line in &shown.unstored {
        ensure!(
            !line.contains(" admit "),
            "admitted without an entry: {line}"
        );
    }
    kill::check(city, &shown.told)?;

    Ok(shown)
}

fn run(disk: &Disk, city: &City, pictures: &Path, deed: Deed<'_>) -> anyhow::Result<Shown> {
    let mut program = Command::new(programs::menshen()?);
    program
        .args(["station", "--headless", "--data"])
        .arg(city.data())
        .arg("--frames")
        .arg(pictures)
        .stdin(Stdio::null());
    disk.lie_under(&mut program, &city.data().join("station"), deed)?;
    let output = program.output()?;
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(
        output.status.code().is_some_and(|code| code != 101) && !messages.contains("panicked"),
        "it did not end in words: {} {messages}",
        output.status
    );
    let mut shown = Shown {
        ended_well: output.status.success(),
        messages,
        ..Shown::default()
    };
    for line in String::from_utf8(output.stdout)?.lines() {
        if line.ends_with("not stored") {
            shown.unstored.push(line.to_owned());
        } else {
            kill::note(line, &mut shown.told)?;
        }
    }

    Ok(shown)
}
