//! A virtual webcam's cable, pulled and plugged in again.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use acceptance::city::City;
use acceptance::frames;
use acceptance::headless::{Headless, Way};
use acceptance::uvc::{Packing, Webcam};
use anyhow::Context;

const PULLS: usize = 100;

/// The report has the rounds in steps of ten.
pub(crate) fn pull(today: &str) -> anyhow::Result<String> {
    let mut city = City::found()?;
    city.start_server()?;
    city.enrol()?;
    let mut report = format!(
        "# Soak: a webcam pulled out and plugged in again\n\nMade by `cargo xtask soak camera`, {today}: {PULLS} \
         times by each library, on the virtual webcam at 1280x720, 15 frames a second.\n\n\
         | library | rounds | back after, longest | memory KiB | open files | threads |\n|---|---|---|---|---|---|\n"
    );
    for (way, name) in [(Way::Own, "Video4Linux"), (Way::Nokhwa, "nokhwa")] {
        let mut webcam = Webcam::plug_in(&[frames::empty()], Packing::Jpeg)?;
        let station = Headless::start(&city, &webcam, way)?.context(
            "the programs have no camera: build menshen with `--features menshen/camera`, and menshen-server, and \
             name their folder in MENSHEN_PROGRAMS",
        )?;
        let after = station.pull(&mut webcam, PULLS)?;
        for (step, rounds) in after.chunks(PULLS / 10).enumerate() {
            let longest = rounds
                .iter()
                .map(|(time, _)| *time)
                .max()
                .unwrap_or_default();
            let (_, size) = rounds.last().context("a step has rounds")?;
            let done = (step + 1) * (PULLS / 10);
            writeln!(
                report,
                "| {name} | {done} | {:.2} s | {} | {} | {} |",
                longest.as_secs_f64(),
                size.memory,
                size.files,
                size.threads
            )?;
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/soak-camera.md");
    fs::write(&path, &report).with_context(|| format!("cannot write {}", path.display()))?;

    Ok(report)
}
