//! Status tokens of others: the IETF Token Status List (draft-ietf-oauth-status-list), as JWT and as CWT. One list of small
//! numbers, signed as a whole; a credential names the list and its place in it.
//!
//! Our own lists, with colours, are in [`crate::status`]. The draft is that of 2026-04-20.

mod cwt;
mod jwt;
mod list;
mod reference;

pub use cwt::decode_cwt;
pub use jwt::decode_jwt;
pub use list::{ListError, MAX_TABLE_BYTES, StatusList};
pub use reference::StatusReference;

use thiserror::Error;

use crate::crypto::{Algorithm, VerifyingKey};
use crate::time::{DAY, HOUR, Timestamp};

/// The longest token that is read.
pub const MAX_TOKEN_BYTES: usize = 32 * 1024 * 1024;
/// How long a token holds that does not say it.
const UNLESS_SAID: i64 = 90 * DAY;
/// How far a signer's clock may be ahead (SECURITY.md §3 step 5).
const MAX_AHEAD: i64 = HOUR / 6;

/// Why a status token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// None of the keys made the signature.
    #[error("the status token is not signed by any of the keys")]
    BadSignature,
    /// Its time is over.
    #[error("the status token has expired")]
    Expired,
    /// See [`ListError`].
    #[error(transparent)]
    List(#[from] ListError),
    /// Not built as a status token.
    #[error("the status token is not built as one")]
    Malformed,
    /// It is said to be made in the future.
    #[error("the status token is not valid yet")]
    NotYetValid,
    /// It is another list than was asked for.
    #[error("the status token is of another list")]
    OtherList,
    /// Its type is not that of a status token, so it was signed for something else.
    #[error("the token is of another type")]
    OtherType,
    /// Longer than the limit.
    #[error("the status token is too large")]
    TooLarge,
    /// A signature kind that this release cannot check.
    #[error("the status token's kind of signature cannot be checked here")]
    Unsupported,
}

/// A status token that was taken apart and whose signature nobody has checked yet. Its list is still packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedStatusToken {
    algorithm: Algorithm,
    key_id: Vec<u8>,
    signed: Vec<u8>,
    signature: Vec<u8>,
    claims: Claims,
}

/// What a token claims.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Claims {
    issuer: Option<String>,
    subject: String,
    issued_at: Timestamp,
    expires: Option<Timestamp>,
    ttl: Option<i64>,
    bits: u64,
    packed: Vec<u8>,
}

/// A status token whose signature, name and time hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusToken {
    /// Who signed, where it says so.
    pub issuer: Option<String>,
    /// Signed at.
    pub issued_at: Timestamp,
    /// Not valid from this second on, where it says so.
    pub expires: Option<Timestamp>,
    /// From when on a newer one should be asked for: `iat` and `ttl`, where it says so.
    pub stale_from: Option<Timestamp>,
    /// The list.
    pub list: StatusList,
}

impl StatusToken {
    /// From when on nothing is told by it: its `exp` or its `iat` and `ttl`, whichever is first; 90 days after `iat` where it
    /// says neither, as long as a trust list holds.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        let said = [self.expires, self.stale_from].into_iter().flatten().min();

        said.unwrap_or_else(|| self.issued_at.plus(UNLESS_SAID))
    }
}

impl SignedStatusToken {
    /// The key id that it names, to find candidates by; empty where it names none.
    #[must_use]
    pub fn key_id(&self) -> &[u8] {
        &self.key_id
    }

    /// The list that it says it is.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.claims.subject
    }

    /// When it says that it was signed.
    #[must_use]
    pub fn issued_at(&self) -> Timestamp {
        self.claims.issued_at
    }

    /// The token where others have vouched for its bytes; signature and time are not looked at. Its list may take so many
    /// bytes.
    ///
    /// # Errors
    /// [`TokenError::List`].
    pub(super) fn vouched(&self, most: usize) -> Result<StatusToken, TokenError> {
        let claims = &self.claims;

        Ok(StatusToken {
            issuer: claims.issuer.clone(),
            issued_at: claims.issued_at,
            expires: claims.expires,
            stale_from: claims.ttl.map(|ttl| claims.issued_at.plus(ttl)),
            list: StatusList::unpack_within(claims.bits, &claims.packed, most)?,
        })
    }

    /// The token, if one of `keys` signed it, it is the list `uri`, byte for byte, and its time holds at `now`. The list is
    /// unpacked after all that.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify(
        &self,
        keys: &[VerifyingKey],
        uri: &str,
        now: Timestamp,
    ) -> Result<StatusToken, TokenError> {
        let signed = |key: &VerifyingKey| {
            key.verify(self.algorithm, &self.signed, &self.signature)
                .is_ok()
        };
        if !keys.iter().any(signed) {
            return Err(TokenError::BadSignature);
        }
        let claims = &self.claims;
        if claims.subject != uri {
            return Err(TokenError::OtherList);
        }
        if claims.issued_at > now.plus(MAX_AHEAD) {
            return Err(TokenError::NotYetValid);
        }
        if claims.expires.is_some_and(|expires| now >= expires) {
            return Err(TokenError::Expired);
        }

        self.vouched(MAX_TABLE_BYTES)
    }
}

/// Takes a token apart in whichever of its two forms it is: a JWT begins as every JSON object does in base64url.
///
/// # Errors
/// See [`TokenError`].
pub fn decode(bytes: &[u8]) -> Result<SignedStatusToken, TokenError> {
    if !bytes.starts_with(b"ey") {
        return decode_cwt(bytes);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| TokenError::Malformed)?;

    decode_jwt(text.trim_end())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
