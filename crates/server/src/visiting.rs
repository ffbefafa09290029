//! A visit as a line of text.

use domain::entry::{Action, Kind};
use domain::hex;
use domain::time::Timestamp;
use domain::verdict::Verdict;
use server::day::Day;
use server::store::sqlite::Visit;

/// Seconds of a bucket.
const BUCKET: i64 = 900;

/// `2026-11-24T10:00Z  gate 2  scan  admit  admitted  station ...  epoch 1  entry 12  flags 8`.
pub(crate) fn line(visit: &Visit) -> String {
    let core = &visit.core;
    let begins = i64::try_from(core.bucket).unwrap_or(i64::MAX);

    format!(
        "{}  gate {}  {}  {}  {}  station {}  epoch {}  entry {}  flags {}",
        minute(Timestamp(begins.saturating_mul(BUCKET))),
        core.place.gate,
        kind(core.kind),
        core.verdict.map_or("none", verdict),
        action(core.action),
        hex::encode(visit.chain.station.0),
        visit.chain.epoch,
        visit.seq,
        core.flags.0
    )
}

pub(crate) fn minute(time: Timestamp) -> String {
    let day = Day::of(time);
    let minutes = time.since(day.begins()) / 60;

    format!("{day}T{:02}:{:02}Z", minutes / 60, minutes % 60)
}

/// The words of docs/formats.md.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Scan => "scan",
        Kind::Registered => "registered",
        Kind::Emergency => "emergency",
        Kind::Undo => "undo",
        Kind::LetIn => "let_in",
        Kind::Gone => "gone",
        Kind::Clock => "clock",
        Kind::Shift => "shift",
        Kind::KeyRoll => "key_roll",
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Admit => "admit",
        Verdict::Attention => "attention",
        Verdict::Refuse => "refuse",
        Verdict::Undecided => "undecided",
    }
}

fn action(action: Action) -> &'static str {
    match action {
        Action::None => "none",
        Action::Admitted => "admitted",
        Action::Shown => "shown",
        Action::TurnedAway => "turned_away",
        Action::LetIn => "let_in",
        Action::EmergencyAdmitted => "emergency_admitted",
        Action::Abandoned => "abandoned",
        Action::Undone => "undone",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_to_the_minute() {
        assert_eq!(minute(Timestamp(1_795_514_400)), "2026-11-24T10:00Z");
        assert_eq!(minute(Timestamp(1_795_513_500)), "2026-11-24T09:45Z");
    }
}
