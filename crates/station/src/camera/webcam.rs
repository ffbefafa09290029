//! Webcams: which library asks the system for them, and the watchdog over all.

use std::{sync::LazyLock, time::Duration};

use domain::screen::CameraFault;

#[cfg(target_os = "linux")]
use super::linux;
use super::{
    CameraEvent, CameraSender, Wanted,
    lens::{Crew, Open},
    portable,
    watch::{Patience, watch},
};

/// Some webcams take seconds to wake; none that works pauses for two.
const PATIENCE: Patience = Patience {
    opening: Duration::from_secs(10),
    first: Duration::from_secs(5),
    next: Duration::from_secs(2),
};
/// One for the process: a webcam started again meets the threads of the one before.
static CREW: LazyLock<Crew> = LazyLock::new(Crew::default);

pub(super) fn names() -> Vec<String> {
    #[cfg(target_os = "linux")]
    return linux::names();
    #[cfg(not(target_os = "linux"))]
    portable::names()
}

pub(super) fn run(wanted: Wanted, sender: &CameraSender) {
    let ended = if portable::allowed(sender) {
        watch(opener(wanted), &CREW, PATIENCE, sender)
    } else {
        Err(CameraFault::Forbidden)
    };
    if let Err(fault) = ended {
        sender.end(CameraEvent::Lost(fault));
    }
}

/// With `MENSHEN_CAMERA=nokhwa` Linux goes the way of the other systems: there it is tried before they are.
#[cfg(target_os = "linux")]
fn opener(wanted: Wanted) -> Open {
    if std::env::var_os("MENSHEN_CAMERA").is_some_and(|way| way == "nokhwa") {
        return Box::new(move || portable::open(&wanted));
    }

    Box::new(move || linux::open(&wanted))
}

#[cfg(not(target_os = "linux"))]
fn opener(wanted: Wanted) -> Open {
    Box::new(move || portable::open(&wanted))
}
