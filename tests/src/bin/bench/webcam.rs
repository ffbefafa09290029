//! The whole program in front of a virtual webcam, 1280x720 as MJPEG at 15 frames a second. Linux alone.

use std::time::Duration;

use acceptance::city::City;
use acceptance::figures::{Stopwatch, ms};
use acceptance::frames;
use acceptance::headless::{Headless, RUNS, Way};
use acceptance::load::used;
use acceptance::uvc::{Packing, Webcam, missing};
use anyhow::{Context, ensure};

use crate::report::Report;

/// So many frames are counted before a desk that stays empty.
const FRAMES: u32 = 300;
const STARTS: usize = 5;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    if let Some(why) = missing() {
        report.leave_out("the program in front of a webcam", why);
        return Ok(());
    }
    let mut city = City::found()?;
    city.set_policy(|policy| {
        policy.identity_check = false;
        policy.again_within = 0;
    })?;
    let texts = city.issue(1)?;
    city.start_server()?;
    city.enrol()?;
    let webcam = Webcam::plug_in(&[frames::empty()], Packing::Jpeg)?;
    let Some(station) = Headless::start(&city, &webcam, Way::Own)? else {
        report.leave_out(
            "the program in front of a webcam",
            "it is built without a camera",
        );
        return Ok(());
    };
    load(&station, report)?;
    drop(station);
    let sheet = Webcam::plug_in(&[frames::clean(&texts[0])], Packing::Jpeg)?;
    starts(&city, &sheet, report)
}

/// What it takes of one core to look at nothing.
fn load(station: &Headless, report: &mut Report) -> anyhow::Result<()> {
    ensure!(station.first.contains(RUNS), "{}", station.first);
    let time = Duration::from_secs(1) * FRAMES / Webcam::RATE;
    let before = used(station.process())?;
    let watch = Stopwatch::start();
    // Nothing is to happen: any line about a code or the camera would make the figure one of something else.
    ensure!(
        station.is_silent_for(time),
        "something happened before an empty desk"
    );
    let spent = used(station.process())?.saturating_sub(before);
    let share = spent.as_secs_f64() / watch.time().as_secs_f64();
    report.add(
        "station before an empty desk, 1280x720 MJPEG, 15 frames a second, no preview: of one core",
        &format!("{:.1} %", share * 100.0),
        "-",
        "<= 15 %",
        share <= 0.15,
    );

    Ok(())
}

/// From the start of the program to the verdict of the sheet that its webcam sees, the entry durable.
fn starts(city: &City, webcam: &Webcam, report: &mut Report) -> anyhow::Result<()> {
    let mut longest = Duration::ZERO;
    for _ in 0..STARTS {
        let watch = Stopwatch::start();
        let mut station =
            Headless::start(city, webcam, Way::Own)?.context("a station with a camera")?;
        let verdict = station.verdict()?;
        longest = longest.max(watch.time());
        ensure!(verdict.starts_with("admit "), "{verdict}");
    }
    report.add(
        &format!("start of the program to the first sheet's verdict, the longest of {STARTS}"),
        &ms(longest),
        "-",
        "<= 1500 ms",
        longest <= Duration::from_millis(1_500),
    );

    Ok(())
}
