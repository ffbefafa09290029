//! The chain: each entry's hash holds every one before it.

use crate::cbor::{self, Value};
use crate::crypto::{label, sha256};
use crate::document::PreviousEpoch;
use crate::ids::StationId;

/// The number of the genesis, before the first entry of an epoch.
pub const GENESIS_SEQ: u64 = 0;

/// `h_n` of SECURITY.md §2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// SHA-256(L("entry") ‖ h_{n-1} ‖ core).
    #[must_use]
    pub fn next(&self, core: &[u8]) -> Self {
        Self(sha256(&[&label("entry"), &self.0, core]))
    }
}

/// `h_0` = SHA-256(L("genesis") ‖ cbor(\[station, epoch, SHA-256(assignment), previous local head seq,
/// hash\])).
#[must_use]
pub fn genesis(
    station: StationId,
    epoch: u32,
    assignment: &[u8],
    previous: PreviousEpoch,
) -> ChainHash {
    let list = cbor::encode(&Value::Array(vec![
        Value::bytes(station.0),
        Value::from(epoch),
        Value::bytes(sha256(&[assignment])),
        Value::from(previous.seq),
        Value::bytes(previous.hash),
    ]));

    ChainHash(sha256(&[&label("genesis"), &list]))
}

/// What a row's signature is over: L("row") ‖ station ‖ u32 epoch ‖ u64 seq ‖ `h_n`, big endian.
#[must_use]
pub fn row_message(station: StationId, epoch: u32, seq: u64, hash: ChainHash) -> Vec<u8> {
    let mut message = label("row");
    message.extend_from_slice(&station.0);
    message.extend_from_slice(&epoch.to_be_bytes());
    message.extend_from_slice(&seq.to_be_bytes());
    message.extend_from_slice(&hash.0);
    message
}

/// What a row's bytes on the station's disk are bound to: L("local") ‖ station ‖ u32 epoch ‖ u64 seq, big
/// endian, as the associated data of AES-256-GCM.
#[must_use]
pub fn local_aad(station: StationId, epoch: u32, seq: u64) -> Vec<u8> {
    let mut aad = label("local");
    aad.extend_from_slice(&station.0);
    aad.extend_from_slice(&epoch.to_be_bytes());
    aad.extend_from_slice(&seq.to_be_bytes());
    aad
}
