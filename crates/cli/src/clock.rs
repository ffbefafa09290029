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
        format!("{text:?} is no time: write 2026-11-24T08:00:00Z or seconds since 1970")
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
            format!("{text:?} is no time: write 2026-11-24T08:00:00Z or 2026-11-24T16:00:00+08:00")
        })
}

/// A time as `2026-11-24T08:00:00Z`; beyond the year 9999 as seconds.
#[must_use]
pub fn show(time: Timestamp) -> String {
    jiff::Timestamp::from_second(time.0)
        .map_or_else(|_| time.0.to_string(), |known| known.to_string())
}

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
}
