//! Who may sign which code, when, and for how long: each step of SECURITY.md §3 has its own reason.

use std::fs;
use std::path::Path;

use domain::code::native::Claims;
use domain::crypto::{Secret, SigningKey};
use domain::document::{Issuer, IssuerKind, Trust};
use domain::time::{DAY, Timestamp};
use domain::verdict::Reason;

use crate::authority::{self, NOW, issuer, key, seed};
use crate::by_hand::{Parts, code_bucket};
use crate::codes::{bytes_of, judge, judge_under, spelled};

#[test]
fn a_key_that_is_no_issuers_is_unknown_whatever_else_it_signs() {
    let [first, second, third] = seed::ROOT;
    for other in [
        first,
        second,
        third,
        seed::REGISTRY,
        seed::STATUS,
        seed::RECEIPT,
        seed::STATION,
        0x99,
    ] {
        for claims in [authority::claims(), authority::slip_claims()] {
            let text = claims.sign(&key(other));
            assert_eq!(
                judge(text.as_bytes()),
                Err(Reason::UnknownIssuer),
                "{other:02x}"
            );
        }
    }
}

#[test]
fn a_foreign_key_under_an_issuers_key_id_forges() {
    let mut code = Parts::of(&bytes_of(&authority::claims(), &key(0x99)));
    code.protected = code_bucket(&key(seed::ISSUER).public().kid().short());
    let signed = code.signed(&[], &key(0x99));
    assert_eq!(judge(&spelled(&signed)), Err(Reason::Forged));
}

/// The two seeds were searched for: the first four bytes of their key ids are equal.
#[test]
fn of_two_issuers_with_one_key_id_each_signs_in_its_own_name_alone() {
    let (one, two) = (key_of(96_995), key_of(163_802));
    assert_eq!(one.public().kid().short(), two.public().kid().short());
    assert_ne!(one.public(), two.public());
    let trust = authority::trust_with(vec![
        issuer_with("one", IssuerKind::Resident, &one),
        issuer_with("two", IssuerKind::Resident, &two),
    ]);
    let claims = |name: &str| Claims {
        issuer: name.to_owned(),
        ..authority::claims()
    };
    for (name, by, expected) in [
        ("one", &one, Ok(claims("one"))),
        ("two", &two, Ok(claims("two"))),
        ("one", &two, Err(Reason::IssuerDiffers)),
    ] {
        let judged = judge_under(&trust, claims(name).sign(by).as_bytes());
        assert_eq!(
            judged.map(|verified| verified.claims().clone()),
            expected,
            "{name}"
        );
    }
    let mut foreign = Parts::of(&bytes_of(&claims("two"), &key(0x99)));
    foreign.protected = code_bucket(&one.public().kid().short());
    let signed = foreign.signed(&[], &key(0x99));
    assert_eq!(judge_under(&trust, &spelled(&signed)), Err(Reason::Forged));
}

#[test]
fn a_slip_key_signs_no_residents_code_and_a_residents_key_no_slip() {
    let sheet = Claims {
        issuer: "shanghai-lab".to_owned(),
        ..authority::claims()
    };
    let slip = Claims {
        issuer: "shanghai-jab".to_owned(),
        ..authority::slip_claims()
    };
    for (claims, by) in [(sheet, seed::SLIP), (slip, seed::ISSUER)] {
        let text = claims.sign(&key(by));
        assert_eq!(judge(text.as_bytes()), Err(Reason::KindNotAllowed));
    }
}

#[test]
fn an_issuer_of_another_format_is_unknown_to_the_paper_code() {
    let mut foreign = issuer("shanghai-jab", IssuerKind::Resident, seed::ISSUER);
    foreign.format = "hcert".to_owned();
    let text = authority::claims().sign(&key(seed::ISSUER));
    assert_eq!(
        judge_under(&authority::trust_with(vec![foreign]), text.as_bytes()),
        Err(Reason::UnknownIssuer)
    );
}

#[test]
fn a_signer_counts_from_its_first_second_to_before_its_last_now_and_when_it_signed() {
    let judge_between = |not_before: i64, not_after: i64, issued_at: i64| {
        let signer = Issuer {
            not_before: NOW.plus(not_before),
            not_after: NOW.plus(not_after),
            ..issuer("shanghai-jab", IssuerKind::Resident, seed::ISSUER)
        };
        let claims = Claims {
            issued_at: NOW.plus(issued_at),
            expires: NOW.plus(DAY),
            ..authority::claims()
        };
        judge_under(
            &authority::trust_with(vec![signer]),
            claims.sign(&key(seed::ISSUER)).as_bytes(),
        )
        .map(drop)
    };
    assert_eq!(judge_between(-10, 10, -10), Ok(()));
    assert_eq!(judge_between(0, 1, 0), Ok(()));
    for (not_before, not_after, issued_at) in [
        (1, 10, 5),     // its time has not begun
        (-10, 0, -5),   // its time is over
        (-10, 10, -11), // it signed before its time
        (-10, 10, 10),  // it signed after its time
    ] {
        assert_eq!(
            judge_between(not_before, not_after, issued_at),
            Err(Reason::SignerNotValid),
            "{not_before} {not_after} {issued_at}"
        );
    }
}

#[test]
fn a_code_in_another_issuers_name_is_refused_to_the_letter() {
    for name in [
        "shanghai-lab",
        "",
        "Shanghai-jab",
        "shanghai-jab ",
        "shanghai-jab\0",
    ] {
        let claims = Claims {
            issuer: name.to_owned(),
            ..authority::claims()
        };
        let text = claims.sign(&key(seed::ISSUER));
        assert_eq!(
            judge(text.as_bytes()),
            Err(Reason::IssuerDiffers),
            "{name:?}"
        );
    }
}

#[test]
fn a_life_of_one_second_more_than_the_signer_may_give_is_too_long() {
    let living = |seconds: i64| {
        let claims = Claims {
            expires: authority::claims().issued_at.plus(seconds),
            ..authority::claims()
        };
        judge(claims.sign(&key(seed::ISSUER)).as_bytes()).map(drop)
    };
    assert_eq!(living(180 * DAY), Ok(()));
    assert_eq!(living(180 * DAY + 1), Err(Reason::LifetimeTooLong));
    assert_eq!(living(i64::MAX), Err(Reason::LifetimeTooLong));
}

/// Everything wrong at once, then one thing less at a time.
#[test]
fn the_first_step_that_fails_gives_the_reason() {
    let expired = Issuer {
        not_after: NOW,
        ..issuer("shanghai-jab", IssuerKind::Slip, seed::ISSUER)
    };
    let in_force = issuer("shanghai-jab", IssuerKind::Slip, seed::ISSUER);
    let right_kind = issuer("shanghai-jab", IssuerKind::Resident, seed::ISSUER);
    let wrong = Claims {
        issuer: "elsewhere".to_owned(),
        expires: Timestamp(i64::MAX),
        ..authority::claims()
    };
    let right_name = Claims {
        issuer: "shanghai-jab".to_owned(),
        ..wrong.clone()
    };
    let mut forged = Parts::of(&bytes_of(&wrong, &key(seed::ISSUER)));
    forged.last = domain::cbor::Value::bytes([0; 64]);
    let forged = spelled(&forged.bytes());
    let signed = wrong.sign(&key(seed::ISSUER)).into_bytes();
    let renamed = right_name.sign(&key(seed::ISSUER)).into_bytes();
    for (signer, code, reason) in [
        (&expired, &forged, Reason::Forged),
        (&expired, &signed, Reason::SignerNotValid),
        (&in_force, &signed, Reason::KindNotAllowed),
        (&right_kind, &signed, Reason::IssuerDiffers),
        (&right_kind, &renamed, Reason::LifetimeTooLong),
    ] {
        let trust: Trust = authority::trust_with(vec![signer.clone()]);
        assert_eq!(judge_under(&trust, code), Err(reason));
    }
}

/// Its fields are private, so the compiler keeps every other module from making one; this keeps them so.
#[test]
fn invariant_1_only_trust_verify_makes_a_verified_credential() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/trust.rs");
    let text = fs::read_to_string(source).unwrap();
    let (_, declared) = text.split_once("pub struct VerifiedCredential {").unwrap();
    let (fields, rest) = declared.split_once('}').unwrap();
    assert!(!fields.contains("pub"), "{fields}");
    let makers: Vec<&str> = rest
        .split("\npub fn ")
        .filter(|function| function.contains("Ok(VerifiedCredential {"))
        .filter_map(|function| function.split_once('(').map(|(name, _)| name))
        .collect();
    assert_eq!(makers, ["verify"]);
}

fn issuer_with(name: &str, kind: IssuerKind, key: &SigningKey) -> Issuer {
    Issuer {
        key: key.public().as_bytes().to_vec(),
        ..issuer(name, kind, seed::ISSUER)
    }
}

fn key_of(number: u32) -> SigningKey {
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    SigningKey::new(Secret::new(seed))
}
