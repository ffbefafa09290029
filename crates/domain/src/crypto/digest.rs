//! SHA-256, HMAC-SHA256 (RFC 2104) and HKDF-SHA256 (RFC 5869).

use ring::{digest, hkdf};
use subtle::ConstantTimeEq;

/// SHA-256 over the parts, one after the other.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }

    into_32(context.finish().as_ref())
}

/// HMAC-SHA256 under `key` over the parts, one after the other.
#[must_use]
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context =
        ring::hmac::Context::with_key(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }

    into_32(context.sign().as_ref())
}

/// HKDF-SHA256 to 32 bytes.
#[must_use]
pub fn derive_key(salt: &[u8], ikm: &[u8], info: &[&[u8]]) -> [u8; 32] {
    let mut key = [0; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(ikm)
        .expand(info, hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut key))
        .expect("one hash length is within HKDF's limit");

    key
}

/// Compares in a time that does not tell where the two differ.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

fn into_32(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().expect("SHA-256 gives 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hkdf_gives_the_first_bytes_of_rfc_5869_case_1() {
        let ikm = [0x0b; 22];
        let salt = crate::hex::decode("000102030405060708090a0b0c").unwrap();
        let info = crate::hex::decode("f0f1f2f3f4f5f6f7f8f9").unwrap();
        assert_eq!(
            crate::hex::encode(derive_key(&salt, &ikm, &[&info])),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
        );
    }

    #[test]
    fn parts_count_only_by_their_bytes() {
        assert_eq!(sha256(&[b"ab", b"c"]), sha256(&[b"abc"]));
        assert!(equal(&hmac(b"k", &[b"a", b"b"]), &hmac(b"k", &[b"ab"])));
        assert!(!equal(b"a", b"ab"));
    }
}
