//! `hello`: a station shows that it is itself, and where its log stands. No timestamp: replay is harmless.

use crate::cbor::{self, Value};
use crate::crypto::{BadSignature, PublicKey, SigningKey, label};
use crate::ids::StationId;

/// Where a station's log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Which station; before its first assignment the id that its key will have.
    pub station: StationId,
    /// Which epoch; 0 before the first assignment.
    pub epoch: u32,
    /// Its last entry.
    pub seq: u64,
    /// The hash of that entry.
    pub hash: [u8; 32],
    /// Comes back in the answer.
    pub nonce: [u8; 16],
}

impl Hello {
    /// cbor(\[\[station, epoch, seq, hash, nonce16\], signature\]).
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        let list = self.to_value();
        let signature = key.sign(&message(&list));

        cbor::encode(&Value::Array(vec![list, Value::bytes(signature)]))
    }

    /// Reads a hello before its signature is checked: the station that it names tells which key to check
    /// with.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<(Self, [u8; 64])> {
        let value = cbor::decode(bytes, 8).ok()?;
        let [list, signature] = value.as_items()? else {
            return None;
        };
        let [station, epoch, seq, hash, nonce] = list.as_items()? else {
            return None;
        };
        let hello = Self {
            station: StationId(station.as_array()?),
            epoch: u32::try_from(epoch.as_u64()?).ok()?,
            seq: seq.as_u64()?,
            hash: hash.as_array()?,
            nonce: nonce.as_array()?,
        };

        Some((hello, signature.as_array()?))
    }

    /// Checks the signature that came with it.
    ///
    /// # Errors
    /// See [`BadSignature`].
    pub fn verify(&self, signature: &[u8; 64], key: &PublicKey) -> Result<(), BadSignature> {
        key.verify(&message(&self.to_value()), signature)
    }

    fn to_value(self) -> Value {
        Value::Array(vec![
            Value::bytes(self.station.0),
            Value::from(self.epoch),
            Value::from(self.seq),
            Value::bytes(self.hash),
            Value::bytes(self.nonce),
        ])
    }
}

fn message(list: &Value) -> Vec<u8> {
    let mut message = label("hello");
    message.extend_from_slice(&cbor::encode(list));
    message
}
