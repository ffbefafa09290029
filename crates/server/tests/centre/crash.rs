//! A server that dies at the wrong moment loses nothing that it acknowledged, and doubles nothing.

use std::fs;

use axum::http::StatusCode;
use domain::time::{DAY, Timestamp};
use domain::wire::AnswerKind;
use rusqlite::Connection;
use server::folder::Folder;

use crate::authority::NOW;
use crate::station::answer;
use crate::town::Town;

#[tokio::test]
async fn heads_that_missed_the_last_commit_are_rebuilt_from_the_days() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(6, 1, NOW);
    town.deliver(station.batch(1, 2)).await;
    let mut old_heads = Vec::new();
    let town = town.restart_after(|folder| old_heads = fs::read(folder.heads()).unwrap());
    station.write_poison(b"nonsense");
    town.deliver(station.batch(3, 7)).await;
    let town = town.restart_after(|folder| fs::write(folder.heads(), &old_heads).unwrap());

    let got = town.post("/v1/head", station.hello()).await;
    let told = answer(&got.body);
    assert_eq!(
        (told.kind, told.acked_seq, told.acked_hash),
        (AnswerKind::Ok, 7, station.hash(7).0)
    );
    town.deliver(station.batch(3, 7)).await;
    assert_eq!((town.count("entries"), town.count("poison")), (6, 1));
}

#[tokio::test]
async fn lost_heads_are_rebuilt_whole_and_a_fork_stays_a_fork() {
    let town = Town::new();
    let mut one = town.station(60).await;
    let mut two = town.station(61).await;
    let mut copy = two.copy();
    one.admit(3, 1, NOW.plus(-DAY));
    one.admit(3, 1, NOW);
    two.admit(2, 1, NOW);
    copy.admit(1, 2, NOW);
    town.deliver(one.batch(1, 6)).await;
    town.deliver(two.batch(1, 2)).await;
    town.deliver(copy.batch(1, 1)).await;
    let town = town.restart_after(|folder| fs::remove_file(folder.heads()).unwrap());

    for (station, kind, seq) in [(&one, AnswerKind::Ok, 6), (&two, AnswerKind::Fork, 2)] {
        let got = town.post("/v1/head", station.hello()).await;
        let told = answer(&got.body);
        assert_eq!(
            (told.kind, told.acked_seq, told.acked_hash),
            (kind, seq, station.hash(seq).0)
        );
    }
}

#[tokio::test]
async fn a_commit_that_reached_the_second_day_alone_is_set_aside_and_sent_again() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(2, 1, NOW.plus(-DAY));
    station.admit(2, 1, NOW);
    let mut before = Vec::new();
    let town = town.restart_after(|folder| before = fs::read(folder.heads()).unwrap());
    town.deliver(station.batch(1, 4)).await;
    let town = town.restart_after(|folder| {
        fs::write(folder.heads(), &before).unwrap();
        erase_day(folder, NOW.plus(-DAY));
    });

    let got = town.post("/v1/head", station.hello()).await;
    assert_eq!(answer(&got.body).acked_seq, 0);
    assert_eq!((town.count("entries"), town.count("branches")), (0, 2));
    let told = town.deliver(station.batch(1, 4)).await;
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 4));
    assert_eq!((town.count("entries"), town.count("branches")), (4, 2));
}

#[tokio::test]
async fn a_day_that_cannot_be_written_acknowledges_nothing_and_once_it_can_all_goes_on() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(4, 1, NOW);
    let days = town.folder().days();
    fs::remove_dir(&days).unwrap();
    fs::write(&days, b"in the way").unwrap();
    let got = town.post("/v1/batches", station.batch(1, 2)).await;
    assert_eq!(got.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(got.headers["retry-after"], "2");
    let got = town.post("/v1/batches", station.batch(1, 2)).await;
    assert_eq!(got.status, StatusCode::SERVICE_UNAVAILABLE);

    fs::remove_file(&days).unwrap();
    fs::create_dir(&days).unwrap();
    let told = town.deliver(station.batch(1, 4)).await;
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 4));
    assert_eq!(town.count("entries"), 4);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(5, 1, NOW);
    let told = town.deliver(station.batch(1, 5)).await;
    let town = town.restart();
    assert_eq!(town.deliver(station.batch(1, 5)).await, told);
    assert_eq!(town.count("entries"), 5);
}

/// As if the commit had not reached this day's file.
fn erase_day(folder: &Folder, at: Timestamp) {
    let (year, month, day) = at.date(0);
    let path = folder
        .days()
        .join(format!("{year:04}-{month:02}-{day:02}.db"));
    let database = Connection::open(path).unwrap();
    let erased = database.execute("DELETE FROM filed", []).unwrap();
    assert_eq!(erased, 2);
    database.execute("DELETE FROM meta", []).unwrap();
}
