//! The one door for what stands in a QR code: bytes of a reading -> a signed credential, or why not.

pub mod foreign;
pub mod native;
mod text;

use crate::verdict::Reason;

pub use text::clean_text;

/// The longest text that any QR code holds (SECURITY.md §8).
pub const MAX_TEXT: usize = 4_296;

/// A code whose structure is right and whose signature nobody has checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedCredential {
    /// Our own paper code.
    Native(native::SignedCode),
}

/// Finds the format of a code's content and takes it apart (SECURITY.md §3 steps 1 to 3).
///
/// # Errors
/// [`Reason::NotAPass`] for what is none by its first characters, [`Reason::VenueCode`] for a venue's
/// own code, [`Reason::Malformed`] for a pass that is not built as one.
pub fn decode(content: &[u8]) -> Result<SignedCredential, Reason> {
    if content.len() > MAX_TEXT {
        return Err(Reason::Malformed);
    }
    let text = std::str::from_utf8(content).map_err(|_| Reason::NotAPass)?;
    if text.starts_with(VENUE_PREFIX) {
        return Err(Reason::VenueCode);
    }
    let Some(body) = text.strip_prefix(native::PREFIX) else {
        return Err(Reason::NotAPass);
    };

    native::SignedCode::decode(body).map(SignedCredential::Native)
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
