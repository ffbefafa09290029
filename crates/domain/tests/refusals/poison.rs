//! An entry that makes no sense is kept apart, whole, and never blocks the next.

use domain::cbor::{self, Value};
use domain::crypto::Fresh;
use domain::entry::{Core, Place, SealedEntry};
use domain::ids::StationId;
use domain::time::Timestamp;
use domain::wire::EntryCheck;
use proptest::prelude::*;

use crate::authority;
use crate::batches::{BEFORE, ByHand, check, entries, value_of};

/// The entry with number 2 at another place: as if it stood in another row, epoch or station.
fn placed(change: impl Fn(&mut Place)) -> SealedEntry {
    let mut place = authority::place(2);
    change(&mut place);
    let fresh = Fresh::new([2; 32]);
    authority::sealer().seal(&authority::scan(), place, authority::WITNESS, fresh)
}

fn second() -> SealedEntry {
    placed(|_| {})
}

fn with_members(change: impl Fn(&mut Vec<Value>)) -> Value {
    let Value::Array(mut members) = value_of(&second()) else {
        panic!("an entry is a list");
    };
    change(&mut members);
    Value::Array(members)
}

/// What becomes of the three entries when the middle one is `value`.
fn checks(value: &Value) -> Vec<EntryCheck> {
    let [first, _, third] = entries().try_into().unwrap();
    let batch = ByHand::of(&[value_of(&first), value.clone(), value_of(&third)]);
    let checked = check(&batch.bytes()).unwrap();
    let hashes = checked.entries.iter().map(|entry| entry.hash);
    let cores = checked.entries.iter().scan(BEFORE, |hash, entry| {
        *hash = hash.next(&entry.entry.core);
        Some(*hash)
    });
    assert!(hashes.eq(cores), "poison is chained like any other");

    checked.entries.iter().map(|entry| entry.check).collect()
}

fn good(entry: &SealedEntry) -> EntryCheck {
    EntryCheck::Good(Core::decode(&entry.core).unwrap())
}

fn assert_poison(value: &Value) {
    let [first, _, third] = entries().try_into().unwrap();
    assert_eq!(
        checks(value),
        [good(&first), EntryCheck::Poison, good(&third)],
        "{value:?}"
    );
}

#[test]
fn a_whole_entry_in_its_place_is_good() {
    let [first, _, third] = entries().try_into().unwrap();
    assert_eq!(
        checks(&value_of(&second())),
        [good(&first), good(&second()), good(&third)]
    );
}

#[test]
fn a_row_that_was_let_go_is_told_from_a_whole_one_and_early_until_its_retention_is_over() {
    let bare = SealedEntry::bare(second().core);
    let core = Core::decode(&bare.core).unwrap();
    let check = checks(&value_of(&bare))[1];
    assert_eq!(check, EntryCheck::Shredded(core));

    let ended = i64::try_from(core.bucket + 1).unwrap() * 900;
    let over = Timestamp(ended + 14 * 86_400);
    assert!(!check.is_early(over, 14));
    assert!(
        !check.is_early(over.plus(-600), 14),
        "clocks differ a little"
    );
    assert!(check.is_early(over.plus(-601), 14));
    assert!(check.is_early(over, 15));
    assert!(!good(&second()).is_early(Timestamp(0), 14));
    assert!(!EntryCheck::Poison.is_early(Timestamp(0), 14));
}

#[test]
fn invariant_4_a_row_whose_body_was_wiped_or_altered_is_never_taken_for_one_that_was_let_go() {
    for core in [second().core, entries()[1].core.clone()] {
        assert_poison(&value_of(&SealedEntry::lost(core)));
    }
}

#[test]
fn invariant_7_an_entry_of_another_place_is_poison_and_blocks_no_other() {
    for moved in [
        placed(|place| place.seq = 1),
        placed(|place| place.seq = 3),
        placed(|place| place.epoch = 2),
        placed(|place| place.station = StationId([0; 16])),
    ] {
        assert_poison(&value_of(&moved));
    }
}

#[test]
fn invariant_7_an_entry_that_does_not_fit_its_core_is_poison_and_blocks_no_other() {
    let [_, undo, third] = entries().try_into().unwrap();
    let scan = second();
    for entry in [
        SealedEntry {
            token: Some([0; 16]),
            ..scan.clone()
        },
        SealedEntry {
            token: None,
            ..scan.clone()
        },
        SealedEntry {
            sealed: None,
            ..scan.clone()
        },
        SealedEntry {
            sealed: Some(Vec::new()),
            ..scan.clone()
        },
        SealedEntry {
            sealed: third.sealed,
            ..scan.clone()
        },
        SealedEntry {
            detail: undo.detail.clone(),
            ..scan.clone()
        },
        SealedEntry {
            detail: None,
            ..undo.clone()
        },
        SealedEntry {
            detail: Some(Vec::new()),
            ..undo.clone()
        },
        SealedEntry {
            token: scan.token,
            ..undo.clone()
        },
        SealedEntry {
            core: Vec::new(),
            ..scan.clone()
        },
        SealedEntry {
            core: b"no core".to_vec(),
            ..scan.clone()
        },
        SealedEntry {
            core: undo.core,
            ..scan
        },
    ] {
        assert_poison(&value_of(&entry));
    }
}

#[test]
fn invariant_7_an_entry_of_other_form_is_poison_and_kept_as_it_came() {
    for value in [
        with_members(|members| members.truncate(1)),
        with_members(|members| members.truncate(3)),
        with_members(|members| members.push(Value::Null)),
        with_members(|members| members[1] = Value::bytes([0; 15])),
        with_members(|members| members[1] = Value::text("token")),
        with_members(|members| members[2] = Value::from(7_u8)),
        with_members(|members| members[3] = Value::Array(vec![Value::Null])),
    ] {
        assert_poison(&value);
        let [first, _, third] = entries().try_into().unwrap();
        let batch = ByHand::of(&[value_of(&first), value.clone(), value_of(&third)]);
        let kept = check(&batch.bytes()).unwrap().entries[1].entry.clone();
        assert_eq!(
            kept,
            SealedEntry {
                core: second().core,
                token: None,
                sealed: None,
                detail: Some(cbor::encode(&value)),
            }
        );
    }
}

proptest! {
    #[test]
    fn invariant_7_no_core_whatever_blocks_the_next(core in any::<Vec<u8>>(), at in 0_usize..3) {
        let mut sent = entries();
        sent[at].core = core;
        let batch = ByHand::of(&sent.iter().map(value_of).collect::<Vec<_>>());
        let checked = check(&batch.bytes()).unwrap();
        for (n, entry) in checked.entries.iter().enumerate() {
            prop_assert_eq!(entry.check == EntryCheck::Poison, n == at);
        }
    }
}
