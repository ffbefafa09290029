//! UTC days: one database and one key each.

use std::fmt;

use domain::time::{DAY, Timestamp};

/// Days back from arrival beyond which a time is taken for a clock that was far off. It holds the retention
/// of 14 days and a station that was offline for six weeks beyond it.
const BACK: i64 = 60;
/// Days ahead: clocks differ, and stations stand east of Greenwich.
const AHEAD: i64 = 2;
/// 15-minute buckets in a day.
const BUCKETS: u64 = 96;

/// A UTC day, counted from 1970-01-01; written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

/// Where an entry belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Nowhere: its day was erased at retention before it came, and only its hash is kept.
    Expired,
    /// In the file of this day.
    Of(Day),
}

impl Day {
    /// The day that a time falls in.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        Self(time.0.div_euclid(DAY))
    }

    /// The first second of the day.
    #[must_use]
    pub fn begins(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(DAY))
    }

    /// The day so many days before this one.
    #[must_use]
    pub fn back(self, days: u32) -> Self {
        Self(self.0.saturating_sub(i64::from(days)))
    }

    /// Where an entry of this bucket belongs that came at `received`, where days before `kept_from` are
    /// erased. `empty`: it carries nothing beside its core any more.
    ///
    /// A clock that was far off when the entry was made would otherwise make a file of its own for ever, or
    /// have it erased unread: such an entry is filed under its arrival. One that is empty was old to its own
    /// station too, so it is believed.
    #[must_use]
    pub fn of_entry(bucket: u64, received: Timestamp, kept_from: Self, empty: bool) -> Shelf {
        let today = Self::of(received);
        let Ok(day) = i64::try_from(bucket / BUCKETS).map(Self) else {
            return Shelf::Of(today);
        };
        if day.0 > today.0.saturating_add(AHEAD) {
            return Shelf::Of(today);
        }
        let far_off = day.0 < today.0.saturating_sub(BACK);
        if day < kept_from && (empty || !far_off) {
            return Shelf::Expired;
        }

        Shelf::Of(if far_off { today } else { day })
    }

    /// The day whose file has this stem; none for other names.
    #[must_use]
    pub fn from_stem(stem: &str) -> Option<Self> {
        let mut parts = stem.splitn(3, '-');
        let mut number = || parts.next()?.parse::<i64>().ok();
        let day = Self(days_from_civil(number()?, number()?, number()?)?);

        (day.to_string() == stem).then_some(day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.begins().date(0);

        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Days from 1970-01-01 to a date, after Howard Hinnant's algorithm of this name.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(0..=9_999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-24T10:00:00Z.
    const NOW: Timestamp = Timestamp(1_795_514_400);

    fn shelf(time: i64, empty: bool) -> Shelf {
        let bucket = u64::try_from(time / 900).unwrap();

        Day::of_entry(bucket, NOW, Day::of(NOW).back(14), empty)
    }

    fn filed(time: i64) -> String {
        match shelf(time, false) {
            Shelf::Of(day) => day.to_string(),
            Shelf::Expired => "expired".to_owned(),
        }
    }

    #[test]
    fn an_entry_is_filed_under_the_day_it_was_made() {
        assert_eq!(Day::of(NOW).to_string(), "2026-11-24");
        assert_eq!(filed(NOW.0 - 11 * 3_600), "2026-11-23");
        assert_eq!(filed(NOW.0 - 14 * DAY), "2026-11-10");
        assert_eq!(filed(NOW.0 + DAY), "2026-11-25");
    }

    #[test]
    fn an_entry_whose_day_is_erased_already_is_expired() {
        assert_eq!(filed(NOW.0 - 15 * DAY), "expired");
        assert_eq!(filed(NOW.0 - 60 * DAY), "expired");
    }

    #[test]
    fn an_entry_of_a_clock_that_was_far_off_is_filed_under_its_arrival_unless_it_carries_nothing() {
        assert_eq!(filed(0), "2026-11-24");
        assert_eq!(filed(NOW.0 - 61 * DAY), "2026-11-24");
        assert_eq!(filed(NOW.0 + 3 * DAY), "2026-11-24");
        assert_eq!(shelf(NOW.0 - 61 * DAY, true), Shelf::Expired);
        let kept_from = Day::of(NOW).back(14);
        assert_eq!(
            Day::of_entry(u64::MAX, NOW, kept_from, true),
            Shelf::Of(Day::of(NOW))
        );
    }

    #[test]
    fn only_dates_name_days() {
        assert_eq!(Day::from_stem("2026-11-24"), Some(Day::of(NOW)));
        assert_eq!(
            Day::from_stem("2024-02-29").map(|day| day.to_string()),
            Some("2024-02-29".to_owned())
        );
        for other in [
            "2026-11-24x",
            "20261124",
            "....-..-..",
            "",
            "２026-1",
            "2026-02-29",
            "2026-13-01",
            "+026-11-24",
            "2026-11-24-01",
        ] {
            assert_eq!(Day::from_stem(other), None, "{other}");
        }
    }
}
