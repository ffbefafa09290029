//! Disks that are full, fail, or can only be read: what the station says to it, what it had told, and what becomes of the
//! log when the disk is well again.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};

use super::chance::Chance;
use super::life::Life;
use super::told::Told;
use super::{Class, Deed, Disk, Failing, Fault, place};

/// What the failures came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failed {
    /// Lives on a disk that failed.
    pub lives: usize,
    /// What was refused, in the words that the operator reads.
    pub refused: BTreeSet<String>,
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

/// Has the disk fail in this way at `times` points of a life, spread over all of it, the first of them at its very
/// start; `seed` decides where in each part.
///
/// # Errors
/// The program panicked or took the failure for tampering, what had been told is not there, or the log does not go on
/// when the disk is well again.
pub fn of(
    disk: &Disk,
    life: Life,
    (class, failing, many): (Class, Failing, u64),
    times: u64,
    seed: u64,
) -> anyhow::Result<Failed> {
    let begun = place()?;
    let told = life.prepare(begun.path())?;
    let (_, events) = disk.record(life, None, begun.path())?;
    let calls = events.iter().map(|event| event.count).max().unwrap_or(0);
    // Of the calls that are counted, every fourth or so is a sync; of the others nearly all need room.
    let calls = match class {
        Class::Change | Class::Read => calls,
        Class::Write => calls * 3 / 4,
        Class::Sync => calls / 4,
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
        let refused = once(disk, life, begun.path(), &told, fault)
            .with_context(|| format!("{}, {fault:?}", life.name()))?;
        failed.lives += 1;
        failed.refused.extend(refused);
    }

    Ok(failed)
}

fn once(
    disk: &Disk,
    life: Life,
    begun: &std::path::Path,
    told: &Told,
    fault: Fault,
) -> anyhow::Result<Vec<String>> {
    let data = place()?;
    super::copy(begun, data.path())?;
    let deed = Deed {
        fault: Some(fault),
        ..Deed::default()
    };
    let ended = disk.live(life, data.path(), deed)?;
    ensure!(
        ended.status.success() && !ended.stderr.contains("panicked"),
        "it did not end in words: {ended:?}"
    );
    let mut all = told.clone();
    all.hear(ended.said.as_bytes())?;
    ensure!(
        all.found.is_empty(),
        "a failing disk was taken for tampering: {:?}",
        all.found
    );
    all.check(data.path(), fault.first.is_multiple_of(2))
        .with_context(|| format!("after {ended:?}"))?;

    Ok(all.refused)
}
