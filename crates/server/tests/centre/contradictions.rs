//! What stations sign against the store: logs that were put back, copies, and entries that are missing for good.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use domain::time::{DAY, HOUR};
use domain::wire::{Answer, AnswerKind, Hello};
use server::desk::{Desk, Listed};
use server::folder::Folder;
use server::store::Register;
use server::store::sqlite::{rollbacks, verify};
use tempfile::TempDir;

use crate::authority::{self, NOW, key};
use crate::station::{Station, answer, answer_to};
use crate::town::{Town, copy_folder};

/// A hello that was never said before.
fn hello(station: &Station) -> Vec<u8> {
    static SAID: AtomicU64 = AtomicU64::new(0);
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&SAID.fetch_add(1, Ordering::Relaxed).to_be_bytes());

    station.hello_under(nonce)
}

async fn say(town: &Town, hello: Vec<u8>) -> (AnswerKind, u64) {
    let nonce = Hello::read(&hello).unwrap().0.nonce;
    let told = answer_to(nonce, &town.post("/v1/head", hello).await.body);

    (told.kind, told.acked_seq)
}

async fn greet(town: &Town, station: &Station) -> (AnswerKind, u64) {
    say(town, hello(station)).await
}

async fn tell_hole(
    town: &Town,
    station: &Station,
    last: u64,
    receipt: Option<Vec<u8>>,
) -> (AnswerKind, u64) {
    let told = answer(
        &town
            .post("/v1/holes", station.hole(last, receipt))
            .await
            .body,
    );
    if told.acked_seq > 0 && told.kind == AnswerKind::Hole {
        assert_eq!(told.acked_hash, station.hash(told.acked_seq).0);
    }

    (told.kind, told.acked_seq)
}

fn listed(town: &Town) -> Listed {
    let desk = Desk::open(town.folder().data(), None, NOW).unwrap();
    let mut stations = desk.stations().unwrap();
    assert_eq!(stations.len(), 1);

    stations.remove(0)
}

fn is_whole(town: &Town) {
    let verified = verify(&town.folder(), false, |chain| {
        let known = town.register.known(chain.station, chain.epoch)?;
        Ok(known.map(|known| known.starts).unwrap_or_default())
    })
    .unwrap();
    assert_eq!(verified.faults, []);
}

fn metric(town: &Town, name: &str) -> String {
    use server::store::Store;

    let text = town.store.metrics().text(None);
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();

    line.split(' ').nth(1).unwrap().to_owned()
}

/// A town that lost all after the second of a station's entries, and the receipt for the last of six.
async fn restored(station: &mut Station) -> (Town, Vec<u8>) {
    let town = Town::new();
    *station = town.station(60).await;
    station.admit(6, 1, NOW);
    town.deliver(station.batch(1, 2)).await;
    let town = town.restart();
    let older = tempfile::tempdir().unwrap();
    copy_folder(&town.folder().server(), older.path());
    let got = town.post("/v1/batches", station.batch(3, 6)).await;

    (Town::with_folder(older.path()), got.body)
}

/// A station of which 5 entries are stored, and its log as it was at the third.
async fn put_back(town: &Town) -> (Station, Station) {
    let mut station = town.station(60).await;
    station.admit(3, 1, NOW);
    let older = station.copy();
    station.admit(2, 1, NOW);
    town.deliver(station.batch(1, 5)).await;

    (station, older)
}

#[tokio::test]
async fn a_log_that_was_put_back_is_told_the_head_and_kept_for_the_operator() {
    let town = Town::new();
    let (mut station, older) = put_back(&town).await;
    assert_eq!(greet(&town, &station).await, (AnswerKind::Ok, 5));
    assert_eq!(listed(&town).rollback, None);
    // The first time it hears where the head is; then it says the same again.
    assert_eq!(greet(&town, &older).await, (AnswerKind::Ok, 5));
    assert_eq!(listed(&town).rollback, None);
    assert_eq!(greet(&town, &older).await, (AnswerKind::Ok, 5));
    let told = listed(&town).rollback.unwrap();
    assert_eq!((told.seq, told.hash, told.head), (3, station.hash(3), 5));
    assert_eq!(
        (told.forked, told.first_at, told.last_at),
        (false, NOW, NOW)
    );
    assert_eq!(metric(&town, "menshen_hellos_contradicting_total"), "1");

    town.set_clock(NOW.plus(HOUR - 1));
    greet(&town, &older).await;
    assert_eq!(listed(&town).rollback.unwrap().last_at, NOW);
    town.set_clock(NOW.plus(HOUR));
    greet(&town, &older).await;
    let again = listed(&town).rollback.unwrap();
    assert_eq!((again.first_at, again.last_at), (NOW, NOW.plus(HOUR)));

    station.admit(1, 1, NOW);
    let answered = town.deliver(station.batch(6, 6)).await;
    assert_eq!((answered.kind, answered.acked_seq), (AnswerKind::Ok, 6));
    let town = town.restart();
    assert_eq!(listed(&town).rollback, Some(again));
    assert_eq!(listed(&town).head.unwrap().seq, 6);
    is_whole(&town);
}

#[tokio::test]
async fn hellos_that_come_late_or_again_contradict_nothing() {
    let town = Town::new();
    let mut station = town.station(60).await;
    let mut earlier = Vec::new();
    for seq in 1..=6 {
        station.admit(1, 1, NOW);
        // Two are answered, and one is held up.
        let said = [hello(&station), hello(&station), hello(&station)];
        town.deliver(station.batch(seq, seq)).await;
        for answered in &said[..2] {
            assert_eq!(say(&town, answered.clone()).await, (AnswerKind::Ok, seq));
        }
        earlier.push(said);
    }
    for hello in earlier.into_iter().flatten() {
        for _ in 0..2 {
            assert_eq!(say(&town, hello.clone()).await, (AnswerKind::Ok, 6));
        }
    }
    assert_eq!(listed(&town).rollback, None);
    assert_eq!(metric(&town, "menshen_hellos_contradicting_total"), "0");
}

#[tokio::test]
async fn a_log_that_is_known_to_be_put_back_is_noted_again_at_once_after_a_restart() {
    let town = Town::new();
    let (_, older) = put_back(&town).await;
    greet(&town, &older).await;
    greet(&town, &older).await;
    let town = town.restart();
    town.set_clock(NOW.plus(DAY));
    greet(&town, &older).await;
    assert_eq!(listed(&town).rollback.unwrap().last_at, NOW.plus(DAY));
}

#[tokio::test]
async fn a_copy_that_went_on_below_the_head_is_a_fork_at_its_first_hello() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(3, 1, NOW);
    let mut copy = station.copy();
    station.admit(3, 1, NOW);
    copy.admit(1, 2, NOW);
    town.deliver(station.batch(1, 6)).await;
    assert_eq!(greet(&town, &copy).await, (AnswerKind::Fork, 6));
    let told = listed(&town).rollback.unwrap();
    assert_eq!((told.seq, told.head, told.forked), (4, 6, true));
    assert_eq!(greet(&town, &station).await, (AnswerKind::Ok, 6));
}

#[tokio::test]
async fn a_hello_that_is_ahead_or_of_a_new_station_contradicts_nothing() {
    let town = Town::new();
    let mut station = town.station(60).await;
    assert_eq!(greet(&town, &station).await, (AnswerKind::Ok, 0));
    station.admit(3, 1, NOW);
    town.deliver(station.batch(1, 2)).await;
    assert_eq!(greet(&town, &station).await, (AnswerKind::Ok, 2));
    assert_eq!(rollbacks(&town.folder()).unwrap().len(), 0);
}

#[tokio::test]
async fn what_a_restored_centre_lost_and_the_station_erased_is_a_hole_and_the_chain_goes_on() {
    let mut station = Station::new(60);
    let (town, receipt) = restored(&mut station).await;
    assert_eq!(greet(&town, &station).await, (AnswerKind::Ok, 2));
    let gap = town.deliver(station.batch(5, 6)).await;
    assert_eq!((gap.kind, gap.acked_seq), (AnswerKind::Gap, 2));
    let hole = (AnswerKind::Hole, 4);
    assert_eq!(
        tell_hole(&town, &station, 4, Some(receipt.clone())).await,
        hole
    );
    assert_eq!(tell_hole(&town, &station, 4, Some(receipt)).await, hole);
    let told = town.deliver(station.batch(5, 6)).await;
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 6));
    assert_eq!(metric(&town, "menshen_holes_total"), "1");
    let holes = listed(&town).holes;
    let recorded = holes
        .iter()
        .map(|hole| (hole.first, hole.last, hole.proven));
    assert_eq!(recorded.collect::<Vec<_>>(), [(3, 4, true)]);
    is_whole(&town);

    let town = town.restart_after(|folder| {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", folder.heads().display()));
        }
    });
    assert_eq!(greet(&town, &station).await, (AnswerKind::Ok, 6));
    is_whole(&town);
}

#[tokio::test]
async fn a_hole_without_a_receipt_that_covers_it_is_the_stations_own_loss() {
    let mut other = Station::new(61);
    let (_elsewhere, of_another_epoch) = restored(&mut other).await;
    let forged = Answer {
        kind: AnswerKind::Ok,
        station: other.id,
        epoch: 1,
        acked_seq: 9,
        acked_hash: [0; 32],
        nonce: [0; 16],
        server_time: NOW,
        next_after: 0,
    };
    let by_nobody = forged.sign(&key(99));
    for receipt in [None, Some(of_another_epoch), Some(by_nobody), Some(vec![1])] {
        let town = Town::new();
        let mut station = town.station(62).await;
        station.admit(3, 1, NOW);
        let told = tell_hole(&town, &station, 2, receipt).await;
        assert_eq!(told, (AnswerKind::Hole, 2));
        let told = town.deliver(station.batch(3, 3)).await;
        assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 3));
        let recorded = listed(&town).holes.remove(0);
        assert_eq!(
            (recorded.first, recorded.last, recorded.proven),
            (1, 2, false)
        );
        is_whole(&town);
    }
}

#[tokio::test]
async fn a_hole_takes_the_place_of_nothing_that_is_stored_nor_of_a_fork() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(5, 1, NOW);
    let mut copy = station.copy();
    town.deliver(station.batch(1, 4)).await;
    assert_eq!(
        tell_hole(&town, &station, 3, None).await,
        (AnswerKind::Ok, 4)
    );
    assert_eq!(town.count("entries"), 4);
    let altered = town.post("/v1/holes", {
        let mut hole = station.hole(5, None);
        *hole.last_mut().unwrap() ^= 1;
        hole
    });
    assert_eq!(altered.await.status, StatusCode::UNAUTHORIZED);
    let nonsense = town.post("/v1/holes", vec![1]).await;
    assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);
    copy.admit(2, 2, NOW);
    let mut branch = station.copy();
    branch.admit(1, 3, NOW);
    town.deliver(station.batch(5, 5)).await;
    town.deliver(branch.batch(1, 6)).await;
    let forked = town.deliver(copy.batch(1, 7)).await;
    assert_eq!((forked.kind, forked.acked_seq), (AnswerKind::Fork, 6));
    let told = tell_hole(&town, &copy, 7, None).await;
    assert_eq!(told, (AnswerKind::Fork, 6));
    assert_eq!(listed(&town).holes, []);
}

#[tokio::test]
async fn a_hole_goes_with_its_day_at_retention_and_the_chain_stays_whole() {
    let mut station = Station::new(60);
    let (town, receipt) = restored(&mut station).await;
    tell_hole(&town, &station, 4, Some(receipt)).await;
    town.deliver(station.batch(5, 6)).await;
    let later = NOW.plus(20 * DAY);
    station.admit(1, 1, later);
    town.set_clock(later);
    town.deliver(station.batch(7, 7)).await;
    let started = domain::time::Moment {
        wall: later,
        mono_ms: 0,
    };
    let purged = town.centre.erase_old(started).await.unwrap();
    assert_eq!(purged.len(), 1);
    is_whole(&town);
    assert_eq!(greet(&town, &station).await, (AnswerKind::Ok, 7));
}

#[test]
fn a_list_beside_a_folder_without_a_server_is_empty() {
    let place: TempDir = tempfile::tempdir().unwrap();
    authority::write(place.path());
    assert_eq!(
        rollbacks(&Folder::new(place.path())),
        Ok(BTreeMap::default())
    );
}
