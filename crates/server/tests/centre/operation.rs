//! What an operator sees, and what strangers cannot take.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use domain::wire::AnswerKind;
use server::folder::Folder;
use server::http::{Connections, operator_router};
use server::{Config, start};
use tower::ServiceExt;

use crate::authority::{self, NOW};
use crate::stop::{enrolled, send};
use crate::town::Town;

async fn metrics(town: &Town) -> String {
    let response = operator_router(town.centre.clone())
        .oneshot(Request::get("/metrics").body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.headers()["content-type"],
        "text/plain; version=0.0.4"
    );
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();

    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn bodies_that_do_not_come_take_no_place_from_those_that_do() {
    let place = tempfile::tempdir().unwrap();
    authority::write(place.path());
    let folder = Folder::new(place.path());
    folder.create().unwrap();
    let mut station = enrolled(&folder, 60);
    station.admit(1, 1, NOW);
    let running = start(Config::new(place.path())).unwrap();
    let (address, pin) = (running.address, running.spki);
    let held: Vec<_> = (0..80)
        .map(|number| {
            let path = ["/v1/batches", "/v1/head"][usize::from(number >= 70)];
            let mut stream = crate::socket::connect(address, pin).unwrap();
            write!(
                stream,
                "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\nx"
            )
            .unwrap();
            stream.flush().unwrap();
            stream
        })
        .collect();
    let answer = send(address, pin, &station.batch(1, 1)).unwrap();
    assert_eq!((answer.kind, answer.acked_seq), (AnswerKind::Ok, 1));
    drop(held);
    running.stop();
}

#[tokio::test]
async fn health_says_that_the_database_cannot_be_written_and_when_it_can_again() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(1, 1, NOW);
    let days = town.folder().days();
    fs::remove_dir(&days).unwrap();
    fs::write(&days, b"in the way").unwrap();
    let got = town.post("/v1/batches", station.batch(1, 1)).await;
    assert_eq!(got.status, StatusCode::SERVICE_UNAVAILABLE);
    let got = town.fetch("/healthz").await;
    assert_eq!(got.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(got.text(), "not ready: the database cannot be written\n");
    fs::remove_file(&days).unwrap();
    fs::create_dir(&days).unwrap();
    assert_eq!(town.fetch("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_was_received_is_counted() {
    let town = Town::new();
    let mut station = town.station(60).await;
    let mut copy = station.copy();
    station.admit(3, 1, NOW);
    station.write_poison(b"nonsense");
    copy.admit(1, 2, NOW);
    town.deliver(station.batch(1, 4)).await;
    town.deliver(station.batch(1, 4)).await;
    town.deliver(copy.batch(1, 1)).await;
    town.post("/v1/batches", b"nonsense".to_vec()).await;
    let text = metrics(&town).await;
    for line in [
        "menshen_batches_total{answer=\"ok\"} 2",
        "menshen_batches_total{answer=\"fork\"} 1",
        "menshen_responses_total{status=\"4xx\"} 1",
        "menshen_entries_stored_total 5",
        "menshen_entries_poison_total 1",
        "menshen_commit_seconds_count 3",
        "menshen_chains 1",
        "menshen_days 1",
        "menshen_jobs_waiting 0",
        &format!("menshen_last_commit_timestamp_seconds {}", NOW.0),
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert_eq!(text.contains("menshen_disk_free_bytes"), cfg!(unix));
}

#[test]
fn metrics_are_told_where_the_operator_asks_and_not_where_stations_do() {
    let place = tempfile::tempdir().unwrap();
    authority::write(place.path());
    let running = start(Config {
        operator: Some("127.0.0.1:0".parse().unwrap()),
        connections: Connections { all: 3, each: 1 },
        ..Config::new(place.path())
    })
    .unwrap();
    let ask = |path: &str| {
        let mut stream = TcpStream::connect(running.operator.unwrap()).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(ask("/metrics").contains("\nmenshen_connections 0\n"));
    assert!(ask("/healthz").ends_with("\r\n\r\nok\n"));
    assert!(ask("/v1/knowledge/root").starts_with("HTTP/1.1 404"));
    let (address, pin) = (running.address, running.spki);
    let answer = crate::socket::ask(address, pin, "/metrics").unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");

    // Three that say nothing take every place; whoever comes then is let go, and the operator sees it.
    let held: Vec<TcpStream> = (0..3)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    while !ask("/metrics").contains("\nmenshen_connections 3\n") {}
    assert!(crate::socket::ask(address, pin, "/healthz").is_err());
    assert!(ask("/metrics").contains("\nmenshen_connections_refused_total 1\n"));
    drop(held);
    while !ask("/metrics").contains("\nmenshen_connections 0\n") {}
    assert!(crate::socket::ask(address, pin, "/healthz").is_ok());
    running.stop();
}
