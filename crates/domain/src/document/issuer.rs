//! Who may sign which codes.

use std::collections::BTreeMap;

use super::turns::take_time;
use crate::cbor::{Fields, Value, WrongShape};
use crate::cose::EDDSA;
use crate::crypto::{PublicKey, WeakKey};
use crate::time::Timestamp;

/// The format of our own paper code in an issuer's entry.
pub const ISSUER_FORMAT_NATIVE: &str = "ms1";

/// A signer of codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its name, as in the code's `iss` and on the screen.
    pub name: String,
    /// Which format of codes: [`ISSUER_FORMAT_NATIVE`] for our own.
    pub format: String,
    /// Which kind of codes it may sign.
    pub kind: IssuerKind,
    /// COSE algorithm number: -8 for Ed25519.
    pub algorithm: i64,
    /// The key as its format has it: 32 raw bytes for Ed25519.
    pub key: Vec<u8>,
    /// Used from this second on.
    pub not_before: Timestamp,
    /// Not used from this second on.
    pub not_after: Timestamp,
    /// The longest life, in seconds, that it may give a code.
    pub max_lifetime: i64,
}

/// What an issuer may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerKind {
    /// Residents' sheets.
    Resident,
    /// Test centres' slips.
    Slip,
}

impl Issuer {
    /// The key, if it is one that our own format uses.
    #[must_use]
    pub fn native_key(&self) -> Option<PublicKey> {
        if self.format == ISSUER_FORMAT_NATIVE && self.algorithm == EDDSA {
            self.ed25519_key().ok()
        } else {
            None
        }
    }

    /// Every Ed25519 key is checked where it enters, whatever its format; our own format takes no other.
    pub(super) fn check_key(&self) -> Result<(), WeakKey> {
        if self.format == ISSUER_FORMAT_NATIVE && self.algorithm != EDDSA {
            return Err(WeakKey);
        }
        if self.algorithm == EDDSA {
            self.ed25519_key()?;
        }

        Ok(())
    }

    pub(super) fn to_value(&self) -> Value {
        Value::map([
            ("name", Value::text(&self.name)),
            ("format", Value::text(&self.format)),
            ("kind", Value::text(self.kind.word())),
            ("algorithm", Value::int(self.algorithm)),
            ("key", Value::bytes(&self.key)),
            ("not_before", Value::int(self.not_before.0)),
            ("not_after", Value::int(self.not_after.0)),
            ("max_lifetime", Value::int(self.max_lifetime)),
        ])
    }

    pub(super) fn from_value(value: Value) -> Result<Self, WrongShape> {
        let mut fields = Fields::of(value)?;
        let issuer = Self {
            name: fields.text("name")?,
            format: fields.text("format")?,
            kind: fields.get("kind", |value| IssuerKind::from_word(value.as_text()?))?,
            algorithm: fields.get("algorithm", Value::as_i64)?,
            key: fields.get("key", |value| value.as_bytes().map(<[u8]>::to_vec))?,
            not_before: take_time(&mut fields, "not_before")?,
            not_after: take_time(&mut fields, "not_after")?,
            max_lifetime: fields.get("max_lifetime", Value::as_i64)?,
        };
        fields.end()?;

        Ok(issuer)
    }

    fn ed25519_key(&self) -> Result<PublicKey, WeakKey> {
        PublicKey::new(self.key.as_slice().try_into().map_err(|_| WeakKey)?)
    }
}

impl IssuerKind {
    fn word(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Slip => "slip",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "resident" => Some(Self::Resident),
            "slip" => Some(Self::Slip),
            _ => None,
        }
    }
}

/// The native issuers' keys by the short id that a code names, so that a long list costs a scan nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NativeKeys(BTreeMap<[u8; 4], Vec<(PublicKey, usize)>>);

impl NativeKeys {
    pub(super) fn of(issuers: &[Issuer]) -> Self {
        let mut by_kid: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (at, issuer) in issuers.iter().enumerate() {
            if let Some(key) = issuer.native_key() {
                by_kid.entry(key.kid().short()).or_default().push((key, at));
            }
        }

        Self(by_kid)
    }

    /// Keys with this id, and the places of their issuers in the list.
    pub(super) fn named(&self, kid: [u8; 4]) -> &[(PublicKey, usize)] {
        self.0.get(&kid).map_or(&[], Vec::as_slice)
    }
}
