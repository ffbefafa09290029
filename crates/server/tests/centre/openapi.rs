//! docs/openapi.json says what the routes do.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;
use server::http::{OPERATOR_ROUTES, ROUTES};
use server::store::Store;

use crate::authority::NOW;
use crate::station::Station;
use crate::town::{Town, order};

type Told = BTreeMap<(String, String), (u64, BTreeSet<u16>)>;

/// For each path and method the most bytes of a body, and the statuses.
fn document() -> Told {
    let text = include_str!("../../../../docs/openapi.json");
    let document: Value = serde_json::from_str(text).unwrap();
    let mut told = Told::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, about) in methods.as_object().unwrap() {
            let limit = about["requestBody"]["x-max-bytes"].as_u64().unwrap_or(0);
            let responses = about["responses"].as_object().unwrap();
            let statuses = responses.keys().map(|code| code.parse().unwrap()).collect();
            told.insert((path.clone(), method.clone()), (limit, statuses));
        }
    }
    told
}

#[test]
fn the_document_has_every_route_with_its_method_limit_and_statuses_and_no_other() {
    let routes: Told = ROUTES
        .iter()
        .chain(OPERATOR_ROUTES)
        .map(|route| {
            (
                (route.path.to_owned(), route.method.to_owned()),
                (
                    u64::try_from(route.body_limit).unwrap(),
                    route.statuses.iter().copied().collect(),
                ),
            )
        })
        .collect();
    assert_eq!(document(), routes);
}

#[test]
fn no_route_is_served_that_the_list_does_not_have() {
    let source = include_str!("../../src/http/mod.rs");
    let served: BTreeSet<(&str, &str)> = source
        .split(".route(\"")
        .skip(1)
        .map(|line| {
            let (path, rest) = line.split_once("\", ").unwrap();
            (rest.split_once('(').unwrap().0, path)
        })
        .collect();
    let listed: BTreeSet<(&str, &str)> = ROUTES
        .iter()
        .chain(OPERATOR_ROUTES)
        .map(|route| (route.method, route.path))
        .collect();
    assert_eq!(served, listed);
}

#[tokio::test]
async fn every_route_reads_bodies_up_to_its_limit_and_takes_no_other_method() {
    let town = Town::new();
    for route in ROUTES {
        let path = route.path.replace("{document}", "root");
        let path = path.replace("{sha256}", &"0".repeat(64));
        let got = town.send(Request::delete(&path), Body::empty()).await;
        assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        if route.body_limit == 0 {
            continue;
        }
        let within = town.post(&path, vec![0; route.body_limit]).await.status;
        let beyond = town.post(&path, vec![0; route.body_limit + 1]).await.status;
        let (readable, too_large) = if path == "/v1/enrolments" {
            (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN)
        } else {
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                StatusCode::PAYLOAD_TOO_LARGE,
            )
        };
        assert_eq!((within, beyond), (readable, too_large), "{path}");
    }
}

#[tokio::test]
async fn every_status_that_the_routes_give_is_in_the_document() {
    let town = Town::new();
    let mut seen: BTreeSet<(&str, u16)> = BTreeSet::new();
    let mut post = async |path: &'static str, body: Vec<u8>| {
        seen.insert((path, town.post(path, body).await.status.as_u16()));
    };
    let token = town.pair(&order());
    let mut waiting = Station::new(61);
    post("/v1/enrolments", waiting.enrol(&token)).await;
    post("/v1/assignments", waiting.hello()).await;
    for _ in 0..5 {
        post("/v1/enrolments", b"nonsense".to_vec()).await;
    }
    town.clock
        .mono_ms
        .fetch_add(60_000, std::sync::atomic::Ordering::SeqCst);
    let mut station = town.station(60).await;
    station.admit(1, 1, NOW);
    waiting.id = domain::ids::StationId([1; 16]);
    for path in ["/v1/assignments", "/v1/head"] {
        post(path, station.hello()).await;
        post(path, waiting.hello()).await;
        post(path, b"nonsense".to_vec()).await;
        post(path, vec![0; 4_097]).await;
    }
    let whole = station.batch(1, 1);
    for body in [whole.clone(), b"nonsense".to_vec(), vec![0; 1_048_577]] {
        post("/v1/batches", body).await;
    }
    post("/v1/batches", station.batch_signed_by(1, 1, &waiting.key())).await;
    let paths = [
        ("/v1/knowledge/{document}", "/v1/knowledge/root"),
        ("/v1/knowledge/{document}", "/v1/knowledge/manifest"),
        ("/v1/revocation/{sha256}", "/v1/revocation/00"),
        ("/v1/status/{sha256}", "/v1/status/00"),
        ("/healthz", "/healthz"),
    ];
    for (path, asked) in paths {
        seen.insert((path, town.fetch(asked).await.status.as_u16()));
    }
    town.store.close();
    for (path, body) in [("/v1/head", station.hello()), ("/v1/batches", whole)] {
        seen.insert((path, town.post(path, body).await.status.as_u16()));
    }
    seen.insert(("/healthz", town.fetch("/healthz").await.status.as_u16()));

    let document = document();
    for (path, status) in &seen {
        let told = document
            .iter()
            .filter(|((of, _), _)| of == path)
            .any(|(_, (_, statuses))| statuses.contains(status));
        assert!(told, "{path} {status}");
    }
    let statuses: BTreeSet<u16> = seen.iter().map(|(_, status)| *status).collect();
    let wanted = [200, 204, 401, 403, 404, 413, 422, 429, 503];
    assert_eq!(statuses, wanted.into_iter().collect());
}
