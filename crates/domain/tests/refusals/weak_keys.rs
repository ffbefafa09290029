//! Keys of small order and keys not in reduced form, at every door where a key enters (SECURITY.md §1).

use domain::cbor::Value;
use domain::crypto::{PublicKey, SealingKey, WeakKey};
use domain::document::DocumentError;
use domain::hex;
use domain::wire::EnrolRequest;

use crate::altered::exchanged;
use crate::authority::{self, opening, public, seed};
use crate::documents::{Document, all};
use crate::spec;

/// y of the points of small order: 0, 1, p-1 and the two of order 8, as in C2SP's CCTV set of Ed25519 keys.
const SMALL_ORDER_Y: [&str; 5] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
];
/// u of the points of small order that are not among the above, as in RFC 7748 §6.1.
const SMALL_ORDER_U: [&str; 2] = [
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
];

/// Every one with both top bits, and the 19 values from p upwards.
fn weak_ed25519() -> Vec<[u8; 32]> {
    with_both_top_bits(
        SMALL_ORDER_Y
            .iter()
            .map(|digits| hex::decode_array(digits).unwrap())
            .chain(unreduced()),
    )
}

fn weak_x25519() -> Vec<[u8; 32]> {
    let orders_1_2_4 = &SMALL_ORDER_Y[..3];
    with_both_top_bits(
        orders_1_2_4
            .iter()
            .chain(&SMALL_ORDER_U)
            .map(|digits| hex::decode_array(digits).unwrap())
            .chain(unreduced()),
    )
}

/// p = 2^255 - 19, so the values from p to 2^255 - 1.
fn unreduced() -> impl Iterator<Item = [u8; 32]> {
    (0xed..=0xff).map(|low| {
        let mut value = [0xff; 32];
        value[0] = low;
        value[31] = 0x7f;
        value
    })
}

fn with_both_top_bits(values: impl Iterator<Item = [u8; 32]>) -> Vec<[u8; 32]> {
    values
        .flat_map(|value| {
            let mut other = value;
            other[31] |= 0x80;
            [value, other]
        })
        .collect()
}

#[test]
fn no_weak_key_is_a_key() {
    for weak in weak_ed25519() {
        assert_eq!(PublicKey::new(weak), Err(WeakKey), "{}", hex::encode(weak));
    }
    for weak in weak_x25519() {
        assert_eq!(SealingKey::new(weak), Err(WeakKey), "{}", hex::encode(weak));
    }
}

/// With the point of order 1 as key, this signature fits every message: what a forger would use.
#[test]
fn a_weak_issuer_would_sign_everything_so_no_trust_document_with_one_is_read() {
    let [_, trust, ..] = all();
    let identity = hex::decode_array::<32>(SMALL_ORDER_Y[1]).unwrap();
    let issuer = *public(seed::ISSUER).as_bytes();
    assert_eq!(read_with(&trust, issuer, identity), Err(weak()));
}

#[test]
fn a_root_with_a_weak_key_is_refused() {
    let [root, ..] = all();
    for key in weak_ed25519() {
        for third in seed::ROOT {
            assert_eq!(
                read_with(&root, *public(third).as_bytes(), key),
                Err(weak())
            );
        }
    }
}

#[test]
fn a_trust_document_with_a_weak_key_in_any_role_is_refused() {
    let [_, trust, ..] = all();
    for role in [
        seed::REGISTRY,
        seed::STATUS,
        seed::RECEIPT,
        seed::ISSUER,
        seed::SLIP,
    ] {
        for key in weak_ed25519() {
            assert_eq!(
                read_with(&trust, *public(role).as_bytes(), key),
                Err(weak())
            );
        }
    }
    for role in [seed::EXCHANGE, seed::SEALING] {
        for key in weak_x25519() {
            let role = *opening(role).public().as_bytes();
            assert_eq!(read_with(&trust, role, key), Err(weak()));
        }
    }
}

#[test]
fn an_assignment_with_a_weak_key_is_refused() {
    let [_, _, assignment, _] = all();
    let signing = *public(seed::STATION).as_bytes();
    let sealing = *opening(seed::STATION_OPENING).public().as_bytes();
    for key in weak_ed25519() {
        assert_eq!(read_with(&assignment, signing, key), Err(weak()));
    }
    for key in weak_x25519() {
        assert_eq!(read_with(&assignment, sealing, key), Err(weak()));
    }
}

#[test]
fn an_enrolment_with_a_weak_key_is_refused() {
    let good = authority::enrolment();
    let read_with = |signing: &[u8; 32], sealing: &[u8; 32]| {
        let request = spec::list(vec![
            Value::bytes(good.token.expose()),
            Value::bytes(signing),
            Value::bytes(sealing),
            Value::bytes([0; 64]),
        ]);
        EnrolRequest::read(&request).map(|request| request.is_some())
    };
    let (signing, sealing) = (good.signing_key.as_bytes(), good.sealing_key.as_bytes());
    assert_eq!(read_with(signing, sealing), Ok(true));
    for key in weak_ed25519() {
        assert_eq!(read_with(&key, sealing), Err(WeakKey));
    }
    for key in weak_x25519() {
        assert_eq!(read_with(signing, &key), Err(WeakKey));
    }
}

/// What the document gives once `old` is exchanged for `new` in it, and all who may have signed it again.
fn read_with(document: &Document, old: [u8; 32], new: [u8; 32]) -> Result<(), DocumentError> {
    let good = document.payload();
    let payload = exchanged(&good, &old, &new);
    assert_ne!(payload, good, "the key stands in the document");

    (document.read)(&document.signed(&payload))
}

fn weak() -> DocumentError {
    DocumentError::WeakKey(WeakKey)
}
