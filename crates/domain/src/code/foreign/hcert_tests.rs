use serde_json::json;

use super::super::fixture::{
    KEY_ID, NOW, dcc, health, health_code, numbered, object, packed, protected, ring, signed,
};
use super::super::{Reading, decode, signers, verify};
use super::*;
use crate::cbor::{Value as Cbor, encode};
use crate::crypto::Algorithm;
use crate::ids::Handle;

fn dcc_of<const N: usize>(lists: [(&str, usize); N]) -> Cbor {
    let entry = || Cbor::map([("tg", Cbor::text("840539006"))]);
    Cbor::map(lists.map(|(name, count)| (name, Cbor::Array(vec![entry(); count]))))
}

fn kinds(hcert: Cbor) -> (Vec<ProofKind>, Option<Reason>) {
    let code = decode(&health_code(hcert)).unwrap();
    (code.kinds, code.flaw)
}

#[test]
fn a_certificate_is_taken_apart_into_who_signed_what() {
    let code = decode(&health_code(numbered([(1, dcc())]))).unwrap();
    let payload = encode(&health(numbered([(1, dcc())])));
    assert_eq!(code.format, Format::Hcert);
    assert_eq!(code.algorithm, Algorithm::EdDsa);
    assert_eq!(code.key_id, KEY_ID);
    assert_eq!(code.issuer.as_deref(), Some("XX"));
    assert_eq!(code.issued_at, Some(NOW.plus(-30 * 86_400)));
    assert_eq!(code.expires, Some(NOW.plus(30 * 86_400 + 1)));
    assert_eq!((code.not_before, code.flaw), (None, None));
    assert_eq!(code.kinds, [ProofKind::Vaccination]);
    assert_eq!(code.handle, Handle::of_foreign(Format::Hcert, &payload));
    assert_eq!(
        code.payload,
        json!({
            "iss": "XX",
            "exp": NOW.plus(30 * 86_400).0,
            "iat": NOW.plus(-30 * 86_400).0,
            "dcc": {
                "dob": "1964-03-14",
                "nam": {"fnt": "MUSTER"},
                "v": [{"ci": "URN:UVCI:01:XX:1", "dn": 2, "tg": "840539006"}],
                "ver": "1.3.0",
            },
        })
    );
    assert!(!format!("{code:?}").contains("MUSTER"));
}

#[test]
fn one_list_with_one_entry_is_no_flaw_and_everything_else_is() {
    let flaw = Some(Reason::Malformed);
    for (list, kind) in [
        ("v", ProofKind::Vaccination),
        ("t", ProofKind::Test),
        ("r", ProofKind::Recovery),
    ] {
        assert_eq!(
            kinds(numbered([(1, dcc_of([(list, 1)]))])),
            (vec![kind], None)
        );
        assert_eq!(
            kinds(numbered([(1, dcc_of([(list, 2)]))])),
            (vec![kind], flaw)
        );
        assert_eq!(kinds(numbered([(1, dcc_of([(list, 0)]))])), (vec![], flaw));
    }
    assert_eq!(kinds(numbered([(1, dcc_of([]))])), (vec![], flaw));
    let two = vec![ProofKind::Vaccination, ProofKind::Test];
    assert_eq!(
        kinds(numbered([(1, dcc_of([("v", 1), ("t", 1)]))])),
        (two, flaw)
    );
    let empty = dcc_of([("t", 0), ("v", 1)]);
    assert_eq!(
        kinds(numbered([(1, empty)])),
        (vec![ProofKind::Vaccination], None)
    );
}

#[test]
fn which_number_holds_what_is_data() {
    let icvp = || {
        Cbor::map([
            ("n", Cbor::text("A")),
            ("v", Cbor::map([("dn", Cbor::int(1))])),
        ])
    };
    let text = health_code(numbered([(-6, icvp())]));
    let code = decode(&text).unwrap();
    assert_eq!(code.kinds, [ProofKind::Vaccination]);
    assert_eq!(code.payload["icvp"], json!({"n": "A", "v": {"dn": 1}}));

    let moved = Reading {
        hcert: HcertMap::new(vec![(7, HcertContent::Icvp)]).unwrap(),
        ..Reading::default()
    };
    let flaw = moved.decode(&text).map(|code| code.flaw);
    assert_eq!(flaw, Ok(Some(Reason::Unsupported)));
    let text = health_code(numbered([(7, icvp())]));
    assert_eq!(moved.decode(&text).map(|code| code.kinds.len()), Ok(1));
    let flaw = decode(&text).map(|code| code.flaw);
    assert_eq!(flaw, Ok(Some(Reason::Unsupported)));

    let both = health_code(numbered([(1, dcc()), (-6, icvp())]));
    assert_eq!(decode(&both).unwrap().flaw, Some(Reason::Malformed));
}

#[test]
fn a_certificate_that_is_no_map_is_malformed() {
    for hcert in [
        numbered([(1, Cbor::bytes(encode(&dcc())))]),
        numbered([(1, Cbor::Null)]),
        Cbor::bytes([0xa0]),
        Cbor::Null,
    ] {
        assert_eq!(decode(&health_code(hcert)), Err(Reason::Malformed));
    }
}

fn certificate(claims: &Cbor) -> String {
    format!("HC1:{}", packed(&signed(&encode(claims))))
}

#[test]
fn claims_without_a_certificate_are_malformed_wherever_else_it_may_stand() {
    let wrapped = Cbor::bytes(encode(&numbered([(1, dcc())])));
    for (place, content) in [(1, Cbor::text("XX")), (-261, dcc()), (-260, wrapped)] {
        let text = certificate(&numbered([(4, Cbor::int(NOW.0)), (place, content)]));
        assert_eq!(decode(&text), Err(Reason::Malformed), "{place}");
    }
}

#[test]
fn content_that_is_not_known_is_undecided_while_signature_and_time_can_be_told() {
    let older = numbered([(1, Cbor::text("XX")), (-65_537, dcc())]);
    for text in [
        health_code(numbered([(3, dcc())])),
        health_code(numbered([(4, dcc()), (-7, Cbor::Null)])),
        health_code(numbered([(5, Cbor::Array(vec![]))])),
        health_code(numbered([])),
        certificate(&older),
    ] {
        let code = decode(&text).unwrap();
        assert_eq!(
            (code.flaw, code.kinds.len()),
            (Some(Reason::Unsupported), 0)
        );
        assert_eq!(code.payload["iss"], "XX");
        let keys = ring(Format::Hcert);
        assert_eq!(signers(&keys, &code).map(|signers| signers.len()), Ok(1));
        assert_eq!(verify(&keys, &code, NOW), Err(Reason::Unsupported));
    }
}

#[test]
fn prefix_digits_packing_and_the_one_spelling_are_held_to() {
    let text = health_code(numbered([(1, dcc())]));
    let body = text.strip_prefix("HC1:").unwrap();
    let packed_bytes = base45::decode(body).unwrap();
    for (altered, reason) in [
        (format!("HC2:{body}"), Reason::NotAPass),
        (format!("hc1:{body}"), Reason::NotAPass),
        (format!(" {text}"), Reason::NotAPass),
        (format!("{text} "), Reason::Malformed),
        (text.to_lowercase().replace("hc1", "HC1"), Reason::Malformed),
        (text.replacen("HC1:", "HC1:ü", 1), Reason::Malformed),
        (
            format!("HC1:{}", base45::encode(signed(&[0xa0]))),
            Reason::Malformed,
        ),
        (
            format!("HC1:{}", base45::encode([&packed_bytes[..], &[0]].concat())),
            Reason::Malformed,
        ),
        ("HC1:".to_owned(), Reason::Malformed),
    ] {
        assert_eq!(decode(&altered), Err(reason), "{altered}");
    }
}

#[test]
fn a_space_is_a_digit_and_no_gap() {
    let text = health_code(numbered([(1, dcc())]));
    assert!(text.contains(' '), "{text}");
    for gap in ["", "  ", "\u{a0}"] {
        let altered = text.replacen(' ', gap, 1);
        assert_eq!(decode(&altered), Err(Reason::Malformed), "{altered}");
    }
}

#[test]
fn a_bomb_is_refused_before_it_is_read() {
    let bomb = packed(&vec![0; 8 * 1024 * 1024]);
    assert!(bomb.len() > crate::code::MAX_TEXT);
    assert_eq!(decode(&format!("HC1:{bomb}")), Err(Reason::Malformed));
    let bomb = packed(&vec![0; 1024 * 1024]);
    assert!(bomb.len() < crate::code::MAX_TEXT - 4);
    assert_eq!(decode(&format!("HC1:{bomb}")), Err(Reason::Malformed));
}

#[test]
fn a_certificate_holds_through_its_last_second_and_a_fraction_never_lengthens_a_life() {
    // {4: 1.5, 5: 1.5, 6: 1.5, -260: {1: {"v": [0]}}}
    let payload = "a404f93e0005f93e0006f93e00390103a101a161768100";
    let bytes = signed(&crate::hex::decode(payload).unwrap());
    let code = decode(&format!("HC1:{}", packed(&bytes))).unwrap();
    let times = [code.expires, code.not_before, code.issued_at];
    assert_eq!(times.map(|time| time.unwrap().0), [2, 2, 1]);
    let wrong = "a204617805f93e00";
    let bytes = signed(&crate::hex::decode(wrong).unwrap());
    assert_eq!(
        decode(&format!("HC1:{}", packed(&bytes))),
        Err(Reason::Malformed)
    );
}

#[test]
fn key_ids_that_differ_or_are_missing_are_a_flaw() {
    let payload = encode(&health(numbered([(1, dcc())])));
    let unprotected = |id: u8| numbered([(4, Cbor::bytes([id; 8]))]);
    let flaw = |protected: &[u8], id| {
        let bytes = encode(&object(protected, unprotected(id), &payload, &[1; 64]));
        let code = decode(&format!("HC1:{}", packed(&bytes))).unwrap();
        (code.key_id, code.flaw)
    };
    let named = protected(Some(&KEY_ID));
    assert_eq!(flaw(&named, 7), (KEY_ID.to_vec(), None));
    assert_eq!(flaw(&named, 8), (KEY_ID.to_vec(), Some(Reason::Malformed)));
    assert_eq!(flaw(&protected(None), 8), (vec![8; 8], None));
    let bytes = encode(&object(
        &protected(None),
        Cbor::Map(vec![]),
        &payload,
        &[1; 64],
    ));
    let nameless = decode(&format!("HC1:{}", packed(&bytes))).unwrap();
    assert_eq!(nameless.flaw, Some(Reason::Malformed));
}
