use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING,
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair,
};

use super::*;
use crate::crypto::{Secret, SigningKey};

const MESSAGE: &[u8] = b"menshen";

fn vector(name: &str) -> Vec<u8> {
    include_str!("../../vectors/foreign-keys.txt")
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))
        .and_then(crate::hex::decode)
        .unwrap()
}

/// The key's kind, and a signature over the message by a new key.
fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm, kind: KeyKind) -> (VerifyingKey, Vec<u8>) {
    let random = SystemRandom::new();
    let secret = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, secret.as_ref(), &random).unwrap();
    let key = VerifyingKey::new(kind, pair.public_key().as_ref()).unwrap();
    let signature = pair.sign(&random, MESSAGE).unwrap();

    (key, signature.as_ref().to_vec())
}

/// Every algorithm but `right`, no signature, a cut, a longer one, each bit and another message are refused.
fn assert_only(key: &VerifyingKey, right: Algorithm, signature: &[u8]) {
    assert_eq!(key.verify(right, MESSAGE, signature), Ok(()));
    for algorithm in [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::Ps256,
        Algorithm::EdDsa,
    ] {
        let taken = key.verify(algorithm, MESSAGE, signature).is_ok();
        assert_eq!(taken, algorithm == right, "{algorithm:?}");
        assert_eq!(key.verify(algorithm, MESSAGE, &[]), Err(BadSignature));
    }
    assert_eq!(key.verify(right, b"other", signature), Err(BadSignature));
    let longer = [signature, &[0]].concat();
    assert_eq!(key.verify(right, MESSAGE, &longer), Err(BadSignature));
    let (_, cut) = signature.split_last().unwrap();
    assert_eq!(key.verify(right, MESSAGE, cut), Err(BadSignature));
    for at in (0..signature.len()).step_by(7) {
        let mut spoilt = signature.to_vec();
        spoilt[at] ^= 1 << (at % 8);
        assert_eq!(key.verify(right, MESSAGE, &spoilt), Err(BadSignature));
    }
}

#[test]
fn each_key_takes_its_own_algorithm_and_signature_alone() {
    let (key, signature) = ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, KeyKind::P256);
    assert_only(&key, Algorithm::Es256, &signature);
    let (key, signature) = ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, KeyKind::P384);
    assert_only(&key, Algorithm::Es384, &signature);
    let key = SigningKey::new(Secret::new([1; 32]));
    assert_only(&key.public().into(), Algorithm::EdDsa, &key.sign(MESSAGE));
    let key = VerifyingKey::from_spki(&vector("rsa2048_spki")).unwrap();
    assert_only(&key, Algorithm::Ps256, &vector("rsa2048_pss_sha256"));
}

#[test]
fn es256_with_a_key_on_p384_takes_48_and_48_bytes_and_nothing_in_der() {
    let key = VerifyingKey::from_spki(&vector("p384_spki")).unwrap();
    assert_only(&key, Algorithm::Es256, &vector("p384_sha256"));
    assert_eq!(
        key.verify(Algorithm::Es256, MESSAGE, &vector("p384_sha256_der")),
        Err(BadSignature)
    );
}

#[test]
fn der_where_both_halves_belong_is_refused() {
    let (key, signature) = ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING, KeyKind::P256);
    assert_eq!(
        key.verify(Algorithm::Es256, MESSAGE, &signature),
        Err(BadSignature)
    );
}

#[test]
fn the_usual_keys_come_out_of_their_info_and_back_into_it() {
    for (name, kind, bytes) in [
        ("p256_spki", KeyKind::P256, 65),
        ("p384_spki", KeyKind::P384, 97),
        ("rsa2048_spki", KeyKind::Rsa, 270),
        ("rsa_pss_spki", KeyKind::Rsa, 270),
        ("ed25519_spki", KeyKind::Ed25519, 32),
    ] {
        let info = vector(name);
        let key = VerifyingKey::from_spki(&info).unwrap();
        assert_eq!((key.kind(), key.as_bytes().len()), (kind, bytes), "{name}");
        assert!(info.ends_with(key.as_bytes()));
        assert_eq!(VerifyingKey::new(kind, key.as_bytes()), Ok(key));
    }
}

#[test]
fn other_curves_compressed_points_and_short_moduli_are_unsupported() {
    for name in [
        "secp521r1_spki",
        "brainpoolp256r1_spki",
        "secp256k1_spki",
        "p256_compressed_spki",
        "rsa1024_spki",
    ] {
        let key = VerifyingKey::from_spki(&vector(name));
        assert_eq!(key, Err(KeyError::Unsupported), "{name}");
    }
}

#[test]
fn a_key_that_is_cut_longer_or_weak_is_refused() {
    let info = vector("p256_spki");
    for length in 0..info.len() {
        let key = VerifyingKey::from_spki(&info[..length]);
        assert_eq!(key, Err(KeyError::Malformed), "{length}");
    }
    let longer = [&info[..], &[0]].concat();
    assert_eq!(VerifyingKey::from_spki(&longer), Err(KeyError::Malformed));
    assert_eq!(
        VerifyingKey::new(KeyKind::P256, &[4; 97]),
        Err(KeyError::Malformed)
    );
    assert_eq!(
        VerifyingKey::new(KeyKind::P384, &[5; 97]),
        Err(KeyError::Malformed)
    );
    assert_eq!(
        VerifyingKey::new(KeyKind::Rsa, &[0x30, 0]),
        Err(KeyError::Malformed)
    );
    assert_eq!(
        VerifyingKey::new(KeyKind::Ed25519, &[1; 31]),
        Err(KeyError::Malformed)
    );
    let mut identity = [0; 32];
    identity[0] = 1;
    assert_eq!(
        VerifyingKey::new(KeyKind::Ed25519, &identity),
        Err(KeyError::Weak(WeakKey))
    );
}

#[test]
fn a_point_that_lies_on_no_curve_verifies_nothing() {
    let (_, signature) = ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, KeyKind::P256);
    let off = VerifyingKey::new(KeyKind::P256, &[4; 65]).unwrap();
    assert_eq!(
        off.verify(Algorithm::Es256, MESSAGE, &signature),
        Err(BadSignature)
    );
}
