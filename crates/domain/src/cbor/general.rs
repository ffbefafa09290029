//! The reader for codes that others issue: any well-formed CBOR (RFC 8949 §3) within the caps of SECURITY.md §8.
//!
//! Long heads, indefinite lengths, floats, tags and simple values are taken, since foreign issuers write them. Doubled
//! keys and trailing bytes are not. Nothing that we sign or check byte for byte comes through here.

use super::cursor::Cursor;
use super::{CborError, MAX_DEPTH};

/// A data item of a foreign code.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    /// Major type 0.
    Unsigned(u64),
    /// Major type 1, holding `n` of the value `-1 - n`.
    Negative(u64),
    /// Major type 2, its chunks joined.
    Bytes(Vec<u8>),
    /// Major type 3, its chunks joined.
    Text(String),
    /// Major type 4.
    Array(Vec<Item>),
    /// Major type 5, sorted by its keys. A list, as a tree takes ten times the memory for the small maps that a hostile
    /// code can be full of.
    Map(Vec<(Key, Item)>),
    /// Major type 6.
    Tag(u64, Box<Item>),
    /// `false` or `true`.
    Bool(bool),
    /// `null`, `undefined` and the simple values without a meaning.
    Null,
    /// A float of any width.
    Float(f64),
}

/// A key of a map: COSE, CWT and JSON have no others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// Major type 0.
    Unsigned(u64),
    /// Major type 1, holding `n` of the value `-1 - n`.
    Negative(u64),
    /// Major type 3.
    Text(String),
}

impl From<i64> for Key {
    fn from(number: i64) -> Self {
        match u64::try_from(number) {
            Ok(unsigned) => Self::Unsigned(unsigned),
            Err(_) => Self::Negative(number.unsigned_abs().saturating_sub(1)),
        }
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Item {
    /// The value under `key`, if it is a map that has one.
    pub(crate) fn get(&self, key: impl Into<Key>) -> Option<&Self> {
        let (entries, key) = (self.as_map()?, key.into());
        let at = entries
            .binary_search_by(|(known, _)| known.cmp(&key))
            .ok()?;

        entries.get(at).map(|(_, value)| value)
    }

    /// What lies under `tag`, if it is tagged so.
    pub(crate) fn under(&self, tag: u64) -> Option<&Self> {
        match self {
            Self::Tag(found, inner) if *found == tag => Some(inner),
            Self::Tag(..)
            | Self::Unsigned(_)
            | Self::Negative(_)
            | Self::Bytes(_)
            | Self::Text(_)
            | Self::Array(_)
            | Self::Map(_)
            | Self::Bool(_)
            | Self::Null
            | Self::Float(_) => None,
        }
    }

    /// The entries, if it is a map.
    pub(crate) fn as_map(&self) -> Option<&[(Key, Self)]> {
        if let Self::Map(entries) = self {
            Some(entries)
        } else {
            None
        }
    }

    /// The items, if it is an array.
    pub(crate) fn as_items(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self {
            Some(items)
        } else {
            None
        }
    }

    /// The byte string, if it is one.
    pub(crate) fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self {
            Some(bytes)
        } else {
            None
        }
    }

    /// The text, if it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The integer of either sign, if it fits.
    pub(crate) fn as_i64(&self) -> Option<i64> {
        if let Self::Negative(n) = self {
            return i64::try_from(*n).ok().and_then(|n| (-1_i64).checked_sub(n));
        }
        if let Self::Unsigned(n) = self {
            i64::try_from(*n).ok()
        } else {
            None
        }
    }
}

/// Reads the one item that `bytes` hold, with at most `max_items` items in it.
///
/// # Errors
/// [`CborError::UnusedType`] for a key that is no integer and no text, [`CborError::NotDeterministic`] for a doubled key;
/// else as the strict reader.
pub(crate) fn decode(bytes: &[u8], max_items: usize) -> Result<Item, CborError> {
    let mut reader = Reader(Cursor::new(bytes, max_items));
    let item = reader.item(0)?;
    reader.0.end()?;

    Ok(item)
}

/// The end of an item of indefinite length.
const BREAK: u8 = 0xff;
const BYTES: u8 = 2;
const TEXT: u8 = 3;

struct Reader<'a>(Cursor<'a>);

impl Reader<'_> {
    fn item(&mut self, depth: usize) -> Result<Item, CborError> {
        if depth >= MAX_DEPTH {
            return Err(CborError::TooLarge);
        }
        let (major, low) = self.head()?;
        let next = depth.saturating_add(1);
        if major == 7 {
            return self.simple(low);
        }
        let count = self.argument(low)?;

        match (major, count) {
            (0, Some(n)) => Ok(Item::Unsigned(n)),
            (1, Some(n)) => Ok(Item::Negative(n)),
            (BYTES, count) => self.string(BYTES, count).map(Item::Bytes),
            (TEXT, count) => {
                let bytes = self.string(TEXT, count)?;
                let text = String::from_utf8(bytes).map_err(|_| CborError::NotUtf8)?;
                Ok(Item::Text(text))
            }
            (4, count) => self.array(count, next),
            (5, count) => self.map(count, next),
            (6, Some(tag)) => Ok(Item::Tag(tag, Box::new(self.item(next)?))),
            // A number or a tag of indefinite length.
            _ => Err(CborError::UnusedType),
        }
    }

    /// Major type and the low five bits of the next item's first byte.
    fn head(&mut self) -> Result<(u8, u8), CborError> {
        let first = self.0.next_item()?;

        Ok((first >> 5, first & 0x1f))
    }

    /// The argument, in whatever width; `None` is an indefinite length.
    fn argument(&mut self, low: u8) -> Result<Option<u64>, CborError> {
        match low {
            0..=23 => Ok(Some(u64::from(low))),
            24 => Ok(Some(u64::from(u8::from_be_bytes(self.0.take()?)))),
            25 => Ok(Some(u64::from(u16::from_be_bytes(self.0.take()?)))),
            26 => Ok(Some(u64::from(u32::from_be_bytes(self.0.take()?)))),
            27 => Ok(Some(u64::from_be_bytes(self.0.take()?))),
            31 => Ok(None),
            _ => Err(CborError::UnusedType),
        }
    }

    /// A string, or the chunks of one, each of its type and of definite length (RFC 8949 §3.2.3).
    fn string(&mut self, major: u8, count: Option<u64>) -> Result<Vec<u8>, CborError> {
        let Some(count) = count else {
            let mut whole = Vec::new();
            while !self.at_break()? {
                let (chunk_major, low) = self.head()?;
                let count = self.argument(low)?.filter(|_| chunk_major == major);
                let chunk = self.0.bytes(count.ok_or(CborError::UnusedType)?)?;
                // A letter may not be cut in two.
                if major == TEXT && std::str::from_utf8(chunk).is_err() {
                    return Err(CborError::NotUtf8);
                }
                whole.extend_from_slice(chunk);
            }
            return Ok(whole);
        };

        self.0.bytes(count).map(<[u8]>::to_vec)
    }

    fn array(&mut self, count: Option<u64>, depth: usize) -> Result<Item, CborError> {
        let mut items = Vec::new();
        let mut left = count;
        while self.another(&mut left)? {
            items.push(self.item(depth)?);
        }
        // It began with room for four.
        items.shrink_to_fit();

        Ok(Item::Array(items))
    }

    fn map(&mut self, count: Option<u64>, depth: usize) -> Result<Item, CborError> {
        let mut entries = Vec::new();
        let mut left = count;
        while self.another(&mut left)? {
            let key = match self.item(depth)? {
                Item::Unsigned(n) => Key::Unsigned(n),
                Item::Negative(n) => Key::Negative(n),
                Item::Text(text) => Key::Text(text),
                Item::Bytes(_)
                | Item::Array(_)
                | Item::Map(_)
                | Item::Tag(..)
                | Item::Bool(_)
                | Item::Null
                | Item::Float(_) => return Err(CborError::UnusedType),
            };
            entries.push((key, self.item(depth)?));
        }
        entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut pairs = entries.windows(2);
        if pairs.any(|pair| matches!(pair, [(one, _), (other, _)] if one == other)) {
            return Err(CborError::NotDeterministic);
        }
        entries.shrink_to_fit();

        Ok(Item::Map(entries))
    }

    /// Whether one more entry comes: by the count that is left, or until the break.
    fn another(&mut self, left: &mut Option<u64>) -> Result<bool, CborError> {
        match left {
            None => Ok(!self.at_break()?),
            Some(0) => Ok(false),
            Some(n) => {
                *n = n.saturating_sub(1);
                Ok(true)
            }
        }
    }

    /// Whether the break comes next; takes it if so.
    fn at_break(&mut self) -> Result<bool, CborError> {
        match self.0.rest().first() {
            Some(&BREAK) => self.0.bytes(1).map(|_| true),
            Some(_) => Ok(false),
            None => Err(CborError::Truncated),
        }
    }

    fn simple(&mut self, low: u8) -> Result<Item, CborError> {
        match low {
            20 => Ok(Item::Bool(false)),
            21 => Ok(Item::Bool(true)),
            0..=19 | 22 | 23 => Ok(Item::Null),
            24 => match self.0.take()? {
                [32..=0xff] => Ok(Item::Null),
                _ => Err(CborError::UnusedType),
            },
            25 => Ok(Item::Float(half(u16::from_be_bytes(self.0.take()?)))),
            26 => Ok(Item::Float(f64::from(f32::from_be_bytes(self.0.take()?)))),
            27 => Ok(Item::Float(f64::from_be_bytes(self.0.take()?))),
            _ => Err(CborError::UnusedType),
        }
    }
}

/// A float of two bytes (IEEE 754 binary16): sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f64 {
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff);
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (fraction + 1_024.0) * 2_f64.powi(exponent.saturating_sub(25)),
    };

    if bits & 0x8000 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::MAX_ITEMS;
    use super::*;

    fn read(hex: &str) -> Result<Item, CborError> {
        decode(&crate::hex::decode(hex).unwrap(), MAX_ITEMS)
    }

    fn map<const N: usize>(entries: [(Key, Item); N]) -> Item {
        let mut entries = Vec::from(entries);
        entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Item::Map(entries)
    }

    #[test]
    fn the_examples_of_rfc_8949_appendix_a_read_as_they_stand_there() {
        let one_to_three = || Item::Array([1, 2, 3].map(Item::Unsigned).into());
        for (hex, item) in [
            ("1bffffffffffffffff", Item::Unsigned(u64::MAX)),
            ("3bffffffffffffffff", Item::Negative(u64::MAX)),
            ("3903e7", Item::Negative(999)),
            ("f90000", Item::Float(0.0)),
            ("f93e00", Item::Float(1.5)),
            ("f97bff", Item::Float(65_504.0)),
            ("f90001", Item::Float(5.960_464_477_539_063e-8)),
            ("f90400", Item::Float(0.000_061_035_156_25)),
            ("f9c400", Item::Float(-4.0)),
            ("f97c00", Item::Float(f64::INFINITY)),
            ("fa47c35000", Item::Float(100_000.0)),
            ("fb3ff199999999999a", Item::Float(1.1)),
            ("f5", Item::Bool(true)),
            ("f7", Item::Null),
            ("f0", Item::Null),
            ("f8ff", Item::Null),
            ("5f42010243030405ff", Item::Bytes(vec![1, 2, 3, 4, 5])),
            ("7f657374726561646d696e67ff", Item::Text("streaming".into())),
            ("9f010203ff", one_to_three()),
            ("83010203", one_to_three()),
            (
                "bf6346756ef563416d7421ff",
                map([
                    ("Fun".into(), Item::Bool(true)),
                    ("Amt".into(), Item::Negative(1)),
                ]),
            ),
            (
                "c11a514b67b0",
                Item::Tag(1, Box::new(Item::Unsigned(1_363_896_240))),
            ),
        ] {
            assert_eq!(read(hex), Ok(item), "{hex}");
        }
        assert!(matches!(read("f97e00"), Ok(Item::Float(nan)) if nan.is_nan()));
    }

    #[test]
    fn long_heads_and_unsorted_keys_are_taken() {
        assert_eq!(read("1b0000000000000001"), Ok(Item::Unsigned(1)));
        let two = map([
            (1.into(), Item::Unsigned(2)),
            ((-1).into(), Item::Unsigned(4)),
        ]);
        assert_eq!(read("a220040102"), Ok(two));
    }

    #[test]
    fn doubled_keys_are_refused_in_whatever_spelling() {
        for hex in [
            "a201020102",
            "a20102180102",
            "bf01020102ff",
            "a2616101616102",
            "a261610161617f6161ffff",
            "a26161017f6161ff02",
        ] {
            let refused = [CborError::NotDeterministic, CborError::UnusedType];
            assert!(refused.contains(&read(hex).unwrap_err()), "{hex}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for (hex, error) in [
            ("", CborError::Truncated),
            ("18", CborError::Truncated),
            ("4201", CborError::Truncated),
            ("9b7fffffffffffffff00", CborError::Truncated),
            ("bb7fffffffffffffff0000", CborError::Truncated),
            ("5b7fffffffffffffff00", CborError::Truncated),
            ("9f01", CborError::Truncated),
            ("bf01ff", CborError::UnusedType),
            ("ff", CborError::UnusedType),
            ("81ff", CborError::UnusedType),
            ("1f", CborError::UnusedType),
            ("3f", CborError::UnusedType),
            ("df00", CborError::UnusedType),
            ("1c", CborError::UnusedType),
            ("f818", CborError::UnusedType),
            ("5f00ff", CborError::UnusedType),
            ("5f6161ff", CborError::UnusedType),
            ("5f5f4100ffff", CborError::UnusedType),
            ("7f61c361a9ff", CborError::NotUtf8),
            ("61ff", CborError::NotUtf8),
            ("0000", CborError::TrailingBytes),
            ("a1400000", CborError::UnusedType),
            ("a1f500", CborError::UnusedType),
            ("a1f93c0000", CborError::UnusedType),
        ] {
            assert_eq!(read(hex), Err(error), "{hex}");
        }
    }

    #[test]
    fn nesting_and_items_beyond_the_limits_are_refused() {
        for opened in [0x81, 0x9f, 0xc1] {
            let mut deep = vec![opened; MAX_DEPTH];
            deep.push(0);
            assert_eq!(decode(&deep, MAX_ITEMS), Err(CborError::TooLarge));
        }
        let deepest = [vec![0x81; MAX_DEPTH - 1], vec![0]].concat();
        assert!(decode(&deepest, MAX_ITEMS).is_ok());
        assert_eq!(decode(&[0x83, 0, 0, 0], 3), Err(CborError::TooLarge));
        assert!(decode(&[0x83, 0, 0, 0], 4).is_ok());
        // Chunks count too.
        assert_eq!(
            decode(&[0x5f, 0x40, 0x40, 0xff], 2),
            Err(CborError::TooLarge)
        );
        let many = [vec![0x9f], vec![0; MAX_ITEMS], vec![0xff]].concat();
        assert_eq!(decode(&many, MAX_ITEMS), Err(CborError::TooLarge));
    }

    proptest! {
        #[test]
        fn whatever_the_strict_reader_takes_this_one_takes_too_if_its_keys_are_plain(bytes in any::<Vec<u8>>()) {
            let strict = super::super::decode(&bytes, MAX_ITEMS);
            let general = decode(&bytes, MAX_ITEMS);
            if strict.is_ok() {
                prop_assert!(matches!(general, Ok(_) | Err(CborError::UnusedType)));
            }
        }
    }
}
