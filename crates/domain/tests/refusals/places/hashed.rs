//! Hashes: station id, core's body, genesis, chain, token.

use std::collections::BTreeSet;

use domain::cbor::Value;
use domain::crypto::{Fresh, hmac, sha256};
use domain::document::PreviousEpoch;
use domain::entry::{ChainHash, Core, SealedEntry, genesis, token};
use domain::ids::{Handle, StationId, VenueId};
use domain::time::DAY;

use super::labels_but;
use crate::authority::{self, HANDLE, NOW, VENUE, public, seed, station_id};
use crate::spec;

#[test]
fn a_station_id_is_of_one_key_under_one_label() {
    let under = |label: &str| {
        let hash = sha256(&[&spec::labelled(label, &[public(seed::STATION).as_bytes()])]);
        StationId(*hash.first_chunk().unwrap())
    };
    assert_eq!(under("station"), station_id());
    assert_ne!(StationId::of(&public(0x99)), station_id());
    for label in labels_but("station") {
        assert_ne!(under(label), station_id(), "{label}");
    }
}

#[test]
fn a_body_or_detail_hashed_under_another_label_fits_no_core() {
    for (entry, own) in [(authority::scan(), "body"), (authority::undo(), "detail")] {
        let sealed = authority::sealer().seal(
            &entry,
            authority::place(1),
            authority::WITNESS,
            Fresh::new([1; 32]),
        );
        let core = Core::decode(&sealed.core).unwrap();
        let under = |label: &str| Core {
            body_hash: hashed(label, &sealed),
            ..core
        };
        assert!(sealed.matches(&under(own)));
        for label in labels_but(own) {
            assert!(!sealed.matches(&under(label)), "{own} as {label}");
        }
    }
}

#[test]
fn a_genesis_is_of_one_station_epoch_assignment_and_past() {
    let past = PreviousEpoch {
        seq: 5,
        hash: [0x31; 32],
    };
    let geneses = [
        genesis(station_id(), 2, b"assignment", past),
        genesis(StationId([0; 16]), 2, b"assignment", past),
        genesis(station_id(), 3, b"assignment", past),
        genesis(station_id(), 2, b"Assignment", past),
        genesis(
            station_id(),
            2,
            b"assignment",
            PreviousEpoch { seq: 6, ..past },
        ),
        genesis(
            station_id(),
            2,
            b"assignment",
            PreviousEpoch {
                hash: [0x32; 32],
                ..past
            },
        ),
        genesis(station_id(), 2, b"assignment", PreviousEpoch::NONE),
    ];
    let fields = spec::list(vec![
        Value::bytes(station_id().0),
        Value::from(2_u8),
        Value::bytes(sha256(&[b"assignment"])),
        Value::from(5_u8),
        Value::bytes([0x31; 32]),
    ]);
    let under = |label: &str| sha256(&[&spec::labelled(label, &[&fields])]);
    assert_eq!(under("genesis"), geneses[0].0);
    assert_all_differ(
        geneses
            .iter()
            .map(|hash| hash.0)
            .chain(labels_but("genesis").map(under)),
    );
}

#[test]
fn a_chain_hash_is_of_one_past_and_one_core() {
    let before = ChainHash([0x11; 32]);
    let under = |label: &str| sha256(&[&spec::labelled(label, &[&before.0, b"core"])]);
    assert_eq!(under("entry"), before.next(b"core").0);
    let others = [
        before.next(b"core"),
        before.next(b"Core"),
        before.next(b""),
        ChainHash([0x12; 32]).next(b"core"),
        before.next(b"core").next(b"core"),
    ];
    assert_all_differ(
        others
            .iter()
            .map(|hash| hash.0)
            .chain(labels_but("entry").map(under)),
    );
}

/// So that nobody can link a person from venue to venue or from day to day.
#[test]
fn a_token_is_of_one_person_venue_and_day() {
    let ours = token(HANDLE, NOW, VENUE);
    assert_eq!(token(HANDLE, NOW.plus(DAY - 1), VENUE), ours);
    let day = NOW.utc_day().to_be_bytes();
    let under = |label: &str| {
        let hash = hmac(&HANDLE.0, &[&spec::labelled(label, &[&day, &VENUE.0])]);
        *hash.first_chunk::<16>().unwrap()
    };
    assert_eq!(under("token"), ours);
    let others = [
        ours,
        token(Handle([0xc2; 16]), NOW, VENUE),
        token(HANDLE, NOW.plus(DAY), VENUE),
        token(HANDLE, NOW.plus(-1), VENUE),
        token(HANDLE, NOW, VenueId([0xb2; 16])),
    ];
    assert_all_differ(others.into_iter().chain(labels_but("token").map(under)));
}

fn hashed(label: &str, entry: &SealedEntry) -> [u8; 32] {
    match (&entry.token, &entry.sealed, &entry.detail) {
        (Some(token), Some(sealed), None) => sha256(&[&spec::labelled(label, &[token, sealed])]),
        (None, None, Some(detail)) => sha256(&[&spec::labelled(label, &[detail])]),
        _ => panic!("an entry carries the one or the other"),
    }
}

fn assert_all_differ<const N: usize>(hashes: impl Iterator<Item = [u8; N]>) {
    let hashes: Vec<[u8; N]> = hashes.collect();
    let distinct: BTreeSet<[u8; N]> = hashes.iter().copied().collect();
    assert_eq!(distinct.len(), hashes.len());
}
