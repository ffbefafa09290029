//! How far the centre's clock is ahead of ours, from one signed answer, and by how much that may be wrong.
//!
//! The centre stamped its answer at some time between the drawing of the nonce and the answer's coming: the
//! middle is the best guess, and half of the round trip the most that it is wrong by. Both wall clocks count
//! whole seconds, which adds one more.

use crate::cbor::Value;
use crate::time::{Moment, Timestamp};

/// Two wall clocks that are cut off to whole seconds differ by up to this from what they show.
const RESOLUTION_MS: u64 = 1_000;

/// The true offset lies within `ahead_ms` ± `within_ms`, as long as nobody sets either clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockOffset {
    /// Milliseconds that the centre's clock is ahead of ours; negative where ours is ahead.
    pub ahead_ms: i64,
    /// The bound of its error in milliseconds.
    pub within_ms: u64,
    /// When it was measured, by our wall clock.
    pub at: Timestamp,
}

impl ClockOffset {
    /// Of an answer with the centre's time `server_time`, that came `asked_ms_ago` milliseconds after its nonce
    /// was drawn.
    #[must_use]
    pub fn of(server_time: Timestamp, asked_ms_ago: u64, now: Moment) -> Self {
        // The monotonic clock counts whole milliseconds too, and is read twice.
        let round_trip = asked_ms_ago.saturating_add(1);
        let half = round_trip.div_ceil(2);
        let apart = server_time.since(now.wall).saturating_mul(1_000);

        Self {
            ahead_ms: apart.saturating_add(i64::try_from(half).unwrap_or(i64::MAX)),
            within_ms: half.saturating_add(RESOLUTION_MS),
            at: now.wall,
        }
    }

    /// The least that the clocks are apart for certain, in milliseconds.
    #[must_use]
    pub fn at_least_ms(self) -> u64 {
        self.ahead_ms.unsigned_abs().saturating_sub(self.within_ms)
    }

    pub(crate) fn to_value(self) -> Value {
        Value::Array(vec![
            Value::int(self.ahead_ms),
            Value::from(self.within_ms),
            Value::int(self.at.0),
        ])
    }

    pub(crate) fn from_value(value: &Value) -> Option<Self> {
        let [ahead, within, at] = value.as_items()? else {
            return None;
        };

        Some(Self {
            ahead_ms: ahead.as_i64()?,
            within_ms: within.as_u64()?,
            at: Timestamp(at.as_i64()?),
        })
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails, which is what it is for"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Milliseconds of a clock, as it shows them.
    fn shown(ms: i64) -> Timestamp {
        Timestamp(ms.div_euclid(1_000))
    }

    #[test]
    fn an_answer_within_no_time_is_good_to_the_second() {
        let now = Moment {
            wall: Timestamp(1_000),
            mono_ms: 5,
        };
        let offset = ClockOffset::of(Timestamp(1_030), 0, now);
        assert_eq!((offset.ahead_ms, offset.within_ms), (30_001, 1_001));
        assert_eq!(offset.at_least_ms(), 29_000);
        let slow = ClockOffset::of(Timestamp(1_000), 50_000, now);
        assert_eq!(slow.at_least_ms(), 0);
        let kept = ClockOffset::from_value(&slow.to_value());
        assert_eq!(kept, Some(slow));
    }

    proptest! {
        /// Whatever the way there and back took, in microseconds, and wherever within its second each clock
        /// stood.
        #[test]
        fn the_true_offset_lies_within_the_bound(
            asked_us in 0_u64..10_000_000_000,
            there_us in 0_u64..70_000_000,
            back_us in 0_u64..70_000_000,
            ours_ms in -2_000_000_000_000_i64..2_000_000_000_000,
            ahead_ms in -200_000_000_000_i64..200_000_000_000,
        ) {
            let stamped_us = asked_us + there_us;
            let came_us = stamped_us + back_us;
            let wall = |us: u64| ours_ms + i64::try_from(us / 1_000).unwrap();
            let now = Moment { wall: shown(wall(came_us)), mono_ms: came_us / 1_000 };
            let server_time = shown(wall(stamped_us) + ahead_ms);
            let asked_ms_ago = now.mono_ms - asked_us / 1_000;
            let offset = ClockOffset::of(server_time, asked_ms_ago, now);
            let wrong = offset.ahead_ms.abs_diff(ahead_ms);
            prop_assert!(wrong <= offset.within_ms, "{wrong} > {}", offset.within_ms);
        }
    }
}
