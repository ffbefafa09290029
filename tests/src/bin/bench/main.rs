//! `cargo xtask bench`: what a station costs, as ratios within one run against a named baseline.
//!
//! Prints tables and, with `--write`, puts them into docs/benchmarks.md with machine and date, each in its own section.

mod append;
mod decode;
mod drain;
mod foreign;
mod frame;
mod lens;
mod lookup;
mod memory;
mod receive;
mod report;
mod unwatched;
mod webcam;
#[cfg(target_os = "linux")]
mod window;

use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::report::Report;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            report::complain(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

/// A figure: its word on the command line, its section of the page, and how it is taken.
type Figure = (
    &'static str,
    &'static str,
    fn(&mut Report) -> anyhow::Result<()>,
);

const FIGURES: &[Figure] = &[
    ("decode", "Decoding a code", decode::measure),
    (
        "foreign",
        "Decoding a code of another format",
        foreign::measure,
    ),
    (
        "lookup",
        "Looking up a code that nobody signed",
        lookup::measure,
    ),
    ("append", "Appending to the log", append::measure),
    ("frame", "From frame to durable verdict", frame::measure),
    ("lens", "From a webcam's bytes to a picture", lens::measure),
    ("memory", "Memory over many frames", memory::measure),
    ("receive", "Receiving", receive::measure),
    ("drain", "Draining a station's log", drain::measure),
    ("webcam", "In front of a webcam", webcam::measure),
    ("window", "The window", window_if_any),
];

/// `true` if every figure holds.
fn run() -> anyhow::Result<bool> {
    let mut write = false;
    let mut wanted = Vec::new();
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "--write" => write = true,
            figure if FIGURES.iter().any(|(name, _, _)| *name == figure) => wanted.push(word),
            other => {
                let names: Vec<&str> = FIGURES.iter().map(|(name, _, _)| *name).collect();
                bail!(
                    "there is no figure `{other}`: {}, or none for all; --write keeps the sections that were measured",
                    names.join(", ")
                )
            }
        }
    }

    let mut report = Report::default();
    for (name, title, measure) in FIGURES {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            report.begin(name, title);
            measure(&mut report).with_context(|| (*title).to_owned())?;
        }
    }
    report.print();
    if write {
        report.keep()?;
    }

    Ok(report.holds())
}

#[cfg(target_os = "linux")]
fn window_if_any(report: &mut Report) -> anyhow::Result<()> {
    window::measure(report)
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
fn window_if_any(report: &mut Report) -> anyhow::Result<()> {
    report.leave_out("the window", "it is driven on Linux alone");

    Ok(())
}
