//! Edits of good bytes and values, as a fuzzer's bytes tell them.

use domain::cbor::{self, Value};
use serde_json::Value as Json;

/// Edits at most, so that something of the good body stays.
const MOST_EDITS: usize = 8;
/// Bytes that an edit of bytes takes: what, where (two), by what.
const EDIT: usize = 4;

/// How a fuzzer's bytes are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// They are the body.
    Raw,
    /// They edit the bytes of a good body, and nobody signs it again.
    Spoilt,
    /// They edit the bytes that a good body signs or seals.
    Inside,
    /// They edit the values that a good body signs or seals.
    Values,
}

impl How {
    /// How, and the bytes that it is about; none without a byte.
    pub(crate) fn of(data: &[u8]) -> Option<(Self, &[u8])> {
        let (how, rest) = data.split_first()?;
        let how = match how % 4 {
            0 => Self::Raw,
            1 => Self::Spoilt,
            2 => Self::Inside,
            _ => Self::Values,
        };

        Some((how, rest))
    }

    /// The body for a form that nobody signs: `good` edited.
    pub(crate) fn body(self, rest: &[u8], good: &[u8]) -> Vec<u8> {
        match self {
            Self::Raw => rest.to_vec(),
            Self::Spoilt | Self::Inside => spoilt(good, rest),
            Self::Values => exchanged(good, rest),
        }
    }

    /// The body for a form that is signed: `good` edited, or `inside` edited and made a body by `close`. With it, whether
    /// the right key stands behind it.
    pub(crate) fn signed(
        self,
        rest: &[u8],
        good: &[u8],
        inside: &[u8],
        close: impl Fn(&[u8]) -> Vec<u8>,
    ) -> (Vec<u8>, bool) {
        match self {
            Self::Raw | Self::Spoilt => (self.body(rest, good), false),
            Self::Inside | Self::Values => (close(&self.body(rest, inside)), true),
        }
    }
}

/// `good` after the edits that `edits` tells.
pub(crate) fn spoilt(good: &[u8], edits: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for edit in edits.chunks_exact(EDIT).take(MOST_EDITS) {
        let &[what, high, low, by] = edit else {
            break;
        };
        let length = bytes.len();
        if length == 0 {
            break;
        }
        let at = usize::from(u16::from_be_bytes([high, low])) % length;
        let end = length.min(at + 1 + usize::from(by) % 40);
        match what % 10 {
            0..=3 => bytes[at] ^= by,
            4 => bytes[at] = [0, 1, 0x17, 0x18, 0x7f, 0x80, 0xf6, 0xff][usize::from(by) % 8],
            5 => bytes[at] = bytes[at].wrapping_add(by % 5).wrapping_sub(2),
            6 => bytes.truncate(at),
            7 => drop(bytes.splice(at..at, vec![by; 1 + usize::from(by) % 9])),
            8 => drop(bytes.drain(at..end)),
            _ => bytes.extend_from_within(at..end),
        }
    }

    bytes
}

/// `good`, a data item, with some of the values in it, however deep, others.
pub(crate) fn exchanged(good: &[u8], edits: &[u8]) -> Vec<u8> {
    let Ok(mut value) = cbor::decode(good, cbor::MAX_ITEMS) else {
        return spoilt(good, edits);
    };
    for edit in edits.chunks_exact(EDIT).take(MOST_EDITS) {
        let &[what, high, low, by] = edit else {
            break;
        };
        let mut left = usize::from(u16::from_be_bytes([high, low])) % members(&value);
        if let Some(member) = member(&mut value, &mut left) {
            exchange(member, what, by);
        }
    }

    cbor::encode(&value)
}

fn exchange(member: &mut Value, what: u8, by: u8) {
    match (what % 3, &mut *member) {
        (0, Value::Unsigned(number) | Value::Negative(number)) => {
            *number = number.wrapping_add(u64::from(by % 5)).wrapping_sub(2);
        }
        (0, Value::Bytes(bytes)) => *bytes = spoilt(bytes, &[by >> 4, 0, by, 1 << (by % 8)]),
        (0, Value::Text(text)) => {
            let letter = char::from_u32(u32::from(by) << (by % 12)).unwrap_or('\u{202e}');
            text.insert(0, letter);
        }
        (0, Value::Bool(yes)) => *yes = !*yes,
        (1, Value::Array(items)) if !items.is_empty() => {
            let at = usize::from(by) % items.len();
            if by < 128 {
                items.push(items[at].clone());
            } else {
                items.remove(at);
            }
        }
        (1, Value::Map(entries)) if !entries.is_empty() => {
            let at = usize::from(by) % entries.len();
            if by < 128 {
                entries.push((Value::from(by), Value::Null));
            } else {
                entries.remove(at);
            }
        }
        _ => *member = other(by),
    }
}

/// A value of any kind.
fn other(by: u8) -> Value {
    let size = usize::from(by >> 4);
    match by % 16 {
        0 => Value::Null,
        1 => Value::Bool(by > 127),
        2 => Value::Unsigned(u64::from(by >> 4)),
        3 => Value::Unsigned(u64::MAX >> size),
        4 => Value::Negative(u64::from(by >> 4)),
        5 => Value::Negative(u64::MAX >> size),
        6 => Value::Bytes(vec![by; size]),
        7 => Value::Bytes(vec![by; 16]),
        8 => Value::Bytes(vec![by; 32]),
        9 => Value::Bytes(vec![0; 32]),
        10 => Value::Bytes(vec![by; 64]),
        11 => Value::Text("名".repeat(size * size)),
        12 => Value::Text("9.1.0".to_owned()),
        13 => Value::Array(vec![Value::Null; size]),
        14 => Value::Map(
            (0..by >> 4)
                .map(|key| (Value::from(key), Value::Null))
                .collect(),
        ),
        _ => (0..size).fold(Value::Null, |inner, _| Value::Array(vec![inner])),
    }
}

/// `good`, a JSON text, with some of the values in it, however deep, others.
pub(crate) fn exchanged_json(good: &str, edits: &[u8]) -> String {
    let Ok(mut value) = serde_json::from_str(good) else {
        return String::from_utf8_lossy(&spoilt(good.as_bytes(), edits)).into_owned();
    };
    for edit in edits.chunks_exact(EDIT).take(MOST_EDITS) {
        let &[what, high, low, by] = edit else {
            break;
        };
        let mut left = usize::from(u16::from_be_bytes([high, low])) % json_members(&value);
        if let Some(member) = json_member(&mut value, &mut left) {
            exchange_json(member, what, by);
        }
    }

    value.to_string()
}

fn exchange_json(member: &mut Json, what: u8, by: u8) {
    let size = usize::from(by >> 4);
    match (what % 2, &mut *member) {
        (0, Json::String(text)) => text.insert(0, char::from(by)),
        (0, Json::Array(items)) if !items.is_empty() => {
            items.remove(usize::from(by) % items.len());
        }
        (0, Json::Object(members)) => {
            let name = members.keys().nth(usize::from(by) % 8).cloned();
            if let Some(name) = name {
                members.remove(&name);
            }
        }
        _ => {
            *member = match by % 10 {
                0 => Json::Null,
                1 => Json::Bool(by > 127),
                2 => Json::from(by),
                3 => Json::from(u64::MAX >> size),
                4 => Json::from(i64::MIN >> size),
                5 => Json::from(f64::from(by) * 1e300),
                6 => Json::from(f64::from(by) / 1_000.0),
                7 => Json::from("名".repeat(size * size)),
                8 => Json::from(vec![Json::Null; size]),
                _ => (0..3 * size).fold(Json::Null, |inner, _| Json::from(vec![inner])),
            }
        }
    }
}

fn json_members(value: &Json) -> usize {
    1 + match value {
        Json::Array(items) => items.iter().map(json_members).sum(),
        Json::Object(members) => members.values().map(json_members).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
    }
}

fn json_member<'a>(value: &'a mut Json, left: &mut usize) -> Option<&'a mut Json> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Json::Array(items) => items.iter_mut().find_map(|item| json_member(item, left)),
        Json::Object(members) => members
            .values_mut()
            .find_map(|inner| json_member(inner, left)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

/// How many values there are in a value, itself included.
fn members(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(members).sum(),
        Value::Map(entries) => entries.iter().map(|(_, inner)| members(inner)).sum(),
        Value::Tag(_, inner) => members(inner),
        Value::Unsigned(_)
        | Value::Negative(_)
        | Value::Bytes(_)
        | Value::Text(_)
        | Value::Bool(_)
        | Value::Null => 0,
    }
}

/// The value that comes after `left` others.
fn member<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| member(item, left)),
        Value::Map(entries) => entries
            .iter_mut()
            .find_map(|(_, inner)| member(inner, left)),
        Value::Tag(_, inner) => member(inner, left),
        Value::Unsigned(_)
        | Value::Negative(_)
        | Value::Bytes(_)
        | Value::Text(_)
        | Value::Bool(_)
        | Value::Null => None,
    }
}
