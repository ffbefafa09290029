//! No line of the log tells of a person, whatever is sent.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use domain::hex;
use server::backup::back_up;
use tracing_subscriber::filter::LevelFilter;

use crate::authority::NOW;
use crate::station::Station;
use crate::town::{Town, order};

/// Every line since the test began, also of the tests beside it.
static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_line_of_the_log_carries_a_name_a_token_a_handle_a_sealed_text_or_a_key() {
    tracing_subscriber::fmt()
        .json()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(|| Kept)
        .init();
    let town = Town::new();
    let token = town.pair(&order());
    let mut waiting = Station::new(70);
    town.post("/v1/enrolments", waiting.enrol(&token)).await;
    town.post("/v1/enrolments", Station::new(71).enrol(&token))
        .await;
    let mut station = town.station(60).await;
    let mut copy = station.copy();
    station.admit(2, 0xc5, NOW);
    station.write_poison(b"a poison that is no core");
    copy.admit(2, 0xc6, NOW);
    town.deliver(station.batch(1, 3)).await;
    town.deliver(copy.batch(1, 2)).await;
    station.admit(2, 0xc5, NOW);
    town.deliver(station.batch(5, 5)).await;
    town.post("/v1/head", station.hello()).await;
    for body in [b"nonsense".to_vec(), waiting.hello()] {
        town.post("/v1/batches", body.clone()).await;
        town.post("/v1/head", body.clone()).await;
        town.post("/v1/enrolments", body).await;
    }
    waiting = station;
    let place = tempfile::tempdir().unwrap();
    back_up(&town.folder(), &place.path().join("backup"), NOW).unwrap();
    let start = domain::time::Moment {
        wall: NOW,
        mono_ms: 0,
    };
    town.centre.erase_old(start).await.unwrap();
    let town = town.restart();
    town.fetch("/healthz").await;

    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let text = String::from_utf8(lines).unwrap();
    assert!(
        text.contains("entries that make no sense") && text.contains("two branches"),
        "{text}"
    );
    let mut forbidden = vec![
        "陈".to_owned(),
        order().name,
        order().address,
        hex::encode(token),
        hex::encode([0xc5; 16]),
        hex::encode(b"a poison that is no core"),
        "a poison that is no core".to_owned(),
        hex::encode([60; 32]),
    ];
    for seq in [1, 2, 4] {
        let entry = waiting.entry(seq);
        forbidden.push(hex::encode(entry.token.unwrap()));
        let sealed = entry.sealed.as_ref().unwrap();
        forbidden.push(hex::encode(&sealed[..16]));
        forbidden.push(format!("{:?}", &sealed[..8]).replace(['[', ']'], ""));
        forbidden.push(hex::encode(&entry.core[..20]));
    }
    for word in forbidden {
        assert!(!text.contains(&word), "{word} stands in the log");
    }
}
