//! A demo authority, twelve residents, and their sheets.

use std::{path::Path, process::Command};

use super::Programs;
use crate::{
    failure::{Failure, Outcome},
    process, say,
};

/// Makes what is not there; residents and snapshot are refreshed, so that a start days later works too.
pub(super) fn make(programs: &Programs, data: &Path) -> Outcome {
    let authority = data.join("authority");
    let is_new = !authority.join("public").join("trust.cbor").exists();
    if is_new {
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
    )
    .map_err(|failure| {
        if is_new {
            return failure;
        }
        Failure::act(format!(
            "{}\nThis demo was made by an earlier start. A demo's documents hold for 90 days, and nothing \
             renews them: if they have expired, take another --data DIR, or delete {}.",
            failure.text(),
            data.display()
        ))
    })?;
    say::line(format!(
        "Everything lives in {}; the residents' sheets in {}.",
        data.display(),
        data.join("sheets").display()
    ));

    Ok(())
}
