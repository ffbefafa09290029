use proptest::prelude::*;

use super::*;
use crate::crypto::Secret;

fn key(byte: u8) -> SigningKey {
    SigningKey::new(Secret::new([byte; 32]))
}

fn claims() -> Claims {
    Claims {
        issuer: "shanghai-jab".to_owned(),
        issued_at: Timestamp(1_790_000_000),
        expires: Timestamp(1_805_552_000),
        status_uri: "https://s.example/sh-01/".to_owned(),
        status_index: 24_999_999,
        handle: Handle([0xa5; 16]),
        name: "王*".to_owned(),
        birth_year: 1941,
        class: HolderClass::Senior,
        last_four: "123X".to_owned(),
        slip: None,
    }
}

fn decode(text: &str) -> Result<SignedCode, Reason> {
    SignedCode::decode(text.strip_prefix(PREFIX).ok_or(Reason::NotAPass)?)
}

fn spelled(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", base45::encode(bytes))
}

fn bytes_of(text: &str) -> Vec<u8> {
    base45::decode(text.strip_prefix(PREFIX).unwrap()).unwrap()
}

/// The fixed vector of `code`: with this key and these claims every release makes these characters.
#[test]
fn the_paper_code_is_made_of_these_bytes_for_ever() {
    let text = claims().sign(&key(1));
    assert_eq!(text, include_str!("../../vectors/code.txt").trim_end());
    assert_eq!(text.len(), 313);
    let code = decode(&text).unwrap();
    assert_eq!(code.kid(), key(1).public().kid().short());
    assert_eq!(code.verify(&key(1).public()), Some(&claims()));
}

#[test]
fn a_slip_carries_its_sample() {
    let slip = Claims {
        slip: Some(Slip {
            sampled_at: Timestamp(1_790_000_000),
            result: TestResult::Negative,
        }),
        ..claims()
    };
    let code = decode(&slip.sign(&key(1))).unwrap();
    assert_eq!(code.verify(&key(1).public()), Some(&slip));
}

#[test]
fn every_flipped_bit_is_malformed_or_fails_under_the_key() {
    let bytes = bytes_of(&claims().sign(&key(1)));
    for at in 0..bytes.len() * 8 {
        let mut altered = bytes.clone();
        altered[at / 8] ^= 1 << (at % 8);
        match decode(&spelled(&altered)) {
            Ok(code) => assert_eq!(code.verify(&key(1).public()), None, "bit {at}"),
            Err(reason) => assert_eq!(reason, Reason::Malformed, "bit {at}"),
        }
    }
}

#[test]
fn every_cut_and_every_added_byte_is_malformed() {
    let bytes = bytes_of(&claims().sign(&key(1)));
    for length in 0..bytes.len() {
        assert_eq!(decode(&spelled(&bytes[..length])), Err(Reason::Malformed));
    }
    let longer = [bytes, vec![0]].concat();
    assert_eq!(decode(&spelled(&longer)), Err(Reason::Malformed));
}

#[test]
fn claims_swapped_in_from_another_code_fail_under_the_key() {
    let ours = bytes_of(&claims().sign(&key(1)));
    let theirs = bytes_of(
        &Claims {
            status_index: 24_999_998,
            ..claims()
        }
        .sign(&key(1)),
    );
    // Same length, so everything before the signature can be exchanged: its last 64 bytes stay ours.
    assert_eq!(ours.len(), theirs.len());
    let cut = ours.len() - 64;
    let swapped = [&theirs[..cut], &ours[cut..]].concat();
    let code = decode(&spelled(&swapped)).unwrap();
    assert_eq!(code.verify(&key(1).public()), None);
}

/// C8 is spelled `M4` alone; the library also takes `K4`-like wraps of the last pair.
#[test]
fn other_spellings_of_the_same_bytes_are_malformed() {
    let text = claims().sign(&key(1));
    let body = text.strip_prefix(PREFIX).unwrap();
    for other in [
        body.to_lowercase(),
        format!("{body} "),
        format!(" {body}"),
        format!("{body}\n"),
        body.replacen(' ', "+", 1).chars().rev().collect::<String>(),
    ] {
        assert_eq!(SignedCode::decode(&other), Err(Reason::Malformed));
    }
    let bytes = bytes_of(&text);
    assert_eq!(bytes.len() % 2, 0, "the vector ends in a whole triple");
    // One byte more makes the code end in a pair, whose value may wrap at 256 in a lax decoder.
    for wrapped in ["K4", "6A", "$F"] {
        let lax = base45::decode(wrapped).map(|b| b == [0xc8]);
        if lax == Ok(true) {
            assert_eq!(
                SignedCode::decode(&format!("{body}{wrapped}")),
                Err(Reason::Malformed)
            );
        }
    }
}

/// The same content in encodings that a lax reader would take: long heads, an indefinite map, no tag, a
/// second tag, an unsorted bucket, junk in the unprotected map, a bucket wrapped twice.
#[test]
fn seven_other_encodings_of_one_code_are_malformed() {
    let bytes = bytes_of(&claims().sign(&key(1)));
    // d2 84 49 a2 01 27 04 44 kid kid kid kid a0 58..
    assert_eq!(bytes[..8], [0xd2, 0x84, 0x49, 0xa2, 0x01, 0x27, 0x04, 0x44]);
    let kid = &bytes[8..12];
    let after = &bytes[12..];
    let bucket = |inner: &[u8]| {
        let mut out = vec![0xd2, 0x84, 0x40 | u8::try_from(inner.len()).unwrap()];
        out.extend_from_slice(inner);
        out.extend_from_slice(after);
        out
    };
    let plain = [&[0xa2, 0x01, 0x27, 0x04, 0x44][..], kid].concat();
    assert_eq!(bucket(&plain), bytes);
    let encodings: Vec<Vec<u8>> = vec![
        [&[0xd8, 0x12][..], &bytes[1..]].concat(),
        bytes[1..].to_vec(),
        [&[0xd2][..], &bytes[..]].concat(),
        bucket(&[&[0xbf, 0x01, 0x27, 0x04, 0x44][..], kid, &[0xff]].concat()),
        bucket(&[&[0xa2, 0x04, 0x44][..], kid, &[0x01, 0x27]].concat()),
        bucket(&[&[0xa2, 0x01, 0x38, 0x07, 0x04, 0x44][..], kid].concat()),
        [&bytes[..12], &[0xa1, 0x04, 0x44], kid, &after[1..]].concat(),
    ];
    for (n, encoding) in encodings.iter().enumerate() {
        assert_eq!(
            decode(&spelled(encoding)),
            Err(Reason::Malformed),
            "encoding {n}"
        );
    }
}

#[test]
fn a_code_over_700_characters_is_malformed_before_anything_is_decoded() {
    let long = Claims {
        name: "n".repeat(400),
        ..claims()
    };
    let text = long.sign(&key(1));
    assert!(text.len() > MAX_TEXT);
    assert_eq!(decode(&text), Err(Reason::Malformed));
}

#[test]
fn a_claim_too_many_too_few_or_of_another_type_is_malformed() {
    let Value::Map(good) = claims().to_value() else {
        unreachable!()
    };
    let mut variants = vec![good[1..].to_vec()];
    let mut extra = good.clone();
    extra.push((Value::int(7), Value::Null));
    variants.push(extra);
    for at in 0..good.len() {
        let mut wrong = good.clone();
        wrong[at].1 = Value::Bool(true);
        variants.push(wrong);
    }
    for variant in variants {
        let payload = cbor::encode(&Value::Map(variant));
        let bucket = protected(key(1).public().kid().short());
        let signature = key(1).sign(&sig_structure1(&bucket, &[], &payload));
        let bytes = cbor::encode(&tagged(TAG_SIGN1, bucket, payload, Value::bytes(signature)));
        assert_eq!(decode(&spelled(&bytes)), Err(Reason::Malformed));
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_decoder_panic(text in "[0-9A-Z $%*+./:-]{0,400}") {
        let _ = SignedCode::decode(&text);
    }

    #[test]
    fn whatever_claims_are_signed_come_back_whole(
        name in "\\PC{0,12}", last_four in "[0-9X]{4}", birth_year in 1900_u16..2030, index in any::<u64>(),
        issued in 0_i64..4_000_000_000, handle in any::<[u8; 16]>(),
    ) {
        let claims = Claims {
            name, last_four, birth_year, status_index: index, issued_at: Timestamp(issued),
            handle: Handle(handle), ..claims()
        };
        let code = decode(&claims.sign(&key(3))).unwrap();
        prop_assert_eq!(code.verify(&key(3).public()), Some(&claims));
        prop_assert_eq!(code.verify(&key(4).public()), None);
    }
}
