//! `cargo xtask soak`: what takes too long for every change. Its report is kept in docs/soak.md.
//! `cargo xtask soak camera` pulls a virtual webcam's cable a hundred times, and keeps docs/soak-camera.md.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use acceptance::city::City;
use acceptance::headless::{Headless, Way};
use acceptance::uvc::{Packing, Webcam};
use acceptance::{frames, kill};
use anyhow::Context;

const ROUNDS: usize = 1_000;
const PULLS: usize = 100;

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people who wait"
)]
fn main() -> ExitCode {
    match run() {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("soak: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<String> {
    let now = station::Clock::new(0).now().wall;
    let (year, month, day) = now.date(0);
    let today = format!("{year}-{month:02}-{day:02}");
    let rounds = match std::env::args().nth(1) {
        Some(word) if word == "camera" => return camera(&today),
        Some(word) => word.parse().context("the number of rounds")?,
        None => ROUNDS,
    };
    let seed = now.0.unsigned_abs();
    let killed = kill::at_random_points(rounds, seed)?;
    if rounds >= ROUNDS {
        kill::keep_report(&killed, seed, &today)?;
    }

    Ok(format!("{killed:?}"))
}

/// The report has the rounds in steps of ten.
fn camera(today: &str) -> anyhow::Result<String> {
    let mut city = City::found()?;
    city.start_server()?;
    city.enrol()?;
    let mut report = format!(
        "# Soak: a webcam pulled out and plugged in again\n\nMade by `cargo xtask soak camera`, {today}: {PULLS} \
         times by each library, on the virtual webcam at 1280x720, 15 frames a second.\n\n\
         | library | rounds | back after, longest | memory KiB | open files | threads |\n|---|---|---|---|---|---|\n"
    );
    for (way, name) in [(Way::Own, "Video4Linux"), (Way::Nokhwa, "nokhwa")] {
        let mut webcam = Webcam::plug_in(&[frames::empty()], Packing::Jpeg)?;
        let station = Headless::start(&city, &webcam, way)?.context(
            "the programs have no camera: build menshen with `--features menshen/camera`, and menshen-server, and \
             name their folder in MENSHEN_PROGRAMS",
        )?;
        let after = station.pull(&mut webcam, PULLS)?;
        for (step, rounds) in after.chunks(PULLS / 10).enumerate() {
            let longest = rounds
                .iter()
                .map(|(time, _)| *time)
                .max()
                .unwrap_or_default();
            let (_, size) = rounds.last().context("a step has rounds")?;
            let done = (step + 1) * (PULLS / 10);
            writeln!(
                report,
                "| {name} | {done} | {:.2} s | {} | {} | {} |",
                longest.as_secs_f64(),
                size.memory,
                size.files,
                size.threads
            )?;
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/soak-camera.md");
    fs::write(&path, &report).with_context(|| format!("cannot write {}", path.display()))?;

    Ok(report)
}
