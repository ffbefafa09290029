//! Where a credential stands in a status list.

use serde_json::Value;

use super::TokenError;
use super::cwt::{self, CLAIM_STATUS};
use crate::code::foreign::sign1::{Sign1, item};
use crate::crypto::VerifyingKey;

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

    /// The reference in a CWT (RFC 8392), if one of `keys` signed it.
    ///
    /// # Errors
    /// [`TokenError::Malformed`], also for a CWT without one; [`TokenError::BadSignature`]; [`TokenError::Unsupported`].
    pub fn in_cwt(bytes: &[u8], keys: &[VerifyingKey]) -> Result<Self, TokenError> {
        let object = cwt::take_apart(bytes)?;
        if !is_signed(&object, keys) {
            return Err(TokenError::BadSignature);
        }
        let claims = item(&object.payload).map_err(|_| TokenError::Malformed)?;
        let list = claims
            .get(CLAIM_STATUS)
            .and_then(|status| status.get("status_list"));
        let index = list.and_then(|list| list.get("idx")?.as_i64());
        let uri = list.and_then(|list| list.get("uri")?.as_text());

        index
            .and_then(|index| u64::try_from(index).ok())
            .zip(uri)
            .map(|(index, uri)| Self {
                index,
                uri: uri.to_owned(),
            })
            .ok_or(TokenError::Malformed)
    }
}

fn is_signed(object: &Sign1, keys: &[VerifyingKey]) -> bool {
    keys.iter().any(|key| {
        key.verify(object.algorithm, &object.signed, &object.signature)
            .is_ok()
    })
}
