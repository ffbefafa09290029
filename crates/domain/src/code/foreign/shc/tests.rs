use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::super::{ForeignKey, KeyRing, verify};
use super::*;

const HEADER: &str = r#"{"alg":"ES256","zip":"DEF","kid":"k"}"#;

/// DEFLATE in one stored block (RFC 1951 §3.2.4).
fn stored(plain: &[u8]) -> Vec<u8> {
    let length = u16::try_from(plain.len()).unwrap();
    let head = [length.to_le_bytes(), (!length).to_le_bytes()].concat();

    [&[1][..], &head, plain].concat()
}

fn jws(header: &str, payload: &[u8], signature: &[u8]) -> String {
    [header.as_bytes(), payload, signature]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".")
}

fn digits(text: &str) -> String {
    text.bytes().fold(String::new(), |digits, byte| {
        format!("{digits}{:02}", byte.saturating_sub(45))
    })
}

fn card(payload: &Value) -> String {
    let plain = payload.to_string();
    digits(&jws(HEADER, &stored(plain.as_bytes()), &[7; 64]))
}

fn payload() -> Value {
    json!({"iss": "https://i.example", "nbf": 1000.25, "exp": 2000.75, "vc": {
        "type": ["https://smarthealth.cards#health-card"], "credentialSubject": {"fhirBundle": {
            "resourceType": "Bundle", "entry": [
                {"resource": {"resourceType": "Patient", "birthDate": "1951-01-20"}},
                {"resource": {"resourceType": "Immunization", "status": "completed"}},
                {"resource": {"resourceType": "Immunization", "status": "completed"}}]}}}})
}

fn read(payload: &Value) -> Result<SignedForeign, Reason> {
    decode(&format!("{PREFIX}{}", card(payload)))
}

/// A card in `of` codes of equal length but for the last.
fn parts(payload: &Value, of: usize) -> Vec<String> {
    let card = card(payload);
    let each = (card.len() / 2).div_ceil(of).saturating_mul(2);

    (1..)
        .zip(card.as_bytes().chunks(each))
        .map(|(number, piece)| format!("{PREFIX}{number}/{of}/{}", String::from_utf8_lossy(piece)))
        .collect()
}

fn missing(numbers: &[usize], of: usize) -> Gathered {
    Gathered::Missing {
        numbers: numbers.to_vec(),
        of,
    }
}

fn is_whole(gathered: &Result<Gathered, Reason>, payload: &Value) -> bool {
    matches!(gathered, Ok(Gathered::Whole(card)) if card.payload == *payload)
}

#[test]
fn a_card_says_who_signed_it_by_which_key_when_and_what_it_proves() {
    let card = read(&payload()).unwrap();
    assert_eq!(card.key_id, b"k");
    assert_eq!(card.issuer.as_deref(), Some("https://i.example"));
    assert_eq!(card.not_before, Some(Timestamp(1_001)));
    assert_eq!(card.expires, Some(Timestamp(2_000)));
    assert_eq!(card.kinds, [ProofKind::Vaccination]);
    assert_eq!(card.payload, payload());
    let text = jws(HEADER, &stored(payload().to_string().as_bytes()), &[]);
    assert_eq!(card.signed, text.trim_end_matches('.').as_bytes());
    assert_eq!(card.signature, [7; 64]);
}

#[test]
fn a_result_is_a_test_and_what_was_not_done_or_is_in_error_proves_nothing() {
    let with = |resource: &str, status: &str| {
        let mut payload = payload();
        payload["vc"]["credentialSubject"]["fhirBundle"]["entry"] =
            json!([{"resource": {"resourceType": resource, "status": status}}]);
        read(&payload).unwrap().kinds
    };
    assert_eq!(with("Observation", "final"), [ProofKind::Test]);
    assert_eq!(with("Observation", "entered-in-error"), []);
    assert_eq!(with("Immunization", "not-done"), []);
    assert_eq!(with("Condition", "final"), []);
}

#[test]
fn a_card_that_lacks_what_every_card_has_is_read_and_has_a_flaw() {
    assert_eq!(read(&payload()).unwrap().flaw, None);
    for path in ["/iss", "/nbf", "/vc", "/vc/type", "/vc/credentialSubject"] {
        let mut payload = payload();
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = payload.pointer_mut(parent).and_then(Value::as_object_mut);
        parent.unwrap().remove(name).unwrap();
        let card = read(&payload).unwrap();
        assert_eq!(card.flaw, Some(Reason::Malformed), "{path}");
    }
    let mut other = payload();
    other["vc"]["type"] = json!(["https://smarthealth.cards#other"]);
    let other = read(&other).unwrap();
    assert_eq!((other.flaw, other.kinds), (Some(Reason::Malformed), vec![]));
}

#[test]
fn a_time_or_issuer_of_another_type_is_a_flaw_and_a_payload_that_is_no_object_no_card() {
    for (name, value) in [
        ("nbf", json!("1000")),
        ("nbf", json!(null)),
        ("exp", json!([])),
        ("exp", json!(null)),
        ("exp", json!(1e300)),
        ("iss", json!(7)),
    ] {
        let mut payload = payload();
        payload[name] = value;
        let card = read(&payload).unwrap();
        assert_eq!(card.flaw, Some(Reason::Malformed), "{name}");
    }
    let mut for_ever = payload();
    for_ever.as_object_mut().unwrap().remove("exp");
    assert_eq!(read(&for_ever).unwrap().flaw, None);
    assert_eq!(read(&json!([])), Err(Reason::Malformed));
}

#[test]
fn the_header_names_es256_def_and_a_kid_and_nothing_critical() {
    let plain = stored(payload().to_string().as_bytes());
    let with = |header: &str| decode(&format!("{PREFIX}{}", digits(&jws(header, &plain, &[7]))));
    assert!(with(HEADER).is_ok());
    for header in [
        r#"{"zip":"DEF","kid":"k"}"#,
        r#"{"alg":"ES256","kid":"k"}"#,
        r#"{"alg":"ES256","zip":"DEF"}"#,
        r#"{"alg":"ES256","zip":"DEF","kid":1}"#,
        r#"{"alg":"ES256","zip":"GZ","kid":"k"}"#,
        r#"{"alg":"ES384","zip":"DEF","kid":"k"}"#,
        r#"{"alg":"none","zip":"DEF","kid":"k"}"#,
        r#"{"alg":"ES256","zip":"DEF","kid":"k","crit":["exp"]}"#,
        r#"{"alg":"ES256","alg":"ES256","zip":"DEF","kid":"k"}"#,
    ] {
        assert_eq!(with(header), Err(Reason::Malformed), "{header}");
    }
}

#[test]
fn without_a_signature_a_card_is_read_and_nobody_signed_it() {
    let plain = stored(payload().to_string().as_bytes());
    let card = decode(&format!("{PREFIX}{}", digits(&jws(HEADER, &plain, &[])))).unwrap();
    let key = ForeignKey::new(Format::Shc, b"k".to_vec());
    let verified = verify(&KeyRing::new([key]), &card, Timestamp(1_500));
    assert_eq!(verified.err(), Some(Reason::Forged));
}

#[test]
fn a_payload_that_is_not_packed_or_packed_with_more_behind_or_in_it_is_refused() {
    let plain = payload().to_string();
    let zeros = [plain.as_str(), &" ".repeat(60_000)].concat();
    let with = |packed: &[u8]| decode(&format!("{PREFIX}{}", digits(&jws(HEADER, packed, &[7]))));
    assert!(with(&stored(plain.as_bytes())).is_ok());
    for packed in [
        plain.as_bytes().to_vec(),
        Vec::new(),
        [stored(plain.as_bytes()), vec![0]].concat(),
        stored(format!("{plain}{plain}").as_bytes()),
        stored(plain.replace("{\"exp", "{\"iss\":\"\",\"exp").as_bytes()),
        stored(zeros.as_bytes()),
    ] {
        assert_eq!(with(&packed), Err(Reason::Malformed));
    }
}

#[test]
fn parts_are_gathered_in_any_order_and_it_is_said_which_are_missing() {
    let payload = payload();
    let [one, two, three] = &parts(&payload, 3)[..] else {
        panic!("three parts");
    };
    let mut gathering = Gathering::default();
    assert_eq!(gathering.add(two, 5), Ok(missing(&[1, 3], 3)));
    assert_eq!(gathering.add(two, 6), Ok(missing(&[1, 3], 3)));
    assert_eq!(gathering.add(three, 7), Ok(missing(&[1], 3)));
    assert_eq!(gathering.add("https://other", 8), Err(Reason::NotAPass));
    assert!(is_whole(&gathering.add(one, 30_005), &payload));
    assert_eq!(gathering.add(one, 9), Ok(missing(&[2, 3], 3)));
    gathering.clear();
    assert_eq!(gathering.add(two, 10), Ok(missing(&[1, 3], 3)));
}

#[test]
fn a_part_that_comes_more_than_thirty_seconds_after_the_first_begins_anew() {
    let parts = parts(&payload(), 2);
    let mut gathering = Gathering::default();
    assert_eq!(gathering.add(&parts[0], 1_000), Ok(missing(&[2], 2)));
    assert_eq!(gathering.add(&parts[1], 31_001), Ok(missing(&[1], 2)));
    assert!(is_whole(&gathering.add(&parts[0], 61_001), &payload()));
}

#[test]
fn a_part_of_another_set_begins_anew() {
    let mut other = payload();
    other["iss"] = json!("https://another.example");
    let mine = parts(&payload(), 3);
    let others = parts(&other, 3);
    // Another number of parts; something else in the same place.
    let of_two = parts(&payload(), 2);
    for stranger in [&of_two[1], &others[0]] {
        let mut gathering = Gathering::default();
        assert_eq!(gathering.add(&mine[0], 0), Ok(missing(&[2, 3], 3)));
        let expected = match stranger {
            part if part == &of_two[1] => missing(&[1], 2),
            _ => missing(&[2, 3], 3),
        };
        assert_eq!(gathering.add(stranger, 1), Ok(expected));
    }
    // A card in one code ends what was gathered.
    let mut gathering = Gathering::default();
    assert_eq!(gathering.add(&mine[0], 0), Ok(missing(&[2, 3], 3)));
    let single = format!("{PREFIX}1/1/{}", card(&other));
    assert!(is_whole(&gathering.add(&single, 1), &other));
    assert_eq!(gathering.add(&mine[1], 2), Ok(missing(&[1, 3], 3)));
}

#[test]
fn sixteen_parts_make_a_card_and_a_set_that_is_none_is_forgotten() {
    let all = parts(&payload(), MAX_PARTS);
    let texts: Vec<&str> = all.iter().rev().map(String::as_str).collect();
    assert_eq!(decode_parts(&texts).map(|card| card.payload), Ok(payload()));
    assert_eq!(decode_parts(&texts[1..]), Err(Reason::Malformed));
    assert!(is_part(&all[0]) && !is_part(&format!("{PREFIX}{}", card(&payload()))));
    assert_eq!(decode(&all[0]), Err(Reason::Malformed));

    let mut gathering = Gathering::default();
    assert_eq!(gathering.add("shc:/1/2/5656", 0), Ok(missing(&[2], 2)));
    assert_eq!(gathering.add("shc:/2/2/5656", 0), Err(Reason::Malformed));
    assert_eq!(gathering.add("shc:/2/2/5656", 0), Ok(missing(&[1], 2)));
    assert_eq!(
        format!("{gathering:?}"),
        "Gathering { of: 2, missing: [1], .. }"
    );
}

#[test]
fn parts_of_whatever_length_make_a_card_however_often_they_are_read() {
    let card = card(&payload());
    let (short, long) = card.split_at(40);
    let (one, two) = (
        format!("{PREFIX}1/2/{short}"),
        format!("{PREFIX}2/2/{long}"),
    );
    for texts in [
        &[&one, &two][..],
        &[&two, &one],
        &[&one, &one, &two],
        &[&two, &one, &two, &one],
    ] {
        let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
        let card = decode_parts(&texts).map(|card| card.payload);
        assert_eq!(card, Ok(payload()));
    }
    let other = format!("{PREFIX}1/2/{}", short.replacen("56", "57", 1));
    let of_three = format!("{PREFIX}3/3/{long}");
    for texts in [
        &[&*one, &two, &other][..],
        &[&other, &one, &two],
        &[&one, &two, &of_three],
        &[&one],
        &[],
    ] {
        assert_eq!(decode_parts(texts), Err(Reason::Malformed));
    }

    let mut gathering = Gathering::default();
    assert_eq!(gathering.add(&two, 0), Ok(missing(&[1], 2)));
    assert!(is_whole(&gathering.add(&one, 1), &payload()));
}

#[test]
fn a_card_may_be_as_long_as_the_digits_of_a_qr_code_and_no_other_code_may() {
    let mut payload = payload();
    payload["pad"] = json!("a".repeat(1_900));
    let text = format!("{PREFIX}{}", card(&payload));
    assert!((4_297..=MAX_TEXT).contains(&text.len()), "{}", text.len());
    let spaced = format!(" {text}\n");
    for read in [
        decode(&text),
        super::super::decode(&text),
        super::super::decode(&spaced),
    ] {
        assert_eq!(
            read.map(|card| card.payload["pad"].clone()),
            Ok(payload["pad"].clone())
        );
    }
    let long = format!("{PREFIX}{}", "5".repeat(MAX_TEXT));
    assert_eq!(super::super::decode(&long), Err(Reason::Malformed));
    assert_eq!(
        super::super::decode(&text.replacen(PREFIX, "HC1:", 1)),
        Err(Reason::Malformed)
    );
}

#[test]
fn a_card_whose_key_has_an_empty_name_is_malformed() {
    let plain = payload().to_string();
    let header = HEADER.replace("\"k\"", "\"\"");
    let text = digits(&jws(&header, &stored(plain.as_bytes()), &[7; 64]));
    assert_eq!(decode(&format!("{PREFIX}{text}")), Err(Reason::Malformed));
}
