//! Codes of the formats whose payload is JSON or a ticket, signed by keys that are for tests alone.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use domain::cbor::{self, Value as Cbor};
use domain::code::foreign::SignedForeign;
use domain::crypto::{KeyKind, Secret, SigningKey, VerifyingKey};
use domain::json::canonical;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::Value;

pub(crate) const SHC_HEADER: &str = r#"{"zip":"DEF","alg":"ES256","kid":"test"}"#;
pub(crate) const SHC_PAYLOAD: &str = r#"{"iss":"https://issuer.example","nbf":1795507200.25,"vc":{"type":["https://smarthealth.cards#health-card","https://smarthealth.cards#immunization"],"credentialSubject":{"fhirVersion":"4.0.1","fhirBundle":{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"resource:0","resource":{"resourceType":"Patient","name":[{"family":"Muster","given":["Erika"]}],"birthDate":"1964-08-12"}},{"fullUrl":"resource:1","resource":{"resourceType":"Immunization","status":"completed","occurrenceDateTime":"2026-03-01"}}]}}}}"#;
pub(crate) const VDS_DATA: &str = r#"{"hdr":{"is":"UTO","t":"icao.vacc","v":1},"msg":{"pid":{"dob":"1964-08-12","n":"MUSTER ERIKA"},"uvci":"U1","ve":[{"des":"XM68M6","vd":[{"dvc":"2026-03-01","seq":1}]}]}}"#;
/// What stands for the signer's certificate, of which only the hash counts.
pub(crate) const CERTIFICATE: &[u8] = b"the certificate of a test";
/// seed "erikamuster", item 42, subevent 7, valid until 1800000000.
pub(crate) const TICKET: &[u8] = &[
    0x0a, 11, b'e', b'r', b'i', b'k', b'a', b'm', b'u', b's', b't', b'e', b'r', 0x10, 42, 0x20, 7,
    0x30, 0x80, 0xa2, 0xa7, 0xda, 0x06,
];

/// On P-256 the key 1, whose public half is the base point (SEC 2 §2.4.2).
static ECDSA: LazyLock<EcdsaKeyPair> = LazyLock::new(|| {
    let mut private = [0; 32];
    private[31] = 1;
    EcdsaKeyPair::from_private_key_and_public_key(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        &private,
        &base_point(),
        &SystemRandom::new(),
    )
    .expect("the base point belongs to the key 1")
});

fn base_point() -> Vec<u8> {
    domain::hex::decode(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
         4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    )
    .expect("these are digits")
}

/// The key of cards and seals.
pub(crate) static P256: LazyLock<VerifyingKey> = LazyLock::new(|| {
    VerifyingKey::new(KeyKind::P256, &base_point()).expect("the base point is a point")
});

/// The key of tickets and status tokens.
pub(crate) static ED25519: LazyLock<VerifyingKey> = LazyLock::new(|| {
    VerifyingKey::new(KeyKind::Ed25519, signing_key().public().as_bytes())
        .expect("the key is not weak")
});

pub(crate) fn signing_key() -> SigningKey {
    SigningKey::new(Secret::new([9; 32]))
}

/// Whether the key of the tests signed `code`, which names it as this format does or not at all.
pub(crate) fn is_ours(code: &SignedForeign, key_id: &[u8], key: &VerifyingKey) -> bool {
    let named = code.key_id.is_empty() || code.key_id == key_id;
    let verified = key.verify(code.algorithm, &code.signed, &code.signature);

    named && code.flaw.is_none() && verified.is_ok()
}

fn by_ecdsa(message: &[u8]) -> Vec<u8> {
    let signature = ECDSA.sign(&SystemRandom::new(), message);

    signature.expect("randomness is there").as_ref().to_vec()
}

/// A card whose JWS has this payload, packed.
pub(crate) fn shc(packed: &[u8]) -> String {
    let signed = [SHC_HEADER.as_bytes(), packed]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    let signature = URL_SAFE_NO_PAD.encode(by_ecdsa(signed.as_bytes()));
    let jws = format!("{signed}.{signature}");

    jws.bytes().fold("shc:/".to_owned(), |text, byte| {
        format!("{text}{:02}", byte - 45)
    })
}

/// DEFLATE in stored blocks (RFC 1951 §3.2.4).
pub(crate) fn deflated(plain: &[u8]) -> Vec<u8> {
    let blocks = plain.len().div_ceil(0xffff).max(1);
    let mut packed = Vec::new();
    for at in 0..blocks {
        let block = plain.chunks(0xffff).nth(at).unwrap_or_default();
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        packed.push(u8::from(at + 1 == blocks));
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }

    packed
}

/// A seal around data that is JSON; signed is what comes out as canonical, or the data as it is.
pub(crate) fn vds_nc(data: &str) -> String {
    let value: Option<Value> = serde_json::from_str(data).ok();
    let signed = value.map_or(data.to_owned(), |value| canonical(&value));
    let signature = URL_SAFE.encode(by_ecdsa(signed.as_bytes()));
    let certificate = URL_SAFE.encode(CERTIFICATE);

    format!(
        r#"{{"data":{data},"sig":{{"alg":"ES256","cer":"{certificate}","sigvl":"{signature}"}}}}"#
    )
}

/// A ticket with this payload.
pub(crate) fn pretix(payload: &[u8]) -> String {
    let payload = &payload[..payload.len().min(0xffff)];
    let signature = signing_key().sign(payload);
    let length = u16::try_from(payload.len()).unwrap_or(u16::MAX);
    let lengths = [length.to_be_bytes(), 64_u16.to_be_bytes()].concat();
    let bytes = [&[1][..], &lengths, payload, &signature].concat();

    STANDARD.encode(bytes).chars().rev().collect()
}

pub(crate) const TOKEN_URI: &str = "https://status.example/1";
/// What the list of [`TOKEN_CLAIMS`] says of the first eight.
pub(crate) const TOKEN_LIST: [u8; 8] = [1, 0, 0, 1, 1, 1, 0, 1];
pub(crate) const TOKEN_CLAIMS: &str = r#"{"exp":1803283200,"iat":1795507200,"status_list":{"bits":1,"lst":"eAEBAQD-_7kAugC6"},"sub":"https://status.example/1","ttl":43200}"#;

/// A status token as JWT with these claims.
pub(crate) fn jwt(claims: &[u8]) -> String {
    let header = br#"{"alg":"EdDSA","kid":"test","typ":"statuslist+jwt"}"#;
    let signed = [&header[..], claims]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    let signature = signing_key().sign(signed.as_bytes());

    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The claims of the same token as CWT.
pub(crate) fn cwt_claims() -> Vec<u8> {
    let packed = URL_SAFE_NO_PAD.decode("eAEBAQD-_7kAugC6");
    let list = Cbor::map([
        ("bits", Cbor::int(1)),
        ("lst", Cbor::bytes(packed.unwrap_or_default())),
    ]);

    cbor::encode(&Cbor::Map(vec![
        (Cbor::int(2), Cbor::text(TOKEN_URI)),
        (Cbor::int(4), Cbor::int(1_803_283_200)),
        (Cbor::int(6), Cbor::int(1_795_507_200)),
        (Cbor::int(65_533), list),
        (Cbor::int(65_534), Cbor::int(43_200)),
    ]))
}

/// A status token as CWT with these claims.
pub(crate) fn cwt(claims: &[u8]) -> Vec<u8> {
    let protected = cbor::encode(&Cbor::Map(vec![
        (Cbor::int(1), Cbor::int(-8)),
        (Cbor::int(16), Cbor::text("application/statuslist+cwt")),
    ]));
    let message = cbor::encode(&Cbor::Array(vec![
        Cbor::text("Signature1"),
        Cbor::bytes(&protected),
        Cbor::bytes([]),
        Cbor::bytes(claims),
    ]));
    let members = vec![
        Cbor::bytes(protected),
        Cbor::Map(Vec::new()),
        Cbor::bytes(claims),
        Cbor::bytes(signing_key().sign(&message)),
    ];

    cbor::encode(&Cbor::Tag(18, Box::new(Cbor::Array(members))))
}
