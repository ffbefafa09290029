//! Assignments are renewed for stations that ask, before they run out.

use axum::http::StatusCode;
use domain::keyfile::KeyRole;
use domain::time::DAY;
use domain::wire::AnswerKind;

use crate::authority::{NOW, write_content_key, write_key, write_status_secret};
use crate::town::Town;

#[tokio::test]
async fn with_fifteen_days_left_the_assignment_stays_and_with_less_it_is_renewed() {
    let town = Town::new();
    let station = town.station(60).await;
    let data = town.folder().data().to_owned();
    town.set_clock(NOW.plus(30 * DAY));
    for week in (NOW.week()..NOW.week() + 7).collect::<Vec<_>>() {
        write_status_secret(&data, week);
    }
    let first = town.post("/v1/assignments", station.hello()).await;
    let first = station.check(&first.body);
    assert_eq!(
        first.header.version, 2,
        "the secrets of other weeks are due"
    );
    assert_eq!(first.header.expires, NOW.plus(75 * DAY));

    town.set_clock(NOW.plus(60 * DAY));
    for week in NOW.plus(59 * DAY).week()..=NOW.plus(67 * DAY).week() {
        write_status_secret(&data, week);
    }
    let later = town.post("/v1/assignments", station.hello()).await;
    let later = station.check(&later.body);
    assert_eq!((later.header.version, later.epoch), (3, 1));
    town.set_clock(NOW.plus(90 * DAY));
    for week in NOW.plus(89 * DAY).week()..=NOW.plus(97 * DAY).week() {
        write_status_secret(&data, week);
    }
    let last = town.post("/v1/assignments", station.hello()).await;
    assert_eq!(station.check(&last.body).header.version, 4);
}

#[tokio::test]
async fn an_assignment_is_renewed_only_when_less_than_fifteen_days_are_left() {
    let town = Town::new();
    let data = town.folder().data().to_owned();
    for week in NOW.week()..=NOW.plus(52 * DAY).week() {
        write_status_secret(&data, week);
    }
    let station = town.station(60).await;
    let held = station.assignment.clone().unwrap();
    let mut version_after = Vec::new();
    for seconds in [0, 30 * DAY, 30 * DAY + 1] {
        town.set_clock(NOW.plus(seconds));
        let got = town.post("/v1/assignments", station.hello()).await;
        assert_eq!(got.status, StatusCode::OK);
        version_after.push(station.check(&got.body).header.version);
    }
    assert_eq!(held.header.version, 1);
    // In between the secrets of new weeks came, which is one renewal.
    assert_eq!(version_after, [1, 2, 2]);
}

#[tokio::test]
async fn next_weeks_secret_is_handed_out_once_it_is_there() {
    let town = Town::new();
    let station = town.station(60).await;
    let next = NOW.week() + 1;
    write_status_secret(town.folder().data(), next);
    let got = town.post("/v1/assignments", station.hello()).await;
    let renewed = station.check(&got.body);
    assert_eq!((renewed.header.version, renewed.epoch), (2, 1));
    let weeks: Vec<u64> = renewed
        .open_secrets(&station.opening())
        .into_iter()
        .map(|(week, _)| week)
        .collect();
    assert_eq!(weeks, [next - 2, next - 1, next]);
    let again = town.post("/v1/assignments", station.hello()).await;
    assert_eq!(again.body, got.body);
}

#[tokio::test]
async fn keys_of_encrypted_codes_come_with_the_next_question_and_go_with_it() {
    let town = Town::new();
    let data = town.folder().data().to_owned();
    let station = town.station(60).await;
    let held = station.assignment.clone().unwrap();
    assert!(held.content_keys.is_empty());
    let ask = async || {
        let got = town.post("/v1/assignments", station.hello()).await;
        let given = station.check(&got.body);
        let keys = given.open_content_keys(&station.opening());
        let keys = keys.iter().map(|key| key.expose().to_vec()).collect();

        (given.header.version, keys)
    };
    let none: Vec<Vec<u8>> = Vec::new();
    assert_eq!(ask().await, (1, none.clone()));
    write_content_key(&data, "b", &[7; 16]);
    write_content_key(&data, "a", &[8; 32]);
    let both = vec![vec![8; 32], vec![7; 16]];
    assert_eq!(ask().await, (2, both.clone()));
    assert_eq!(ask().await, (2, both), "and once only");
    // A station that is enrolled meanwhile has them from the start, and its own seals.
    let other = town.station(61).await.assignment.unwrap();
    assert_eq!((other.header.version, other.content_keys.len()), (1, 2));
    assert!(other.open_content_keys(&station.opening()).is_empty());

    let file = |name: &str| data.join(format!("authority/content-keys/{name}.key"));
    std::fs::remove_file(file("b")).unwrap();
    assert_eq!(ask().await, (3, vec![vec![8; 32]]));
    std::fs::remove_file(file("a")).unwrap();
    assert_eq!(ask().await, (4, none));

    // What is no such key stops nothing but the question, and says so.
    write_key(&file("a"), KeyRole::StatusSecret, 8);
    let got = town.post("/v1/assignments", station.hello()).await;
    assert_eq!(got.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn a_log_may_begin_with_any_version_of_its_epochs_assignment() {
    let town = Town::new();
    let mut station = town.station(60).await;
    write_status_secret(town.folder().data(), NOW.week() + 1);
    let renewed = town.post("/v1/assignments", station.hello()).await;
    station.begin(&renewed.body);
    station.admit(1, 1, NOW);
    let told = town.deliver(station.batch(1, 1)).await;
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 1));
}
