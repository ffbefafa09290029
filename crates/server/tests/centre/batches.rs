//! What becomes of batches: stored once, whatever is sent however often.

use axum::http::StatusCode;
use domain::time::{DAY, HOUR};
use domain::wire::{Answer, AnswerKind};

use crate::authority::{NOW, key};
use crate::station::{NONCE, Station};
use crate::town::{Town, order};

fn told(station: &Station, kind: AnswerKind, seq: u64) -> Answer {
    Answer {
        kind,
        station: station.id,
        epoch: station.epoch(),
        acked_seq: seq,
        acked_hash: station.hash(seq).0,
        nonce: NONCE,
        server_time: NOW,
        next_after: if kind == AnswerKind::Fork { 900 } else { 0 },
    }
}

#[tokio::test]
async fn entries_are_stored_and_acknowledged_with_our_hash_our_nonce_and_the_servers_time() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(2, 1, NOW);
    station.undo(2);
    let answer = town.deliver(station.batch(1, 3)).await;
    assert_eq!(answer, told(&station, AnswerKind::Ok, 3));
    let rows = town.each_day(
        "SELECT venue, station, epoch, seq, hash, core, sealed, detail FROM entries ORDER BY seq",
        |row| {
            let place: ([u8; 16], [u8; 16], u32, u64) = (
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                u64::try_from(row.get::<_, i64>(3)?).unwrap(),
            );
            let hash: [u8; 32] = row.get(4)?;
            let parts: (Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>) =
                (row.get(5)?, row.get(6)?, row.get(7)?);
            Ok((place, hash, parts))
        },
    );
    let venue = station.assignment.as_ref().unwrap().venue.id.0;
    let expected: Vec<_> = (1..=3)
        .map(|seq| {
            let entry = station.entry(seq).clone();
            (
                (venue, station.id.0, 1, seq),
                station.hash(seq).0,
                (entry.core, entry.sealed, entry.detail),
            )
        })
        .collect();
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn the_same_batch_twice_gets_the_same_answer_and_nothing_is_doubled() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(3, 1, NOW);
    let batch = station.batch(1, 3);
    let first = town.deliver(batch.clone()).await;
    let second = town.deliver(batch).await;
    assert_eq!(first, told(&station, AnswerKind::Ok, 3));
    assert_eq!(second, first);
    assert_eq!(town.count("entries"), 3);
}

#[tokio::test]
async fn of_a_batch_that_overlaps_only_the_tail_is_stored() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(6, 1, NOW);
    town.deliver(station.batch(1, 4)).await;
    let answer = town.deliver(station.batch(3, 6)).await;
    assert_eq!(answer, told(&station, AnswerKind::Ok, 6));
    assert_eq!(town.count("entries"), 6);
    let earlier = town.deliver(station.batch(2, 3)).await;
    assert_eq!(earlier, told(&station, AnswerKind::Ok, 6));
    assert_eq!(town.count("entries"), 6);
}

#[tokio::test]
async fn a_batch_that_leaves_entries_out_is_a_gap_and_tells_from_where_to_send() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(5, 1, NOW);
    let answer = town.deliver(station.batch(3, 5)).await;
    assert_eq!(answer, told(&station, AnswerKind::Gap, 0));
    town.deliver(station.batch(1, 2)).await;
    let answer = town.deliver(station.batch(4, 5)).await;
    assert_eq!(answer, told(&station, AnswerKind::Gap, 2));
    assert_eq!(town.count("entries"), 2);
    let answer = town.deliver(station.batch(3, 5)).await;
    assert_eq!(answer, told(&station, AnswerKind::Ok, 5));
}

#[tokio::test]
async fn two_copies_of_a_station_are_a_fork_both_branches_are_kept_and_the_key_is_quarantined() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(2, 1, NOW);
    let mut copy = station.copy();
    station.admit(2, 2, NOW);
    copy.admit(3, 3, NOW);
    town.deliver(station.batch(1, 4)).await;
    let answer = town.deliver(copy.batch(1, 5)).await;
    assert_eq!(answer, told(&station, AnswerKind::Fork, 4));
    assert_eq!((town.count("entries"), town.count("branches")), (4, 3));
    assert_eq!(town.deliver(copy.batch(1, 5)).await, answer);
    assert_eq!((town.count("entries"), town.count("branches")), (4, 3));

    station.admit(1, 4, NOW);
    let answer = town.deliver(station.batch(5, 5)).await;
    assert_eq!(answer, told(&station, AnswerKind::Fork, 5));
    assert_eq!((town.count("entries"), town.count("branches")), (5, 3));
    let town = town.restart();
    let got = town.post("/v1/head", station.hello()).await;
    assert_eq!(
        crate::station::answer(&got.body),
        told(&station, AnswerKind::Fork, 5)
    );
}

#[tokio::test]
async fn a_first_batch_that_does_not_begin_with_the_assignment_is_a_fork() {
    let town = Town::new();
    let mut station = town.station(60).await;
    let mut other = Station::new(60);
    let later = town.restart();
    other.begin(&{
        let row = later.register_row(&station);
        let mut assignment = station.check(&row);
        assignment.header.version = 2;
        assignment.sign(&key(crate::authority::REGISTRY))
    });
    other.admit(1, 1, NOW);
    station.admit(1, 2, NOW);
    let answer = later.deliver(other.batch(1, 1)).await;
    assert_eq!(answer, told(&station, AnswerKind::Fork, 0));
    assert_eq!((later.count("entries"), later.count("branches")), (0, 1));
    let answer = later.deliver(station.batch(1, 1)).await;
    assert_eq!(answer, told(&station, AnswerKind::Fork, 1));
    assert_eq!((later.count("entries"), later.count("branches")), (1, 1));
}

#[tokio::test]
async fn a_new_epoch_fences_the_old_key_and_begins_where_the_stations_own_log_ended() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(3, 1, NOW);
    town.deliver(station.batch(1, 2)).await;
    let mut anew = enrolled_again(&town, &station).await;
    let assignment = anew.assignment.clone().unwrap();
    assert_eq!((anew.id, anew.epoch()), (station.id, 2));
    assert_eq!(assignment.previous.seq, 2);
    assert_eq!(assignment.previous.hash, station.hash(2).0);

    let answer = town.deliver(station.batch(3, 3)).await;
    assert_eq!(
        answer,
        Answer {
            next_after: 900,
            ..told(&station, AnswerKind::Fenced, 2)
        }
    );
    assert_eq!(town.count("entries"), 2);
    anew.admit(1, 1, NOW);
    let answer = town.deliver(anew.batch(1, 1)).await;
    assert_eq!(answer, told(&anew, AnswerKind::Ok, 1));
}

/// The station with new keys, in its next epoch.
async fn enrolled_again(town: &Town, station: &Station) -> Station {
    let mut anew = Station::new(61);
    let again = server::registrar::PairingOrder {
        station: Some(station.id),
        ..order()
    };
    town.enrol(&mut anew, &again).await;

    anew
}

/// A station whose first epoch ended at entry 2 for the centre, and the station anew.
async fn in_its_second_epoch(town: &Town) -> (Station, Station) {
    let mut station = town.station(60).await;
    station.admit(2, 1, NOW);
    town.deliver(station.batch(1, 2)).await;
    let anew = enrolled_again(town, &station).await;

    (station, anew)
}

async fn tail(town: &Town, batch: Vec<u8>) -> Answer {
    let response = town.post("/v1/tails", batch).await;
    assert_eq!(response.status, StatusCode::OK);

    crate::station::answer(&response.body)
}

fn tails(town: &Town, station: &Station) -> Vec<(u32, u64, u64, bool)> {
    let all = server::store::sqlite::tails(&town.folder()).unwrap();
    let of = all.get(&station.id).cloned().unwrap_or_default();

    of.iter()
        .map(|(epoch, tail)| (*epoch, tail.first, tail.last, tail.branch))
        .collect()
}

#[tokio::test]
async fn what_an_epoch_could_not_send_before_it_was_over_is_stored_receipted_and_recorded_as_a_tail()
 {
    let town = Town::new();
    let (mut station, mut anew) = in_its_second_epoch(&town).await;
    station.admit(3, 1, NOW);
    assert_eq!(
        town.deliver(station.batch(3, 5)).await.kind,
        AnswerKind::Fenced
    );
    assert_eq!(
        tail(&town, station.batch(3, 5)).await,
        told(&station, AnswerKind::Ok, 5)
    );
    assert_eq!(
        tail(&town, station.batch(3, 5)).await,
        told(&station, AnswerKind::Ok, 5),
        "again, because the answer was lost"
    );
    assert_eq!(town.count("entries"), 5);
    assert_eq!(tails(&town, &station), [(1, 3, 5, false)]);

    anew.admit(1, 1, NOW);
    assert_eq!(
        tail(&town, anew.batch(1, 1)).await,
        told(&anew, AnswerKind::Ok, 1),
        "the epoch in force has no tail"
    );
    assert_eq!(tails(&town, &station).len(), 1);
}

#[tokio::test]
async fn the_tail_of_a_copy_is_kept_beside_the_other_branch_and_receipted_by_its_own_hash() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(1, 1, NOW);
    let mut copy = station.copy();
    station.admit(2, 1, NOW);
    town.deliver(station.batch(1, 3)).await;
    copy.admit(3, 2, NOW);
    enrolled_again(&town, &station).await;

    assert_eq!(
        tail(&town, copy.batch(2, 4)).await,
        told(&copy, AnswerKind::Ok, 4)
    );
    assert_eq!((town.count("entries"), town.count("branches")), (3, 3));
    assert_eq!(tails(&town, &station), [(1, 2, 4, true)]);
    assert_eq!(
        tail(&town, copy.batch(2, 4)).await,
        told(&copy, AnswerKind::Ok, 4)
    );
    assert_eq!(town.count("branches"), 3);
}

#[tokio::test]
async fn the_tail_of_a_copy_arrives_whole_in_however_many_batches_it_comes() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(1, 1, NOW);
    let mut copy = station.copy();
    station.admit(1, 1, NOW);
    town.deliver(station.batch(1, 2)).await;
    copy.admit(8, 2, NOW);
    enrolled_again(&town, &station).await;

    assert_eq!(
        tail(&town, copy.batch(5, 6)).await.kind,
        AnswerKind::Gap,
        "nothing of it is kept that these follow"
    );
    for (first, last) in [(2, 4), (5, 6), (5, 6), (7, 9)] {
        assert_eq!(
            tail(&town, copy.batch(first, last)).await,
            told(&copy, AnswerKind::Ok, last)
        );
    }
    assert_eq!((town.count("entries"), town.count("branches")), (2, 8));
    assert_eq!(
        tails(&town, &station),
        [(1, 2, 4, true), (1, 5, 6, true), (1, 7, 9, true)]
    );
}

#[tokio::test]
async fn a_tail_that_leaves_entries_out_is_a_gap_and_one_of_a_stranger_is_refused() {
    let town = Town::new();
    let (mut station, _) = in_its_second_epoch(&town).await;
    station.admit(3, 1, NOW);
    assert_eq!(
        tail(&town, station.batch(4, 5)).await,
        told(&station, AnswerKind::Gap, 2)
    );
    assert_eq!(tails(&town, &station), []);
    let forged = station.batch_signed_by(3, 3, &Station::new(61).key());
    assert_eq!(
        town.post("/v1/tails", forged).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(town.count("entries"), 2);
}

#[tokio::test]
async fn an_entry_that_makes_no_sense_is_kept_apart_in_hexadecimal_acknowledged_and_blocks_nothing()
{
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(1, 1, NOW);
    station.write_poison(b"nonsense");
    station.admit(1, 1, NOW);
    let answer = town.deliver(station.batch(1, 3)).await;
    assert_eq!(answer, told(&station, AnswerKind::Ok, 3));
    assert_eq!((town.count("entries"), town.count("poison")), (2, 1));
    let kept: Vec<(String, String)> = town.each_day("SELECT core, sealed FROM poison", |row| {
        Ok((row.get(0)?, row.get(1)?))
    });
    assert_eq!(
        kept,
        [("6e6f6e73656e7365".to_owned(), "7365616c6564".to_owned())]
    );
    assert_eq!(town.deliver(station.batch(2, 3)).await, answer);
    assert_eq!((town.count("entries"), town.count("poison")), (2, 1));
}

#[tokio::test]
async fn an_entry_that_names_another_venue_is_kept_apart() {
    let town = Town::new();
    let mut station = town.station(60).await;
    let mut elsewhere = station.copy();
    elsewhere.assignment.as_mut().unwrap().venue.id = domain::ids::VenueId([0; 16]);
    elsewhere.admit(1, 1, NOW);
    station = elsewhere;
    let answer = town.deliver(station.batch(1, 1)).await;
    assert_eq!(answer, told(&station, AnswerKind::Ok, 1));
    assert_eq!((town.count("entries"), town.count("poison")), (0, 1));
}

#[tokio::test]
async fn entries_lie_in_the_file_of_their_own_utc_day() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(2, 1, NOW.plus(-11 * HOUR));
    station.admit(1, 1, NOW);
    station.admit(1, 1, domain::time::Timestamp(DAY));
    town.deliver(station.batch(1, 4)).await;
    assert_eq!(town.days(), ["2026-11-23", "2026-11-24"]);
    let counts = town.each_day("SELECT count(*) FROM entries", |row| row.get::<_, i64>(0));
    assert_eq!(counts, [2, 2]);
}

#[tokio::test]
async fn no_token_lies_in_the_databases_and_two_visits_of_a_day_still_show_as_one_person() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(2, 1, NOW);
    station.admit(1, 2, NOW);
    station.admit(1, 1, NOW.plus(-DAY));
    station.write_poison(b"nonsense");
    town.deliver(station.batch(1, 5)).await;
    let kept = town.each_day("SELECT token FROM entries ORDER BY seq", |row| {
        row.get::<_, [u8; 32]>(0)
    });
    let [yesterday, first, second, other] = kept.try_into().unwrap();
    assert_eq!(first, second);
    assert_ne!(first, other);
    assert_ne!(first, yesterday);
    let tokens: Vec<[u8; 16]> = (1..=5).filter_map(|seq| station.entry(seq).token).collect();
    assert_eq!(tokens.len(), 5);
    let town = town.restart();
    for file in files_below(&town.folder().server()) {
        let bytes = std::fs::read(&file).unwrap();
        for token in &tokens {
            let hex = domain::hex::encode(token);
            let found = contains(&bytes, token) || contains(&bytes, hex.as_bytes());
            assert!(!found, "a token lies in {}", file.display());
        }
    }
}

#[tokio::test]
async fn a_batch_not_signed_by_its_station_and_one_of_an_unknown_station_get_the_same_plain_refusal()
 {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(1, 1, NOW);
    let forged = town
        .post("/v1/batches", station.batch_signed_by(1, 1, &key(61)))
        .await;
    let mut altered = station.batch(1, 1);
    *altered.last_mut().unwrap() ^= 1;
    let altered = town.post("/v1/batches", altered).await;
    let mut stranger = station.copy();
    stranger.id = domain::ids::StationId([1; 16]);
    let unknown = town.post("/v1/batches", stranger.batch(1, 1)).await;
    for got in [forged, altered, unknown] {
        assert_eq!(got.status, StatusCode::UNAUTHORIZED);
        assert_eq!(got.text(), "not known\n");
    }
    assert_eq!(town.count("entries"), 0);
}

#[tokio::test]
async fn a_station_learns_how_far_it_is_stored() {
    let town = Town::new();
    let mut station = town.station(60).await;
    let head = |got: crate::town::Got| crate::station::answer(&got.body);
    let got = town.post("/v1/head", station.hello()).await;
    assert_eq!(head(got), told(&station, AnswerKind::Ok, 0));
    station.admit(3, 1, NOW);
    town.deliver(station.batch(1, 2)).await;
    let got = town.post("/v1/head", station.hello()).await;
    assert_eq!(head(got), told(&station, AnswerKind::Ok, 2));
    let mut copy = Station::new(60);
    copy.begin(&town.register_row(&station));
    copy.admit(2, 9, NOW);
    let got = town.post("/v1/head", copy.hello()).await;
    assert_eq!(head(got), told(&station, AnswerKind::Fork, 2));
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}
