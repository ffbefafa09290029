//! Time of the machine that the soak runs on.

use std::{
    fs,
    time::{Duration, Instant},
};

/// Time that this thread worked, without that in which the system was busy with others; on systems that do not tell,
/// time that went by.
pub(crate) fn worked() -> Duration {
    let worked = fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok());

    worked.map_or_else(went_by, Duration::from_nanos)
}

/// Time since this thread's first call.
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
