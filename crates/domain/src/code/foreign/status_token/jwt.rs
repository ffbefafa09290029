//! The status token as a JSON Web Token (§5.1 of the draft).

use serde_json::{Map, Value};

use super::{Claims, MAX_TOKEN_BYTES, SignedStatusToken, TokenError};
use crate::crypto::Algorithm;
use crate::json::{self, JsonError, Limits};
use crate::jws::{Compact, base64url};
use crate::verdict::Reason;

/// `typ` in the header.
const TYPE: &str = "statuslist+jwt";
/// A token has a dozen values, one of which is the list.
const LIMITS: Limits = Limits {
    items: 1_000,
    bytes: MAX_TOKEN_BYTES,
};

/// Takes a compact JWS apart.
///
/// # Errors
/// See [`TokenError`].
pub fn decode_jwt(text: &str) -> Result<SignedStatusToken, TokenError> {
    if text.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLarge);
    }
    let jws = Compact::split(text, Limits::CODE).map_err(|_| TokenError::Malformed)?;
    if jws.text("typ") != Some(TYPE) {
        return Err(TokenError::OtherType);
    }
    let algorithm = algorithm(&jws)?;
    let payload = json::decode(&jws.payload, LIMITS).map_err(|error| match error {
        JsonError::TooLarge => TokenError::TooLarge,
        JsonError::DuplicateName | JsonError::NotJson => TokenError::Malformed,
    })?;

    Ok(SignedStatusToken {
        algorithm,
        key_id: jws.text("kid").unwrap_or_default().as_bytes().to_vec(),
        signed: jws.signed.as_bytes().to_vec(),
        claims: claims(&payload).ok_or(TokenError::Malformed)?,
        signature: jws.signature,
    })
}

/// The algorithm that the header names.
///
/// # Errors
/// [`TokenError::Unsupported`], [`TokenError::Malformed`].
pub(super) fn algorithm(jws: &Compact<'_>) -> Result<Algorithm, TokenError> {
    jws.algorithm().map_err(|reason| {
        if reason == Reason::Unsupported {
            TokenError::Unsupported
        } else {
            TokenError::Malformed
        }
    })
}

fn claims(payload: &Value) -> Option<Claims> {
    let payload = payload.as_object()?;
    let list = payload.get("status_list")?;

    Some(Claims {
        issuer: optional(payload, "iss", |value| value.as_str().map(str::to_owned)).ok()?,
        subject: payload.get("sub")?.as_str()?.to_owned(),
        issued_at: json::not_before(payload.get("iat")?)?,
        expires: optional(payload, "exp", json::expires).ok()?,
        ttl: optional(payload, "ttl", |value| {
            value.as_i64().filter(|ttl| *ttl > 0)
        })
        .ok()?,
        bits: list.get("bits")?.as_u64()?,
        packed: base64url(list.get("lst")?.as_str()?).ok()?,
    })
}

/// A claim that may be missing but not be of another type.
fn optional<T>(
    payload: &Map<String, Value>,
    name: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Option<T>, TokenError> {
    payload
        .get(name)
        .map(|value| read(value).ok_or(TokenError::Malformed))
        .transpose()
}
