use super::super::fixture::{KEY_ID, NOW, dcc, health_code, identity_code, key, numbered, ring};
use super::super::{Format, ProofKind, decode};
use super::*;
use crate::crypto::{Secret, SigningKey};

fn code() -> SignedForeign {
    decode(&health_code(numbered([(1, dcc())]))).unwrap()
}

fn candidate() -> ForeignKey {
    key(Format::Hcert, &KEY_ID)
}

fn judged(keys: impl IntoIterator<Item = ForeignKey>) -> Result<(), Reason> {
    verify(&KeyRing::new(keys), &code(), NOW).map(drop)
}

fn stranger() -> ForeignKey {
    ForeignKey {
        key: Some(SigningKey::new(Secret::new([99; 32])).public().into()),
        ..candidate()
    }
}

#[test]
fn a_code_is_verified_by_the_key_that_signed_it_and_names_it() {
    let verified = verify(&ring(Format::Hcert), &code(), NOW).unwrap();
    assert_eq!(verified.code(), &code());
    assert_eq!(verified.signer(), &candidate());
    assert!(!format!("{verified:?}").contains("MUSTER"));
}

#[test]
fn every_candidate_of_a_colliding_id_is_tried() {
    assert_eq!(judged([stranger(), candidate()]), Ok(()));
    assert_eq!(judged([stranger(), stranger()]), Err(Reason::Forged));
}

#[test]
fn a_code_is_no_forgery_while_there_are_more_keys_than_are_tried() {
    let eight = || std::iter::repeat_n(stranger(), MAX_CANDIDATES);
    assert_eq!(judged(eight()), Err(Reason::Forged));
    let nine = eight().chain([candidate()]);
    assert_eq!(judged(nine), Err(Reason::Unsupported));
}

#[test]
fn a_key_of_another_id_or_another_format_is_nobody() {
    assert_eq!(judged([]), Err(Reason::UnknownIssuer));
    assert_eq!(
        judged([key(Format::Hcert, &[8; 8])]),
        Err(Reason::UnknownIssuer)
    );
    assert_eq!(
        judged([key(Format::Shc, &KEY_ID)]),
        Err(Reason::UnknownIssuer)
    );
}

#[test]
fn an_empty_signature_is_forged_whoever_the_issuer() {
    let unsigned = SignedForeign {
        signature: Vec::new(),
        ..code()
    };
    assert_eq!(
        verify(&ring(Format::Hcert), &unsigned, NOW),
        Err(Reason::Forged)
    );
    assert_eq!(
        verify(&KeyRing::default(), &unsigned, NOW),
        Err(Reason::Forged)
    );
}

#[test]
fn another_algorithm_than_the_keys_is_forged() {
    let other = SignedForeign {
        algorithm: crate::crypto::Algorithm::Es256,
        ..code()
    };
    assert_eq!(
        verify(&ring(Format::Hcert), &other, NOW),
        Err(Reason::Forged)
    );
}

#[test]
fn a_key_that_cannot_be_checked_is_unsupported_and_no_forgery() {
    let unchecked = ForeignKey {
        key: None,
        ..candidate()
    };
    assert_eq!(judged([unchecked.clone()]), Err(Reason::Unsupported));
    assert_eq!(
        judged([stranger(), unchecked.clone()]),
        Err(Reason::Unsupported)
    );
    assert_eq!(judged([unchecked, candidate()]), Ok(()));
}

#[test]
fn a_signer_must_be_valid_now_and_when_it_signed() {
    let valid = |from: i64, to: i64| ForeignKey {
        not_before: Some(NOW.plus(from * 86_400)),
        not_after: Some(NOW.plus(to * 86_400)),
        ..candidate()
    };
    assert_eq!(judged([valid(-30, 0)]), Ok(()));
    assert_eq!(judged([valid(-29, 1)]), Err(Reason::SignerNotValid));
    assert_eq!(judged([valid(-31, -1)]), Err(Reason::SignerNotValid));
    assert_eq!(judged([valid(-31, -1), valid(-31, 1)]), Ok(()));
}

#[test]
fn a_signer_for_tests_signs_no_vaccination() {
    let held = |kinds: &[ProofKind]| ForeignKey {
        kinds: kinds.to_vec(),
        ..candidate()
    };
    assert_eq!(
        judged([held(&[ProofKind::Test])]),
        Err(Reason::KindNotAllowed)
    );
    let both = [ProofKind::Test, ProofKind::Vaccination];
    assert_eq!(judged([held(&both)]), Ok(()));
}

#[test]
fn a_named_signer_signs_in_no_other_name() {
    let named = |name: &str| ForeignKey {
        issuer: Some(name.to_owned()),
        ..candidate()
    };
    assert_eq!(judged([named("XX")]), Ok(()));
    assert_eq!(judged([named("YY")]), Err(Reason::IssuerDiffers));
    let nameless = SignedForeign {
        issuer: None,
        ..code()
    };
    let judged = verify(&KeyRing::new([named("XX")]), &nameless, NOW);
    assert_eq!(judged, Err(Reason::IssuerDiffers));
}

#[test]
fn a_ticket_names_no_issuer_so_its_keys_event_is_shown_and_not_compared() {
    let ticket = SignedForeign {
        format: Format::Pretix,
        issuer: None,
        ..code()
    };
    let event = ForeignKey {
        format: Format::Pretix,
        issuer: Some("sommerfest".to_owned()),
        ..candidate()
    };
    let verified = verify(&KeyRing::new([event.clone()]), &ticket, NOW).unwrap();
    assert_eq!(verified.signer(), &event);
}

#[test]
fn keys_of_others_with_the_same_id_take_nobodys_place() {
    let owned = |name: &str, by: ForeignKey| ForeignKey {
        issuer: Some(name.to_owned()),
        ..by
    };
    let mut keys = vec![owned("YY", stranger()); 8];
    keys.push(owned("XX", candidate()));
    assert_eq!(judged(keys), Ok(()));
}

#[test]
fn each_end_of_a_codes_time_is_held_to_the_second() {
    let timed = |issued: i64, begins: i64, ends: i64| {
        let code = SignedForeign {
            issued_at: Some(NOW.plus(issued)),
            not_before: Some(NOW.plus(begins)),
            expires: Some(NOW.plus(ends)),
            ..code()
        };
        verify(&ring(Format::Hcert), &code, NOW).map(drop)
    };
    assert_eq!(timed(0, 0, 1), Ok(()));
    assert_eq!(timed(600, 0, 1), Ok(()));
    assert_eq!(timed(601, 0, 1), Err(Reason::NotYetValid));
    assert_eq!(timed(0, 1, 2), Err(Reason::NotYetValid));
    assert_eq!(timed(0, 0, 0), Err(Reason::Expired));
}

#[test]
fn a_flaw_refuses_what_is_signed_well() {
    let flawed = SignedForeign {
        flaw: Some(Reason::Malformed),
        ..code()
    };
    let judged = verify(&ring(Format::Hcert), &flawed, NOW);
    assert_eq!(judged, Err(Reason::Malformed));
    assert_eq!(
        signers(&ring(Format::Hcert), &flawed).map(|s| s.len()),
        Ok(1)
    );
}

/// Numbers of chance that are the same each time (xorshift64*, Vigna 2016).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap().checked_rem(end).unwrap()
    }
}

/// Half of the changes are of one character of the text, half of one bit of what it unpacks to.
#[test]
fn of_10_000_changed_codes_none_is_accepted() {
    let mut chance = Chance(0x6d65_6e73_6865_6e21);
    let letters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let codes = [
        (Format::Hcert, "HC1:", health_code(numbered([(1, dcc())]))),
        (Format::Claim169, "", identity_code()),
    ];
    let mut read = 0;
    for (format, prefix, text) in &codes {
        let ring = ring(*format);
        let good = verify(&ring, &decode(text).unwrap(), NOW).unwrap();
        let packed = base45::decode(text.strip_prefix(prefix).unwrap()).unwrap();
        let plain = crate::inflate::zlib(&packed, 65_536).unwrap();
        for round in 0..5_000 {
            let changed = if round % 2 == 0 {
                let mut letter = text.clone().into_bytes();
                letter[chance.below(text.len())] = letters[chance.below(letters.len())];
                String::from_utf8(letter).unwrap()
            } else {
                let mut bits = plain.clone();
                bits[chance.below(plain.len())] ^= 1 << chance.below(8);
                format!("{prefix}{}", super::super::fixture::packed(&bits))
            };
            if changed == *text {
                continue;
            }
            let Ok(code) = decode(&changed) else {
                continue;
            };
            read += 1;
            // The tag and the unprotected header are not signed; what they say must not matter.
            if let Ok(verified) = verify(&ring, &code, NOW) {
                assert_eq!(verified.code(), good.code(), "{changed}");
                panic!("accepted: {changed}");
            }
        }
    }
    assert!(read > 1_000, "{read}");
}

#[test]
fn a_code_holds_no_longer_than_its_signer_may_give_and_must_say_how_long() {
    let code = code();
    let life = code.expires.unwrap().since(code.issued_at.unwrap());
    let held = |longest| ForeignKey {
        max_lifetime: Some(longest),
        ..candidate()
    };
    assert_eq!(judged([held(life)]), Ok(()));
    assert_eq!(judged([held(life - 2)]), Err(Reason::LifetimeTooLong));
    assert_eq!(judged([held(life - 2), candidate()]), Ok(()));
    let unsaid = [
        SignedForeign {
            expires: None,
            ..code.clone()
        },
        SignedForeign {
            issued_at: None,
            not_before: None,
            ..code.clone()
        },
    ];
    for unsaid in unsaid {
        assert_eq!(
            may_sign(&held(i64::MAX), &unsaid, NOW),
            Err(Reason::LifetimeTooLong)
        );
        assert_eq!(may_sign(&candidate(), &unsaid, NOW), Ok(()));
    }
    let from_its_begin = SignedForeign {
        issued_at: None,
        not_before: code.issued_at,
        ..code
    };
    assert_eq!(may_sign(&held(life), &from_its_begin, NOW), Ok(()));
}
