//! The command that takes a stick in.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use domain::hex;
use domain::wire::AnswerKind;
use server::clock::Clock;
use server::folder::Folder;
use server::usb::{self, Laid, Report, Taken};
use zeroize::Zeroizing;

use crate::say;

pub(crate) fn import(
    folder: &Folder,
    passphrase: Option<Zeroizing<Vec<u8>>>,
    at: &Path,
    clock: Arc<dyn Clock>,
) -> Result<()> {
    let report = usb::import(folder, passphrase, at, clock)?;
    tell(&report)?;
    let refused = report.exports.iter().filter(|(_, taken)| {
        taken
            .as_ref()
            .map_or(true, |taken| !taken.refused.is_empty())
    });
    let refused = refused.count();
    if refused > 0 || !report.unwritten.is_empty() {
        bail!("not everything on the stick could be done: see above; what was stored stays stored");
    }

    Ok(())
}

fn tell(report: &Report) -> Result<()> {
    for (name, taken) in &report.exports {
        match taken {
            Ok(taken) => {
                say(&format!("{name}: {}", words(taken)))?;
                for refused in &taken.refused {
                    say(&format!("{name}: a part of it was refused: {refused}"))?;
                }
            }
            Err(error) => say(&format!("{name}: {error}; it was left alone"))?,
        }
    }
    if report.exports.is_empty() {
        say("no station's export lies on the stick")?;
    }
    for (name, laid) in &report.laid {
        match laid {
            Laid::Held => {}
            Laid::Other => say(&format!(
                "{name}: another authority's or damaged: it was left alone, and no documents go back on this stick"
            ))?,
            Laid::Written => say(&format!("{name}: written for the way back"))?,
        }
    }
    for (name, why) in &report.left {
        say(&format!("{name}: {why}; it was left alone"))?;
    }
    for error in &report.unwritten {
        say(&format!("NOT WRITTEN  {error}"))?;
    }
    let taken = report.exports.iter().filter(|(_, taken)| taken.is_ok());

    say(&format!(
        "{} exports taken; their answers are on the stick: bring it back to the stations",
        taken.count()
    ))
}

fn words(taken: &Taken) -> String {
    let what = if taken.last < taken.first {
        "a greeting".to_owned()
    } else {
        format!("entries {} to {}", taken.first, taken.last)
    };
    let Some(answer) = &taken.answer else {
        return what;
    };
    let station = hex::encode(answer.station.0);
    let (epoch, seq) = (answer.epoch, answer.acked_seq);
    let outcome = match answer.kind {
        AnswerKind::Ok => format!("stored and acknowledged up to {seq}"),
        AnswerKind::Gap => format!(
            "entries before them are missing, stored up to {seq}: bring the stick that holds them"
        ),
        AnswerKind::Fork => {
            "two branches: the station's key is quarantined; enrol it anew and find out which is the copy".to_owned()
        }
        AnswerKind::Fenced => "the epoch is over: a new assignment is needed".to_owned(),
        AnswerKind::Hole => format!("missing for good up to {seq}, which was recorded"),
    };

    format!("{what} of station {station}, epoch {epoch}: {outcome}")
}
