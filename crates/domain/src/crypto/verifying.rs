//! Signatures of codes that others issue: ECDSA, RSA-PSS and Ed25519, all checked by ring.

use super::PublicKey;

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

/// The public key of a foreign issuer. It is checked where it enters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerifyingKey {
    /// An uncompressed point on P-256: 65 bytes (SEC 1 §2.3.3).
    P256(Vec<u8>),
    /// An uncompressed point on P-384: 97 bytes.
    P384(Vec<u8>),
    /// `RSAPublicKey` in DER (RFC 8017 A.1.1), 2,048 to 8,192 bits.
    Rsa(Vec<u8>),
    /// Ed25519, none of the keys of small order.
    Ed25519(PublicKey),
}
