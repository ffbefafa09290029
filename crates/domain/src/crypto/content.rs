//! AES-GCM of codes that are encrypted to whoever scans them (COSE, RFC 9053 §4.1).

use std::fmt;

use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::{CannotOpen, NONCE_BYTES};

/// A key that opens encrypted codes: AES-128-GCM or AES-256-GCM. No `Debug` of its bytes, wiped on drop.
pub struct ContentKey(Size);

enum Size {
    Small(Zeroizing<[u8; 16]>),
    Large(Zeroizing<[u8; 32]>),
}

/// Which cipher, as the code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentCipher {
    /// AES-GCM with a key of 128 bits (COSE 1).
    A128Gcm,
    /// AES-GCM with a key of 256 bits (COSE 3).
    A256Gcm,
}

impl ContentKey {
    /// Takes 16 or 32 bytes; `None` for any other length.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        if let Ok(small) = bytes.try_into() {
            return Some(Self(Size::Small(Zeroizing::new(small))));
        }

        Some(Self(Size::Large(Zeroizing::new(bytes.try_into().ok()?))))
    }

    /// Its 16 or 32 bytes, to seal them or write them to a key file.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        match &self.0 {
            Size::Small(key) => &key[..],
            Size::Large(key) => &key[..],
        }
    }

    /// Opens ciphertext ‖ tag. Whoever has the key can make such a box: it says nothing of who issued what is inside.
    ///
    /// # Errors
    /// [`CannotOpen`], also for a cipher that is not this key's.
    pub fn open(
        &self,
        cipher: ContentCipher,
        nonce: [u8; NONCE_BYTES],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, CannotOpen> {
        let key = match (cipher, &self.0) {
            (ContentCipher::A128Gcm, Size::Small(key)) => UnboundKey::new(&AES_128_GCM, &key[..]),
            (ContentCipher::A256Gcm, Size::Large(key)) => UnboundKey::new(&AES_256_GCM, &key[..]),
            (ContentCipher::A128Gcm, Size::Large(_)) | (ContentCipher::A256Gcm, Size::Small(_)) => {
                return Err(CannotOpen);
            }
        };
        let key = LessSafeKey::new(key.map_err(|_| CannotOpen)?);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let mut buffer = sealed.to_vec();
        let length = key
            .open_in_place(nonce, Aad::from(aad), &mut buffer)
            .map_err(|_| CannotOpen)?
            .len();
        buffer.truncate(length);

        Ok(buffer)
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(hex: &str) -> Vec<u8> {
        crate::hex::decode(hex).unwrap()
    }

    /// Test cases 4 and 16 of "The Galois/Counter Mode of Operation".
    #[test]
    fn the_published_boxes_open_under_their_key_and_cipher_alone() {
        let plain = unhex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let aad = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let nonce = crate::hex::decode_array("cafebabefacedbaddecaf888").unwrap();
        let half = "feffe9928665731c6d6a8f9467308308";
        let small = ContentKey::new(&unhex(half)).unwrap();
        let large = ContentKey::new(&unhex(&[half, half].concat())).unwrap();
        let by_small = unhex(
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e\
             21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091\
             5bc94fbc3221a5db94fae95ae7121a47",
        );
        let by_large = unhex(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
             76fc6ece0f4e1768cddf8853bb2d551b",
        );
        let (a128, a256) = (ContentCipher::A128Gcm, ContentCipher::A256Gcm);
        assert_eq!(small.open(a128, nonce, &aad, &by_small), Ok(plain.clone()));
        assert_eq!(large.open(a256, nonce, &aad, &by_large), Ok(plain));
        assert_eq!(small.open(a256, nonce, &aad, &by_small), Err(CannotOpen));
        assert_eq!(large.open(a128, nonce, &aad, &by_large), Err(CannotOpen));
        assert_eq!(small.open(a128, nonce, &aad, &by_large), Err(CannotOpen));
        assert_eq!(small.open(a128, nonce, b"", &by_small), Err(CannotOpen));
        assert_eq!(small.open(a128, nonce, &aad, b"short"), Err(CannotOpen));
    }

    #[test]
    fn keys_of_other_lengths_are_none() {
        for length in [0, 15, 17, 24, 31, 33] {
            assert!(ContentKey::new(&vec![0; length]).is_none(), "{length}");
        }
        for length in [16, 32] {
            let key = ContentKey::new(&vec![7; length]).unwrap();
            assert_eq!(key.expose(), vec![7; length]);
        }
    }
}
