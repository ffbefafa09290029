//! The one door for what stands in a QR code: bytes of a reading -> a signed credential, or a text to be looked up, or why not.

pub mod foreign;
pub mod lookup;
pub mod native;
mod text;

use crate::verdict::Reason;

use foreign::{Reading, SignedForeign, shc};
use lookup::{LookupScheme, OpaqueCode};
pub use text::clean_text;

/// The longest text that any QR code holds (SECURITY.md §8).
pub const MAX_TEXT: usize = 4_296;

/// A code whose structure is right and whose signature nobody has checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedCredential {
    /// Our own paper code.
    Native(Box<native::SignedCode>),
    /// A code that others issue.
    Foreign(Box<SignedForeign>),
}

impl SignedCredential {
    /// Our own paper code, if it is one.
    #[must_use]
    pub fn native(&self) -> Option<&native::SignedCode> {
        match self {
            Self::Native(code) => Some(code),
            Self::Foreign(_) => None,
        }
    }
}

/// What stands in a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// Somebody's word, under a signature.
    Signed(SignedCredential),
    /// A text that says nothing by itself.
    Opaque(Box<OpaqueCode>),
}

/// Finds what stands in a code: a signed code by what the station knows for `reading` it, else a text of the shape of one of
/// `schemes`. What can be taken apart as a signed code, or is one that this release cannot check, is never looked up.
///
/// # Errors
/// As [`decode_with`].
pub fn read(reading: &Reading, schemes: &[LookupScheme], content: &[u8]) -> Result<Code, Reason> {
    let reason = match decode_with(reading, content) {
        Ok(signed) => return Ok(Code::Signed(signed)),
        Err(reason) => reason,
    };
    let is_nothing_signed = matches!(reason, Reason::NotAPass | Reason::Malformed);
    let text = std::str::from_utf8(content)
        .ok()
        .filter(|_| is_nothing_signed);

    text.and_then(|text| OpaqueCode::read(schemes, text))
        .map(|code| Code::Opaque(Box::new(code)))
        .ok_or(reason)
}

/// Finds the format of a code's content and takes it apart (SECURITY.md §3 steps 1 to 3), as a station does that holds no
/// keys for encrypted codes.
///
/// # Errors
/// As [`decode_with`].
pub fn decode(content: &[u8]) -> Result<SignedCredential, Reason> {
    decode_with(&Reading::default(), content)
}

/// Finds the format of a code's content and takes it apart by what the station knows for `reading` it.
///
/// # Errors
/// [`Reason::NotAPass`] for what is none by its first characters, [`Reason::VenueCode`] for a venue's
/// own code, [`Reason::Malformed`] for a pass that is not built as one, and what [`Reading::decode`] says of a foreign one.
pub fn decode_with(reading: &Reading, content: &[u8]) -> Result<SignedCredential, Reason> {
    if content.len() > longest(content) {
        return Err(Reason::Malformed);
    }
    let text = std::str::from_utf8(content).map_err(|_| Reason::NotAPass)?;
    if text.starts_with(VENUE_PREFIX) {
        return Err(Reason::VenueCode);
    }
    if let Some(body) = text.strip_prefix(native::PREFIX) {
        return native::SignedCode::decode(body)
            .map(|code| SignedCredential::Native(Box::new(code)));
    }

    reading
        .decode(text)
        .map(|code| SignedCredential::Foreign(Box::new(code)))
}

/// How long a content may be: the cards that are digits hold more of them than a QR code holds of other characters.
fn longest(content: &[u8]) -> usize {
    if content
        .trim_ascii_start()
        .starts_with(shc::PREFIX.as_bytes())
    {
        shc::MAX_TEXT
    } else {
        MAX_TEXT
    }
}

/// What the codes on a venue's door begin with.
pub const VENUE_PREFIX: &str = "MSV1:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_payment_codes_other_bytes_and_enrolment_codes_are_no_passes() {
        for content in [
            &b"https://example.org/pay"[..],
            b"alipay://x",
            b"MSE1:ABC",
            b"",
            b"\xff\xfe",
            b"ms1:6BF",
        ] {
            assert_eq!(decode(content), Err(Reason::NotAPass));
        }
    }

    #[test]
    fn a_venues_own_code_is_told_from_a_persons() {
        assert_eq!(decode(b"MSV1:310106"), Err(Reason::VenueCode));
    }

    #[test]
    fn a_text_longer_than_any_qr_code_is_refused_unread() {
        let long = [b"MS1:".to_vec(), vec![b'0'; MAX_TEXT]].concat();
        assert_eq!(decode(&long), Err(Reason::Malformed));
    }
}
