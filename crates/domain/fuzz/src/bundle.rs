//! What travels on a stick.

use std::sync::LazyLock;

use domain::cbor::{self, Value};
use domain::crypto::{Fresh, OpeningKey, label, seal, sha256};
use domain::wire::{Answers, CheckedExport, Export};

use super::authority::{self, AUTHORITY, opening, seed, station_id};
use super::edits::How;
use super::fixture::KEYS;

static EXCHANGE: LazyLock<OpeningKey> = LazyLock::new(|| opening(seed::EXCHANGE));
static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (header, messages) = (authority::export_header(), authority::exported());
    let ephemeral = Fresh::new([0xf4; 32]);

    Export::build(
        header,
        &messages,
        &EXCHANGE.public(),
        &KEYS.station,
        ephemeral,
    )
    .expect("two messages of one station")
});

/// An export as it lies on a stick: its bytes, or a header of any content, which the station signs.
pub fn export(data: &[u8]) -> bool {
    static HEADER: LazyLock<Vec<u8>> = LazyLock::new(|| member(&GOOD, 0));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (bytes, signed) = how.signed(rest, &GOOD, &HEADER, |header| {
        around(header, &member(&GOOD, 2))
    });
    let Some(read) = checked(&bytes) else {
        return false;
    };

    assert!(signed || bytes == *GOOD, "nobody signed {:?}", read.header);
    // A header that is not the one that the messages were sealed for opens nothing.
    let opened = read.open(&EXCHANGE);
    assert_eq!(opened.is_ok(), read.header == authority::export_header());
    opened.is_ok()
}

/// What an export seals: messages of any content, under a header that fits them.
pub fn exported(data: &[u8]) -> bool {
    static MESSAGES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let messages = authority::exported();
        let values = messages.iter().map(|message| {
            Value::Array(vec![
                Value::from(message.number()),
                Value::bytes(message.bytes()),
            ])
        });
        cbor::encode(&Value::Array(values.collect()))
    });
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let plain = how.body(rest, &MESSAGES);
    let kid = EXCHANGE.public().kid();
    let place = [
        Value::bytes(AUTHORITY.0),
        Value::bytes(station_id().0),
        Value::from(1_u8),
        Value::from(1_u8),
        Value::from(2_u8),
        Value::bytes(kid.0),
    ];
    let info = [label("to-centre"), AUTHORITY.0.to_vec(), kid.0.to_vec()].concat();
    let aad = [
        label("export-aad"),
        cbor::encode(&Value::Array(place.to_vec())),
    ]
    .concat();
    let sealed = seal(
        &EXCHANGE.public(),
        &info,
        &plain,
        &aad,
        Fresh::new([0xf5; 32]),
    );
    let hash = Value::bytes(sha256(&[&sealed]));
    let header = cbor::encode(&Value::Array([&place[..], &[hash]].concat()));
    let read = checked(&around(&header, &sealed)).expect("it is signed as it is built");
    let Ok(messages) = read.open(&EXCHANGE) else {
        return false;
    };

    assert!(!messages.is_empty());
    let again = messages.iter().map(|message| {
        Value::Array(vec![
            Value::from(message.number()),
            Value::bytes(message.bytes()),
        ])
    });
    assert_eq!(cbor::encode(&Value::Array(again.collect())), plain);
    true
}

/// The answers to an export as they lie on a stick.
pub fn answers(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> =
        LazyLock::new(|| Answers(vec![authority::answer().sign(&KEYS.receipt); 2]).encode());
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let bytes = how.body(rest, &GOOD);
    let Some(read) = Answers::read(&bytes) else {
        return false;
    };

    assert_eq!(read.encode(), bytes);
    true
}

fn checked(bytes: &[u8]) -> Option<CheckedExport> {
    Export::read(bytes)
        .and_then(|export| export.check(&KEYS.station.public()))
        .ok()
}

fn around(header: &[u8], sealed: &[u8]) -> Vec<u8> {
    let signature = KEYS.station.sign(&[&label("export"), header].concat());

    cbor::encode(&Value::Array(vec![
        Value::bytes(header),
        Value::bytes(signature),
        Value::bytes(sealed),
    ]))
}

fn member(export: &[u8], at: usize) -> Vec<u8> {
    let list = cbor::decode(export, cbor::MAX_ITEMS).ok();
    let member = list
        .as_ref()
        .and_then(|list| list.as_items()?.get(at)?.as_bytes());

    member.expect("an export holds byte strings").to_vec()
}
