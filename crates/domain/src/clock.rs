//! Whether the wall clock can be believed (SECURITY.md §5).
//!
//! The hard floor is what others signed: the trust list in force, manifests, answers to our nonces. It is
//! kept for each signing key, never lies above the trust list's expiry, and loses the part of a key that
//! leaves the list, so that no single signed time locks a station for good. The soft floor is what our own
//! log says. A credential's times never count.

use std::collections::{BTreeMap, BTreeSet};

use crate::cbor::{self, CborError, Fields, Value, WrongShape};
use crate::clock_offset::ClockOffset;
use crate::crypto::Kid;
use crate::document::Trust;
use crate::time::{Moment, Timestamp};

/// Seconds that the wall clock may lie below what is known before that is a doubt.
const SLACK: i64 = 600;
/// Seconds that wall and monotonic clock may drift apart within a run.
const DRIFT: i64 = 120;
/// Milliseconds within which an answer must follow its nonce to clear a doubt.
const FRESH_MS: u64 = 60_000;
/// Most items of a kept state: a trust list names far fewer keys.
const MAX_ITEMS: usize = 50_000;

/// What is kept of the clock across starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClockState {
    /// The latest time that each key signed: manifests by status keys, answers by receipt keys.
    pub signed: BTreeMap<Kid, Timestamp>,
    /// The soft floor: the latest time that our own log or monotonic clock knows of.
    pub own: Option<Timestamp>,
    /// Entries up to this epoch and number were forgiven by an answer: their times no longer count.
    pub forgiven: Option<EntryMark>,
    /// How far the centre's clock is ahead, by its last answer; none once the wall clock jumped.
    pub offset: Option<ClockOffset>,
}

/// An entry's place in the station's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryMark {
    /// Its epoch.
    pub epoch: u32,
    /// Its number.
    pub seq: u64,
}

/// The wall clock as this run sees it.
#[derive(Clone, Debug)]
pub struct Clock {
    state: ClockState,
    trust: Option<TrustTime>,
    anchor: Moment,
    latched: Option<Latched>,
    newest: Option<EntryMark>,
}

/// What the trust list in force says of time.
#[derive(Clone, Debug)]
struct TrustTime {
    issued_at: Timestamp,
    expires: Timestamp,
    keys: BTreeSet<Kid>,
}

/// A doubt that only a fresh answer clears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Latched {
    /// The wall clock jumped against the monotonic one.
    Jumped,
    /// The centre's clock says another time.
    Contradicted,
}

impl Clock {
    /// The clock of a run that starts now, with what was kept from the last one.
    #[must_use]
    pub fn new(state: ClockState, now: Moment) -> Self {
        Self {
            state,
            trust: None,
            anchor: now,
            latched: None,
            newest: None,
        }
    }

    /// What is to be kept for the next start.
    #[must_use]
    pub fn state(&self) -> &ClockState {
        &self.state
    }

    /// An entry of our own log carries this time. One that an answer has already forgiven does not count.
    pub fn wrote(&mut self, mark: EntryMark, at: Timestamp) {
        self.newest = self.newest.max(Some(mark));
        if self.state.forgiven.is_none_or(|forgiven| mark > forgiven) {
            self.state.own = self.state.own.max(Some(at));
        }
    }

    /// A trust list came into force: keys that it no longer names take their times along.
    pub fn trust(&mut self, trust: &Trust) {
        let body = &trust.body;
        let keys: BTreeSet<Kid> = [&body.status, &body.receipt]
            .into_iter()
            .flatten()
            .map(|role| role.key.kid())
            .collect();
        self.state.signed.retain(|kid, _| keys.contains(kid));
        self.trust = Some(TrustTime {
            issued_at: body.header.issued_at,
            expires: body.header.expires,
            keys,
        });
    }

    /// A manifest by this status key was taken. Like every signed time it counts only under a key that the
    /// trust list names.
    pub fn manifest(&mut self, key: Kid, issued_at: Timestamp) {
        self.raise(key, issued_at);
    }

    /// A verified answer with our nonce. Within 60 s of it, it clears every doubt but what others signed,
    /// unless the centre's clock itself contradicts ours by more than ten minutes; later it may only raise
    /// the floor.
    pub fn answered(&mut self, key: Kid, server_time: Timestamp, asked_ms_ago: u64, now: Moment) {
        if !self.names(key) {
            return;
        }
        if asked_ms_ago > FRESH_MS {
            self.raise(key, server_time);
            return;
        }
        // The nonce proves that this is the key's newest word, so it replaces what the key said before.
        self.state.signed.insert(key, server_time);
        self.state.own = None;
        self.state.forgiven = self.newest.max(self.state.forgiven);
        self.state.offset = Some(ClockOffset::of(server_time, asked_ms_ago, now));
        self.anchor = now;
        let apart = now.wall.since(server_time).saturating_abs();
        self.latched = (apart > SLACK).then_some(Latched::Contradicted);
    }

    /// Compares the two clocks. A wall clock that was set back leaves the time that it should show as the
    /// soft floor, so that a restart does not hide it.
    pub fn observe(&mut self, now: Moment) {
        if self.latched.is_some() {
            return;
        }
        let passed = i64::try_from(now.ms_since(self.anchor) / 1_000).unwrap_or(i64::MAX);
        let expected = self.anchor.wall.plus(passed);
        let drift = now.wall.since(expected);
        if drift.saturating_abs() > DRIFT {
            self.latched = Some(Latched::Jumped);
            self.state.offset = None;
            if drift < 0 {
                self.state.own = self.state.own.max(Some(expected));
            }
        }
    }

    /// Whether the wall clock contradicts something signed, our own log or the monotonic clock.
    #[must_use]
    pub fn in_doubt(&self, wall: Timestamp) -> bool {
        let below = |floor: Timestamp| wall < floor.plus(-SLACK);

        self.latched.is_some()
            || self.floor().is_some_and(below)
            || self.state.own.is_some_and(below)
    }

    /// The hard floor: the latest time that others signed, at most the trust list's expiry; none before the
    /// first trust list.
    #[must_use]
    pub fn floor(&self) -> Option<Timestamp> {
        let trust = self.trust.as_ref()?;
        let signed = self.state.signed.values().copied().max();

        Some(
            signed
                .map_or(trust.issued_at, |signed| signed.max(trust.issued_at))
                .min(trust.expires),
        )
    }

    fn names(&self, key: Kid) -> bool {
        self.trust
            .as_ref()
            .is_some_and(|trust| trust.keys.contains(&key))
    }

    fn raise(&mut self, key: Kid, time: Timestamp) {
        if !self.names(key) {
            return;
        }
        let part = self.state.signed.entry(key).or_insert(time);
        *part = (*part).max(time);
    }
}

impl ClockState {
    /// cbor({forgiven, offset, own, signed}).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let signed = self
            .signed
            .iter()
            .map(|(kid, at)| Value::Array(vec![Value::bytes(kid.0), Value::int(at.0)]))
            .collect();
        let forgiven = self.forgiven.map_or(Value::Null, |mark| {
            Value::Array(vec![Value::from(mark.epoch), Value::from(mark.seq)])
        });

        cbor::encode(&Value::map([
            ("signed", Value::Array(signed)),
            ("own", self.own.map_or(Value::Null, |at| Value::int(at.0))),
            ("forgiven", forgiven),
            (
                "offset",
                self.offset.map_or(Value::Null, ClockOffset::to_value),
            ),
        ]))
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// [`WrongShape`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, WrongShape> {
        let value = cbor::decode(bytes, MAX_ITEMS).map_err(|_: CborError| WrongShape)?;
        let mut fields = Fields::of(value)?;
        let state = Self {
            signed: fields
                .list("signed", |item| signed_from(&item).ok_or(WrongShape))?
                .into_iter()
                .collect(),
            own: optional(&mut fields, "own", |value| value.as_i64().map(Timestamp))?,
            forgiven: optional(&mut fields, "forgiven", mark_from)?,
            // States of earlier releases have none.
            offset: optional(&mut fields, "offset", ClockOffset::from_value).unwrap_or(None),
        };
        fields.end()?;

        Ok(state)
    }
}

fn optional<T>(
    fields: &mut Fields,
    key: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Option<T>, WrongShape> {
    let value = fields.take(key)?;
    if value == Value::Null {
        return Ok(None);
    }

    read(&value).map(Some).ok_or(WrongShape)
}

fn signed_from(value: &Value) -> Option<(Kid, Timestamp)> {
    let [kid, at] = value.as_items()? else {
        return None;
    };

    Some((Kid(kid.as_array()?), Timestamp(at.as_i64()?)))
}

fn mark_from(value: &Value) -> Option<EntryMark> {
    let [epoch, seq] = value.as_items()? else {
        return None;
    };

    Some(EntryMark {
        epoch: u32::try_from(epoch.as_u64()?).ok()?,
        seq: seq.as_u64()?,
    })
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails, which is what it is for"
)]
#[path = "clock_tests.rs"]
mod tests;
