//! Nonsense that somebody with the right key has signed.

use std::sync::Arc;

use domain::cbor::{self, Value};
use domain::code::native::PREFIX;
use domain::code::{SignedCredential, decode};
use domain::crypto::{SigningKey, label, sha256};
use domain::document::{Assignment, Manifest, Root, Trust};
use domain::entry::ChainHash;
use domain::screen::Preset;
use domain::status::Snapshot;
use domain::time::Timestamp;
use domain::trust::verify;
use domain::wire::{Answer, Batch};
use proptest::prelude::*;

use crate::authority::{self, AUTHORITY, NOW, key, opening, public, secret, seed};
use crate::by_hand::{Parts, code_bucket, mislabelled, mislabelled_by_many};
use crate::packed_by_hand::{batch_around, check, packed};
use crate::spec;
use crate::spoilt::{any_value, noise, spoilt};

/// A payload spoilt in its bytes, or of another form altogether.
fn nonsense(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => spoilt(good),
        1 => noise(),
        2 => any_value().prop_map(|value| cbor::encode(&value)),
    ]
}

/// `good`, a map or list, with one member of it, however deep, another value.
fn one_member_other(good: &[u8]) -> impl Strategy<Value = Vec<u8>> + use<> {
    let good = Arc::new(cbor::decode(good, cbor::MAX_ITEMS).unwrap());
    (any::<prop::sample::Index>(), any_value()).prop_map(move |(at, put)| {
        let mut left = at.index(members(&good));
        cbor::encode(&with_member(&good, &mut left, &put))
    })
}

fn payload(document: &[u8]) -> Vec<u8> {
    Parts::of(document).payload
}

fn either(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let other = one_member_other(&good);
    prop_oneof![nonsense(good), other]
}

fn by_roots(typ: &str, payload: &[u8]) -> Vec<u8> {
    let keys: [SigningKey; 2] = [key(seed::ROOT[0]), key(seed::ROOT[1])];
    mislabelled_by_many(typ, typ, payload, &[&keys[0], &keys[1]])
}

fn entries() -> Vec<u8> {
    let file = include_str!("../../vectors/batch.txt");
    let digits = file
        .lines()
        .find_map(|line| line.strip_prefix("entries = "));
    domain::hex::decode(digits.unwrap()).unwrap()
}

fn root_payload() -> Vec<u8> {
    payload(&authority::root().sign(&[]))
}

fn trust_payload() -> Vec<u8> {
    payload(&authority::trust().sign(&[]))
}

fn manifest_payload() -> Vec<u8> {
    payload(&authority::manifest(Vec::new()).sign(&key(seed::STATUS)))
}

/// Everything that is asked of a trust list.
fn use_trust(trust: &Trust, now: Timestamp) {
    let _ = (trust.registry(now), trust.status(now), trust.receipt());
    let _ = (trust.sealing(now, None), trust.policy(Preset::PublicPlace));
    let _ = trust.exchange(now, Some(now));
    let text = authority::claims().sign(&key(seed::ISSUER));
    if let Some(code) = decode(text.as_bytes()).unwrap().native() {
        let _ = verify(trust, code, now);
    }
}

proptest! {
    #[test]
    fn no_signed_root_makes_its_reader_panic(payload in either(root_payload())) {
        let _ = Root::self_signed(&by_roots("root", &payload));
    }

    #[test]
    fn no_signed_trust_list_makes_its_reader_or_user_panic(payload in either(trust_payload()), now in any::<i64>()) {
        if let Ok(trust) = Trust::verify(&by_roots("trust", &payload), &authority::root()) {
            use_trust(&trust, Timestamp(now));
            use_trust(&trust, NOW);
        }
    }

    #[test]
    fn no_signed_assignment_makes_its_reader_panic(
        payload in either(payload(&authority::assignment().sign(&key(seed::REGISTRY)))),
    ) {
        let bytes = mislabelled("assignment", "assignment", &payload, &key(seed::REGISTRY));
        let read = Assignment::verify(&bytes, AUTHORITY, &[public(seed::REGISTRY)], &public(seed::STATION));
        if let Ok(assignment) = read {
            let opening = opening(seed::STATION_OPENING);
            let _ = assignment.open_secrets(&opening).len();
            let _ = assignment.open_content_keys(&opening).len();
        }
    }

    #[test]
    fn no_signed_manifest_makes_its_reader_or_the_status_panic(
        payload in either(manifest_payload()), file in noise(), index in any::<u64>(),
    ) {
        let bytes = mislabelled("manifest", "manifest", &payload, &key(seed::STATUS));
        if let Ok(manifest) = Manifest::verify(&bytes, AUTHORITY, &[public(seed::STATUS)]) {
            let uri = manifest.uri.clone();
            if let Ok(snapshot) = Snapshot::open(manifest, |_| Some(file.clone()), Some(&secret(5))) {
                let _ = snapshot.standing(&uri, index);
            }
        }
    }

    #[test]
    fn no_signed_answer_makes_its_reader_panic(
        payload in either(payload(&authority::answer().sign(&key(seed::RECEIPT)))),
    ) {
        let bytes = mislabelled("answer", "answer", &payload, &key(seed::RECEIPT));
        let _ = Answer::verify(&bytes, &[public(seed::RECEIPT)]);
    }

    #[test]
    fn no_signed_claims_make_the_scan_panic(
        payload in either(payload(&base45::decode(
            authority::slip_claims().sign(&key(seed::SLIP)).strip_prefix(PREFIX).unwrap()).unwrap())),
        now in any::<i64>(),
    ) {
        let code = Parts {
            tag: 18,
            protected: code_bucket(&public(seed::SLIP).kid().short()),
            payload,
            last: Value::Null,
        };
        let text = format!("{PREFIX}{}", base45::encode(code.signed(&[], &key(seed::SLIP))));
        if let Ok(SignedCredential::Native(code)) = decode(text.as_bytes()) {
            let trust = authority::trust_with(authority::trust().issuers);
            let _ = verify(&trust, &code, NOW);
            let _ = verify(&trust, &code, Timestamp(now));
        }
    }

    #[test]
    fn no_signed_body_makes_the_batchs_reader_panic(
        raw in either(entries()), packing in spoilt(packed(&entries(), 20)), count in 0_usize..6, after in any::<[u8; 32]>(),
    ) {
        let _ = check(&batch_around(&packed(&raw, 20), count, ChainHash(after)));
        let _ = check(&batch_around(&packing, count, ChainHash(after)));
        let _ = check(&batch_around(&raw, count, ChainHash(after)));
    }

    #[test]
    fn no_signed_header_makes_the_batchs_reader_panic(
        numbers in any::<[u64; 3]>(), list in prop::collection::vec(any_value(), 0..10), whole in any::<bool>(),
    ) {
        let body = packed(&entries(), 20);
        let [epoch, first, last] = numbers.map(Value::from);
        let header = if whole {
            let epoch = Value::from(u32::try_from(numbers[0] >> 32).unwrap());
            vec![Value::bytes([1; 16]), epoch, first, last, Value::bytes([1; 32]), Value::bytes([2; 32]),
                Value::bytes(sha256(&[&body])), Value::bytes([3; 16])]
        } else {
            [vec![epoch], list].concat()
        };
        let header = spec::list(header);
        let signature = key(seed::STATION).sign(&[label("batch"), header.clone()].concat());
        let batch = spec::list(vec![Value::Bytes(header), Value::bytes(signature), Value::Bytes(body)]);
        if let Ok(batch) = Batch::read(&batch) {
            let _ = batch.check(&public(seed::STATION));
        }
    }
}

/// How many values there are in a value, itself included.
fn members(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(members).sum(),
        Value::Map(entries) => entries.iter().map(|(_, inner)| members(inner)).sum(),
        Value::Tag(_, inner) => members(inner),
        Value::Unsigned(_)
        | Value::Negative(_)
        | Value::Bytes(_)
        | Value::Text(_)
        | Value::Bool(_)
        | Value::Null => 0,
    }
}

/// `value` with the value that comes after `left` others exchanged for `put`.
fn with_member(value: &Value, left: &mut usize, put: &Value) -> Value {
    let here = *left == 0;
    *left = left.wrapping_sub(1);
    if here {
        return put.clone();
    }
    match value {
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| with_member(item, left, put))
                .collect(),
        ),
        Value::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(field, inner)| (field.clone(), with_member(inner, left, put)));
            Value::Map(entries.collect())
        }
        Value::Tag(tag, inner) => Value::Tag(*tag, Box::new(with_member(inner, left, put))),
        Value::Unsigned(_)
        | Value::Negative(_)
        | Value::Bytes(_)
        | Value::Text(_)
        | Value::Bool(_)
        | Value::Null => value.clone(),
    }
}
