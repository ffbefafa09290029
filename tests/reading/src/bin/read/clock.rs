//! Time: of the thread's own work where the system tells it, so that other programs on the machine count little.

use std::time::{Duration, Instant};

/// What the times of a run are.
pub(crate) const MEASURED: &str = if cfg!(unix) {
    "CPU time of the reading thread"
} else {
    "wall time"
};

/// The time that this thread has worked, or where that is not told, the time that went by; from a moment of the past.
#[cfg(unix)]
pub(crate) fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let (seconds, nanos) = (time.tv_sec, time.tv_nsec);

    Duration::new(
        u64::try_from(seconds).unwrap_or(0),
        u32::try_from(nanos).unwrap_or(0),
    )
}

/// The time that this thread has worked, or where that is not told, the time that went by; from a moment of the past.
#[cfg(not(unix))]
pub(crate) fn worked() -> Duration {
    use std::sync::OnceLock;

    static FIRST: OnceLock<Watch> = OnceLock::new();

    FIRST.get_or_init(Watch::start).time()
}

/// A running wall clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch(Instant);

impl Watch {
    #[expect(
        clippy::disallowed_methods,
        reason = "a figure is taken by the machine's own clock"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn time(self) -> Duration {
        self.0.elapsed()
    }
}
