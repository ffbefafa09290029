//! `export`: what a station says to the centre, as a file on a USB stick; and the answers, which come back the
//! same way (SECURITY.md §7).
//!
//! The messages in an export are those of the line, byte for byte, each with its own signature, so that the
//! centre judges them by the same code. Around them lies a seal to the exchange key, so that a lost stick tells
//! nobody who was where, and around that the station's signature, so that nothing of a stranger is opened.

use thiserror::Error;

use super::batch::{Batch, MAX_BATCH_BYTES};
use super::{Hello, Hole};
use crate::cbor::{self, CborError, Value};
use crate::crypto::{
    Fresh, Kid, OpeningKey, PublicKey, SealingKey, SigningKey, equal, hmac, label, seal, sha256,
};
use crate::ids::{AuthorityId, StationId};

/// The most bytes of an export; what does not fit goes into the next one.
pub const MAX_EXPORT_BYTES: usize = 16 * 1024 * 1024;
/// The most messages of an export.
pub const MAX_MESSAGES: usize = 256;
/// The most bytes of the answers to an export: an answer is at most 1 KiB.
pub const MAX_ANSWERS_BYTES: usize = 320 * 1024;
/// The list, and three items a message.
const MAX_ITEMS: usize = MAX_MESSAGES * 3 + 1;

/// What an export says of itself in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportHeader {
    /// Whose centre it is for.
    pub authority: AuthorityId,
    /// Whose messages.
    pub station: StationId,
    /// In which epoch.
    pub epoch: u32,
    /// The first entry that it tells of.
    pub first: u64,
    /// The last one; `first` - 1 where it tells of none.
    pub last: u64,
    /// The exchange key that it is sealed to.
    pub kid: Kid,
}

/// One message, as it would be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Entries.
    Batch(Vec<u8>),
    /// Where the log stands.
    Hello(Vec<u8>),
    /// Entries that can never be given.
    Hole(Vec<u8>),
}

/// Why an export is none, or is not this centre's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BundleError {
    /// Not deterministic CBOR: cut, spoilt, or no export at all.
    #[error("it is cut off or spoilt")]
    Cbor(#[from] CborError),
    /// Not built as an export, or it holds messages of another station or epoch.
    #[error("it is not built as an export")]
    Shape,
    /// Larger than an export may be.
    #[error("it is larger than allowed")]
    TooLarge,
    /// Not signed by the station that it names, or altered since.
    #[error("it is not signed by the station that it names")]
    NotSigned,
    /// Sealed to a key that is not ours.
    #[error("it is sealed to another exchange key")]
    OtherKey,
    /// It does not open.
    #[error("it does not open with the exchange key")]
    Sealed,
}

/// An export that was read and whose signature is not yet checked. Nothing is opened before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// What it claims.
    pub header: ExportHeader,
    signature: [u8; 64],
    sealed: Vec<u8>,
}

/// An export whose station's signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedExport {
    /// What was signed.
    pub header: ExportHeader,
    sealed: Vec<u8>,
}

impl Export {
    /// cbor(\[header, signature, sealed\]) of these messages, in the order in which they are to be judged.
    /// `header.kid` is that of `to`.
    ///
    /// # Errors
    /// [`BundleError::TooLarge`], or [`BundleError::Shape`] for no message or one of somebody else's.
    pub fn build(
        header: ExportHeader,
        messages: &[Message],
        to: &SealingKey,
        key: &SigningKey,
        ephemeral: Fresh<32>,
    ) -> Result<Vec<u8>, BundleError> {
        let header = ExportHeader {
            kid: to.kid(),
            ..header
        };
        if messages.len() > MAX_MESSAGES {
            return Err(BundleError::TooLarge);
        }
        header.check(messages)?;
        let plain = cbor::encode(&Value::Array(
            messages.iter().map(Message::to_value).collect(),
        ));
        let sealed = seal(to, &header.info(), &plain, &header.aad(), ephemeral);
        let signed = header.signed(&sealed);
        let signature = key.sign(&message(&signed));
        let export = cbor::encode(&Value::Array(vec![
            Value::Bytes(signed),
            Value::bytes(signature),
            Value::Bytes(sealed),
        ]));
        if export.len() > MAX_EXPORT_BYTES {
            return Err(BundleError::TooLarge);
        }

        Ok(export)
    }

    /// Reads an export as it lies on a stick.
    ///
    /// # Errors
    /// [`BundleError::TooLarge`], [`BundleError::Cbor`], [`BundleError::Shape`]; [`BundleError::NotSigned`]
    /// where the sealed bytes are not those of the header.
    pub fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > MAX_EXPORT_BYTES {
            return Err(BundleError::TooLarge);
        }
        let Value::Array(members) = cbor::decode(bytes, 4)? else {
            return Err(BundleError::Shape);
        };
        let [signed, signature, sealed] =
            <[Value; 3]>::try_from(members).map_err(|_| BundleError::Shape)?;
        let signature = signature.as_array().ok_or(BundleError::Shape)?;
        let (Some(signed), Value::Bytes(sealed)) = (signed.as_bytes(), sealed) else {
            return Err(BundleError::Shape);
        };
        let header = ExportHeader::decode(signed).ok_or(BundleError::Shape)?;
        if header.signed(&sealed) != signed {
            return Err(BundleError::NotSigned);
        }

        Ok(Self {
            header,
            signature,
            sealed,
        })
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`BundleError::NotSigned`].
    pub fn check(self, key: &PublicKey) -> Result<CheckedExport, BundleError> {
        let signed = self.header.signed(&self.sealed);
        key.verify(&message(&signed), &self.signature)
            .map_err(|_| BundleError::NotSigned)?;

        Ok(CheckedExport {
            header: self.header,
            sealed: self.sealed,
        })
    }
}

impl CheckedExport {
    /// Its messages, in order. Each still has to be judged by its own signature.
    ///
    /// # Errors
    /// [`BundleError::OtherKey`], [`BundleError::Sealed`]; [`BundleError::Cbor`], [`BundleError::TooLarge`] or
    /// [`BundleError::Shape`] for what its own station built wrong.
    pub fn open(&self, key: &OpeningKey) -> Result<Vec<Message>, BundleError> {
        let header = &self.header;
        if key.public().kid() != header.kid {
            return Err(BundleError::OtherKey);
        }
        let plain = key
            .open(&self.sealed, &header.info(), &header.aad())
            .map_err(|_| BundleError::Sealed)?;
        let Value::Array(values) = cbor::decode(&plain, MAX_ITEMS)? else {
            return Err(BundleError::Shape);
        };
        if values.len() > MAX_MESSAGES {
            return Err(BundleError::TooLarge);
        }
        let messages = values
            .into_iter()
            .map(Message::from_value)
            .collect::<Option<Vec<_>>>()
            .ok_or(BundleError::Shape)?;
        header.check(&messages)?;

        Ok(messages)
    }
}

impl ExportHeader {
    /// What its messages are sealed for.
    fn info(&self) -> Vec<u8> {
        let mut info = label("to-centre");
        info.extend_from_slice(&self.authority.0);
        info.extend_from_slice(&self.kid.0);
        info
    }

    /// The place that its messages are sealed to.
    fn aad(&self) -> Vec<u8> {
        let mut aad = label("export-aad");
        aad.extend_from_slice(&cbor::encode(&Value::Array(self.values().to_vec())));
        aad
    }

    fn signed(&self, sealed: &[u8]) -> Vec<u8> {
        let mut values = self.values().to_vec();
        values.push(Value::bytes(sha256(&[sealed])));

        cbor::encode(&Value::Array(values))
    }

    fn values(&self) -> [Value; 6] {
        [
            Value::bytes(self.authority.0),
            Value::bytes(self.station.0),
            Value::from(self.epoch),
            Value::from(self.first),
            Value::from(self.last),
            Value::bytes(self.kid.0),
        ]
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let value = cbor::decode(bytes, 8).ok()?;
        let [authority, station, epoch, first, last, kid, _] = value.as_items()? else {
            return None;
        };
        let header = Self {
            authority: AuthorityId(authority.as_array()?),
            station: StationId(station.as_array()?),
            epoch: u32::try_from(epoch.as_u64()?).ok()?,
            first: first.as_u64()?,
            last: last.as_u64()?,
            kid: Kid(kid.as_array()?),
        };

        header.is_ordered().then_some(header)
    }

    fn is_ordered(&self) -> bool {
        self.first > 0 && self.last >= self.first.saturating_sub(1)
    }

    /// An export is of one station and epoch, so that its answers belong to one question.
    fn check(&self, messages: &[Message]) -> Result<(), BundleError> {
        let own = |message: &Message| message.asker() == Some((self.station, self.epoch));
        if messages.is_empty() || !self.is_ordered() || !messages.iter().all(own) {
            return Err(BundleError::Shape);
        }

        Ok(())
    }
}

impl Message {
    /// Its number in an export.
    #[must_use]
    pub fn number(&self) -> u8 {
        match self {
            Self::Batch(_) => 1,
            Self::Hello(_) => 2,
            Self::Hole(_) => 3,
        }
    }

    /// The bytes that would be posted.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Batch(bytes) | Self::Hello(bytes) | Self::Hole(bytes) => bytes,
        }
    }

    /// The station and epoch that it names; none if it is not built as such a message.
    fn asker(&self) -> Option<(StationId, u32)> {
        match self {
            Self::Batch(bytes) => Batch::read(bytes)
                .ok()
                .map(|batch| (batch.header.station, batch.header.epoch)),
            Self::Hello(bytes) => Hello::read(bytes).map(|(hello, _)| (hello.station, hello.epoch)),
            Self::Hole(bytes) => Hole::read(bytes).map(|(hole, _)| (hole.station, hole.epoch)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Array(vec![Value::from(self.number()), Value::bytes(self.bytes())])
    }

    fn from_value(value: Value) -> Option<Self> {
        let Value::Array(members) = value else {
            return None;
        };
        let [number, bytes] = <[Value; 2]>::try_from(members).ok()?;
        let Value::Bytes(bytes) = bytes else {
            return None;
        };
        if bytes.len() > MAX_BATCH_BYTES {
            return None;
        }

        match number.as_u64()? {
            1 => Some(Self::Batch(bytes)),
            2 => Some(Self::Hello(bytes)),
            3 => Some(Self::Hole(bytes)),
            _ => None,
        }
    }
}

/// The centre's signed answers to the messages of an export. Nothing holds them together: each counts by its own
/// signature and nonce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers(pub Vec<Vec<u8>>);

impl Answers {
    /// cbor(\[* answer\]).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(&Value::Array(self.0.iter().map(Value::bytes).collect()))
    }

    /// Reads answers as they lie on a stick; none for anything else.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_ANSWERS_BYTES {
            return None;
        }
        let Value::Array(values) = cbor::decode(bytes, MAX_MESSAGES.saturating_add(1)).ok()? else {
            return None;
        };
        let answers = values.into_iter().map(|value| match value {
            Value::Bytes(bytes) => Some(bytes),
            Value::Unsigned(_)
            | Value::Negative(_)
            | Value::Text(_)
            | Value::Array(_)
            | Value::Map(_)
            | Value::Tag(..)
            | Value::Bool(_)
            | Value::Null => None,
        });

        answers.collect::<Option<Vec<_>>>().map(Self)
    }
}

/// The nonce of a question that goes by stick, when the entries up to `acked` had a receipt: the station keeps none
/// of them, and knows its own again years later. `key` is the station's local MAC key.
#[must_use]
pub fn export_nonce(key: &[u8; 32], station: StationId, epoch: u32, acked: u64) -> [u8; 16] {
    let mark = hmac(
        key,
        &[
            &label("export-nonce"),
            &station.0,
            &epoch.to_be_bytes(),
            &acked.to_be_bytes(),
        ],
    );
    let mut nonce = [0; 16];
    let bytes = acked.to_be_bytes().into_iter().chain(mark);
    for (to, from) in nonce.iter_mut().zip(bytes) {
        *to = from;
    }
    nonce
}

/// Up to where the station held receipts when it asked the question of this nonce; none if it never did by stick.
#[must_use]
pub fn asked_at(key: &[u8; 32], station: StationId, epoch: u32, nonce: [u8; 16]) -> Option<u64> {
    let acked = u64::from_be_bytes(*nonce.first_chunk()?);

    equal(&export_nonce(key, station, epoch, acked), &nonce).then_some(acked)
}

fn message(signed: &[u8]) -> Vec<u8> {
    let mut message = label("export");
    message.extend_from_slice(signed);
    message
}
