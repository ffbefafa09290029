//! All lives, killed and without power, and the report of it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use super::kills::{self, Killed};
use super::life::Life;
use super::replay::{self, Replayed};
use super::{Class, Disk, Failing, Fault};

/// What became of each life.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    lives: Vec<(Life, Killed, Replayed, Replayed)>,
}

/// Tries every life: `kills` kills and `states` power losses in all. A quarter of the power losses comes after syncs that
/// failed.
///
/// # Errors
/// As [`kills::of`] and [`replay::of`].
pub fn try_all(disk: &Disk, states: usize, kills: usize, seed: u64) -> anyhow::Result<Tried> {
    let many = Life::ALL.len();
    let mut tried = Tried::default();
    for life in Life::ALL {
        let killed = kills::of(disk, life, kills.div_ceil(many), seed)?;
        let sound = replay::of(disk, life, None, (states * 3 / 4).div_ceil(many), seed)?;
        let failed = after_failed_syncs(disk, life, (states / 4).div_ceil(many), seed)?;
        tried.lives.push((life, killed, sound, failed));
    }

    Ok(tried)
}

/// Syncs of a life that fail, each by itself, and the power losses after it.
const FAILED: [u64; 5] = [1, 2, 3, 5, 8];

/// Power losses of lives in which a sync failed.
///
/// # Errors
/// As [`replay::of`].
pub fn after_failed_syncs(
    disk: &Disk,
    life: Life,
    states: usize,
    seed: u64,
) -> anyhow::Result<Replayed> {
    let mut all = Replayed::default();
    for first in FAILED {
        let fault = Fault {
            class: Class::Sync,
            failing: Failing::Broken,
            first,
            many: 1,
        };
        let states = states.div_ceil(FAILED.len());
        all.add(&replay::of(disk, life, Some(fault), states, seed + first)?);
    }

    Ok(all)
}

impl Tried {
    /// The report.
    #[must_use]
    pub fn text(&self, seed: u64, date: &str, time: Duration) -> String {
        let mut lines = Vec::new();
        let (mut kills, mut losses) = (Killed::default(), Replayed::default());
        for (life, killed, sound, failed) in &self.lives {
            kills.add(*killed);
            losses.add(sound);
            losses.add(failed);
            let mut both = sound.clone();
            both.add(failed);
            lines.push(line(life.name(), *killed, &both, failed.states));
        }
        let failed = self
            .lives
            .iter()
            .map(|(_, _, _, failed)| failed.states)
            .sum();
        lines.push(line("all", kills, &losses, failed));

        format!(
            "# Soak: killed at chosen calls, and without power\n\n\
             Made by `cargo xtask soak disk`, {date}, in {} minutes, seed {seed}. What is tried, and what a power loss \
             may take in it, stands in [log.md](log.md) and in `tests/src/disk/power.rs`.\n\n\
             After each kill and on each state the log was opened, walked through, compared with what the station had \
             told, added to, and walked through again.\n\n\
             | life | kills | of them within a write | power losses | states that differ | after a failed sync | after a second loss | entries told | missing, altered or found amiss |\n\
             |---|---|---|---|---|---|---|---|---|\n{}\n",
            time.as_secs().div_ceil(60),
            lines.join("\n"),
        )
    }
}

fn line(name: &str, killed: Killed, losses: &Replayed, failed: usize) -> String {
    format!(
        "| {name} | {} | {} | {} | {} | {failed} | {} | {} | 0 |",
        killed.kills,
        killed.halves,
        losses.states,
        losses.distinct,
        losses.second,
        killed.told + losses.told,
    )
}

/// Puts the report of a long run where it is kept.
///
/// # Errors
/// The file cannot be written.
pub fn keep(text: &str) -> anyhow::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/soak-disk.md");

    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}
