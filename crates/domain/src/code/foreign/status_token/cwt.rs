//! The status token as a CBOR Web Token (§5.2 of the draft).

use super::{Claims, MAX_TOKEN_BYTES, SignedStatusToken, TokenError};
use crate::cbor::general::Item;
use crate::cbor::json::seconds;
use crate::code::foreign::sign1::{Sign1, header, item, without_cwt_tag};
use crate::time::Timestamp;
use crate::verdict::Reason;

/// `typ` in the protected header (RFC 9596).
const TYPE: &str = "application/statuslist+cwt";
const TAG_SIGN1: u64 = 18;
const LABEL_TYP: i64 = 16;
const CLAIM_ISS: i64 = 1;
const CLAIM_SUB: i64 = 2;
const CLAIM_EXP: i64 = 4;
const CLAIM_IAT: i64 = 6;
const CLAIM_STATUS_LIST: i64 = 65_533;
const CLAIM_TTL: i64 = 65_534;
/// Where a credential stands in a list.
pub(super) const CLAIM_STATUS: i64 = 65_535;

/// Takes a `COSE_Sign1` apart.
///
/// # Errors
/// See [`TokenError`].
pub fn decode_cwt(bytes: &[u8]) -> Result<SignedStatusToken, TokenError> {
    let object = take_apart(bytes)?;
    if typ(bytes).as_deref() != Some(TYPE) {
        return Err(TokenError::OtherType);
    }
    let claims = item(&object.payload).map_err(|_| TokenError::Malformed)?;

    Ok(SignedStatusToken {
        algorithm: object.algorithm,
        key_id: object.key_id,
        signed: object.signed,
        signature: object.signature,
        claims: read(&claims).ok_or(TokenError::Malformed)?,
    })
}

/// The signed object that `bytes` are, if it has a signature and no flaw.
pub(super) fn take_apart(bytes: &[u8]) -> Result<Sign1, TokenError> {
    if bytes.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLarge);
    }
    let object = item(bytes).and_then(|item| Sign1::of(&item));
    let object = object.map_err(|reason| {
        if reason == Reason::Unsupported {
            TokenError::Unsupported
        } else {
            TokenError::Malformed
        }
    })?;
    if object.flaw.is_some() || object.signature.is_empty() {
        return Err(TokenError::Malformed);
    }

    Ok(object)
}

/// What the protected header says that the object is.
fn typ(bytes: &[u8]) -> Option<String> {
    let whole = item(bytes).ok()?;
    let object = without_cwt_tag(&whole);
    let members = object.under(TAG_SIGN1).unwrap_or(object).as_items()?;
    let protected = header(members.first()?.as_bytes()?).ok()?;

    protected.get(LABEL_TYP)?.as_text().map(str::to_owned)
}

fn read(claims: &Item) -> Option<Claims> {
    let list = claims.get(CLAIM_STATUS_LIST)?;
    let time = |claim: &Item, round| -> Option<Timestamp> { seconds(claim, round) };

    Some(Claims {
        issuer: optional(claims, CLAIM_ISS, |claim| {
            claim.as_text().map(str::to_owned)
        })
        .ok()?,
        subject: claims.get(CLAIM_SUB)?.as_text()?.to_owned(),
        issued_at: time(claims.get(CLAIM_IAT)?, f64::ceil)?,
        expires: optional(claims, CLAIM_EXP, |claim| time(claim, f64::floor)).ok()?,
        ttl: optional(claims, CLAIM_TTL, |claim| {
            claim.as_i64().filter(|ttl| *ttl > 0)
        })
        .ok()?,
        bits: u64::try_from(list.get("bits")?.as_i64()?).ok()?,
        packed: list.get("lst")?.as_bytes()?.to_vec(),
    })
}

/// A claim that may be missing but not be of another type.
fn optional<T>(
    claims: &Item,
    name: i64,
    read: impl Fn(&Item) -> Option<T>,
) -> Result<Option<T>, TokenError> {
    claims
        .get(name)
        .map(|claim| read(claim).ok_or(TokenError::Malformed))
        .transpose()
}
