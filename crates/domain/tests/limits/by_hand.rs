//! Packed bytes and batches as somebody would make them who does not care for limits.

use std::io::Write;

use domain::cbor::Value;
use domain::crypto::sha256;
use domain::entry::ChainHash;
use domain::wire::{Batch, BatchError, CheckedBatch};

use crate::authority::{NONCE, key, public, seed, station_id};
use crate::spec;

pub(crate) const BEFORE: ChainHash = ChainHash([0x11; 32]);

/// zstd with a window of 2^`window_log`.
pub(crate) fn packed(raw: &[u8], window_log: u32) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.window_log(window_log).unwrap();
    encoder.write_all(raw).unwrap();
    encoder.finish().unwrap()
}

/// A zstd frame of `length` bytes in blocks that each say "128 KiB of zeros" in four bytes (RFC 8878 §3.1.1.2).
pub(crate) fn bomb(length: usize) -> Vec<u8> {
    const BLOCK: [u8; 4] = [0x02, 0x00, 0x10, 0x00];
    const LAST_BLOCK: [u8; 4] = [0x03, 0x00, 0x10, 0x00];
    // Magic number, no content size, a window of 2^20.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50];
    while frame.len() + 2 * BLOCK.len() <= length {
        frame.extend_from_slice(&BLOCK);
    }
    frame.extend_from_slice(&LAST_BLOCK);
    frame
}

/// A batch of `entries`, each a list that begins with a core, signed by the station.
pub(crate) fn batch(entries: &[Value]) -> Vec<u8> {
    let cores = entries
        .iter()
        .filter_map(|entry| entry.as_items()?.first()?.as_bytes());
    let after = cores.fold(BEFORE, |hash, core| hash.next(core));
    let raw = spec::list(entries.to_vec());

    batch_around(&packed(&raw, 20), entries.len(), after)
}

/// A batch of `count` entries around any body, signed by the station.
pub(crate) fn batch_around(body: &[u8], count: usize, after: ChainHash) -> Vec<u8> {
    let header = spec::list(vec![
        Value::bytes(station_id().0),
        Value::from(1_u8),
        Value::from(1_u8),
        Value::from(u64::try_from(count).unwrap()),
        Value::bytes(BEFORE.0),
        Value::bytes(after.0),
        Value::bytes(sha256(&[body])),
        Value::bytes(NONCE),
    ]);
    let signature = key(seed::STATION).sign(&spec::labelled("batch", &[&header]));

    spec::list(vec![
        Value::bytes(header),
        Value::bytes(signature),
        Value::bytes(body),
    ])
}

pub(crate) fn check(bytes: &[u8]) -> Result<CheckedBatch, BatchError> {
    Batch::read(bytes).and_then(|batch| batch.check(&public(seed::STATION)))
}

/// Bytes that do not compress.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let blocks = (0_u64..).flat_map(|n| sha256(&[&n.to_be_bytes()]));
    blocks.take(length).collect()
}
