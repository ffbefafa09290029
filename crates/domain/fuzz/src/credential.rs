//! What stands in a QR code.

use std::sync::LazyLock;

use domain::cbor::{self, Value};
use domain::code::native::PREFIX;
use domain::code::{MAX_TEXT, clean_text, decode};
use domain::trust::verify;

use super::authority::{self, NOW};
use super::edits::{How, exchanged, spoilt};
use super::fixture::{Good, KEYS, TRUST, tagged, vector};

/// Letters that a screen shows of a text, and marks on each of them.
const MOST_LETTERS: usize = 64 * 3;

/// A credential: text, base45, signed claims, and who vouches for them.
pub fn code(data: &[u8]) -> bool {
    static GOOD: LazyLock<Good> =
        LazyLock::new(|| Good::cose(vector(include_str!("../../vectors/slip.txt"), "slip")));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (text, signed) = match how {
        How::Raw => (rest.to_vec(), false),
        // Half of the edits are of the text, half of what it encodes.
        How::Spoilt if rest.first().is_some_and(|byte| byte % 2 == 0) => {
            (spoilt(text(&GOOD.body).as_bytes(), &rest[1..]), false)
        }
        How::Spoilt => {
            let edits = rest.get(1..).unwrap_or_default();
            (text(&spoilt(&GOOD.body, edits)).into_bytes(), false)
        }
        How::Inside => (text(&sign(&spoilt(&GOOD.inside, rest))).into_bytes(), true),
        How::Values => (
            text(&sign(&exchanged(&GOOD.inside, rest))).into_bytes(),
            true,
        ),
    };
    let Ok(credential) = decode(&text) else {
        return false;
    };
    assert!(text.len() <= MAX_TEXT);
    let Some(code) = credential.native() else {
        return false;
    };
    let Some(claims) = code.verify(&KEYS.slip.public()) else {
        assert!(verify(&TRUST, code, NOW).is_err(), "nobody signed it");
        return false;
    };

    assert!(
        signed || *claims == authority::slip_claims(),
        "nobody signed it"
    );
    assert_eq!(claims.sign(&KEYS.slip).into_bytes(), text);
    let (shown, _) = clean_text(&claims.name);
    assert!(shown.chars().count() <= MOST_LETTERS);
    let Ok(verified) = verify(&TRUST, code, NOW) else {
        return false;
    };
    assert!(verified.claims() == claims && claims.slip.is_some());
    true
}

fn sign(payload: &[u8]) -> Vec<u8> {
    let protected = cbor::encode(&Value::Map(vec![
        (Value::int(1), Value::int(-8)),
        (
            Value::int(4),
            Value::bytes(KEYS.slip.public().kid().short()),
        ),
    ]));
    let message = cbor::encode(&Value::Array(vec![
        Value::text("Signature1"),
        Value::bytes(&protected),
        Value::bytes([]),
        Value::bytes(payload),
    ]));

    tagged(
        18,
        &protected,
        payload,
        Value::bytes(KEYS.slip.sign(&message)),
    )
}

/// The text of a code.
fn text(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", base45(bytes))
}

/// Base45, by the words of RFC 9285.
pub(crate) fn base45(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut text = String::new();
    for pair in bytes.chunks(2) {
        let number = pair
            .iter()
            .fold(0, |number, byte| number << 8 | usize::from(*byte));
        let digits = [number % 45, number / 45 % 45, number / 2_025];
        let digits = digits.iter().take(pair.len() + 1);
        text.extend(digits.map(|digit| char::from(LETTERS[*digit])));
    }
    text
}
