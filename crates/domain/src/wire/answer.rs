//! `answer`: the centre's signed receipt.

use crate::cbor::Value;
use crate::cose::Sign1;
use crate::crypto::{Kid, PublicKey, SigningKey};
use crate::ids::StationId;
use crate::time::Timestamp;

const TYP: &str = "answer";
/// An answer is some 200 bytes; what is longer is none.
const MAX_BYTES: usize = 1024;

/// What the centre says of a station's entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which of the five.
    pub kind: AnswerKind,
    /// To which station.
    pub station: StationId,
    /// About which epoch.
    pub epoch: u32,
    /// Every entry up to this number is stored.
    pub acked_seq: u64,
    /// The hash of that entry, as the centre computed it.
    pub acked_hash: [u8; 32],
    /// The nonce of the question.
    pub nonce: [u8; 16],
    /// The centre's clock.
    pub server_time: Timestamp,
    /// Seconds to wait before the next question.
    pub next_after: u32,
}

/// The five answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// Stored up to `acked_seq`.
    Ok,
    /// Entries are missing: send from `acked_seq` + 1.
    Gap,
    /// Another branch is stored under these numbers; both are kept.
    Fork,
    /// The epoch is over: a new assignment is needed.
    Fenced,
    /// The centre lost entries that it had receipted, and has recorded the hole.
    Hole,
}

impl AnswerKind {
    fn number(self) -> u8 {
        match self {
            Self::Ok => 1,
            Self::Gap => 2,
            Self::Fork => 3,
            Self::Fenced => 4,
            Self::Hole => 5,
        }
    }

    fn from_number(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::Ok),
            2 => Some(Self::Gap),
            3 => Some(Self::Fork),
            4 => Some(Self::Fenced),
            5 => Some(Self::Hole),
            _ => None,
        }
    }
}

impl Answer {
    /// The signed document.
    #[must_use]
    pub fn sign(&self, receipt: &SigningKey) -> Vec<u8> {
        let list = Value::Array(vec![
            Value::from(self.kind.number()),
            Value::bytes(self.station.0),
            Value::from(self.epoch),
            Value::from(self.acked_seq),
            Value::bytes(self.acked_hash),
            Value::bytes(self.nonce),
            Value::int(self.server_time.0),
            Value::from(self.next_after),
        ]);

        Sign1::sign(TYP, &list, receipt)
    }

    /// Reads an answer that one of `receipt` signed, and which key it was.
    #[must_use]
    pub fn verify(bytes: &[u8], receipt: &[PublicKey]) -> Option<(Self, Kid)> {
        if bytes.len() > MAX_BYTES {
            return None;
        }
        let signed = Sign1::read(TYP, bytes).ok()?;
        let payload = receipt.iter().find_map(|key| signed.verify(key))?;

        Some((Self::from_value(&payload)?, signed.kid()))
    }

    fn from_value(value: &Value) -> Option<Self> {
        let [kind, station, epoch, seq, hash, nonce, time, next] = value.as_items()? else {
            return None;
        };

        Some(Self {
            kind: AnswerKind::from_number(kind.as_u64()?)?,
            station: StationId(station.as_array()?),
            epoch: u32::try_from(epoch.as_u64()?).ok()?,
            acked_seq: seq.as_u64()?,
            acked_hash: hash.as_array()?,
            nonce: nonce.as_array()?,
            server_time: Timestamp(time.as_i64()?),
            next_after: u32::try_from(next.as_u64()?).ok()?,
        })
    }
}
