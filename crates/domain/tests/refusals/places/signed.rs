//! Signatures: documents, answer, code, row, batch, hello, enrolment.

use domain::cbor::{self, Value};
use domain::cose::{CoseError, Sign1};
use domain::crypto::{BadSignature, SigningKey};
use domain::document::DocumentError;
use domain::entry::{ChainHash, row_message};
use domain::ids::StationId;
use domain::verdict::Reason;
use domain::wire::{Answer, BatchError, EnrolRequest, Hello};

use super::labels_but;
use crate::authority::{self, TOKEN, key, opening, public, seed, station_id};
use crate::batches::{ByHand, check, entries, value_of};
use crate::by_hand::{Parts, mislabelled, mislabelled_by_many};
use crate::codes::{bytes_of, judge, spelled};
use crate::documents::{Document, all};
use crate::spec;

fn labelled_otherwise(document: &Document, label: &str) -> Vec<u8> {
    let keys: Vec<SigningKey> = document.signers.iter().copied().map(key).collect();
    let payload = cbor::encode(&document.payload());
    if let [signer] = &keys[..] {
        mislabelled(document.name, label, &payload, signer)
    } else {
        let keys: Vec<&SigningKey> = keys.iter().collect();
        mislabelled_by_many(document.name, label, &payload, &keys)
    }
}

#[test]
fn a_document_signed_under_another_label_is_not_signed() {
    for document in all() {
        let own = labelled_otherwise(&document, document.name);
        assert_eq!(
            own,
            document.signed(&document.payload()),
            "made alike by hand"
        );
        for label in labels_but(document.name) {
            assert_eq!(
                (document.read)(&labelled_otherwise(&document, label)),
                Err(DocumentError::NotSigned),
                "{} as {label}",
                document.name
            );
        }
    }
}

/// Authority, version, times, station, epoch, venue, whatever it says.
#[test]
fn no_field_of_a_document_changes_under_its_signature() {
    for document in all() {
        let good = Parts::of(&document.signed(&document.payload()));
        let Value::Map(entries) = document.payload() else {
            panic!("a payload is a map");
        };
        for at in 0..entries.len() {
            let mut changed = entries.clone();
            changed[at].1 = nudged(&changed[at].1);
            let bytes = good.with_payload(&Value::Map(changed)).bytes();
            assert_eq!(
                (document.read)(&bytes),
                Err(DocumentError::NotSigned),
                "{} {:?}",
                document.name,
                entries[at].0
            );
        }
    }
}

#[test]
fn an_answer_signed_under_another_label_or_typ_is_none() {
    let receipt = [public(seed::RECEIPT)];
    let good = Parts::of(&authority::answer().sign(&key(seed::RECEIPT)));
    let list = good.payload();
    let own = mislabelled("answer", "answer", &good.payload, &key(seed::RECEIPT));
    assert!(Answer::verify(&own, &receipt).is_some());
    for label in labels_but("answer") {
        let labelled = mislabelled("answer", label, &good.payload, &key(seed::RECEIPT));
        assert_eq!(Answer::verify(&labelled, &receipt), None, "{label}");
        let typed = Sign1::sign(label, &list, &key(seed::RECEIPT));
        assert_eq!(Answer::verify(&typed, &receipt), None, "{label}");
    }
}

/// The paper code is a plain public CWT: no typ, empty `external_aad`. With either it is a document of ours.
#[test]
fn a_code_signed_under_any_label_is_forged_and_with_a_typ_malformed() {
    let issuer = key(seed::ISSUER);
    let code = Parts::of(&bytes_of(&authority::claims(), &issuer));
    assert!(judge(&spelled(&code.clone().signed(&[], &issuer))).is_ok());
    for label in super::LABELS {
        let labelled = code.clone().signed(&domain::crypto::label(label), &issuer);
        assert_eq!(judge(&spelled(&labelled)), Err(Reason::Forged), "{label}");
        let typed = Sign1::sign(label, &code.payload(), &issuer);
        assert_eq!(judge(&spelled(&typed)), Err(Reason::Malformed), "{label}");
    }
}

#[test]
fn a_code_is_no_document_even_where_its_key_could_sign_one() {
    for document in &all()[2..] {
        let code = bytes_of(&authority::claims(), &key(document.signers[0]));
        assert_eq!(
            (document.read)(&code),
            Err(DocumentError::Cose(CoseError::Type))
        );
    }
}

#[test]
fn a_row_signed_under_another_label_or_for_another_place_does_not_verify() {
    let hash = ChainHash([0x11; 32]);
    let signature = key(seed::STATION).sign(&row_message(station_id(), 7, 9, hash));
    let verify = |message: &[u8]| public(seed::STATION).verify(message, &signature);
    let labelled = |label: &str| {
        let place = [
            &station_id().0[..],
            &[0, 0, 0, 7],
            &9_u64.to_be_bytes(),
            &hash.0,
        ];
        spec::labelled(label, &place)
    };
    assert_eq!(verify(&labelled("row")), Ok(()));
    for label in labels_but("row") {
        assert_eq!(verify(&labelled(label)), Err(BadSignature), "{label}");
    }
    for (station, epoch, seq, hash) in [
        (StationId([0; 16]), 7, 9, hash),
        (station_id(), 8, 9, hash),
        (station_id(), 7, 10, hash),
        (station_id(), 7, 9, ChainHash([0x12; 32])),
        // 7 and 9 in each other's place, and shifted across the border between the two.
        (station_id(), 9, 7, hash),
        (station_id(), 0, 0x0000_0007_0000_0009, hash),
    ] {
        assert_eq!(
            verify(&row_message(station, epoch, seq, hash)),
            Err(BadSignature)
        );
    }
}

#[test]
fn a_batch_signed_under_another_label_is_not_signed() {
    let values: Vec<Value> = entries().iter().map(value_of).collect();
    let batch = ByHand::of(&values);
    assert!(check(&batch.bytes_under("batch")).is_ok());
    for label in labels_but("batch") {
        assert_eq!(
            check(&batch.bytes_under(label)),
            Err(BatchError::NotSigned),
            "{label}"
        );
    }
}

#[test]
fn a_hello_signed_under_another_label_is_refused() {
    let hello = authority::hello();
    let fields = spec::list(vec![
        Value::bytes(hello.station.0),
        Value::from(hello.epoch),
        Value::from(hello.seq),
        Value::bytes(hello.hash),
        Value::bytes(hello.nonce),
    ]);
    let verify = |label: &str| {
        let signature = key(seed::STATION).sign(&spec::labelled(label, &[&fields]));
        Hello::verify(&hello, &signature, &public(seed::STATION))
    };
    assert_eq!(verify("hello"), Ok(()));
    for label in labels_but("hello") {
        assert_eq!(verify(label), Err(BadSignature), "{label}");
    }
}

#[test]
fn an_enrolment_signed_under_another_label_is_refused() {
    let sealing = opening(seed::STATION_OPENING).public();
    let signing = public(seed::STATION);
    let verify = |label: &str| {
        let hash = domain::crypto::sha256(&[&TOKEN]);
        let parts: [&[u8]; 3] = [&hash, signing.as_bytes(), sealing.as_bytes()];
        let request = spec::list(vec![
            Value::bytes(TOKEN),
            Value::bytes(signing.as_bytes()),
            Value::bytes(sealing.as_bytes()),
            Value::bytes(key(seed::STATION).sign(&spec::labelled(label, &parts))),
        ]);
        EnrolRequest::read(&request).unwrap().unwrap().verify()
    };
    assert_eq!(verify("enrol"), Ok(()));
    for label in labels_but("enrol") {
        assert_eq!(verify(label), Err(BadSignature), "{label}");
    }
}

/// Another value of the same type.
fn nudged(value: &Value) -> Value {
    match value {
        Value::Unsigned(n) => Value::Unsigned(n ^ 1),
        Value::Negative(n) => Value::Negative(n ^ 1),
        Value::Bytes(bytes) => {
            let mut bytes = bytes.clone();
            bytes[0] ^= 1;
            Value::Bytes(bytes)
        }
        Value::Text(text) => Value::text(format!("{text}.")),
        Value::Array(items) => Value::Array(items.iter().map(nudged).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(field, inner)| (field.clone(), nudged(inner)))
                .collect(),
        ),
        Value::Tag(tag, inner) => Value::Tag(*tag, Box::new(nudged(inner))),
        Value::Bool(value) => Value::Bool(!value),
        Value::Null => Value::Null,
    }
}

#[test]
fn a_nudged_value_is_always_another() {
    for document in all() {
        let payload = document.payload();
        assert_ne!(cbor::encode(&nudged(&payload)), cbor::encode(&payload));
    }
}
