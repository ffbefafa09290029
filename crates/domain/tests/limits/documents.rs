//! Documents and answers.

use domain::cbor::{CborError, Value};
use domain::cose::{CoseError, Sign1};
use domain::crypto::{PublicKey, SigningKey, sha256};
use domain::document::{Assignment, DocumentError, Manifest, RoleKey, Root, Trust, TrustBody};
use domain::wire::Answer;

use crate::authority::{self, AUTHORITY, key, public, role, seed, verified};

#[test]
fn documents_have_their_sizes_and_no_byte_more() {
    type Read = fn(&[u8]) -> Result<(), DocumentError>;
    let documents: [(&str, usize, Read); 4] = [
        ("root", 64 * 1024, |bytes| {
            Root::self_signed(bytes).map(drop)
        }),
        ("trust", 4 * 1024 * 1024, |bytes| {
            Trust::verify(bytes, &authority::root()).map(drop)
        }),
        ("assignment", 64 * 1024, |bytes| {
            let registry = [public(seed::REGISTRY)];
            Assignment::verify(bytes, AUTHORITY, &registry, &public(seed::STATION)).map(drop)
        }),
        ("manifest", 256 * 1024, |bytes| {
            Manifest::verify(bytes, AUTHORITY, &[public(seed::STATUS)]).map(drop)
        }),
    ];
    for (name, limit, read) in documents {
        let looked_at = DocumentError::Cose(CoseError::Cbor(CborError::TrailingBytes));
        assert_eq!(read(&vec![0; limit]), Err(looked_at), "{name}");
        assert_eq!(
            read(&vec![0; limit + 1]),
            Err(DocumentError::TooLarge),
            "{name}"
        );
    }
}

#[test]
fn a_trust_document_lists_20000_keys_and_none_more() {
    let listing = |keys: u64| {
        let mut body = authority::trust();
        // Registry, status, receipt, exchange, sealing, two issuers.
        body.registry.extend((7..keys).map(numbered));
        verified(&body).map(|trust| trust.body.registry.len())
    };
    assert_eq!(listing(20_000), Ok(19_994));
    assert_eq!(listing(20_001), Err(DocumentError::TooLarge));
}

/// Any bytes that are not weak may be a public key.
fn numbered(n: u64) -> RoleKey {
    RoleKey {
        key: PublicKey::new(sha256(&[&n.to_be_bytes()])).unwrap(),
        ..role(seed::REGISTRY)
    }
}

#[test]
fn a_root_has_eight_keys_and_none_more() {
    let of = |keys: u8| {
        let seeds = 0x50..0x50 + keys;
        let root = Root {
            keys: seeds.map(public).collect(),
            ..authority::root()
        };
        Root::self_signed(&root.sign(&[&key(0x50), &key(0x51)])).map(|root| root.keys.len())
    };
    assert_eq!(of(8), Ok(8));
    assert_eq!(of(9), Err(DocumentError::Content));
}

#[test]
fn a_document_has_eight_signatures_and_one_more_is_refused_unread() {
    let signed_by = |count: u8| {
        let keys: Vec<SigningKey> = (0..count).map(|n| key(0x50 + n)).collect();
        keys
    };
    let root = |count: u8| {
        let keys = signed_by(count);
        let keys: Vec<&SigningKey> = keys.iter().collect();
        let root = Root {
            keys: (0x50..0x58).map(public).collect(),
            ..authority::root()
        };
        Root::self_signed(&root.sign(&keys)).map(|root| root.keys.len())
    };
    assert_eq!(root(8), Ok(8));
    assert_eq!(root(9), Err(DocumentError::Cose(CoseError::Shape)));

    // Two that may sign make good whatever stands beside them, up to eight.
    let trust = |count: u8| {
        let others = signed_by(count - 2);
        let roots = [key(seed::ROOT[0]), key(seed::ROOT[1])];
        let keys: Vec<&SigningKey> = others.iter().chain(&roots).collect();
        let body: TrustBody = authority::trust();
        Trust::verify(&body.sign(&keys), &authority::root()).map(|trust| trust.body)
    };
    assert_eq!(trust(8), Ok(authority::trust()));
    assert_eq!(trust(9), Err(DocumentError::Cose(CoseError::Shape)));
}

/// An answer proper has a fixed form of some 200 bytes, so what is longer is none even if it is signed.
#[test]
fn an_answer_longer_than_a_kibibyte_is_none() {
    let receipt = [public(seed::RECEIPT)];
    let good = authority::answer().sign(&key(seed::RECEIPT));
    assert!(good.len() < 256, "{}", good.len());
    assert!(Answer::verify(&good, &receipt).is_some());
    let long = Sign1::sign("answer", &Value::bytes([0; 1_024]), &key(seed::RECEIPT));
    assert_eq!(Answer::verify(&long, &receipt), None);
    assert_eq!(
        Answer::verify(&[good, vec![0; 1_024]].concat(), &receipt),
        None
    );
}
