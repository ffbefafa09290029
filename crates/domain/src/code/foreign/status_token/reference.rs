//! Where a credential stands in a status list.

use serde_json::Value;

use super::TokenError;
use super::cwt::{self, CLAIM_STATUS};
use super::jwt;
use crate::cbor::general::Item;
use crate::code::foreign::sign1::item;
use crate::crypto::{Algorithm, VerifyingKey};
use crate::json::{self, Limits};
use crate::jws::Compact;
use crate::verdict::Reason;

/// A place in a list (§6 of the draft).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReference {
    /// Its place.
    pub index: u64,
    /// The list, as its `sub` must be, byte for byte. Never fetched because a code says so.
    pub uri: String,
}

impl StatusReference {
    /// The reference in claims: `status` of a JWT, or 65535 of a CWT that was made JSON. None where there is none, or it is
    /// of another form.
    #[must_use]
    pub fn in_claims(claims: &Value) -> Option<Self> {
        let number = CLAIM_STATUS.to_string();
        let status = claims.get("status").or_else(|| claims.get(number))?;
        let list = status.get("status_list")?;

        Some(Self {
            index: list.get("idx")?.as_u64()?,
            uri: list.get("uri")?.as_str()?.to_owned(),
        })
    }

    /// The reference in the claims of a code that is a JWT; none where it has no `status`.
    ///
    /// # Errors
    /// [`Reason::Unsupported`] for a status of another kind, [`Reason::Malformed`] for a reference of another form: neither
    /// may pass for a code without a status.
    pub(in crate::code::foreign) fn of_json(claims: &Value) -> Result<Option<Self>, Reason> {
        let Some(status) = claims.get("status") else {
            return Ok(None);
        };
        status.get("status_list").ok_or(Reason::Unsupported)?;

        Self::in_claims(claims).map(Some).ok_or(Reason::Malformed)
    }

    /// The same in the claims of a CWT, under 65535.
    ///
    /// # Errors
    /// As [`StatusReference::of_json`].
    pub(in crate::code::foreign) fn of_cwt(claims: &Item) -> Result<Option<Self>, Reason> {
        let Some(status) = claims.get(CLAIM_STATUS) else {
            return Ok(None);
        };
        status.get("status_list").ok_or(Reason::Unsupported)?;

        Self::in_items(claims).map(Some).ok_or(Reason::Malformed)
    }

    fn in_items(claims: &Item) -> Option<Self> {
        let list = claims.get(CLAIM_STATUS)?.get("status_list")?;

        Some(Self {
            index: u64::try_from(list.get("idx")?.as_i64()?).ok()?,
            uri: list.get("uri")?.as_text()?.to_owned(),
        })
    }

    /// The reference in a CWT (RFC 8392), if one of `keys` signed it.
    ///
    /// # Errors
    /// [`TokenError::Malformed`], also for a CWT without one; [`TokenError::BadSignature`]; [`TokenError::Unsupported`].
    pub fn in_cwt(bytes: &[u8], keys: &[VerifyingKey]) -> Result<Self, TokenError> {
        let object = cwt::take_apart(bytes)?;
        check(keys, object.algorithm, &object.signed, &object.signature)?;
        let claims = item(&object.payload).map_err(|_| TokenError::Malformed)?;

        Self::in_items(&claims).ok_or(TokenError::Malformed)
    }

    /// The reference in a JWT (RFC 7519), if one of `keys` signed it.
    ///
    /// # Errors
    /// As [`StatusReference::in_cwt`].
    pub fn in_jwt(text: &str, keys: &[VerifyingKey]) -> Result<Self, TokenError> {
        let jws = Compact::split(text, Limits::CODE).map_err(|_| TokenError::Malformed)?;
        let algorithm = jwt::algorithm(&jws)?;
        check(keys, algorithm, jws.signed.as_bytes(), &jws.signature)?;
        let claims = json::decode(&jws.payload, Limits::CODE);

        claims
            .ok()
            .and_then(|claims| Self::in_claims(&claims))
            .ok_or(TokenError::Malformed)
    }
}

fn check(
    keys: &[VerifyingKey],
    algorithm: Algorithm,
    signed: &[u8],
    signature: &[u8],
) -> Result<(), TokenError> {
    let mut keys = keys.iter();

    keys.any(|key| key.verify(algorithm, signed, signature).is_ok())
        .then_some(())
        .ok_or(TokenError::BadSignature)
}
