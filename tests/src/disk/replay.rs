//! Power losses: a life is written down, cut at any call, and the log is opened on what the disk may then hold.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::Path;

use anyhow::Context;

use super::chance::Chance;
use super::power::{self, Image, Machine};
use super::trace::{Event, Happened};
use super::{Account, Disk, Fault, Trial, place};

/// One state in so many is lived on, and loses power again.
const AGAIN: u64 = 40;
/// States of such a second life; no first one has so few.
const SECOND: usize = 3;

/// So many things that are told after a failed sync are looked at closely.
const NEXT: usize = 3;

/// What the power losses came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Calls that were written down.
    pub calls: usize,
    /// States of the disk on which the log was opened.
    pub states: usize,
    /// Those that differ.
    pub distinct: usize,
    /// Those of them after a second power loss, while the log came back from a first.
    pub second: usize,
    /// What had been told, entries or batches, over all states.
    pub told: usize,
}

impl Replayed {
    /// Adds another's.
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.states += other.states;
        self.distinct += other.distinct;
        self.second += other.second;
        self.told += other.told;
    }
}

/// Cuts a life at `states` points that `seed` decides, and opens the log on what a power loss may leave. With a
/// fault the disk fails in the course of it.
///
/// # Errors
/// What had been told is not there, something is found amiss, or the log does not go on.
pub fn of<A: Account>(
    disk: &Disk,
    trial: &Trial<A>,
    fault: Option<Fault>,
    states: usize,
    seed: u64,
) -> anyhow::Result<Replayed> {
    let mut losses = Losses {
        disk,
        next: trial.next,
        chance: Chance::new(seed),
        seen: BTreeSet::new(),
        replayed: Replayed::default(),
    };
    let begun = trial.begun.path();
    losses
        .of_a_life(trial.name, fault, begun, trial.told.clone(), states)
        .with_context(|| format!("{} of seed {seed}, {fault:?}", trial.name))?;
    losses.replayed.distinct = losses.seen.len();

    Ok(losses.replayed)
}

struct Losses<'a> {
    disk: &'a Disk,
    next: &'static str,
    chance: Chance,
    seen: BTreeSet<u64>,
    replayed: Replayed,
}

impl Losses<'_> {
    fn of_a_life<A: Account>(
        &mut self,
        life: &'static str,
        fault: Option<Fault>,
        begun: &Path,
        mut told: A,
        states: usize,
    ) -> anyhow::Result<()> {
        let (_, events) = self.disk.record(life, fault, begun)?;
        let mut machine = Machine::new(begun)?;
        self.replayed.calls += events.len();
        let cuts = self.cuts(&events, states);
        let mut cuts = cuts.into_iter().peekable();
        for at in 0..=events.len() {
            while cuts.next_if_eq(&at).is_some() {
                let image = machine.after_power_loss(&mut self.chance);
                self.look(&image, &told, states == SECOND)
                    .with_context(|| format!("cut before call {at} of {}", events.len()))?;
            }
            let Some(event) = events.get(at) else { break };
            if let Happened::Said(said) = &event.deed {
                told.hear(said)?;
            }
            machine.follow(&event.deed)?;
        }

        Ok(())
    }

    /// Half of them anywhere, half right behind something that was told: then the most is promised. Where a sync failed,
    /// it is what was told next.
    fn cuts(&mut self, events: &[Event], states: usize) -> Vec<usize> {
        let failed = events
            .iter()
            .position(|event| matches!(event.deed, Happened::Unsynced { .. }));
        let told: Vec<usize> = (1..)
            .zip(events)
            .skip(failed.unwrap_or(0))
            .filter(|(_, event)| matches!(event.deed, Happened::Said(_)))
            .map(|(at, _)| at)
            .take(failed.map_or(usize::MAX, |_| NEXT))
            .collect();
        let mut cuts: Vec<usize> = (0..states)
            .map(|_| {
                let anywhere = below(&mut self.chance, events.len() + 1);
                let behind = below(&mut self.chance, 2 * told.len().max(1));
                told.get(behind).copied().unwrap_or(anywhere)
            })
            .collect();
        cuts.sort_unstable();

        cuts
    }

    fn look<A: Account>(&mut self, image: &Image, told: &A, second: bool) -> anyhow::Result<()> {
        let mut hasher = DefaultHasher::new();
        image.hash(&mut hasher);
        self.seen.insert(hasher.finish());
        self.replayed.states += 1;
        self.replayed.second += usize::from(second);
        self.replayed.told += told.many();
        let data = place()?;
        power::lay(image, data.path())?;
        let thorough = self.chance.one_in(2);
        told.check(data.path(), thorough)
            .with_context(|| lies(image))?;
        if !second && self.chance.one_in(AGAIN) {
            let begun = place()?;
            power::lay(image, begun.path())?;
            self.of_a_life(self.next, None, begun.path(), told.clone(), SECOND)
                .context("lived on")?;
        }

        Ok(())
    }
}

fn below(chance: &mut Chance, limit: usize) -> usize {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);

    usize::try_from(chance.below(limit)).unwrap_or(usize::MAX)
}

fn lies(image: &Image) -> String {
    let length = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(Vec::len);
    let names: Vec<String> = image
        .iter()
        .map(|(name, bytes)| format!("{name} {:?}", length(bytes)))
        .collect();

    format!("on a disk with {}", names.join(", "))
}
