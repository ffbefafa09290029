//! What travels between station and centre, without the entries.

use std::sync::LazyLock;

use domain::cbor::{self, Value};
use domain::crypto::label;
use domain::hex;
use domain::wire::{Answer, EnrolRequest, Enrolled, Hello, Hole, Pairing};

use super::authority::{self, AUTHORITY, TOKEN};
use super::edits::{How, spoilt};
use super::fixture::{Good, KEYS, sign1};

/// The centre's answer.
pub fn answer(data: &[u8]) -> bool {
    static GOOD: LazyLock<Good> =
        LazyLock::new(|| Good::cose(authority::answer().sign(&KEYS.receipt)));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (bytes, signed) = how.signed(rest, &GOOD.body, &GOOD.inside, |payload| {
        sign1("answer", payload, &KEYS.receipt)
    });
    let Some((read, kid)) = Answer::verify(&bytes, &[KEYS.receipt.public()]) else {
        return false;
    };

    assert!(signed || bytes == GOOD.body, "nobody signed {read:?}");
    assert_eq!(kid, KEYS.receipt.public().kid());
    assert_eq!(read.sign(&KEYS.receipt), bytes);
    true
}

/// A station's hello.
pub fn hello(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| authority::hello().sign(&KEYS.station));

    told(data, "hello", &GOOD, |bytes| {
        let (read, signature) = Hello::read(bytes)?;
        let is_signed = read.verify(&signature, &KEYS.station.public()).is_ok();
        Some((is_signed, read.sign(&KEYS.station)))
    })
}

/// What a station says of entries that are missing for good.
pub fn hole(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| authority::hole().sign(&KEYS.station));

    told(data, "hole", &GOOD, |bytes| {
        let (read, signature) = Hole::read(bytes)?;
        let is_signed = read.verify(&signature, &KEYS.station.public()).is_ok();
        Some((is_signed, read.sign(&KEYS.station)))
    })
}

/// A list that a station signed; `read` gives whether its signature holds, and the body written anew.
fn told(
    data: &[u8],
    name: &str,
    good: &[u8],
    read: impl Fn(&[u8]) -> Option<(bool, Vec<u8>)>,
) -> bool {
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (bytes, signed) = how.signed(rest, good, &first_of(good), |list| {
        // The list stands in the body as it was signed, whatever it is.
        let signature = KEYS.station.sign(&[&label(name), list].concat());
        [&[0x82], list, &cbor::encode(&Value::bytes(signature))].concat()
    });
    let Some((is_signed, again)) = read(&bytes) else {
        return false;
    };
    if !is_signed {
        assert!(!signed, "the station signed this {name}");
        return false;
    }

    assert!(signed || bytes == good, "nobody signed this {name}");
    assert_eq!(again, bytes);
    true
}

/// A wish to be enrolled.
pub fn enrolment(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| authority::enrolment().encode());
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let bytes = how.body(rest, &GOOD);
    let Ok(Some(read)) = EnrolRequest::read(&bytes) else {
        return false;
    };

    assert_eq!(read.encode(), bytes);
    let code = read.code();
    assert!(
        code.len() == 14
            && code
                .bytes()
                .all(|byte| byte == b' ' || byte.is_ascii_digit())
    );
    let verified = read.verify().is_ok();
    assert!(!verified || bytes == *GOOD, "nobody signed it");
    verified
}

/// What an enrolled station is told.
pub fn enrolled(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let roots = KEYS.roots.each_ref();
        let told = Enrolled {
            root: authority::root().sign(&roots),
            trust: authority::trust().sign(&roots),
        };
        told.encode()
    });
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let bytes = how.body(rest, &GOOD);
    let Some(read) = Enrolled::read(&bytes) else {
        return false;
    };

    assert_eq!(read.encode(), bytes);
    true
}

/// What the authority hands over for an enrolment.
pub fn pairing(data: &[u8]) -> bool {
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let good = Pairing {
        url: "https://centre.example:8443/".to_owned(),
        token: hex::encode(TOKEN),
        authority: hex::encode(AUTHORITY.0),
        root_sha256: hex::encode([0x52; 32]),
        spki_sha256: (how == How::Values).then(|| hex::encode([0x53; 32])),
    };
    let text = serde_json::to_vec_pretty(&good).expect("texts are always JSON");
    let bytes = match how {
        How::Raw => rest.to_vec(),
        How::Spoilt | How::Inside | How::Values => spoilt(&text, rest),
    };
    let Ok(read) = serde_json::from_slice::<Pairing>(&bytes) else {
        return false;
    };

    let again = serde_json::to_vec(&read).expect("texts are always JSON");
    assert!(serde_json::from_slice::<Pairing>(&again).is_ok_and(|again| again == read));
    assert!(!format!("{read:?}").contains(&hex::encode(TOKEN)));
    let digits = |text: &str| hex::decode_array::<32>(text).map(hex::encode);
    for digits in [
        digits(&read.root_sha256),
        read.spki_sha256.as_deref().and_then(digits),
    ] {
        assert!(digits.is_none_or(|digits| digits.len() == 64));
    }
    true
}

/// The first member of a list.
fn first_of(body: &[u8]) -> Vec<u8> {
    let list = cbor::decode(body, cbor::MAX_ITEMS).ok();
    let first = list.as_ref().and_then(|list| list.as_items()?.first());

    first.map(cbor::encode).expect("a good body is a list")
}
