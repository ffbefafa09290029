//! How long to wait before asking again: full jitter, for ever, and never less than the centre asks for.

use crate::time::{DAY, HOUR, Moment, Timestamp};

/// The first pause after a failure falls anywhere up to this.
const FIRST_PAUSE_MS: u64 = 2_000;
/// No bound of our own is longer, and no longer pause is obeyed.
const LONGEST_PAUSE_MS: u64 = 900_000;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The pauses of one line of questions. Times are milliseconds of the monotonic clock; `jitter` is a fresh
/// random number.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    failures: u32,
}

impl Pace {
    /// When the first question is due: anywhere in `seconds`, so that a city's stations do not all ask at
    /// once after a power cut.
    #[must_use]
    pub fn first(seconds: u32, now: Moment, jitter: u64) -> u64 {
        let spread_ms = u64::from(seconds).saturating_mul(1_000);

        now.mono_ms.saturating_add(within(spread_ms, jitter))
    }

    /// The centre answered well: the next pause is short again.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// When the next question is due after a failure: the centre's own wish in seconds, and upon it anywhere
    /// up to a bound that doubles with every failure. So stations that were put off together do not come back
    /// together, and a wish of 0 keeps the back-off.
    pub fn failed(&mut self, wish: u64, now: Moment, jitter: u64) -> u64 {
        let bound = FIRST_PAUSE_MS
            .saturating_mul(2_u64.saturating_pow(self.failures))
            .min(LONGEST_PAUSE_MS);
        self.failures = self.failures.saturating_add(1);

        Self::wished(wish, now).saturating_add(within(bound, jitter))
    }

    /// When what the centre asked for in seconds is over.
    #[must_use]
    pub fn wished(wish: u64, now: Moment) -> u64 {
        let wish_ms = wish.saturating_mul(1_000).min(LONGEST_PAUSE_MS);

        now.mono_ms.saturating_add(wish_ms)
    }

    /// When a question that comes again and again is due: anywhere from half of `period_ms` to one and a half.
    #[must_use]
    pub fn again(period_ms: u64, now: Moment, jitter: u64) -> u64 {
        now.mono_ms
            .saturating_add(period_ms / 2)
            .saturating_add(within(period_ms, jitter))
    }
}

/// The seconds that a `Retry-After` asks for: a number, or a date (RFC 9110 §10.2.3), which in the past asks
/// for 0. None for what is neither.
#[must_use]
pub fn retry_after(text: &str, now: Timestamp) -> Option<u64> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // What counts beyond all numbers is very long.
        return Some(text.parse().unwrap_or(u64::MAX));
    }
    let date = http_date(text)?;

    Some(u64::try_from(date.since(now)).unwrap_or(0))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`: the one form that is sent.
fn http_date(text: &str) -> Option<Timestamp> {
    let (_, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let mut next = || words.next();
    let day = number(next()?, 1..=31)?;
    let month_word = next()?;
    let month = MONTHS.iter().position(|name| *name == month_word)?;
    let year = number(next()?, 1970..=9999)?;
    let mut clock = next()?.split(':');
    let hour = number(clock.next()?, 0..=23)?;
    let minute = number(clock.next()?, 0..=59)?;
    let second = number(clock.next()?, 0..=60)?;
    if next()? != "GMT" || next().is_some() || clock.next().is_some() {
        return None;
    }
    let days = days_from_1970(year, i64::try_from(month).ok()?.saturating_add(1), day);
    let seconds = days
        .saturating_mul(DAY)
        .saturating_add(hour.saturating_mul(HOUR))
        .saturating_add(minute.saturating_mul(60))
        .saturating_add(second);

    Some(Timestamp(seconds))
}

fn number(text: &str, allowed: std::ops::RangeInclusive<i64>) -> Option<i64> {
    let number = text.parse().ok()?;

    allowed.contains(&number).then_some(number)
}

/// After Howard Hinnant's `days_from_civil`.
fn days_from_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 {
        year.saturating_sub(1)
    } else {
        year
    };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = month.saturating_add(9).rem_euclid(12);
    let day_of_year = (shifted_month.saturating_mul(153).saturating_add(2) / 5)
        .saturating_add(day)
        .saturating_sub(1);
    let day_of_era = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era / 4)
        .saturating_sub(year_of_era / 100)
        .saturating_add(day_of_year);

    era.saturating_mul(146_097)
        .saturating_add(day_of_era)
        .saturating_sub(719_468)
}

/// Anywhere from 0 to `bound`, both included.
fn within(bound: u64, jitter: u64) -> u64 {
    jitter
        .checked_rem(bound.saturating_add(1))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment {
        wall: Timestamp(784_111_777),
        mono_ms: 1_000,
    };

    #[test]
    fn a_wish_is_obeyed_up_to_15_minutes_and_the_jitter_comes_upon_it() {
        for (wish, obeyed) in [(0, 0), (2, 2_000), (900, 900_000), (u64::MAX, 900_000)] {
            for (jitter, added) in [(0, 0), (1_999, 1_999), (2_000, 2_000), (2_001, 0)] {
                let due = Pace::default().failed(wish, NOW, jitter);
                assert_eq!(due, 1_000 + obeyed + added);
            }
        }
    }

    #[test]
    fn a_wish_of_nothing_keeps_the_back_off() {
        let mut pace = Pace::default();
        for bound in [2_000, 4_000, 8_000, 16_000] {
            assert_eq!(pace.failed(0, NOW, bound), 1_000 + bound);
        }
    }

    #[test]
    fn a_question_that_comes_again_and_again_is_spread_around_its_period() {
        for (jitter, due) in [(0, 51_000), (100_000, 151_000), (100_001, 51_000)] {
            assert_eq!(Pace::again(100_000, NOW, jitter), due);
        }
    }

    #[test]
    fn a_retry_after_is_a_number_or_a_date_and_one_in_the_past_asks_for_nothing() {
        for (text, seconds) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("99999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:48:37 GMT", Some(0)),
            ("Thu, 29 Feb 1996 00:00:00 GMT", Some(41_440_223)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("Sun, 06 Nov 1994 08:49:37", None),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT x", None),
            ("Sun, 32 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Now 1994 08:49:37 GMT", None),
        ] {
            assert_eq!(retry_after(text, NOW.wall), seconds, "{text}");
        }
    }

    #[test]
    fn dates_count_back_to_themselves() {
        for days in (0..60_000).step_by(13) {
            let (year, month, day) = Timestamp(days * DAY).date(0);
            assert_eq!(days_from_1970(year, month.into(), day.into()), days);
        }
    }
}
