//! The text of a code.

use domain::code::native::{Claims, MAX_TEXT as MAX_NATIVE_TEXT};
use domain::code::{MAX_TEXT, decode};
use domain::verdict::Reason;

use crate::authority::{self, key, public, seed};

/// A code whose name is so long that its text has this many characters, if there is one.
fn code_of(characters: usize) -> Option<(Claims, String)> {
    (0..500)
        .map(|length| Claims {
            name: "n".repeat(length),
            ..authority::claims()
        })
        .map(|claims| (claims.clone(), claims.sign(&key(seed::ISSUER))))
        .find(|(_, text)| text.len() == characters)
}

#[test]
fn a_native_code_of_700_characters_is_read_and_the_next_longer_one_is_malformed() {
    assert_eq!(MAX_NATIVE_TEXT, 700);
    let (claims, text) = code_of(700).unwrap();
    let signed = decode(text.as_bytes()).unwrap();
    let code = signed.native().unwrap();
    assert_eq!(code.verify(&public(seed::ISSUER)), Some(&claims));

    // Two bytes are three characters and one byte is two, so no code has 701.
    assert_eq!(code_of(701), None);
    let (_, longer) = code_of(702).unwrap();
    assert_eq!(decode(longer.as_bytes()), Err(Reason::Malformed));
}

#[test]
fn a_text_of_4296_characters_is_looked_at_and_a_longer_one_is_not() {
    assert_eq!(MAX_TEXT, 4_296);
    assert_eq!(decode(&vec![b'0'; 4_296]), Err(Reason::NotAPass));
    assert_eq!(decode(&vec![b'0'; 4_297]), Err(Reason::Malformed));
    assert_eq!(decode(&vec![0xff; 4_297]), Err(Reason::Malformed));
}
