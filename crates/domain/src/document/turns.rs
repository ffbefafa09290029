//! Keys that are in force for a time, as `trust` lists them.

use super::DocumentError;
use crate::cbor::{Fields, Value, WrongShape};
use crate::crypto::{PublicKey, SealingKey};
use crate::time::Timestamp;

/// A signing key with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleKey {
    /// The key.
    pub key: PublicKey,
    /// Used from this second on.
    pub not_before: Timestamp,
    /// Not used from this second on.
    pub not_after: Timestamp,
}

/// An exchange key with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeTurn {
    /// The key.
    pub key: SealingKey,
    /// Used from this second on.
    pub not_before: Timestamp,
    /// Not used from this second on.
    pub not_after: Timestamp,
}

/// One week's sealing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealingTurn {
    /// The key.
    pub key: SealingKey,
    /// Used from this second on.
    pub not_before: Timestamp,
    /// Not used from this second on.
    pub not_after: Timestamp,
}

impl RoleKey {
    pub(super) fn to_value(self) -> Value {
        turn_value(self.key.as_bytes(), self.not_before, self.not_after)
    }

    pub(super) fn take_all(fields: &mut Fields, name: &str) -> Result<Vec<Self>, DocumentError> {
        take_turns(fields, name, |key, not_before, not_after| {
            Ok(Self {
                key: PublicKey::new(key)?,
                not_before,
                not_after,
            })
        })
    }

    pub(super) fn in_force(keys: &[Self], now: Timestamp) -> Vec<PublicKey> {
        keys.iter()
            .filter(|role| role.not_before <= now && now < role.not_after)
            .map(|role| role.key)
            .collect()
    }
}

impl ExchangeTurn {
    pub(super) fn to_value(self) -> Value {
        turn_value(self.key.as_bytes(), self.not_before, self.not_after)
    }

    pub(super) fn take_all(fields: &mut Fields, name: &str) -> Result<Vec<Self>, DocumentError> {
        take_turns(fields, name, |key, not_before, not_after| {
            Ok(Self {
                key: SealingKey::new(key)?,
                not_before,
                not_after,
            })
        })
    }
}

impl ExchangeTurn {
    /// The key of `now` if it did not end below the floor; where none is the one that ends last.
    pub(super) fn of(
        turns: &[Self],
        now: Timestamp,
        floor: Option<Timestamp>,
    ) -> Option<SealingKey> {
        let in_force = |turn: &&Self| {
            turn.not_before <= now
                && now < turn.not_after
                && floor.is_none_or(|floor| floor < turn.not_after)
        };

        turns
            .iter()
            .find(in_force)
            .or_else(|| turns.iter().max_by_key(|turn| turn.not_after))
            .map(|turn| turn.key)
    }
}

impl SealingTurn {
    pub(super) fn to_value(self) -> Value {
        turn_value(self.key.as_bytes(), self.not_before, self.not_after)
    }

    pub(super) fn take_all(fields: &mut Fields, name: &str) -> Result<Vec<Self>, DocumentError> {
        take_turns(fields, name, |key, not_before, not_after| {
            Ok(Self {
                key: SealingKey::new(key)?,
                not_before,
                not_after,
            })
        })
    }

    /// The key of `now` if it did not end below the floor; where none is the one that ends last, and `true` for overrun.
    pub(super) fn of(
        turns: &[Self],
        now: Timestamp,
        floor: Option<Timestamp>,
    ) -> Option<(SealingKey, bool)> {
        let in_force = |turn: &&Self| {
            turn.not_before <= now
                && now < turn.not_after
                && floor.is_none_or(|floor| floor < turn.not_after)
        };
        if let Some(turn) = turns.iter().find(in_force) {
            return Some((turn.key, false));
        }

        turns
            .iter()
            .max_by_key(|turn| turn.not_after)
            .map(|turn| (turn.key, true))
    }
}

pub(super) fn take_time(fields: &mut Fields, name: &str) -> Result<Timestamp, WrongShape> {
    fields.get(name, Value::as_i64).map(Timestamp)
}

fn turn_value(key: &[u8; 32], not_before: Timestamp, not_after: Timestamp) -> Value {
    Value::map([
        ("key", Value::bytes(key)),
        ("not_before", Value::int(not_before.0)),
        ("not_after", Value::int(not_after.0)),
    ])
}

fn take_turns<T>(
    fields: &mut Fields,
    name: &str,
    make: impl Fn([u8; 32], Timestamp, Timestamp) -> Result<T, DocumentError>,
) -> Result<Vec<T>, DocumentError> {
    fields
        .list(name, turn_from)?
        .into_iter()
        .map(|(key, not_before, not_after)| make(key, not_before, not_after))
        .collect()
}

fn turn_from(value: Value) -> Result<([u8; 32], Timestamp, Timestamp), WrongShape> {
    let mut fields = Fields::of(value)?;
    let key = fields.get("key", Value::as_array)?;
    let not_before = take_time(&mut fields, "not_before")?;
    let not_after = take_time(&mut fields, "not_after")?;
    fields.end()?;

    Ok((key, not_before, not_after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{OpeningKey, Secret};

    fn turn(byte: u8, not_before: i64, not_after: i64) -> SealingTurn {
        SealingTurn {
            key: OpeningKey::new(&Secret::new([byte; 32])).public(),
            not_before: Timestamp(not_before),
            not_after: Timestamp(not_after),
        }
    }

    #[test]
    fn the_sealing_key_is_the_weeks_own_and_past_the_last_the_last_one_flagged() {
        let turns = [turn(1, 0, 10), turn(2, 10, 20)];
        let at = |now| SealingTurn::of(&turns, Timestamp(now), None);
        assert_eq!(at(9), Some((turns[0].key, false)));
        assert_eq!(at(10), Some((turns[1].key, false)));
        assert_eq!(at(20), Some((turns[1].key, true)));
        assert_eq!(SealingTurn::of(&[], Timestamp(0), None), None);
    }

    #[test]
    fn a_clock_set_back_below_the_floor_brings_no_old_sealing_key_back() {
        let turns = [turn(1, 0, 10), turn(2, 10, 20)];
        let above = |floor| SealingTurn::of(&turns, Timestamp(5), Some(Timestamp(floor)));
        assert_eq!(above(9), Some((turns[0].key, false)));
        assert_eq!(above(10), Some((turns[1].key, true)));
    }
}
