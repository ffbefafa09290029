//! MOSIP identity codes (IANA CWT claim 169, specification 1.2): base45 of a zlib stream with a `COSE_Sign1` in it, which may
//! lie in a `COSE_Encrypt0`. Encryption says nothing of who issued a code.

use serde_json::{Map, Value};

use super::cwt::{Cwt, entries};
use super::sign1::{Sign1, item, protected, without_cwt_tag};
use super::{Format, ProofKind, SignedForeign, packed_base45};
use crate::cbor;
use crate::cbor::general::{Item, Key};
use crate::cbor::json::{self, Room};
use crate::crypto::{ContentCipher, ContentKey};
use crate::verdict::Reason;

const CLAIM_IDENTITY: i64 = 169;
const TAG_CWT: u64 = 61;
/// That tag in its shortest form.
const CWT_HEAD: [u8; 2] = [0xd8, 61];
const TAG_ENCRYPT0: u64 = 16;
const LABEL_ALG: i64 = 1;
const LABEL_IV: i64 = 5;
/// Where the fields begin that hold lists of biometric samples, and the last of them.
const BIOMETRICS: std::ops::RangeInclusive<u64> = 50..=65;

/// Takes a code apart; an encrypted one opens under one of `keys`. The payload is
/// `{iss, sub, exp, nbf, iat, claim169: {..}}` with the specification's names for the fields. Claims that stand there unsigned
/// have an empty signature, which no key made.
///
/// # Errors
/// [`Reason::Malformed`]; [`Reason::Unsupported`] for an algorithm that is not checked here, and for a code that none of `keys`
/// opens.
pub(super) fn decode(text: &str, keys: &[ContentKey]) -> Result<SignedForeign, Reason> {
    let object = object(&packed_base45(text)?, keys)?;
    let cwt = Cwt::of(object)?;
    let mut payload = cwt.named();
    let identity = identity(&cwt.claims)?;
    payload.insert("claim169".to_owned(), identity);

    Ok(cwt.into_code(Format::Claim169, vec![ProofKind::Identity], payload))
}

/// The object in a code, out of its envelope where it has one.
fn object(bytes: &[u8], keys: &[ContentKey]) -> Result<Sign1, Reason> {
    let outer = item(bytes)?;
    let Some(encrypted) = without_cwt_tag(&outer).under(TAG_ENCRYPT0) else {
        return signed_or_not(bytes, &outer);
    };
    let inside = open(encrypted, keys)?;

    signed_or_not(&inside, &item(&inside)?)
}

/// A signed object, or claims that nobody signed, which are read as with an empty signature.
fn signed_or_not(bytes: &[u8], item: &Item) -> Result<Sign1, Reason> {
    if item.under(TAG_CWT).unwrap_or(item).as_map().is_none() {
        return Sign1::of(item);
    }
    let claims = bytes.strip_prefix(&CWT_HEAD).unwrap_or(bytes);

    Ok(Sign1::unsigned(claims))
}

/// What a `COSE_Encrypt0` holds (RFC 9052 §5.2).
fn open(encrypted: &Item, keys: &[ContentKey]) -> Result<Vec<u8>, Reason> {
    let Some(
        [
            Item::Bytes(in_clear),
            outside @ Item::Map(_),
            Item::Bytes(ciphertext),
        ],
    ) = encrypted.as_items()
    else {
        return Err(Reason::Malformed);
    };
    let inside = protected(in_clear, outside)?;
    let cipher = match inside.get(LABEL_ALG).map(Item::as_i64) {
        Some(Some(1)) => ContentCipher::A128Gcm,
        Some(Some(3)) => ContentCipher::A256Gcm,
        Some(_) => return Err(Reason::Unsupported),
        None => return Err(Reason::Malformed),
    };
    let nonce = inside
        .get(LABEL_IV)
        .or_else(|| outside.get(LABEL_IV))
        .and_then(|iv| iv.as_bytes()?.try_into().ok())
        .ok_or(Reason::Malformed)?;
    let aad = enc_structure(in_clear);

    keys.iter()
        .find_map(|key| key.open(cipher, nonce, &aad, ciphertext).ok())
        .ok_or(Reason::Unsupported)
}

/// `Enc_structure` of a `COSE_Encrypt0` (RFC 9052 §5.3).
fn enc_structure(protected: &[u8]) -> Vec<u8> {
    cbor::encode(&cbor::Value::Array(vec![
        cbor::Value::text("Encrypt0"),
        cbor::Value::bytes(protected),
        cbor::Value::bytes([]),
    ]))
}

/// The claim with names for its numbers; a number without a name stays one.
fn identity(claims: &Item) -> Result<Value, Reason> {
    let mut room = Room::beside(claims);
    let mut named = Map::new();
    for (key, value) in entries(claims.get(CLAIM_IDENTITY))? {
        let read = match key {
            Key::Unsigned(number) if BIOMETRICS.contains(number) => samples,
            Key::Unsigned(_) | Key::Negative(_) | Key::Text(_) => json::json,
        };
        room.insert(&mut named, field(key), |room| read(value, room))
            .ok_or(Reason::Malformed)?;
    }

    Ok(Value::Object(named))
}

/// Biometric samples: a list of maps, or one map.
fn samples(value: &Item, room: &mut Room) -> Option<Value> {
    if let Some(list) = value.as_items() {
        return room.list(list, samples);
    }
    let Some(sample) = value.as_map() else {
        return json::json(value, room);
    };
    let mut named = Map::new();
    for (key, value) in sample {
        let name = match key {
            Key::Unsigned(0) => "data".to_owned(),
            Key::Unsigned(1) => "format".to_owned(),
            Key::Unsigned(2) => "subFormat".to_owned(),
            Key::Unsigned(3) => "issuer".to_owned(),
            Key::Unsigned(_) | Key::Negative(_) | Key::Text(_) => json::name(key),
        };
        room.insert(&mut named, name, |room| json::json(value, room))?;
    }

    Some(Value::Object(named))
}

fn field(key: &Key) -> String {
    let known = match key {
        Key::Unsigned(number) => FIELDS.iter().find(|(known, _)| known == number),
        Key::Negative(_) | Key::Text(_) => None,
    };

    known.map_or_else(|| json::name(key), |(_, name)| (*name).to_owned())
}

/// The fields by their numbers in the specification.
const FIELDS: &[(u64, &str)] = &[
    (1, "id"),
    (2, "version"),
    (3, "language"),
    (4, "fullName"),
    (5, "firstName"),
    (6, "middleName"),
    (7, "lastName"),
    (8, "dateOfBirth"),
    (9, "gender"),
    (10, "address"),
    (11, "email"),
    (12, "phone"),
    (13, "nationality"),
    (14, "maritalStatus"),
    (15, "guardian"),
    (16, "photo"),
    (17, "photoFormat"),
    (18, "bestQualityFingers"),
    (19, "secondaryFullName"),
    (20, "secondaryLanguage"),
    (21, "locationCode"),
    (22, "legalStatus"),
    (23, "countryOfIssuance"),
    (50, "rightThumb"),
    (51, "rightPointerFinger"),
    (52, "rightMiddleFinger"),
    (53, "rightRingFinger"),
    (54, "rightLittleFinger"),
    (55, "leftThumb"),
    (56, "leftPointerFinger"),
    (57, "leftMiddleFinger"),
    (58, "leftRingFinger"),
    (59, "leftLittleFinger"),
    (60, "rightIris"),
    (61, "leftIris"),
    (62, "face"),
    (63, "rightPalm"),
    (64, "leftPalm"),
    (65, "voice"),
];

#[cfg(test)]
#[path = "claim169_tests.rs"]
mod tests;
