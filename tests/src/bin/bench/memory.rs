//! Ten thousand frames as fast as they are read: what the process then holds.

use std::fs;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use acceptance::city::City;
use acceptance::frames;
use anyhow::{Context, bail};
use reader::Luma;
use station::{Handle, Happening};

use crate::report::Report;
use crate::unwatched;

const FRAMES: usize = 10_000;
/// Until caches and allocator have what they need.
const WARM: usize = 1_000;
const MOST_GROWTH_KIB: u64 = 2_048;
const LONGEST: Duration = Duration::from_secs(10);

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    if !cfg!(target_os = "linux") {
        report.leave_out("memory over 10,000 frames", "it is read from /proc");
        return Ok(());
    }
    let mut city = City::found()?;
    city.start_server()?;
    city.enrol()?;
    city.stop_server()?;
    let (handle, happenings) = unwatched::open(&city)?;
    let frame = frames::empty();
    show(&handle, &happenings, &frame, WARM)?;
    let before = resident()?;
    show(&handle, &happenings, &frame, FRAMES)?;
    let after = resident()?;
    handle.stop();
    let growth = after.saturating_sub(before);
    report.add(
        "resident memory over 10,000 unpaced frames",
        &format!("+{growth} KiB"),
        &format!("after {WARM} frames, {before} KiB"),
        &format!("<= +{MOST_GROWTH_KIB} KiB"),
        growth <= MOST_GROWTH_KIB,
    );

    Ok(())
}

fn show(
    handle: &Handle,
    happenings: &Receiver<Happening>,
    frame: &Luma,
    count: usize,
) -> anyhow::Result<()> {
    for _ in 0..count {
        handle.frame(frame.clone())?;
        let told = happenings.recv_timeout(LONGEST)?;
        if told != Happening::FrameRead {
            bail!("an empty desk led to {told:?}");
        }
    }

    Ok(())
}

/// `VmRSS` of this process in KiB.
pub(crate) fn resident() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let memory = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next())
        .context("VmRSS in /proc")?;

    Ok(memory.parse()?)
}
