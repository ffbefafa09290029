//! Codes that others issue. Each format's own file takes a text apart into one shape, [`SignedForeign`]; from there on
//! keys, signature, time and revocation are judged alike for all (SECURITY.md §3).

mod claim169;
mod content;
mod cwt;
#[cfg(test)]
pub(crate) mod fixture;
mod hcert;
mod keys;
mod nzcp;
pub mod pretix;
mod protobuf;
pub mod revocation;
pub mod shc;
mod sign1;
pub mod status_token;
pub mod vds_nc;
mod verify;

use std::fmt;
use std::sync::Arc;

use crate::code::longest;
use crate::crypto::{Algorithm, ContentKey, label, sha256};
use crate::ids::{Handle, first_16};
use crate::inflate;
use crate::time::Timestamp;
use crate::verdict::Reason;

pub use content::{Content, Holder, rule_payload};
pub use hcert::{HcertContent, HcertMap};
pub use keys::{ForeignKey, KeyRing, MAX_CANDIDATES, SignerNames};
pub use status_token::StatusReference;
pub use verify::{VerifiedForeign, in_time, may_sign, signers, verify};

/// Takes a foreign code apart as a station without keys of its own does (SECURITY.md §3 steps 1 to 3).
///
/// # Errors
/// As [`Reading::decode`].
pub fn decode(text: &str) -> Result<SignedForeign, Reason> {
    Reading::default().decode(text)
}

/// What a station knows for reading foreign codes, beside their formats.
#[derive(Debug, Default)]
pub struct Reading {
    /// Which numbers of an HCERT hold what.
    pub hcert: HcertMap,
    /// Keys for codes that are encrypted to the station. They outlive a change of what stands beside them.
    pub content_keys: Arc<[ContentKey]>,
}

impl Reading {
    /// Finds the format of a code by its first characters or its shape and takes it apart.
    ///
    /// # Errors
    /// [`Reason::NotAPass`] for what is in no format; [`Reason::Malformed`] for what is not built as its format wants;
    /// [`Reason::Unsupported`] for what this release cannot check.
    pub fn decode(&self, text: &str) -> Result<SignedForeign, Reason> {
        if text.len() > longest(text.as_bytes()) {
            return Err(Reason::Malformed);
        }
        match Format::of(text).ok_or(Reason::NotAPass)? {
            (Format::Hcert, body) => hcert::decode(body, &self.hcert),
            (Format::Nzcp, body) => nzcp::decode(body),
            (Format::Claim169, body) => claim169::decode(body, &self.content_keys),
            (Format::Shc, _) => shc::decode(text),
            (Format::VdsNc, _) => vds_nc::decode(text),
            (Format::Pretix, _) => pretix::decode(text),
        }
    }
}

/// Whose format a code is in. The numbers are part of a handle (SECURITY.md §2 `handle`) and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// EU Digital COVID Certificate, WHO DDCC and ICVP: `HC1:`.
    Hcert,
    /// SMART Health Card: `shc:/`.
    Shc,
    /// New Zealand Covid Pass: `NZCP:/1/`.
    Nzcp,
    /// ICAO VDS-NC: JSON with `data` and `sig`.
    VdsNc,
    /// MOSIP Claim 169: base45 without a prefix.
    Claim169,
    /// A pretix ticket, `pretix_sig1`: base64 from back to front.
    Pretix,
}

impl Format {
    /// The format that a text is in by its first characters or its shape, and what follows its prefix.
    #[must_use]
    pub fn of(text: &str) -> Option<(Self, &str)> {
        let prefixes = [(hcert::PREFIX, Self::Hcert), (nzcp::PREFIX, Self::Nzcp)];
        for (prefix, format) in prefixes {
            if let Some(body) = text.strip_prefix(prefix) {
                return Some((format, body));
            }
        }

        let begins = text.trim_ascii_start();
        if begins.starts_with(shc::PREFIX) {
            Some((Self::Shc, text))
        } else if begins.starts_with('{') {
            Some((Self::VdsNc, text))
        } else if is_packed_base45(text) {
            Some((Self::Claim169, text))
        } else {
            pretix::is_like_one(text).then_some((Self::Pretix, text))
        }
    }

    /// Its number in a handle.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Hcert => 1,
            Self::Shc => 2,
            Self::Nzcp => 3,
            Self::VdsNc => 4,
            Self::Claim169 => 5,
            Self::Pretix => 6,
        }
    }
}

/// What a code proves. A signer may be held to some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProofKind {
    /// A vaccination.
    Vaccination,
    /// A test.
    Test,
    /// A recovery.
    Recovery,
    /// Who somebody is, and nothing of their health.
    Identity,
    /// A ticket.
    Ticket,
}

/// A foreign code that was taken apart and whose signature nobody has checked yet. Its `Debug` tells nothing of the
/// holder, so that no log can.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedForeign {
    /// Its format.
    pub format: Format,
    /// How it was signed.
    pub algorithm: Algorithm,
    /// The key id as the code has it (bytes, or the text's UTF-8); empty where it names none, and then every key of
    /// the format is a candidate.
    pub key_id: Vec<u8>,
    /// Who signed, as the code says; must be the key's owner where the key's entry names one.
    pub issuer: Option<String>,
    /// The bytes under the signature.
    pub signed: Vec<u8>,
    /// The signature as the algorithm has it.
    pub signature: Vec<u8>,
    /// Whose: from the signed payload alone, never from signature, unprotected header or text.
    pub handle: Handle,
    /// Signed at.
    pub issued_at: Option<Timestamp>,
    /// Not valid before this second. A fraction of a second counts as its end.
    pub not_before: Option<Timestamp>,
    /// Not valid from this second on. A fraction of a second counts as its start.
    pub expires: Option<Timestamp>,
    /// What it proves; empty where the format's own content did not say, and then only a signer for all kinds will do.
    pub kinds: Vec<ProofKind>,
    /// Why it is refused however well it is signed, such as two key ids that differ or two vaccinations in one
    /// certificate. Kept apart from what cannot be read at all: signature and time can still be told.
    pub flaw: Option<Reason>,
    /// Where it stands in a status list of its issuer's, where it says so.
    pub status: Option<StatusReference>,
    /// The payload, as data: what rules and screens look at once the signature holds.
    pub payload: serde_json::Value,
}

impl fmt::Debug for SignedForeign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedForeign")
            .field("format", &self.format)
            .field("algorithm", &self.algorithm)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// Whether `text` is base45 whose first byte is that of a zlib stream with a window of 32 KiB, 0x78: a number of 15 in the
/// third place.
fn is_packed_base45(text: &str) -> bool {
    text.as_bytes().get(2) == Some(&b'F')
        && text.bytes().all(|letter| {
            letter.is_ascii_uppercase() || letter.is_ascii_digit() || b" $%*+-./:".contains(&letter)
        })
}

/// The bytes of a zlib stream in base45 (RFC 9285), where a space is a digit like any other. As in our own codes only the one
/// spelling counts, so that no other text has the same bytes.
fn packed_base45(text: &str) -> Result<Vec<u8>, Reason> {
    let packed = base45::decode(text).map_err(|_| Reason::Malformed)?;
    if base45::encode(&packed) != text {
        return Err(Reason::Malformed);
    }

    inflate::zlib(&packed, inflate::MAX_CODE_BYTES).map_err(|_| Reason::Malformed)
}

impl Handle {
    /// Whose a foreign code is: SHA-256(L("foreign") ‖ u8 format ‖ signed payload bytes)\[..16\] (SECURITY.md §2).
    #[must_use]
    pub fn of_foreign(format: Format, payload: &[u8]) -> Self {
        Self(first_16(sha256(&[
            &label("foreign"),
            &[format.number()],
            payload,
        ])))
    }
}
