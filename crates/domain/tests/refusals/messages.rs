//! Answer, hello and enrolment: what the centre and a station say of themselves.

use domain::cbor::{self, Value};
use domain::crypto::BadSignature;
use domain::ids::StationId;
use domain::wire::{
    Answer, AnswerKind, EnrolRequest, Enrolled, Hello, Hole, PairingToken, pair_code,
};

use crate::altered::{cuts, flips, swaps};
use crate::authority::{self, NOW, TOKEN, key, opening, public, seed};
use crate::by_hand::Parts;

#[test]
fn every_flipped_bit_and_every_cut_of_an_answer_is_none() {
    let bytes = authority::answer().sign(&key(seed::RECEIPT));
    let receipt = [public(seed::RECEIPT)];
    for (bit, altered) in flips(&bytes) {
        assert_eq!(Answer::verify(&altered, &receipt), None, "bit {bit}");
    }
    for cut in cuts(&bytes) {
        assert_eq!(Answer::verify(cut, &receipt), None);
    }
}

#[test]
fn an_answer_by_a_key_for_another_purpose_is_none() {
    for other in [
        seed::ROOT[0],
        seed::REGISTRY,
        seed::STATUS,
        seed::ISSUER,
        seed::STATION,
        0x99,
    ] {
        let bytes = authority::answer().sign(&key(other));
        assert_eq!(
            Answer::verify(&bytes, &[public(seed::RECEIPT)]),
            None,
            "{other:02x}"
        );
    }
    assert_eq!(
        Answer::verify(&authority::answer().sign(&key(seed::RECEIPT)), &[]),
        None
    );
}

#[test]
fn a_field_swapped_in_from_another_answer_is_none() {
    let ours = Parts::of(&authority::answer().sign(&key(seed::RECEIPT)));
    let theirs = Answer {
        kind: AnswerKind::Fenced,
        station: StationId([0; 16]),
        epoch: 2,
        acked_seq: 3,
        acked_hash: [0x72; 32],
        nonce: [0xd2; 16],
        server_time: NOW,
        next_after: 61,
    };
    let theirs = Parts::of(&theirs.sign(&key(seed::RECEIPT)));
    let swapped = swaps(&ours.payload(), &theirs.payload());
    assert_eq!(swapped.len(), 8);
    for payload in swapped {
        let bytes = ours.with_payload(&payload).bytes();
        assert_eq!(
            Answer::verify(&bytes, &[public(seed::RECEIPT)]),
            None,
            "{payload:?}"
        );
    }
}

#[test]
fn an_answer_of_another_number_or_with_a_field_too_many_is_none_though_signed() {
    let good = Parts::of(&authority::answer().sign(&key(seed::RECEIPT)));
    let items = good.payload().as_items().unwrap().to_vec();
    let with_kind = |number: u8| {
        let mut items = items.clone();
        items[0] = Value::from(number);
        items
    };
    let longer = [items.clone(), vec![Value::Null]].concat();
    for wrong in [with_kind(0), with_kind(6), longer, items[..7].to_vec()] {
        let bytes = domain::cose::Sign1::sign("answer", &Value::Array(wrong), &key(seed::RECEIPT));
        assert_eq!(Answer::verify(&bytes, &[public(seed::RECEIPT)]), None);
    }
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_hello_is_refused() {
    let bytes = authority::hello().sign(&key(seed::STATION));
    for (bit, altered) in flips(&bytes) {
        if let Some((hello, signature)) = Hello::read(&altered) {
            assert_eq!(
                hello.verify(&signature, &public(seed::STATION)),
                Err(BadSignature),
                "bit {bit}"
            );
        }
    }
    for cut in cuts(&bytes) {
        assert_eq!(Hello::read(cut), None);
    }
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_hole_is_refused() {
    let bytes = authority::hole().sign(&key(seed::STATION));
    for (bit, altered) in flips(&bytes) {
        if let Some((hole, signature)) = Hole::read(&altered) {
            assert_eq!(
                hole.verify(&signature, &public(seed::STATION)),
                Err(BadSignature),
                "bit {bit}"
            );
        }
    }
    for cut in cuts(&bytes) {
        assert_eq!(Hole::read(cut), None);
    }
}

#[test]
fn a_hole_by_another_station_or_with_a_swapped_field_or_label_is_refused() {
    let hole = authority::hole();
    let (_, signature) = Hole::read(&hole.sign(&key(seed::STATION))).unwrap();
    assert_eq!(hole.verify(&signature, &public(seed::STATION)), Ok(()));
    assert_eq!(hole.verify(&signature, &public(0x99)), Err(BadSignature));
    let (_, of_a_hello) = Hello::read(&authority::hello().sign(&key(seed::STATION))).unwrap();
    assert_eq!(
        hole.verify(&of_a_hello, &public(seed::STATION)),
        Err(BadSignature)
    );
    let changed = |change: fn(&mut Hole)| {
        let mut other = hole.clone();
        change(&mut other);
        other
    };
    for other in [
        changed(|hole| hole.station = StationId([0; 16])),
        changed(|hole| hole.epoch = 2),
        changed(|hole| hole.last = 3),
        changed(|hole| hole.hash = [0; 32]),
        changed(|hole| hole.receipt = None),
        changed(|hole| hole.nonce = [0; 16]),
    ] {
        assert_eq!(
            other.verify(&signature, &public(seed::STATION)),
            Err(BadSignature),
            "{other:?}"
        );
    }
}

#[test]
fn a_hello_by_another_station_or_with_a_swapped_field_is_refused() {
    let (hello, signature) = Hello::read(&authority::hello().sign(&key(seed::STATION))).unwrap();
    assert_eq!(hello.verify(&signature, &public(seed::STATION)), Ok(()));
    assert_eq!(hello.verify(&signature, &public(0x99)), Err(BadSignature));
    for other in [
        Hello {
            station: StationId([0; 16]),
            ..hello
        },
        Hello { epoch: 2, ..hello },
        Hello { seq: 3, ..hello },
        Hello {
            hash: [0; 32],
            ..hello
        },
        Hello {
            nonce: [0; 16],
            ..hello
        },
    ] {
        assert_eq!(
            other.verify(&signature, &public(seed::STATION)),
            Err(BadSignature),
            "{other:?}"
        );
    }
}

#[test]
fn every_flipped_bit_and_every_cut_of_an_enrolment_is_refused() {
    let bytes = authority::enrolment().encode();
    for (bit, altered) in flips(&bytes) {
        // A flip may also make a key weak or the whole no request: both are refusals.
        if let Ok(Some(request)) = EnrolRequest::read(&altered) {
            assert_eq!(request.verify(), Err(BadSignature), "bit {bit}");
        }
    }
    for cut in cuts(&bytes) {
        assert!(matches!(EnrolRequest::read(cut), Ok(None)));
    }
}

#[test]
fn an_enrolment_with_a_member_of_another_request_is_refused() {
    let ours = cbor::decode(&authority::enrolment().encode(), 8).unwrap();
    let theirs = EnrolRequest::new(
        PairingToken::new([0xe2; 16]),
        &key(0x99),
        opening(0x98).public(),
    );
    let swapped = swaps(&ours, &cbor::decode(&theirs.encode(), 8).unwrap());
    assert_eq!(swapped.len(), 4);
    for request in swapped {
        let read = EnrolRequest::read(&cbor::encode(&request))
            .unwrap()
            .unwrap();
        assert_eq!(read.verify(), Err(BadSignature));
    }
}

/// Who sits between station and centre with keys of their own is shown by the twelve digits.
#[test]
fn other_keys_or_another_token_give_other_digits() {
    let (signing, sealing) = (
        public(seed::STATION),
        opening(seed::STATION_OPENING).public(),
    );
    let ours = authority::enrolment().code();
    assert_eq!(
        ours,
        pair_code(&signing, &sealing, &PairingToken::new(TOKEN))
    );
    for other in [
        pair_code(&public(0x99), &sealing, &PairingToken::new(TOKEN)),
        pair_code(&signing, &opening(0x99).public(), &PairingToken::new(TOKEN)),
        pair_code(&signing, &sealing, &PairingToken::new([0xe2; 16])),
    ] {
        assert_ne!(other, ours);
    }
}

#[test]
fn every_cut_of_what_an_enrolled_station_is_told_is_none() {
    let enrolled = Enrolled {
        root: vec![1; 100],
        trust: vec![2; 100],
    };
    assert_eq!(Enrolled::read(&enrolled.encode()), Some(enrolled.clone()));
    for cut in cuts(&enrolled.encode()) {
        assert_eq!(Enrolled::read(cut), None);
    }
}
