//! The wall clock, and times as people write them.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::Timestamp;

/// What the wall clock says.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the shell's clock: everything below takes the time as an argument"
)]
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();

    Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// A time written as `2026-11-24T08:00:00Z`, with any offset, or as seconds since 1970.
///
/// # Errors
/// What was expected.
pub fn parse(text: &str) -> Result<Timestamp, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(Timestamp(seconds));
    }

    parse_written(text).map_err(|_| {
        let text = beginning(text);

        format!("{text} is no time: write 2026-11-24T08:00:00Z or seconds since 1970")
    })
}

/// A time as [`parse`] reads it, or one without an offset, which is in UTC; of a day its first second (ISO 8601).
///
/// # Errors
/// What was expected.
pub(crate) fn parse_loosely(text: &str) -> Result<Timestamp, String> {
    let in_utc = |end: &str| parse_written(&format!("{text}{end}"));

    parse(text).or_else(|expected| {
        in_utc("Z")
            .or_else(|_| in_utc("T00:00:00Z"))
            .map_err(|_| expected)
    })
}

/// A time written as `2026-11-24T08:00:00Z`, with any offset. In tables nothing else counts: a bare number there is a
/// date that lost its dashes, or a count of days.
///
/// # Errors
/// What was expected.
pub fn parse_written(text: &str) -> Result<Timestamp, String> {
    text.parse::<jiff::Timestamp>()
        .map(|time| Timestamp(time.as_second()))
        .map_err(|_| {
            let text = beginning(text);

            format!("{text} is no time: write 2026-11-24T08:00:00Z or 2026-11-24T16:00:00+08:00")
        })
}

/// As much of what somebody wrote as a message needs.
fn beginning(text: &str) -> String {
    let begin: String = text.chars().take(LONGEST).collect();
    let more = if begin.len() < text.len() { "..." } else { "" };

    format!("{begin:?}{more}")
}

/// A time as `2026-11-24T08:00:00Z`; beyond the year 9999 as seconds.
#[must_use]
pub fn show(time: Timestamp) -> String {
    jiff::Timestamp::from_second(time.0)
        .map_or_else(|_| time.0.to_string(), |known| known.to_string())
}

/// Every spelling of a time is shorter.
const LONGEST: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_both_spellings_and_shown_in_one() {
        let eight = Timestamp(1_795_507_200);
        for text in [
            "2026-11-24T08:00:00Z",
            "2026-11-24T16:00:00+08:00",
            "1795507200",
        ] {
            assert_eq!(parse(text), Ok(eight), "{text}");
        }
        assert_eq!(show(eight), "2026-11-24T08:00:00Z");
    }

    #[test]
    fn elsewhere_a_time_without_an_offset_is_in_utc() {
        for (text, time) in [
            ("2026-11-24T08:00:00", 1_795_507_200),
            ("2026-11-24T16:00:00+08:00", 1_795_507_200),
            ("2026-11-24", 1_795_478_400),
        ] {
            assert_eq!(parse_loosely(text), Ok(Timestamp(time)), "{text}");
        }
        assert!(parse_loosely("yesterday").is_err());
    }

    #[test]
    fn in_a_table_a_bare_number_is_no_time() {
        assert_eq!(
            parse_written("2026-11-24T16:00:00+08:00"),
            Ok(Timestamp(1_795_507_200))
        );
        for text in ["20261124", "0", "-5", "1795507200", "2026-11-24"] {
            assert!(parse_written(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_without_an_offset_and_other_words_are_refused_with_what_to_write() {
        for text in ["2026-11-24T08:00:00", "yesterday", ""] {
            assert_eq!(
                parse(text),
                Err(format!(
                    "{text:?} is no time: write 2026-11-24T08:00:00Z or seconds since 1970"
                ))
            );
        }
    }

    #[test]
    fn of_a_long_text_that_is_no_time_a_message_repeats_the_beginning() {
        let long = "十".repeat(1_000_000);
        let begin = "十".repeat(40);
        assert_eq!(
            parse(&long),
            Err(format!(
                "\"{begin}\"... is no time: write 2026-11-24T08:00:00Z or seconds since 1970"
            ))
        );
        assert_eq!(
            parse_written(&begin),
            Err(format!(
                "\"{begin}\" is no time: write 2026-11-24T08:00:00Z or 2026-11-24T16:00:00+08:00"
            ))
        );
    }
}
