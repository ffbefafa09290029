//! Aimed kills: `kill -9` in the place of a call that changes a file, or half-way through it, all over a life.

use std::process::ExitStatus;

use anyhow::{Context, ensure};

use super::chance::Chance;
use super::{Account, Deed, Disk, Trial, place};

/// What the kills came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Killed {
    /// Lives that were ended.
    pub kills: usize,
    /// Those of them that were to fall half-way through a write, where the call is one.
    pub halves: usize,
    /// What had been told: entries, batches.
    pub told: usize,
}

impl Killed {
    /// Adds another's.
    pub fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.halves += other.halves;
        self.told += other.told;
    }
}

/// Ends a life `kills` times, spread over all of its calls; `seed` decides where in each part.
///
/// # Errors
/// What had been told is not there, something is found amiss, or the log does not go on.
pub fn of<A: Account>(
    disk: &Disk,
    trial: &Trial<A>,
    kills: usize,
    seed: u64,
) -> anyhow::Result<Killed> {
    let (_, events) = disk.record(trial.name, None, trial.begun.path())?;
    let calls = events.iter().map(|event| event.count).max().unwrap_or(0);
    let mut chance = Chance::new(seed);
    let mut killed = Killed::default();
    let many = u64::try_from(kills)?;
    for kill in 0..many {
        let (from, to) = (kill * calls / many, (kill + 1) * calls / many);
        let at = 1 + from + chance.below((to - from).max(1));
        let half = chance.one_in(3);
        let (is_killed, told) = once(disk, trial, (at, half))
            .with_context(|| format!("{} killed at call {at} of {calls}", trial.name))?;
        killed.kills += usize::from(is_killed);
        killed.halves += usize::from(is_killed && half);
        killed.told += told;
    }

    Ok(killed)
}

/// One life that is ended, and how much it had told. A server, which commits what comes together, may make fewer calls
/// than the last time, and come to its end.
fn once<A: Account>(
    disk: &Disk,
    trial: &Trial<A>,
    kill: (u64, bool),
) -> anyhow::Result<(bool, usize)> {
    let data = place()?;
    crate::files::copy_folder(trial.begun.path(), data.path())?;
    let deed = Deed {
        kill: Some(kill),
        ..Deed::default()
    };
    let ended = disk.live(trial.name, data.path(), deed)?;
    let is_killed = is_killed(ended.status);
    ensure!(
        is_killed || ended.status.success(),
        "it ended by itself: {ended:?}"
    );
    let mut told = trial.told.clone();
    told.hear(ended.said.as_bytes())?;
    told.check(data.path(), kill.0.is_multiple_of(2))?;

    Ok((is_killed, told.many() - trial.told.many()))
}

#[cfg(unix)]
fn is_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;

    status.signal() == Some(9)
}

#[cfg(not(unix))]
fn is_killed(_status: ExitStatus) -> bool {
    false
}
