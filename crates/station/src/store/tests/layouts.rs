//! Yesterday's file opens tomorrow. The fixture was written by the release that made layout 1.

use super::*;

/// Rows 1 to 6; 1 to 3 with a receipt; 2 taken back by 5; seen-here lines of 1, 2 and 4.
pub(super) fn layout_1() -> House {
    let files = [
        (
            DATABASE,
            &include_bytes!("../../../fixtures/layout-1/station.db")[..],
        ),
        (
            "anchor.bin",
            include_bytes!("../../../fixtures/layout-1/anchor.bin"),
        ),
        (
            "key.json",
            include_bytes!("../../../fixtures/layout-1/key.json"),
        ),
    ];
    House::of(&files.map(|(name, bytes)| (name.to_owned(), bytes.to_vec())))
}

#[test]
fn a_log_of_layout_1_opens_is_whole_and_goes_on() {
    let house = layout_1();
    let (mut store, findings) = house.open();
    assert_eq!(findings, vec![]);
    assert_eq!((store.head().seq, store.acked().seq), (6, 3));
    assert_eq!(store.last_receipt(), Some(NOON.plus(180)));
    assert_eq!(store.receipt().unwrap(), None, "layout 1 kept none");
    let kept = |name| store.saved(name).unwrap();
    assert_eq!(kept("clock"), Some(b"the floor of time".to_vec()));
    assert_eq!(kept("centre"), Some(b"somewhere".to_vec()));
    assert_eq!(store.totals(NOON, 480).admit, 3);
    let seen: Vec<_> = store.seen().unwrap();
    let seen = seen
        .iter()
        .map(|seen| (seen.seq, seen.tag.0[0], seen.undone));
    assert!(seen.eq([(1, 1, false), (2, 2, true), (4, 3, false)]));
    let sent = store.batch(4, 10).unwrap().entries;
    for stored in &sent {
        let core = Core::decode(&stored.entry.core).unwrap();
        assert!(stored.entry.matches(&core));
    }
    let head = append(&mut store, &admit());
    assert_eq!(head.0, 7);
    store.ack(head.0, head.1, RECEIPT, NOON).unwrap();
    drop(store);

    assert_eq!(house.inspect().unwrap(), vec![]);
    let (store, findings) = house.open();
    assert_eq!(findings, vec![]);
    assert_eq!(store.receipt().unwrap(), Some(RECEIPT.to_vec()));
}

#[test]
fn what_was_changed_in_a_log_of_layout_1_is_still_found_when_it_is_carried_over() {
    let row = |seq, fault| Finding::Row { seq, fault };
    let altered = |name: &str| Finding::Value {
        name: name.to_owned(),
        fault: ValueFault::Altered,
    };
    for (sql, expected) in [
        (
            "UPDATE rows SET body_box = NULL WHERE seq = 4",
            row(4, RowFault::Body),
        ),
        (
            "UPDATE rows SET core_box = x'00' WHERE seq = 1",
            row(1, RowFault::Core),
        ),
        (
            "UPDATE state SET value = x'00' WHERE name = 'clock'",
            altered("clock"),
        ),
        ("DELETE FROM rows WHERE seq = 6", Finding::RolledBack),
    ] {
        let house = layout_1();
        Connection::open(house.path(DATABASE))
            .unwrap()
            .execute_batch(sql)
            .unwrap();
        let (store, findings) = house.open();
        assert_eq!(findings, vec![expected.clone()], "{sql}");
        drop(store);
        let again = house.open().1;
        assert!(!again.is_empty(), "{sql}: it stays told");
    }
    let house = layout_1();
    std::fs::remove_file(house.path("anchor.bin")).unwrap();
    assert_eq!(house.open().1, vec![Finding::Anchor(AnchorFault::Missing)]);
}

fn young() -> House {
    let house = layout_1();
    let db = Connection::open(house.path(DATABASE)).unwrap();
    db.execute_batch(
        "DELETE FROM rows; DELETE FROM seen; DELETE FROM queue_keys;
         UPDATE epochs SET acked_seq = 0, acked_hash = genesis, last_receipt = NULL;
         DELETE FROM state WHERE name IN ('tail', 'totals')",
    )
    .unwrap();
    drop(db);
    std::fs::remove_file(house.path("anchor.bin")).unwrap();
    house
}

#[test]
fn a_log_of_layout_1_that_is_looked_over_before_its_first_start_has_its_anchor_from_then_on() {
    let house = young();
    std::fs::write(house.path("anchor.bin"), b"").unwrap();
    assert_eq!(house.inspect().unwrap(), vec![]);
    assert_eq!(house.inspect().unwrap(), vec![]);
    assert_eq!(house.open().1, vec![]);
}

#[test]
fn a_log_of_layout_1_that_was_never_started_has_no_anchor_and_is_whole() {
    let house = young();
    assert_eq!(house.open().1, vec![]);
    std::fs::remove_file(house.path("anchor.bin")).unwrap();
    assert_eq!(
        house.open().1,
        vec![Finding::Anchor(AnchorFault::Missing)],
        "from now on there is one"
    );
}

#[test]
fn a_log_of_a_later_layout_is_refused_and_untouched() {
    let house = layout_1();
    drop(house.open());
    Connection::open(house.path(DATABASE))
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let before = std::fs::read(house.path(DATABASE)).unwrap();
    let opened = Store::open(house.folder(), &Unlock::KeyFile);
    assert!(matches!(opened, Err(StoreError::TooNew(99))));
    assert_eq!(std::fs::read(house.path(DATABASE)).unwrap(), before);
}
