//! What a process takes of the processor, as Linux counts it.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// `USER_HZ`: what /proc counts in.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of a process so far (`proc_pid_stat(5)`, fields 14 and 15).
///
/// # Errors
/// It has ended.
pub fn used(process: u32) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, after_name) = stat.rsplit_once(')').context("/proc/PID/stat")?;
    let mut ticks = 0;
    for field in after_name.split_whitespace().skip(11).take(2) {
        ticks += field.parse::<u32>()?;
    }

    Ok(TICK * ticks)
}

/// The processes that this one has started and that still run (`proc_pid_task_children(5)`).
///
/// # Errors
/// It has ended.
pub fn children(process: u32) -> anyhow::Result<Vec<u32>> {
    let mut children = Vec::new();
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let list = fs::read_to_string(thread?.path().join("children"))?;
        for child in list.split_whitespace() {
            children.push(child.parse()?);
        }
    }

    Ok(children)
}
