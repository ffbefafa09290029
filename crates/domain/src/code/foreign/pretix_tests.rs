use super::*;
use crate::crypto::{Secret, SigningKey};

fn key() -> SigningKey {
    SigningKey::new(Secret::new([7; 32]))
}

/// A ticket for `payload`, as it is written.
fn written(payload: &[u8], signature: &[u8]) -> String {
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_be_bytes();
    let bytes = [
        &[1][..],
        &length(payload),
        &length(signature),
        payload,
        signature,
    ]
    .concat();

    turned(&STANDARD.encode(bytes))
}

fn turned(text: &str) -> String {
    text.chars().rev().collect()
}

fn signed(payload: &[u8]) -> String {
    written(payload, &key().sign(payload))
}

/// seed "ab", item 3, variation 0, subevent 300, valid from 1000 to 2000.
const PAYLOAD: &[u8] = &[
    0x0a, 2, b'a', b'b', 0x10, 3, 0x18, 0, 0x20, 0xac, 0x02, 0x28, 0xe8, 0x07, 0x30, 0xd0, 0x0f,
];

#[test]
fn a_ticket_says_what_it_is_for_and_when_and_its_signature_fits() {
    let ticket = decode(&signed(PAYLOAD)).unwrap();
    assert_eq!(
        ticket.payload,
        json!({"seed": "ab", "item": 3, "variation": 0, "subevent": 300, "valid_from": 1000, "valid_until": 2000})
    );
    assert_eq!(ticket.not_before, Some(Timestamp(1_000)));
    assert_eq!(ticket.expires, Some(Timestamp(2_001)));
    assert_eq!(ticket.kinds, [ProofKind::Ticket]);
    assert!(ticket.key_id.is_empty());
    assert_eq!(
        key().public().verify(&ticket.signed, &ticket.signature),
        Ok(())
    );
}

#[test]
fn a_time_of_zero_is_none_whether_it_is_written_or_not() {
    for payload in [&[0x0a, 1, b'a'][..], &[0x0a, 1, b'a', 0x28, 0, 0x30, 0]] {
        let ticket = decode(&signed(payload)).unwrap();
        assert_eq!((ticket.not_before, ticket.expires), (None, None));
        assert_eq!(ticket.payload["valid_from"], Value::Null);
    }
}

#[test]
fn fields_of_a_newer_pretix_are_skipped() {
    let payload = [PAYLOAD, &[0x3a, 1, 9, 0x45, 1, 2, 3, 4, 0xf8, 0x07, 1]].concat();
    let ticket = decode(&signed(&payload)).unwrap();
    assert_eq!(ticket.payload["item"], 3);
}

#[test]
fn a_field_twice_of_another_type_or_no_seed_is_refused() {
    for payload in [
        &[][..],
        &[0x0a, 0],
        &[0x10, 3],
        &[0x0a, 1, b'a', 0x10, 3, 0x10, 3],
        &[0x0a, 1, b'a', 0x0a, 1, b'b'],
        &[0x08, 1],
        &[0x0a, 1, b'a', 0x12, 1, 3],
        &[0x0a, 1, 0xff],
        &[0x0a, 1, b'a', 0x10],
    ] {
        assert_eq!(
            decode(&signed(payload)),
            Err(Reason::Malformed),
            "{payload:?}"
        );
    }
}

#[test]
fn lengths_count_in_full_and_nothing_may_be_over_or_missing() {
    // Longer than one byte tells: its high byte stands for 256, not for 4.
    let long = [&[0x0a, 0xac, 0x02][..], &[b'a'; 300]].concat();
    assert!(decode(&signed(&long)).is_ok());

    let bytes = STANDARD.decode(turned(&signed(PAYLOAD))).unwrap();
    let cut = &bytes[..bytes.len() - 1];
    let over = [&bytes[..], &[0]].concat();
    for wrong in [cut, &over, &bytes[..3], &[1]] {
        assert_eq!(
            decode(&turned(&STANDARD.encode(wrong))),
            Err(Reason::Malformed)
        );
    }
}

#[test]
fn other_text_and_other_versions_are_no_tickets() {
    let other_version = turned(&STANDARD.encode([2, 0, 0, 0, 1, 0]));
    for text in ["", "MSV1:310106", "https://example.org", &other_version] {
        assert_eq!(decode(text), Err(Reason::NotAPass), "{text}");
    }
    let text = signed(PAYLOAD);
    for spelled_otherwise in [
        text.replace('=', ""),
        format!("{text}\n"),
        format!(" {text}"),
        turned(&text),
    ] {
        assert!(decode(&spelled_otherwise).is_err());
    }
    assert_eq!(decode(&"A".repeat(MAX_TEXT + 1)), Err(Reason::Malformed));
}

#[test]
fn the_secret_is_the_text_that_was_read() {
    let text = signed(PAYLOAD);
    assert_eq!(secret(&decode(&text).unwrap()), Some(text));
}

#[test]
fn the_handle_is_the_payloads_whoever_signed() {
    let mine = decode(&signed(PAYLOAD)).unwrap();
    let other = decode(&written(PAYLOAD, &[9; 64])).unwrap();
    assert_eq!(mine.handle, other.handle);
    let label = b"menshen/v1/foreign\0";
    let hash = crate::crypto::sha256(&[label, &[6], PAYLOAD]);
    assert_eq!(mine.handle.0, hash[..16]);
}
