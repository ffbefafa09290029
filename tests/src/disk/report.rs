//! All lives, killed and without power, and the report of it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use super::chance::Chance;
use super::failures::{self, Failed, WAYS};
use super::kills::{self, Killed};
use super::life::Life;
use super::replay::{self, Replayed};
use super::{Account, Class, Disk, Failing, Fault, Trial, server};

/// What became of each life.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    lives: Vec<Lived>,
}

#[derive(Clone, Debug)]
struct Lived {
    name: &'static str,
    killed: Killed,
    /// Power losses while the disk was well.
    sound: Replayed,
    /// Power losses after a sync that failed.
    unsynced: Replayed,
    /// Disks that fail.
    failed: Failed,
}

/// Tries every life: `kills` kills, `states` power losses and half as many failures as kills in all. A quarter of the
/// power losses comes after syncs that failed.
///
/// # Errors
/// As [`kills::of`], [`replay::of`] and [`failures::of`].
pub fn try_all(disk: &Disk, states: usize, kills: usize, seed: u64) -> anyhow::Result<Tried> {
    let many = Life::ALL.len() + 1;
    let each = (states.div_ceil(many), kills.div_ceil(many));
    let mut tried = Tried::default();
    for life in Life::ALL {
        tried.lives.push(lived(disk, &life.trial()?, each, seed)?);
    }
    tried
        .lives
        .push(lived(disk, &server::trial()?, each, seed)?);

    Ok(tried)
}

fn lived<A: Account>(
    disk: &Disk,
    trial: &Trial<A>,
    (states, kills): (usize, usize),
    seed: u64,
) -> anyhow::Result<Lived> {
    let mut failed = Failed::default();
    let times = u64::try_from(kills.div_ceil(2 * WAYS.len()))?;
    for way in WAYS {
        failed.add(failures::of(disk, trial, way, times, seed)?);
    }

    Ok(Lived {
        name: trial.name,
        killed: kills::of(disk, trial, kills, seed)?,
        sound: replay::of(disk, trial, None, (states * 3).div_ceil(4), seed)?,
        unsynced: after_failed_syncs(disk, trial, states.div_ceil(4), seed)?,
        failed,
    })
}

/// Power losses after one sync that fails.
const AFTER_ONE: usize = 4;

/// Power losses of lives in each of which one sync fails, whichever.
///
/// # Errors
/// As [`replay::of`].
pub fn after_failed_syncs<A: Account>(
    disk: &Disk,
    trial: &Trial<A>,
    states: usize,
    seed: u64,
) -> anyhow::Result<Replayed> {
    let (_, events) = disk.record(trial.name, None, trial.begun.path())?;
    let syncs = events
        .iter()
        .filter_map(|event| event.deed.synced())
        .count();
    let mut chance = Chance::new(seed);
    let mut all = Replayed::default();
    while all.states < states {
        let first = 1 + chance.below(u64::try_from(syncs)?.max(1));
        let fault = Fault {
            class: Class::Sync,
            failing: Failing::Broken,
            first,
            many: 1,
        };
        let seed = chance.below(u64::MAX);
        all.add(&replay::of(disk, trial, Some(fault), AFTER_ONE, seed)?);
    }

    Ok(all)
}

impl Tried {
    /// The report.
    #[must_use]
    pub fn text(&self, seed: u64, date: &str, time: Duration) -> String {
        let mut all = Lived {
            name: "all",
            killed: Killed::default(),
            sound: Replayed::default(),
            unsynced: Replayed::default(),
            failed: Failed::default(),
        };
        let mut lines = Vec::new();
        for lived in &self.lives {
            all.killed.add(lived.killed);
            all.sound.add(&lived.sound);
            all.unsynced.add(&lived.unsynced);
            all.failed.add(lived.failed.clone());
            lines.push(lived.line());
        }
        lines.push(all.line());

        format!(
            "# Soak: killed at chosen calls, without power, on disks that fail\n\n\
             Made by `cargo xtask soak disk`, {date}, in {} minutes, seed {seed}. What is tried, and what a power loss \
             may take in it, stands in [log.md](log.md) and in `tests/src/disk/power.rs`.\n\n\
             After each kill, on each state that a power loss left, and after each failure with the disk well again, the \
             log was opened, walked through, compared with what the station had told, added to, and walked through \
             again.\n\n\
             | life | kills | power losses | of those states differ | after a failed sync | after a second loss | \
             failing disks | entries told (the server: batches) | missing, altered or found amiss |\n\
             |---|---|---|---|---|---|---|---|---|\n{}\n",
            time.as_secs().div_ceil(60),
            lines.join("\n"),
        )
    }
}

impl Lived {
    fn line(&self) -> String {
        let mut losses = self.sound.clone();
        losses.add(&self.unsynced);

        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | 0 |",
            self.name,
            self.killed.kills,
            losses.states,
            losses.distinct,
            self.unsynced.states,
            losses.second,
            self.failed.lives,
            self.killed.told + losses.told,
        )
    }
}

/// Puts the report of a long run where it is kept.
///
/// # Errors
/// The file cannot be written.
pub fn keep(text: &str) -> anyhow::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/soak-disk.md");

    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}
