//! `batch`: entries on their way to the centre, one signature over all.

use thiserror::Error;

use crate::cbor::{self, CborError, Value};
use crate::compress;
use crate::crypto::{PublicKey, SigningKey, label, sha256};
use crate::entry::{ChainHash, Core, SealedEntry};
use crate::ids::StationId;
use crate::time::{DAY, Timestamp};

/// The most bytes of a batch as sent (SECURITY.md §8).
pub const MAX_BATCH_BYTES: usize = 1024 * 1024;
/// The most entries of a batch (SECURITY.md §8).
pub const MAX_BATCH_ENTRIES: usize = 500;
/// The most bytes of a body unpacked (SECURITY.md §8).
const MAX_RAW: u64 = 4 * 1024 * 1024;
/// The most bytes of an entry (SECURITY.md §8).
const MAX_ENTRY: usize = 2 * 1024;
/// zstd window 2^20 (SECURITY.md §8).
const WINDOW_LOG: u32 = 20;
const LEVEL: i32 = 3;
/// Seconds that the station's clock may have been ahead of the centre's.
const SLACK: i64 = 600;
/// Five items an entry, and the array around them.
const MAX_ITEMS: usize = MAX_BATCH_ENTRIES * 5 + 1;

/// What a batch's signature is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    /// Whose entries.
    pub station: StationId,
    /// Of which epoch.
    pub epoch: u32,
    /// First number.
    pub first: u64,
    /// Last number.
    pub last: u64,
    /// Hash before the first.
    pub before: ChainHash,
    /// Hash of the last.
    pub after: ChainHash,
    /// SHA-256 of the body as sent.
    pub body_sha256: [u8; 32],
    /// Comes back in the answer.
    pub nonce: [u8; 16],
}

/// Why a batch is refused as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BatchError {
    /// More bytes or entries than allowed: halve it.
    #[error("the batch is larger than allowed")]
    TooLarge,
    /// Not built as a batch.
    #[error("the batch is not built as it should be")]
    Shape,
    /// The body does not unpack.
    #[error("the batch does not unpack")]
    Unpack,
    /// Not deterministic CBOR.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// The signature does not verify, or the body is not the one signed.
    #[error("the batch is not signed by its station")]
    NotSigned,
    /// The entries do not lead from the first hash to the last.
    #[error("the entries of the batch are not chained as it says")]
    BrokenChain,
}

/// A batch that was read and whose signature is not yet checked. Nothing is unpacked before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// What it claims.
    pub header: BatchHeader,
    signature: [u8; 64],
    body: Vec<u8>,
}

/// A batch whose signature and chain were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedBatch {
    /// What was signed.
    pub header: BatchHeader,
    /// Its entries in order.
    pub entries: Vec<CheckedEntry>,
}

/// An entry of a checked batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedEntry {
    /// Its number, by its place in the batch.
    pub seq: u64,
    /// Its hash.
    pub hash: ChainHash,
    /// The bytes. Where token, sealed text or detail are not what such a member may be, `detail` holds
    /// all four as they came, to be kept apart whole.
    pub entry: SealedEntry,
    /// Whether they make sense.
    pub check: EntryCheck,
}

/// Whether an entry makes sense. One that does not is kept apart and acknowledged, so that it never
/// blocks the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryCheck {
    /// Its core reads, names its own place, and fits what it carries.
    Good(Core),
    /// It is neither.
    Poison,
    /// Its core reads and names its own place, and it says that what it carried was let go
    /// ([`SealedEntry::is_shredded`]). Whether its time was up says [`Self::is_early`]. A station that finds a
    /// body gone for any other reason sends [`SealedEntry::lost`], which is poison.
    Shredded(Core),
}

impl EntryCheck {
    /// A shredded entry from a quarter of an hour that retention, counted back from when it came, does not
    /// reach: the station's clock or database was changed, or the centre came back from an older copy and got
    /// again what it had receipted.
    #[must_use]
    pub fn is_early(&self, received: Timestamp, retention_days: u32) -> bool {
        let Self::Shredded(core) = self else {
            return false;
        };
        let kept = i64::from(retention_days).saturating_mul(DAY);
        let ended = core.bucket.saturating_add(1).saturating_mul(900);

        i64::try_from(ended)
            .unwrap_or(i64::MAX)
            .saturating_add(kept)
            > received.0.saturating_add(SLACK)
    }
}

impl Batch {
    /// cbor(\[header, signature, body\]) for entries that follow `before`. `first` is the number of the
    /// first of them.
    ///
    /// # Errors
    /// [`BatchError::TooLarge`], or [`BatchError::Shape`] for no entries.
    pub fn build(
        station: StationId,
        epoch: u32,
        first: u64,
        before: ChainHash,
        entries: &[SealedEntry],
        nonce: [u8; 16],
        key: &SigningKey,
    ) -> Result<Vec<u8>, BatchError> {
        if entries.is_empty() {
            return Err(BatchError::Shape);
        }
        if entries.len() > MAX_BATCH_ENTRIES {
            return Err(BatchError::TooLarge);
        }
        let raw = cbor::encode(&Value::Array(entries.iter().map(entry_value).collect()));
        if u64::try_from(raw.len()).unwrap_or(u64::MAX) > MAX_RAW {
            return Err(BatchError::TooLarge);
        }
        let body = compress::pack(&raw, LEVEL, WINDOW_LOG).map_err(|_| BatchError::Unpack)?;
        let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        let header = BatchHeader {
            station,
            epoch,
            first,
            last: first.saturating_add(count).saturating_sub(1),
            before,
            after: entries
                .iter()
                .fold(before, |hash, entry| hash.next(&entry.core)),
            body_sha256: sha256(&[&body]),
            nonce,
        };
        let header = header.encode();
        let signature = key.sign(&message(&header));
        let batch = cbor::encode(&Value::Array(vec![
            Value::Bytes(header),
            Value::bytes(signature),
            Value::Bytes(body),
        ]));
        if batch.len() > MAX_BATCH_BYTES {
            return Err(BatchError::TooLarge);
        }

        Ok(batch)
    }

    /// Reads a batch as sent.
    ///
    /// # Errors
    /// [`BatchError::TooLarge`], [`BatchError::Cbor`], [`BatchError::Shape`].
    pub fn read(bytes: &[u8]) -> Result<Self, BatchError> {
        if bytes.len() > MAX_BATCH_BYTES {
            return Err(BatchError::TooLarge);
        }
        let Value::Array(members) = cbor::decode(bytes, 4)? else {
            return Err(BatchError::Shape);
        };
        let [header, signature, body] =
            <[Value; 3]>::try_from(members).map_err(|_| BatchError::Shape)?;
        let header = header
            .as_bytes()
            .and_then(BatchHeader::decode)
            .ok_or(BatchError::Shape)?;
        let signature = signature.as_array().ok_or(BatchError::Shape)?;
        let Value::Bytes(body) = body else {
            return Err(BatchError::Shape);
        };

        Ok(Self {
            header,
            signature,
            body,
        })
    }

    /// Checks the signature, then unpacks, then checks the chain.
    ///
    /// # Errors
    /// See [`BatchError`].
    pub fn check(&self, key: &PublicKey) -> Result<CheckedBatch, BatchError> {
        let signed = key.verify(&message(&self.header.encode()), &self.signature);
        if signed.is_err() || sha256(&[&self.body]) != self.header.body_sha256 {
            return Err(BatchError::NotSigned);
        }
        let raw =
            compress::unpack(&self.body, MAX_RAW, WINDOW_LOG).map_err(|_| BatchError::Unpack)?;
        let Value::Array(values) = cbor::decode(&raw, MAX_ITEMS)? else {
            return Err(BatchError::Shape);
        };
        if values.len() > MAX_BATCH_ENTRIES {
            return Err(BatchError::TooLarge);
        }
        let entries = values
            .iter()
            .map(entry_from)
            .collect::<Option<Vec<_>>>()
            .ok_or(BatchError::Shape)?;

        self.chain(entries)
    }

    fn chain(&self, entries: Vec<SealedEntry>) -> Result<CheckedBatch, BatchError> {
        let header = &self.header;
        let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        let claimed = header
            .last
            .checked_sub(header.first)
            .and_then(|span| span.checked_add(1));
        if claimed != Some(count) || header.first == 0 {
            return Err(BatchError::BrokenChain);
        }
        let mut hash = header.before;
        let entries: Vec<CheckedEntry> = (header.first..=header.last)
            .zip(entries)
            .map(|(seq, entry)| {
                hash = hash.next(&entry.core);
                CheckedEntry {
                    seq,
                    hash,
                    check: header.check_entry(seq, &entry),
                    entry,
                }
            })
            .collect();
        if hash != header.after {
            return Err(BatchError::BrokenChain);
        }

        Ok(CheckedBatch {
            header: *header,
            entries,
        })
    }
}

impl BatchHeader {
    fn check_entry(&self, seq: u64, entry: &SealedEntry) -> EntryCheck {
        let size = entry
            .core
            .len()
            .saturating_add(entry.sealed.as_ref().map_or(0, Vec::len))
            .saturating_add(entry.detail.as_ref().map_or(0, Vec::len));
        match Core::decode(&entry.core) {
            Ok(core)
                if size <= MAX_ENTRY
                    && core.place.station == self.station
                    && core.place.epoch == self.epoch
                    && core.place.seq == seq =>
            {
                if entry.matches(&core) {
                    EntryCheck::Good(core)
                } else if entry.is_shredded(&core) {
                    EntryCheck::Shredded(core)
                } else {
                    EntryCheck::Poison
                }
            }
            Ok(_) | Err(_) => EntryCheck::Poison,
        }
    }

    fn encode(&self) -> Vec<u8> {
        cbor::encode(&Value::Array(vec![
            Value::bytes(self.station.0),
            Value::from(self.epoch),
            Value::from(self.first),
            Value::from(self.last),
            Value::bytes(self.before.0),
            Value::bytes(self.after.0),
            Value::bytes(self.body_sha256),
            Value::bytes(self.nonce),
        ]))
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let value = cbor::decode(bytes, 10).ok()?;
        let [station, epoch, first, last, before, after, body, nonce] = value.as_items()? else {
            return None;
        };

        Some(Self {
            station: StationId(station.as_array()?),
            epoch: u32::try_from(epoch.as_u64()?).ok()?,
            first: first.as_u64()?,
            last: last.as_u64()?,
            before: ChainHash(before.as_array()?),
            after: ChainHash(after.as_array()?),
            body_sha256: body.as_array()?,
            nonce: nonce.as_array()?,
        })
    }
}

fn message(header: &[u8]) -> Vec<u8> {
    let mut message = label("batch");
    message.extend_from_slice(header);
    message
}

fn entry_value(entry: &SealedEntry) -> Value {
    let optional = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(Value::Null, Value::bytes);

    Value::Array(vec![
        Value::bytes(&entry.core),
        entry.token.map_or(Value::Null, Value::bytes),
        optional(&entry.sealed),
        optional(&entry.detail),
    ])
}

/// None where there is no core to chain. Other members that are not what they may be make an entry that
/// no core fits, so that it is kept apart and blocks nothing.
fn entry_from(value: &Value) -> Option<SealedEntry> {
    let Value::Array(members) = value else {
        return None;
    };
    let core = members.first()?.as_bytes()?.to_vec();

    Some(well_formed(&core, members).unwrap_or_else(|| SealedEntry {
        core,
        token: None,
        sealed: None,
        detail: Some(cbor::encode(value)),
    }))
}

fn well_formed(core: &[u8], members: &[Value]) -> Option<SealedEntry> {
    let [_, token, sealed, detail] = members else {
        return None;
    };

    Some(SealedEntry {
        core: core.to_vec(),
        token: token.or_null(Value::as_array)?,
        sealed: sealed.or_null(|value| value.as_bytes().map(<[u8]>::to_vec))?,
        detail: detail.or_null(|value| value.as_bytes().map(<[u8]>::to_vec))?,
    })
}
