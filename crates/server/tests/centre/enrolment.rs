//! From a one-time token to an assignment, and the ways that it must not go.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use domain::document::{Root, Trust};
use domain::time::DAY;
use domain::wire::{Enrolled, Hello};
use server::registrar::{PairingOrder, RegistrarError};

use crate::authority::{NOW, key, root, status_secret, trust};
use crate::station::{NONCE, Station};
use crate::town::{Got, NOTHING_BEFORE, Town, order};

async fn enrol(town: &Town, station: &Station, token: &[u8; 16]) -> Got {
    town.clock.mono_ms.fetch_add(60_000, Ordering::SeqCst);

    town.post("/v1/enrolments", station.enrol(token)).await
}

fn refused(got: &Got) {
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    assert_eq!(got.text(), "refused\n");
}

#[tokio::test]
async fn a_station_gets_root_and_trust_waits_and_gets_its_assignment_once_its_code_is_approved() {
    let town = Town::new();
    let token = town.pair(&order());
    let mut station = Station::new(60);
    let got = enrol(&town, &station, &token).await;
    let enrolled = Enrolled::read(&got.body).unwrap();
    assert_eq!(
        enrolled,
        Enrolled {
            root: root(),
            trust: trust(31)
        }
    );
    let held = Root::first(&enrolled.root, &domain::crypto::sha256(&[&root()])).unwrap();
    assert!(Trust::verify(&enrolled.trust, &held).unwrap().demo);
    let waiting = town.post("/v1/assignments", station.hello()).await;
    assert_eq!(
        (waiting.status, waiting.body.len()),
        (StatusCode::NO_CONTENT, 0)
    );

    town.approve(&station.code(&token)).unwrap();
    let given = town.post("/v1/assignments", station.hello()).await;
    station.begin(&given.body);
    let assignment = station.assignment.clone().unwrap();
    assert_eq!(assignment.header.issued_at, NOW);
    assert_eq!(assignment.header.expires, NOW.plus(45 * DAY));
    assert_eq!((assignment.epoch, assignment.gate), (1, 2));
    assert_eq!(assignment.previous, NOTHING_BEFORE);
    assert_eq!(assignment.venue.name, order().name);
    assert_eq!(assignment.district, "310106");
    let weeks: Vec<(u64, u8)> = assignment
        .open_secrets(&station.opening())
        .into_iter()
        .map(|(week, secret)| (week, secret.expose()[0]))
        .collect();
    let week = NOW.week();
    assert_eq!(
        weeks,
        [
            (week - 1, status_secret(week - 1)),
            (week, status_secret(week))
        ]
    );
    let again = town.post("/v1/assignments", station.hello()).await;
    assert_eq!(again.body, given.body);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again_to_the_same_keys() {
    let town = Town::new();
    let token = town.pair(&order());
    let station = Station::new(60);
    let first = enrol(&town, &station, &token).await;
    let second = enrol(&town, &station, &token).await;
    assert_eq!(
        (first.status, second.status),
        (StatusCode::OK, StatusCode::OK)
    );
    assert_eq!(first.body, second.body);
    town.approve(&station.code(&token)).unwrap();
    let third = enrol(&town, &station, &token).await;
    assert_eq!(third.status, StatusCode::OK);
}

#[tokio::test]
async fn a_second_use_of_a_token_by_other_keys_stops_both() {
    let town = Town::new();
    let token = town.pair(&order());
    let (first, second) = (Station::new(60), Station::new(61));
    assert_eq!(enrol(&town, &first, &token).await.status, StatusCode::OK);
    refused(&enrol(&town, &second, &token).await);
    refused(&enrol(&town, &first, &token).await);
    for station in [&first, &second] {
        let got = town.post("/v1/assignments", station.hello()).await;
        assert_eq!(got.status, StatusCode::UNAUTHORIZED);
    }
    assert!(matches!(
        town.approve(&first.code(&token)),
        Err(RegistrarError::Stopped)
    ));
    assert!(matches!(
        town.approve(&second.code(&token)),
        Err(RegistrarError::NoSuchCode)
    ));
}

#[tokio::test]
async fn a_second_use_after_the_approval_is_refused_and_changes_nothing() {
    let town = Town::new();
    let token = town.pair(&order());
    let (first, second) = (Station::new(60), Station::new(61));
    enrol(&town, &first, &token).await;
    town.approve(&first.code(&token)).unwrap();
    refused(&enrol(&town, &second, &token).await);
    let got = town.post("/v1/assignments", first.hello()).await;
    assert_eq!(got.status, StatusCode::OK);
}

#[tokio::test]
async fn every_failure_gets_the_same_answer() {
    let town = Town::new();
    let token = town.pair(&order());
    let station = Station::new(60);
    refused(&enrol(&town, &station, &[0; 16]).await);
    let mut unsigned = station.enrol(&token);
    *unsigned.last_mut().unwrap() ^= 1;
    let mut weak = station.enrol(&token);
    let at = weak
        .windows(32)
        .position(|window| window == station.key().public().as_bytes())
        .unwrap();
    weak[at..at + 32].fill(0);
    for body in [unsigned, weak, b"nonsense".to_vec(), vec![0; 5_000]] {
        town.clock.mono_ms.fetch_add(60_000, Ordering::SeqCst);
        refused(&town.post("/v1/enrolments", body).await);
    }
    assert_eq!(enrol(&town, &station, &token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_is_good_for_fifteen_minutes_and_not_a_second_longer() {
    for (age, status) in [
        (899, StatusCode::OK),
        (900, StatusCode::FORBIDDEN),
        (-1, StatusCode::FORBIDDEN),
    ] {
        let town = Town::new();
        let token = town.pair(&order());
        town.set_clock(NOW.plus(age));
        let got = enrol(&town, &Station::new(60), &token).await;
        assert_eq!(got.status, status, "after {age} s");
    }
}

#[tokio::test]
async fn only_the_twelve_digits_on_the_stations_screen_approve_it_and_only_once() {
    let town = Town::new();
    let token = town.pair(&order());
    let station = Station::new(60);
    enrol(&town, &station, &token).await;
    let code = station.code(&token);
    for wrong in ["", "0000 0000 0000", code.split_at(1).1] {
        assert!(matches!(
            town.approve(wrong),
            Err(RegistrarError::NoSuchCode)
        ));
    }
    town.approve(&code.replace(' ', "")).unwrap();
    assert!(matches!(
        town.approve(&code),
        Err(RegistrarError::NoSuchCode)
    ));
}

#[tokio::test]
async fn stations_at_two_gates_of_one_place_share_its_venue_and_elsewhere_they_do_not() {
    let town = Town::new();
    let at = |gate, name: &str| PairingOrder {
        gate,
        name: name.to_owned(),
        ..order()
    };
    let mut venues = Vec::new();
    for (seed, order) in [
        (60, at(1, "药房")),
        (61, at(2, "药房")),
        (62, at(1, "图书馆")),
    ] {
        let mut station = Station::new(seed);
        town.enrol(&mut station, &order).await;
        venues.push(station.assignment.unwrap().venue.id);
    }
    assert_eq!(venues[0], venues[1]);
    assert_ne!(venues[0], venues[2]);
}

#[tokio::test]
async fn a_hello_of_a_stranger_or_by_another_key_learns_nothing() {
    let town = Town::new();
    let station = town.station(60).await;
    let stranger = town.post("/v1/assignments", Station::new(61).hello()).await;
    let hello = Hello {
        station: station.id,
        epoch: 1,
        seq: 0,
        hash: [0; 32],
        nonce: NONCE,
    };
    let forged = town.post("/v1/assignments", hello.sign(&key(61))).await;
    let forged_head = town.post("/v1/head", hello.sign(&key(61))).await;
    for got in [stranger, forged, forged_head] {
        assert_eq!(got.status, StatusCode::UNAUTHORIZED);
        assert_eq!(got.text(), "not known\n");
    }
}

#[tokio::test]
async fn a_key_that_is_another_stations_is_not_approved() {
    let town = Town::new();
    let first = town.station(60).await;
    let second = town.station(61).await;
    let order = PairingOrder {
        station: Some(first.id),
        ..order()
    };
    let token = town.pair(&order);
    let same_key = Station::new(61);
    enrol(&town, &same_key, &token).await;
    assert!(matches!(
        town.approve(&same_key.code(&token)),
        Err(RegistrarError::OtherStationsKey)
    ));
    assert_eq!(second.epoch(), 1);
}

#[tokio::test]
async fn a_superseded_key_gets_no_assignment_any_more() {
    let town = Town::new();
    let station = town.station(60).await;
    let mut anew = Station::new(61);
    let order = PairingOrder {
        station: Some(station.id),
        ..order()
    };
    town.enrol(&mut anew, &order).await;
    let got = town.post("/v1/assignments", station.hello()).await;
    assert_eq!(got.status, StatusCode::NO_CONTENT);
    let got = town.post("/v1/assignments", anew.hello()).await;
    assert_eq!(got.status, StatusCode::OK);
}

#[tokio::test]
async fn an_order_for_a_station_never_seen_or_a_venue_without_a_name_is_refused() {
    let town = Town::new();
    let unknown = PairingOrder {
        station: Some(domain::ids::StationId([1; 16])),
        ..order()
    };
    let nameless = PairingOrder {
        name: "  ".to_owned(),
        ..order()
    };
    let pair = |order: &PairingOrder| {
        server::registrar::pair(town.register.as_ref(), order, NOW).map(|_| ())
    };
    assert!(matches!(pair(&unknown), Err(RegistrarError::NoSuchStation)));
    assert!(matches!(pair(&nameless), Err(RegistrarError::Order(_))));
}
