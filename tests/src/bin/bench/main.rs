//! `cargo xtask bench`: what a station costs, as ratios within one run against a named baseline.
//!
//! Prints a table and, with `--write`, puts it into docs/benchmarks.md with machine and date.

mod append;
mod decode;
mod frame;
mod lens;
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

/// `true` if every figure holds.
fn run() -> anyhow::Result<bool> {
    let mut write = false;
    let mut wanted = Vec::new();
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "--write" => write = true,
            "frame" | "decode" | "append" | "lens" | "memory" | "receive" | "webcam" | "window" => {
                wanted.push(word);
            }
            other => bail!(
                "there is no figure `{other}`: frame, decode, append, lens, memory, receive, webcam, window, or none for all; --write keeps the table"
            ),
        }
    }
    let all = wanted.is_empty();
    let asked = |name: &str| all || wanted.iter().any(|word| word == name);

    let mut report = Report::default();
    if asked("decode") {
        decode::measure(&mut report).context("decoding a code")?;
    }
    if asked("append") {
        append::measure(&mut report).context("appending to the log")?;
    }
    if asked("frame") {
        frame::measure(&mut report).context("from frame to durable verdict")?;
    }
    if asked("lens") {
        lens::measure(&mut report).context("from a webcam's bytes to a picture")?;
    }
    if asked("memory") {
        memory::measure(&mut report).context("memory over many frames")?;
    }
    if asked("receive") {
        receive::measure(&mut report).context("receiving from many stations")?;
    }
    if asked("webcam") {
        webcam::measure(&mut report).context("the program in front of a webcam")?;
    }
    if asked("window") {
        #[cfg(target_os = "linux")]
        window::measure(&mut report).context("the window")?;
        #[cfg(not(target_os = "linux"))]
        report.leave_out("the window", "it is driven on Linux alone");
    }
    report.print();
    if write {
        report.keep()?;
    }

    Ok(report.holds())
}
