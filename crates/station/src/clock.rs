//! The only place where the station reads the machine's two clocks.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::time::{Moment, Timestamp};

static START: LazyLock<Duration> = LazyLock::new(since_boot);

/// Time since this process first asked; it never runs backwards and knows no date. It counts the sleep of
/// a closed laptop too: otherwise waking would look like a clock that somebody set forward.
#[must_use]
pub(crate) fn monotonic() -> Duration {
    let start = *START;

    since_boot().saturating_sub(start)
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

/// `CLOCK_BOOTTIME` on Linux and `CLOCK_MONOTONIC` on macOS run on while the machine sleeps; the standard
/// library's clock does so on neither.
#[cfg(unix)]
fn since_boot() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    #[cfg(any(target_os = "linux", target_os = "android"))]
    const ID: ClockId = ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const ID: ClockId = ClockId::Monotonic;

    let time = clock_gettime(ID);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// Windows' performance counter runs on while the machine sleeps.
#[cfg(not(unix))]
#[expect(
    clippy::disallowed_methods,
    reason = "the shell's one look at the monotonic clock"
)]
fn since_boot() -> Duration {
    static ORIGIN: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);

    ORIGIN.elapsed()
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
