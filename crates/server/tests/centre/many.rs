//! Many stations at once.

use std::sync::Arc;

use axum::http::StatusCode;
use domain::wire::AnswerKind;
use tokio::task::JoinSet;

use crate::authority::NOW;
use crate::station::{Station, answer};
use crate::town::Town;

async fn stations(town: &Town, count: u8) -> Vec<Station> {
    let mut stations = Vec::new();
    for seed in 100..100 + count {
        let mut station = town.station(seed).await;
        station.admit(20, seed, NOW);
        stations.push(station);
    }
    stations
}

/// Sends all entries four at a time, each batch until it is acknowledged. Gives how often it was put off.
async fn send_all(town: &Town, station: &Station) -> usize {
    let mut put_off = 0;
    for first in (1..=20).step_by(4) {
        loop {
            let got = town
                .post("/v1/batches", station.batch(first, first + 3))
                .await;
            if got.status == StatusCode::SERVICE_UNAVAILABLE {
                assert_eq!(got.headers["retry-after"], "2");
                put_off += 1;
                tokio::task::yield_now().await;
                continue;
            }
            let told = answer(&got.body);
            assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, first + 3));
            break;
        }
    }
    put_off
}

async fn send_at_once(town: Town, stations: Vec<Station>) -> (Arc<Town>, usize) {
    let town = Arc::new(town);
    let mut sending = JoinSet::new();
    for station in stations {
        let town = town.clone();
        sending.spawn(async move { send_all(&town, &station).await });
    }
    let put_off = sending.join_all().await.into_iter().sum();

    (town, put_off)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_stations_at_once_are_all_stored_once() {
    let town = Town::new();
    let stations = stations(&town, 20).await;
    let (town, _) = send_at_once(town, stations).await;
    assert_eq!(town.count("entries"), 400);
    let in_order = town.each_day(
        "SELECT count(DISTINCT seq) FROM entries GROUP BY venue, station, epoch",
        |row| row.get::<_, i64>(0),
    );
    assert_eq!(in_order, [20; 20]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_overload_batches_are_put_off_and_none_is_lost_or_doubled() {
    let town = Town::with_queue(1);
    let stations = stations(&town, 20).await;
    let mut first = town.station(99).await;
    first.admit(20, 1, NOW);
    town.deliver(first.batch(1, 1)).await;
    // Another process holds the day for a moment, so the writer waits and its queue fills.
    let path = town.folder().days().join("2026-11-24.db");
    let holder = rusqlite::Connection::open(path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (town, first) = (Arc::new(town), Arc::new(first));
    let sending = tokio::spawn({
        let (town, first) = (town.clone(), first.clone());
        async move { send_all(&town, &first).await }
    });
    let mut questions = JoinSet::new();
    loop {
        let (town, first) = (town.clone(), first.clone());
        questions.spawn(async move { town.post("/v1/head", first.hello()).await });
        if let Some(Ok(got)) = questions.try_join_next()
            && got.status == StatusCode::SERVICE_UNAVAILABLE
        {
            assert_eq!(got.headers["retry-after"], "2");
            break;
        }
        tokio::task::yield_now().await;
    }
    holder.execute_batch("ROLLBACK").unwrap();
    questions.join_all().await;
    sending.await.unwrap();
    assert_eq!(town.count("entries"), 20);
    let town = Arc::into_inner(town).unwrap();
    let (town, _) = send_at_once(town, stations).await;
    assert_eq!(town.count("entries"), 420);
}
