//! Aimed kills: `kill -9` in the place of a call that changes a file, or half-way through it, all over a life.

use std::path::Path;
use std::process::ExitStatus;

use anyhow::{Context, ensure};

use super::chance::Chance;
use super::life::Life;
use super::told::Told;
use super::{Deed, Disk, place};

/// What the kills came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Killed {
    /// Lives that were ended.
    pub kills: usize,
    /// Those of them that were to fall half-way through a write, where the call is one.
    pub halves: usize,
    /// Entries that had been told.
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
pub fn of(disk: &Disk, life: Life, kills: usize, seed: u64) -> anyhow::Result<Killed> {
    let begun = place()?;
    let told = life.prepare(begun.path())?;
    let (_, events) = disk.record(life, None, begun.path())?;
    let calls = events.iter().map(|event| event.count).max().unwrap_or(0);
    let mut chance = Chance::new(seed);
    let mut killed = Killed::default();
    let many = u64::try_from(kills)?;
    for kill in 0..many {
        let (from, to) = (kill * calls / many, (kill + 1) * calls / many);
        let at = 1 + from + chance.below((to - from).max(1));
        let half = chance.one_in(3);
        let told = once(disk, life, begun.path(), &told, (at, half))
            .with_context(|| format!("{} killed at call {at} of {calls}", life.name()))?;
        killed.kills += 1;
        killed.halves += usize::from(half);
        killed.told += told;
    }

    Ok(killed)
}

/// One life that is ended; how many entries it had told.
fn once(
    disk: &Disk,
    life: Life,
    begun: &Path,
    told: &Told,
    kill: (u64, bool),
) -> anyhow::Result<usize> {
    let data = place()?;
    super::copy(begun, data.path())?;
    let deed = Deed {
        kill: Some(kill),
        ..Deed::default()
    };
    let ended = disk.live(life, data.path(), deed)?;
    ensure!(is_killed(ended.status), "it was not killed: {ended:?}");
    let mut all = told.clone();
    all.hear(ended.said.as_bytes())?;
    all.check(data.path(), kill.0.is_multiple_of(2))?;

    Ok(all.rows.len() - told.rows.len())
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
