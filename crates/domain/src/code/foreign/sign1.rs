//! `COSE_Sign1` as others write it (RFC 9052 §4.2): tags 18, 61 around 18, or none.

use crate::cbor::MAX_ITEMS;
use crate::cbor::general::{self, Item};
use crate::cose::sig_structure1;
use crate::crypto::Algorithm;
use crate::verdict::Reason;

const TAG_CWT: u64 = 61;
const TAG_SIGN1: u64 = 18;
const LABEL_ALG: i64 = 1;
const LABEL_CRIT: i64 = 2;
const LABEL_KID: i64 = 4;

/// A protected header has at most this many items, keys and lists counted alike: it is held beside all of the object.
const MAX_HEADER_ITEMS: usize = 256;

/// A signed object, taken apart; nobody checked its signature.
pub(super) struct Sign1 {
    /// From the protected header, the only place that is signed.
    pub(super) algorithm: Algorithm,
    /// From the protected header, or from the other where that has none; empty where neither has one.
    pub(super) key_id: Vec<u8>,
    /// Whether the protected header names the key.
    pub(super) names_key_inside: bool,
    /// The bytes under the signature, around the protected header as it was received.
    pub(super) signed: Vec<u8>,
    /// As it came.
    pub(super) signature: Vec<u8>,
    /// What was signed.
    pub(super) payload: Vec<u8>,
    /// Key id or algorithm stand in both headers and differ: the unsigned one is somebody's edit (SECURITY.md §3 step 3).
    pub(super) flaw: Option<Reason>,
}

/// Reads a foreign item within the caps of a code.
pub(super) fn item(bytes: &[u8]) -> Result<Item, Reason> {
    general::decode(bytes, MAX_ITEMS).map_err(|_| Reason::Malformed)
}

/// `item` without the tag of a CWT (RFC 8392 §6), if it has one around another tag.
pub(super) fn without_cwt_tag(item: &Item) -> &Item {
    item.under(TAG_CWT)
        .filter(|inner| matches!(inner, Item::Tag(..)))
        .unwrap_or(item)
}

impl Sign1 {
    /// Takes a signed object apart.
    ///
    /// # Errors
    /// [`Reason::Malformed`]; [`Reason::Unsupported`] for an algorithm that is not checked here.
    pub(super) fn of(item: &Item) -> Result<Self, Reason> {
        let item = without_cwt_tag(item);
        let members = item.under(TAG_SIGN1).unwrap_or(item);
        let Some([protected_bytes, outside, payload, signature]) = members.as_items() else {
            return Err(Reason::Malformed);
        };
        let (Some(protected_bytes), Some(_), Some(payload), Some(signature)) = (
            protected_bytes.as_bytes(),
            outside.as_map(),
            payload.as_bytes(),
            signature.as_bytes(),
        ) else {
            return Err(Reason::Malformed);
        };
        let inside = protected(protected_bytes, outside)?;
        let (key_inside, key_outside) = (key_id(&inside)?, key_id(outside)?);

        Ok(Self {
            algorithm: algorithm(inside.get(LABEL_ALG).ok_or(Reason::Malformed)?)?,
            names_key_inside: key_inside.is_some(),
            signed: sig_structure1(protected_bytes, &[], payload),
            signature: signature.to_vec(),
            payload: payload.to_vec(),
            flaw: (differ(inside.get(LABEL_ALG), outside.get(LABEL_ALG))
                || differ(key_inside.as_ref(), key_outside.as_ref()))
            .then_some(Reason::Malformed),
            key_id: key_inside.or(key_outside).unwrap_or_default(),
        })
    }

    /// `payload` as it is where nobody signed it: no signature, by no key. The algorithm means nothing.
    pub(super) fn unsigned(payload: &[u8]) -> Self {
        Self {
            algorithm: Algorithm::EdDsa,
            key_id: Vec::new(),
            names_key_inside: false,
            signed: Vec::new(),
            signature: Vec::new(),
            payload: payload.to_vec(),
            flaw: None,
        }
    }
}

/// The protected header of an object with `outside` as its other one. Neither may name something that has to be understood
/// (`crit`): we understand nothing of that kind.
pub(super) fn protected(bytes: &[u8], outside: &Item) -> Result<Item, Reason> {
    let inside = header(bytes)?;
    if [&inside, outside]
        .iter()
        .any(|header| header.get(LABEL_CRIT).is_some())
    {
        return Err(Reason::Malformed);
    }

    Ok(inside)
}

/// A protected header: a map in a byte string, or no bytes where it is empty (RFC 9052 §3).
pub(super) fn header(bytes: &[u8]) -> Result<Item, Reason> {
    if bytes.is_empty() {
        return Ok(Item::Map(Vec::new()));
    }
    let header = general::decode(bytes, MAX_HEADER_ITEMS).map_err(|_| Reason::Malformed)?;

    header
        .as_map()
        .is_some()
        .then_some(header)
        .ok_or(Reason::Malformed)
}

fn key_id(header: &Item) -> Result<Option<Vec<u8>>, Reason> {
    match header.get(LABEL_KID) {
        None => Ok(None),
        Some(Item::Bytes(bytes)) => Ok(Some(bytes.clone())),
        Some(Item::Text(text)) => Ok(Some(text.as_bytes().to_vec())),
        Some(_) => Err(Reason::Malformed),
    }
}

fn algorithm(item: &Item) -> Result<Algorithm, Reason> {
    match item.as_i64() {
        // The second of each is the number that names the curve as well (RFC 9864 §2).
        Some(-7 | -9) => Ok(Algorithm::Es256),
        Some(-8 | -19) => Ok(Algorithm::EdDsa),
        Some(-35 | -51) => Ok(Algorithm::Es384),
        Some(-37) => Ok(Algorithm::Ps256),
        Some(_) | None => Err(Reason::Unsupported),
    }
}

fn differ<T: PartialEq>(inside: Option<T>, outside: Option<T>) -> bool {
    matches!((inside, outside), (Some(inside), Some(outside)) if inside != outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `18([protected, unprotected, h'a0', h'01'])` with headers in hex.
    fn bytes(protected: &str, unprotected: &str) -> Vec<u8> {
        let protected = crate::hex::decode(protected).unwrap();
        let unprotected = crate::hex::decode(unprotected).unwrap();
        let head = 0x40 | u8::try_from(protected.len()).unwrap();

        [
            &[0xd2, 0x84, head],
            &protected[..],
            &unprotected,
            &[0x41, 0xa0, 0x41, 1],
        ]
        .concat()
    }

    fn object(protected: &str, unprotected: &str) -> Result<Sign1, Reason> {
        Sign1::of(&item(&bytes(protected, unprotected))?)
    }

    fn key_of(protected: &str, unprotected: &str) -> (Vec<u8>, bool, Option<Reason>) {
        let read = object(protected, unprotected).unwrap();
        (read.key_id, read.names_key_inside, read.flaw)
    }

    #[test]
    fn the_signed_header_names_the_key_and_the_other_only_where_it_does_not() {
        assert_eq!(key_of("a20126044107", "a0"), (vec![7], true, None));
        assert_eq!(key_of("a10126", "a1044107"), (vec![7], false, None));
        assert_eq!(key_of("a20126044107", "a1044107"), (vec![7], true, None));
        assert_eq!(
            key_of("a20126044107", "a1044108"),
            (vec![7], true, Some(Reason::Malformed))
        );
        assert_eq!(key_of("a10126", "a0"), (vec![], false, None));
        assert_eq!(key_of("a20126046161", "a0"), (b"a".to_vec(), true, None));
    }

    #[test]
    fn the_algorithm_counts_only_where_it_is_signed() {
        assert_eq!(
            object("a10126", "a0").map(|o| o.algorithm),
            Ok(Algorithm::Es256)
        );
        assert_eq!(object("", "a10126").err(), Some(Reason::Malformed));
        assert_eq!(object("a0", "a10126").err(), Some(Reason::Malformed));
        for (named, algorithm) in [
            ("a10132", Algorithm::EdDsa),
            ("a10128", Algorithm::Es256),
            ("a1013832", Algorithm::Es384),
        ] {
            assert_eq!(object(named, "a0").unwrap().algorithm, algorithm);
        }
        assert_eq!(object("a10126", "a10126").unwrap().flaw, None);
        assert_eq!(
            object("a10126", "a10127").unwrap().flaw,
            Some(Reason::Malformed)
        );
        for unknown in ["a10100", "a1013825", "a101390100", "a1016145"] {
            let read = object(unknown, "a0");
            assert_eq!(read.err(), Some(Reason::Unsupported), "{unknown}");
        }
    }

    #[test]
    fn critical_headers_doubled_labels_and_other_shapes_are_refused() {
        for (protected, unprotected) in [
            ("a20126028104", "a0"),
            ("a10126", "a1028104"),
            ("a201260126", "a0"),
            ("a10126", "a204410704410a"),
            ("a1012600", "a0"),
            ("80", "a0"),
            ("a10126", "80"),
            ("a2012604f5", "a0"),
        ] {
            let read = object(protected, unprotected);
            assert_eq!(read.err(), Some(Reason::Malformed), "{protected}");
        }
    }

    #[test]
    fn tags_18_and_61_around_18_and_none_are_taken_and_no_other() {
        let bare = [0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0, 0x41, 0xa0, 0x40];
        for (tags, taken) in [
            (&[][..], true),
            (&[0xd2], true),
            (&[0xd8, 61, 0xd2], true),
            (&[0xd8, 61], false),
            (&[0xd1], false),
            (&[0xd2, 0xd2], false),
            (&[0xd2, 0xd8, 61], false),
        ] {
            let read = Sign1::of(&item(&[tags, &bare].concat()).unwrap());
            assert_eq!(read.is_ok(), taken, "{tags:?}");
        }
    }

    #[test]
    fn the_protected_header_is_signed_as_it_was_received() {
        let long_head = object("b8010126", "a0").unwrap();
        let expected = [&b"\x84\x6aSignature1\x44\xb8\x01\x01\x26\x40\x41\xa0"[..]].concat();
        assert_eq!(long_head.signed, expected);
    }
}
