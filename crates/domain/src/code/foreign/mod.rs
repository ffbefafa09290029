//! Codes that others issue. Each format's own file takes a text apart into one shape, [`SignedForeign`]; from there on
//! keys, signature, time and revocation are judged alike for all (SECURITY.md §3).

pub mod pretix;
mod protobuf;
pub mod revocation;
pub mod shc;
pub mod vds_nc;

use std::fmt;

use crate::crypto::{Algorithm, label, sha256};
use crate::ids::{Handle, first_16};
use crate::time::Timestamp;
use crate::verdict::Reason;

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
