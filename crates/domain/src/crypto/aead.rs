//! AES-256-GCM for what lies on the station's own disk and for status files.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use thiserror::Error;

use super::{Fresh, Secret};

/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 12;
/// Bytes of an authentication tag.
pub const TAG_BYTES: usize = 16;

/// The box was altered, moved, or made under another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the data does not open: altered, moved, or under another key")]
pub struct CannotOpen;

/// A key for AES-256-GCM.
pub struct Aead256(LessSafeKey);

impl Aead256 {
    /// The cipher under `key`.
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key.expose()).expect("AES-256 takes 32 bytes");

        Self(LessSafeKey::new(key))
    }

    /// Nonce ‖ ciphertext ‖ tag, under a random nonce.
    #[must_use]
    pub fn seal(&self, plain: &[u8], aad: &[u8], nonce: Fresh<NONCE_BYTES>) -> Vec<u8> {
        let nonce = nonce.into_bytes();
        let mut out = nonce.to_vec();
        out.extend_from_slice(&self.seal_at(nonce, plain, aad));
        out
    }

    /// The plain text of what [`Self::seal`] made.
    ///
    /// # Errors
    /// See [`CannotOpen`].
    pub fn open(&self, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let (nonce, ciphertext) = sealed.split_first_chunk().ok_or(CannotOpen)?;

        self.open_at(*nonce, ciphertext, aad)
    }

    /// Ciphertext ‖ tag under the zero nonce: only for a key that seals nothing else (status files).
    #[must_use]
    pub fn seal_once(self, plain: &[u8]) -> Vec<u8> {
        self.seal_at([0; NONCE_BYTES], plain, &[])
    }

    /// The plain text of what [`Self::seal_once`] made.
    ///
    /// # Errors
    /// See [`CannotOpen`].
    pub fn open_once(self, ciphertext: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        self.open_at([0; NONCE_BYTES], ciphertext, &[])
    }

    fn seal_at(&self, nonce: [u8; NONCE_BYTES], plain: &[u8], aad: &[u8]) -> Vec<u8> {
        let mut buffer = plain.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad),
                &mut buffer,
            )
            .expect("no plain text here nears the limit of AES-GCM (64 GiB)");

        buffer
    }

    fn open_at(
        &self,
        nonce: [u8; NONCE_BYTES],
        ciphertext: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CannotOpen> {
        let mut buffer = ciphertext.to_vec();
        let length = self
            .0
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad),
                &mut buffer,
            )
            .map_err(|_| CannotOpen)?
            .len();
        buffer.truncate(length);

        Ok(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher(byte: u8) -> Aead256 {
        Aead256::new(&Secret::new([byte; 32]))
    }

    #[test]
    fn a_box_opens_only_whole_in_its_place_and_under_its_key() {
        let sealed = cipher(1).seal(b"name", b"place", Fresh::new([7; 12]));
        assert_eq!(cipher(1).open(&sealed, b"place"), Ok(b"name".to_vec()));
        assert_eq!(cipher(1).open(&sealed, b"elsewhere"), Err(CannotOpen));
        assert_eq!(cipher(2).open(&sealed, b"place"), Err(CannotOpen));
        assert_eq!(cipher(1).open(b"short", b"place"), Err(CannotOpen));
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(cipher(1).open(&altered, b"place"), Err(CannotOpen));
        }
    }
}
