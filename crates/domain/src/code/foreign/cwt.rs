//! The claims of a CWT (RFC 8392 §3) that every format of this family has.

use serde_json::{Map, Value};

use super::sign1::{Sign1, item};
use super::{Format, ProofKind, SignedForeign, StatusReference};
use crate::cbor::general::{Item, Key};
use crate::cbor::json::{Room, json, seconds};
use crate::ids::Handle;
use crate::time::Timestamp;
use crate::verdict::Reason;

const EPOCH_SECONDS: u64 = 1;

/// A signed object and the claims in it.
pub(super) struct Cwt {
    pub(super) object: Sign1,
    pub(super) claims: Item,
    pub(super) issuer: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) expires: Option<Timestamp>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) issued_at: Option<Timestamp>,
}

impl Cwt {
    /// Reads the claims of a signed object.
    ///
    /// # Errors
    /// [`Reason::Malformed`]: no map, or a claim of another type than it should have.
    pub(super) fn of(object: Sign1) -> Result<Self, Reason> {
        let claims = item(&object.payload)?;
        if claims.as_map().is_none() {
            return Err(Reason::Malformed);
        }

        Ok(Self {
            issuer: text(claims.get(1))?,
            subject: text(claims.get(2))?,
            expires: time(claims.get(4), f64::floor)?,
            not_before: time(claims.get(5), f64::ceil)?,
            issued_at: time(claims.get(6), f64::floor)?,
            claims,
            object,
        })
    }

    /// These claims by their registered names, for the payload.
    pub(super) fn named(&self) -> Map<String, Value> {
        let texts = [("iss", &self.issuer), ("sub", &self.subject)];
        let times = [
            ("exp", self.expires),
            ("nbf", self.not_before),
            ("iat", self.issued_at),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(name, text)| Some((name, Value::from(text.as_deref()?))));
        let times = times
            .into_iter()
            .filter_map(|(name, time)| Some((name, Value::from(time?.0))));

        texts
            .chain(times)
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// The code that this is, with what its format makes of it.
    pub(super) fn into_code(
        self,
        format: Format,
        kinds: Vec<ProofKind>,
        payload: Map<String, Value>,
    ) -> SignedForeign {
        let status = StatusReference::of_cwt(&self.claims);

        SignedForeign {
            format,
            algorithm: self.object.algorithm,
            key_id: self.object.key_id,
            issuer: self.issuer,
            signed: self.object.signed,
            signature: self.object.signature,
            handle: Handle::of_foreign(format, &self.object.payload),
            issued_at: self.issued_at,
            not_before: self.not_before,
            expires: self.expires,
            kinds,
            flaw: self.object.flaw.or(status.as_ref().err().copied()),
            status: status.unwrap_or_default(),
            payload: Value::Object(payload),
        }
    }
}

/// A claim as JSON.
///
/// # Errors
/// [`Reason::Malformed`]: two of its keys would become one, or there is no more `room`.
pub(super) fn as_json(item: &Item, room: &mut Room) -> Result<Value, Reason> {
    json(item, room).ok_or(Reason::Malformed)
}

/// The entries of a claim that must be a map.
pub(super) fn entries(item: Option<&Item>) -> Result<&[(Key, Item)], Reason> {
    item.and_then(Item::as_map).ok_or(Reason::Malformed)
}

fn text(claim: Option<&Item>) -> Result<Option<String>, Reason> {
    claim
        .map(|claim| claim.as_text().map(str::to_owned).ok_or(Reason::Malformed))
        .transpose()
}

/// A `NumericDate`. Some issuers tag it, though RFC 8392 §2 leaves the tag out.
fn time(claim: Option<&Item>, round: fn(f64) -> f64) -> Result<Option<Timestamp>, Reason> {
    claim
        .map(|claim| {
            let untagged = claim.under(EPOCH_SECONDS).unwrap_or(claim);
            seconds(untagged, round).ok_or(Reason::Malformed)
        })
        .transpose()
}
