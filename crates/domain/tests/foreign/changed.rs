//! No change of a signed code is taken.

use domain::code::foreign::{Format, SignedForeign, decode, pretix, shc, vds_nc};
use domain::crypto::VerifyingKey;
use domain::verdict::Reason;

use crate::chance::Chance;
use crate::signed::{self, CERTIFICATE, ED25519, P256, SHC_PAYLOAD, TICKET, VDS_DATA, is_ours};

const CHANGES: u64 = 10_000;

/// `text` with one bit or one character other, if it is still text.
fn changed(chance: &mut Chance, text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let at = chance.below(bytes.len());
    if chance.below(2) == 0 {
        bytes[at] ^= 1 << chance.below(8);
    } else {
        bytes[at] = b' ' + u8::try_from(chance.below(95)).unwrap();
    }

    String::from_utf8(bytes)
        .ok()
        .filter(|changed| changed != text)
}

type Decode = fn(&str) -> Result<SignedForeign, Reason>;

fn none_is_taken(text: &str, decode: Decode, key_id: &[u8], key: &VerifyingKey) {
    assert!(is_ours(&decode(text).unwrap(), key_id, key), "{text}");
    let mut chance = Chance::new(1);
    let mut read = 0;
    for _ in 0..CHANGES {
        let Some(changed) = changed(&mut chance, text) else {
            continue;
        };
        if let Ok(code) = decode(&changed) {
            read += 1;
            assert!(!is_ours(&code, key_id, key), "{changed}");
        }
    }
    assert!(read > 500, "only {read} came as far as the signature");
}

#[test]
fn ten_thousand_changes_of_a_smart_health_card_are_all_refused() {
    let text = signed::shc(&signed::deflated(SHC_PAYLOAD.as_bytes()));
    none_is_taken(&text, shc::decode, b"test", &P256);
}

#[test]
fn ten_thousand_changes_of_a_seal_are_all_refused_with_and_without_its_certificate() {
    let key_id = vds_nc::key_id(CERTIFICATE);
    let text = signed::vds_nc(VDS_DATA);
    none_is_taken(&text, vds_nc::decode, &key_id, &P256);

    let (begin, rest) = text.split_once(r#""cer""#).unwrap();
    let (_, end) = rest.split_once(r#""sigvl""#).unwrap();
    let without = format!(r#"{begin}"sigvl"{end}"#);
    none_is_taken(&without, vds_nc::decode, &key_id, &P256);
}

#[test]
fn ten_thousand_changes_of_a_ticket_are_all_refused() {
    let text = signed::pretix(TICKET);
    none_is_taken(&text, pretix::decode, b"", &ED25519);
}

#[test]
fn each_format_is_told_by_its_text_and_read_through_the_one_door() {
    let card = signed::shc(&signed::deflated(SHC_PAYLOAD.as_bytes()));
    for (text, format) in [
        (card, Format::Shc),
        (signed::vds_nc(VDS_DATA), Format::VdsNc),
        (signed::pretix(TICKET), Format::Pretix),
    ] {
        assert_eq!(decode(&text).map(|code| code.format), Ok(format));
    }
    for other in ["{}", "https://example.org/QA", "shc:5676", "QA", "+QA", ""] {
        assert_eq!(decode(other), Err(Reason::NotAPass), "{other}");
    }
}

#[test]
fn the_public_vectors_of_these_formats_cannot_be_changed_either() {
    let formats: [(&str, Decode); 3] = [
        ("shc", shc::decode),
        ("vdsnc", vds_nc::decode),
        ("pretix", pretix::decode),
    ];
    for (format, decode) in formats {
        let mut chance = Chance::new(2);
        for vector in crate::vectors::lines(format) {
            let text = vector["qr"].as_str().unwrap_or_default();
            for _ in 0..if text.is_empty() { 0 } else { 500 } {
                let Some(changed) = changed(&mut chance, text) else {
                    continue;
                };
                // White space at the ends of a card does not count.
                let same = format == "shc" && changed.trim() == text.trim();
                let Ok(code) = decode(&changed) else {
                    continue;
                };
                let taken = crate::vectors::is_signed(&vector, &code);
                assert!(!taken || same, "{changed}");
            }
        }
    }
}
