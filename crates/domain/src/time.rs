//! Points in time as the rules see them. Nobody here asks a clock: callers pass what theirs says.

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z, as in a CWT (RFC 8392 §2).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "number"))]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Seconds in an hour.
pub const HOUR: i64 = 3_600;
/// Seconds in a day.
pub const DAY: i64 = 86_400;
/// Seconds in a week; the length of a sealing key's and a status secret's turn.
pub const WEEK: i64 = 604_800;

impl Timestamp {
    /// This time moved by `seconds`, staying at the ends of the range instead of wrapping.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this time; negative if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The 15-minute bucket that an entry shows in clear: `floor(unix / 900)`.
    #[must_use]
    pub fn bucket(self) -> i64 {
        self.0.div_euclid(900)
    }

    /// The UTC day: `floor(unix / 86400)`. Never negative on the wire: days before 1970 read as 0.
    #[must_use]
    pub fn utc_day(self) -> u32 {
        u32::try_from(self.0.div_euclid(DAY)).unwrap_or(0)
    }

    /// The week of a sealing key or status secret: `floor(unix / 604800)`. Before 1970 reads as 0.
    #[must_use]
    pub fn week(self) -> u64 {
        u64::try_from(self.0.div_euclid(WEEK)).unwrap_or(0)
    }

    /// The proleptic Gregorian date at an offset of `utc_offset_minutes` from UTC: (year, month, day).
    #[must_use]
    pub fn date(self, utc_offset_minutes: i32) -> (i64, u8, u8) {
        civil_date(
            self.plus(i64::from(utc_offset_minutes).saturating_mul(60))
                .0
                .div_euclid(DAY),
        )
    }
}

/// What the two clocks of a machine say at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock, which anyone may set.
    pub wall: Timestamp,
    /// Milliseconds since this process started, from a clock that only moves forward.
    pub mono_ms: u64,
}

impl Moment {
    /// Milliseconds from `earlier` to this moment on the monotonic clock; 0 if it lies later.
    #[must_use]
    pub fn ms_since(self, earlier: Self) -> u64 {
        self.mono_ms.saturating_sub(earlier.mono_ms)
    }
}

/// Days since 1970-01-01 to a date, after Howard Hinnant's `civil_from_days`.
fn civil_date(days: i64) -> (i64, u8, u8) {
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = day_of_era
        .saturating_sub(day_of_era / 1_460)
        .saturating_add(day_of_era / 36_524)
        .saturating_sub(day_of_era / 146_096)
        / 365;
    let day_of_year = day_of_era.saturating_sub(
        year_of_era
            .saturating_mul(365)
            .saturating_add(year_of_era / 4)
            .saturating_sub(year_of_era / 100),
    );
    let shifted_month = day_of_year.saturating_mul(5).saturating_add(2) / 153;
    let day = day_of_year
        .saturating_sub(shifted_month.saturating_mul(153).saturating_add(2) / 5)
        .saturating_add(1);
    let month = if shifted_month < 10 {
        shifted_month.saturating_add(3)
    } else {
        shifted_month.saturating_sub(9)
    };
    let year = year_of_era
        .saturating_add(era.saturating_mul(400))
        .saturating_add(i64::from(month <= 2));

    (
        year,
        u8::try_from(month).unwrap_or(1),
        u8::try_from(day).unwrap_or(1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_follows_the_venue_not_greenwich() {
        let new_year_in_shanghai = Timestamp(1_798_732_800); // 2026-12-31T16:00:00Z
        assert_eq!(new_year_in_shanghai.date(0), (2026, 12, 31));
        assert_eq!(new_year_in_shanghai.date(480), (2027, 1, 1));
    }

    #[test]
    fn leap_days_and_the_time_before_1970_have_dates() {
        assert_eq!(Timestamp(951_782_400).date(0), (2000, 2, 29));
        assert_eq!(Timestamp(-1).date(0), (1969, 12, 31));
        assert_eq!(Timestamp(0).date(0), (1970, 1, 1));
    }

    #[test]
    fn buckets_days_and_weeks_count_from_1970_and_never_wrap() {
        assert_eq!(Timestamp(900).bucket(), 1);
        assert_eq!(Timestamp(-1).utc_day(), 0);
        assert_eq!(Timestamp(WEEK).week(), 1);
        assert_eq!(Timestamp(i64::MAX).plus(1), Timestamp(i64::MAX));
    }
}
