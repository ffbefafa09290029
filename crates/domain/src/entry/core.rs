//! The core of an entry: what stays readable, chained and signed, and names nobody.

use thiserror::Error;

use super::kind::{Action, Flags, Kind};
use crate::cbor::{self, CborError, Value};
use crate::crypto::Kid;
use crate::ids::{StationId, VenueId};
use crate::verdict::Verdict;

/// The version of the core's layout.
const VERSION: u64 = 1;
/// A core holds 14 items.
const MAX_ITEMS: usize = 16;

/// Where an entry stands: sealed to it, so that a row moved or copied no longer opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which station.
    pub station: StationId,
    /// Which epoch.
    pub epoch: u32,
    /// Which number within the epoch, from 1.
    pub seq: u64,
    /// Which venue.
    pub venue: VenueId,
    /// Which gate.
    pub gate: u64,
}

/// cbor(\[1, station, epoch, seq, 15-min bucket, venue, gate, kind, verdict, action, seal kid, flags,
/// `body_hash`\]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Core {
    /// Where it stands.
    pub place: Place,
    /// floor(unix / 900).
    pub bucket: u64,
    /// What it is about.
    pub kind: Kind,
    /// What was shown; none (0) for entries that are no scan.
    pub verdict: Option<Verdict>,
    /// What happened.
    pub action: Action,
    /// The sealing key; none where nothing is sealed.
    pub seal_kid: Option<Kid>,
    /// What else is to be known.
    pub flags: Flags,
    /// SHA-256 over what the entry carries beside the core.
    pub body_hash: [u8; 32],
}

/// Why bytes are no core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CoreError {
    /// Not deterministic CBOR.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// Not the thirteen members, or one of them out of range.
    #[error("the entry is not built as it should be")]
    Shape,
}

impl Core {
    /// The bytes that are chained.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut members = self.first_12();
        members.push(Value::bytes(self.body_hash));

        cbor::encode(&Value::Array(members))
    }

    /// cbor(first 12 of core): part of the place that a body is sealed to.
    #[must_use]
    pub fn sealing_place(&self) -> Vec<u8> {
        cbor::encode(&Value::Array(self.first_12()))
    }

    /// Reads a core.
    ///
    /// # Errors
    /// See [`CoreError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, CoreError> {
        let value = cbor::decode(bytes, MAX_ITEMS)?;

        Self::from_value(&value).ok_or(CoreError::Shape)
    }

    fn first_12(&self) -> Vec<Value> {
        let place = &self.place;
        vec![
            Value::from(VERSION),
            Value::bytes(place.station.0),
            Value::from(place.epoch),
            Value::from(place.seq),
            Value::from(self.bucket),
            Value::bytes(place.venue.0),
            Value::from(place.gate),
            Value::from(self.kind.number()),
            Value::from(self.verdict.map_or(0, Verdict::number)),
            Value::from(self.action.number()),
            self.seal_kid.map_or(Value::Null, |kid| Value::bytes(kid.0)),
            Value::from(self.flags.0),
        ]
    }

    fn from_value(value: &Value) -> Option<Self> {
        let [
            version,
            station,
            epoch,
            seq,
            bucket,
            venue,
            gate,
            kind,
            verdict,
            action,
            seal_kid,
            flags,
            body_hash,
        ] = value.as_items()?
        else {
            return None;
        };
        if version.as_u64()? != VERSION {
            return None;
        }

        Some(Self {
            place: Place {
                station: StationId(station.as_array()?),
                epoch: u32::try_from(epoch.as_u64()?).ok()?,
                seq: seq.as_u64()?,
                venue: VenueId(venue.as_array()?),
                gate: gate.as_u64()?,
            },
            bucket: bucket.as_u64()?,
            kind: Kind::from_number(kind.as_u64()?)?,
            verdict: match u8::try_from(verdict.as_u64()?).ok()? {
                0 => None,
                number => Some(Verdict::from_number(number)?),
            },
            action: Action::from_number(action.as_u64()?)?,
            seal_kid: if *seal_kid == Value::Null {
                None
            } else {
                Some(Kid(seal_kid.as_array()?))
            },
            flags: Flags(u32::try_from(flags.as_u64()?).ok()?),
            body_hash: body_hash.as_array()?,
        })
    }
}
