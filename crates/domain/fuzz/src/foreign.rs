//! Codes that others issue.

use std::sync::LazyLock;

use domain::cbor::{self, Value};
use domain::code::foreign::{
    Content, ForeignKey, Format, KeyRing, Reading, SignedForeign, VerifiedForeign, verify,
};
use domain::code::{MAX_TEXT, clean_text};
use domain::crypto::{ContentKey, VerifyingKey};
use domain::ids::Handle;

use super::authority::NOW;
use super::credential::base45;
use super::edits::{How, exchanged, spoilt};
use super::fixture::{Good, KEYS, tagged, vector};

/// A health certificate.
pub fn hcert(data: &[u8]) -> bool {
    static GOOD: LazyLock<Good> = LazyLock::new(|| Good::cose(sign(&cbor::encode(&health()))));
    packed(data, Format::Hcert, "HC1:", &GOOD)
}

/// An identity in a CWT.
pub fn claim169(data: &[u8]) -> bool {
    static GOOD: LazyLock<Good> = LazyLock::new(|| Good::cose(sign(&cbor::encode(&identity()))));
    packed(data, Format::Claim169, "", &GOOD)
}

/// A New Zealand pass. Nobody here has its key: what is edited inside keeps the signature that it had.
pub fn nzcp(data: &[u8]) -> bool {
    const FILE: &str = include_str!("../../vectors/foreign-nzcp.txt");
    static GOOD: LazyLock<Good> = LazyLock::new(|| Good::cose(vector(FILE, "nzcp")));
    static RING: LazyLock<KeyRing> = LazyLock::new(|| {
        let key = VerifyingKey::from_spki(&vector(FILE, "spki")).ok();
        KeyRing::new([held(Format::Nzcp, b"did:web:pass.example#key-1", key)])
    });
    let text = |bytes: &[u8]| format!("NZCP:/1/{}", base32(bytes)).into_bytes();
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let text = match how {
        How::Raw => rest.to_vec(),
        How::Spoilt => edited(rest, &GOOD.body, text),
        How::Inside => text(&with_payload(&GOOD, &spoilt(&GOOD.inside, rest))),
        How::Values => text(&with_payload(&GOOD, &exchanged(&GOOD.inside, rest))),
    };

    judged(&text, &RING, &GOOD, false).is_some()
}

/// A code in base45 and zlib, signed with the key of the tests' slips.
fn packed(data: &[u8], format: Format, prefix: &str, good: &Good) -> bool {
    let text = |bytes: &[u8]| format!("{prefix}{}", base45(&stored(bytes))).into_bytes();
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (text, signed) = match how {
        How::Raw => (rest.to_vec(), false),
        How::Spoilt => (edited(rest, &good.body, text), false),
        How::Inside => (text(&sign(&spoilt(&good.inside, rest))), true),
        How::Values => (text(&sign(&exchanged(&good.inside, rest))), true),
    };
    let key = Some(KEYS.slip.public().into());
    let ring = KeyRing::new([held(format, &KEYS.slip.public().kid().0, key)]);

    judged(&text, &ring, good, signed).is_some()
}

/// Half of the edits are of the text, half of what it encodes.
fn edited(rest: &[u8], good: &[u8], text: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let edits = rest.get(1..).unwrap_or_default();
    if rest.first().is_some_and(|byte| byte % 2 == 0) {
        spoilt(&text(good), edits)
    } else {
        text(&spoilt(good, edits))
    }
}

/// The code, if it is one and `ring` vouches for it. Nothing but what was signed may come out.
fn judged(text: &[u8], ring: &KeyRing, good: &Good, signed: bool) -> Option<VerifiedForeign> {
    let text = std::str::from_utf8(text).ok()?;
    let code = reading().decode(text).ok()?;
    assert!(text.len() <= MAX_TEXT.max(domain::code::foreign::shc::MAX_TEXT));
    assert!(code.payload.is_object());
    assert!(!format!("{code:?}").contains("Muster"));
    shown(&code);
    let verified = verify(ring, &code, NOW).ok()?;
    assert!(signed || is_of(&code, good), "nobody signed it");
    assert_eq!(*verified.code(), code);
    assert!(!code.signature.is_empty() && code.flaw.is_none());

    Some(verified)
}

/// What staff would read of it fits a screen, and says it where something was dropped.
pub(super) fn shown(code: &SignedForeign) {
    let Some(content) = Content::of(code) else {
        return;
    };
    assert!(!content.proofs.is_empty());
    if let Some(holder) = content.holder {
        for name in std::iter::once(&holder.name).chain(&holder.other) {
            assert!(!clean_text(name).1, "{name:?}");
        }
        assert!(holder.birth.is_none_or(|birth| birth.len() <= 10));
    }
}

fn is_of(code: &SignedForeign, good: &Good) -> bool {
    code.handle == Handle::of_foreign(code.format, &good.inside)
}

fn reading() -> Reading {
    Reading {
        content_keys: ContentKey::new(&[3; 32]).into_iter().collect(),
        ..Reading::default()
    }
}

fn held(format: Format, key_id: &[u8], key: Option<VerifyingKey>) -> ForeignKey {
    ForeignKey {
        key,
        ..ForeignKey::new(format, key_id.to_vec())
    }
}

fn numbered<const N: usize>(entries: [(i64, Value); N]) -> Value {
    Value::Map(entries.map(|(key, value)| (Value::int(key), value)).into())
}

fn health() -> Value {
    let dose = Value::map([
        ("ci", Value::text("URN:UVCI:01:XX:1")),
        ("dn", Value::int(2)),
        ("dt", Value::text("2026-08-01")),
        ("tg", Value::text("840539006")),
    ]);
    let dcc = Value::map([
        ("dob", Value::text("1964-03-14")),
        ("nam", Value::map([("fn", Value::text("Muster"))])),
        ("v", Value::Array(vec![dose])),
        ("ver", Value::text("1.3.0")),
    ]);

    numbered([
        (1, Value::text("XX")),
        (4, Value::int(NOW.plus(86_400).0)),
        (6, Value::int(NOW.plus(-86_400).0)),
        (-260, numbered([(1, dcc)])),
    ])
}

fn identity() -> Value {
    let face = numbered([(0, Value::bytes([0xff, 0xfe])), (1, Value::int(0))]);
    let person = numbered([
        (1, Value::text("ID-1")),
        (4, Value::text("Max Muster")),
        (8, Value::text("19640314")),
        (62, Value::Array(vec![face])),
    ]);

    numbered([
        (1, Value::text("https://id.example")),
        (4, Value::int(NOW.plus(86_400).0)),
        (6, Value::int(NOW.plus(-86_400).0)),
        (169, person),
    ])
}

/// A `COSE_Sign1` without external data, as others sign.
fn sign(payload: &[u8]) -> Vec<u8> {
    let protected = cbor::encode(&numbered([
        (1, Value::int(-8)),
        (4, Value::bytes(KEYS.slip.public().kid().0)),
    ]));
    let message = cbor::encode(&Value::Array(vec![
        Value::text("Signature1"),
        Value::bytes(&protected),
        Value::bytes([]),
        Value::bytes(payload),
    ]));
    let signature = KEYS.slip.sign(&message);

    tagged(18, &protected, payload, Value::bytes(signature))
}

/// `good` around another payload, its signature left as it was.
fn with_payload(good: &Good, payload: &[u8]) -> Vec<u8> {
    let [protected, _, _, signature] =
        super::fixture::parts(&good.body).expect("a good body is a COSE object");
    let protected = protected.as_bytes().expect("a header is bytes");

    tagged(18, protected, payload, signature)
}

/// A zlib stream that holds `raw` as it is (RFC 1950, RFC 1951 §3.2.4), the same whatever library is built in.
fn stored(raw: &[u8]) -> Vec<u8> {
    const MODULUS: u32 = 65_521;
    let raw = &raw[..raw.len().min(60_000)];
    let length = u16::try_from(raw.len()).expect("it was cut to fit");
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in raw {
        low = (low + u32::from(*byte)) % MODULUS;
        high = (high + low) % MODULUS;
    }
    let checksum = high << 16 | low;

    [
        &[0x78, 0x01, 0x01][..],
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
        raw,
        &checksum.to_be_bytes(),
    ]
    .concat()
}

/// Base32 without padding, by the words of RFC 4648.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    for group in bytes.chunks(5) {
        let mut five = [0; 8];
        five[3..3 + group.len()].copy_from_slice(group);
        let bits = u64::from_be_bytes(five);
        let letters = (group.len() * 8).div_ceil(5);
        for at in 0..letters {
            let digit = usize::try_from(bits >> (35 - 5 * at) & 31).expect("it has five bits");
            text.push(char::from(LETTERS[digit]));
        }
    }
    text
}
