//! The limits of SECURITY.md §8.

use axum::http::StatusCode;
use domain::wire::MAX_BATCH_BYTES;

use crate::authority::NOW;
use crate::town::Town;

#[tokio::test]
async fn a_batch_over_one_mebibyte_is_told_to_halve() {
    let town = Town::new();
    let got = town.post("/v1/batches", vec![0; MAX_BATCH_BYTES + 1]).await;
    assert_eq!(got.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_is_no_batch_is_never_to_be_sent_again() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(1, 1, NOW);
    let whole = station.batch(1, 1);
    for body in [
        Vec::new(),
        b"nonsense".to_vec(),
        vec![0; MAX_BATCH_BYTES],
        whole[..whole.len() - 1].to_vec(),
        [whole.as_slice(), &[0]].concat(),
    ] {
        let got = town.post("/v1/batches", body).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a_hello_over_four_kibibytes_is_not_read() {
    let town = Town::new();
    for path in ["/v1/head", "/v1/assignments"] {
        let got = town.post(path, vec![0; 4_097]).await;
        assert_eq!(got.status, StatusCode::PAYLOAD_TOO_LARGE);
        let got = town.post(path, vec![0; 4_096]).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn the_sixth_enrolment_within_a_minute_from_one_address_is_put_off() {
    let town = Town::new();
    for _ in 0..5 {
        let got = town.post("/v1/enrolments", b"nonsense".to_vec()).await;
        assert_eq!(got.status, StatusCode::FORBIDDEN);
    }
    let got = town.post("/v1/enrolments", b"nonsense".to_vec()).await;
    assert_eq!(got.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(got.headers["retry-after"], "60");
    town.clock
        .mono_ms
        .store(60_000, std::sync::atomic::Ordering::SeqCst);
    let got = town.post("/v1/enrolments", b"nonsense".to_vec()).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
}
