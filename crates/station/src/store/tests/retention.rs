//! What goes at retention, what stays, and that the log is whole afterwards.

use super::tamper::lived;
use super::*;

const DAY: i64 = 86_400;
/// The quarter of an hour in which the day of [`lived`] ends is over.
const OVER: i64 = 1_800;

fn pass(store: &mut Store, until: Timestamp) -> Option<Retained> {
    let later = NOON.plus(14 * DAY);
    store
        .retain(until, later, Flags::NONE, &seat(), WITNESS)
        .unwrap()
}

fn count(store: &Store, sql: &str) -> i64 {
    store.db.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn detail(store: &Store, seq: u64) -> Option<Vec<u8>> {
    let entry = store.batch(seq, 1).unwrap().entries.remove(0).entry;
    entry.detail
}

#[test]
fn rows_with_a_receipt_go_and_a_signed_entry_takes_their_place() {
    let house = lived();
    let (mut store, _) = house.open();
    let (head, before) = (store.head(), store.hash_at(6).unwrap());
    store.ack(6, head.hash, RECEIPT, NOON).unwrap();
    let passed = pass(&mut store, NOON.plus(OVER)).unwrap();
    let gone = Retained {
        entry: 7,
        erased: 6,
        shredded: 0,
    };
    assert_eq!(passed, gone);
    assert_eq!((store.gone().seq, store.gone().hash), (6, before));
    assert_eq!(count(&store, "SELECT count(*) FROM rows"), 1);
    let detail = detail(&store, 7).unwrap();
    for part in [&GENESIS.0[..], &before.0] {
        assert!(detail.windows(32).any(|window| window == part));
    }
    assert_eq!(store.batch(7, 10).unwrap().before, before);
    assert_eq!(store.totals(NOON, 480).admit, 3, "totals stay");
    assert_eq!(pass(&mut store, NOON.plus(OVER)), None, "nothing is left");
    append(&mut store, &admit());
    drop(store);

    assert_eq!(house.inspect().unwrap(), vec![]);
    let (store, findings) = house.open();
    assert_eq!(findings, vec![]);
    assert_eq!((store.head().seq, store.gone().seq), (8, 6));
    assert!(matches!(store.hash_at(5), Err(StoreError::NotOurs)));
    assert_eq!(store.hash_at(6).unwrap(), before);
}

#[test]
fn rows_without_a_receipt_keep_their_hash_and_lose_what_they_carry_of_a_person() {
    let house = lived();
    let (mut store, _) = house.open();
    let whole = store.batch(4, 3).unwrap();
    assert_eq!(store.lost(), 0);
    let passed = pass(&mut store, NOON.plus(OVER)).unwrap();
    let gone = Retained {
        entry: 7,
        erased: 3,
        shredded: 2,
    };
    assert_eq!((passed, store.lost()), (gone, 2));
    assert_eq!(
        count(&store, "SELECT count(*) FROM queue_keys WHERE day = 20775"),
        0
    );
    let check = |store: &Store| {
        let sent = store.batch(4, 3).unwrap();
        assert_eq!(sent.before, whole.before);
        for (now, then) in sent.entries.iter().zip(&whole.entries) {
            assert_eq!(now.hash, then.hash);
            let expected = if now.seq == 5 {
                then.entry.clone()
            } else {
                SealedEntry::bare(then.entry.core.clone())
            };
            assert_eq!(now.entry, expected);
        }
    };
    check(&store);
    assert_eq!(pass(&mut store, NOON.plus(OVER)), None);
    drop(store);

    assert_eq!(house.inspect().unwrap(), vec![]);
    let (mut store, findings) = house.open();
    assert_eq!((findings, store.lost()), (vec![], 2));
    check(&store);

    let head = store.head();
    store.ack(head.seq, head.hash, RECEIPT, NOON).unwrap();
    assert_eq!(store.lost(), 0);
    let passed = pass(&mut store, NOON.plus(OVER)).unwrap();
    assert_eq!((passed.erased, passed.shredded), (3, 0));
    assert_eq!(house_is_whole(store, &house), vec![]);
}

fn house_is_whole(store: Store, house: &House) -> Vec<Finding> {
    drop(store);
    house.inspect().unwrap()
}

#[test]
fn nothing_of_what_was_shredded_lies_in_the_files() {
    let house = lived();
    let (mut store, _) = house.open();
    let sql = "SELECT body_box FROM rows WHERE seq = 4";
    let body: Vec<u8> = store.db.query_row(sql, [], |row| row.get(0)).unwrap();
    let lies = |house: &House| {
        let files = house.files();
        files
            .iter()
            .any(|(_, bytes)| bytes.windows(32).any(|window| window == &body[20..52]))
    };
    assert!(lies(&house));
    pass(&mut store, NOON.plus(OVER)).unwrap();
    assert!(!lies(&house), "not even while the station runs");
}

#[test]
fn what_is_younger_stays_to_the_quarter_of_an_hour() {
    let house = lived();
    let (mut store, _) = house.open();
    // Noon begins a quarter of an hour; all six rows lie in it.
    assert_eq!(pass(&mut store, NOON.plus(899)), None);
    assert_eq!(pass(&mut store, NOON.plus(900)).unwrap().erased, 3);
}

#[test]
fn a_row_made_while_the_clock_was_wrong_goes_with_the_one_after_it() {
    let house = House::new();
    let (mut store, _) = house.open();
    let at = |at, flags| NewEntry {
        at,
        flags,
        ..admit()
    };
    append(&mut store, &at(Timestamp(0), Flags::CLOCK_DOUBT));
    append(&mut store, &at(NOON, Flags::NONE));
    append(&mut store, &at(NOON.plus(4_000 * DAY), Flags::NONE));
    append(&mut store, &at(NOON.plus(DAY), Flags::NONE));
    let head = store.head();
    store.ack(4, head.hash, RECEIPT, NOON).unwrap();
    assert_eq!(pass(&mut store, NOON.plus(-DAY)), None);
    assert_eq!(pass(&mut store, NOON.plus(OVER)).unwrap().erased, 2);
    assert_eq!(pass(&mut store, NOON.plus(2 * DAY)).unwrap().erased, 2);
    assert_eq!(house_is_whole(store, &house), vec![]);
}

#[test]
fn a_pass_for_which_there_is_no_room_changes_nothing_and_is_made_up_for_later() {
    let house = lived();
    let (mut store, _) = house.open();
    store.db.pragma_update(None, "query_only", true).unwrap();
    let failed = store.retain(
        NOON.plus(OVER),
        NOON.plus(14 * DAY),
        Flags::NONE,
        &seat(),
        WITNESS,
    );
    assert!(failed.is_err());
    assert_eq!(
        (store.head().seq, store.gone().seq, store.lost()),
        (6, 0, 0)
    );
    let whole = store.batch(4, 3).unwrap();
    assert!(whole.entries[0].entry.sealed.is_some());
    store.db.pragma_update(None, "query_only", false).unwrap();
    assert_eq!(pass(&mut store, NOON.plus(OVER)).unwrap().erased, 3);
    assert_eq!(house_is_whole(store, &house), vec![]);
}

#[test]
fn a_row_that_comes_back_after_it_was_erased_is_named() {
    let house = lived();
    let kept = house.copy();
    let (mut store, _) = house.open();
    pass(&mut store, NOON.plus(OVER)).unwrap();
    drop(store);
    let db = Connection::open(house.path(DATABASE)).unwrap();
    let sql = format!(
        "ATTACH '{}' AS kept; INSERT INTO rows SELECT * FROM kept.rows WHERE seq = 2;",
        kept.path(DATABASE).display()
    );
    db.execute_batch(&sql).unwrap();
    drop(db);
    let stray = Finding::Row {
        seq: 2,
        fault: RowFault::Stray,
    };
    assert_eq!(house.open().1, vec![stray]);
}
