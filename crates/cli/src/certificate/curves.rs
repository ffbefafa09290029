//! Whether a key made a certificate's signature: by ring, and by `RustCrypto` on the curves that ring lacks and that countries
//! sign their signers on (P-521, brainpool). Only public values are at work, so that nothing is lost by their timing.

use ecdsa::signature::hazmat::PrehashVerifier;
use ecdsa::{Signature, VerifyingKey};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;
use x509_parser::x509::SubjectPublicKeyInfo;

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsigned {
    /// The key did not make it.
    Bad,
    /// It is of a kind that is not checked here.
    Unsupported,
}

/// Whether `key` made the signature of `certificate`.
///
/// # Errors
/// See [`Unsigned`]; SHA-1 is never checked.
pub(super) fn verify(
    certificate: &X509Certificate<'_>,
    key: &SubjectPublicKeyInfo<'_>,
) -> Result<(), Unsigned> {
    let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
    // The signed part names the algorithm as well: else it could be put in another one's place.
    if certificate.signature_algorithm.algorithm != certificate.tbs_certificate.signature.algorithm
    {
        return Err(Unsigned::Bad);
    }
    if SHA_1.contains(&algorithm.as_str()) {
        return Err(Unsigned::Unsupported);
    }
    if let Some(curve) = curve(key) {
        let digest = digest(&algorithm, certificate.tbs_certificate.as_ref());
        return on_curve(
            &curve,
            &key.subject_public_key.data,
            &digest.ok_or(Unsigned::Unsupported)?,
            &certificate.signature_value.data,
        );
    }

    certificate.verify_signature(Some(key)).map_err(|error| {
        if matches!(error, X509Error::SignatureVerificationError) {
            Unsigned::Bad
        } else {
            Unsigned::Unsupported
        }
    })
}

/// The named curve of a key that ring has none of.
fn curve(key: &SubjectPublicKeyInfo<'_>) -> Option<String> {
    let name = key.algorithm.parameters.as_ref()?.as_oid().ok()?;

    Some(name.to_id_string()).filter(|name| CURVES.contains(&name.as_str()))
}

fn digest(algorithm: &str, message: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        "1.2.840.10045.4.3.2" => Some(Sha256::digest(message).to_vec()),
        "1.2.840.10045.4.3.3" => Some(Sha384::digest(message).to_vec()),
        "1.2.840.10045.4.3.4" => Some(Sha512::digest(message).to_vec()),
        _ => None,
    }
}

/// One curve's types in the same words.
macro_rules! made_on {
    ($curve:ty, $key:expr, $digest:expr, $signature:expr) => {
        VerifyingKey::<$curve>::from_sec1_bytes($key)
            .ok()
            .zip(Signature::<$curve>::from_der($signature).ok())
            .and_then(|(key, signature)| key.verify_prehash($digest, &signature).ok())
    };
}

fn on_curve(curve: &str, key: &[u8], digest: &[u8], signature: &[u8]) -> Result<(), Unsigned> {
    // A digest that is shorter than the curve's numbers is a number with zeros before it (SEC 1 §4.1.3).
    let zeros = vec![0; SHORTEST_DIGEST.saturating_sub(digest.len())];
    let digest = [&zeros[..], digest].concat();
    let made = match curve {
        P_521 => made_on!(p521::NistP521, key, &digest, signature),
        BRAINPOOL_256 => made_on!(bp256::BrainpoolP256r1, key, &digest, signature),
        BRAINPOOL_384 => made_on!(bp384::BrainpoolP384r1, key, &digest, signature),
        _ => return Err(Unsigned::Unsupported),
    };

    made.ok_or(Unsigned::Bad)
}

const P_521: &str = "1.3.132.0.35";
const BRAINPOOL_256: &str = "1.3.36.3.3.2.8.1.1.7";
const BRAINPOOL_384: &str = "1.3.36.3.3.2.8.1.1.11";
/// What ring has none of; for the last, brainpoolP512r1, there is no crate either.
const CURVES: [&str; 4] = [P_521, BRAINPOOL_256, BRAINPOOL_384, "1.3.36.3.3.2.8.1.1.13"];
/// RSA and ECDSA with SHA-1.
const SHA_1: [&str; 3] = ["1.2.840.113549.1.1.5", "1.3.14.3.2.29", "1.2.840.10045.4.1"];
/// Half of the bytes of a number on P-521, below which the library takes no digest.
const SHORTEST_DIGEST: usize = 33;

#[cfg(test)]
mod tests {
    use x509_parser::prelude::{FromDer, parse_x509_pem};

    use super::*;

    /// Whether the certificate of one text was signed by that of the other.
    #[expect(clippy::unwrap_in_result, reason = "a test may panic")]
    fn verified(signed: &str, by: &str) -> Result<(), Unsigned> {
        let der = |text: &str| parse_x509_pem(text.as_bytes()).unwrap().1.contents;
        let (signed, by) = (der(signed), der(by));
        let (_, signed) = X509Certificate::from_der(&signed).unwrap();
        let (_, by) = X509Certificate::from_der(&by).unwrap();

        verify(&signed, by.public_key())
    }

    macro_rules! fixture {
        ($name:literal) => {
            include_str!(concat!("../../tests/fixtures/trust/", $name, ".pem"))
        };
    }

    #[test]
    fn authorities_on_every_curve_and_with_rsa_are_checked() {
        let authorities = [
            ("P-256", fixture!("csca-p256")),
            ("P-384", fixture!("csca-p384")),
            ("P-521, SHA-256", fixture!("csca-p521")),
            ("brainpoolP256r1, SHA-512", fixture!("csca-bp256")),
            ("brainpoolP384r1", fixture!("csca-bp384")),
            ("RSA", fixture!("csca-rsa")),
            ("RSA-PSS", fixture!("csca-pss")),
        ];
        for (name, authority) in authorities {
            assert_eq!(verified(authority, authority), Ok(()), "{name}");
            for (other, by) in authorities.iter().filter(|(other, _)| *other != name) {
                assert!(verified(authority, by).is_err(), "{name} by {other}");
            }
        }
    }

    #[test]
    fn what_is_not_checked_is_told_apart_from_what_is_false() {
        let p512 = fixture!("csca-bp512");
        assert_eq!(verified(p512, p512), Err(Unsigned::Unsupported));
        let sha1 = fixture!("csca-sha1");
        assert_eq!(verified(sha1, sha1), Err(Unsigned::Unsupported));
        let (signed, other) = (fixture!("csca-bp256"), fixture!("csca-bp256-other"));
        assert_eq!(verified(signed, other), Err(Unsigned::Bad));
    }
}
