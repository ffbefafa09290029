//! Codes of other issuers for the tests, signed with keys of our own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{ForeignKey, Format, KeyRing};
use crate::cbor::{Value, encode};
use crate::cose::sig_structure1;
use crate::crypto::{Secret, SigningKey};
use crate::inflate;
use crate::time::Timestamp;

/// 2026-11-24T08:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_507_200);
pub(crate) const KEY_ID: [u8; 8] = [7; 8];

pub(super) fn signing() -> SigningKey {
    SigningKey::new(Secret::new([21; 32]))
}

/// The issuer's key, for everything and for ever.
pub(crate) fn key(format: Format, key_id: &[u8]) -> ForeignKey {
    ForeignKey {
        country: Some("XX".to_owned()),
        key: Some(signing().public().into()),
        ..ForeignKey::new(format, key_id.to_vec())
    }
}

pub(super) fn ring(format: Format) -> KeyRing {
    KeyRing::new([key(format, &KEY_ID)])
}

/// `{1: -8, 4: key id}`, where there is one.
pub(super) fn protected(key_id: Option<&[u8]>) -> Vec<u8> {
    let mut header = vec![(Value::int(1), Value::int(-8))];
    header.extend(key_id.map(|id| (Value::int(4), Value::bytes(id))));

    encode(&Value::Map(header))
}

pub(super) fn object(
    protected: &[u8],
    unprotected: Value,
    payload: &[u8],
    signature: &[u8],
) -> Value {
    Value::Array(vec![
        Value::bytes(protected),
        unprotected,
        Value::bytes(payload),
        Value::bytes(signature),
    ])
}

/// A `COSE_Sign1` over `payload` under tag 18.
pub(super) fn signed(payload: &[u8]) -> Vec<u8> {
    let protected = protected(Some(&KEY_ID));
    let signature = signing().sign(&sig_structure1(&protected, &[], payload));
    let object = object(&protected, Value::Map(vec![]), payload, &signature);

    encode(&Value::Tag(18, Box::new(object)))
}

pub(super) fn packed(bytes: &[u8]) -> String {
    base45::encode(inflate::deflated(bytes))
}

/// A map with numbers for keys.
pub(super) fn numbered<const N: usize>(entries: [(i64, Value); N]) -> Value {
    Value::Map(entries.map(|(key, value)| (Value::int(key), value)).into())
}

/// A certificate of one vaccination.
pub(super) fn dcc() -> Value {
    let dose = Value::map([
        ("ci", Value::text("URN:UVCI:01:XX:1")),
        ("dn", Value::int(2)),
        ("tg", Value::text("840539006")),
    ]);
    Value::map([
        ("dob", Value::text("1964-03-14")),
        ("nam", Value::map([("fnt", Value::text("MUSTER"))])),
        ("v", Value::Array(vec![dose])),
        ("ver", Value::text("1.3.0")),
    ])
}

/// A certificate of the last of two doses on this day, of which nothing is missing.
pub(crate) fn vaccinated(family: &str, on: &str) -> String {
    health_code(numbered([(1, certificate(family, on))]))
}

/// The same certificate before it is numbered and signed.
pub(super) fn certificate(family: &str, on: &str) -> Value {
    let dose = Value::map([
        ("ci", Value::text("URN:UVCI:01:XX:2")),
        ("co", Value::text("XX")),
        ("dn", Value::int(2)),
        ("dt", Value::text(on)),
        ("is", Value::text("Nobody")),
        ("ma", Value::text("ORG-100030215")),
        ("mp", Value::text("EU/1/20/1528")),
        ("sd", Value::int(2)),
        ("tg", Value::text("840539006")),
        ("vp", Value::text("J07BX03")),
    ]);
    let name = Value::map([
        ("fn", Value::text(family)),
        ("fnt", Value::text(family.to_uppercase())),
        ("gn", Value::text("Anna")),
        ("gnt", Value::text("ANNA")),
    ]);

    Value::map([
        ("dob", Value::text("1964-03-14")),
        ("nam", name),
        ("v", Value::Array(vec![dose])),
        ("ver", Value::text("1.3.0")),
    ])
}

/// A ticket for a product, in its text.
pub(crate) fn ticket(seed: &str, item: u8) -> String {
    let length = u8::try_from(seed.len()).unwrap();
    let payload = [&[0x0a, length][..], seed.as_bytes(), &[0x10, item]].concat();
    let signature = signing().sign(&payload);
    let lengths = [payload.len(), signature.len()].map(|length| u16::try_from(length).unwrap());
    let bytes = [
        &[1][..],
        &lengths[0].to_be_bytes(),
        &lengths[1].to_be_bytes(),
        &payload,
        &signature,
    ]
    .concat();

    STANDARD.encode(bytes).chars().rev().collect()
}

/// The claims of a health certificate around `hcert`, in time for 30 days around [`NOW`].
pub(super) fn health(hcert: Value) -> Value {
    numbered([
        (1, Value::text("XX")),
        (4, Value::int(NOW.plus(30 * 86_400).0)),
        (6, Value::int(NOW.plus(-30 * 86_400).0)),
        (-260, hcert),
    ])
}

pub(super) fn health_code(hcert: Value) -> String {
    format!("HC1:{}", packed(&signed(&encode(&health(hcert)))))
}

/// What a status token says.
pub(crate) struct StatusClaims<'a> {
    pub(crate) uri: &'a str,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) ttl: Option<i64>,
    pub(crate) bits: i64,
    pub(crate) table: &'a [u8],
}

/// A status token as a CWT, signed by the issuer of the codes.
pub(crate) fn status_cwt(says: &StatusClaims<'_>) -> Vec<u8> {
    let protected = encode(&numbered([
        (1, Value::int(-8)),
        (4, Value::bytes(KEY_ID)),
        (16, Value::text("application/statuslist+cwt")),
    ]));
    let list = Value::map([
        ("bits", Value::int(says.bits)),
        ("lst", Value::bytes(inflate::deflated(says.table))),
    ]);
    let mut claims = vec![
        (Value::int(2), Value::text(says.uri)),
        (Value::int(6), Value::int(says.issued_at.0)),
        (Value::int(65_533), list),
    ];
    claims.extend(says.expires.map(|at| (Value::int(4), Value::int(at.0))));
    claims.extend(says.ttl.map(|ttl| (Value::int(65_534), Value::int(ttl))));
    let payload = encode(&Value::Map(claims));
    let signature = signing().sign(&sig_structure1(&protected, &[], &payload));
    let object = object(&protected, Value::Map(vec![]), &payload, &signature);

    encode(&Value::Tag(18, Box::new(object)))
}

/// The certificate of [`vaccinated`] with `status` as its claim 65535.
pub(crate) fn vaccinated_with_status(family: &str, on: &str, status: Value) -> String {
    let Value::Map(mut claims) = health(numbered([(1, certificate(family, on))])) else {
        unreachable!("claims are a map");
    };
    claims.push((Value::int(65_535), status));

    format!("HC1:{}", packed(&signed(&encode(&Value::Map(claims)))))
}

/// A place in a status list, as a code names it.
pub(crate) fn status_at(uri: &str, index: i64) -> Value {
    let list = Value::map([("idx", Value::int(index)), ("uri", Value::text(uri))]);

    Value::map([("status_list", list)])
}

/// The claims of an identity.
pub(super) fn identity() -> Value {
    let face = numbered([
        (0, Value::bytes([0xff, 0xfe])),
        (1, Value::int(0)),
        (2, Value::int(4)),
    ]);
    numbered([
        (1, Value::text("https://id.example")),
        (4, Value::int(NOW.plus(86_400).0)),
        (5, Value::int(NOW.plus(-60).0)),
        (6, Value::int(NOW.plus(-60).0)),
        (
            169,
            numbered([
                (1, Value::text("ID-1")),
                (4, Value::text("Janardhan BS")),
                (24, Value::text("free")),
                (62, Value::Array(vec![face])),
            ]),
        ),
    ])
}

pub(crate) fn identity_code() -> String {
    packed(&signed(&encode(&identity())))
}
