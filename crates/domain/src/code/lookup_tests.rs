use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::code::foreign::{Format, Reading, SignedForeign, pretix};
use crate::code::{Code, decode, read};
use crate::crypto::Algorithm;
use crate::verdict::Reason;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn scheme(prefix: &str, alphabet: Alphabet, least: usize, most: usize) -> LookupScheme {
    LookupScheme {
        issuer: "harbour-city".to_owned(),
        prefix: prefix.to_owned(),
        alphabet,
        least,
        most,
        country: Some("SG".to_owned()),
    }
}

fn link() -> LookupScheme {
    scheme("https://code.city.example/p/", Alphabet::Hex, 32, 32)
}

#[test]
fn a_text_is_looked_up_only_in_the_exact_shape_of_a_scheme() {
    let link = link();
    let fits = |text: &str| link.fits(text);
    assert!(fits(&format!("https://code.city.example/p/{TOKEN}")));
    for other in [
        TOKEN.to_owned(),
        format!("https://code.city.example/p/{TOKEN}0"),
        format!("https://code.city.example/p/{}", "0".repeat(31)),
        format!("https://code.city.example/p/{}g", "0".repeat(31)),
        format!("https://code.city.example/p/{TOKEN}\n"),
        format!(" https://code.city.example/p/{TOKEN}"),
        format!("https://CODE.city.example/p/{TOKEN}"),
        format!("https://code.city.example/q/{TOKEN}"),
        String::new(),
    ] {
        assert!(!fits(&other), "{other:?}");
    }
}

#[test]
fn no_scheme_takes_what_begins_like_a_signed_code_or_our_own() {
    for prefix in [
        "MS1:",
        "MS",
        "m",
        "MSV1:",
        "MSV1:3101",
        "MSE1:",
        "HC1:",
        "HC1:6B",
        "hc",
        "NZCP:/1/",
        "N",
        "shc:/",
        "shc",
        "SHC:",
        "{",
        "{\"data\"",
    ] {
        assert!(
            !scheme(prefix, Alphabet::Digits, 8, 8).is_sound(),
            "{prefix}"
        );
    }
    for prefix in [
        "MSC:",
        "https://city.example/",
        "urn:city:",
        "shcode:",
        "NZ-",
    ] {
        assert!(
            scheme(prefix, Alphabet::Digits, 8, 8).is_sound(),
            "{prefix}"
        );
    }
}

#[test]
fn a_scheme_out_of_its_bounds_is_not_sound() {
    let sound = scheme("", Alphabet::Alphanumeric, 16, 16);
    assert!(sound.is_sound());
    let long = |length| "x".repeat(length);
    for wrong in [
        scheme("", Alphabet::Alphanumeric, 15, 16),
        scheme("C-", Alphabet::Digits, 0, 16),
        scheme("C-", Alphabet::Digits, 9, 8),
        scheme("C-", Alphabet::Digits, 8, MAX_TEXT - 1),
        scheme("C 1", Alphabet::Digits, 8, 8),
        scheme("码", Alphabet::Digits, 8, 8),
        scheme(&long(129), Alphabet::Digits, 8, 8),
        LookupScheme {
            issuer: String::new(),
            ..sound.clone()
        },
        LookupScheme {
            issuer: long(65),
            ..sound.clone()
        },
        LookupScheme {
            country: Some("S".to_owned()),
            ..sound.clone()
        },
        LookupScheme {
            country: Some("SING".to_owned()),
            ..sound
        },
    ] {
        assert!(!wrong.is_sound(), "{wrong:?}");
    }
}

#[test]
fn two_schemes_overlap_where_one_text_could_be_of_both() {
    let overlap = |one: &LookupScheme, other: &LookupScheme| {
        assert_eq!(one.overlaps(other), other.overlaps(one));
        one.overlaps(other)
    };
    let plain = scheme("", Alphabet::Alphanumeric, 16, 20);
    assert!(overlap(&plain, &plain));
    assert!(overlap(&plain, &scheme("C", Alphabet::Digits, 15, 30)));
    assert!(overlap(&plain, &scheme("", Alphabet::Digits, 20, 24)));
    assert!(!overlap(&plain, &scheme("", Alphabet::Digits, 21, 24)));
    assert!(!overlap(&plain, &scheme("C", Alphabet::Digits, 20, 30)));
    assert!(!overlap(&plain, &scheme("C-", Alphabet::Digits, 14, 14)));
    assert!(!overlap(
        &scheme("A-", Alphabet::Digits, 8, 8),
        &scheme("B-", Alphabet::Digits, 8, 8)
    ));
    assert!(!overlap(
        &scheme("", Alphabet::Hex, 16, 16),
        &scheme("0123456789abcdef0", Alphabet::Hex, 1, 9)
    ));
}

#[test]
fn a_handle_needs_a_text_that_can_hold_128_bits() {
    let handle = |alphabet, length| {
        let schemes = [scheme("C-", alphabet, 1, 100)];
        let text = format!("C-{}", "1".repeat(length));
        OpaqueCode::read(&schemes, &text).unwrap().handle()
    };
    for (alphabet, enough) in [
        (Alphabet::Digits, 39),
        (Alphabet::Hex, 32),
        (Alphabet::Alphanumeric, 22),
        (Alphabet::Base64Url, 22),
    ] {
        assert!(handle(alphabet, enough).is_some(), "{alphabet:?}");
        assert_eq!(handle(alphabet, enough - 1), None, "{alphabet:?}");
    }
}

#[test]
fn another_text_has_another_handle_and_another_issuer_another_fingerprint() {
    let read = |schemes: &[LookupScheme], text: &str| OpaqueCode::read(schemes, text).unwrap();
    let schemes = [scheme("C-", Alphabet::Hex, 32, 32)];
    let (one, two) = (
        read(&schemes, &format!("C-{TOKEN}")),
        read(&schemes, &format!("C-{}", "0".repeat(32))),
    );
    assert_ne!(one.handle(), two.handle());
    assert_ne!(one.fingerprint(), two.fingerprint());
    assert_ne!(Fingerprint::of("ab", "c"), Fingerprint::of("a", "bc"));
    assert_ne!(
        Some(Handle::of_foreign(Format::Pretix, one.text().as_bytes())),
        one.handle()
    );
}

#[test]
fn what_a_code_says_stays_out_of_its_debug() {
    let code =
        OpaqueCode::read(&[link()], &format!("https://code.city.example/p/{TOKEN}")).unwrap();
    let said = format!("{code:?} {:?}", code.fingerprint());
    assert!(!said.contains("0123"), "{said}");
}

/// The widest scheme that a trust list may hold.
fn any_text() -> [LookupScheme; 1] {
    [scheme("", Alphabet::Base64Url, 16, MAX_TEXT)]
}

/// A ticket whose text has no sign but letters and digits, as one in some dozens has.
fn ticket_of_letters_alone() -> String {
    let texts = (0_u64..).map(|n| {
        let payload = [&[0x0a, 20][..], format!("{n:020}").as_bytes(), &[0x10, 42]].concat();
        let ticket = SignedForeign {
            format: Format::Pretix,
            algorithm: Algorithm::EdDsa,
            key_id: Vec::new(),
            issuer: None,
            signature: crate::fixture::key(1).sign(&payload).to_vec(),
            handle: Handle::of_foreign(Format::Pretix, &payload),
            signed: payload,
            issued_at: None,
            not_before: None,
            expires: None,
            kinds: Vec::new(),
            flaw: None,
            status: None,
            payload: serde_json::Value::Null,
        };
        pretix::secret(&ticket).unwrap()
    });
    let mut plain = texts.filter(|text| text.bytes().all(|letter| letter.is_ascii_alphanumeric()));

    plain.next().unwrap()
}

#[test]
fn a_code_of_a_signed_format_never_becomes_a_look_up() {
    let reading = Reading::default();
    let own = crate::fixture::text(&crate::fixture::claims());
    let ticket = ticket_of_letters_alone();
    for signed in [own.as_str(), ticket.as_str()] {
        assert!(decode(signed.as_bytes()).is_ok(), "{signed}");
        let with = read(&reading, &any_text(), signed.as_bytes());
        assert_eq!(with, decode(signed.as_bytes()).map(Code::Signed));
    }
    for spoilt in [
        "MS1:0123456789ABCDEF0123",
        "HC1:0123456789ABCDEF0123",
        "MSV1:310106",
        "shc:/0123456789",
    ] {
        assert_eq!(
            read(&reading, &any_text(), spoilt.as_bytes()),
            decode(spoilt.as_bytes()).map(Code::Signed)
        );
    }
}

#[test]
fn what_only_looks_like_a_ticket_or_an_identity_code_is_looked_up_where_a_scheme_says_so() {
    let reading = Reading::default();
    for text in ["0123456789ABCDEFQA", "01F3456789ABCDEF01"] {
        assert!(
            decode(text.as_bytes())
                .is_err_and(|reason| reason == Reason::Malformed || reason == Reason::NotAPass)
        );
        assert!(
            matches!(
                read(&reading, &any_text(), text.as_bytes()),
                Ok(Code::Opaque(_))
            ),
            "{text}"
        );
    }
    assert_eq!(
        read(&reading, &any_text(), b"https://pay.example/0123456789"),
        Err(Reason::NotAPass)
    );
    assert_eq!(read(&reading, &[], TOKEN.as_bytes()), Err(Reason::NotAPass));
}

proptest! {
    #[test]
    fn only_a_text_of_a_scheme_is_looked_up_whatever_stands_in_a_code(
        content in vec(any::<u8>(), 0..80), text in "[-_0-9A-Za-z:/{]{0,40}",
    ) {
        let schemes = any_text();
        for content in [content, text.into_bytes()] {
            if let Ok(Code::Opaque(code)) = read(&Reading::default(), &schemes, &content) {
                prop_assert_eq!(code.text().as_bytes(), &content[..]);
                prop_assert!(schemes[0].fits(code.text()));
            }
        }
    }
}

/// Reckoned elsewhere, by the page of formats.
#[test]
fn fingerprint_and_handle_are_the_bytes_that_the_page_of_formats_says() {
    let fingerprint = Fingerprint::of("harbour-city", "C-0000000000000007");
    assert_eq!(crate::hex::encode(fingerprint.0), "efb5fed4a375f553");
    let digits = [scheme("C-", Alphabet::Digits, 39, 39)];
    let code = OpaqueCode::read(&digits, &format!("C-{}7", "0".repeat(38))).unwrap();
    let handle = code.handle().map(|handle| crate::hex::encode(handle.0));
    assert_eq!(handle.as_deref(), Some("28e540837188b3f197090cb4d4f90d66"));
}
