//! What is not whole is found and named.

use std::fs;

use domain::time::{DAY, HOUR};
use rusqlite::Connection;
use server::folder::Folder;
use server::store::sqlite::{Fault, Verified, verify};
use server::store::{ChainId, Register, Store};

use crate::authority::NOW;
use crate::station::Station;
use crate::town::Town;

/// Yesterday two entries, today an undo, poison and one more; then the server stops.
async fn town() -> (Town, Station) {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(2, 1, NOW.plus(-DAY));
    station.undo(2);
    station.write_poison(b"nonsense");
    station.admit(1, 1, NOW);
    town.deliver(station.batch(1, 5)).await;
    town.store.close();
    (town, station)
}

fn look(town: &Town) -> Verified {
    verify(&town.folder(), false, |chain| {
        let known = town.register.known(chain.station, chain.epoch)?;
        Ok(known.map(|known| known.starts).unwrap_or_default())
    })
    .unwrap()
}

fn chain(station: &Station) -> ChainId {
    ChainId {
        venue: station.assignment.as_ref().unwrap().venue.id,
        station: station.id,
        epoch: 1,
    }
}

fn change(folder: &Folder, file: &str, sql: &str) {
    let database = Connection::open(folder.server().join(file)).unwrap();
    let changed = database.execute(sql, []).unwrap();
    assert!(changed > 0, "{sql}");
}

#[tokio::test]
async fn what_was_stored_is_whole() {
    let (town, _) = town().await;
    let verified = look(&town);
    assert_eq!(verified.faults, []);
    assert_eq!((verified.days, verified.chains, verified.rows), (2, 1, 5));
}

#[tokio::test]
async fn a_row_that_was_changed_dropped_or_doubled_is_named_with_its_number() {
    let today = "days/2026-11-24.db";
    for (sql, wanted) in [
        (
            "UPDATE filed SET core = (SELECT core FROM filed WHERE seq = 5) WHERE seq = 3",
            vec![("broken", 3), ("entry", 3)],
        ),
        (
            "UPDATE filed SET hash = zeroblob(32) WHERE seq = 3",
            vec![("broken", 3), ("broken", 4)],
        ),
        (
            "UPDATE filed SET detail = x'00' WHERE seq = 3",
            vec![("entry", 3)],
        ),
        ("DELETE FROM poison", vec![("missing", 4)]),
        ("UPDATE poison SET core = '00'", vec![("broken", 4)]),
        (
            "UPDATE filed SET seq = 2 WHERE seq = 3",
            vec![("twice", 2), ("missing", 3)],
        ),
        (
            "DELETE FROM filed WHERE seq = 5",
            vec![("counted", 0), ("head", 4)],
        ),
    ] {
        finds(today, sql, &wanted).await;
    }
}

/// What is found after a change in a file, and where.
async fn finds(file: &str, sql: &str, wanted: &[(&str, u64)]) {
    let (town, station) = town().await;
    change(&town.folder(), file, sql);
    let found: Vec<(&str, u64)> = look(&town)
        .faults
        .iter()
        .map(|fault| named(fault, &chain(&station)))
        .collect();

    assert_eq!(found, wanted, "{sql}");
}

#[tokio::test]
async fn a_head_that_is_not_the_last_row_is_told() {
    for (sql, wanted) in [
        (
            "UPDATE heads SET seq = 4",
            vec![("head", 5), ("head hash", 4)],
        ),
        ("UPDATE heads SET seq = 6", vec![("head", 5)]),
        (
            "UPDATE heads SET hash = zeroblob(32)",
            vec![("head hash", 5)],
        ),
        ("DELETE FROM heads", vec![("head", 5)]),
    ] {
        finds("heads.db", sql, &wanted).await;
    }
}

#[tokio::test]
async fn a_chain_that_begins_with_no_assignment_and_a_fork_without_its_mark_are_told() {
    let (town, station) = town().await;
    change(
        &town.folder(),
        "register.db",
        "UPDATE assignments SET start = zeroblob(32)",
    );
    assert_eq!(look(&town).faults, [Fault::Beginning(chain(&station))]);

    let town = Town::new();
    let mut station = town.station(60).await;
    let mut copy = station.copy();
    station.admit(1, 1, NOW);
    copy.admit(1, 2, NOW);
    town.deliver(station.batch(1, 1)).await;
    town.deliver(copy.batch(1, 1)).await;
    town.store.close();
    assert_eq!(look(&town).faults, []);
    change(&town.folder(), "heads.db", "UPDATE heads SET forked = 0");
    assert_eq!(look(&town).faults, [Fault::Fork(chain(&station))]);
}

#[tokio::test]
async fn numbers_that_went_at_retention_are_not_missed_and_others_are() {
    let town = Town::new();
    let mut station = town.station(60).await;
    // The clock goes back and forth over midnight.
    for at in [-11 * HOUR, 0, -11 * HOUR, 0, 0] {
        station.admit(1, 1, NOW.plus(at));
    }
    town.deliver(station.batch(1, 5)).await;
    town.store
        .erase_before(server::day::Day::of(NOW), NOW)
        .await
        .unwrap();
    town.store.close();
    let verified = look(&town);
    assert_eq!((verified.faults, verified.rows), (Vec::new(), 3));
    change(
        &town.folder(),
        "days/2026-11-24.db",
        "DELETE FROM filed WHERE seq = 4",
    );
    let missing = Fault::Missing(chain(&station), 4, 4);
    assert!(look(&town).faults.contains(&missing));
}

#[tokio::test]
async fn a_damaged_file_is_told_or_does_not_open() {
    let (town, _) = town().await;
    let path = town.folder().days().join("2026-11-24.db");
    let mut bytes = fs::read(&path).unwrap();
    for byte in bytes.iter_mut().skip(4_096 + 8).take(4_096) {
        *byte ^= 0x5a;
    }
    fs::write(&path, bytes).unwrap();
    let found = verify(&town.folder(), false, |_| Ok(Vec::new()));
    assert!(found.is_err() || !found.unwrap().faults.is_empty());
}

/// As if the server had been killed between the commit of the days and that of the heads.
fn heads_as_before(town: &Town, before: &[u8]) {
    fs::write(town.folder().heads(), before).unwrap();
}

#[tokio::test]
async fn heads_that_a_kill_left_one_commit_behind_are_no_fault_and_two_are() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(3, 1, NOW.plus(-DAY));
    station.admit(4, 1, NOW);
    town.deliver(station.batch(1, 2)).await;
    let mut first = Vec::new();
    let town = town.restart_after(|folder| first = fs::read(folder.heads()).unwrap());
    town.deliver(station.batch(3, 5)).await;
    let mut second = Vec::new();
    let town = town.restart_after(|folder| second = fs::read(folder.heads()).unwrap());
    town.deliver(station.batch(6, 7)).await;
    town.store.close();
    assert_eq!(look(&town).unfinished, 0);

    heads_as_before(&town, &second);
    let killed = look(&town);
    assert_eq!((killed.faults, killed.unfinished), (Vec::new(), 2));
    // While a server runs they are about to follow.
    let live = verify(&town.folder(), true, |_| Ok(Vec::new())).unwrap();
    assert_eq!((live.faults, live.unfinished), (Vec::new(), 0));

    heads_as_before(&town, &first);
    let older = look(&town).faults;
    assert_eq!(older, [Fault::Head(chain(&station), 2, 7)]);
}

#[tokio::test]
async fn a_commit_that_reached_the_second_day_alone_or_was_the_first_of_all_is_no_fault() {
    let town = Town::new();
    let mut station = town.station(60).await;
    let mut before = Vec::new();
    let town = town.restart_after(|folder| before = fs::read(folder.heads()).unwrap());
    station.admit(2, 1, NOW.plus(-DAY));
    station.admit(2, 1, NOW);
    town.deliver(station.batch(1, 4)).await;
    town.store.close();
    heads_as_before(&town, &before);
    let killed = look(&town);
    assert_eq!((killed.faults, killed.unfinished), (Vec::new(), 4));

    for file in ["2026-11-23.db", "2026-11-23.db-wal", "2026-11-23.db-shm"] {
        let path = town.folder().days().join(file);
        assert!(fs::remove_file(&path).is_ok() || !path.exists());
    }
    let killed = look(&town);
    assert_eq!((killed.faults, killed.unfinished), (Vec::new(), 2));
}

#[tokio::test]
async fn what_is_changed_in_an_unfinished_commit_is_a_fault_all_the_same() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(4, 1, NOW);
    town.deliver(station.batch(1, 2)).await;
    let mut before = Vec::new();
    let town = town.restart_after(|folder| before = fs::read(folder.heads()).unwrap());
    town.deliver(station.batch(3, 4)).await;
    town.store.close();
    heads_as_before(&town, &before);
    change(
        &town.folder(),
        "days/2026-11-24.db",
        "UPDATE filed SET hash = zeroblob(32) WHERE seq = 4",
    );
    assert_eq!(look(&town).faults, [Fault::Broken(chain(&station), 4)]);
}

#[tokio::test]
async fn a_fork_whose_mark_a_kill_kept_from_the_heads_is_no_fault() {
    let town = Town::new();
    let mut station = town.station(60).await;
    let mut copy = station.copy();
    station.admit(1, 1, NOW);
    copy.admit(1, 2, NOW);
    town.deliver(station.batch(1, 1)).await;
    let mut before = Vec::new();
    let town = town.restart_after(|folder| before = fs::read(folder.heads()).unwrap());
    town.deliver(copy.batch(1, 1)).await;
    town.store.close();
    heads_as_before(&town, &before);
    assert_eq!(look(&town).faults, []);
}

/// The kind of a fault of this chain, and its number.
fn named(fault: &Fault, chain: &ChainId) -> (&'static str, u64) {
    let (kind, of, seq) = match fault {
        Fault::Beginning(of) => ("beginning", of, 1),
        Fault::Broken(of, seq) => ("broken", of, *seq),
        Fault::Counted(_) => ("counted", chain, 0),
        Fault::Damaged(..) => ("damaged", chain, 0),
        Fault::Entry(of, seq) => ("entry", of, *seq),
        Fault::Fork(of) => ("fork", of, 0),
        Fault::Head(of, _, last) => ("head", of, *last),
        Fault::HeadHash(of, seq) => ("head hash", of, *seq),
        Fault::Missing(of, first, _) => ("missing", of, *first),
        Fault::Twice(of, seq) => ("twice", of, *seq),
    };
    assert_eq!(of, chain);

    (kind, seq)
}
