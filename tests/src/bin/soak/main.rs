//! `cargo xtask soak`: what takes too long for every change. Its report is kept in docs/soak.md.
//! `cargo xtask soak camera` pulls a virtual webcam's cable a hundred times, and keeps docs/soak-camera.md;
//! `cargo xtask soak line` sends 10,000 entries through 1,000 faults, and keeps docs/soak-line.md;
//! `cargo xtask soak server` kills a server under load, and keeps docs/soak-server.md;
//! `cargo xtask soak query` asks one that holds 20 million entries, and keeps docs/soak-query.md;
//! `cargo xtask soak changes` changes a million bits and characters of signed codes, and keeps docs/soak-changes.md;
//! `cargo xtask soak disk` kills stations at chosen calls and takes their power, and keeps docs/soak-disk.md.

mod camera;
mod changes;
mod disk;
mod line;
mod query;
mod server;

use std::path::Path;
use std::process::ExitCode;

use acceptance::kill;
use anyhow::{Context, bail};

const ROUNDS: usize = 1_000;
const KILLS: usize = 200;
const ENTRIES: usize = 20_000_000;
const POWER_LOSSES: usize = 10_000;
const AIMED_KILLS: usize = 1_000;
const CHANGES: usize = 1_000_000;
const SENT: usize = 10_000;
const FAULTS: usize = 1_000;
const USAGE: &str = "usage: cargo xtask soak [ROUNDS] | camera | changes [N] | disk [STATES KILLS] | line [ENTRIES FAULTS] | server [KILLS] | query [ENTRIES] | bodies ... | decoder ... | frames ...";

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Soak {
    Camera,
    Changes(usize),
    Disk { states: usize, kills: usize },
    Live { life: String, data: String },
    Line(usize, usize),
    Query(usize),
    Server(usize),
    Station(usize),
}

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people who wait"
)]
fn main() -> ExitCode {
    match run() {
        Ok(report) if report.is_empty() => ExitCode::SUCCESS,
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
    let words: Vec<String> = std::env::args().skip(1).collect();
    let soak = asked(&words.iter().map(String::as_str).collect::<Vec<_>>())?;
    let now = station::Clock::new(0).now().wall;
    let (year, month, day) = now.date(0);
    let today = format!("{year}-{month:02}-{day:02}");
    let seed = now.0.unsigned_abs();
    match soak {
        Soak::Camera => camera::pull(&today),
        Soak::Changes(wanted) => changes::make(wanted, CHANGES, seed, &today),
        Soak::Disk { states, kills } => disk::soak(
            (states, kills),
            states >= POWER_LOSSES && kills >= AIMED_KILLS,
            seed,
            &today,
        ),
        Soak::Live { life, data } => disk::live(&life, Path::new(&data)),
        Soak::Line(entries, faults) => line::send((entries, faults), (SENT, FAULTS), seed, &today),
        Soak::Query(entries) => query::ask(entries, ENTRIES, seed, &today),
        Soak::Server(kills) => server::kill(kills, KILLS, seed, &today),
        Soak::Station(rounds) => {
            let killed = kill::at_random_points(rounds, seed)?;
            if rounds >= ROUNDS {
                kill::keep_report(&killed, seed, &today)?;
            }

            Ok(format!("{killed:?}"))
        }
    }
}

/// A word that means nothing must not begin hours of work.
fn asked(words: &[&str]) -> anyhow::Result<Soak> {
    let number = |word: &str| word.parse().ok().filter(|n| *n > 0).context(USAGE);
    Ok(match words {
        [] => Soak::Station(ROUNDS),
        ["camera"] => Soak::Camera,
        ["changes"] => Soak::Changes(CHANGES),
        ["changes", wanted] => Soak::Changes(number(wanted)?),
        ["disk"] => Soak::Disk {
            states: POWER_LOSSES,
            kills: AIMED_KILLS,
        },
        // What the laboratory starts, itself.
        ["disk", "live", life, data] => Soak::Live {
            life: (*life).to_owned(),
            data: (*data).to_owned(),
        },
        ["disk", states, kills] => Soak::Disk {
            states: number(states)?,
            kills: number(kills)?,
        },
        ["line"] => Soak::Line(SENT, FAULTS),
        ["line", entries, faults] => Soak::Line(number(entries)?, number(faults)?),
        ["query"] => Soak::Query(ENTRIES),
        ["query", entries] => Soak::Query(number(entries)?),
        ["server"] => Soak::Server(KILLS),
        ["server", kills] => Soak::Server(number(kills)?),
        [rounds] => Soak::Station(number(rounds)?),
        _ => bail!(USAGE),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_means_nothing_begins_nothing_and_is_told_what_would() {
        assert_eq!(asked(&[]).unwrap(), Soak::Station(ROUNDS));
        assert_eq!(asked(&["7"]).unwrap(), Soak::Station(7));
        assert_eq!(asked(&["line"]).unwrap(), Soak::Line(10_000, 1_000));
        assert_eq!(asked(&["line", "9", "8"]).unwrap(), Soak::Line(9, 8));
        assert_eq!(asked(&["server", "3"]).unwrap(), Soak::Server(3));
        for words in [
            &["--help"][..],
            &["servr"],
            &["0"],
            &["server", "x"],
            &["line", "9"],
            &["7", "8"],
        ] {
            let error = asked(words).unwrap_err().to_string();
            assert!(error.starts_with("usage: cargo xtask soak"), "{error}");
        }
    }
}
