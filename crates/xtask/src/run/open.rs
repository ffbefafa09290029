//! Opens the station: the window, or the same station without one.

use std::{path::Path, process::Command};

use super::Programs;
use crate::{
    failure::{Failure, Outcome},
    machine::Machine,
    process, say,
};

/// Opens the station and waits until it is closed, or its script has ended.
pub(super) fn open(programs: &Programs, data: &Path, machine: &Machine, window: bool) -> Outcome {
    if !window {
        return process::run(
            Command::new(&programs.menshen)
                .args(["station", "--headless", "--script", "demo", "--data"])
                .arg(data),
        );
    }
    let mut desktop = Command::new(&programs.desktop);
    desktop.arg("--data").arg(data);
    if !machine.webcam {
        say::line("No webcam found: showing the demo camera.");
        desktop.arg("--demo-camera");
    }
    say::line("The window is open; close it to end.");

    process::run(&mut desktop).map_err(|failure| {
        Failure::broken(format!(
            "{}\nIf no window opened, start again with --headless: the same station without a window.",
            failure.text()
        ))
    })
}
