//! Webcams: which library asks the system for them, and the watchdog over all.

use std::{sync::LazyLock, time::Duration};

use domain::screen::CameraFault;

#[cfg(target_os = "linux")]
use super::linux;
use super::{
    CameraEvent, CameraSender, Search,
    lens::{Crew, Lens, Open, Said},
    portable,
    watch::{Patience, watch},
};

/// Some webcams take seconds to wake; none that works pauses for two.
const PATIENCE: Patience = Patience {
    opening: Duration::from_secs(10),
    first: Duration::from_secs(5),
    next: Duration::from_secs(2),
};
/// For the system's list, before pictures come without it.
const LISTING: Duration = Duration::from_secs(1);
/// One for the process: a webcam started again meets the threads of the one before.
static CREW: LazyLock<Crew> = LazyLock::new(Crew::default);

pub(super) fn names() -> Vec<String> {
    #[cfg(target_os = "linux")]
    return linux::names();
    #[cfg(not(target_os = "linux"))]
    portable::names()
}

/// Says which webcams there are, for a source that opens none.
pub(super) fn list(sender: &CameraSender) {
    let list: Open = Box::new(|say| {
        say(Said::Listed(names()));
        Err(CameraFault::Gone)
    });
    let Ok(lens) = Lens::enter(list, &CREW) else {
        return;
    };
    if let Said::Listed(names) = lens.listen(LISTING) {
        sender.listed(names);
    }
    lens.leave(Duration::ZERO);
}

pub(super) fn run(search: &Search, sender: &CameraSender) {
    let ended = if portable::allowed(sender) {
        watch(opener(search.clone()), &CREW, PATIENCE, sender, search)
    } else {
        Err(CameraFault::Forbidden)
    };
    if let Err(fault) = ended {
        sender.end(CameraEvent::Lost(fault));
    }
}

/// With `MENSHEN_CAMERA=nokhwa` Linux goes the way of the other systems: there it is tried before they are.
#[cfg(target_os = "linux")]
fn opener(search: Search) -> Open {
    if std::env::var_os("MENSHEN_CAMERA").is_some_and(|way| way == "nokhwa") {
        return Box::new(move |say| portable::open(&search, say));
    }

    Box::new(move |say| linux::open(&search, say))
}

#[cfg(not(target_os = "linux"))]
fn opener(search: Search) -> Open {
    Box::new(move |say| portable::open(&search, say))
}
