//! Enrols the demo's station: the authority's part, comparing two codes, is done here for the person.

use std::{path::Path, process::Command};

use super::{Programs, talk::Talk};
use crate::{failure::Outcome, process, say};

/// Enrols the station unless it is enrolled.
pub(super) fn enrol(programs: &Programs, data: &Path) -> Outcome {
    if data.join("station").join(LOG).exists() {
        say::line("The station was enrolled by an earlier start.");
        return Ok(());
    }
    let pairing = data.join("server").join("pairing.json");
    process::run(
        Command::new(&programs.server)
            .args([
                "pair",
                "--venue-name",
                VENUE,
                "--venue-kind",
                "public_place",
                "--address",
                ADDRESS,
                "--gate",
                "1",
                "--data",
            ])
            .arg(data)
            .arg("--out")
            .arg(&pairing),
    )?;

    let mut talk = Talk::start(
        Command::new(&programs.menshen)
            .args(["station", "enrol", "--demo", "--key-file", "--data"])
            .arg(data)
            .arg("--pairing")
            .arg(&pairing),
    )?;
    let code = talk.hear(code)?;
    say::line(
        "For the demo the code is confirmed at once; a real authority compares it with the one on the station.",
    );
    process::run(
        Command::new(&programs.server)
            .args(["approve", "--data"])
            .arg(data)
            .arg(&code),
    )?;

    talk.end()
}

/// The 12 digits in `code: 1234 5678 9012`.
fn code(line: &str) -> Option<String> {
    let (_, digits) = line.split_once("code: ")?;
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();

    (digits.len() == 12).then_some(digits)
}

/// What enrolment makes last: a station that has it is enrolled, and one that has less enrols again.
const LOG: &str = "station.db";
const VENUE: &str = "河滨菜市场 Riverside Market";
const ADDRESS: &str = "滨河路 12 号 / 12 Riverside Road";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twelve_digits_are_read_in_their_groups() {
        assert_eq!(
            code("  code: 0123 4567 8901"),
            Some("012345678901".to_owned())
        );
        assert_eq!(code("code: 0123 4567"), None);
        assert_eq!(code("waiting for the authority"), None);
    }
}
