//! The scripted demonstration: every sheet, every answer, and clocks that are moved by hand. Nothing is
//! simulated but the hands: sheets go through the demo camera's moving photographs, answers are commands,
//! and a moved clock is a restart with the clock moved.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use domain::screen::{LinkView, Stage};
use domain::time::HOUR;
use domain::verdict::{EmergencyReason, Verdict};
use reader::Luma;

use super::HeadlessError;
use super::desk::{Desk, Summary};
use super::orders::Order;
use super::say::{self, Said};
use crate::camera::{Demo, Pace};
use crate::controller::{CameraChoice, Network, StationConfig, demo_sheets};
use crate::keys::Unlock;
use crate::picture::read_picture;

/// A sheet that was away this long is shown anew.
const AWAY: Duration = Duration::from_millis(1_200);
/// For the centre's answer that clears a doubt about the clock.
const ANSWER: Duration = Duration::from_secs(10);
/// Sheets shown again under a moved clock.
const AGAIN: usize = 3;

pub(super) fn run(
    data: &Path,
    unlock: Unlock,
    out: &mut dyn Write,
) -> Result<Summary, HeadlessError> {
    let sheets = demo_sheets(data)
        .iter()
        .map(|path| read_picture(path))
        .collect::<Result<Vec<Luma>, _>>()
        .map_err(HeadlessError::Sheets)?;
    if sheets.is_empty() {
        return Err(HeadlessError::NoSheets);
    }
    let start = |unlock, hours: i64| StationConfig {
        data: data.to_owned(),
        demo_camera: false,
        unlock,
        clock_offset: hours * HOUR,
        camera: CameraChoice::None,
    };

    let mut desk = Desk::open_on(start(unlock, 0), Network::On, out)?;
    if !desk.is_demo() {
        return Err(HeadlessError::NotADemo);
    }
    let admitted = first_day(&mut desk, &sheets)?;
    let mut summary = desk.leave()?;
    let again: Vec<&Luma> = if admitted.is_empty() {
        sheets.iter().take(AGAIN).collect()
    } else {
        admitted.into_iter().take(AGAIN).collect()
    };

    // From here on nobody types: a passphrase would have been given once, and the demonstration has none.
    let moved = [
        (30, "the clock is 30 hours ahead, without a network"),
        (80, "the clock is 80 hours ahead, without a network"),
        (
            0,
            "the clock is set back to the right time, without a network",
        ),
    ];
    for (hours, words) in moved {
        let config = start(Unlock::default(), hours);
        let mut desk = Desk::open_on(config, Network::Off, out)?;
        desk.add_to(summary);
        desk.write(&format!("-- {words}"))?;
        for sheet in &again {
            present(&mut desk, sheet)?;
        }
        summary = desk.leave()?;
    }

    let mut desk = Desk::open_on(start(Unlock::default(), 0), Network::On, out)?;
    desk.add_to(summary);
    desk.write("-- the network is back")?;
    clear_the_doubt(&mut desk)?;
    for sheet in again.iter().take(1) {
        present(&mut desk, sheet)?;
    }
    desk.close()
}

/// Every sheet, then the answers that no sheet asks for. Gives the sheets that were admitted.
fn first_day<'a>(desk: &mut Desk<'_>, sheets: &'a [Luma]) -> Result<Vec<&'a Luma>, HeadlessError> {
    let mut admitted = Vec::new();
    for sheet in sheets {
        if present(desk, sheet)? == Some(Verdict::Admit) {
            admitted.push(sheet);
        }
    }
    if let Some(sheet) = admitted.first() {
        desk.write("-- the same sheet again")?;
        // Another sheet came last, or this one was away.
        desk.wait(AWAY, |_| false)?;
        if present(desk, sheet)? == Some(Verdict::Attention) {
            desk.order(&Order::LetIn)?;
        }
        desk.write("-- that was a mistake")?;
        desk.order(&Order::Undo)?;
    }
    desk.write("-- somebody faints at the door")?;
    desk.order(&Order::Emergency(
        EmergencyReason::MedicalHelp,
        "fainted at the door".to_owned(),
    ))?;
    desk.order(&Order::Dismiss)?;
    desk.write("-- a person without any code")?;
    desk.order(&Order::Register {
        name: "Demo Visitor".to_owned(),
        birth_year: Some(1950),
        last_four: "0000".to_owned(),
        class: None,
    })?;
    desk.order(&Order::LetIn)?;

    Ok(admitted)
}

/// Brings a sheet before the demo camera until the station says something, and has the document compared.
/// Gives the verdict.
fn present(desk: &mut Desk<'_>, sheet: &Luma) -> Result<Option<Verdict>, HeadlessError> {
    let hands = Demo {
        sheets: vec![sheet.clone()],
        held: 45,
        away: 2,
        rounds: Some(1),
        pace: Pace::AsTaken,
        seed: 7,
    };
    let before = desk.screen().map_or(Said::Nothing, say::said);
    let mut answered = false;
    for frame in hands.frames() {
        desk.show(frame)?;
        let now = desk.screen().map_or(Said::Nothing, say::said);
        if now != before && now != Said::Nothing {
            answered = true;
            break;
        }
    }
    if !answered {
        desk.write("-  the sheet was not read")?;
        return Ok(None);
    }
    if matches!(desk.stage(), Stage::Comparing { .. }) {
        desk.order(&Order::Matches)?;
    }

    Ok(match desk.stage() {
        Stage::Verdict(view) => Some(view.verdict),
        Stage::Watching
        | Stage::Comparing { .. }
        | Stage::Storing { .. }
        | Stage::LetIn { .. }
        | Stage::Emergency { .. }
        | Stage::Undone { .. } => None,
    })
}

fn clear_the_doubt(desk: &mut Desk<'_>) -> Result<(), HeadlessError> {
    desk.wait(ANSWER, |desk| {
        desk.screen().is_some_and(|screen| {
            !screen.knowledge.clock_doubt || matches!(screen.sync.link, LinkView::Offline { .. })
        })
    })?;
    let doubt = desk
        .screen()
        .is_none_or(|screen| screen.knowledge.clock_doubt);

    desk.write(if doubt {
        "-  the clock stays in doubt: the centre does not answer"
    } else {
        "-  the centre's answer clears the doubt about the clock"
    })
}
