//! `cargo xtask soak`: what takes too long for every change. Its report is kept in docs/soak.md.

use std::process::ExitCode;

use acceptance::kill;
use anyhow::Context;

const ROUNDS: usize = 1_000;

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
    let rounds = match std::env::args().nth(1) {
        Some(word) => word.parse().context("the number of rounds")?,
        None => ROUNDS,
    };
    let seed = now.0.unsigned_abs();
    let killed = kill::at_random_points(rounds, seed)?;
    let (year, month, day) = now.date(0);
    if rounds >= ROUNDS {
        kill::keep_report(&killed, seed, &format!("{year}-{month:02}-{day:02}"))?;
    }

    Ok(format!("{killed:?}"))
}
