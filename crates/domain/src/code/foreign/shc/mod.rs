//! SMART Health Cards (HL7 SMART Health Cards and Links): `shc:/` and pairs of digits, each a character's code less 45, of
//! a compact JWS whose payload is packed JSON; long ones in several codes (`shc:/2/3/…`), see [`Gathering`].

mod gathering;
mod part;

pub use gathering::{Gathered, Gathering, MAX_PARTS};

use serde_json::Value;

use super::{Format, ProofKind, SignedForeign, StatusReference};
use crate::crypto::Algorithm;
use crate::ids::Handle;
use crate::inflate;
use crate::json::{self, Limits};
use crate::jws::Compact;
use crate::time::Timestamp;
use crate::verdict::Reason;
use part::Part;

/// What every card begins with.
pub const PREFIX: &str = "shc:/";
/// Longer texts of a card are refused unread: a QR code holds 7,089 digits (ISO/IEC 18004, version 40-L), and what stands
/// before them is at most `shc:/16/16/`.
pub const MAX_TEXT: usize = 7_089 + 11;
/// The type that every card must have (SMART Health Cards, "VC types").
const HEALTH_CARD: &str = "https://smarthealth.cards#health-card";

/// Takes a card in one code apart. Its key id is the `kid` as text, its payload the JWS's. A payload without what every
/// card has (`iss`, `nbf`, its type, a FHIR bundle), or with a time that is none, is a flaw.
///
/// # Errors
/// [`Reason::NotAPass`] without the prefix; [`Reason::Malformed`] for one part of several, and for what is not built as a
/// card: digits that stand for no character, a header without `alg` ES256, `zip` DEF and a `kid` that names a key, a payload
/// that does not inflate to a JSON object within the limits.
pub fn decode(text: &str) -> Result<SignedForeign, Reason> {
    let part = Part::read(text)?;
    if part.of == 1 {
        whole(&part.text)
    } else {
        Err(Reason::Malformed)
    }
}

/// Takes a card in all of its codes apart, in whatever order and however often they were read.
///
/// # Errors
/// As [`decode`]; [`Reason::Malformed`] where a part is missing, is one of another number of parts, or is another than was
/// read for its place.
pub fn decode_parts(texts: &[&str]) -> Result<SignedForeign, Reason> {
    let mut parts: Vec<Option<String>> = Vec::new();
    for text in texts {
        let part = Part::read(text)?;
        if parts.is_empty() {
            parts = vec![None; part.of];
        }
        let of = parts.len();
        let place = part.number.checked_sub(1).and_then(|at| parts.get_mut(at));
        match place.filter(|_| part.of == of) {
            Some(place @ None) => *place = Some(part.text),
            // The same code once more.
            Some(Some(known)) if *known == part.text => {}
            Some(Some(_)) | None => return Err(Reason::Malformed),
        }
    }
    let parts: Option<String> = parts.into_iter().collect();

    whole(&parts.ok_or(Reason::Malformed)?)
}

/// Whether `text` is one of several codes of a card, so that the next is to be waited for.
#[must_use]
pub fn is_part(text: &str) -> bool {
    Part::read(text).is_ok_and(|part| part.of > 1)
}

/// The card that a whole JWS is.
fn whole(text: &str) -> Result<SignedForeign, Reason> {
    let jws = Compact::split(text, Limits::CODE)?;
    if jws.algorithm()? != Algorithm::Es256 || jws.text("zip") != Some("DEF") {
        return Err(Reason::Malformed);
    }
    let key_id = jws
        .text("kid")
        // An empty one would be every key's, and no list of revoked cards is for it.
        .filter(|kid| !kid.is_empty())
        .ok_or(Reason::Malformed)?
        .as_bytes()
        .to_vec();
    let plain = inflate::raw(&jws.payload, inflate::MAX_CODE_BYTES);
    let plain = plain.map_err(|_| Reason::Malformed)?;
    let payload = json::decode(&plain, Limits::CODE).map_err(|_| Reason::Malformed)?;
    if !payload.is_object() {
        return Err(Reason::Malformed);
    }

    let text = |name: &str| payload.get(name).and_then(Value::as_str);
    let time = |name: &str, read: fn(&Value) -> Option<Timestamp>| payload.get(name).and_then(read);
    let (not_before, expires) = (time("nbf", json::not_before), time("exp", json::expires));
    let entries = entries(&payload);
    let status = StatusReference::of_json(&payload);
    let whole = text("iss").is_some()
        && not_before.is_some()
        && expires.is_some() == payload.get("exp").is_some()
        && entries.is_some();

    Ok(SignedForeign {
        format: Format::Shc,
        algorithm: Algorithm::Es256,
        key_id,
        issuer: text("iss").map(str::to_owned),
        signed: jws.signed.as_bytes().to_vec(),
        handle: Handle::of_foreign(Format::Shc, &jws.payload),
        signature: jws.signature,
        issued_at: None,
        not_before,
        expires,
        kinds: kinds(entries.map_or(&[], Vec::as_slice)),
        flaw: (!whole)
            .then_some(Reason::Malformed)
            .or(status.as_ref().err().copied()),
        status: status.unwrap_or_default(),
        payload,
    })
}

/// The bundle's entries, if this is a credential of the type that every card has, with a FHIR bundle.
fn entries(payload: &Value) -> Option<&Vec<Value>> {
    let credential = payload.get("vc")?;
    let types = credential.get("type")?.as_array()?;
    let bundle = credential.get("credentialSubject")?.get("fhirBundle")?;
    if !types.iter().any(|one| one == HEALTH_CARD) || bundle.get("resourceType")? != "Bundle" {
        return None;
    }

    bundle.get("entry")?.as_array()
}

/// What the resources in the bundle prove.
fn kinds(entries: &[Value]) -> Vec<ProofKind> {
    let mut kinds = Vec::new();
    for resource in entries.iter().filter_map(|entry| entry.get("resource")) {
        let text = |name: &str| resource.get(name).and_then(Value::as_str);
        let kind = match (text("resourceType"), text("status")) {
            (Some("Immunization"), Some("completed")) => ProofKind::Vaccination,
            (Some("Observation"), Some("final" | "amended" | "corrected")) => ProofKind::Test,
            _ => continue,
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }

    kinds
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
