//! Bytes as the published lists spell them: base64 in both alphabets, PEM, DER of RSA keys.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The bytes of base64 in either alphabet, padded or not, in lines or not. Both alphabets at once are refused.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_ascii_whitespace().collect();
    let engine = if text.contains(['-', '_']) {
        URL_SAFE
    } else {
        STANDARD
    };

    engine.decode(text).ok()
}

/// base64url without padding (RFC 7515 §2).
pub(super) fn base64url(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of the blocks with this label in a PEM text (RFC 7468), in order; `None` where one is not base64 or has no
/// end.
pub(super) fn pem(text: &str, label: &str) -> Option<Vec<Vec<u8>>> {
    let (begin, end) = (
        format!("-----BEGIN {label}-----"),
        format!("-----END {label}-----"),
    );

    text.split(&begin)
        .skip(1)
        .map(|rest| {
            let (body, _) = rest.split_once(&end)?;
            base64(body)
        })
        .collect()
}

/// `RSAPublicKey` (RFC 8017 A.1.1) of modulus and exponent, big endian.
pub(super) fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let content = [integer(modulus), integer(exponent)].concat();

    tagged(0x30, &content)
}

/// A whole number without a sign: its first bit would say one.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0);
    let digits = start.and_then(|at| bytes.get(at..)).unwrap_or_default();
    let zero = digits.first().is_none_or(|first| *first >= 0x80);

    tagged(0x02, &[if zero { &[0][..] } else { &[] }, digits].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let digits: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let head = match (digits.len(), digits.first()) {
        (0, _) => vec![0],
        (1, Some(short)) if *short < 0x80 => vec![*short],
        (count, _) => [
            &[0x80 | u8::try_from(count).unwrap_or(u8::MAX)],
            &digits[..],
        ]
        .concat(),
    };

    [&[tag], &head[..], content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_in_both_alphabets_padded_or_not_and_not_in_a_mixture() {
        for text in ["-_8=", "-_8", "+/8=", "+/8", " +/\n8= "] {
            assert_eq!(base64(text), Some(vec![0xfb, 0xff]), "{text}");
        }
        for text in ["-/8=", "+/9=", "A", "?"] {
            assert_eq!(base64(text), None, "{text}");
        }
    }

    #[test]
    fn every_block_of_a_pem_text_is_found_and_a_torn_one_is_refused() {
        let block = |body: &str| format!("-----BEGIN X-----\n{body}\n-----END X-----\n");
        let two = format!("note\n{}{}", block("AAE="), block("Ag=="));
        assert_eq!(pem(&two, "X"), Some(vec![vec![0, 1], vec![2]]));
        assert_eq!(pem(&two, "Y"), Some(Vec::new()));
        assert_eq!(pem("-----BEGIN X-----\nAAE=", "X"), None);
        assert_eq!(pem(&block("?"), "X"), None);
    }

    #[test]
    fn numbers_have_no_sign_and_lengths_their_shortest_form() {
        assert_eq!(integer(&[0, 0, 0x7f]), [2, 1, 0x7f]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[]), [2, 1, 0]);
        let long = integer(&[0x11; 256]);
        assert_eq!(long.get(..4), Some(&[2, 0x82, 1, 0][..]));
        assert_eq!(
            rsa_public_key(&[0x7f], &[1, 0, 1]),
            [0x30, 8, 2, 1, 0x7f, 2, 3, 1, 0, 1]
        );
    }
}
