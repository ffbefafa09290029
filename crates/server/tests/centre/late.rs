//! What comes on a stick may be older than what is stored.

use domain::wire::AnswerKind;
use server::store::sqlite::rollbacks;

use crate::authority::NOW;
use crate::station::answer;
use crate::town::Town;

#[tokio::test]
async fn a_greeting_off_an_old_stick_is_answered_and_is_no_log_that_was_put_back() {
    let town = Town::new();
    let mut station = town.station(1).await;
    station.admit(2, 1, NOW);
    let old = station.hello();
    let older = station.copy();
    station.admit(3, 2, NOW);
    town.deliver(station.batch(1, 5)).await;

    let told = answer(&town.centre.late_head(&old).await.unwrap());
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 5));
    assert_eq!(told.acked_hash, station.hash(5).0);
    assert!(rollbacks(&town.folder()).unwrap().is_empty());

    // Off the line the same greeting is one as soon as it is meant; and one that ends where another branch does is a fork either way.
    town.post("/v1/head", old).await;
    assert!(rollbacks(&town.folder()).unwrap().is_empty());
    town.post("/v1/head", older.hello_under([9; 16])).await;
    assert_eq!(rollbacks(&town.folder()).unwrap().len(), 1);
    let mut copy = town.station(2).await;
    copy.admit(1, 1, NOW);
    let mut other = copy.copy();
    copy.admit(1, 2, NOW);
    other.admit(1, 3, NOW);
    town.deliver(copy.batch(1, 2)).await;
    let told = answer(&town.centre.late_head(&other.hello()).await.unwrap());
    assert_eq!(told.kind, AnswerKind::Fork);
}

#[tokio::test]
async fn a_hole_off_a_stick_takes_no_place_of_entries_that_another_stick_may_bring() {
    let town = Town::new();
    let mut station = town.station(1).await;
    station.admit(6, 1, NOW);
    town.deliver(station.batch(1, 2)).await;
    let hole = station.hole(5, None);

    let told = answer(&town.centre.late_hole(&hole, 4).await.unwrap());
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Gap, 2));
    town.deliver(station.batch(3, 3)).await;
    let told = answer(&town.centre.late_hole(&hole, 4).await.unwrap());
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Hole, 5));
    // Again, and after what follows it.
    for _ in 0..2 {
        let told = answer(&town.centre.late_hole(&hole, 4).await.unwrap());
        assert_eq!((told.kind, told.acked_seq), (AnswerKind::Hole, 5));
    }
    let told = town.deliver(station.batch(6, 6)).await;
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 6));
    let told = answer(&town.centre.late_hole(&hole, 4).await.unwrap());
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 6));
}

#[tokio::test]
async fn nobody_is_answered_whose_greeting_or_hole_is_not_signed_by_the_station_it_names() {
    let town = Town::new();
    let mut station = town.station(1).await;
    station.admit(2, 1, NOW);
    let stranger = {
        let mut other = crate::station::Station::new(9);
        other.id = station.id;
        other.assignment.clone_from(&station.assignment);
        other.hello()
    };
    assert!(town.centre.late_head(&stranger).await.is_err());
    assert!(town.centre.late_head(b"no hello").await.is_err());
    let mut hole = station.hole(1, None);
    *hole.last_mut().unwrap() ^= 1;
    assert!(town.centre.late_hole(&hole, 1).await.is_err());
    assert!(town.centre.late_hole(b"no hole", 1).await.is_err());
}
