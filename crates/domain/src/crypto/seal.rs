//! HPKE base mode (RFC 9180), X25519 / HKDF-SHA256 / ChaCha20-Poly1305.

use std::convert::Infallible;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroize;

use super::sign::is_weak;
use super::{CannotOpen, Fresh, Kid, Secret, WeakKey, sha256};

/// Bytes of the encapsulated key in front of every sealed text.
pub const ENCAPPED_BYTES: usize = 32;

/// An X25519 public key that things are sealed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealingKey([u8; 32]);

impl SealingKey {
    /// Takes a key where it enters.
    ///
    /// # Errors
    /// A point of small order, with which the shared secret would be no secret (RFC 7748 §6.1).
    pub fn new(bytes: [u8; 32]) -> Result<Self, WeakKey> {
        if is_small_order_u(bytes) {
            return Err(WeakKey);
        }

        Ok(Self(bytes))
    }

    /// The raw public key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// First 8 bytes of SHA-256 of the raw key.
    #[must_use]
    pub fn kid(&self) -> Kid {
        Kid::of(&self.0)
    }
}

/// The private half of a [`SealingKey`].
pub struct OpeningKey(<X25519HkdfSha256 as Kem>::PrivateKey);

impl OpeningKey {
    /// The key with these 32 secret bytes.
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        Self(
            <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret.expose())
                .expect("an X25519 private key is any 32 bytes"),
        )
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> SealingKey {
        SealingKey(X25519HkdfSha256::sk_to_pk(&self.0).to_bytes().into())
    }

    /// The plain text of `sealed` = encapsulated key ‖ ciphertext ‖ tag.
    ///
    /// # Errors
    /// Altered, or sealed to another key, purpose or place.
    pub fn open(&self, sealed: &[u8], info: &[u8], aad: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let (encapped, ciphertext) = sealed.split_at_checked(ENCAPPED_BYTES).ok_or(CannotOpen)?;
        let encapped =
            <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapped).map_err(|_| CannotOpen)?;

        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.0,
            &encapped,
            info,
            ciphertext,
            aad,
        )
        .map_err(|_| CannotOpen)
    }
}

/// Encapsulated key ‖ ciphertext ‖ tag: 48 bytes more than `plain`.
#[must_use]
pub fn seal(
    to: &SealingKey,
    info: &[u8],
    plain: &[u8],
    aad: &[u8],
    ephemeral: Fresh<32>,
) -> Vec<u8> {
    let recipient = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&to.0)
        .expect("an X25519 public key is any 32 bytes");
    let (encapped, ciphertext) =
        hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &recipient,
            info,
            plain,
            aad,
            &mut Once::new(ephemeral),
        )
        .expect("SealingKey::new refused the points for which encapsulation fails");
    let mut out = encapped.to_bytes().to_vec();
    out.extend_from_slice(&ciphertext);
    out
}

/// Hands the caller's fresh bytes to hpke, which draws exactly 32 for the ephemeral key. Should it ever
/// draw more, each further block is a hash of the bytes and a counter, never a repetition.
struct Once {
    bytes: [u8; 32],
    drawn: u64,
}

impl Once {
    fn new(fresh: Fresh<32>) -> Self {
        Self {
            bytes: fresh.into_bytes(),
            drawn: 0,
        }
    }

    fn block(&mut self) -> [u8; 32] {
        let block = if self.drawn == 0 {
            self.bytes
        } else {
            sha256(&[&self.bytes, &self.drawn.to_be_bytes()])
        };
        self.drawn = self.drawn.saturating_add(1);
        block
    }
}

impl Drop for Once {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl TryRng for Once {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let [a, b, c, d, ..] = self.block();
        Ok(u32::from_le_bytes([a, b, c, d]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let block = self.block();
        Ok(u64::from_le_bytes(
            *block.first_chunk().expect("a block has 32 bytes"),
        ))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        for chunk in target.chunks_mut(32) {
            let block = self.block();
            for (to, from) in chunk.iter_mut().zip(block) {
                *to = from;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for Once {}

/// The u-coordinates of the points of small order, with the unused top bit ignored (RFC 7748 §5).
/// Two of them are also y-coordinates that [`is_weak`] knows, as are the values from p upwards.
fn is_small_order_u(bytes: [u8; 32]) -> bool {
    const ORDER_8: [[u8; 32]; 2] = [
        [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f,
            0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16,
            0x5f, 0x49, 0xb8, 0x00,
        ],
        [
            0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83,
            0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd,
            0xd0, 0x9f, 0x11, 0x57,
        ],
    ];
    let mut masked = bytes;
    masked[31] &= 0x7f;

    is_weak(&masked) || ORDER_8.contains(&masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(byte: u8) -> OpeningKey {
        OpeningKey::new(&Secret::new([byte; 32]))
    }

    #[test]
    fn a_seal_opens_only_for_its_key_its_purpose_and_its_place() {
        let sealed = seal(
            &opening(1).public(),
            b"info",
            b"name",
            b"aad",
            Fresh::new([9; 32]),
        );
        assert_eq!(sealed.len(), 4 + 48);
        assert_eq!(
            opening(1).open(&sealed, b"info", b"aad"),
            Ok(b"name".to_vec())
        );
        assert_eq!(opening(2).open(&sealed, b"info", b"aad"), Err(CannotOpen));
        assert_eq!(opening(1).open(&sealed, b"other", b"aad"), Err(CannotOpen));
        assert_eq!(opening(1).open(&sealed, b"info", b"else"), Err(CannotOpen));
        assert_eq!(
            opening(1).open(&sealed[..31], b"info", b"aad"),
            Err(CannotOpen)
        );
    }

    #[test]
    fn points_of_small_order_are_no_sealing_keys() {
        for (first, last) in [(0, 0), (1, 0), (0, 0x80), (0xec, 0x7f), (0xed, 0xff)] {
            let mut key = if last & 0x7f == 0x7f {
                [0xff; 32]
            } else {
                [0; 32]
            };
            key[0] = first;
            key[31] = last;
            assert_eq!(
                SealingKey::new(key),
                Err(WeakKey),
                "{first:02x}..{last:02x}"
            );
        }
        assert!(SealingKey::new(*opening(1).public().as_bytes()).is_ok());
    }
}
