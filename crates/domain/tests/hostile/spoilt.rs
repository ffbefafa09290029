//! Bytes and values that nobody means well with.

use domain::cbor::Value;
use proptest::prelude::*;
use proptest::sample::Index;

/// Bytes of no form at all.
pub(crate) fn noise() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600)
}

/// `good` after a few edits.
pub(crate) fn spoilt(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(edit(), 1..6).prop_map(move |edits| {
        edits
            .iter()
            .fold(good.clone(), |bytes, edit| edit.of(bytes))
    })
}

/// `good` with a few bytes exchanged, its length kept.
pub(crate) fn flipped(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec((any::<Index>(), any::<u8>()), 1..6).prop_map(move |flips| {
        flips.iter().fold(good.clone(), |bytes, (at, by)| {
            Edit::Flip(*at, *by).of(bytes)
        })
    })
}

/// A data item of any form.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Value::Unsigned),
        any::<u64>().prop_map(Value::Negative),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        any::<[u8; 16]>().prop_map(Value::bytes),
        any::<[u8; 32]>().prop_map(Value::bytes),
        "\\PC{0,8}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 64, 14, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..14).prop_map(Value::Array),
            prop::collection::vec((inner.clone(), inner.clone()), 0..6).prop_map(Value::Map),
            (any::<u64>(), inner).prop_map(|(tag, item)| Value::Tag(tag, Box::new(item))),
        ]
    })
}

#[derive(Clone, Debug)]
enum Edit {
    Cut(Index),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        1 => any::<Index>().prop_map(Edit::Cut),
        6 => (any::<Index>(), any::<u8>()).prop_map(|(at, by)| Edit::Flip(at, by)),
        2 => (any::<Index>(), prop::collection::vec(any::<u8>(), 1..9)).prop_map(|(at, put)| Edit::Insert(at, put)),
        2 => (any::<Index>(), 1_usize..40).prop_map(|(at, length)| Edit::Remove(at, length)),
        2 => (any::<Index>(), 1_usize..40).prop_map(|(at, length)| Edit::Repeat(at, length)),
    ]
}

impl Edit {
    fn of(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if bytes.is_empty() {
            return bytes;
        }
        let length = bytes.len();
        let span = |at: &Index, wanted: usize| {
            let from = at.index(length);
            from..length.min(from + wanted)
        };
        match self {
            Self::Cut(at) => bytes.truncate(at.index(length)),
            Self::Flip(at, by) => bytes[at.index(length)] ^= by,
            Self::Insert(at, put) => drop(bytes.splice(span(at, 0), put.iter().copied())),
            Self::Remove(at, wanted) => drop(bytes.drain(span(at, *wanted))),
            Self::Repeat(at, wanted) => bytes.extend_from_within(span(at, *wanted)),
        }
        bytes
    }
}
