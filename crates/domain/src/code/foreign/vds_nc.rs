//! ICAO VDS-NC: JSON `{data: {hdr: {t, v, is}, msg}, sig: {alg, cer?, sigvl}}` (ICAO Technical Report "VDS-NC: Visible
//! Digital Seals for Non-Constrained Environments").
//!
//! Signed is the canonical form (RFC 8785) of `data`, so that its order and white space in the text do not count; `sigvl` is
//! r‖s in base64url, which some signers pad and some do not. Nothing signs the names and values in `sig`, so there may be
//! none but those three: what cannot be left out or renamed cannot be bent.
//!
//! Which key: `cer` is the signer's certificate in DER, in base64url. It says which key is meant and never that the key is
//! anybody's. Its key id is the first eight bytes of the SHA-256 of that DER, as in the EU's trust lists; a trust list that
//! was imported from certificates names its keys alike. A code without `cer` (all but the first of a set may leave it out)
//! names no key, and then all keys of the issuing state are candidates. The public vectors carry their keys as certificates
//! without a key id: the DER of `x509_pem` there is byte for byte that of `cer`, so the same eight bytes lead to it. In both
//! cases `hdr.is`, three letters of ICAO 9303 part 3, must be the name of the key's owner where that has one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Format, ProofKind, SignedForeign};
use crate::code::MAX_TEXT;
use crate::crypto::{Algorithm, sha256};
use crate::ids::Handle;
use crate::json::{self, Limits, canonical};
use crate::jws::{algorithm, base64url_padded_or_not};
use crate::verdict::Reason;

/// Takes a seal apart. Its payload is `data`. Another version than 1 is a flaw that leaves it undecided.
///
/// # Errors
/// [`Reason::NotAPass`] for what is no JSON object with `data` and `sig`; [`Reason::Malformed`] for other names beside the
/// known ones, a value of another type, a number beyond ±2^53 in `data`, a signature that is not base64url;
/// [`Reason::Unsupported`] for P-521.
pub fn decode(text: &str) -> Result<SignedForeign, Reason> {
    if text.len() > MAX_TEXT {
        return Err(Reason::Malformed);
    }
    if !text.trim_ascii_start().starts_with('{') {
        return Err(Reason::NotAPass);
    }
    let seal = json::decode(text.as_bytes(), Limits::CODE).map_err(|_| Reason::Malformed)?;
    let Value::Object(mut seal) = seal else {
        return Err(Reason::NotAPass);
    };
    let (Some(data), Some(sig)) = (seal.remove("data"), seal.remove("sig")) else {
        return Err(Reason::NotAPass);
    };
    if !seal.is_empty() {
        return Err(Reason::Malformed);
    }
    let sig = Sig::read(sig)?;
    let (issuer, kinds) = header(&data).ok_or(Reason::Malformed)?;
    if !is_exact(&data) {
        return Err(Reason::Malformed);
    }
    let signed = canonical(&data).into_bytes();
    drop(data);
    // As signed, and not as the text has it: 1.0 and 1 are signed alike.
    let payload = json::decode(&signed, Limits::CODE).map_err(|_| Reason::Malformed)?;

    Ok(SignedForeign {
        format: Format::VdsNc,
        algorithm: sig.algorithm,
        key_id: sig.key_id,
        issuer: Some(issuer),
        handle: Handle::of_foreign(Format::VdsNc, &signed),
        signed,
        signature: sig.signature,
        issued_at: None,
        not_before: None,
        expires: None,
        kinds,
        status: None,
        flaw: (payload.pointer("/hdr/v") != Some(&Value::from(1))).then_some(Reason::Unsupported),
        payload,
    })
}

/// Whether no other number has the canonical form of one in `data`. Beyond ±2^53 many whole numbers share a double, so that
/// one could be put in another's place under the same signature.
fn is_exact(data: &Value) -> bool {
    match data {
        Value::Number(number) => number
            .as_f64()
            .is_some_and(|double| double.abs() < FIRST_SHARED),
        Value::Array(elements) => elements.iter().all(is_exact),
        Value::Object(members) => members.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// 2^53, the double of 2^53 + 1 as well.
const FIRST_SHARED: f64 = 9_007_199_254_740_992.0;

/// The key id of a signer's certificate: the first eight bytes of the SHA-256 of its DER.
#[must_use]
pub fn key_id(certificate: &[u8]) -> Vec<u8> {
    sha256(&[certificate]).into_iter().take(8).collect()
}

/// What `sig` says.
struct Sig {
    algorithm: Algorithm,
    key_id: Vec<u8>,
    signature: Vec<u8>,
}

impl Sig {
    fn read(sig: Value) -> Result<Self, Reason> {
        let Value::Object(mut sig) = sig else {
            return Err(Reason::Malformed);
        };
        let algorithm = algorithm(&text(&mut sig, "alg")?)?;
        let signature = base64url_padded_or_not(&text(&mut sig, "sigvl")?)?;
        let key_id = if sig.contains_key("cer") {
            key_id(&certificate(&text(&mut sig, "cer")?)?)
        } else {
            Vec::new()
        };
        if !sig.is_empty() {
            return Err(Reason::Malformed);
        }

        Ok(Self {
            algorithm,
            key_id,
            signature,
        })
    }
}

fn text(object: &mut Map<String, Value>, name: &str) -> Result<String, Reason> {
    if let Some(Value::String(text)) = object.remove(name) {
        Ok(text)
    } else {
        Err(Reason::Malformed)
    }
}

/// The DER of a certificate: base64url, or as some signers write it base64, and not a mixture.
fn certificate(text: &str) -> Result<Vec<u8>, Reason> {
    if text.contains(['+', '/']) {
        return STANDARD.decode(text).map_err(|_| Reason::Malformed);
    }

    base64url_padded_or_not(text)
}

/// The issuing state, and what the type proves.
fn header(data: &Value) -> Option<(String, Vec<ProofKind>)> {
    let header = data.get("hdr")?;
    let issuer = header.get("is")?.as_str()?.to_owned();
    let kinds = match header.get("t")?.as_str()? {
        "icao.vacc" => vec![ProofKind::Vaccination],
        "icao.test" => vec![ProofKind::Test],
        _ => Vec::new(),
    };

    Some((issuer, kinds))
}

#[cfg(test)]
#[path = "vds_nc_tests.rs"]
mod tests;
