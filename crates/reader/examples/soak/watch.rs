//! Time and memory of the machine that the soak runs on.

use std::{
    fs,
    time::{Duration, Instant},
};

/// Beyond it a decoder or a reader hangs.
pub(crate) const LONGEST: Duration = Duration::from_millis(100);
pub(crate) const MOST_KIB: u64 = 64 * 1_024;

/// What the process held at most, in KiB, on systems that tell.
pub(crate) fn most_held() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;

    line.split_whitespace().next()?.parse().ok()
}

/// Time that this thread worked, without that in which the system was busy with others; on systems that do not tell,
/// time that went by.
pub(crate) fn worked() -> Duration {
    let worked = fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok());

    worked.map_or_else(went_by, Duration::from_nanos)
}

/// Time since the first call.
pub(crate) fn went_by() -> Duration {
    thread_local! {
        static BEGUN: Instant = now();
    }

    BEGUN.with(Instant::elapsed)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a soak measures the machine it runs on"
)]
fn now() -> Instant {
    Instant::now()
}
