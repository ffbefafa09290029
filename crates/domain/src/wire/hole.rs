//! `hole`: a station shows that entries can never be given, so that its chain goes on behind them.
//!
//! Two things lead to it: the centre came back from an older copy and lost entries that retention has erased
//! here since, which the kept receipt proves; or a row of the station's disk does not open any more. Replay is
//! harmless: a hole never takes the place of an entry that is stored.

use crate::cbor::{self, Value};
use crate::crypto::{BadSignature, PublicKey, SigningKey, label};
use crate::ids::StationId;

/// Up to where nothing can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Which station.
    pub station: StationId,
    /// Which epoch.
    pub epoch: u32,
    /// The last entry that cannot be given; the first is the one after what the centre has.
    pub last: u64,
    /// The hash of that entry, from which the chain goes on.
    pub hash: [u8; 32],
    /// The signed answer that once acknowledged that entry or a later one; none where it never was.
    pub receipt: Option<Vec<u8>>,
    /// Comes back in the answer.
    pub nonce: [u8; 16],
}

impl Hole {
    /// cbor(\[\[station, epoch, last, hash, receipt or null, nonce16\], signature\]).
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        let list = self.to_value();
        let signature = key.sign(&message(&list));

        cbor::encode(&Value::Array(vec![list, Value::bytes(signature)]))
    }

    /// Reads one before its signature is checked: the station that it names tells which key to check with.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<(Self, [u8; 64])> {
        let value = cbor::decode(bytes, 9).ok()?;
        let [members, signature] = value.as_items()? else {
            return None;
        };
        let [station, epoch, last, hash, receipt, nonce] = members.as_items()? else {
            return None;
        };
        let hole = Self {
            station: StationId(station.as_array()?),
            epoch: u32::try_from(epoch.as_u64()?).ok()?,
            last: last.as_u64()?,
            hash: hash.as_array()?,
            receipt: receipt.or_null(|bytes| bytes.as_bytes().map(<[u8]>::to_vec))?,
            nonce: nonce.as_array()?,
        };

        Some((hole, signature.as_array()?))
    }

    /// Checks the signature that came with it.
    ///
    /// # Errors
    /// See [`BadSignature`].
    pub fn verify(&self, signature: &[u8; 64], key: &PublicKey) -> Result<(), BadSignature> {
        key.verify(&message(&self.to_value()), signature)
    }

    fn to_value(&self) -> Value {
        Value::Array(vec![
            Value::bytes(self.station.0),
            Value::from(self.epoch),
            Value::from(self.last),
            Value::bytes(self.hash),
            self.receipt.as_ref().map_or(Value::Null, Value::bytes),
            Value::bytes(self.nonce),
        ])
    }
}

fn message(list: &Value) -> Vec<u8> {
    let mut message = label("hole");
    message.extend_from_slice(&cbor::encode(list));
    message
}
