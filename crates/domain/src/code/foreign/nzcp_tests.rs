use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;

use super::super::fixture::{NOW, numbered, object};
use super::super::{ForeignKey, KeyRing, decode, verify};
use super::*;
use crate::cbor::{Value as Cbor, encode};
use crate::cose::sig_structure1;
use crate::crypto::{KeyKind, VerifyingKey};

const ISSUER: &str = "did:web:pass.example";

/// Base32 by the words of RFC 4648.
fn spelled(bytes: &[u8]) -> String {
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1))
        .collect();
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digits = bits.chunks(5).map(|five| {
        let filled = five.iter().chain([0; 4].iter()).take(5);
        filled.fold(0, |number, bit| number << 1 | usize::from(*bit))
    });

    digits.map(|digit| char::from(letters[digit])).collect()
}

fn protected() -> Vec<u8> {
    encode(&numbered([(1, Cbor::int(-7)), (4, Cbor::bytes("key-1"))]))
}

fn credential(change: impl FnOnce(&mut Vec<(Cbor, Cbor)>)) -> Cbor {
    let texts = |texts: &[&str]| Cbor::Array(texts.iter().map(|text| Cbor::text(*text)).collect());
    let mut entries = vec![
        (Cbor::text("@context"), texts(&[CONTEXT, CONTEXT_NZCP])),
        (Cbor::text("version"), Cbor::text("1.0.0")),
        (Cbor::text("type"), texts(&TYPES)),
        (
            Cbor::text("credentialSubject"),
            Cbor::map([
                ("givenName", Cbor::text("Jack")),
                ("dob", Cbor::text("1960-04-16")),
            ]),
        ),
    ];
    change(&mut entries);

    Cbor::Map(entries)
}

fn claims(vc: Cbor) -> Cbor {
    Cbor::Map(vec![
        (Cbor::int(1), Cbor::text(ISSUER)),
        (Cbor::int(4), Cbor::int(NOW.plus(60).0)),
        (Cbor::int(5), Cbor::int(NOW.plus(-60).0)),
        (Cbor::int(7), Cbor::bytes([0x60; 16])),
        (Cbor::text("vc"), vc),
    ])
}

fn around(protected: &[u8], payload: &[u8], signature: &[u8]) -> String {
    let object = object(protected, Cbor::Map(vec![]), payload, signature);
    spelled(&encode(&Cbor::Tag(18, Box::new(object))))
}

fn unsigned(claims: &Cbor) -> Result<SignedForeign, Reason> {
    decode(&format!(
        "NZCP:/1/{}",
        around(&protected(), &encode(claims), &[1; 64])
    ))
}

#[test]
fn a_pass_verifies_under_the_key_of_its_issuers_document() {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let secret = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, secret.as_ref(), &random).unwrap();
    let payload = encode(&claims(credential(|_| {})));
    let message = sig_structure1(&protected(), &[], &payload);
    let signature = pair.sign(&random, &message).unwrap();
    let text = format!(
        "NZCP:/1/{}",
        around(&protected(), &payload, signature.as_ref())
    );

    let code = decode(&text).unwrap();
    assert_eq!(code.key_id, b"did:web:pass.example#key-1");
    assert_eq!(
        code.payload,
        json!({
            "iss": ISSUER,
            "exp": NOW.plus(60).0,
            "nbf": NOW.plus(-60).0,
            "jti": "urn:uuid:60606060-6060-6060-6060-606060606060",
            "vc": {
                "@context": [CONTEXT, CONTEXT_NZCP],
                "version": "1.0.0",
                "type": TYPES,
                "credentialSubject": {"givenName": "Jack", "dob": "1960-04-16"},
            },
        })
    );
    let key = VerifyingKey::new(KeyKind::P256, pair.public_key().as_ref()).unwrap();
    let key = |key_id: &str| ForeignKey {
        issuer: Some(ISSUER.to_owned()),
        key: Some(key.clone()),
        ..ForeignKey::new(Format::Nzcp, key_id.as_bytes().to_vec())
    };
    let judge = |key| verify(&KeyRing::new([key]), &code, NOW).map(drop);
    assert_eq!(judge(key("did:web:pass.example#key-1")), Ok(()));
    assert_eq!(
        judge(key("did:web:other.example#key-1")),
        Err(Reason::UnknownIssuer)
    );
}

#[test]
fn what_the_specification_wants_is_wanted() {
    assert!(unsigned(&claims(credential(|_| {}))).is_ok());
    for missing in 0..4 {
        let vc = credential(|entries| drop(entries.remove(missing)));
        assert_eq!(
            unsigned(&claims(vc)),
            Err(Reason::Malformed),
            "vc {missing}"
        );
    }
    for missing in 0..5 {
        let Cbor::Map(mut entries) = claims(credential(|_| {})) else {
            unreachable!()
        };
        entries.remove(missing);
        let without = unsigned(&Cbor::Map(entries));
        assert_eq!(without, Err(Reason::Malformed), "claim {missing}");
    }
    let other_issuer = credential(|_| {});
    let Cbor::Map(mut entries) = claims(other_issuer) else {
        unreachable!()
    };
    entries[0].1 = Cbor::text("https://pass.example");
    assert_eq!(unsigned(&Cbor::Map(entries)), Err(Reason::Malformed));
}

#[test]
fn another_version_no_tag_another_algorithm_and_a_key_named_outside_are_refused() {
    let payload = encode(&claims(credential(|_| {})));
    let good = around(&protected(), &payload, &[1; 64]);
    assert_eq!(decode(&format!("NZCP:/2/{good}")), Err(Reason::Unsupported));
    assert_eq!(decode(&format!("nzcp:/1/{good}")), Err(Reason::NotAPass));
    let bare = encode(&object(&protected(), Cbor::Map(vec![]), &payload, &[1; 64]));
    let bare = format!("NZCP:/1/{}", spelled(&bare));
    assert_eq!(decode(&bare), Err(Reason::Malformed));
    let eddsa = encode(&numbered([(1, Cbor::int(-8)), (4, Cbor::bytes("key-1"))]));
    let eddsa = format!("NZCP:/1/{}", around(&eddsa, &payload, &[1; 64]));
    assert_eq!(decode(&eddsa), Err(Reason::Malformed));
    let unnamed = encode(&numbered([(1, Cbor::int(-7))]));
    let outside = numbered([(4, Cbor::bytes("key-1"))]);
    let object = object(&unnamed, outside, &payload, &[1; 64]);
    let outside = spelled(&encode(&Cbor::Tag(18, Box::new(object))));
    assert_eq!(
        decode(&format!("NZCP:/1/{outside}")),
        Err(Reason::Malformed)
    );
}

#[test]
fn base32_has_one_spelling_without_padding() {
    for (text, bytes) in [
        ("", &b""[..]),
        ("MY", b"f"),
        ("MZXQ", &b"foobar"[..2]),
        ("MZXW6", b"foo"),
        ("MZXW6YQ", b"foob"),
        ("MZXW6YTB", b"fooba"),
        ("MZXW6YTBOI", b"foobar"),
    ] {
        assert_eq!(base32(text).as_deref(), Some(bytes), "{text}");
        assert_eq!(spelled(bytes), text);
    }
    for text in [
        "MZ", "M", "MZX", "MZXW6A", "MY======", "my", "M1", "M Y", "MÄ",
    ] {
        assert_eq!(base32(text), None, "{text}");
    }
}
