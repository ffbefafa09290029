//! Batches: one signature over all, and a chain that leads from the first hash to the last.

use std::io::Write;

use domain::cbor::{self, CborError, Value};
use domain::crypto::{Fresh, sha256};
use domain::entry::{ChainHash, SealedEntry};
use domain::ids::StationId;
use domain::wire::{Batch, BatchError, CheckedBatch, EntryCheck};

use crate::altered::{cuts, flips, swaps};
use crate::authority::{self, NONCE, key, public, seed, station_id};
use crate::spec;

pub(crate) const BEFORE: ChainHash = ChainHash([0x11; 32]);

pub(crate) fn check(bytes: &[u8]) -> Result<CheckedBatch, BatchError> {
    Batch::read(bytes).and_then(|batch| batch.check(&public(seed::STATION)))
}

/// An admission, its undoing, another admission.
pub(crate) fn entries() -> Vec<SealedEntry> {
    (1..=3)
        .map(|seq| {
            let entry = if seq == 2 {
                authority::undo()
            } else {
                authority::scan()
            };
            let place = authority::place(seq);
            let fresh = Fresh::new([u8::try_from(seq).unwrap(); 32]);
            authority::sealer().seal(&entry, place, authority::WITNESS, fresh)
        })
        .collect()
}

fn built() -> Vec<u8> {
    let key = key(seed::STATION);
    Batch::build(station_id(), 1, 1, BEFORE, &entries(), NONCE, &key).unwrap()
}

/// A batch as a station with its own mind would send it: right signature, anything else.
#[derive(Clone)]
pub(crate) struct ByHand {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) after: ChainHash,
    pub(crate) raw: Vec<u8>,
}

impl ByHand {
    /// Around these entries, hashed as they are.
    pub(crate) fn of(entries: &[Value]) -> Self {
        let cores = entries
            .iter()
            .filter_map(|entry| entry.as_items()?.first()?.as_bytes());
        Self {
            first: 1,
            last: u64::try_from(entries.len()).unwrap(),
            after: cores.fold(BEFORE, |hash, core| hash.next(core)),
            raw: spec::list(entries.to_vec()),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.bytes_under("batch")
    }

    /// As [`Self::bytes`], signed as if it were something else.
    pub(crate) fn bytes_under(&self, label: &str) -> Vec<u8> {
        let body = packed(&self.raw);
        let header = self.header(&body);
        let signature = key(seed::STATION).sign(&spec::labelled(label, &[&header]));
        spec::list(vec![
            Value::bytes(header),
            Value::bytes(signature),
            Value::bytes(body),
        ])
    }

    fn header(&self, body: &[u8]) -> Vec<u8> {
        spec::list(vec![
            Value::bytes(station_id().0),
            Value::from(1_u8),
            Value::from(self.first),
            Value::from(self.last),
            Value::bytes(BEFORE.0),
            Value::bytes(self.after.0),
            Value::bytes(sha256(&[body])),
            Value::bytes(NONCE),
        ])
    }
}

/// zstd with a window of 2^20.
fn packed(raw: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.window_log(20).unwrap();
    encoder.write_all(raw).unwrap();
    encoder.finish().unwrap()
}

/// Core, token, sealed, detail.
pub(crate) fn value_of(entry: &SealedEntry) -> Value {
    let optional = |bytes: Option<&[u8]>| bytes.map_or(Value::Null, Value::bytes);
    Value::Array(vec![
        Value::bytes(&entry.core),
        optional(entry.token.as_ref().map(|token| &token[..])),
        optional(entry.sealed.as_deref()),
        optional(entry.detail.as_deref()),
    ])
}

fn values() -> Vec<Value> {
    entries().iter().map(value_of).collect()
}

fn members(batch: &[u8]) -> Vec<Value> {
    cbor::decode(batch, 4).unwrap().as_items().unwrap().to_vec()
}

#[test]
fn the_batches_that_are_spoilt_below_are_good() {
    for bytes in [built(), ByHand::of(&values()).bytes()] {
        let checked = check(&bytes).unwrap();
        let read: Vec<SealedEntry> = checked.entries.iter().map(|c| c.entry.clone()).collect();
        assert_eq!(read, entries());
        assert!(
            checked
                .entries
                .iter()
                .all(|c| matches!(c.check, EntryCheck::Good(_)))
        );
    }
}

#[test]
fn every_flipped_bit_of_a_batch_is_refused() {
    let bytes = built();
    let [_, signature, body] = members(&bytes).try_into().unwrap();
    let ends = [&body, &signature].map(|member| member.as_bytes().unwrap().len());
    // Head of the array, head and bytes of the header; 58 40 and the signature; head and bytes of the body.
    let body_begins = bytes.len() - ends[0];
    for (bit, altered) in flips(&bytes) {
        let refused = check(&altered).unwrap_err();
        if bit / 8 >= body_begins {
            assert_eq!(refused, BatchError::NotSigned, "bit {bit} of the body");
        }
        assert!(
            matches!(
                refused,
                BatchError::NotSigned | BatchError::Shape | BatchError::Cbor(_)
            ),
            "bit {bit}: {refused:?}"
        );
    }
}

#[test]
fn every_cut_of_a_batch_is_refused() {
    for cut in cuts(&built()) {
        assert_eq!(check(cut), Err(BatchError::Cbor(CborError::Truncated)));
    }
}

#[test]
fn a_batch_by_another_key_is_not_signed() {
    for other in [seed::RECEIPT, seed::REGISTRY, seed::ROOT[0], 0x99] {
        let batch = Batch::build(station_id(), 1, 1, BEFORE, &entries(), NONCE, &key(other));
        assert_eq!(check(&batch.unwrap()), Err(BatchError::NotSigned));
    }
}

#[test]
fn a_header_field_or_a_body_swapped_in_from_another_batch_is_not_signed() {
    let ours = members(&built());
    let other = Batch::build(
        StationId([0; 16]),
        2,
        7,
        ChainHash([0x12; 32]),
        &entries()[..2],
        [0xd2; 16],
        &key(seed::STATION),
    );
    let theirs = members(&other.unwrap());
    let header = |members: &[Value]| cbor::decode(members[0].as_bytes().unwrap(), 10).unwrap();
    let swapped = swaps(&header(&ours), &header(&theirs));
    assert_eq!(swapped.len(), 8);
    for header in swapped {
        let batch = vec![
            Value::bytes(cbor::encode(&header)),
            ours[1].clone(),
            ours[2].clone(),
        ];
        assert_eq!(check(&spec::list(batch)), Err(BatchError::NotSigned));
    }
    for at in 0..3 {
        let mut batch = ours.clone();
        batch[at] = theirs[at].clone();
        assert_eq!(check(&spec::list(batch)), Err(BatchError::NotSigned));
    }
}

#[test]
fn invariant_4_entries_reordered_dropped_doubled_or_exchanged_break_the_chain_though_signed() {
    let good = values();
    let header = ByHand::of(&good);
    let with = |entries: Vec<Value>| ByHand {
        raw: spec::list(entries),
        ..header.clone()
    };
    let [one, two, three] = good.try_into().unwrap();
    for entries in [
        vec![two.clone(), one.clone(), three.clone()],
        vec![one.clone(), three.clone(), two.clone()],
        vec![one.clone(), two.clone()],
        vec![one.clone(), two.clone(), two.clone()],
        vec![one.clone(), one, two, three],
        Vec::new(),
    ] {
        assert_eq!(check(&with(entries).bytes()), Err(BatchError::BrokenChain));
    }
}

#[test]
fn numbers_that_do_not_count_the_entries_break_the_chain() {
    let good = ByHand::of(&values());
    for (first, last) in [(0, 2), (1, 2), (1, 4), (3, 1), (1, u64::MAX), (0, u64::MAX)] {
        let batch = ByHand {
            first,
            last,
            ..good.clone()
        };
        assert_eq!(
            check(&batch.bytes()),
            Err(BatchError::BrokenChain),
            "{first} to {last}"
        );
    }
    let empty = ByHand {
        first: 1,
        last: 0,
        ..ByHand::of(&[])
    };
    assert_eq!(check(&empty.bytes()), Err(BatchError::BrokenChain));
}

/// What a station sends that lies to itself: the signature is right, and yet no altered bit passes as good.
#[test]
fn every_flipped_bit_within_a_signed_body_breaks_it_or_poisons_its_own_entry_alone() {
    let good = ByHand::of(&values());
    for (bit, raw) in flips(&good.raw) {
        let Ok(checked) = check(
            &ByHand {
                raw,
                ..good.clone()
            }
            .bytes(),
        ) else {
            continue;
        };
        let altered = checked
            .entries
            .iter()
            .zip(entries())
            .filter(|(c, e)| c.entry != *e);
        assert_eq!(altered.count(), 1, "bit {bit}");
        for (read, sent) in checked.entries.iter().zip(entries()) {
            let poison = read.check == EntryCheck::Poison;
            assert_eq!(poison, read.entry != sent, "bit {bit}");
        }
    }
}

#[test]
fn a_body_that_is_no_list_of_entries_is_refused_though_signed() {
    for (raw, error) in [
        (cbor::encode(&Value::from(1_u8)), BatchError::Shape),
        (spec::list(vec![Value::from(1_u8)]), BatchError::Shape),
        (
            spec::list(vec![Value::Array(Vec::new())]),
            BatchError::Shape,
        ),
        (
            spec::list(vec![Value::Array(vec![Value::Null])]),
            BatchError::Shape,
        ),
        (Vec::new(), BatchError::Cbor(CborError::Truncated)),
        (
            vec![0x9f, 0xff],
            BatchError::Cbor(CborError::NotDeterministic),
        ),
    ] {
        let batch = ByHand {
            raw,
            ..ByHand::of(&values())
        };
        assert_eq!(check(&batch.bytes()), Err(error));
    }
}
