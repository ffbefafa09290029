//! Exports: what nobody signed, or was sealed for another place, is opened by nobody.

use domain::cbor::{self, Value};
use domain::crypto::{Fresh, seal, sha256};
use domain::document::{ExchangeTurn, TrustBody};
use domain::ids::{AuthorityId, StationId};
use domain::time::DAY;
use domain::wire::{
    Answers, BundleError, Export, ExportHeader, Hello, MAX_EXPORT_BYTES, MAX_MESSAGES, Message,
};

use crate::altered::{cuts, flips};
use crate::authority::{self, NOW, key, opening, public, seed, station_id};
use crate::spec;

fn built(header: ExportHeader, messages: &[Message]) -> Result<Vec<u8>, BundleError> {
    Export::build(
        header,
        messages,
        &opening(seed::EXCHANGE).public(),
        &key(seed::STATION),
        Fresh::new([1; 32]),
    )
}

fn good() -> Vec<u8> {
    built(authority::export_header(), &authority::exported()).unwrap()
}

fn opened(bytes: &[u8]) -> Result<Vec<Message>, BundleError> {
    Export::read(bytes)?
        .check(&public(seed::STATION))?
        .open(&opening(seed::EXCHANGE))
}

/// An export of any header values and sealed bytes, signed under this label.
fn by_hand(signed_as: &str, place: Vec<Value>, sealed: &[u8]) -> Vec<u8> {
    let header = spec::list([place, vec![Value::bytes(sha256(&[sealed]))]].concat());
    let signature = key(seed::STATION).sign(&spec::labelled(signed_as, &[&header]));

    spec::list(vec![
        Value::bytes(header),
        Value::bytes(signature),
        Value::bytes(sealed),
    ])
}

fn place(header: &ExportHeader) -> Vec<Value> {
    vec![
        Value::bytes(header.authority.0),
        Value::bytes(header.station.0),
        Value::from(header.epoch),
        Value::from(header.first),
        Value::from(header.last),
        Value::bytes(header.kid.0),
    ]
}

fn sealed_as(info: &str, aad: &str, header: &ExportHeader, plain: &[u8]) -> Vec<u8> {
    seal(
        &opening(seed::EXCHANGE).public(),
        &spec::labelled(info, &[&header.authority.0, &header.kid.0]),
        plain,
        &spec::labelled(aad, &[&spec::list(place(header))]),
        Fresh::new([2; 32]),
    )
}

fn plain_of(messages: &[Message]) -> Vec<u8> {
    let values = messages.iter().map(|message| {
        Value::Array(vec![
            Value::from(message.number()),
            Value::bytes(message.bytes()),
        ])
    });

    spec::list(values.collect())
}

#[test]
fn every_flipped_bit_and_every_cut_of_an_export_is_refused_before_anything_is_opened() {
    let bytes = good();
    assert_eq!(opened(&bytes), Ok(authority::exported()));
    for (bit, altered) in flips(&bytes) {
        let checked = Export::read(&altered).and_then(|read| read.check(&public(seed::STATION)));
        assert!(checked.is_err(), "bit {bit}");
    }
    for cut in cuts(&bytes) {
        assert!(Export::read(cut).is_err());
    }
}

#[test]
fn an_export_of_another_station_or_under_another_label_is_not_signed() {
    let read = Export::read(&good()).unwrap();
    assert_eq!(
        read.check(&public(0x99)).map(|checked| checked.header),
        Err(BundleError::NotSigned)
    );
    let header = authority::export_header();
    let sealed = sealed_as(
        "to-centre",
        "export-aad",
        &header,
        &plain_of(&authority::exported()),
    );
    assert!(opened(&by_hand("export", place(&header), &sealed)).is_ok());
    for other in ["batch", "hello", "hole", "export-aad", "to-centre", "row"] {
        let bytes = by_hand(other, place(&header), &sealed);
        assert_eq!(opened(&bytes), Err(BundleError::NotSigned), "{other}");
    }
}

#[test]
fn what_is_sealed_to_another_key_label_or_place_does_not_open() {
    let header = authority::export_header();
    let plain = plain_of(&authority::exported());
    for (info, aad) in [
        ("seal", "export-aad"),
        ("to-station", "export-aad"),
        ("export", "export-aad"),
        ("to-centre", "entry-aad"),
    ] {
        let sealed = sealed_as(info, aad, &header, &plain);
        let bytes = by_hand("export", place(&header), &sealed);
        assert_eq!(opened(&bytes), Err(BundleError::Sealed), "{info} {aad}");
    }
    let elsewhere = [
        ExportHeader {
            authority: AuthorityId([0xa2; 16]),
            ..header
        },
        ExportHeader {
            station: StationId([0; 16]),
            ..header
        },
        ExportHeader { epoch: 2, ..header },
        ExportHeader { first: 2, ..header },
        ExportHeader { last: 3, ..header },
    ];
    for other in elsewhere {
        let sealed = sealed_as("to-centre", "export-aad", &other, &plain);
        let bytes = by_hand("export", place(&header), &sealed);
        assert_eq!(opened(&bytes), Err(BundleError::Sealed), "{other:?}");
    }
    let checked = Export::read(&good()).and_then(|read| read.check(&public(seed::STATION)));
    let other = opening(seed::SEALING);
    assert_eq!(checked.unwrap().open(&other), Err(BundleError::OtherKey));
}

#[test]
fn an_export_holds_messages_of_its_own_station_and_epoch_alone() {
    let header = authority::export_header();
    let hello = |station, epoch| {
        let hello = Hello {
            station,
            epoch,
            ..authority::hello()
        };
        Message::Hello(hello.sign(&key(seed::STATION)))
    };
    let wrong = [
        Vec::new(),
        vec![hello(StationId([0; 16]), 1)],
        vec![hello(station_id(), 2)],
        vec![Message::Hello(b"no hello".to_vec())],
        vec![Message::Batch(authority::hello().sign(&key(seed::STATION)))],
    ];
    for messages in wrong {
        assert_eq!(built(header, &messages), Err(BundleError::Shape));
        let sealed = sealed_as("to-centre", "export-aad", &header, &plain_of(&messages));
        let bytes = by_hand("export", place(&header), &sealed);
        assert_eq!(opened(&bytes), Err(BundleError::Shape), "{messages:?}");
    }
}

#[test]
fn an_export_of_numbers_that_run_backwards_or_of_an_unknown_message_is_none() {
    let header = authority::export_header();
    for (first, last) in [(0, 0), (0, 1), (3, 1), (u64::MAX, 0)] {
        let other = ExportHeader {
            first,
            last,
            ..header
        };
        let messages = authority::exported();
        assert_eq!(built(other, &messages), Err(BundleError::Shape));
        let sealed = sealed_as("to-centre", "export-aad", &other, &plain_of(&messages));
        let bytes = by_hand("export", place(&other), &sealed);
        assert_eq!(opened(&bytes), Err(BundleError::Shape));
    }
    // A greeting without entries.
    let greeting = ExportHeader {
        first: 3,
        last: 2,
        ..header
    };
    assert!(built(greeting, &authority::exported()).is_ok());
    let hello = authority::hello().sign(&key(seed::STATION));
    let messages = spec::list(vec![Value::Array(vec![
        Value::from(4_u8),
        Value::bytes(hello),
    ])]);
    let sealed = sealed_as("to-centre", "export-aad", &header, &messages);
    let bytes = by_hand("export", place(&header), &sealed);
    assert_eq!(opened(&bytes), Err(BundleError::Shape));
}

#[test]
fn an_export_holds_256_messages_and_16_mebibytes_and_none_more() {
    assert_eq!((MAX_MESSAGES, MAX_EXPORT_BYTES), (256, 16 * 1024 * 1024));
    let header = authority::export_header();
    let hello = Message::Hello(authority::hello().sign(&key(seed::STATION)));
    let many = vec![hello; 257];
    assert_eq!(
        opened(&built(header, &many[..256]).unwrap()).map(|messages| messages.len()),
        Ok(256)
    );
    assert_eq!(built(header, &many), Err(BundleError::TooLarge));
    let sealed = sealed_as("to-centre", "export-aad", &header, &plain_of(&many));
    let bytes = by_hand("export", place(&header), &sealed);
    assert!(matches!(
        opened(&bytes),
        Err(BundleError::TooLarge | BundleError::Cbor(_))
    ));
    let of = |length: usize| by_hand("export", place(&header), &vec![7; length]);
    let exact = 16_000_000 + MAX_EXPORT_BYTES - of(16_000_000).len();
    assert_eq!(opened(&of(exact)), Err(BundleError::Sealed));
    assert_eq!(opened(&of(exact + 1)), Err(BundleError::TooLarge));
}

#[test]
fn answers_of_another_form_or_too_many_are_none() {
    let answer = authority::answer().sign(&key(seed::RECEIPT));
    let of = |count| Answers(vec![answer.clone(); count]);
    for count in [0, 1, 256] {
        assert_eq!(Answers::read(&of(count).encode()), Some(of(count)));
    }
    assert_eq!(Answers::read(&of(257).encode()), None);
    assert_eq!(
        Answers::read(&Answers(vec![vec![0; 330_000]]).encode()),
        None
    );
    for other in [Value::Null, Value::Array(vec![Value::Null])] {
        assert_eq!(Answers::read(&cbor::encode(&other)), None);
    }
    for cut in cuts(&of(2).encode()) {
        assert_eq!(Answers::read(cut), None);
    }
}

#[test]
fn exports_are_sealed_to_the_key_in_force_and_to_none_that_ended_below_the_floor() {
    let turn = |byte, from: i64, to: i64| ExchangeTurn {
        key: opening(byte).public(),
        not_before: NOW.plus(from * DAY),
        not_after: NOW.plus(to * DAY),
    };
    let trust = authority::verified(&TrustBody {
        exchange: vec![turn(0x71, 0, 10), turn(0x72, 8, 20)],
        ..authority::trust()
    })
    .unwrap();
    let key = |day: i64, floor: Option<i64>| {
        let floor = floor.map(|day| NOW.plus(day * DAY));
        trust.exchange(NOW.plus(day * DAY), floor).unwrap()
    };
    let [first, second] = [0x71, 0x72].map(|byte| opening(byte).public());
    assert_eq!([key(0, None), key(9, None)], [first; 2]);
    assert_eq!(key(10, None), second);
    // A clock that was set back brings no old key back.
    assert_eq!(key(1, Some(12)), second);
    // A wrong clock keeps no entry from leaving.
    assert_eq!([key(-400, None), key(400, None)], [second; 2]);
    let none = authority::verified(&TrustBody {
        exchange: Vec::new(),
        ..authority::trust()
    });
    assert_eq!(none.unwrap().exchange(NOW, None), None);
}
