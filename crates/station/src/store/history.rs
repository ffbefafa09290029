//! The operator's short history: who stood here in the last day, by the masked name that the screen showed. A kept
//! value for each quarter of an hour, under the log key; the ledger names it, and it is erased after a day at the
//! latest (SECURITY.md §1), whatever was sent.

use std::collections::BTreeMap;

use domain::cbor::{self, Value};
use domain::entry::{Body, Ledger, NewEntry};
use domain::screen::Outcome;
use domain::time::{DAY, Timestamp};
use domain::verdict::Reason;
use rusqlite::params;

use super::memory::{outcome_from, outcome_number};
use super::{Store, StoreError};

/// What the names of its values begin with; a quarter's number since 1970 follows.
const NAME: &str = "history.";
/// Seconds of a quarter of an hour.
const QUARTER: i64 = 900;
/// The most that stand in one quarter: one every second.
const MOST: usize = 900;

/// Somebody who stood here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stood {
    /// The entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What the screen said.
    pub outcome: Outcome,
    /// Its first reason.
    pub reason: Option<Reason>,
    /// The masked name, where the screen had one.
    pub name: Option<String>,
    /// It was taken back.
    pub undone: bool,
}

/// By quarter of an hour.
#[derive(Default)]
pub(super) struct History(BTreeMap<i64, Vec<Stood>>);

/// A quarter as a commit leaves it.
pub(super) struct Quarter {
    number: i64,
    stood: Vec<Stood>,
    pub(super) name: String,
    pub(super) sealed: Vec<u8>,
}

impl History {
    /// What opens of it. A value that does not was found at the opening of the log.
    pub(super) fn load(store: &Store) -> Result<Self, StoreError> {
        let mut history = Self::default();
        for name in store.ledger.values.keys() {
            let Some(number) = number_of(name) else {
                continue;
            };
            let stood = store.saved(name)?.and_then(|value| decode(&value));
            history.0.extend(stood.map(|stood| (number, stood)));
        }

        Ok(history)
    }

    pub(super) fn take(&mut self, quarters: Vec<Quarter>) {
        let changed = quarters
            .into_iter()
            .map(|quarter| (quarter.number, quarter.stood));
        self.0.extend(changed);
    }
}

impl Store {
    /// Who stood here in the last day, the last one first.
    #[must_use]
    pub fn history(&self) -> Vec<Stood> {
        let quarters = self.history.0.values().rev();

        quarters
            .flat_map(|stood| stood.iter().rev().cloned())
            .collect()
    }

    /// Erases what is older than a day, and what lies more than a quarter of an hour ahead of the clock: a clock that was
    /// ahead for a while must not keep names for longer. Tells whether there was any.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn forget_history(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        let kept = (now.0 - DAY).div_euclid(QUARTER) + 1..=now.plus(QUARTER).0.div_euclid(QUARTER);
        let old = |name: &String| number_of(name).filter(|number| !kept.contains(number));
        let gone: Vec<(String, i64)> = self
            .ledger
            .values
            .keys()
            .filter_map(|name| Some((name.clone(), old(name)?)))
            .collect();
        if gone.is_empty() {
            return Ok(false);
        }
        let mut ledger = self.next_ledger();
        ledger
            .values
            .retain(|name, _| gone.iter().all(|(old, _)| old != name));
        self.commit_beside(ledger, |write, _| {
            for (name, _) in &gone {
                write
                    .prepare_cached("DELETE FROM state WHERE name = ?1")?
                    .execute(params![name])?;
            }
            Ok(())
        })?;
        for (_, number) in gone {
            self.history.0.remove(&number);
        }
        self.empty_wal();

        Ok(true)
    }

    /// The quarters that an entry changes: that of who stood here, and that of whose admission it takes back.
    pub(super) fn history_after(
        &self,
        entry: &NewEntry,
        outcome: Option<Outcome>,
        undone: Option<u64>,
        ledger: &mut Ledger,
    ) -> Result<Vec<Quarter>, StoreError> {
        let seq = ledger.head.0;
        let mut changed: BTreeMap<i64, Vec<Stood>> = BTreeMap::new();
        if let Some(outcome) = outcome {
            let number = entry.at.0.div_euclid(QUARTER);
            let mut stood = self.history.0.get(&number).cloned().unwrap_or_default();
            stood.push(Stood::of(seq, entry, outcome));
            let over = stood.len().saturating_sub(MOST);
            stood.drain(..over);
            changed.insert(number, stood);
        }
        let of = self.history.0.iter().rev().find(|(_, stood)| {
            stood
                .iter()
                .any(|one| undone.is_some_and(|undone| one.seq == undone))
        });
        if let Some((number, stood)) = of {
            let stood = changed.entry(*number).or_insert_with(|| stood.clone());
            for one in stood.iter_mut().filter(|one| Some(one.seq) == undone) {
                one.undone = true;
            }
        }

        changed
            .into_iter()
            .map(|(number, stood)| {
                let name = format!("{NAME}{number}");
                let sealed = self.boxes.seal_value(ledger.turn, &name, &encode(&stood))?;
                ledger.values.insert(name.clone(), ledger.turn);
                Ok(Quarter {
                    number,
                    stood,
                    name,
                    sealed,
                })
            })
            .collect()
    }
}

impl Stood {
    fn of(seq: u64, entry: &NewEntry, outcome: Outcome) -> Self {
        let (reason, name) = match &entry.body {
            Body::Personal(personal) => (personal.reasons.first().copied(), personal.name.clone()),
            Body::Detail(_) => (None, None),
        };

        Self {
            seq,
            at: entry.at,
            outcome,
            reason,
            name,
            undone: false,
        }
    }
}

/// Whether a kept value is a part of the history: none is handed on to the next epoch.
pub(super) fn is_history(name: &str) -> bool {
    number_of(name).is_some()
}

fn number_of(name: &str) -> Option<i64> {
    name.strip_prefix(NAME)?.parse().ok()
}

fn encode(stood: &[Stood]) -> Vec<u8> {
    let lines = stood.iter().map(|one| {
        Value::Array(vec![
            Value::from(one.seq),
            Value::int(one.at.0),
            Value::from(outcome_number(one.outcome)),
            Value::from(one.reason.map_or(0, Reason::number)),
            one.name.as_deref().map_or(Value::Null, Value::text),
            Value::Bool(one.undone),
        ])
    });

    cbor::encode(&Value::Array(lines.collect()))
}

fn decode(bytes: &[u8]) -> Option<Vec<Stood>> {
    let value = cbor::decode(bytes, 7 * (MOST + 1)).ok()?;

    value.as_items()?.iter().map(decode_one).collect()
}

fn decode_one(value: &Value) -> Option<Stood> {
    let [seq, at, outcome, reason, name, undone] = value.as_items()? else {
        return None;
    };
    let name = if *name == Value::Null {
        None
    } else {
        Some(name.as_text()?.to_owned())
    };

    Some(Stood {
        seq: seq.as_u64()?,
        at: Timestamp(at.as_i64()?),
        outcome: outcome_from(outcome.as_u64()?)?,
        reason: Reason::from_number(u16::try_from(reason.as_u64()?).ok()?),
        name,
        undone: undone.as_bool()?,
    })
}
