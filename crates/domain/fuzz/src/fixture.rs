//! Good bodies, and what it takes to sign and pack others.

use std::sync::LazyLock;

use domain::cbor::{self, Value};
use domain::crypto::{SigningKey, label};
use domain::document::{Root, Trust};

use super::authority::{self, key, seed};

/// The fixed keys, made once: making one takes longer than most of what is tried.
pub(crate) struct Keys {
    pub(crate) roots: [SigningKey; 2],
    pub(crate) registry: SigningKey,
    pub(crate) status: SigningKey,
    pub(crate) receipt: SigningKey,
    pub(crate) station: SigningKey,
    pub(crate) slip: SigningKey,
}

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    roots: [key(seed::ROOT[0]), key(seed::ROOT[1])],
    registry: key(seed::REGISTRY),
    status: key(seed::STATUS),
    receipt: key(seed::RECEIPT),
    station: key(seed::STATION),
    slip: key(seed::SLIP),
});

pub(crate) static ROOT: LazyLock<Root> = LazyLock::new(authority::root);
pub(crate) static TRUST: LazyLock<Trust> =
    LazyLock::new(|| authority::trust_with(authority::trust().issuers));

/// A body and what it signs.
pub(crate) struct Good {
    pub(crate) body: Vec<u8>,
    pub(crate) inside: Vec<u8>,
}

impl Good {
    /// A COSE object, taken apart.
    pub(crate) fn cose(body: Vec<u8>) -> Self {
        let inside = parts(&body)
            .and_then(|[_, _, payload, _]| payload.as_bytes().map(<[u8]>::to_vec))
            .expect("a COSE object holds its payload");

        Self { body, inside }
    }
}

/// The four members of a tagged object.
pub(crate) fn parts(body: &[u8]) -> Option<[Value; 4]> {
    let Ok(Value::Tag(_, inner)) = cbor::decode(body, cbor::MAX_ITEMS) else {
        return None;
    };
    let Value::Array(members) = *inner else {
        return None;
    };

    members.try_into().ok()
}

/// A line of a vector file.
pub(crate) fn vector(file: &str, name: &str) -> Vec<u8> {
    file.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))
        .and_then(domain::hex::decode)
        .expect("the vector file has such a line")
}

/// A `COSE_Sign1` of type `typ` around any bytes.
pub(crate) fn sign1(typ: &str, payload: &[u8], key: &SigningKey) -> Vec<u8> {
    let protected = cbor::encode(&Value::Map(vec![
        (Value::int(1), Value::int(-8)),
        (Value::int(4), Value::bytes(key.public().kid().0)),
        (Value::int(16), Value::text(typ)),
    ]));
    let message = cbor::encode(&Value::Array(vec![
        Value::text("Signature1"),
        Value::bytes(&protected),
        Value::bytes(label(typ)),
        Value::bytes(payload),
    ]));

    tagged(18, &protected, payload, Value::bytes(key.sign(&message)))
}

/// A `COSE_Sign` of type `typ` around any bytes, by both root keys.
pub(crate) fn sign_by_roots(typ: &str, payload: &[u8]) -> Vec<u8> {
    let protected = cbor::encode(&Value::Map(vec![(Value::int(16), Value::text(typ))]));
    let signatures = KEYS.roots.iter().map(|key| {
        let signer = cbor::encode(&Value::Map(vec![
            (Value::int(1), Value::int(-8)),
            (Value::int(4), Value::bytes(key.public().kid().0)),
        ]));
        let message = cbor::encode(&Value::Array(vec![
            Value::text("Signature"),
            Value::bytes(&protected),
            Value::bytes(&signer),
            Value::bytes(label(typ)),
            Value::bytes(payload),
        ]));

        Value::Array(vec![
            Value::Bytes(signer),
            Value::Map(Vec::new()),
            Value::bytes(key.sign(&message)),
        ])
    });

    tagged(98, &protected, payload, Value::Array(signatures.collect()))
}

pub(crate) fn tagged(tag: u64, protected: &[u8], payload: &[u8], last: Value) -> Vec<u8> {
    cbor::encode(&Value::Tag(
        tag,
        Box::new(Value::Array(vec![
            Value::bytes(protected),
            Value::Map(Vec::new()),
            Value::bytes(payload),
            last,
        ])),
    ))
}

/// A zstd frame that holds `raw` as it is (RFC 8878 §3.1.1): the same bytes whatever zstd is built in.
pub(crate) fn stored(raw: &[u8]) -> Vec<u8> {
    // Magic number, no content size, a window of 2^20; then one raw block, the last.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50];
    let most = raw.len().min(100_000);
    let block = u32::try_from(most << 3 | 1).expect("a block is small");
    frame.extend_from_slice(&block.to_le_bytes()[..3]);
    frame.extend_from_slice(&raw[..most]);
    frame
}
