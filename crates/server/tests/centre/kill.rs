//! The program itself, killed at random moments under load: nothing that it acknowledged is missing, and heads
//! are equal to the rows.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use domain::hex;
use domain::wire::AnswerKind;
use server::Ready;
use server::folder::Folder;
use server::store::sqlite::{SqliteStore, read_heads, verify};
use server::store::{ChainId, Store};

use crate::authority::{self, NOW};
use crate::station::Station;
use crate::stop::{enrolled, send};

/// Kills; `MENSHEN_KILLS` asks for another number.
const KILLS: u64 = 50;
/// Entries in a batch.
const BATCH: u64 = 5;
/// Batches that are made beforehand for each station.
const BATCHES: u64 = 600;

/// One station that sends: its batches in order, and how far it was acknowledged.
struct Sender {
    chain: ChainId,
    station: Station,
    batches: Vec<Vec<u8>>,
    acked: AtomicU64,
}

impl Sender {
    fn new(folder: &Folder, seed: u8) -> Self {
        let mut station = enrolled(folder, seed);
        station.admit(BATCH * BATCHES, seed, NOW);

        Self {
            chain: ChainId {
                venue: station.assignment.as_ref().unwrap().venue.id,
                station: station.id,
                epoch: 1,
            },
            batches: (0..BATCHES)
                .map(|at| station.batch(at * BATCH + 1, (at + 1) * BATCH))
                .collect(),
            station,
            acked: AtomicU64::new(0),
        }
    }

    /// Sends what is not acknowledged, one batch after the other, until the server is gone.
    fn send(&self, (address, pin): (SocketAddr, [u8; 32]), killed: &AtomicBool) {
        while !killed.load(Ordering::SeqCst) {
            let next = usize::try_from(self.acked.load(Ordering::SeqCst) / BATCH).unwrap();
            let Some(batch) = self.batches.get(next) else {
                return;
            };
            if let Some(answer) = send(address, pin, batch) {
                assert_eq!(answer.kind, AnswerKind::Ok);
                self.acked.fetch_max(answer.acked_seq, Ordering::SeqCst);
            }
        }
    }
}

#[test]
fn a_server_killed_under_load_has_all_that_it_acknowledged_and_its_heads_are_its_rows() {
    let kills = std::env::var("MENSHEN_KILLS").map_or(KILLS, |word| word.parse().unwrap());
    let place = tempfile::tempdir().unwrap();
    authority::write(place.path());
    let folder = Folder::new(place.path());
    folder.create().unwrap();
    let senders: Vec<Arc<Sender>> = (60..64)
        .map(|seed| Arc::new(Sender::new(&folder, seed)))
        .collect();
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    let mut grew = 0;
    for round in 0..kills {
        let before = acked(&senders);
        let mut server = serve(&folder);
        let at = ready(&folder, &mut server);
        let killed = Arc::new(AtomicBool::new(false));
        let sending: Vec<_> = senders
            .iter()
            .map(|sender| {
                let (sender, killed) = (sender.clone(), killed.clone());
                thread::spawn(move || sender.send(at, &killed))
            })
            .collect();
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        wait(Duration::from_micros(20_000 + chance % 150_000));
        server.kill().unwrap();
        server.wait().unwrap();
        killed.store(true, Ordering::SeqCst);
        for sender in sending {
            sender.join().unwrap();
        }
        grew += u64::from(acked(&senders) > before);
        look(&folder, &senders, round);
    }
    assert!(
        grew * 2 > kills,
        "hardly anything was sent: {grew} of {kills}"
    );
}

/// A commit that the kill cut short is no fault. Heads follow the days at the next start; then everything is compared.
fn look(folder: &Folder, senders: &[Arc<Sender>], round: u64) {
    let killed = verify(folder, false, |_| Ok(Vec::new())).unwrap();
    assert_eq!(killed.faults, [], "round {round}, before the next start");
    SqliteStore::open(folder, 1).unwrap().close();
    let verified = verify(folder, false, |_| Ok(Vec::new())).unwrap();
    assert_eq!(verified.faults, [], "round {round}");
    assert_eq!(verified.unfinished, 0, "round {round}");
    let heads = read_heads(folder).unwrap();
    for sender in senders {
        let acked = sender.acked.load(Ordering::SeqCst);
        let head = heads.get(&sender.chain).map_or(0, |head| head.seq);
        assert!(head >= acked, "round {round}: {head} of {acked}");
        if head > 0 {
            assert_eq!(heads[&sender.chain].hash, sender.station.hash(head));
        }
    }
}

fn acked(senders: &[Arc<Sender>]) -> u64 {
    senders
        .iter()
        .map(|sender| sender.acked.load(Ordering::SeqCst))
        .sum()
}

fn serve(folder: &Folder) -> Child {
    // One that was killed left its own.
    let _ = std::fs::remove_file(folder.ready());
    Command::new(env!("CARGO_BIN_EXE_menshen-server"))
        .arg("serve")
        .arg("--data")
        .arg(folder.data())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Where it listens, once it does.
fn ready(folder: &Folder, server: &mut Child) -> (SocketAddr, [u8; 32]) {
    loop {
        let text = std::fs::read(folder.ready()).unwrap_or_default();
        if let Ok(ready) = serde_json::from_slice::<Ready>(&text) {
            let address = ready.url.strip_prefix("https://").unwrap();
            let pin = hex::decode_array(&ready.spki.unwrap()).unwrap();
            return (address.parse().unwrap(), pin);
        }
        assert!(server.try_wait().unwrap().is_none(), "the server ended");
        wait(Duration::from_millis(2));
    }
}

fn wait(time: Duration) {
    let (_held, never) = std::sync::mpsc::channel::<()>();
    let _ = never.recv_timeout(time);
}
