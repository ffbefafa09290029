//! `cargo xtask bench read`: what the reader reads of damaged sheets, beside zxing-cpp and rqrr in the same run.

mod ask;
mod cases;
mod clock;
mod cost;
mod eyes;
mod report;
mod run;
mod say;
mod sets;
mod table;
mod tally;

use std::process::ExitCode;

use crate::{ask::Asked, report::Report};

fn main() -> ExitCode {
    match perform() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say::aside(&format!("bench read: {error:#}"));
            ExitCode::from(2)
        }
    }
}

/// `true` if our reader read no wrong text.
fn perform() -> anyhow::Result<bool> {
    let asked = Asked::parse(std::env::args().skip(1))?;
    eyes::quieten();
    let sets = sets::asked_for(&asked)?;
    if let Some(folder) = &asked.draw {
        for set in &sets {
            sets::keep(set, folder)?;
        }
        return Ok(true);
    }

    let report = Report::make(&sets, &asked)?;
    say::result(&report.text());

    Ok(report.is_sound())
}
