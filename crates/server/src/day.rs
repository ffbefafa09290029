//! UTC days: one database and one key each.

use std::fmt;

use domain::time::{DAY, Timestamp};

/// Days back from arrival within which an entry is filed under its own day. It holds the retention of
/// 14 days and a station that was offline for six weeks beyond it.
const BACK: i64 = 60;
/// Days ahead: clocks differ, and stations stand east of Greenwich.
const AHEAD: i64 = 2;
/// 15-minute buckets in a day.
const BUCKETS: u64 = 96;

/// A UTC day by its date, `YYYY-MM-DD`; in order of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(String);

impl Day {
    /// The day that a time falls in.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        let (year, month, day) = time.date(0);

        Self(format!("{year:04}-{month:02}-{day:02}"))
    }

    /// The day that an entry of this bucket is filed under. A clock that was far off when the entry was
    /// made would otherwise make a file of its own for ever: such an entry is filed under its arrival.
    #[must_use]
    pub fn of_entry(bucket: u64, received: Timestamp) -> Self {
        let today = received.0.div_euclid(DAY);
        match i64::try_from(bucket / BUCKETS) {
            Ok(day) if (today - BACK..=today + AHEAD).contains(&day) => {
                Self::of(Timestamp(day * DAY))
            }
            Ok(_) | Err(_) => Self::of(received),
        }
    }

    /// The day whose file has this stem; none for other names.
    #[must_use]
    pub fn from_stem(stem: &str) -> Option<Self> {
        let shape = stem.len() == 10
            && stem.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });

        shape.then(|| Self(stem.to_owned()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-24T10:00:00Z.
    const NOW: Timestamp = Timestamp(1_795_514_400);

    fn filed(time: i64) -> String {
        Day::of_entry(u64::try_from(time / 900).unwrap(), NOW).to_string()
    }

    #[test]
    fn an_entry_is_filed_under_the_day_it_was_made() {
        assert_eq!(Day::of(NOW).to_string(), "2026-11-24");
        assert_eq!(filed(NOW.0 - 11 * 3_600), "2026-11-23");
        assert_eq!(filed(NOW.0 - 60 * DAY), "2026-09-25");
        assert_eq!(filed(NOW.0 + DAY), "2026-11-25");
    }

    #[test]
    fn an_entry_of_a_clock_that_was_far_off_is_filed_under_its_arrival() {
        assert_eq!(filed(0), "2026-11-24");
        assert_eq!(filed(NOW.0 - 61 * DAY), "2026-11-24");
        assert_eq!(filed(NOW.0 + 3 * DAY), "2026-11-24");
        assert_eq!(Day::of_entry(u64::MAX, NOW).to_string(), "2026-11-24");
    }

    #[test]
    fn only_dates_name_days() {
        assert_eq!(Day::from_stem("2026-11-24"), Some(Day::of(NOW)));
        for other in ["2026-11-24x", "20261124", "....-..-..", "", "２026-1"] {
            assert_eq!(Day::from_stem(other), None);
        }
    }
}
