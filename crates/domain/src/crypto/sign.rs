//! Ed25519 (RFC 8032) through ring, with the check on public keys that ring leaves out.

use std::fmt;

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use thiserror::Error;

use super::{Fresh, Secret, sha256};

/// A public key of small order or not in reduced form: with it one fixed signature fits every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the key is of small order or malformed and must not be used")]
pub struct WeakKey;

/// The signature does not fit message and key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

/// A key id of our own: the first 8 bytes of SHA-256 of the raw public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kid(pub [u8; 8]);

impl Kid {
    /// The key id of a raw public key.
    #[must_use]
    pub fn of(raw: &[u8; 32]) -> Self {
        let hash = sha256(&[raw]);
        Self(*hash.first_chunk().expect("SHA-256 gives 32 bytes"))
    }

    /// The first four bytes: the key id in a paper code.
    #[must_use]
    pub fn short(self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.0;
        [a, b, c, d]
    }
}

/// An Ed25519 public key that passed [`PublicKey::new`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Takes a key where it enters: import, enrolment, root.
    ///
    /// # Errors
    /// y >= p, or y (sign bit masked) is one of the 7 small-order values (SECURITY.md §1).
    pub fn new(bytes: [u8; 32]) -> Result<Self, WeakKey> {
        if is_weak(&bytes) {
            return Err(WeakKey);
        }

        Ok(Self(bytes))
    }

    /// The raw key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Its key id.
    #[must_use]
    pub fn kid(&self) -> Kid {
        Kid::of(&self.0)
    }

    /// Checks a signature over `message`.
    ///
    /// # Errors
    /// See [`BadSignature`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(message, signature)
            .map_err(|_| BadSignature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", crate::hex::encode(self.0))
    }
}

/// An Ed25519 key pair. Its seed is kept so that a key file can be written.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    seed: Secret,
}

impl SigningKey {
    /// The key with this seed (RFC 8032 §5.1.5).
    #[must_use]
    pub fn new(seed: Secret) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose())
            .expect("an Ed25519 seed is any 32 bytes");

        Self { pair, seed }
    }

    /// A new key.
    #[must_use]
    pub fn generate(fresh: Fresh<32>) -> Self {
        Self::new(Secret::generate(fresh))
    }

    /// The seed, for writing a key file.
    #[must_use]
    pub fn seed(&self) -> &Secret {
        &self.seed
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(
            self.pair
                .public_key()
                .as_ref()
                .try_into()
                .expect("an Ed25519 public key is 32 bytes"),
        )
    }

    /// The signature over `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.pair
            .sign(message)
            .as_ref()
            .try_into()
            .expect("an Ed25519 signature is 64 bytes")
    }
}

/// y of the points of order 8; the other small-order values (0, 1, p-1, p, p+1) are told by arithmetic.
const ORDER_8: [[u8; 32]; 2] = [
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

/// y >= p, or y of small order; the sign bit does not count.
pub(super) fn is_weak(bytes: &[u8; 32]) -> bool {
    let mut y = *bytes;
    y[31] &= 0x7f;
    let [low, middle @ .., high] = y;
    let minus_one_or_more = high == 0x7f && middle == [0xff; 30] && low >= 0xec;
    let zero_or_one = high == 0 && middle == [0; 30] && low <= 1;

    minus_one_or_more || zero_or_one || ORDER_8.contains(&y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_signs_as_in_rfc_8032_test_1() {
        let seed = crate::hex::decode_array(
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        )
        .unwrap();
        let key = SigningKey::new(Secret::new(seed));
        assert_eq!(
            crate::hex::encode(key.public().as_bytes()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        let signature = key.sign(b"");
        assert_eq!(
            crate::hex::encode(signature),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155\
             5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        );
        assert_eq!(key.public().verify(b"", &signature), Ok(()));
        assert_eq!(key.public().verify(b"x", &signature), Err(BadSignature));
        assert_eq!(
            key.public().verify(b"", &signature[..63]),
            Err(BadSignature)
        );
    }

    /// The public keys of the C2SP CCTV ed25519 set that are of small order or not reduced, with both
    /// sign bits, and the two values of y next to them that are neither.
    #[test]
    fn small_order_and_unreduced_keys_are_refused_with_either_sign() {
        let p_minus = |n: u8| {
            let mut y = [0xff; 32];
            y[0] = 0xed_u8.wrapping_sub(n);
            y[31] = 0x7f;
            y
        };
        let small = |n: u8| {
            let mut y = [0; 32];
            y[0] = n;
            y
        };
        let mut weak = vec![small(0), small(1), p_minus(1), ORDER_8[0], ORDER_8[1]];
        weak.extend((0..=18).map(|n| p_minus(0_u8.wrapping_sub(n))));
        for mut y in weak {
            assert_eq!(PublicKey::new(y), Err(WeakKey), "{}", crate::hex::encode(y));
            y[31] |= 0x80;
            assert_eq!(PublicKey::new(y), Err(WeakKey), "{}", crate::hex::encode(y));
        }
        assert!(PublicKey::new(small(2)).is_ok());
        assert!(PublicKey::new(p_minus(2)).is_ok());
    }

    #[test]
    fn with_a_weak_key_ring_takes_one_signature_for_every_message_so_the_check_is_needed() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        for message in [&b"admit"[..], b"anything"] {
            assert!(
                UnparsedPublicKey::new(&ED25519, &identity)
                    .verify(message, &signature)
                    .is_ok()
            );
        }
        assert_eq!(PublicKey::new(identity), Err(WeakKey));
    }
}
