use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::cbor::{self, Value as Cbor};
use crate::cose::sig_structure1;
use crate::crypto::{KeyKind, Secret, SigningKey};

const URI: &str = "https://s.example/1";
const NOW: Timestamp = Timestamp(10_000);
/// zlib around one stored block of the byte 0xb9: 1 0 0 1 1 1 0 1.
const PACKED: [u8; 12] = [
    0x78, 0x01, 0x01, 0x01, 0x00, 0xfe, 0xff, 0xb9, 0x00, 0xba, 0x00, 0xba,
];

fn signer() -> SigningKey {
    SigningKey::new(Secret::new([5; 32]))
}

fn keys() -> [VerifyingKey; 2] {
    [4, 5].map(|seed| {
        let public = SigningKey::new(Secret::new([seed; 32])).public();
        VerifyingKey::new(KeyKind::Ed25519, public.as_bytes()).unwrap()
    })
}

fn claims() -> Value {
    json!({"iss": "i", "sub": URI, "iat": 9_000, "exp": 20_000, "ttl": 600,
        "status_list": {"bits": 1, "lst": URL_SAFE_NO_PAD.encode(PACKED)}})
}

fn jwt_of(header: &Value, claims: &Value) -> String {
    let signed = [header, claims]
        .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
        .join(".");
    let signature = signer().sign(signed.as_bytes());

    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn header() -> Value {
    json!({"alg": "EdDSA", "kid": "k", "typ": "statuslist+jwt"})
}

fn jwt(claims: &Value) -> Result<StatusToken, TokenError> {
    decode_jwt(&jwt_of(&header(), claims))?.verify(&keys(), URI, NOW)
}

/// A CWT with this type and these claims.
fn cwt_of(typ: &str, claims: Vec<(Cbor, Cbor)>) -> Vec<u8> {
    let protected = cbor::encode(&Cbor::Map(vec![
        (Cbor::int(1), Cbor::int(-8)),
        (Cbor::int(4), Cbor::bytes(b"k")),
        (Cbor::int(16), Cbor::text(typ)),
    ]));
    let payload = cbor::encode(&Cbor::Map(claims));
    let signature = signer().sign(&sig_structure1(&protected, &[], &payload));

    cbor::encode(&Cbor::Tag(
        18,
        Box::new(Cbor::Array(vec![
            Cbor::bytes(protected),
            Cbor::Map(Vec::new()),
            Cbor::bytes(payload),
            Cbor::bytes(signature),
        ])),
    ))
}

fn cwt_claims() -> Vec<(Cbor, Cbor)> {
    let list = Cbor::map([("bits", Cbor::int(1)), ("lst", Cbor::bytes(PACKED))]);
    vec![
        (Cbor::int(1), Cbor::text("i")),
        (Cbor::int(2), Cbor::text(URI)),
        (Cbor::int(4), Cbor::int(20_000)),
        (Cbor::int(6), Cbor::int(9_000)),
        (Cbor::int(65_533), list),
        (Cbor::int(65_534), Cbor::int(600)),
    ]
}

const CWT_TYPE: &str = "application/statuslist+cwt";

#[test]
fn both_forms_of_one_token_say_the_same() {
    let jwt_said = jwt(&claims()).unwrap();
    assert_eq!(jwt_said.issuer.as_deref(), Some("i"));
    assert_eq!(jwt_said.issued_at, Timestamp(9_000));
    assert_eq!(jwt_said.expires, Some(Timestamp(20_000)));
    assert_eq!(jwt_said.stale_from, Some(Timestamp(9_600)));
    assert_eq!(jwt_said.list.entries(), 8);
    assert_eq!(
        (jwt_said.list.status(0), jwt_said.list.status(1)),
        (Some(1), Some(0))
    );

    let signed_cwt = decode_cwt(&cwt_of(CWT_TYPE, cwt_claims())).unwrap();
    assert_eq!(signed_cwt.key_id(), b"k");
    assert_eq!(signed_cwt.verify(&keys(), URI, NOW), Ok(jwt_said));
}

#[test]
fn only_the_list_that_was_asked_for_counts_and_only_in_its_time() {
    let token = decode_jwt(&jwt_of(&header(), &claims())).unwrap();
    let at = |now: i64| token.verify(&keys(), URI, Timestamp(now)).err();
    assert_eq!(at(8_399), Some(TokenError::NotYetValid));
    assert_eq!(at(8_400), None);
    assert_eq!(at(19_999), None);
    assert_eq!(at(20_000), Some(TokenError::Expired));
    for other in [
        "https://s.example/2",
        "https://s.example/1/",
        "HTTPS://s.example/1",
        "",
    ] {
        assert_eq!(
            token.verify(&keys(), other, NOW),
            Err(TokenError::OtherList)
        );
    }
    let stranger = &keys()[..1];
    assert_eq!(
        token.verify(stranger, URI, NOW),
        Err(TokenError::BadSignature)
    );
    assert_eq!(token.verify(&[], URI, NOW), Err(TokenError::BadSignature));
}

#[test]
fn a_token_of_another_type_was_signed_for_something_else() {
    for typ in [
        json!("JWT"),
        json!("application/statuslist+cwt"),
        json!(null),
    ] {
        let mut header = header();
        header["typ"] = typ;
        assert_eq!(
            decode_jwt(&jwt_of(&header, &claims())),
            Err(TokenError::OtherType)
        );
    }
    for typ in ["application/cwt", "statuslist+jwt", ""] {
        let read = decode_cwt(&cwt_of(typ, cwt_claims()));
        assert_eq!(read, Err(TokenError::OtherType));
    }
    let mut unsupported = header();
    unsupported["alg"] = json!("ES512");
    assert_eq!(
        decode_jwt(&jwt_of(&unsupported, &claims())),
        Err(TokenError::Unsupported)
    );
}

#[test]
fn claims_that_are_missing_or_of_another_type_are_refused() {
    for (path, value) in [
        ("/sub", json!(null)),
        ("/iat", json!("9000")),
        ("/exp", json!("never")),
        ("/ttl", json!(0)),
        ("/ttl", json!("600")),
        ("/iss", json!(7)),
        ("/status_list", json!([])),
        ("/status_list/bits", json!("1")),
        ("/status_list/lst", json!("_-A=")),
        ("/status_list/lst", json!(null)),
    ] {
        let mut claims = claims();
        *claims.pointer_mut(path).unwrap() = value;
        assert_eq!(jwt(&claims), Err(TokenError::Malformed), "{path}");
    }
    for without in [2, 6, 65_533] {
        let mut claims = cwt_claims();
        claims.retain(|(name, _)| *name != Cbor::int(without));
        let read = decode_cwt(&cwt_of(CWT_TYPE, claims));
        assert_eq!(read, Err(TokenError::Malformed), "{without}");
    }
}

#[test]
fn a_list_that_does_not_unpack_is_found_after_its_signature_was() {
    let mut wrong = claims();
    wrong["status_list"]["bits"] = json!(3);
    assert_eq!(jwt(&wrong), Err(TokenError::List(ListError::Bits)));
    wrong["status_list"] = json!({"bits": 1, "lst": "AAAA"});
    assert_eq!(jwt(&wrong), Err(TokenError::List(ListError::Packed)));
    let token = decode_jwt(&jwt_of(&header(), &wrong)).unwrap();
    assert_eq!(token.verify(&[], URI, NOW), Err(TokenError::BadSignature));
}

#[test]
fn no_character_or_bit_of_a_signed_token_can_be_changed() {
    let text = jwt_of(&header(), &claims());
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let taken = decode_jwt(&changed).and_then(|token| token.verify(&keys(), URI, NOW));
        assert!(taken.is_err(), "{at}");
    }
    let bytes = cwt_of(CWT_TYPE, cwt_claims());
    for at in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[at / 8] ^= 1 << (at % 8);
        let taken = decode_cwt(&changed).and_then(|token| token.verify(&keys(), URI, NOW));
        assert!(taken.is_err(), "{at}");
    }
}

#[test]
fn a_reference_names_its_list_and_its_place_in_it() {
    let reference = StatusReference {
        index: 7,
        uri: URI.to_owned(),
    };
    let list = json!({"status_list": {"idx": 7, "uri": URI}});
    for claims in [json!({"status": list}), json!({"65535": list})] {
        assert_eq!(StatusReference::in_claims(&claims), Some(reference.clone()));
    }
    for claims in [
        json!({}),
        json!({"status": {"status_list": {"idx": -1, "uri": URI}}}),
        json!({"status": {"status_list": {"idx": 7}}}),
    ] {
        assert_eq!(StatusReference::in_claims(&claims), None);
    }
    let cbor = Cbor::map([("idx", Cbor::int(7)), ("uri", Cbor::text(URI))]);
    let claim = (Cbor::int(65_535), Cbor::map([("status_list", cbor)]));
    let cwt = cwt_of("application/cwt", vec![claim]);
    assert_eq!(StatusReference::in_cwt(&cwt, &keys()), Ok(reference));
    assert_eq!(
        StatusReference::in_cwt(&cwt, &[]),
        Err(TokenError::BadSignature)
    );
    let none = cwt_of("application/cwt", Vec::new());
    assert_eq!(
        StatusReference::in_cwt(&none, &keys()),
        Err(TokenError::Malformed)
    );
}
