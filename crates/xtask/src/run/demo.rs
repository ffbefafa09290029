//! A demo authority, twelve residents, and their sheets.

use std::{path::Path, process::Command};

use super::Programs;
use crate::{failure::Outcome, process, say};

/// Makes what is not there; residents and snapshot are refreshed, so that a start days later works too.
pub(super) fn make(programs: &Programs, data: &Path) -> Outcome {
    let authority = data.join("authority");
    if !authority.join("public").join("trust.cbor").exists() {
        process::run(
            Command::new(&programs.menshen)
                .args(["keys", "--demo", "--out"])
                .arg(&authority),
        )?;
    }
    process::run(
        Command::new(&programs.menshen)
            .args(["demo", "--data"])
            .arg(data),
    )?;
    say::line(format!(
        "Everything lives in {}; the residents' sheets in {}.",
        data.display(),
        data.join("sheets").display()
    ));

    Ok(())
}
