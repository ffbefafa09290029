//! Disks that are full, fail, or can only be read: what the station says to it, what it had told, and what becomes of the
//! log when the disk is well again.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};

use super::chance::Chance;
use super::{Account, Class, Deed, Disk, Failing, Fault, Trial, place};

/// What the failures came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failed {
    /// Lives on a disk that failed.
    pub lives: usize,
    /// What was refused, in the words that the operator reads.
    pub refused: BTreeSet<String>,
}

impl Failed {
    /// Adds another's.
    pub fn add(&mut self, other: Self) {
        self.lives += other.lives;
        self.refused.extend(other.refused);
    }
}

/// Every way to fail, and how many calls in a row fail at most: one, some, or all that come.
pub const WAYS: [(Class, Failing, u64); 9] = [
    (Class::Write, Failing::Full, 1),
    (Class::Write, Failing::Full, u64::MAX / 2),
    (Class::Write, Failing::Short, 3),
    (Class::Change, Failing::Broken, 1),
    (Class::Change, Failing::Broken, u64::MAX / 2),
    (Class::Sync, Failing::Broken, 1),
    (Class::Change, Failing::ReadOnly, u64::MAX / 2),
    (Class::Read, Failing::Broken, 1),
    (Class::Read, Failing::Broken, u64::MAX / 2),
];

/// Reads of a short life.
const READS: u64 = 60;

/// Has the disk fail in this way at `times` points of a life, spread over all of it, the first of them at its very
/// start; `seed` decides where in each part.
///
/// # Errors
/// The program panicked or took the failure for tampering, what had been told is not there, or the log does not go on
/// when the disk is well again.
pub fn of<A: Account>(
    disk: &Disk,
    trial: &Trial<A>,
    (class, failing, many): (Class, Failing, u64),
    times: u64,
    seed: u64,
) -> anyhow::Result<Failed> {
    let (_, events) = disk.record(trial.name, None, trial.begun.path())?;
    let calls = events.iter().map(|event| event.count).max().unwrap_or(0);
    // Of the calls that are counted, every fourth or so is a sync; of the others nearly all need room. What was read once
    // is kept in memory.
    let calls = match class {
        Class::Change => calls,
        Class::Read => calls.min(READS),
        Class::Sync => calls / 4,
        Class::Write => calls * 3 / 4,
    };
    let mut chance = Chance::new(seed);
    let mut failed = Failed::default();
    for time in 0..times {
        let part = (calls / times).max(1);
        let within = if time == 0 { 0 } else { chance.below(part) };
        let fault = Fault {
            class,
            failing,
            first: 1 + time * part + within,
            many,
        };
        let refused =
            once(disk, trial, fault).with_context(|| format!("{}, {fault:?}", trial.name))?;
        failed.lives += 1;
        failed.refused.extend(refused);
    }

    Ok(failed)
}

fn once<A: Account>(disk: &Disk, trial: &Trial<A>, fault: Fault) -> anyhow::Result<Vec<String>> {
    let data = place()?;
    crate::files::copy_folder(trial.begun.path(), data.path())?;
    let deed = Deed {
        fault: Some(fault),
        ..Deed::default()
    };
    let ended = disk.live(trial.name, data.path(), deed)?;
    ensure!(
        ended.status.success() && !ended.stderr.contains("panicked"),
        "it did not end in words: {ended:?}"
    );
    let mut told = trial.told.clone();
    told.hear(ended.said.as_bytes())?;
    told.check(data.path(), fault.first.is_multiple_of(2))
        .with_context(|| format!("after {ended:?}"))?;

    Ok(told.refused().to_vec())
}
