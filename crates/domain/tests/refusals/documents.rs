//! Root, trust, assignment and manifest: nothing that is not signed by whom it must be is taken.

use domain::cbor::{CborError, Value, WrongShape};
use domain::cose::{CoseError, Sign, Sign1};
use domain::crypto::{SigningKey, sha256};
use domain::document::{
    Assignment, DocumentError, Manifest, Root, Shard, StatusFile, Trust, TrustBody,
};
use domain::ids::AuthorityId;
use domain::time::DAY;

use crate::altered::{cuts, flips, misshapes};
use crate::authority::{self, AUTHORITY, NOW, key, public, seed};
use crate::by_hand::Parts;

/// One of the four, how it is signed and how it is read.
pub(crate) struct Document {
    pub(crate) name: &'static str,
    pub(crate) sign: fn(&Value, &[&SigningKey]) -> Vec<u8>,
    pub(crate) signers: Vec<u8>,
    pub(crate) read: fn(&[u8]) -> Result<(), DocumentError>,
    good: Vec<u8>,
}

impl Document {
    pub(crate) fn payload(&self) -> Value {
        Parts::of(&self.good).payload()
    }

    /// The payload signed by those who may.
    pub(crate) fn signed(&self, payload: &Value) -> Vec<u8> {
        self.signed_by(payload, &self.signers)
    }

    pub(crate) fn signed_by(&self, payload: &Value, seeds: &[u8]) -> Vec<u8> {
        let keys: Vec<SigningKey> = seeds.iter().copied().map(key).collect();
        (self.sign)(payload, &keys.iter().collect::<Vec<_>>())
    }
}

pub(crate) fn all() -> [Document; 4] {
    let two_roots = vec![seed::ROOT[0], seed::ROOT[1]];
    [
        Document {
            name: "root",
            sign: |payload, keys| Sign::sign("root", payload, keys),
            good: authority::root().sign(&[&key(seed::ROOT[0]), &key(seed::ROOT[1])]),
            signers: two_roots.clone(),
            read: |bytes| Root::self_signed(bytes).map(drop),
        },
        Document {
            name: "trust",
            sign: |payload, keys| Sign::sign("trust", payload, keys),
            good: authority::trust().sign(&[&key(seed::ROOT[0]), &key(seed::ROOT[1])]),
            signers: two_roots,
            read: |bytes| Trust::verify(bytes, &authority::root()).map(drop),
        },
        Document {
            name: "assignment",
            sign: |payload, keys| Sign1::sign("assignment", payload, keys[0]),
            good: authority::assignment().sign(&key(seed::REGISTRY)),
            signers: vec![seed::REGISTRY],
            read: |bytes| {
                let registry = [public(seed::REGISTRY)];
                Assignment::verify(bytes, AUTHORITY, &registry, &public(seed::STATION)).map(drop)
            },
        },
        Document {
            name: "manifest",
            sign: |payload, keys| Sign1::sign("manifest", payload, keys[0]),
            good: manifest().sign(&key(seed::STATUS)),
            signers: vec![seed::STATUS],
            read: |bytes| Manifest::verify(bytes, AUTHORITY, &[public(seed::STATUS)]).map(drop),
        },
    ]
}

/// A list of one shard with one delta.
pub(crate) fn manifest() -> Manifest {
    let full = StatusFile {
        base: None,
        sha256: [0x81; 32],
        salt: [0x82; 32],
        length: 40,
        raw_length: 12,
    };
    let delta = StatusFile {
        base: Some([0x83; 32]),
        ..full
    };
    authority::manifest(vec![Shard {
        first: 0,
        count: 12,
        version: 3,
        sha256: [0x84; 32],
        full,
        deltas: vec![delta],
    }])
}

#[test]
fn the_documents_that_are_spoilt_below_are_good() {
    for document in all() {
        assert_eq!((document.read)(&document.good), Ok(()), "{}", document.name);
        assert_eq!(document.signed(&document.payload()), document.good);
    }
}

/// Of the root alone the content must be read first, since it says who signs it: where it came by its hash,
/// as at enrolment, nothing is read at all.
#[test]
fn every_flipped_bit_of_a_document_is_refused_unread() {
    for document in all() {
        for (bit, altered) in flips(&document.good) {
            let refused = (document.read)(&altered).unwrap_err();
            assert!(
                document.name == "root"
                    || matches!(refused, DocumentError::Cose(_) | DocumentError::NotSigned),
                "{} bit {bit}: {refused:?}",
                document.name
            );
        }
    }
    let root = &all()[0].good;
    for (_, altered) in flips(root) {
        assert_eq!(
            Root::first(&altered, &sha256(&[root])),
            Err(DocumentError::NotSigned)
        );
    }
}

#[test]
fn every_cut_of_a_document_is_refused() {
    let truncated = DocumentError::Cose(CoseError::Cbor(CborError::Truncated));
    for document in all() {
        for cut in cuts(&document.good) {
            assert_eq!((document.read)(cut), Err(truncated), "{}", document.name);
        }
    }
}

#[test]
fn a_key_for_another_purpose_signs_no_document() {
    let seeds = [
        seed::ISSUER,
        seed::SLIP,
        seed::ROOT[0],
        seed::REGISTRY,
        seed::STATUS,
        seed::RECEIPT,
        seed::STATION,
        0x99,
    ];
    for document in all() {
        for other in seeds {
            if document.signers == [other] {
                continue;
            }
            // Beside the other key stands one that may sign, so that one right signature is not enough.
            let signers = [other, document.signers[0]];
            let signed = document.signed_by(&document.payload(), &signers);
            assert_eq!(
                (document.read)(&signed),
                Err(DocumentError::NotSigned),
                "{} by {other:02x}",
                document.name
            );
        }
    }
}

#[test]
fn one_root_of_three_that_signs_twice_is_one() {
    for document in &all()[..2] {
        for one in seed::ROOT {
            let signed = document.signed_by(&document.payload(), &[one, one]);
            assert_eq!((document.read)(&signed), Err(DocumentError::NotSigned));
        }
    }
}

#[test]
fn a_document_is_never_read_as_another() {
    for offered in all() {
        for document in all() {
            if document.name == offered.name {
                continue;
            }
            let refused = (document.read)(&offered.good).unwrap_err();
            assert!(
                matches!(
                    refused,
                    DocumentError::Cose(CoseError::Type | CoseError::Shape)
                ),
                "{} as {}: {refused:?}",
                offered.name,
                document.name
            );
        }
    }
}

#[test]
fn a_field_too_many_too_few_or_of_another_type_is_refused_though_signed() {
    for document in all() {
        let wrong = misshapes(&document.payload());
        assert!(wrong.len() > 14, "{}", document.name);
        for payload in wrong {
            assert_eq!(
                (document.read)(&document.signed(&payload)),
                Err(DocumentError::Shape(WrongShape)),
                "{} {payload:?}",
                document.name
            );
        }
    }
}

#[test]
fn another_authoritys_documents_are_refused_though_signed() {
    let elsewhere = |days| authority::header(AuthorityId([0xa2; 16]), days);
    let trust = TrustBody {
        header: elsewhere(90),
        ..authority::trust()
    };
    assert_eq!(
        authority::verified(&trust),
        Err(DocumentError::OtherAuthority)
    );
    let assignment = Assignment {
        header: elsewhere(45),
        ..authority::assignment()
    };
    let manifest = Manifest {
        header: elsewhere(10),
        ..manifest()
    };
    let [_, _, reads_assignment, reads_manifest] = all().map(|document| document.read);
    assert_eq!(
        reads_assignment(&assignment.sign(&key(seed::REGISTRY))),
        Err(DocumentError::OtherAuthority)
    );
    assert_eq!(
        reads_manifest(&manifest.sign(&key(seed::STATUS))),
        Err(DocumentError::OtherAuthority)
    );
}

#[test]
fn an_assignment_for_another_key_is_another_stations() {
    let assignment = Assignment {
        epoch: 2,
        signing_key: public(0x99),
        ..authority::assignment()
    };
    assert_eq!(
        (all()[2].read)(&assignment.sign(&key(seed::REGISTRY))),
        Err(DocumentError::OtherStation)
    );
}

#[test]
fn a_document_that_lives_a_second_too_long_or_not_at_all_is_refused() {
    for (document, days) in all().into_iter().zip([3_653, 90, 45, 10]) {
        let living = |seconds: i64| {
            let Value::Map(mut entries) = document.payload() else {
                panic!("a payload is a map");
            };
            for (field, value) in &mut entries {
                if field.as_text() == Some("exp") {
                    *value = Value::int(NOW.plus(seconds).0);
                }
            }
            (document.read)(&document.signed(&Value::Map(entries)))
        };
        assert_eq!(living(days * DAY), Ok(()), "{}", document.name);
        for seconds in [days * DAY + 1, 0, -1, i64::MAX] {
            assert_eq!(
                living(seconds),
                Err(DocumentError::Content),
                "{} {seconds}",
                document.name
            );
        }
    }
}
