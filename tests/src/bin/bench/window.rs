//! The window: what its preview costs, and how long a verdict is on its way to the eye. Linux alone, and with a driver.

use std::time::Duration;

use acceptance::city::City;
use acceptance::figures::{Stopwatch, ms};
use acceptance::frames;
use acceptance::load::{children, used};
use acceptance::uvc::{self, Packing, Webcam};
use acceptance::window::desk::{self, Desk, Eye};
use acceptance::window::painted;
use anyhow::{Context, ensure};

use crate::report::Report;

/// Seconds of preview.
const WATCHED: u32 = 20;
/// Verdicts whose way to the screen is timed.
const VERDICTS: usize = 500;
/// Counts what the page paints on the preview's canvas.
const COUNT: &str = "
    window.pictures = 0;
    const draw = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (...all) {
        window.pictures += 1;
        return draw.apply(this, all);
    };";

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    if let Some(why) = desk::missing().or_else(uvc::missing) {
        report.leave_out("the window", why);
        return Ok(());
    }
    let mut city = City::found()?;
    city.start_server()?;
    city.enrol()?;
    let webcam = Webcam::plug_in(&[frames::empty()], Packing::Jpeg)?;
    let folder = tempfile::tempdir()?;
    let watch = Stopwatch::start();
    let desk = Desk::open(folder.path(), city, Eye::Webcam(&webcam), "en")?;
    desk.page.until("s.watching && s.camera === null")?;
    let start = watch.time();
    report.add(
        "start of the window, its display and its driver to the camera's pictures",
        &ms(start),
        "-",
        "<= 1500 ms",
        start <= Duration::from_millis(1_500),
    );
    preview(&desk, report)?;
    verdicts(&desk, report)
}

/// What the station takes of one core to show an empty desk to staff.
fn preview(desk: &Desk, report: &mut Report) -> anyhow::Result<()> {
    let window = desk.process()?;
    let parts = children(window)?;
    let all = |processes: &[u32]| -> anyhow::Result<Duration> {
        processes.iter().map(|process| used(*process)).sum()
    };
    let page = &desk.page;
    page.driver.run(COUNT)?;
    let (own, webview, watch) = (used(window)?, all(&parts)?, Stopwatch::start());
    let pictures = page.driver.run(&format!(
        "await new Promise((go) => setTimeout(go, {WATCHED}000)); return window.pictures;"
    ))?;
    let time = watch.time().as_secs_f64();
    let share = |after: Duration, before| after.saturating_sub(before).as_secs_f64() / time;
    let (own, webview) = (share(used(window)?, own), share(all(&parts)?, webview));
    let rate = pictures.as_f64().context("a count of pictures")? / time;
    ensure!(rate > 1.0, "there was no preview");
    report.add(
        "the same with the window and its preview: the station's process, of one core",
        &format!("{:.1} %", own * 100.0),
        &format!("the system's webview beside it, {:.1} %", webview * 100.0),
        "<= 40 %",
        own <= 0.4,
    );
    report.add(
        "pictures that the preview paints in a second, of 15 that the webcam sends",
        &format!("{rate:.1}"),
        "-",
        ">= 14",
        rate >= 14.0,
    );

    Ok(())
}

fn verdicts(desk: &Desk, report: &mut Report) -> anyhow::Result<()> {
    let times = painted::measure(&desk.page, VERDICTS)?;
    let last = times.percentile(99);
    report.add(
        &format!("verdict to painted frame, p99 of {VERDICTS}"),
        &ms(last),
        &format!("median {}", ms(times.median())),
        "<= 50 ms",
        last <= Duration::from_millis(50),
    );

    Ok(())
}
