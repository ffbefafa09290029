use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, UnboundKey};
use serde_json::json;

use super::super::fixture::{
    KEY_ID, NOW, certificate, identity, identity_code, key, numbered, packed, signed,
};
use super::super::{KeyRing, Reading, decode, verify};
use super::*;
use crate::cbor::{Value as Cbor, encode};

const NONCE: [u8; 12] = [5; 12];

/// A `COSE_Encrypt0` around `plain`, and its text.
fn encrypted(number: i64, cipher: &'static Algorithm, key: &[u8], plain: &[u8]) -> String {
    let protected = encode(&numbered([(1, Cbor::int(number))]));
    let mut buffer = plain.to_vec();
    LessSafeKey::new(UnboundKey::new(cipher, key).unwrap())
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(NONCE),
            Aad::from(enc_structure(&protected)),
            &mut buffer,
        )
        .unwrap();
    let members = Cbor::Array(vec![
        Cbor::bytes(&protected),
        numbered([(5, Cbor::bytes(NONCE))]),
        Cbor::bytes(&buffer),
    ]);

    packed(&encode(&Cbor::Tag(16, Box::new(members))))
}

/// Codes for the stories of other crates, as they are made here: valid from 2020 to 2100.
const CODES: &str = include_str!("../../../vectors/foreign-codes.txt");

fn code(name: &str) -> &'static str {
    let mut lines = CODES.lines().filter_map(|line| line.split_once(" = "));

    lines.find(|(of, _)| *of == name).unwrap().1
}

/// `more` beside an issuer and the times.
fn for_long<const N: usize>(more: [(i64, Cbor); N]) -> Vec<u8> {
    let claims = [
        (1, Cbor::text("https://id.example")),
        (4, Cbor::int(4_102_444_800)),
        (6, Cbor::int(1_577_836_800)),
    ];
    let claims = claims.into_iter().chain(more);
    let claims = claims.map(|(key, value)| (Cbor::int(key), value)).collect();

    signed(&encode(&Cbor::Map(claims)))
}

fn with_keys(keys: &[&[u8]]) -> Reading {
    Reading {
        content_keys: keys.iter().filter_map(|key| ContentKey::new(key)).collect(),
        ..Reading::default()
    }
}

#[test]
fn an_identity_is_told_in_the_specifications_names() {
    let code = decode(&identity_code()).unwrap();
    assert_eq!(code.format, Format::Claim169);
    assert_eq!(code.kinds, [ProofKind::Identity]);
    assert_eq!(
        code.payload,
        json!({
            "iss": "https://id.example",
            "exp": NOW.plus(86_400).0,
            "nbf": NOW.plus(-60).0,
            "iat": NOW.plus(-60).0,
            "claim169": {
                "id": "ID-1",
                "fullName": "Janardhan BS",
                "24": "free",
                "face": [{"data": "fffe", "format": 0, "subFormat": 4}],
            },
        })
    );
}

#[test]
fn an_encrypted_code_opens_under_its_key_and_says_what_is_inside() {
    let inside = signed(&encode(&identity()));
    for (number, cipher, key) in [(1, &AES_128_GCM, &[1; 16][..]), (3, &AES_256_GCM, &[2; 32])] {
        let text = encrypted(number, cipher, key, &inside);
        let open = with_keys(&[&[9; 32], &[9; 16], key]).decode(&text);
        assert_eq!(open, decode(&identity_code()));
        assert_eq!(
            with_keys(&[&[9; 32], &[9; 16]]).decode(&text),
            Err(Reason::Unsupported)
        );
        assert_eq!(decode(&text), Err(Reason::Unsupported));
    }
    let wrong = encrypted(24, &AES_256_GCM, &[2; 32], &inside);
    assert_eq!(
        with_keys(&[&[2; 32]]).decode(&wrong),
        Err(Reason::Unsupported)
    );
}

#[test]
fn the_codes_for_other_crates_are_made_here_and_told_by_what_a_station_knows() {
    let person = numbered([
        (1, Cbor::text("ID-1")),
        (4, Cbor::text("Janardhan BS")),
        (8, Cbor::text("19641014")),
    ]);
    let place = Cbor::map([
        ("idx", Cbor::int(0)),
        ("uri", Cbor::text("https://id.example/status/1")),
    ]);
    let place = Cbor::map([("status_list", place)]);
    let inside = for_long([(169, person.clone()), (65_535, place)]);
    let text = encrypted(3, &AES_256_GCM, &[2; 32], &inside);
    assert_eq!(text, code("claim169_encrypted_with_status"));
    let opened = with_keys(&[&[2; 32]]).decode(&text).unwrap();
    assert_eq!(opened.status.unwrap().index, 0);

    let inside = for_long([(169, person)]);
    let text = encrypted(3, &AES_256_GCM, &[2; 32], &inside);
    assert_eq!(text, code("claim169_encrypted"));
    assert_eq!(crate::hex::encode([2; 32]), code("claim169_key"));
    let opened = with_keys(&[&[2; 32]]).decode(&text);
    assert_eq!(opened, decode(&packed(&inside)));
    assert_eq!(opened.unwrap().flaw, None);

    let certificate = for_long([(-260, numbered([(5, certificate("Muster", "2021-06-01"))]))]);
    let text = format!("HC1:{}", packed(&certificate));
    assert_eq!(text, code("hcert_under_5"));
    assert_eq!(decode(&text).unwrap().flaw, Some(Reason::Unsupported));
}

#[test]
fn claims_that_nobody_signed_are_told_and_forged_encrypted_or_not() {
    let claims = encode(&identity());
    let tagged = encode(&Cbor::Tag(61, Box::new(identity())));
    let told = decode(&identity_code()).unwrap();
    let keys = KeyRing::new([key(Format::Claim169, &[]), key(Format::Claim169, &KEY_ID)]);
    for text in [
        encrypted(3, &AES_256_GCM, &[2; 32], &claims),
        encrypted(3, &AES_256_GCM, &[2; 32], &tagged),
        packed(&claims),
        packed(&tagged),
    ] {
        let code = with_keys(&[&[2; 32]]).decode(&text).unwrap();
        assert_eq!((&code.payload, code.handle), (&told.payload, told.handle));
        assert_eq!((code.signature.len(), code.flaw), (0, None));
        assert_eq!(verify(&keys, &code, NOW), Err(Reason::Forged));
    }
}

#[test]
fn a_code_in_a_code_in_a_code_is_malformed() {
    let inside = signed(&encode(&identity()));
    let inner = encrypted(3, &AES_256_GCM, &[2; 32], &inside);
    let inner = crate::inflate::zlib(&base45::decode(inner).unwrap(), 65_536).unwrap();
    let twice = encrypted(3, &AES_256_GCM, &[2; 32], &inner);
    assert_eq!(
        with_keys(&[&[2; 32]]).decode(&twice),
        Err(Reason::Malformed)
    );
}

#[test]
fn without_the_claim_or_with_one_name_twice_it_is_malformed() {
    for claims in [
        numbered([(1, Cbor::text("x"))]),
        numbered([(169, Cbor::Array(vec![]))]),
        numbered([(
            169,
            Cbor::Map(vec![
                (Cbor::int(4), Cbor::text("A")),
                (Cbor::text("fullName"), Cbor::text("B")),
            ]),
        )]),
    ] {
        let text = packed(&signed(&encode(&claims)));
        assert_eq!(decode(&text), Err(Reason::Malformed));
    }
}

#[test]
fn other_texts_are_no_such_codes() {
    for text in ["THIS!IS@NOT#VALID", "6BFÄ", "6B", "", "6bf", "6BFgpd"] {
        assert_eq!(decode(text), Err(Reason::NotAPass), "{text}");
    }
    assert_eq!(decode("6BFGPD"), Err(Reason::Malformed));
}
