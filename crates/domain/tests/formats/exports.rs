//! Fixed vectors of what travels on a stick.

use domain::cbor::{self, Value};
use domain::crypto::{Fresh, sha256};
use domain::entry::local_mac_key;
use domain::hex;
use domain::ids::StationId;
use domain::wire::{Answers, Export, asked_at, export_nonce};

use crate::authority::{self, AUTHORITY, key, opening, public, secret, seed, station_id};
use crate::spec;
use crate::vectors::{ANSWER, EXPORT, HELLO, HOLE, vector};

#[test]
fn the_export_is_made_of_these_bytes_and_opens_to_its_messages() {
    let bytes = vector(EXPORT, "export");
    let built = Export::build(
        authority::export_header(),
        &authority::exported(),
        &opening(seed::EXCHANGE).public(),
        &key(seed::STATION),
        Fresh::new([0xf4; 32]),
    )
    .unwrap();
    assert_eq!(hex::encode(&built), hex::encode(&bytes));
    let checked = Export::read(&bytes)
        .and_then(|export| export.check(&public(seed::STATION)))
        .unwrap();
    assert_eq!(checked.header, authority::export_header());
    assert_eq!(
        checked.open(&opening(seed::EXCHANGE)),
        Ok(authority::exported())
    );

    // The same once more by the words of docs/formats.md.
    let Value::Array(members) = cbor::decode(&bytes, 4).unwrap() else {
        panic!("a list");
    };
    let [header, signature, sealed] = [0, 1, 2].map(|at: usize| members[at].as_bytes().unwrap());
    let kid = opening(seed::EXCHANGE).public().kid();
    let place = vec![
        Value::bytes(AUTHORITY.0),
        Value::bytes(station_id().0),
        Value::from(1_u8),
        Value::from(1_u8),
        Value::from(2_u8),
        Value::bytes(kid.0),
    ];
    let signed = [place.clone(), vec![Value::bytes(sha256(&[sealed]))]].concat();
    assert_eq!(header, spec::list(signed));
    assert_eq!(
        public(seed::STATION).verify(&spec::labelled("export", &[header]), signature),
        Ok(())
    );
    let plain = opening(seed::EXCHANGE)
        .open(
            sealed,
            &spec::labelled("to-centre", &[&AUTHORITY.0, &kid.0]),
            &spec::labelled("export-aad", &[&spec::list(place)]),
        )
        .unwrap();
    let message =
        |number: u8, bytes: &[u8]| Value::Array(vec![Value::from(number), Value::bytes(bytes)]);
    assert_eq!(
        plain,
        spec::list(vec![
            message(2, &vector(HELLO, "hello")),
            message(3, &vector(HOLE, "hole")),
        ])
    );
}

#[test]
fn the_answers_to_an_export_are_these_bytes_and_read_back() {
    let answers = Answers(vec![vector(ANSWER, "answer"); 2]);
    let bytes = vector(EXPORT, "answers");
    assert_eq!(hex::encode(answers.encode()), hex::encode(&bytes));
    assert_eq!(Answers::read(&bytes), Some(answers));
}

#[test]
fn a_nonce_that_went_by_stick_is_known_again_from_these_bytes() {
    let key = local_mac_key(secret(seed::LOCAL).expose());
    let nonce = export_nonce(&key, station_id(), 1, 7);
    assert_eq!(hex::encode(nonce), hex::encode(vector(EXPORT, "nonce")));
    let mark = domain::crypto::hmac(
        &key,
        &[&spec::labelled(
            "export-nonce",
            &[&station_id().0, &[0, 0, 0, 1], &[0, 0, 0, 0, 0, 0, 0, 7]],
        )],
    );
    assert_eq!(nonce[..8], [0, 0, 0, 0, 0, 0, 0, 7]);
    assert_eq!(nonce[8..], mark[..8]);
    assert_eq!(asked_at(&key, station_id(), 1, nonce), Some(7));
    assert_eq!(asked_at(&key, station_id(), 2, nonce), None);
    assert_eq!(asked_at(&key, StationId([0; 16]), 1, nonce), None);
    assert_eq!(asked_at(&[0; 32], station_id(), 1, nonce), None);
    for at in 0..16 {
        let mut other = nonce;
        other[at] ^= 1;
        assert_eq!(asked_at(&key, station_id(), 1, other), None, "{at}");
    }
}
