//! Batches and their entries.

use domain::cbor::{CborError, Value};
use domain::crypto::{Fresh, sha256};
use domain::entry::{Core, SealedEntry};
use domain::wire::{Batch, BatchError, EntryCheck, MAX_BATCH_BYTES, MAX_BATCH_ENTRIES};

use crate::authority::{self, NONCE, key, public, seed, station_id};
use crate::by_hand::{BEFORE, batch, batch_around, bomb, check, noise, packed};
use crate::spec;

fn undo(seq: u64) -> SealedEntry {
    authority::sealer().seal(
        &authority::undo(),
        authority::place(seq),
        authority::WITNESS,
        Fresh::new([1; 32]),
    )
}

fn build(entries: &[SealedEntry]) -> Result<Vec<u8>, BatchError> {
    Batch::build(
        station_id(),
        1,
        1,
        BEFORE,
        entries,
        NONCE,
        &key(seed::STATION),
    )
}

fn value_of(entry: &SealedEntry) -> Value {
    let optional = |bytes: Option<&[u8]>| bytes.map_or(Value::Null, Value::bytes);
    Value::Array(vec![
        Value::bytes(&entry.core),
        optional(entry.token.as_ref().map(|token| &token[..])),
        optional(entry.sealed.as_deref()),
        optional(entry.detail.as_deref()),
    ])
}

/// Poison that takes as much room as one likes.
fn filler(detail: Vec<u8>) -> SealedEntry {
    SealedEntry {
        detail: Some(detail),
        ..undo(1)
    }
}

fn is_good(check: EntryCheck) -> bool {
    matches!(check, EntryCheck::Good(_))
}

#[test]
fn a_batch_holds_500_entries_and_none_more() {
    assert_eq!(MAX_BATCH_ENTRIES, 500);
    let entries: Vec<SealedEntry> = (1..=501).map(undo).collect();
    let checked = check(&build(&entries[..500]).unwrap()).unwrap();
    assert_eq!(checked.entries.len(), 500);
    assert!(checked.entries.iter().all(|entry| is_good(entry.check)));
    assert_eq!(build(&entries), Err(BatchError::TooLarge));

    let values: Vec<Value> = entries.iter().map(value_of).collect();
    assert_eq!(
        check(&batch(&values)),
        Err(BatchError::Cbor(CborError::TooLarge))
    );
}

/// Short of its token, text and detail an entry has fewer items, so counting items alone would let more in.
#[test]
fn a_batch_holds_no_more_than_500_entries_of_a_core_alone_either() {
    let bare = |count| vec![Value::Array(vec![Value::bytes(undo(1).core)]); count];
    assert_eq!(check(&batch(&bare(500))).unwrap().entries.len(), 500);
    assert_eq!(check(&batch(&bare(501))), Err(BatchError::TooLarge));
}

#[test]
fn a_batch_is_a_mebibyte_as_sent_and_no_byte_more() {
    assert_eq!(MAX_BATCH_BYTES, 1024 * 1024);
    let of = |detail: usize| batch(&[value_of(&filler(noise(detail)))]);
    let about = 1_040_000;
    let exact = about + MAX_BATCH_BYTES - of(about).len();
    assert_eq!(of(exact).len(), MAX_BATCH_BYTES);
    assert!(check(&of(exact)).is_ok());
    assert_eq!(of(exact + 1).len(), MAX_BATCH_BYTES + 1);
    assert_eq!(check(&of(exact + 1)), Err(BatchError::TooLarge));

    assert!(build(&[filler(noise(exact))]).is_ok());
    assert_eq!(
        build(&[filler(noise(exact + 100))]),
        Err(BatchError::TooLarge)
    );
}

#[test]
fn a_body_unpacks_to_four_mebibytes_and_no_byte_more() {
    const MAX_RAW: usize = 4 * 1024 * 1024;
    let raw = |detail: usize| spec::list(vec![value_of(&filler(vec![0; detail]))]).len();
    let of = |detail: usize| batch(&[value_of(&filler(vec![0; detail]))]);
    let exact = 4_000_000 + MAX_RAW - raw(4_000_000);
    assert_eq!(raw(exact), MAX_RAW);
    assert!(check(&of(exact)).is_ok());
    assert_eq!(check(&of(exact + 1)), Err(BatchError::Unpack));

    assert!(build(&[filler(vec![0; exact])]).is_ok());
    assert_eq!(
        build(&[filler(vec![0; exact + 1])]),
        Err(BatchError::TooLarge)
    );
}

#[test]
fn a_body_is_unpacked_with_a_window_of_2_to_the_20_and_no_larger() {
    let entry = undo(1);
    let raw = spec::list(vec![value_of(&entry)]);
    let after = BEFORE.next(&entry.core);
    assert!(check(&batch_around(&packed(&raw, 20), 1, after)).is_ok());
    assert_eq!(
        check(&batch_around(&packed(&raw, 21), 1, after)),
        Err(BatchError::Unpack)
    );
}

#[test]
fn a_bomb_is_stopped_and_without_a_signature_not_even_lit() {
    let body = bomb(MAX_BATCH_BYTES - 1_024);
    let bytes = batch_around(&body, 1, BEFORE);
    assert_eq!(check(&bytes), Err(BatchError::Unpack));
    let unsigned = Batch::read(&bytes).and_then(|batch| batch.check(&public(0x99)));
    assert_eq!(unsigned, Err(BatchError::NotSigned));
}

#[test]
fn an_entry_holds_two_kibibytes_and_one_more_is_poison() {
    let good = authority::sealer().seal(
        &authority::scan(),
        authority::place(1),
        authority::WITNESS,
        Fresh::new([1; 32]),
    );
    let core = Core::decode(&good.core).unwrap();
    let of = |size: usize| {
        let sealed = vec![0; size - good.core.len()];
        let token = good.token.unwrap();
        let body_hash = sha256(&[&spec::labelled("body", &[&token, &sealed])]);
        let entry = SealedEntry {
            core: Core { body_hash, ..core }.encode(),
            sealed: Some(sealed),
            ..good.clone()
        };
        check(&batch(&[value_of(&entry)])).unwrap().entries[0].check
    };
    assert!(is_good(of(2_048)));
    assert_eq!(of(2_049), EntryCheck::Poison);
}

#[test]
fn a_batch_of_nothing_is_none() {
    assert_eq!(build(&[]), Err(BatchError::Shape));
}
