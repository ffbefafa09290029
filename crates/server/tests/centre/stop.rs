//! A server that is told to stop under load answers what it has, and nothing that it acknowledged is missing.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::mpsc::channel;
use std::thread;

use domain::ids::StationId;
use domain::wire::{Answer, AnswerKind};
use server::authority::Authority;
use server::folder::Folder;
use server::registrar;
use server::store::sqlite::{SqliteRegister, read_heads};
use server::store::{ChainId, Register};
use server::{Config, start};

use crate::authority::{self, NOW, public};
use crate::station::Station;
use crate::town::order;

/// A station enrolled straight in the register.
pub(crate) fn enrolled(folder: &Folder, seed: u8) -> Station {
    let register = SqliteRegister::open(folder).unwrap();
    let token = registrar::pair(&register, &order(), NOW).unwrap();
    let mut station = Station::new(seed);
    let keys = (station.key().public(), station.opening().public());
    let code = station.code(token.expose());
    register
        .take_token(&token.hash(), (&keys.0, &keys.1), &code, NOW)
        .unwrap();
    let authority = Authority::open(folder, None, NOW).unwrap();
    let row = registrar::approve(&register, &authority, &code, |_| Ok(None), NOW).unwrap();
    station.begin(&row.bytes);
    station
}

/// Sends a batch over a connection of its own; the answer, or none where the server did not give one.
pub(crate) fn send(address: SocketAddr, pin: [u8; 32], batch: &[u8]) -> Option<Answer> {
    let mut stream = crate::socket::connect(address, pin).ok()?;
    write!(
        stream,
        "POST /v1/batches HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        batch.len()
    )
    .ok()?;
    stream.write_all(batch).ok()?;
    let mut answer = Vec::new();
    // The end of the connection may come without a farewell.
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    answer.starts_with(b"HTTP/1.1 200").then(|| {
        Answer::verify(&answer[end..], &[public(authority::RECEIPT)])
            .unwrap()
            .0
    })
}

#[test]
fn a_stop_under_load_loses_nothing_that_was_acknowledged() {
    let place = tempfile::tempdir().unwrap();
    authority::write(place.path());
    let folder = Folder::new(place.path());
    folder.create().unwrap();
    let stations: Vec<Station> = (60..64)
        .map(|seed| {
            let mut station = enrolled(&folder, seed);
            station.admit(200, seed, NOW);
            station
        })
        .collect();
    let running = start(Config::new(place.path())).unwrap();
    let (address, pin) = (running.address, running.spki);
    let (told, answers) = channel();
    let mut sending = Vec::new();
    for station in stations {
        let told = told.clone();
        sending.push(thread::spawn(move || {
            let mut acked: (StationId, u64) = (station.id, 0);
            for seq in 1..=200 {
                let Some(answer) = send(address, pin, &station.batch(seq, seq)) else {
                    break;
                };
                assert_eq!((answer.kind, answer.acked_seq), (AnswerKind::Ok, seq));
                acked.1 = seq;
                told.send(()).unwrap();
            }
            (acked, station)
        }));
    }
    for _ in 0..40 {
        answers.recv().unwrap();
    }
    running.stop();
    let heads = read_heads(&folder).unwrap();
    let mut cut_short = 0;
    for sender in sending {
        let ((id, acked), station) = sender.join().unwrap();
        let chain = ChainId {
            venue: station.assignment.as_ref().unwrap().venue.id,
            station: id,
            epoch: 1,
        };
        let stored = heads[&chain];
        // One more may be stored whose answer did not come through.
        assert!(
            stored.seq == acked || stored.seq == acked + 1,
            "{acked} {}",
            stored.seq
        );
        assert_eq!(stored.hash, station.hash(stored.seq));
        cut_short += usize::from(acked < 200);
    }
    assert!(cut_short > 0, "the stop came after everything was sent");
}
