//! The strict reader: takes exactly what the writer makes.

use thiserror::Error;

use super::Value;
use super::cursor::Cursor;

/// Nesting beyond this is refused (SECURITY.md §8).
pub const MAX_DEPTH: usize = 16;
/// More data items than this in a code are refused (SECURITY.md §8).
pub const MAX_ITEMS: usize = 4_096;
/// Items that an array may ask memory for before the first has been read.
const MAX_RESERVED: usize = 64;

/// Why bytes are not one deterministic data item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CborError {
    /// The bytes end inside an item.
    #[error("the data ends too early")]
    Truncated,
    /// A head is longer than it need be, a length indefinite, a key out of order or doubled.
    #[error("the data is not in deterministic form")]
    NotDeterministic,
    /// Floats and simple values that our structures never hold.
    #[error("the data holds a type that is never used here")]
    UnusedType,
    /// A text string is not UTF-8.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// Nested deeper, or with more items, than the limit.
    #[error("the data is nested too deeply or has too many items")]
    TooLarge,
    /// Bytes follow the item.
    #[error("bytes follow the end of the data")]
    TrailingBytes,
}

/// Reads the one item that `bytes` hold, with at most `max_items` items in it.
///
/// # Errors
/// Anything that [`super::encode`] would not have written.
pub fn decode(bytes: &[u8], max_items: usize) -> Result<Value, CborError> {
    let mut reader = Reader(Cursor::new(bytes, max_items));
    let value = reader.item(0)?;
    reader.0.end()?;

    Ok(value)
}

struct Reader<'a>(Cursor<'a>);

impl Reader<'_> {
    fn item(&mut self, depth: usize) -> Result<Value, CborError> {
        if depth >= MAX_DEPTH {
            return Err(CborError::TooLarge);
        }
        let first = self.0.next_item()?;
        let next = depth.saturating_add(1);
        if first >> 5 == 7 {
            return simple(first);
        }
        let n = self.argument(first & 0x1f)?;

        match first >> 5 {
            0 => Ok(Value::Unsigned(n)),
            1 => Ok(Value::Negative(n)),
            2 => Ok(Value::Bytes(self.0.bytes(n)?.to_vec())),
            3 => Ok(Value::Text(
                std::str::from_utf8(self.0.bytes(n)?)
                    .map_err(|_| CborError::NotUtf8)?
                    .to_owned(),
            )),
            4 => self.array(n, next),
            5 => self.map(n, next),
            _ => Ok(Value::Tag(n, Box::new(self.item(next)?))),
        }
    }

    fn array(&mut self, n: u64, depth: usize) -> Result<Value, CborError> {
        let mut items = Vec::with_capacity(self.capacity(n)?);
        for _ in 0..n {
            items.push(self.item(depth)?);
        }

        Ok(Value::Array(items))
    }

    fn map(&mut self, n: u64, depth: usize) -> Result<Value, CborError> {
        let mut entries = Vec::with_capacity(self.capacity(n)?);
        let mut previous: &[u8] = &[];
        for _ in 0..n {
            let before = self.0.rest();
            let key = self.item(depth)?;
            let length = before.len().saturating_sub(self.0.rest().len());
            let encoded = before.get(..length).ok_or(CborError::Truncated)?;
            if encoded <= previous {
                return Err(CborError::NotDeterministic);
            }
            previous = encoded;
            entries.push((key, self.item(depth)?));
        }

        Ok(Value::Map(entries))
    }

    /// Every item takes at least a byte, so a longer count cannot be honest. An honest one may still sit in
    /// another that is not, so little is reserved before items have come.
    fn capacity(&self, n: u64) -> Result<usize, CborError> {
        let n = usize::try_from(n).map_err(|_| CborError::TooLarge)?;
        if n > self.0.rest().len() {
            return Err(CborError::Truncated);
        }
        if n > self.0.items_left() {
            return Err(CborError::TooLarge);
        }

        Ok(n.min(MAX_RESERVED))
    }

    fn argument(&mut self, info: u8) -> Result<u64, CborError> {
        let (n, least) = match info {
            0..=23 => return Ok(u64::from(info)),
            24 => (u64::from(u8::from_be_bytes(self.0.take()?)), 24),
            25 => (u64::from(u16::from_be_bytes(self.0.take()?)), 0x100),
            26 => (u64::from(u32::from_be_bytes(self.0.take()?)), 0x1_0000),
            27 => (u64::from_be_bytes(self.0.take()?), 0x1_0000_0000),
            _ => return Err(CborError::NotDeterministic),
        };
        if n < least {
            return Err(CborError::NotDeterministic);
        }

        Ok(n)
    }
}

fn simple(first: u8) -> Result<Value, CborError> {
    match first {
        0xf4 => Ok(Value::Bool(false)),
        0xf5 => Ok(Value::Bool(true)),
        0xf6 => Ok(Value::Null),
        _ => Err(CborError::UnusedType),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::encode;
    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<u64>().prop_map(Value::Unsigned),
            any::<u64>().prop_map(Value::Negative),
            any::<Vec<u8>>().prop_map(Value::Bytes),
            ".{0,8}".prop_map(Value::Text),
            any::<bool>().prop_map(Value::Bool),
            Just(Value::Null),
        ];
        leaf.prop_recursive(4, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::vec((inner.clone(), inner.clone()), 0..6).prop_map(Value::Map),
                (any::<u64>(), inner).prop_map(|(tag, item)| Value::Tag(tag, Box::new(item))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_the_writer_makes_the_reader_takes_and_writes_again_to_the_same_bytes(value in any_value()) {
            let bytes = encode(&value);
            let read = decode(&bytes, MAX_ITEMS);
            prop_assert_eq!(read.map(|v| encode(&v)), Ok(bytes));
        }

        #[test]
        fn whatever_the_reader_takes_is_in_deterministic_form(bytes in any::<Vec<u8>>()) {
            if let Ok(value) = decode(&bytes, MAX_ITEMS) {
                prop_assert_eq!(encode(&value), bytes);
            }
        }
    }

    #[test]
    fn the_examples_of_rfc_8949_appendix_a_read_as_they_stand_there() {
        for (hex, value) in [
            ("00", Value::Unsigned(0)),
            ("1818", Value::Unsigned(24)),
            ("1903e8", Value::Unsigned(1000)),
            ("1bffffffffffffffff", Value::Unsigned(u64::MAX)),
            ("20", Value::int(-1)),
            ("3903e7", Value::int(-1000)),
            ("f4", Value::Bool(false)),
            ("6449455446", Value::text("IETF")),
            (
                "a201020304",
                Value::Map(vec![
                    (Value::int(1), Value::int(2)),
                    (Value::int(3), Value::int(4)),
                ]),
            ),
        ] {
            assert_eq!(decode(&unhex(hex), MAX_ITEMS), Ok(value), "{hex}");
        }
    }

    #[test]
    fn longer_heads_indefinite_lengths_doubled_or_unsorted_keys_floats_and_tails_are_refused() {
        for (hex, error) in [
            ("1800", CborError::NotDeterministic),
            ("190017", CborError::NotDeterministic),
            ("5f4100ff", CborError::NotDeterministic),
            ("9fff", CborError::NotDeterministic),
            ("a201020102", CborError::NotDeterministic),
            ("a203040102", CborError::NotDeterministic),
            ("f93c00", CborError::UnusedType),
            ("f7", CborError::UnusedType),
            ("0000", CborError::TrailingBytes),
            ("61ff", CborError::NotUtf8),
            ("9a0fffffff00", CborError::Truncated),
            ("", CborError::Truncated),
        ] {
            assert_eq!(decode(&unhex(hex), MAX_ITEMS), Err(error), "{hex}");
        }
    }

    #[test]
    fn nesting_and_items_beyond_the_limits_are_refused() {
        let mut deep = vec![0x81; MAX_DEPTH];
        deep.push(0);
        assert_eq!(decode(&deep, MAX_ITEMS), Err(CborError::TooLarge));
        assert_eq!(decode(&[0x83, 0, 0, 0], 3), Err(CborError::TooLarge));
        assert!(decode(&[0x83, 0, 0, 0], 4).is_ok());
    }

    fn unhex(hex: &str) -> Vec<u8> {
        crate::hex::decode(hex).unwrap()
    }
}
