//! One public key, one role (SECURITY.md §1), and what else a trust document may not contradict.

use domain::code::foreign::revocation::ListKind;
use domain::code::foreign::{ForeignKey, Format, HcertContent, HcertMap};
use domain::crypto::{KeyKind, OpeningKey, PublicKey, SealingKey, Secret, VerifyingKey};
use domain::document::{
    DocumentError, ExchangeTurn, Issuer, IssuerKind, RevocationFile, RoleKey, SealingTurn,
    TrustBody, VenuePolicy,
};

use crate::authority::{self, issuer, opening, public, role, seed, verified};

/// A key that is fit for both curves.
fn shared() -> [u8; 32] {
    *OpeningKey::new(&Secret::new([0x77; 32]))
        .public()
        .as_bytes()
}

fn role_key(raw: [u8; 32]) -> RoleKey {
    RoleKey {
        key: PublicKey::new(raw).unwrap(),
        ..role(seed::REGISTRY)
    }
}

/// Puts a key into one role of a body.
type Put = fn(&mut TrustBody, [u8; 32]);

const ROLES: [(&str, Put); 6] = [
    ("registry", |body, raw| body.registry.push(role_key(raw))),
    ("status", |body, raw| body.status.push(role_key(raw))),
    ("receipt", |body, raw| body.receipt.push(role_key(raw))),
    ("exchange", |body, raw| {
        body.exchange.push(ExchangeTurn {
            key: SealingKey::new(raw).unwrap(),
            ..authority::trust().exchange[0]
        });
    }),
    ("sealing", |body, raw| {
        body.sealing.push(SealingTurn {
            key: SealingKey::new(raw).unwrap(),
            ..authority::trust().sealing[0]
        });
    }),
    ("issuer", |body, raw| {
        body.issuers.push(Issuer {
            key: raw.to_vec(),
            ..issuer("third", IssuerKind::Resident, seed::ISSUER)
        });
    }),
];

#[test]
fn a_key_in_one_role_is_taken_and_in_any_two_refused() {
    for (first, put_first) in ROLES {
        let mut once = authority::trust();
        put_first(&mut once, shared());
        assert!(verified(&once).is_ok(), "{first}");
        for (second, put_second) in ROLES {
            let mut twice = once.clone();
            put_second(&mut twice, shared());
            assert_eq!(
                verified(&twice),
                Err(DocumentError::KeyInTwoRoles),
                "{first} and {second}"
            );
        }
    }
}

#[test]
fn a_root_key_has_no_other_role() {
    for (name, put) in ROLES {
        for root in seed::ROOT {
            let mut body = authority::trust();
            put(&mut body, *public(root).as_bytes());
            assert_eq!(verified(&body), Err(DocumentError::KeyInTwoRoles), "{name}");
        }
    }
}

/// The same bytes stay one key, whatever format an issuer's entry calls them.
#[test]
fn an_issuer_of_another_format_shares_no_key_either() {
    let mut body = authority::trust();
    body.issuers.push(Issuer {
        format: "hcert".to_owned(),
        algorithm: -7,
        key: opening(seed::SEALING).public().as_bytes().to_vec(),
        ..issuer("third", IssuerKind::Resident, seed::ISSUER)
    });
    assert_eq!(verified(&body), Err(DocumentError::KeyInTwoRoles));
}

#[test]
fn a_foreign_issuers_key_is_none_of_ours_and_may_stand_there_twice() {
    let foreign = |byte, format| ForeignKey {
        country: Some("NZ".to_owned()),
        key: VerifyingKey::new(KeyKind::Ed25519, public(byte).as_bytes()).ok(),
        ..ForeignKey::new(format, vec![1])
    };
    let mut body = authority::trust();
    body.foreign = vec![foreign(0x71, Format::Hcert), foreign(0x71, Format::Shc)];
    let trust = verified(&body).unwrap();
    assert_eq!(trust.body.foreign, body.foreign);
    assert_eq!(
        trust.foreign_keys().candidates(Format::Shc, &[1]).count(),
        1
    );

    for ours in [seed::ISSUER, seed::REGISTRY, seed::ROOT[0]] {
        body.foreign = vec![foreign(ours, Format::Hcert)];
        assert_eq!(verified(&body), Err(DocumentError::KeyInTwoRoles));
    }
}

#[test]
fn lists_of_what_foreign_issuers_took_back_are_named_by_hash_and_length() {
    let file = RevocationFile {
        list: ListKind::ShcRids,
        sha256: [7; 32],
        length: 4 * 1024 * 1024,
    };
    let mut body = authority::trust();
    body.revocations = vec![file.clone()];
    assert_eq!(verified(&body).map(|trust| trust.body), Ok(body.clone()));

    body.revocations = vec![RevocationFile {
        length: file.length + 1,
        ..file
    }];
    assert!(matches!(verified(&body), Err(DocumentError::Shape(_))));
}

#[test]
fn a_trust_document_that_says_nothing_of_hcert_means_the_usual_numbers() {
    let mut body = authority::trust();
    assert_eq!(
        verified(&body).map(|trust| trust.hcert()),
        Ok(HcertMap::default())
    );
    let moved = HcertMap::new(vec![(1, HcertContent::EuDcc), (-7, HcertContent::Icvp)]).unwrap();
    for said in [moved, HcertMap::default()] {
        body.hcert = Some(said.clone());
        let trust = verified(&body).unwrap();
        assert_eq!((&trust.body, trust.hcert()), (&body, said));
    }
}

#[test]
fn a_trust_document_that_contradicts_itself_is_refused() {
    let good = authority::trust;
    let outlives_its_sealing_keys = {
        let mut body = good();
        body.sealing[0].not_after = body.header.expires.plus(-1);
        body
    };
    for wrong in [
        outlives_its_sealing_keys,
        TrustBody {
            sealing: Vec::new(),
            ..good()
        },
        TrustBody {
            min_version: "0.1.1".to_owned(),
            ..good()
        },
        TrustBody {
            min_version: "0.10.0".to_owned(),
            release: "0.9.0".to_owned(),
            ..good()
        },
        TrustBody {
            min_version: "newest".to_owned(),
            ..good()
        },
        TrustBody {
            release: "1".to_owned(),
            ..good()
        },
        TrustBody {
            policies: vec![VenuePolicy::residential(), VenuePolicy::residential()],
            ..good()
        },
    ] {
        assert_eq!(verified(&wrong), Err(DocumentError::Content), "{wrong:?}");
    }
}
