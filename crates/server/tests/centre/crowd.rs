//! Made-up stations: in a demonstration's register alone, and beside nobody else's.

use std::fs;

use domain::document::{Assignment, Root};
use domain::hex;
use server::crowd::{CrowdError, gather};
use server::folder::write_private;
use server::store::Register;

use crate::authority::{self, AUTHORITY, NOW};
use crate::town::Town;

/// A town whose server says that it listens.
fn listening() -> Town {
    let town = Town::new();
    let ready = br#"{"url":"https://192.0.2.1:8443","spki":null}"#;
    write_private(&town.folder().ready(), ready).unwrap();

    town
}

#[test]
fn a_crowd_has_keys_and_assignments_of_its_own_and_more_may_come_later() {
    let town = listening();
    let mut crowd = gather(&town.folder(), None, 5, NOW).unwrap();
    crowd
        .stations
        .extend(gather(&town.folder(), None, 1, NOW).unwrap().stations);
    let gates: Vec<(String, u64)> = crowd
        .stations
        .iter()
        .map(|played| {
            let seed = hex::decode_array(&played.seed).unwrap();
            let key = domain::crypto::SigningKey::new(domain::crypto::Secret::new(seed));
            let bytes = hex::decode(&played.assignment).unwrap();
            let registry = [authority::public(authority::REGISTRY)];
            let given = Assignment::verify(&bytes, AUTHORITY, &registry, &key.public()).unwrap();
            (given.venue.name, given.gate)
        })
        .collect();
    let names = ["Load 1", "Load 1", "Load 1", "Load 1", "Load 2", "Load 2"];
    let wanted = names.map(str::to_owned).into_iter().zip([1, 2, 3, 4, 1, 2]);
    assert_eq!(gates, wanted.collect::<Vec<_>>());
    assert_eq!(town.register.stations().unwrap().len(), 6);
    assert!(town.register.not_approved().unwrap().is_empty());
}

#[test]
fn a_real_authoritys_centre_takes_no_made_up_station() {
    let town = listening();
    let path = town.folder().authority().join("public/root.cbor");
    let mut root = Root::self_signed(&fs::read(&path).unwrap()).unwrap();
    root.demo = false;
    let real = root.sign(&[&authority::key(1), &authority::key(2)]);
    fs::write(&path, real).unwrap();
    let refused = gather(&town.folder(), None, 1, NOW);
    assert!(matches!(refused, Err(CrowdError::Real(_))), "{refused:?}");
    assert!(town.register.stations().unwrap().is_empty());

    // A root that merely says so, without its keys, is no root.
    let demo = authority::root();
    let mut forged = demo;
    let last = forged.len() - 1;
    forged[last] ^= 1;
    fs::write(&path, forged).unwrap();
    assert!(gather(&town.folder(), None, 1, NOW).is_err());
    assert!(town.register.stations().unwrap().is_empty());
}

#[tokio::test]
async fn where_a_station_was_enrolled_or_waits_nobody_is_made_up() {
    let town = listening();
    town.station(1).await;
    let refused = gather(&town.folder(), None, 1, NOW);
    assert!(matches!(refused, Err(CrowdError::Others(_))), "{refused:?}");

    let town = listening();
    let token = town.pair(&crate::town::order());
    let station = crate::station::Station::new(2);
    town.post("/v1/enrolments", station.enrol(&token)).await;
    let refused = gather(&town.folder(), None, 1, NOW);
    assert!(matches!(refused, Err(CrowdError::Others(_))), "{refused:?}");
}

#[test]
fn no_station_and_too_many_and_a_server_that_does_not_run_are_told() {
    let town = listening();
    for count in [0, 10_001, u32::MAX] {
        let refused = gather(&town.folder(), None, count, NOW);
        assert!(matches!(refused, Err(CrowdError::Count)), "{refused:?}");
    }
    fs::remove_file(town.folder().ready()).unwrap();
    let refused = gather(&town.folder(), None, 1, NOW).unwrap_err();
    assert!(refused.to_string().contains("start it first"), "{refused}");
}
