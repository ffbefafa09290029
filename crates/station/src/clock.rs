//! The only place where the station reads the machine's two clocks.

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::time::{Moment, Timestamp};

static START: LazyLock<Instant> = LazyLock::new(start);

/// Time since this process first asked; it never runs backwards and knows no date.
#[must_use]
pub(crate) fn monotonic() -> Duration {
    START.elapsed()
}

/// Wall clock and monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    offset: i64,
}

impl Clock {
    /// A clock whose wall time is moved by `offset` seconds: the hand that sets the clock in a
    /// demonstration. The controller refuses any but 0 outside a demo authority.
    #[must_use]
    pub fn new(offset: i64) -> Self {
        Self { offset }
    }

    /// What both clocks say.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the shell's clock: everything else is handed its readings"
    )]
    pub fn now(&self) -> Moment {
        let wall = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |s| -s),
        };

        Moment {
            wall: Timestamp(wall).plus(self.offset),
            mono_ms: u64::try_from(monotonic().as_millis()).unwrap_or(u64::MAX),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the shell's one look at the monotonic clock"
)]
fn start() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_moves_the_wall_clock_and_not_the_other() {
        let (plain, moved) = (Clock::new(0).now(), Clock::new(1_000_000).now());
        let apart = moved.wall.since(plain.wall);
        assert!((1_000_000..1_000_010).contains(&apart), "{apart}");
        assert!(moved.mono_ms < plain.mono_ms + 10_000);
    }
}
