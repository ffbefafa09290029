//! The operator's short history.

use domain::time::DAY;

use super::*;

const QUARTER: i64 = 900;

fn at(store: &mut Store, minutes: i64, name: &str) -> u64 {
    let mut entry = admit();
    entry.at = NOON.plus(minutes * 60);
    if let Body::Personal(personal) = &mut entry.body {
        personal.name = Some(name.to_owned());
    }

    append(store, &entry).0
}

fn names(store: &Store) -> Vec<String> {
    let history = store.history();

    history.into_iter().filter_map(|one| one.name).collect()
}

fn lies_in_the_files(house: &House, needle: &[u8]) -> bool {
    let files = house.files();

    files
        .iter()
        .any(|(_, bytes)| bytes.windows(needle.len()).any(|window| window == needle))
}

#[test]
fn who_stood_here_is_known_over_a_restart_with_what_was_taken_back_and_lies_nowhere_in_clear() {
    let house = House::new();
    let (mut store, _) = house.open();
    let first = at(&mut store, 0, "王*兰");
    at(&mut store, 20, "李*");
    store
        .append(&undo(first), &seat(), WITNESS, Beside::default())
        .unwrap();
    let before = store.history();
    drop(store);
    let (store, findings) = house.open();
    assert_eq!((findings, store.history()), (vec![], before.clone()));
    let told: Vec<_> = before
        .iter()
        .map(|one| (one.name.as_deref(), one.outcome, one.undone))
        .collect();
    assert_eq!(
        told,
        [
            (Some("李*"), Outcome::Admit, false),
            (Some("王*兰"), Outcome::Admit, true)
        ]
    );
    assert_eq!(before[1].reason, Some(Reason::IdMatches));
    drop(store);
    assert!(!lies_in_the_files(&house, "王*兰".as_bytes()));
    assert_eq!(house.inspect().unwrap(), []);
}

#[test]
fn names_are_erased_after_a_day_at_the_latest_and_the_log_stays_whole() {
    let house = House::new();
    let (mut store, _) = house.open();
    at(&mut store, 0, "王*兰");
    at(&mut store, 14, "李*");
    at(&mut store, 16, "张*");
    let quarter = NOON.0.div_euclid(QUARTER);
    let over = Timestamp(quarter * QUARTER + DAY);
    assert!(!store.forget_history(over.plus(-1)).unwrap());
    assert_eq!(names(&store).len(), 3);
    let sealed = state::taken(&store.db, &format!("history.{quarter}"));
    let (sealed, _) = sealed.unwrap().unwrap();
    assert!(store.forget_history(over).unwrap());
    assert_eq!(names(&store), ["张*"]);
    assert!(!store.forget_history(over).unwrap());
    drop(store);
    assert!(!lies_in_the_files(&house, &sealed), "not even sealed");
    let (store, findings) = house.open();
    assert_eq!((findings, names(&store)), (vec![], vec!["张*".to_owned()]));
    assert_eq!(
        store.waiting(),
        3,
        "what waits to be sent is another matter"
    );
}

#[test]
fn a_clock_that_was_ahead_for_a_while_keeps_no_name_for_longer() {
    let house = House::new();
    let (mut store, _) = house.open();
    at(&mut store, 14, "李*");
    assert!(
        !store.forget_history(NOON).unwrap(),
        "a clock that was put right"
    );
    for ahead in [31, 3 * 60, 23 * 60, 3 * 24 * 60] {
        at(&mut store, ahead, "王*兰");
        assert!(store.forget_history(NOON).unwrap());
        assert_eq!(names(&store), ["李*"], "{ahead} minutes ahead");
    }
}

#[test]
fn a_part_of_the_history_that_was_altered_taken_away_or_put_back_is_found() {
    let house = House::new();
    let (mut store, _) = house.open();
    at(&mut store, 0, "王*兰");
    let name = format!("history.{}", NOON.0.div_euclid(QUARTER));
    let old = state::taken(&store.db, &name).unwrap().unwrap();
    at(&mut store, 1, "李*");
    drop(store);
    for (change, fault) in [
        (
            "UPDATE state SET value = x'00' WHERE name = ?1",
            ValueFault::Altered,
        ),
        ("DELETE FROM state WHERE name = ?1", ValueFault::Missing),
    ] {
        let copy = house.copy();
        let db = Connection::open(copy.path(DATABASE)).unwrap();
        assert_eq!(db.execute(change, [&name]).unwrap(), 1);
        drop(db);
        let (store, findings) = copy.open();
        let finding = Finding::Value {
            name: name.clone(),
            fault,
        };
        assert_eq!(findings, [finding]);
        assert_eq!(store.history(), []);
    }
    let copy = house.copy();
    let db = Connection::open(copy.path(DATABASE)).unwrap();
    let put = "UPDATE state SET value = ?2, turn = ?3 WHERE name = ?1";
    db.execute(put, rusqlite::params![name, old.0, to_sql(old.1)])
        .unwrap();
    drop(db);
    let finding = Finding::Value {
        name,
        fault: ValueFault::Older,
    };
    assert_eq!(copy.open().1, [finding]);
}
