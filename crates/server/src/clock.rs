//! The only place that asks the machine what time it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::time::{Moment, Timestamp};

/// Tells the time; tests bring their own.
pub trait Clock: Send + Sync {
    /// Now, by both clocks.
    fn now(&self) -> Moment;
}

/// The machine's own clocks.
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// Starts the monotonic count.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the shell's clock; everything else takes time as an argument"
    )]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the shell's clock; everything else takes time as an argument"
    )]
    fn now(&self) -> Moment {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();

        Moment {
            wall: Timestamp(i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX)),
            mono_ms: u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// A running time, for figures and for patience with a socket.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "a commit's time is finer than the milliseconds of the clock above, and neither it nor a socket's decides what is stored"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub(crate) fn time(&self) -> Duration {
        self.0.elapsed()
    }
}
