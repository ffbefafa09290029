//! Codes that nobody signed: a random text, or a link with a token, which only the issuer's back end understands. The trust
//! list says whose texts of which shape they are, and the station looks them up in a list that it carries (docs/lookups.md).
//! No link is ever followed.

use std::fmt;

use super::MAX_TEXT;
use crate::crypto::{label, sha256};
use crate::ids::{Handle, first_16};

/// Schemes that one trust list may hold.
pub const MAX_SCHEMES: usize = 16;
/// The longest name of an issuer, in bytes.
pub const MAX_ISSUER: usize = 64;
/// The longest prefix, in bytes.
const MAX_PREFIX: usize = 128;
/// Characters that a text without a prefix has at least: fewer could be anything.
const LEAST_WITHOUT_PREFIX: usize = 16;
/// Texts of fewer bits have no handle (SECURITY.md §2 `handle`): it could be counted through.
const HANDLE_MILLIBITS: usize = 128_000;
/// The number of these codes in a handle, where those of signed formats are 1 to 6. Never reused.
const FORMAT_NUMBER: u8 = 7;
/// What signed codes and our own begin with: no scheme may take one of them for a text to be looked up.
const RESERVED: [&str; 7] = ["MS1:", "MSV1:", "MSE1:", "HC1:", "NZCP:", "shc:", "{"];

/// Whose codes of which shape are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupScheme {
    /// Who gives them out: at most [`MAX_ISSUER`] bytes. Its lists are found by this name.
    pub issuer: String,
    /// What each begins with, byte for byte; empty only where `least` is 16 or more.
    pub prefix: String,
    /// What follows the prefix.
    pub alphabet: Alphabet,
    /// At least so many characters follow the prefix.
    pub least: usize,
    /// At most so many characters follow the prefix.
    pub most: usize,
    /// The issuer's country (ISO 3166-1 alpha-2), to show.
    pub country: Option<String>,
}

/// The characters of a text to be looked up. None has a space or a sign that begins another format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alphabet {
    /// 0-9.
    Digits,
    /// 0-9, a-f, A-F.
    Hex,
    /// 0-9, a-z, A-Z.
    Alphanumeric,
    /// The same, - and _ (RFC 4648 §5), without padding.
    Base64Url,
}

impl Alphabet {
    /// Whether a text may hold this character.
    #[must_use]
    pub fn has(self, letter: u8) -> bool {
        match self {
            Self::Digits => letter.is_ascii_digit(),
            Self::Hex => letter.is_ascii_hexdigit(),
            Self::Alphanumeric => letter.is_ascii_alphanumeric(),
            Self::Base64Url => letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_'),
        }
    }

    /// Thousandths of a bit that one character holds at most, rounded down; the two cases of a hexadecimal digit are one.
    fn millibits(self) -> usize {
        match self {
            Self::Digits => 3_321,
            Self::Hex => 4_000,
            Self::Alphanumeric => 5_954,
            Self::Base64Url => 6_000,
        }
    }
}

impl LookupScheme {
    /// Whether `text` is of this shape.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        text.strip_prefix(self.prefix.as_str())
            .is_some_and(|token| {
                (self.least..=self.most).contains(&token.len())
                    && token.bytes().all(|letter| self.alphabet.has(letter))
            })
    }

    /// Whether it may stand in a trust list: within its bounds, and nothing that it takes begins as another format does.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let printable = |text: &str| text.bytes().all(|letter| letter.is_ascii_graphic());
        let least = if self.prefix.is_empty() {
            LEAST_WITHOUT_PREFIX
        } else {
            1
        };

        (1..=MAX_ISSUER).contains(&self.issuer.len())
            && self.prefix.len() <= MAX_PREFIX
            && printable(&self.prefix)
            && !self.begins_like_another()
            && least <= self.least
            && self.least <= self.most
            && self.most <= MAX_TEXT.saturating_sub(self.prefix.len())
            && self
                .country
                .as_ref()
                .is_none_or(|country| (2..=3).contains(&country.len()) && printable(country))
    }

    /// Whether some text is of both shapes: then nobody could say whose it is.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let (short, long) = if self.prefix.len() <= other.prefix.len() {
            (self, other)
        } else {
            (other, self)
        };
        let Some(more) = long.prefix.strip_prefix(short.prefix.as_str()) else {
            return false;
        };
        // Every alphabet has the digits, so that the lengths decide where the longer prefix is in the shorter one's alphabet.
        let least = short.least.saturating_sub(more.len()).max(long.least);
        let most = short.most.checked_sub(more.len());

        more.bytes().all(|letter| short.alphabet.has(letter))
            && most.is_some_and(|most| least <= most.min(long.most))
    }

    /// An empty prefix begins like nothing: no alphabet has the signs that end those of other formats.
    fn begins_like_another(&self) -> bool {
        let begins = |text: &str, with: &str| {
            text.as_bytes()
                .get(..with.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(with.as_bytes()))
        };

        !self.prefix.is_empty()
            && RESERVED
                .iter()
                .any(|own| begins(own, &self.prefix) || begins(&self.prefix, own))
    }
}

/// The first 8 bytes of SHA-256(L("lookup") ‖ u16 length of issuer ‖ issuer ‖ text), big endian: all that a list has of a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 8]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(..)")
    }
}

impl Fingerprint {
    /// The fingerprint of a text of `issuer`.
    #[must_use]
    pub fn of(issuer: &str, text: &str) -> Self {
        let length = u16::try_from(issuer.len()).unwrap_or(u16::MAX);
        let hash = sha256(&[
            &label("lookup"),
            &length.to_be_bytes(),
            issuer.as_bytes(),
            text.as_bytes(),
        ]);

        Self(first_8(hash))
    }
}

fn first_8(hash: [u8; 32]) -> [u8; 8] {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(hash) {
        *to = from;
    }
    first
}

/// A text that is of the shape of one scheme. Nobody signed it: whatever a list says of it, it is never admitted. Its `Debug`
/// does not tell it, so that no log can.
#[derive(Clone, PartialEq, Eq)]
pub struct OpaqueCode {
    text: String,
    issuer: String,
    country: Option<String>,
    handle: Option<Handle>,
}

impl fmt::Debug for OpaqueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpaqueCode")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl OpaqueCode {
    /// The text, if it is of the shape of one of `schemes`.
    #[must_use]
    pub fn read(schemes: &[LookupScheme], text: &str) -> Option<Self> {
        let scheme = schemes.iter().find(|scheme| scheme.fits(text))?;
        let letters = text.len().saturating_sub(scheme.prefix.len());
        let holds = letters.saturating_mul(scheme.alphabet.millibits());
        let hash = || sha256(&[&label("foreign"), &[FORMAT_NUMBER], text.as_bytes()]);

        Some(Self {
            text: text.to_owned(),
            issuer: scheme.issuer.clone(),
            country: scheme.country.clone(),
            handle: (holds >= HANDLE_MILLIBITS).then(|| Handle(first_16(hash()))),
        })
    }

    /// What stands in the code.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whose code it is by its shape, in the words of the trust list.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The issuer's country, if the trust list has it.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.country.as_deref()
    }

    /// SHA-256(L("foreign") ‖ u8 7 ‖ text)\[..16\] of a text whose characters can hold 128 bits; none of a shorter one.
    #[must_use]
    pub fn handle(&self) -> Option<Handle> {
        self.handle
    }

    /// By what a list has it.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.issuer, &self.text)
    }
}

#[cfg(test)]
#[path = "lookup_tests.rs"]
mod tests;
