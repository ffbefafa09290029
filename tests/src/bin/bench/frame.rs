//! From a frame handed over to a verdict that is durable, the identity check off; and an empty frame.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use acceptance::city::City;
use acceptance::figures::{Stopwatch, Times, ms};
use acceptance::frames;
use anyhow::{Context, ensure};
use reader::{Budget, Reader};
use station::Happening;

use crate::report::Report;
use crate::unwatched;

const SHEETS: usize = 300;
const EMPTY: usize = 300;
const LONGEST: Duration = Duration::from_secs(10);

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    empty(report);
    clean(report)
}

fn empty(report: &mut Report) {
    let frame = frames::empty();
    let mut reader = Reader::new();
    let mut times = Times::new();
    for _ in 0..EMPTY {
        let watch = Stopwatch::start();
        let reading = reader.read(&frame, Budget::unlimited());
        times.add(watch.time());
        assert!(reading.codes.is_empty(), "an empty desk holds no code");
    }
    report.add(
        "empty frame after empty frames, 1280x720, median",
        &ms(times.median()),
        "-",
        "<= 4 ms",
        times.median() <= Duration::from_millis(4),
    );
}

fn clean(report: &mut Report) -> anyhow::Result<()> {
    let mut city = City::found()?;
    city.set_policy(|policy| policy.identity_check = false)?;
    let texts = city.issue(SHEETS)?;
    city.start_server()?;
    city.enrol()?;
    // The server stays away, so that nothing but the scan is measured.
    city.stop_server()?;

    let (handle, happenings) = unwatched::open(&city)?;

    let mut times = Times::new();
    for text in &texts {
        let frame = frames::clean(text);
        let watch = Stopwatch::start();
        handle.frame(frame)?;
        durable(&happenings)?;
        times.add(watch.time());
    }
    handle.stop();
    let (median, worst) = (times.median(), times.percentile(99));
    report.add(
        "frame handed over to verdict durable, clean sheet 1280x720, median",
        &ms(median),
        "-",
        "<= 12 ms",
        median <= Duration::from_millis(12),
    );
    report.add(
        "the same, p99",
        &ms(worst),
        "-",
        "<= 33 ms",
        worst <= Duration::from_millis(33),
    );

    Ok(())
}

/// Waits for the entry; a frame that was read without one is no scan.
fn durable(happenings: &Receiver<Happening>) -> anyhow::Result<()> {
    loop {
        match happenings
            .recv_timeout(LONGEST)
            .context("no verdict became durable")?
        {
            Happening::Durable { .. } => break,
            Happening::FrameRead | Happening::CameraEnded => {}
        }
    }
    let read = happenings.recv_timeout(LONGEST)?;
    ensure!(
        read == Happening::FrameRead,
        "the frame was not read to its end: {read:?}"
    );

    Ok(())
}
