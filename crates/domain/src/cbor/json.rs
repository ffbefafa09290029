//! A foreign payload as JSON, which rules and screens look at.

use serde_json::{Map, Number, Value};

use super::general::{Item, Key};
use crate::json::{ELEMENT, Limits, member_bytes};
use crate::time::Timestamp;

/// Tags of dates: RFC 8949 §3.4 and RFC 8943.
const EPOCH_SECONDS: u64 = 1;
const EPOCH_DAYS: u64 = 100;

/// `item` as JSON:
/// - keys that are numbers as their decimal text;
/// - byte strings as hex in lower case;
/// - seconds since 1970 (tag 1) as `2021-05-20T12:34:56Z`, a fraction of a second left off; days since 1970 (tag 100) as
///   `2021-05-20`; everything else under a tag, such as a date that is text (tags 0 and 1004), as it is without it;
/// - `undefined`, unknown simple values, infinities, NaN and integers below -2^63 as `null`.
///
/// `None` where two keys would become one, and where there is no more `room`.
pub(crate) fn json(item: &Item, room: &mut Room) -> Option<Value> {
    Some(match item {
        Item::Unsigned(n) => Value::from(*n),
        Item::Negative(n) => negative(*n),
        Item::Bytes(bytes) => {
            room.take(bytes.len().saturating_mul(2))?;
            Value::from(crate::hex::encode(bytes))
        }
        Item::Text(text) => {
            room.take(text.len())?;
            Value::from(text.as_str())
        }
        Item::Array(items) => room.list(items, json)?,
        Item::Map(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                room.insert(&mut object, name(key), |room| json(value, room))?;
            }
            Value::Object(object)
        }
        Item::Tag(tag, inner) => match date(*tag, inner) {
            Some(date) => Value::from(date),
            None => json(inner, room)?,
        },
        Item::Bool(yes) => Value::from(*yes),
        Item::Null => Value::Null,
        Item::Float(float) => Number::from_f64(*float).map_or(Value::Null, Value::Number),
    })
}

/// The bytes of memory that the JSON of one code may still take. A map of one entry takes ten times its room there, so that
/// a short code that unpacks to many would fill megabytes before anybody looked at its signature.
pub(crate) struct Room(usize);

impl Room {
    /// As much as a code that is JSON may take, less what `items` do that it is made of.
    pub(crate) fn beside(items: &Item) -> Self {
        Self(Limits::CODE.bytes.saturating_sub(size(items)))
    }

    /// Puts a member into `object`. `None` where it has one of that name, there is no room, or `value` is none.
    pub(crate) fn insert(
        &mut self,
        object: &mut Map<String, Value>,
        name: String,
        value: impl FnOnce(&mut Self) -> Option<Value>,
    ) -> Option<()> {
        self.take(member_bytes(object.is_empty(), &name))?;
        let value = value(self)?;

        object.insert(name, value).is_none().then_some(())
    }

    /// A list of what `read` makes of `items`.
    pub(crate) fn list(
        &mut self,
        items: &[Item],
        read: fn(&Item, &mut Self) -> Option<Value>,
    ) -> Option<Value> {
        self.take(items.len().saturating_mul(ELEMENT))?;
        let mut array = Vec::with_capacity(items.len());
        for item in items {
            array.push(read(item, self)?);
        }

        Some(Value::Array(array))
    }

    fn take(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;

        Some(())
    }
}

/// The memory that `item` takes, in bytes.
fn size(item: &Item) -> usize {
    /// What the allocator adds to each piece.
    const PIECE: usize = 16;
    let within = match item {
        Item::Bytes(bytes) => bytes.len().saturating_add(PIECE),
        Item::Text(text) => text.len().saturating_add(PIECE),
        Item::Array(items) => sum(items.iter().map(size)).saturating_add(PIECE),
        Item::Map(entries) => {
            let of_key = |key: &Key| match key {
                Key::Text(text) => text.len().saturating_add(PIECE),
                Key::Unsigned(_) | Key::Negative(_) => 0,
            };
            let sizes = entries
                .iter()
                .map(|(key, value)| sum([size_of::<Key>(), of_key(key), size(value)].into_iter()));
            sum(sizes).saturating_add(PIECE)
        }
        Item::Tag(_, inner) => size(inner).saturating_add(PIECE),
        Item::Unsigned(_) | Item::Negative(_) | Item::Bool(_) | Item::Null | Item::Float(_) => 0,
    };

    within.saturating_add(size_of::<Item>())
}

fn sum(sizes: impl Iterator<Item = usize>) -> usize {
    sizes.fold(0, usize::saturating_add)
}

/// A key as text.
pub(crate) fn name(key: &Key) -> String {
    match key {
        Key::Unsigned(n) => n.to_string(),
        Key::Negative(n) => below_zero(*n).to_string(),
        Key::Text(text) => text.clone(),
    }
}

fn below_zero(n: u64) -> i128 {
    (-1_i128).saturating_sub(i128::from(n))
}

fn negative(n: u64) -> Value {
    let number = Number::from_i128(below_zero(n));
    number.map_or(Value::Null, Value::Number)
}

fn date(tag: u64, inner: &Item) -> Option<String> {
    match tag {
        EPOCH_SECONDS => Some(date_time(seconds(inner, f64::floor)?)),
        EPOCH_DAYS => {
            let seconds = inner.as_i64()?.checked_mul(crate::time::DAY)?;
            Some(day(Timestamp(seconds)))
        }
        _ => None,
    }
}

/// A number of seconds, with a fraction rounded by `round`. `None` where it is no number, or none that a time can be.
pub(crate) fn seconds(item: &Item, round: fn(f64) -> f64) -> Option<Timestamp> {
    /// Beyond this a float does not tell every second, and the year is some 285 million.
    const MOST: f64 = 9_007_199_254_740_992.0;
    if let Item::Float(float) = item {
        let whole = round(*float);
        if !(-MOST..=MOST).contains(&whole) {
            return None;
        }
        // A float that is whole writes itself without an exponent.
        return format!("{whole:.0}").parse().ok().map(Timestamp);
    }

    item.as_i64().map(Timestamp)
}

fn day(at: Timestamp) -> String {
    let (year, month, day) = at.date(0);
    format!("{year:04}-{month:02}-{day:02}")
}

fn date_time(at: Timestamp) -> String {
    let of_day = at.0.rem_euclid(crate::time::DAY);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", day(at))
}

#[cfg(test)]
mod tests {
    use serde_json::json as text;

    use super::super::{MAX_ITEMS, general};
    use super::*;

    fn item(hex: &str) -> Item {
        general::decode(&crate::hex::decode(hex).unwrap(), MAX_ITEMS).unwrap()
    }

    fn json(item: &Item) -> Option<Value> {
        super::json(item, &mut Room::beside(item))
    }

    #[test]
    fn maps_and_strings_that_would_take_more_memory_than_a_code_may_are_none() {
        let maps = |count| Item::Array(vec![item("a10000"); count]);
        assert!(json(&maps(500)).is_some());
        assert_eq!(json(&maps(1_000)), None);
        let long = |count| Item::Bytes(vec![0; count]);
        assert!(json(&long(170_000)).is_some());
        assert_eq!(json(&long(180_000)), None);
    }

    #[test]
    fn payloads_become_json_as_the_words_above_say() {
        for (hex, value) in [
            ("a20102200a", text!({"1": 2, "-1": 10})),
            ("43010aff", text!("010aff")),
            ("83f5f4f6", text!([true, false, null])),
            ("f93e00", text!(1.5)),
            ("f97c00", text!(null)),
            (
                "c074323031332d30332d32315432303a30343a30305a",
                text!("2013-03-21T20:04:00Z"),
            ),
            ("c11a514b67b0", text!("2013-03-21T20:04:00Z")),
            ("c1fb41d452d9ec200000", text!("2013-03-21T20:04:00Z")),
            ("c120", text!("1969-12-31T23:59:59Z")),
            ("d8641945e2", text!("2018-12-25")),
            ("d903ec6a323032312d30352d3230", text!("2021-05-20")),
            ("c16161", text!("a")),
            ("3b7fffffffffffffff", text!(i64::MIN)),
            ("1bffffffffffffffff", text!(u64::MAX)),
        ] {
            assert_eq!(json(&item(hex)), Some(value), "{hex}");
        }
    }

    #[test]
    fn two_keys_that_would_become_one_are_none() {
        assert_eq!(json(&item("a20102613103")), None);
    }

    #[test]
    fn fractions_are_rounded_as_asked_and_no_time_is_made_of_what_is_none() {
        let half = Item::Float(1.5);
        assert_eq!(seconds(&half, f64::floor), Some(Timestamp(1)));
        assert_eq!(seconds(&half, f64::ceil), Some(Timestamp(2)));
        assert_eq!(seconds(&Item::Float(-0.5), f64::ceil), Some(Timestamp(0)));
        for none in [
            Item::Float(f64::NAN),
            Item::Float(f64::INFINITY),
            Item::Float(1e300),
            Item::Unsigned(u64::MAX),
            Item::Text("1".to_owned()),
        ] {
            assert_eq!(seconds(&none, f64::floor), None, "{none:?}");
        }
    }
}
