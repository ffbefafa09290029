//! Signatures of codes that others issue: ECDSA, RSA-PSS and Ed25519, all checked by ring.

use std::fmt;

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_FIXED,
    RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use thiserror::Error;

use super::der::{self, BIT_STRING, INTEGER, OID, SEQUENCE};
use super::{BadSignature, PublicKey, WeakKey};

/// How a foreign code says that it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// ECDSA with SHA-256, signature r‖s (COSE -7, JOSE `ES256`). The key may be on P-256 or on P-384.
    Es256,
    /// ECDSA with SHA-384, signature r‖s (COSE -35, JOSE `ES384`), on P-384.
    Es384,
    /// RSASSA-PSS with SHA-256 (COSE -37, JOSE `PS256`).
    Ps256,
    /// Ed25519 (COSE -8, JOSE `EdDSA`).
    EdDsa,
}

/// Why bytes are no key to verify with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not built as such a key is.
    #[error("the key is malformed")]
    Malformed,
    /// A kind of key that this release cannot check: another curve, a compressed point, RSA for other hashes or outside
    /// of 2,048 to 8,192 bits.
    #[error("this kind of key cannot be checked here")]
    Unsupported,
    /// See [`WeakKey`].
    #[error(transparent)]
    Weak(#[from] WeakKey),
}

/// What a [`VerifyingKey`] is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// An uncompressed point on P-256: 65 bytes (SEC 1 §2.3.3).
    P256,
    /// An uncompressed point on P-384: 97 bytes.
    P384,
    /// `RSAPublicKey` in DER (RFC 8017 A.1.1), 2,048 to 8,192 bits.
    Rsa,
    /// Ed25519 (RFC 8032), none of the keys of small order: 32 bytes.
    Ed25519,
}

/// The public key of a foreign issuer. It is checked where it enters; that a point lies on its curve, at each use.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifyingKey {
    kind: KeyKind,
    bytes: Vec<u8>,
}

impl VerifyingKey {
    /// Takes a key in the form that its kind has.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn new(kind: KeyKind, bytes: &[u8]) -> Result<Self, KeyError> {
        match kind {
            KeyKind::P256 => point(bytes, 65)?,
            KeyKind::P384 => point(bytes, 97)?,
            KeyKind::Rsa => modulus(bytes)?,
            KeyKind::Ed25519 => {
                PublicKey::new(bytes.try_into().map_err(|_| KeyError::Malformed)?)?;
            }
        }

        Ok(Self {
            kind,
            bytes: bytes.to_vec(),
        })
    }

    /// Takes a key as certificates and JWKS tools hold it: `SubjectPublicKeyInfo` in DER (RFC 5280 §4.1.2.7, RFC 5480,
    /// RFC 4055, RFC 8410).
    ///
    /// # Errors
    /// [`KeyError`]; [`KeyError::Unsupported`] for P-521, brainpool and every other kind of key.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let (algorithm, key) = split(der).ok_or(KeyError::Malformed)?;
        let (name, parameters) = der::element(OID, algorithm).ok_or(KeyError::Malformed)?;
        let kind = match (name, parameters) {
            (EC_PUBLIC_KEY, P_256) => KeyKind::P256,
            (EC_PUBLIC_KEY, P_384) => KeyKind::P384,
            (RSA_ENCRYPTION, NULL | []) | (RSASSA_PSS, PSS_SHA256 | []) => KeyKind::Rsa,
            (ED25519, []) => KeyKind::Ed25519,
            _ => return Err(KeyError::Unsupported),
        };

        Self::new(kind, key)
    }

    /// What it is of.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Its bytes, as its kind has them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Checks a signature over `message`, in the form that COSE and JOSE give it: r‖s of ECDSA, never DER.
    ///
    /// # Errors
    /// [`BadSignature`], also for an algorithm that is not this key's and for a signature of another length.
    pub fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        match (algorithm, self.kind) {
            (Algorithm::Es256, KeyKind::P256) => {
                self.check(&ECDSA_P256_SHA256_FIXED, message, signature)
            }
            (Algorithm::Es256, KeyKind::P384) => {
                let halves: &[u8; 96] = signature.try_into().map_err(|_| BadSignature)?;
                let (r, s) = halves.split_at(48);
                self.check(&ECDSA_P384_SHA256_ASN1, message, &der::two_integers(r, s))
            }
            (Algorithm::Es384, KeyKind::P384) => {
                self.check(&ECDSA_P384_SHA384_FIXED, message, signature)
            }
            (Algorithm::Ps256, KeyKind::Rsa) => {
                self.check(&RSA_PSS_2048_8192_SHA256, message, signature)
            }
            (Algorithm::EdDsa, KeyKind::Ed25519) => {
                self.check(&ring::signature::ED25519, message, signature)
            }
            (
                Algorithm::Es256 | Algorithm::Es384 | Algorithm::Ps256 | Algorithm::EdDsa,
                KeyKind::P256 | KeyKind::P384 | KeyKind::Rsa | KeyKind::Ed25519,
            ) => Err(BadSignature),
        }
    }

    fn check(
        &self,
        algorithm: &'static dyn VerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        UnparsedPublicKey::new(algorithm, &self.bytes)
            .verify(message, signature)
            .map_err(|_| BadSignature)
    }
}

impl From<PublicKey> for VerifyingKey {
    fn from(key: PublicKey) -> Self {
        Self {
            kind: KeyKind::Ed25519,
            bytes: key.as_bytes().to_vec(),
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = crate::hex::encode(&self.bytes);
        write!(f, "VerifyingKey({:?}, {hex})", self.kind)
    }
}

/// id-ecPublicKey, and its curves with their heads: what follows the algorithm's name.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P_256: &[u8] = &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P_384: &[u8] = &[0x06, 5, 0x2b, 0x81, 0x04, 0x00, 0x22];
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const NULL: &[u8] = &[0x05, 0x00];
const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
/// A key that may sign with SHA-256, MGF1 with SHA-256 and 32 bytes of salt (RFC 4055 §3.1).
const PSS_SHA256: &[u8] = &[
    0x30, 0x34, 0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
    0x01, 0x05, 0x00, 0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
    0x01, 0x08, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0xa2, 0x03, 0x02, 0x01, 0x20,
];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// Bytes of the shortest and the longest modulus that ring takes.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1_024;

/// The content of the algorithm and the bits of the key.
fn split(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let info = der::whole(SEQUENCE, der)?;
    let (algorithm, rest) = der::element(SEQUENCE, info)?;
    // A key is whole bytes: none of the last one's bits is unused.
    let key = der::whole(BIT_STRING, rest)?.strip_prefix(&[0])?;

    Some((algorithm, key))
}

/// An uncompressed point of `length` bytes.
fn point(bytes: &[u8], length: usize) -> Result<(), KeyError> {
    match bytes.first() {
        Some(0x04) if bytes.len() == length => Ok(()),
        Some(0x02 | 0x03) => Err(KeyError::Unsupported),
        Some(_) | None => Err(KeyError::Malformed),
    }
}

/// A modulus within ring's bounds, and an exponent.
fn modulus(bytes: &[u8]) -> Result<(), KeyError> {
    let read = || {
        let (modulus, rest) = der::element(INTEGER, der::whole(SEQUENCE, bytes)?)?;
        let exponent = der::whole(INTEGER, rest)?;
        (!exponent.is_empty()).then_some(modulus)
    };
    // The first bit says the sign, so a modulus of whole bytes has a zero before it.
    let digits = read()
        .ok_or(KeyError::Malformed)?
        .strip_prefix(&[0])
        .ok_or(KeyError::Unsupported)?;
    let full = digits.first().is_some_and(|first| *first >= 0x80);

    if full && MODULUS_BYTES.contains(&digits.len()) {
        Ok(())
    } else {
        Err(KeyError::Unsupported)
    }
}

#[cfg(test)]
#[path = "verifying_tests.rs"]
mod tests;
