//! `cargo xtask bench read`: what the reader reads of damaged sheets, beside zxing-cpp and rqrr in the same run.

mod ask;
mod cases;
mod clock;
mod coach;
mod cost;
mod eyes;
mod figures;
mod keep;
mod plot;
mod report;
mod run;
mod say;
mod sets;
mod table;
mod tally;
mod wrong;

use std::process::ExitCode;

use crate::{
    ask::{Asked, Chore},
    report::Report,
};

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
    match &asked.chore {
        Chore::Coach(first) => coach::perform(*first, asked.budget(true)),
        Chore::Draw(folder) => {
            for set in sets::asked_for(&asked)? {
                sets::keep(&set, folder)?;
            }
        }
        Chore::Figures => figures::perform()?,
        Chore::Read => return figures(&asked),
        Chore::Wrong(count) => return Ok(wrong::perform(*count, &asked)),
    }

    Ok(true)
}

fn figures(asked: &Asked) -> anyhow::Result<bool> {
    let report = Report::make(&sets::asked_for(asked)?, asked)?;
    say::result(&report.text());
    if asked.write {
        keep::keep(&report)?;
    }

    Ok(report.is_sound())
}
