//! Entries and the batches that carry them.

use std::sync::LazyLock;

use domain::cbor::{self, Value};
use domain::crypto::{Fresh, OpeningKey, label, seal, sha256};
use domain::entry::{ChainHash, Core, SealedEntry, open_sealed};
use domain::wire::{Batch, CheckedBatch, EntryCheck};

use super::authority::{self, AUTHORITY, NONCE, opening, seed, station_id};
use super::edits::{How, spoilt};
use super::fixture::{KEYS, stored, vector};

const BATCH: &str = include_str!("../../vectors/batch.txt");
const BEFORE: ChainHash = ChainHash([0x11; 32]);

/// A whole batch: its bytes, or a header of any content, which the station signs.
pub fn batch(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| vector(BATCH, "batch"));
    static HEADER: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let list = cbor::decode(&GOOD, cbor::MAX_ITEMS).ok();
        let header = list
            .as_ref()
            .and_then(|list| list.as_items()?.first()?.as_bytes());
        header.expect("a batch begins with its header").to_vec()
    });
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (bytes, signed) = how.signed(rest, &GOOD, &HEADER, |header| {
        around(header, &vector(BATCH, "body"))
    });
    let Some(read) = checked(&bytes) else {
        return false;
    };

    assert!(signed || bytes == *GOOD, "nobody signed {:?}", read.header);
    assert_eq!(read.entries.len(), 2);
    true
}

/// What a batch packs: entries of any content, under a header that fits them.
pub fn entries(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| vector(BATCH, "entries"));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (raw, body) = match how {
        How::Raw | How::Values | How::Spoilt => {
            let raw = how.body(rest, &GOOD);
            let body = stored(&raw);
            (raw, body)
        }
        // A packing that is spoilt: what it unpacks to is not known here.
        How::Inside => (GOOD.clone(), spoilt(&vector(BATCH, "body"), rest)),
    };
    let list = cbor::decode(&raw, cbor::MAX_ITEMS).unwrap_or(Value::Null);
    let cores = list.as_items().unwrap_or_default().iter();
    let cores: Vec<&[u8]> = cores
        .filter_map(|entry| entry.as_items()?.first()?.as_bytes())
        .collect();
    let after = cores.iter().fold(BEFORE, |hash, core| hash.next(core));
    let Some(read) = checked(&around(&header(&body, cores.len(), after), &body)) else {
        return false;
    };

    assert_eq!(read.entries.len(), cores.len());
    let kept = read.entries.iter().map(|entry| entry.entry.core.as_slice());
    assert!(kept.eq(cores));
    true
}

/// The core of an entry, as the station and the server read it again from their files.
pub fn core(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> =
        LazyLock::new(|| vector(include_str!("../../vectors/core.txt"), "scan"));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let bytes = how.body(rest, &GOOD);
    let Ok(read) = Core::decode(&bytes) else {
        return false;
    };

    assert_eq!(read.encode(), bytes);
    assert!(!SealedEntry::bare(bytes.clone()).matches(&read));
    assert!(!SealedEntry::lost(bytes).is_shredded(&read));
    true
}

/// The sealed text of an entry: its box, or a text of any content in a box that the authority's key opens.
pub fn sealed(data: &[u8]) -> bool {
    static GOOD: LazyLock<SealedEntry> = LazyLock::new(|| {
        authority::sealer().seal(
            &authority::scan(),
            authority::place(1),
            authority::WITNESS,
            Fresh::new([0xf2; 32]),
        )
    });
    static TEXT: LazyLock<Vec<u8>> =
        LazyLock::new(|| vector(include_str!("../../vectors/sealed.txt"), "text"));
    static KEY: LazyLock<OpeningKey> = LazyLock::new(|| opening(seed::SEALING));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let core = Core::decode(&GOOD.core).expect("a good entry has a good core");
    let good = GOOD.sealed.as_deref().unwrap_or_default();
    let token = GOOD.token.unwrap_or_default();
    let (bytes, ours) = how.signed(rest, good, &TEXT, |text| {
        let info = [&label("seal"), &AUTHORITY.0[..], &KEY.public().kid().0].concat();
        let aad = [&label("entry-aad"), &token[..], &core.sealing_place()].concat();
        let text = [text, &[0x80, 0, 0]].concat();
        seal(&KEY.public(), &info, &text, &aad, Fresh::new([2; 32]))
    });
    let entry = SealedEntry {
        sealed: Some(bytes.clone()),
        ..GOOD.clone()
    };
    assert_eq!(entry.matches(&core), bytes == good);
    let Ok(list) = open_sealed(&entry, &core, AUTHORITY, &KEY) else {
        return false;
    };

    assert!(ours || bytes == good, "nobody sealed it");
    if ours && how == How::Values {
        assert_eq!(cbor::encode(&Value::Array(list)), how.body(rest, &TEXT));
    }
    true
}

/// A batch that passes, with what must then be true of each of its entries.
fn checked(bytes: &[u8]) -> Option<CheckedBatch> {
    let read = Batch::read(bytes)
        .ok()?
        .check(&KEYS.station.public())
        .ok()?;
    let header = read.header;
    assert!(header.first > 0 && header.first <= header.last);
    let mut before = header.before;
    for (seq, entry) in (header.first..=header.last).zip(&read.entries) {
        assert_eq!(
            (entry.seq, entry.hash),
            (seq, before.next(&entry.entry.core))
        );
        before = entry.hash;
        match entry.check {
            EntryCheck::Good(core) => {
                assert!(entry.entry.matches(&core) && !entry.entry.is_shredded(&core));
                assert_eq!(
                    (core.place.seq, core.encode()),
                    (seq, entry.entry.core.clone())
                );
            }
            EntryCheck::Shredded(core) => {
                assert!(entry.entry.is_shredded(&core) && !entry.entry.matches(&core));
                assert_eq!(entry.entry, SealedEntry::bare(core.encode()));
            }
            EntryCheck::Poison => {}
        }
    }
    assert_eq!(before, header.after);

    Some(read)
}

/// A header that fits `body`, with `count` entries in it.
fn header(body: &[u8], count: usize, after: ChainHash) -> Vec<u8> {
    cbor::encode(&Value::Array(vec![
        Value::bytes(station_id().0),
        Value::from(1_u8),
        Value::from(1_u8),
        Value::from(u64::try_from(count).expect("a list is short")),
        Value::bytes(BEFORE.0),
        Value::bytes(after.0),
        Value::bytes(sha256(&[body])),
        Value::bytes(NONCE),
    ]))
}

/// The batch of a header and a body, signed by the station.
fn around(header: &[u8], body: &[u8]) -> Vec<u8> {
    let signature = KEYS.station.sign(&[&label("batch"), header].concat());

    cbor::encode(&Value::Array(vec![
        Value::bytes(header),
        Value::bytes(signature),
        Value::bytes(body),
    ]))
}
