//! The strict reader: one JSON text, no key twice, nothing behind it, within its limits.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};
use thiserror::Error;

use super::MAX_DEPTH;

/// Why bytes are not one JSON text that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum JsonError {
    /// A name stands twice in one object, so that two readers may see two things.
    #[error("a name stands twice in one object")]
    DuplicateName,
    /// Not JSON, not UTF-8, half of a surrogate pair, a number beyond a double, or bytes behind the text.
    #[error("the data is not one JSON text")]
    NotJson,
    /// Nested deeper, with more items, or larger in memory than the limit.
    #[error("the data is nested too deeply or too large")]
    TooLarge,
}

/// What a text may hold and take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Values at most, objects, arrays and what is in them counted alike.
    pub items: usize,
    /// Bytes of memory at most for all of them, estimated from above.
    pub bytes: usize,
}

impl Limits {
    /// For a code (SECURITY.md §8): 10,000 items, and half a megabyte, so that a code takes less than one with all that
    /// is read before.
    pub const CODE: Self = Self {
        items: 10_000,
        bytes: 512 * 1_024,
    };
}

/// Reads the one JSON text that `bytes` hold.
///
/// # Errors
/// See [`JsonError`].
pub fn decode(bytes: &[u8], limits: Limits) -> Result<Value, JsonError> {
    let mut left = Left {
        limits,
        refused: JsonError::NotJson,
    };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Node {
        left: &mut left,
        depth: 0,
    }
    .deserialize(&mut reader);
    let value = read.map_err(|_| left.refused)?;
    reader.end().map_err(|_| JsonError::NotJson)?;

    Ok(value)
}

/// A value's own size.
const ITEM: usize = size_of::<Value>();
/// What the first member costs an object: its map's smallest node holds eleven.
const FIRST_MEMBER: usize = 12 * (ITEM + size_of::<String>());
/// What each further member costs: a node is at least five elevenths full.
const MEMBER: usize = 3 * (ITEM + size_of::<String>());
/// What an element costs an array, which grows by doubling.
pub(crate) const ELEMENT: usize = 2 * ITEM;
/// What the first element costs an array: it begins with room for four.
const FIRST_ELEMENT: usize = 4 * ITEM;

/// What a member named `name` costs an object, from above and without its value.
pub(crate) fn member_bytes(is_first: bool, name: &str) -> usize {
    let room = if is_first { FIRST_MEMBER } else { MEMBER };

    room.saturating_add(name.len())
}

/// What is left of the limits, and why the text was refused if it was.
struct Left {
    limits: Limits,
    refused: JsonError,
}

impl Left {
    fn item(&mut self) -> Result<(), JsonError> {
        self.limits.items = self
            .limits
            .items
            .checked_sub(1)
            .ok_or(JsonError::TooLarge)?;

        Ok(())
    }

    fn bytes(&mut self, bytes: usize) -> Result<(), JsonError> {
        self.limits.bytes = self
            .limits
            .bytes
            .checked_sub(bytes)
            .ok_or(JsonError::TooLarge)?;

        Ok(())
    }
}

/// A value that is about to be read.
struct Node<'a> {
    left: &'a mut Left,
    depth: usize,
}

impl Node<'_> {
    /// The reader of JSON hands our errors through as text alone, so the reason is kept beside it.
    fn refuse<E: Error>(&mut self, why: JsonError) -> E {
        self.left.refused = why;
        E::custom(why)
    }

    fn bytes<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        self.left.bytes(bytes).map_err(|why| self.refuse(why))
    }

    fn within(&mut self) -> Node<'_> {
        Node {
            left: self.left,
            depth: self.depth.saturating_add(1),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(mut self, reader: D) -> Result<Value, D::Error> {
        if self.depth >= MAX_DEPTH {
            return Err(self.refuse(JsonError::TooLarge));
        }
        if let Err(why) = self.left.item() {
            return Err(self.refuse(why));
        }

        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(mut self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);

        number
            .map(Value::Number)
            .ok_or_else(|| self.refuse(JsonError::NotJson))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<Value, E> {
        self.bytes(text.len())?;

        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(self.within())? {
            self.bytes(if array.is_empty() {
                FIRST_ELEMENT
            } else {
                ELEMENT
            })?;
            array.push(element);
        }

        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            self.bytes(member_bytes(object.is_empty(), &name))?;
            let Entry::Vacant(place) = object.entry(name) else {
                return Err(self.refuse(JsonError::DuplicateName));
            };
            place.insert(members.next_value_seed(self.within())?);
        }

        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Value, JsonError> {
        decode(text.as_bytes(), Limits::CODE)
    }

    #[test]
    fn every_kind_of_value_is_read_as_it_stands() {
        let text =
            r#" {"a":[null,true,false,-1,18446744073709551615,0.1,"\u00e9\ud83d\ude00"],"b":{}} "#;
        assert_eq!(
            read(text),
            Ok(json!({"a": [null, true, false, -1, u64::MAX, 0.1, "é😀"], "b": {}}))
        );
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_however_it_is_written_and_however_deep() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"[{"b":{"a":1,"c":2,"a":null}}]"#,
        ] {
            assert_eq!(read(text), Err(JsonError::DuplicateName), "{text}");
        }
        assert!(read(r#"{"a":{"a":1},"b":{"a":1}}"#).is_ok());
    }

    #[test]
    fn what_is_not_one_json_text_is_refused() {
        for text in [
            "",
            "{",
            "{} x",
            "{}{}",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "+1",
            "1.",
            ".5",
            "NaN",
            "1e400",
            "'a'",
            "{a:1}",
            "\"\n\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "// no\n1",
            "\u{feff}1",
        ] {
            assert_eq!(read(text), Err(JsonError::NotJson), "{text:?}");
        }
        assert_eq!(decode(b"\"\xff\"", Limits::CODE), Err(JsonError::NotJson));
    }

    #[test]
    fn thirty_two_values_may_lie_in_each_other_and_not_one_more() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(&deep(MAX_DEPTH)).is_ok());
        assert_eq!(read(&deep(MAX_DEPTH + 1)), Err(JsonError::TooLarge));
        assert_eq!(read(&deep(4_000)), Err(JsonError::TooLarge));
        let names = format!("{}1{}", r#"{"":"#.repeat(32), "}".repeat(32));
        assert_eq!(read(&names), Err(JsonError::TooLarge));
    }

    #[test]
    fn ten_thousand_items_are_read_and_not_one_more() {
        let list = |items: usize| format!("[{}]", vec!["1"; items].join(","));
        let small = Limits {
            items: Limits::CODE.items,
            bytes: usize::MAX,
        };
        assert!(decode(list(9_999).as_bytes(), small).is_ok());
        assert_eq!(
            decode(list(10_000).as_bytes(), small),
            Err(JsonError::TooLarge)
        );
    }

    #[test]
    fn objects_that_take_more_memory_than_a_code_may_are_refused_before_they_do() {
        let objects = |count: usize| format!("[{}]", vec![r#"{"":0}"#; count].join(","));
        assert!(read(&objects(500)).is_ok());
        assert_eq!(read(&objects(4_000)), Err(JsonError::TooLarge));
    }

    #[test]
    fn a_double_is_the_nearest_one() {
        for (text, bits) in [
            ("1e23", 0x44b5_2d02_c7e1_4af6_u64),
            ("9007199254740993.0", 0x4340_0000_0000_0000),
            ("333333333.33333329", 0x41b3_de43_5555_5555),
            ("2.2250738585072011e-308", 0x000f_ffff_ffff_ffff),
            ("-0", 0x8000_0000_0000_0000),
        ] {
            let read = read(text).ok().and_then(|value| value.as_f64());
            assert_eq!(read.map(f64::to_bits), Some(bits), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_reads_the_same_from_what_is_written_of_it(text in "[\\[\\]{}:,\"a0-9e.\\\\ u-]{0,40}") {
            if let Ok(value) = read(&text) {
                let written = value.to_string();
                prop_assert_eq!(read(&written), Ok(value));
            }
        }
    }
}
