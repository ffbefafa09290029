//! A pretix ticket, `pretix_sig1`: base64 (RFC 4648 §4) written from back to front, of 0x01, the payload's and the
//! signature's length in two bytes each, payload and signature.
//!
//! The payload is the message `Ticket` of pretix' `ticket.proto`: 1 seed, 2 item, 3 variation, 4 subevent, 5 validFrom,
//! 6 validUntil. A field that is 0 says nothing. The signature is Ed25519 by any of the event's keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::protobuf::{Field, Fields};
use super::{Format, ProofKind, SignedForeign};
use crate::code::MAX_TEXT;
use crate::crypto::Algorithm;
use crate::ids::Handle;
use crate::time::Timestamp;
use crate::verdict::Reason;

const VERSION: u8 = 1;

/// Takes a ticket apart. It names no key: each of the event's keys is a candidate. Its payload is
/// `{seed, item, variation, subevent, valid_from, valid_until}`, null where it says nothing.
///
/// # Errors
/// [`Reason::NotAPass`] for what is not base64 from back to front of version 1, [`Reason::Malformed`] for lengths that do not
/// add up, or a payload that is no ticket.
pub fn decode(text: &str) -> Result<SignedForeign, Reason> {
    if text.len() > MAX_TEXT {
        return Err(Reason::Malformed);
    }
    let turned: Vec<u8> = text.bytes().rev().collect();
    let bytes = STANDARD.decode(turned).map_err(|_| Reason::NotAPass)?;
    let Some((&VERSION, rest)) = bytes.split_first() else {
        return Err(Reason::NotAPass);
    };
    let (payload, signature) = parts(rest).ok_or(Reason::Malformed)?;
    let ticket = Ticket::read(payload).ok_or(Reason::Malformed)?;

    Ok(SignedForeign {
        format: Format::Pretix,
        algorithm: Algorithm::EdDsa,
        key_id: Vec::new(),
        issuer: None,
        signed: payload.to_vec(),
        signature: signature.to_vec(),
        handle: Handle::of_foreign(Format::Pretix, payload),
        issued_at: None,
        not_before: time(ticket.valid_from),
        // A ticket holds through the second of its end, as pretix has it.
        expires: time(ticket.valid_until).map(|last| last.plus(1)),
        kinds: vec![ProofKind::Ticket],
        flaw: None,
        status: None,
        payload: ticket.to_json(),
    })
}

/// Whether `text` may be a ticket: base64 that ends as the version 1 does from back to front.
pub(super) fn is_like_one(text: &str) -> bool {
    text.ends_with("QA")
        && text
            .bytes()
            .all(|letter| letter.is_ascii_alphanumeric() || b"+/=".contains(&letter))
}

/// The text of a ticket: its secret, by which pretix revokes and blocks. There is one for each payload and signature.
///
/// None if payload or signature are longer than their lengths can say, which no ticket that was taken apart is.
#[must_use]
pub fn secret(ticket: &SignedForeign) -> Option<String> {
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).ok().map(u16::to_be_bytes);
    let bytes = [
        &[VERSION][..],
        &length(&ticket.signed)?,
        &length(&ticket.signature)?,
        &ticket.signed,
        &ticket.signature,
    ]
    .concat();

    Some(STANDARD.encode(bytes).chars().rev().collect())
}

/// Payload and signature, by their lengths and without a byte more.
fn parts(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (payload_length, rest) = bytes.split_first_chunk()?;
    let (signature_length, rest) = rest.split_first_chunk()?;
    let (payload, signature) =
        rest.split_at_checked(usize::from(u16::from_be_bytes(*payload_length)))?;
    let announced = usize::from(u16::from_be_bytes(*signature_length));

    (signature.len() == announced).then_some((payload, signature))
}

fn time(seconds: i64) -> Option<Timestamp> {
    (seconds != 0).then_some(Timestamp(seconds))
}

#[derive(Default)]
struct Ticket {
    seed: String,
    item: i64,
    variation: i64,
    subevent: i64,
    valid_from: i64,
    valid_until: i64,
}

impl Ticket {
    /// The ticket that `payload` is. Unknown fields are skipped, as a newer pretix may write some; a known one that stands
    /// twice or is of another type is refused, as readers differ on it.
    fn read(payload: &[u8]) -> Option<Self> {
        let mut ticket = Self::default();
        let mut seen = [false; 6];
        for field in Fields::of(payload) {
            let (number, value) = field?;
            let at = usize::try_from(number.checked_sub(1)?).ok()?;
            let Some(seen) = seen.get_mut(at) else {
                continue;
            };
            if std::mem::replace(seen, true) {
                return None;
            }
            let number_field = match number {
                1 => {
                    ticket.seed = String::from_utf8(value.as_bytes()?.to_vec()).ok()?;
                    continue;
                }
                2 => &mut ticket.item,
                3 => &mut ticket.variation,
                4 => &mut ticket.subevent,
                5 => &mut ticket.valid_from,
                _ => &mut ticket.valid_until,
            };
            *number_field = value.as_i64()?;
        }

        (!ticket.seed.is_empty()).then_some(ticket)
    }

    fn to_json(&self) -> Value {
        json!({
            "seed": self.seed,
            "item": self.item,
            "variation": self.variation,
            "subevent": self.subevent,
            "valid_from": time(self.valid_from),
            "valid_until": time(self.valid_until),
        })
    }
}

impl Field<'_> {
    fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self {
            Some(bytes)
        } else {
            None
        }
    }

    /// An `int64`: a negative one is its two's complement.
    fn as_i64(&self) -> Option<i64> {
        if let Self::Varint(number) = self {
            Some(number.cast_signed())
        } else {
            None
        }
    }
}

#[cfg(test)]
#[path = "pretix_tests.rs"]
mod tests;
