//! Every table and every column, changed with another program: each is named at its place.

use std::collections::BTreeSet;

use super::*;

/// A day as it comes to be: three rows with a receipt, three without, one visit taken back, one value.
pub(super) fn lived() -> House {
    let house = House::new();
    let (mut store, _) = house.open();
    let tag = |n| Beside {
        remember: Some(Tag([n; 16])),
        ..counted(Outcome::Admit)
    };
    let at = |n: i64| NewEntry {
        at: NOON.plus(n * 60),
        ..admit()
    };
    store.append(&at(0), &seat(), WITNESS, tag(1)).unwrap();
    store.append(&at(1), &seat(), WITNESS, tag(2)).unwrap();
    let (seq, hash) = append(&mut store, &at(2));
    store.ack(seq, hash, RECEIPT, NOON.plus(180)).unwrap();
    store.append(&at(4), &seat(), WITNESS, tag(3)).unwrap();
    let undo = NewEntry {
        at: NOON.plus(300),
        ..undo(2)
    };
    store
        .append(&undo, &seat(), WITNESS, Beside::default())
        .unwrap();
    let urgent = NewEntry {
        at: NOON.plus(360),
        ..emergency()
    };
    store
        .append(&urgent, &seat(), WITNESS, counted(Outcome::Emergency))
        .unwrap();
    store.save("clock", b"an older floor of time").unwrap();
    drop(store);
    house
}

impl House {
    /// What the walk through the whole log says after `sql`.
    fn after(&self, sql: &str) -> BTreeSet<Finding> {
        let copy = self.copy();
        let db = Connection::open(copy.path(DATABASE)).unwrap();
        db.execute_batch(sql).unwrap();
        drop(db);
        let findings = copy.inspect().unwrap();
        let (_, at_the_start) = copy.open();
        let deep = |finding: &Finding| {
            matches!(
                finding,
                Finding::Row {
                    fault: RowFault::Signature,
                    ..
                }
            )
        };
        assert!(
            !at_the_start.is_empty() || findings.iter().all(deep),
            "a start says it too: {sql}"
        );

        findings.into_iter().collect()
    }

    /// The bytes of one field.
    fn field(&self, sql: &str) -> String {
        let db = Connection::open(self.path(DATABASE)).unwrap();
        let bytes: Vec<u8> = db.query_row(sql, [], |row| row.get(0)).unwrap();
        format!("x'{}'", domain::hex::encode(bytes))
    }
}

fn row(seq: u64, fault: RowFault) -> Finding {
    Finding::Row { seq, fault }
}

fn value(name: &str, fault: ValueFault) -> Finding {
    Finding::Value {
        name: name.to_owned(),
        fault,
    }
}

const TODAY: u32 = 20_775;

#[test]
fn a_log_that_nobody_touched_is_whole() {
    assert_eq!(NOON.utc_day(), TODAY);
    let house = lived();
    assert_eq!(house.inspect().unwrap(), vec![]);
    assert_eq!(house.open().1, vec![]);
    assert_eq!(house.inspect().unwrap(), vec![]);
}

#[expect(clippy::too_many_lines, reason = "a line for each column")]
#[test]
fn every_changed_field_of_every_table_is_named_at_its_place() {
    let missing = |first, last| row(first, RowFault::Missing { last });
    let line = |seq| Finding::Seen(SeenFault::Line(seq));
    let changes = [
        (
            "rows.epoch = 2",
            "seq = 2",
            vec![missing(2, 2), row(2, RowFault::Stray)],
        ),
        (
            "rows.seq = 9",
            "seq = 2",
            vec![missing(2, 2), row(9, RowFault::Core)],
        ),
        (
            "rows.hash = zeroblob(32)",
            "seq = 2",
            vec![row(2, RowFault::Hash)],
        ),
        ("rows.hash = x'00'", "seq = 5", vec![row(5, RowFault::Hash)]),
        (
            "rows.hash = zeroblob(32)",
            "seq = 6",
            vec![row(6, RowFault::Hash)],
        ),
        (
            "rows.signature = zeroblob(64)",
            "seq = 2",
            vec![row(2, RowFault::Signature)],
        ),
        (
            "rows.signature = x''",
            "seq = 6",
            vec![row(6, RowFault::Signature)],
        ),
        (
            "rows.core_box = zeroblob(200)",
            "seq = 2",
            vec![row(2, RowFault::Core)],
        ),
        (
            "rows.body_box = NULL",
            "seq = 4",
            vec![row(4, RowFault::Body)],
        ),
        (
            "rows.body_box = NULL",
            "seq = 5",
            vec![row(5, RowFault::Body)],
        ),
        (
            "rows.body_box = zeroblob(200)",
            "seq = 6",
            vec![row(6, RowFault::Body)],
        ),
        (
            "rows.body_box = x'00'",
            "seq = 1",
            vec![row(1, RowFault::Body)],
        ),
        ("epochs.epoch = 2", "1", vec![Finding::Epochs]),
        ("epochs.genesis = zeroblob(32)", "1", vec![Finding::Epochs]),
        ("epochs.acked_seq = 5", "1", vec![Finding::Epochs]),
        (
            "epochs.acked_hash = zeroblob(32)",
            "1",
            vec![Finding::Epochs],
        ),
        ("epochs.last_receipt = NULL", "1", vec![Finding::Epochs]),
        ("epochs.receipt = NULL", "1", vec![Finding::Receipt]),
        ("epochs.receipt = x'00'", "1", vec![Finding::Receipt]),
        (
            "queue_keys.day = day + 1",
            "1",
            vec![Finding::QueueKey(TODAY + 1), row(4, RowFault::Body)],
        ),
        (
            "queue_keys.wrapped = x'00'",
            "1",
            vec![Finding::QueueKey(TODAY), row(4, RowFault::Body)],
        ),
        ("seen.epoch = 2", "seq = 1", vec![line(1)]),
        ("seen.seq = 9", "seq = 1", vec![line(9)]),
        ("seen.tag = zeroblob(16)", "seq = 1", vec![line(1)]),
        ("seen.tag = x''", "seq = 1", vec![line(1)]),
        ("seen.at = at + 1", "seq = 1", vec![line(1)]),
        ("seen.undone = 1", "seq = 1", vec![line(1)]),
        ("seen.undone = 7", "seq = 2", vec![line(2)]),
        ("seen.mac = x''", "seq = 1", vec![line(1)]),
        (
            "state.name = 'clack'",
            "name = 'clock'",
            vec![
                value("clock", ValueFault::Missing),
                value("clack", ValueFault::Unknown),
            ],
        ),
        (
            "state.value = x'00'",
            "name = 'clock'",
            vec![value("clock", ValueFault::Altered)],
        ),
        (
            "state.value = x'00'",
            "name = 'tail'",
            vec![value("tail", ValueFault::Altered)],
        ),
        (
            "state.value = zeroblob(16)",
            "name = 'station'",
            vec![value("station", ValueFault::Altered)],
        ),
        (
            "state.value = x'00'",
            "name = 'ledger'",
            vec![Finding::Ledger],
        ),
        (
            "state.turn = 99",
            "name = 'clock'",
            vec![value("clock", ValueFault::Altered)],
        ),
        ("state.turn = 99", "name = 'ledger'", vec![Finding::Ledger]),
        (
            "state.turn = 99",
            "name = 'station'",
            vec![value("station", ValueFault::Altered)],
        ),
    ];
    let house = lived();
    let mut columns: BTreeSet<String> = ["keys.name", "keys.wrapped"].map(str::to_owned).into();
    for (change, which, expected) in changes {
        let (column, _) = change.split_once(" = ").unwrap();
        columns.insert(column.to_owned());
        let (table, change) = change.split_once('.').unwrap();
        let sql = format!("UPDATE {table} SET {change} WHERE {which}");
        let found = house.after(&sql);
        for finding in expected {
            assert!(
                found.contains(&finding),
                "{sql}: {finding:?} not in {found:?}"
            );
        }
    }
    assert_eq!(columns, house.columns());
}

#[test]
fn an_altered_key_is_refused_and_one_too_many_is_named() {
    let house = lived();
    for sql in [
        "UPDATE keys SET wrapped = x'00' WHERE name = 'signing'",
        "UPDATE keys SET name = 'x' WHERE name = 'log'",
        "DELETE FROM keys WHERE name = 'seen'",
        "PRAGMA user_version = 1",
        "PRAGMA user_version = 3",
    ] {
        let copy = house.copy();
        Connection::open(copy.path(DATABASE))
            .unwrap()
            .execute_batch(sql)
            .unwrap();
        assert!(copy.inspect().is_err(), "{sql}");
    }
    let found = house.after("INSERT INTO keys VALUES ('x', x'00')");
    assert_eq!(found, BTreeSet::from([Finding::Layout]));
}

#[test]
fn rows_that_are_swapped_copied_cut_off_or_taken_out_are_named() {
    let house = lived();
    let missing = |first, last| row(first, RowFault::Missing { last });
    let swap = |what: &str| {
        format!(
            "CREATE TEMP TABLE t AS SELECT * FROM rows WHERE seq IN (1, 2);
             UPDATE rows SET {what} WHERE seq IN (1, 2);"
        )
    };
    let all = swap(
        "(hash, signature, core_box) =
         (SELECT hash, signature, core_box FROM t WHERE t.seq = 3 - rows.seq)",
    );
    let swapped = [
        row(1, RowFault::Core),
        row(1, RowFault::Signature),
        row(2, RowFault::Core),
        row(2, RowFault::Signature),
    ];
    for (sql, expected) in [
        (all.as_str(), &swapped[..]),
        ("DELETE FROM rows WHERE seq = 2", &[missing(2, 2)]),
        ("DELETE FROM rows WHERE seq IN (4, 5)", &[missing(4, 5)]),
        ("DELETE FROM rows WHERE seq = 1", &[missing(1, 1)]),
        ("DELETE FROM rows WHERE seq = 6", &[missing(6, 6)]),
        ("DELETE FROM rows WHERE seq > 3", &[missing(4, 6)]),
        ("DELETE FROM rows", &[missing(1, 6)]),
        (
            "INSERT INTO rows SELECT epoch, 7, hash, signature, core_box, body_box FROM rows WHERE seq = 6",
            &[Finding::Ledger, row(7, RowFault::Core)],
        ),
        (
            "INSERT INTO rows SELECT 2, seq, hash, signature, core_box, body_box FROM rows",
            &[row(3, RowFault::Stray)],
        ),
    ] {
        let found = house.after(sql);
        for finding in expected {
            assert!(
                found.contains(finding),
                "{sql}: {finding:?} not in {found:?}"
            );
        }
    }
}

#[test]
fn what_is_taken_away_or_added_beside_the_rows_is_named() {
    let house = lived();
    let key = house.field("SELECT wrapped FROM queue_keys");
    for (sql, expected) in [
        ("DELETE FROM epochs", Finding::Epochs),
        (
            "INSERT INTO epochs VALUES (2, zeroblob(32), 0, zeroblob(32), NULL, NULL)",
            Finding::Epochs,
        ),
        (
            "DELETE FROM seen WHERE seq = 1",
            Finding::Seen(SeenFault::Lines),
        ),
        ("DELETE FROM seen", Finding::Seen(SeenFault::Lines)),
        (
            "INSERT INTO seen VALUES (1, 6, zeroblob(16), 0, 0, zeroblob(32))",
            Finding::Seen(SeenFault::Line(6)),
        ),
        ("DELETE FROM queue_keys", row(4, RowFault::Body)),
        (
            &format!("INSERT INTO queue_keys VALUES ({}, {key})", TODAY + 1),
            Finding::QueueKey(TODAY + 1),
        ),
        (
            "DELETE FROM state WHERE name = 'clock'",
            value("clock", ValueFault::Missing),
        ),
        (
            "DELETE FROM state WHERE name = 'totals'",
            value("totals", ValueFault::Missing),
        ),
        (
            "DELETE FROM state WHERE name = 'station'",
            value("station", ValueFault::Missing),
        ),
        ("DELETE FROM state WHERE name = 'ledger'", Finding::Ledger),
        (
            "CREATE TRIGGER t AFTER INSERT ON rows BEGIN DELETE FROM seen; END",
            Finding::Layout,
        ),
        ("CREATE TABLE t (x)", Finding::Layout),
        ("ALTER TABLE seen ADD COLUMN x INTEGER", Finding::Layout),
    ] {
        let found = house.after(sql);
        assert!(
            found.contains(&expected),
            "{sql}: {expected:?} not in {found:?}"
        );
    }
}

#[test]
fn an_older_value_line_or_ledger_that_is_put_back_is_named() {
    let house = lived();
    let field = |sql: &str| house.field(sql);
    let clock = field("SELECT value FROM state WHERE name = 'clock'");
    let ledger = field("SELECT value FROM state WHERE name = 'ledger'");
    let older = lived_turn(&house, "clock");
    let (mut store, _) = house.open();
    store.save("clock", b"a newer floor of time").unwrap();
    let (seq, _) = store
        .append(&undo(4), &seat(), WITNESS, Beside::default())
        .unwrap();
    assert_eq!(seq, 7);
    drop(store);

    let back = format!("UPDATE state SET value = {clock}, turn = {older} WHERE name = 'clock'");
    let found = house.after(&back);
    assert_eq!(found, BTreeSet::from([value("clock", ValueFault::Older)]));
    let back = format!("UPDATE state SET value = {ledger}, turn = {older} WHERE name = 'ledger'");
    let found = house.after(&back);
    assert!(found.contains(&Finding::RolledBack), "{found:?}");
    assert!(found.contains(&Finding::Ledger), "{found:?}");
}

/// The turn that a value stands in.
fn lived_turn(house: &House, name: &str) -> i64 {
    let db = Connection::open(house.path(DATABASE)).unwrap();
    db.query_row("SELECT turn FROM state WHERE name = ?1", [name], |row| {
        row.get(0)
    })
    .unwrap()
}

#[test]
fn a_visit_that_was_taken_back_cannot_be_put_back() {
    let house = House::new();
    let (mut store, _) = house.open();
    let went_in = Beside {
        remember: Some(Tag([9; 16])),
        ..counted(Outcome::Admit)
    };
    store.append(&admit(), &seat(), WITNESS, went_in).unwrap();
    drop(store);
    let mac = house.field("SELECT mac FROM seen");
    let (mut store, _) = house.open();
    store
        .append(&undo(1), &seat(), WITNESS, Beside::default())
        .unwrap();
    drop(store);
    let found = house.after(&format!("UPDATE seen SET undone = 0, mac = {mac}"));
    assert_eq!(found, BTreeSet::from([Finding::Seen(SeenFault::Lines)]));
}

#[test]
fn what_was_found_once_is_still_told_when_the_station_has_written_over_it() {
    let house = lived();
    let db = Connection::open(house.path(DATABASE)).unwrap();
    db.execute("DELETE FROM state WHERE name = 'clock'", [])
        .unwrap();
    drop(db);
    let (mut store, findings) = house.open();
    assert_eq!(findings, vec![value("clock", ValueFault::Missing)]);
    assert_eq!(store.saved("clock").unwrap(), None);
    store.save("clock", b"another").unwrap();
    drop(store);
    for _ in 0..2 {
        assert_eq!(house.open().1, vec![Finding::Alarm]);
    }
}

#[test]
fn an_anchor_that_was_taken_away_or_altered_is_a_finding() {
    let house = lived();
    let path = |house: &House| house.path("anchor.bin");
    let away = house.copy();
    std::fs::remove_file(path(&away)).unwrap();
    let missing = Finding::Anchor(AnchorFault::Missing);
    assert_eq!(away.inspect().unwrap(), vec![missing.clone()]);
    assert_eq!(away.open().1, vec![missing]);
    assert_eq!(away.open().1, vec![Finding::Alarm], "it was made anew");

    let altered = house.copy();
    let bytes = std::fs::read(path(&house)).unwrap();
    std::fs::write(path(&altered), vec![1; bytes.len()]).unwrap();
    let unreadable = Finding::Anchor(AnchorFault::Unreadable);
    assert_eq!(altered.open().1, vec![unreadable]);

    let torn = house.copy();
    let mut bytes = bytes;
    bytes[0] ^= 1;
    std::fs::write(path(&torn), &bytes).unwrap();
    assert_eq!(torn.open().1, vec![], "a power loss may tear one slot");
    std::fs::write(path(&torn), &bytes).unwrap();
    assert_eq!(
        torn.inspect().unwrap(),
        vec![Finding::Anchor(AnchorFault::Slot)]
    );
}

#[test]
fn a_hash_that_stands_altered_stops_no_batch() {
    let house = lived();
    let db = Connection::open(house.path(DATABASE)).unwrap();
    let sent = house.open().0.batch(5, 10).unwrap();
    db.execute("UPDATE rows SET hash = zeroblob(32) WHERE seq = 4", [])
        .unwrap();
    drop(db);
    let (store, findings) = house.open();
    assert_eq!(findings, vec![row(4, RowFault::Hash)]);
    assert_eq!(store.batch(5, 10).unwrap(), sent);
}
