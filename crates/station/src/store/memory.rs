//! What a restart must not forget beside the rows: the last entry's time, the last two verdicts, and the
//! totals of each local day. Written in the same commit as the entry that changes it.

use std::collections::BTreeMap;

use domain::cbor::{self, Value};
use domain::clock::EntryMark;
use domain::entry::{Action, Body, Core, Ledger, NewEntry};
use domain::screen::{LastVerdict, Outcome, Totals};
use domain::time::{DAY, Timestamp};
use domain::verdict::Reason;
use rusqlite::{OptionalExtension, params};

use super::append::{Beside, Seat};
use super::{Store, StoreError, to_sql};

/// Days of totals that are kept.
const DAYS: usize = 31;
/// Verdicts that the screen names.
const VERDICTS: usize = 2;
pub(super) const TAIL: &str = "tail";
const TOTALS: &str = "totals";

/// Names, and what goes under them into the table `state`.
pub(super) type Values = Vec<(&'static str, Vec<u8>)>;

/// The memory itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    newest: Option<(EntryMark, Timestamp)>,
    last: Vec<(u64, LastVerdict)>,
    totals: BTreeMap<i64, Totals>,
}

impl Store {
    /// The place of the newest entry, and the wall clock that it was written by.
    #[must_use]
    pub fn newest_entry(&self) -> Option<(EntryMark, Timestamp)> {
        self.memory.newest
    }

    /// The last two verdicts, newest first.
    #[must_use]
    pub fn last_verdicts(&self) -> Vec<LastVerdict> {
        self.memory.last.iter().map(|(_, last)| *last).collect()
    }

    /// The totals of the local day that `now` lies in.
    #[must_use]
    pub fn totals(&self, now: Timestamp, utc_offset_minutes: i32) -> Totals {
        let day = local_day(now, utc_offset_minutes);

        self.memory.totals.get(&day).copied().unwrap_or_default()
    }

    /// The memory after this entry, and its values as they are to be written in the ledger's turn.
    pub(super) fn remember(
        &self,
        entry: &NewEntry,
        seat: &Seat,
        ledger: &mut Ledger,
        beside: Beside,
        undone: Option<u64>,
    ) -> Result<(Memory, Values), StoreError> {
        let mut memory = self.memory.clone();
        let mark = EntryMark {
            epoch: ledger.epoch,
            seq: ledger.head.0,
        };
        memory.newest = Some((mark, entry.at));
        if let Some(outcome) = beside.outcome {
            memory.count(
                local_day(entry.at, seat.utc_offset_minutes),
                outcome,
                u32::saturating_add,
            );
            memory.push(mark.seq, entry, outcome);
        }
        if let Some((outcome, at)) = undone.map(|of| self.outcome_of(of)).transpose()?.flatten() {
            memory.count(
                local_day(at, seat.utc_offset_minutes),
                outcome,
                u32::saturating_sub,
            );
        }
        for (seq, last) in &mut memory.last {
            last.undone |= undone == Some(*seq);
        }
        let mut values = vec![(TAIL, memory.tail())];
        if memory.totals != self.memory.totals {
            values.push((TOTALS, memory.encode_totals()));
        }
        for (name, value) in &mut values {
            *value = self.boxes.seal_value(ledger.turn, name, value)?;
            ledger.values.insert((*name).to_owned(), ledger.turn);
        }

        Ok((memory, values))
    }

    /// What an earlier admit or let in was counted as, and when it was, to the quarter of an hour.
    fn outcome_of(&self, seq: u64) -> Result<Option<(Outcome, Timestamp)>, StoreError> {
        let core_box: Option<Vec<u8>> = self
            .db
            .query_row(
                "SELECT core_box FROM rows WHERE epoch = ?1 AND seq = ?2",
                params![self.ledger.epoch, to_sql(seq)],
                |row| row.get(0),
            )
            .optional()?;
        let core = core_box
            .and_then(|core_box| self.boxes.open_core(self.ledger.epoch, seq, &core_box).ok())
            .and_then(|core| Core::decode(&core).ok());

        Ok(core.and_then(|core| {
            let at = Timestamp(i64::try_from(core.bucket.saturating_mul(900)).ok()?);
            match core.action {
                Action::Admitted => Some((Outcome::Admit, at)),
                Action::LetIn => Some((Outcome::LetIn, at)),
                Action::None
                | Action::Shown
                | Action::TurnedAway
                | Action::EmergencyAdmitted
                | Action::Abandoned
                | Action::Undone => None,
            }
        }))
    }
}

impl Memory {
    pub(super) fn load(store: &Store) -> Result<Self, StoreError> {
        let mut memory = Self::default();
        if let Some(bytes) = store.saved(TAIL)? {
            let tail = decode_tail(&bytes).ok_or(StoreError::Damaged("its last entry's time"))?;
            (memory.newest, memory.last) = tail;
        }
        if let Some(bytes) = store.saved(TOTALS)? {
            memory.totals =
                decode_totals(&bytes).ok_or(StoreError::Damaged("the totals of its days"))?;
        }

        Ok(memory)
    }

    fn count(&mut self, day: i64, outcome: Outcome, by: fn(u32, u32) -> u32) {
        let totals = self.totals.entry(day).or_default();
        let figure = match outcome {
            Outcome::Admit => &mut totals.admit,
            Outcome::Attention => &mut totals.attention,
            Outcome::Refuse => &mut totals.refuse,
            Outcome::Undecided => &mut totals.undecided,
            Outcome::LetIn => &mut totals.let_in,
            Outcome::Emergency => &mut totals.emergency,
        };
        *figure = by(*figure, 1);
        while self.totals.len() > DAYS {
            self.totals.pop_first();
        }
    }

    fn push(&mut self, seq: u64, entry: &NewEntry, outcome: Outcome) {
        let reason = match &entry.body {
            Body::Personal(personal) => personal.reasons.first().copied(),
            Body::Detail(_) => None,
        };
        let last = LastVerdict {
            outcome,
            reason,
            at: entry.at,
            undone: false,
        };
        self.last.insert(0, (seq, last));
        self.last.truncate(VERDICTS);
    }

    /// The tail without the verdicts on the screen: their numbers are those of a log that is over.
    pub(super) fn without_verdicts(&self) -> Vec<u8> {
        let memory = Self {
            newest: self.newest,
            ..Self::default()
        };

        memory.tail()
    }

    fn tail(&self) -> Vec<u8> {
        let newest = self.newest.as_ref().map_or(Value::Null, |(mark, at)| {
            Value::Array(vec![
                Value::from(mark.epoch),
                Value::from(mark.seq),
                Value::int(at.0),
            ])
        });
        let last = self.last.iter().map(|(seq, last)| {
            Value::Array(vec![
                Value::from(*seq),
                Value::from(outcome_number(last.outcome)),
                Value::from(last.reason.map_or(0, Reason::number)),
                Value::int(last.at.0),
                Value::Bool(last.undone),
            ])
        });

        cbor::encode(&Value::Array(vec![newest, Value::Array(last.collect())]))
    }

    fn encode_totals(&self) -> Vec<u8> {
        let days = self.totals.iter().map(|(day, totals)| {
            Value::Array(vec![
                Value::int(*day),
                Value::from(totals.admit),
                Value::from(totals.attention),
                Value::from(totals.refuse),
                Value::from(totals.undecided),
                Value::from(totals.let_in),
                Value::from(totals.emergency),
            ])
        });

        cbor::encode(&Value::Array(days.collect()))
    }
}

type Tail = (Option<(EntryMark, Timestamp)>, Vec<(u64, LastVerdict)>);

fn decode_tail(bytes: &[u8]) -> Option<Tail> {
    let value = cbor::decode(bytes, 64).ok()?;
    let [newest, last] = value.as_items()? else {
        return None;
    };
    let newest = if *newest == Value::Null {
        None
    } else {
        let [epoch, seq, at] = newest.as_items()? else {
            return None;
        };
        let mark = EntryMark {
            epoch: u32::try_from(epoch.as_u64()?).ok()?,
            seq: seq.as_u64()?,
        };
        Some((mark, Timestamp(at.as_i64()?)))
    };
    let last = last
        .as_items()?
        .iter()
        .map(decode_last)
        .collect::<Option<_>>()?;

    Some((newest, last))
}

fn decode_last(value: &Value) -> Option<(u64, LastVerdict)> {
    let [seq, outcome, reason, at, undone] = value.as_items()? else {
        return None;
    };
    let last = LastVerdict {
        outcome: outcome_from(outcome.as_u64()?)?,
        reason: Reason::from_number(u16::try_from(reason.as_u64()?).ok()?),
        at: Timestamp(at.as_i64()?),
        undone: undone.as_bool()?,
    };

    Some((seq.as_u64()?, last))
}

fn decode_totals(bytes: &[u8]) -> Option<BTreeMap<i64, Totals>> {
    let value = cbor::decode(bytes, 8 * (DAYS + 1)).ok()?;

    value.as_items()?.iter().map(decode_day).collect()
}

fn decode_day(value: &Value) -> Option<(i64, Totals)> {
    let [day, counts @ ..] = value.as_items()? else {
        return None;
    };
    let counts = counts
        .iter()
        .map(|count| u32::try_from(count.as_u64()?).ok())
        .collect::<Option<Vec<u32>>>()?;
    let [admit, attention, refuse, undecided, let_in, emergency] = counts.try_into().ok()?;
    let totals = Totals {
        admit,
        attention,
        refuse,
        undecided,
        let_in,
        emergency,
    };

    Some((day.as_i64()?, totals))
}

pub(super) fn outcome_number(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Admit => 1,
        Outcome::Attention => 2,
        Outcome::Refuse => 3,
        Outcome::Undecided => 4,
        Outcome::LetIn => 5,
        Outcome::Emergency => 6,
    }
}

pub(super) fn outcome_from(number: u64) -> Option<Outcome> {
    match number {
        1 => Some(Outcome::Admit),
        2 => Some(Outcome::Attention),
        3 => Some(Outcome::Refuse),
        4 => Some(Outcome::Undecided),
        5 => Some(Outcome::LetIn),
        6 => Some(Outcome::Emergency),
        _ => None,
    }
}

/// Days since 1970 by the venue's clock.
fn local_day(at: Timestamp, utc_offset_minutes: i32) -> i64 {
    at.plus(i64::from(utc_offset_minutes) * 60)
        .0
        .div_euclid(DAY)
}
