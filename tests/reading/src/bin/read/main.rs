//! `cargo xtask bench read`: what the reader reads of damaged sheets, beside zxing-cpp and rqrr in the same run.

mod ask;
mod cases;
mod clock;
mod eyes;
mod run;
mod say;
mod table;
mod tally;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;

use crate::{ask::Asked, cases::Set};

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
    let mut sound = true;
    say::result(&format!("{}. Times: {}.\n", table::LEGEND, clock::MEASURED));
    for set in sets(&asked)? {
        let counts = run::read(&set, &asked)?;
        let eyes = asked.eyes(set.cases.iter().any(cases::Case::is_video));
        say::result(&format!(
            "## {}\n\n{}",
            set.name,
            table::table(&eyes, &counts, !asked.counts_only)
        ));
        sound &= counts.total().first().is_none_or(|ours| ours.wrong == 0);
    }

    Ok(sound)
}

fn sets(asked: &Asked) -> anyhow::Result<Vec<Set>> {
    let mut sets = Vec::new();
    for folder in &asked.folders {
        for (videos, wanted) in [(false, asked.stills), (true, asked.videos)] {
            let mut set = Set::folder(folder)?;
            set.retain(videos);
            if wanted && !set.cases.is_empty() {
                sets.push(set);
            }
        }
    }

    Ok(sets)
}
