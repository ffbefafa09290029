//! The paper code: every flipped bit, cut and swapped field, through the doors that a scan takes.

use std::sync::LazyLock;

use domain::cbor::Value;
use domain::code::decode;
use domain::code::native::{Claims, PREFIX};
use domain::crypto::SigningKey;
use domain::document::Trust;
use domain::ids::Handle;
use domain::screen::HolderClass;
use domain::trust::{VerifiedCredential, verify};
use domain::verdict::Reason;
use proptest::prelude::*;

use crate::altered::{cuts, flips, swaps};
use crate::authority::{self, NOW, key, seed};
use crate::by_hand::{Parts, code_bucket};

static TRUST: LazyLock<Trust> = LazyLock::new(|| authority::trust_with(authority::trust().issuers));

/// What a scan makes of `content`.
pub(crate) fn judge(content: &[u8]) -> Result<VerifiedCredential, Reason> {
    judge_under(&TRUST, content)
}

pub(crate) fn judge_under(trust: &Trust, content: &[u8]) -> Result<VerifiedCredential, Reason> {
    decode(content).and_then(|signed| verify(trust, signed.native().unwrap(), NOW))
}

pub(crate) fn spelled(bytes: &[u8]) -> Vec<u8> {
    format!("{PREFIX}{}", base45::encode(bytes)).into_bytes()
}

pub(crate) fn bytes_of(claims: &Claims, key: &SigningKey) -> Vec<u8> {
    base45::decode(claims.sign(key).strip_prefix(PREFIX).unwrap()).unwrap()
}

fn bytes() -> Vec<u8> {
    bytes_of(&authority::claims(), &key(seed::ISSUER))
}

#[test]
fn the_code_that_is_spoilt_below_is_good() {
    let verified = judge(&spelled(&bytes())).unwrap();
    assert_eq!(*verified.claims(), authority::claims());
}

/// d2 84 49 a2 01 27 04 44 kid kid kid kid a0 58 xx payload 58 40 signature.
#[test]
fn every_flipped_bit_is_refused_for_what_it_breaks() {
    let bytes = bytes();
    let payload = Parts::of(&bytes).payload.len();
    for (bit, altered) in flips(&bytes) {
        let refused = judge(&spelled(&altered)).unwrap_err();
        let may_be: &[Reason] = match bit / 8 {
            8..12 => &[Reason::UnknownIssuer],
            at if (15..15 + payload).contains(&at) => &[Reason::Malformed, Reason::Forged],
            at if at >= bytes.len() - 64 => &[Reason::Forged],
            _ => &[Reason::Malformed],
        };
        assert!(may_be.contains(&refused), "bit {bit}: {refused:?}");
    }
}

#[test]
fn every_cut_is_malformed_or_no_pass_at_all() {
    let text = spelled(&bytes());
    for cut in cuts(&text) {
        let expected = if cut.len() < PREFIX.len() {
            Reason::NotAPass
        } else {
            Reason::Malformed
        };
        assert_eq!(judge(cut), Err(expected), "{} characters", cut.len());
    }
    for cut in cuts(&bytes()) {
        assert_eq!(
            judge(&spelled(cut)),
            Err(Reason::Malformed),
            "{}",
            cut.len()
        );
    }
}

/// Two characters have 2,025 values for the 256 of a last byte, and three have 91,125 for the 65,536 of a pair.
#[test]
fn every_other_spelling_of_the_same_bytes_is_malformed() {
    let claims = Claims {
        name: "王**".to_owned(),
        ..authority::claims()
    };
    let text = claims.sign(&key(seed::ISSUER));
    assert_eq!(text.len() % 3, 0, "it ends in a pair: 4 + 3 n + 2");
    assert!(judge(text.as_bytes()).is_ok());
    let pair = [(text.len() - 2, 2, 256)];
    let triples = (PREFIX.len()..text.len() - 2)
        .step_by(3)
        .map(|at| (at, 3, 65_536));
    let mut others = 0;
    for (at, length, step) in triples.chain(pair) {
        let written = value_of(&text.as_bytes()[at..at + length]);
        let limit = 45_usize.pow(u32::try_from(length).unwrap());
        for value in (written + step..limit).step_by(step) {
            let mut other = text.clone().into_bytes();
            other.splice(at..at + length, characters_of(value, length));
            assert_eq!(judge(&other), Err(Reason::Malformed), "{value} at {at}");
            others += 1;
        }
    }
    assert!(others > 40, "{others}");
    assert_eq!(judge(text.to_lowercase().as_bytes()), Err(Reason::NotAPass));
}

#[test]
fn a_field_swapped_in_from_another_code_is_forged() {
    for (ours, by) in [
        (authority::claims(), seed::ISSUER),
        (authority::slip_claims(), seed::SLIP),
    ] {
        let good = Parts::of(&bytes_of(&ours, &key(by)));
        let theirs = Parts::of(&bytes_of(&another(&ours), &key(by)));
        let swapped = swaps(&good.payload(), &theirs.payload());
        // iss, exp, iat, status with list, idx and uri, holder with its five or six fields.
        assert!(swapped.len() >= 13, "{}", swapped.len());
        for payload in swapped {
            let code = good.with_payload(&payload).bytes();
            assert_eq!(judge(&spelled(&code)), Err(Reason::Forged), "{payload:?}");
        }
    }
}

#[test]
fn another_codes_payload_signature_or_key_id_is_forged() {
    let ours = Parts::of(&bytes());
    let theirs = Parts::of(&bytes_of(
        &another(&authority::claims()),
        &key(seed::ISSUER),
    ));
    let slip_kid = key(seed::SLIP).public().kid().short();
    for code in [
        Parts {
            payload: theirs.payload,
            ..ours.clone()
        },
        Parts {
            last: theirs.last,
            ..ours.clone()
        },
        Parts {
            protected: code_bucket(&slip_kid),
            ..ours
        },
    ] {
        assert_eq!(judge(&spelled(&code.bytes())), Err(Reason::Forged));
    }
}

/// A long key id, none, another algorithm: buckets that say something else than ours does.
#[test]
fn a_bucket_of_other_form_is_malformed_even_where_the_signature_covers_it() {
    let kid = key(seed::ISSUER).public().kid();
    let other_algorithm = domain::cbor::encode(&Value::Map(vec![
        (Value::int(1), Value::int(-7)),
        (Value::int(4), Value::bytes(kid.short())),
    ]));
    for protected in [
        code_bucket(&kid.0),
        code_bucket(&[]),
        Vec::new(),
        other_algorithm,
    ] {
        let code = Parts {
            protected,
            ..Parts::of(&bytes())
        };
        let signed = code.signed(&[], &key(seed::ISSUER));
        assert_eq!(judge(&spelled(&signed)), Err(Reason::Malformed));
    }
}

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The number that these characters spell, least digit first (RFC 9285 §4).
fn value_of(characters: &[u8]) -> usize {
    characters.iter().rev().fold(0, |value, c| {
        value * 45 + ALPHABET.iter().position(|a| a == c).unwrap()
    })
}

fn characters_of(value: usize, length: usize) -> Vec<u8> {
    let digits = std::iter::successors(Some(value), |rest| Some(rest / 45));
    digits
        .take(length)
        .map(|rest| ALPHABET[rest % 45])
        .collect()
}

/// As [`Claims`], with every field another one's. The kind stays.
pub(crate) fn another(claims: &Claims) -> Claims {
    Claims {
        issuer: "elsewhere".to_owned(),
        issued_at: claims.issued_at.plus(1),
        expires: claims.expires.plus(1),
        status_uri: "https://s.example/bj-01/".to_owned(),
        status_index: 7,
        handle: Handle([0xc2; 16]),
        name: "李*".to_owned(),
        birth_year: 1950,
        class: HolderClass::Disabled,
        last_four: "4567".to_owned(),
        slip: claims.slip.map(|_| domain::code::native::Slip {
            sampled_at: NOW.plus(-1),
            result: domain::code::native::TestResult::Positive,
        }),
    }
}

proptest! {
    #[test]
    fn invariant_1_no_altered_text_becomes_a_credential(
        at in 0_usize..313, put in "[0-9A-Z $%*+./:a-z\u{4e00}-]", cut in 0_usize..3,
    ) {
        let text = authority::claims().sign(&key(seed::ISSUER));
        let (before, after) = text.split_at(at.min(text.len() - 4));
        let altered = format!("{before}{put}{}", after.get(cut..).unwrap_or(""));
        prop_assume!(altered != text);
        let refused = judge(altered.as_bytes()).unwrap_err();
        prop_assert!(
            matches!(refused, Reason::Malformed | Reason::Forged | Reason::UnknownIssuer | Reason::NotAPass | Reason::VenueCode),
            "{refused:?}"
        );
    }

    #[test]
    fn invariant_1_whatever_is_signed_passes_whole_and_not_with_a_bit_flipped(
        name in "\\PC{0,12}", index in any::<u64>(), handle in any::<[u8; 16]>(), bit in any::<prop::sample::Index>(),
    ) {
        let claims = Claims { name, status_index: index, handle: Handle(handle), ..authority::claims() };
        let mut bytes = bytes_of(&claims, &key(seed::ISSUER));
        let verified = judge(&spelled(&bytes)).map(|verified| verified.claims().clone());
        prop_assert_eq!(verified, Ok(claims));
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(judge(&spelled(&bytes)).is_err(), "bit {}", bit);
    }
}
