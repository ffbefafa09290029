//! New Zealand Covid Pass (specification version 1): `NZCP:/1/` + base32 of a `COSE_Sign1` with a CWT in it.

use serde_json::{Map, Value};

use super::cwt::Cwt;
use super::sign1::{Sign1, item};
use super::{Format, SignedForeign};
use crate::cbor::general::Item;
use crate::cbor::json::{Room, json};
use crate::crypto::Algorithm;
use crate::verdict::Reason;

/// What every such code begins with, whatever its version.
pub(super) const PREFIX: &str = "NZCP:/";

const VERSION: &str = "1/";
/// The first byte of tag 18, which the specification wants.
const TAGGED: u8 = 0xd2;
const CLAIM_CTI: i64 = 7;
const DID_WEB: &str = "did:web:";
const CONTEXT: &str = "https://www.w3.org/2018/credentials/v1";
const CONTEXT_NZCP: &str = "https://nzcp.covid19.health.nz/contexts/v1";
const TYPES: [&str; 2] = ["VerifiableCredential", "PublicCovidPass"];

/// Takes apart what follows the prefix. The key id is that of the DID document: `iss#kid`. The payload is
/// `{iss, nbf, exp, jti, vc: {..}}`; what the pass proves it does not say.
///
/// # Errors
/// [`Reason::Unsupported`] for another version; [`Reason::Malformed`] for what is not built as §2 of the specification says.
pub(super) fn decode(body: &str) -> Result<SignedForeign, Reason> {
    let body = body.strip_prefix(VERSION).ok_or(Reason::Unsupported)?;
    let bytes = base32(body).ok_or(Reason::Malformed)?;
    if bytes.first() != Some(&TAGGED) {
        return Err(Reason::Malformed);
    }
    let object = Sign1::of(&item(&bytes)?)?;

    pass(Cwt::of(object)?).ok_or(Reason::Malformed)
}

fn pass(cwt: Cwt) -> Option<SignedForeign> {
    let mut payload = cwt.named();
    let issuer = payload.get("iss")?.as_str()?.to_owned();
    let has_key = cwt.object.names_key_inside && cwt.object.algorithm == Algorithm::Es256;
    let has_times = cwt.expires.is_some() && cwt.not_before.is_some();
    if !(issuer.starts_with(DID_WEB) && has_key && has_times) {
        return None;
    }
    payload.insert("jti".to_owned(), jti(cwt.claims.get(CLAIM_CTI)?)?);
    payload.insert("vc".to_owned(), credential(&cwt.claims)?);
    let key_id = [issuer.as_bytes(), b"#", &cwt.object.key_id].concat();
    let code = cwt.into_code(Format::Nzcp, Vec::new(), payload);

    Some(SignedForeign { key_id, ..code })
}

/// The id of a pass, a UUID, as the specification shows it (§2.1.1).
fn jti(cti: &Item) -> Option<Value> {
    let id: [u8; 16] = cti.as_bytes()?.try_into().ok()?;
    let hex = crate::hex::encode(id);
    let mut grouped = String::from("urn:uuid:");
    for (at, digit) in hex.chars().enumerate() {
        if [8, 12, 16, 20].contains(&at) {
            grouped.push('-');
        }
        grouped.push(digit);
    }

    Some(Value::from(grouped))
}

/// The claim `vc` with what §2.3 and §2.4 of the specification require of it.
fn credential(claims: &Item) -> Option<Value> {
    let vc = json(claims.get("vc")?, &mut Room::beside(claims))?;
    let object = vc.as_object()?;
    let contexts = texts(object.get("@context")?)?;
    let types = texts(object.get("type")?)?;
    let subject = object.get("credentialSubject")?.as_object()?;
    let is_pass = contexts.first() == Some(&CONTEXT)
        && contexts.contains(&CONTEXT_NZCP)
        && TYPES.iter().all(|known| types.contains(known))
        && is_text(object, "version")
        && is_text(subject, "givenName")
        && is_text(subject, "dob")
        && (is_text(subject, "familyName") || !subject.contains_key("familyName"));

    is_pass.then_some(vc)
}

fn texts(list: &Value) -> Option<Vec<&str>> {
    list.as_array()?.iter().map(Value::as_str).collect()
}

fn is_text(object: &Map<String, Value>, name: &str) -> bool {
    object.get(name).is_some_and(Value::is_string)
}

/// Base32 (RFC 4648 §6) in upper case without padding, in its one spelling: no bit is left over but zeros.
fn base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len().saturating_mul(5) / 8);
    let (mut bits, mut count) = (0_u16, 0_u8);
    for letter in text.bytes() {
        let digit = match letter {
            b'A'..=b'Z' => letter.checked_sub(b'A')?,
            b'2'..=b'7' => letter.checked_sub(b'2')?.checked_add(26)?,
            _ => return None,
        };
        bits = bits << 5 | u16::from(digit);
        count = count.checked_add(5)?;
        if let Some(left) = count.checked_sub(8) {
            bytes.push(u8::try_from(bits >> left).ok()?);
            bits &= !(u16::MAX << left);
            count = left;
        }
    }

    (count < 5 && bits == 0).then_some(bytes)
}

#[cfg(test)]
#[path = "nzcp_tests.rs"]
mod tests;
