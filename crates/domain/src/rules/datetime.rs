//! Dates and date-times as CertLogic reads, moves and writes them: milliseconds of UTC, as ECMA-262 §21.4 counts them.

use std::fmt;

use super::operation::Unit;
use crate::time::Timestamp;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// The farthest from 1970 that a time may be: 100 million days (ECMA-262 §21.4.1.1).
const FARTHEST: i64 = 100_000_000 * DAY;
/// Years that no time reaches: what is added to them cannot overflow.
const FARTHEST_YEAR: i64 = 300_000;

/// Milliseconds since 1970-01-01T00:00:00.000Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DateTime(i64);

impl DateTime {
    /// What `plusTime` reads: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or `YYYY-MM-DDThh:mm:ss` with any number of decimals and
    /// `Z`, `±h`, `±hh`, `±hmm`, `±hhmm`, `±h:mm`, `±hh:mm` or nothing, which is UTC, behind it. A partial date is its last day.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = Rest(text.as_bytes());
        let (days, whole) = rest.date()?;
        if rest.0.is_empty() {
            return Self::within(days.checked_mul(DAY)?);
        }
        if !(whole && rest.take(b'T')) {
            return None;
        }
        let of_day = rest.time_of_day()?;
        let offset = rest.offset()?;

        Self::within(
            days.checked_mul(DAY)?
                .checked_add(of_day)?
                .checked_sub(offset)?,
        )
    }

    /// What `dccDateOfBirth` reads: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, the last day that it may mean.
    pub(super) fn parse_date(text: &str) -> Option<Self> {
        let mut rest = Rest(text.as_bytes());
        let (days, _) = rest.date()?;
        if !rest.0.is_empty() {
            return None;
        }

        Self::within(days.checked_mul(DAY)?)
    }

    /// Moved by `amount`, as ECMA-262's setUTCHours, setUTCDate, setUTCMonth and setUTCFullYear do: a day that the month
    /// has not runs over into the next.
    pub(super) fn plus(self, amount: i64, unit: Unit) -> Option<Self> {
        let of_day = self.0.rem_euclid(DAY);
        let moved = match unit {
            Unit::Hour => self.0.checked_add(amount.checked_mul(HOUR)?)?,
            Unit::Day => self.0.checked_add(amount.checked_mul(DAY)?)?,
            Unit::Month => self.plus_months(amount)?.checked_add(of_day)?,
            Unit::Year => self
                .plus_months(amount.checked_mul(12)?)?
                .checked_add(of_day)?,
        };

        Self::within(moved)
    }

    /// Milliseconds at the start of the day.
    fn plus_months(self, amount: i64) -> Option<i64> {
        let (year, month, day) = self.date();
        let months = year
            .checked_mul(12)?
            .checked_add(i64::from(month).checked_sub(1)?)?
            .checked_add(amount)?;
        let year = months.div_euclid(12);
        if year.abs() > FARTHEST_YEAR {
            return None;
        }
        let first = first_day(year, months.rem_euclid(12).checked_add(1)?);

        first
            .checked_add(i64::from(day))?
            .checked_sub(1)?
            .checked_mul(DAY)
    }

    fn date(self) -> (i64, u8, u8) {
        Timestamp(self.0.div_euclid(SECOND)).date(0)
    }

    fn within(milliseconds: i64) -> Option<Self> {
        (-FARTHEST..=FARTHEST)
            .contains(&milliseconds)
            .then_some(Self(milliseconds))
    }
}

/// As ECMA-262 §21.4.1.32 writes it, always with three decimals: 2026-11-24T08:00:00.000Z.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        if (0..=9_999).contains(&year) {
            write!(f, "{year:04}")?;
        } else {
            write!(f, "{year:+07}")?;
        }
        let of_day = self.0.rem_euclid(DAY);
        write!(
            f,
            "-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
            of_day / HOUR,
            of_day % HOUR / MINUTE,
            of_day % MINUTE / SECOND,
            of_day % SECOND
        )
    }
}

/// The second that a date-time names, as `plusTime` reads it; none for a date alone.
#[must_use]
pub fn moment(text: &str) -> Option<Timestamp> {
    let time = text.contains('T').then(|| DateTime::parse(text))??;

    Some(Timestamp(time.0.div_euclid(SECOND)))
}

/// A second as rules are told it: 2026-11-24T08:00:00Z.
#[must_use]
pub fn written(time: Timestamp) -> String {
    let (year, month, day) = time.date(0);
    let of_day = time.0.rem_euclid(DAY / SECOND);
    let (hour, minute, second) = (of_day / 3_600, of_day % 3_600 / 60, of_day % 60);

    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// What of a text has not been read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// The days since 1970 of a date, the last ones that it may mean, and whether it names the day.
    fn date(&mut self) -> Option<(i64, bool)> {
        let year = self.number(4)?;
        if !self.take(b'-') {
            return Some((last_day(year, 12)?, false));
        }
        let month = self.number(2).filter(|month| (1..=12).contains(month))?;
        if !self.take(b'-') {
            return Some((last_day(year, month)?, false));
        }
        let day = self.number(2).filter(|day| *day >= 1)?;
        let days = first_day(year, month).checked_add(day)?.checked_sub(1)?;

        (days <= last_day(year, month)?).then_some((days, true))
    }

    /// Milliseconds since midnight; 24:00:00 is the next one (ISO 8601:2004 §4.2.3).
    fn time_of_day(&mut self) -> Option<i64> {
        let hour = self.number(2)?;
        let minute = self.after_colon()?;
        let second = self.after_colon()?;
        let milliseconds = if self.take(b'.') { self.decimals()? } else { 0 };
        let of_day = hour
            .checked_mul(HOUR)?
            .checked_add(minute.checked_mul(MINUTE)?)?
            .checked_add(second.checked_mul(SECOND)?)?
            .checked_add(milliseconds)?;

        (minute < 60 && second < 60 && of_day <= DAY).then_some(of_day)
    }

    fn after_colon(&mut self) -> Option<i64> {
        if self.take(b':') {
            self.number(2)
        } else {
            None
        }
    }

    /// At least one digit; those behind the third say nothing.
    fn decimals(&mut self) -> Option<i64> {
        let mut milliseconds = self.number(1)?.checked_mul(100)?;
        let mut place = 10;
        while let Some(digit) = self.number(1) {
            milliseconds = milliseconds.checked_add(digit.checked_mul(place)?)?;
            place /= 10;
        }

        Some(milliseconds)
    }

    /// Milliseconds that the clock meant is ahead of UTC, and nothing behind it.
    fn offset(&mut self) -> Option<i64> {
        if self.0.is_empty() || self.0 == b"Z" {
            return Some(0);
        }
        let ahead = self.take(b'+');
        if !(ahead || self.take(b'-')) {
            return None;
        }
        let colon = self.0.iter().position(|byte| *byte == b':');
        let digits_of_hour = match (colon, self.0.len()) {
            (Some(at @ 1..=2), _) => at,
            (None, length @ 1..=2) => length,
            (None, length @ 3..=4) => length.checked_sub(2)?,
            _ => return None,
        };
        let hour = self.number(digits_of_hour)?;
        let minute = match (self.take(b':'), self.0.is_empty()) {
            (false, true) => 0,
            _ => self.number(2)?,
        };
        if !self.0.is_empty() || hour > 23 || minute > 59 {
            return None;
        }
        let offset = hour
            .checked_mul(HOUR)?
            .checked_add(minute.checked_mul(MINUTE)?)?;

        Some(if ahead { offset } else { offset.checked_neg()? })
    }

    /// A number of exactly so many digits.
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let value = number.iter().try_fold(0_i64, |value, digit| {
            let digit = char::from(*digit).to_digit(10)?;
            value.checked_mul(10)?.checked_add(i64::from(digit))
        })?;
        self.0 = rest;

        Some(value)
    }

    fn take(&mut self, byte: u8) -> bool {
        let rest = self.0.strip_prefix(&[byte]);
        self.0 = rest.unwrap_or(self.0);

        rest.is_some()
    }
}

/// Days from 1970-01-01 to the first of a month: the days of whole years since year 0, then those of the months
/// counted from March, so that a leap day comes last.
fn first_day(year: i64, month: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month.saturating_sub(3))
    } else {
        (year.saturating_sub(1), month.saturating_add(9))
    };
    let leap_days = year
        .div_euclid(4)
        .saturating_sub(year.div_euclid(100))
        .saturating_add(year.div_euclid(400));
    let of_year = month.saturating_mul(153).saturating_add(2) / 5;

    year.saturating_mul(365)
        .saturating_add(leap_days)
        .saturating_add(of_year)
        .saturating_sub(FROM_MARCH_OF_YEAR_0)
}

/// Days from 0000-03-01 to 1970-01-01.
const FROM_MARCH_OF_YEAR_0: i64 = 719_468;

fn last_day(year: i64, month: i64) -> Option<i64> {
    let next = if month == 12 {
        first_day(year.checked_add(1)?, 1)
    } else {
        first_day(year, month.checked_add(1)?)
    };

    next.checked_sub(1)
}

#[cfg(test)]
#[path = "datetime_tests.rs"]
mod tests;
