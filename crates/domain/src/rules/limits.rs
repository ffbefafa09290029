//! What a rule and the data that it is asked about may be (SECURITY.md §8).

use serde_json::Value;
use thiserror::Error;

/// Bytes of a rule as JSON text.
pub const MAX_RULE_BYTES: usize = 256 * 1024;
/// Expressions within one another.
pub const MAX_DEPTH: usize = 32;
/// Steps of an evaluation: an expression evaluated, or the like of it in compared items and bytes.
pub const MAX_STEPS: usize = 10_000;
/// Items of an array in a rule, or made by one.
pub const MAX_ARRAY: usize = 1_000;
/// Bytes of a string.
pub const MAX_STRING: usize = 8 * 1024;
/// JSON values in the data of an evaluation, and in its result.
pub const MAX_ITEMS: usize = 10_000;
/// JSON values in the data of a test: national tests bring the value sets of all countries with them.
pub const MAX_TEST_ITEMS: usize = 100_000;
/// Steps of a test: they cannot keep a queue waiting, and a value set may be walked through item by item.
pub(super) const MAX_TEST_STEPS: usize = 100_000;
/// Expressions within one another in a test's rule.
pub(super) const MAX_TEST_DEPTH: usize = 60;
/// Items of an array in a test's rule: some rules hold the whole list of tests.
const MAX_TEST_ARRAY: usize = 10_000;
/// Bytes of a string in the data of a test: some bring a whole certificate with them.
const MAX_TEST_STRING: usize = 256 * 1024;
/// Arrays and objects within one another, in data.
const MAX_DATA_DEPTH: usize = 32;
/// The same in a rule: an operation is an object around an array.
const MAX_RULE_DEPTH: usize = 2 * MAX_DEPTH + 2;

/// The limit that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Beyond {
    /// [`MAX_ARRAY`].
    #[error("an array has more than {MAX_ARRAY} items")]
    Array,
    /// [`MAX_DEPTH`].
    #[error("more than {MAX_DEPTH} levels lie within one another")]
    Depth,
    /// [`MAX_ITEMS`] or [`MAX_TEST_ITEMS`].
    #[error("there are too many values")]
    Items,
    /// [`MAX_RULE_BYTES`], of a rule or of what it evaluates to.
    #[error("there are more than 256 KiB")]
    Size,
    /// [`MAX_STEPS`].
    #[error("the evaluation takes more than {MAX_STEPS} steps")]
    Steps,
    /// [`MAX_STRING`].
    #[error("a string is longer than 8 KiB")]
    String,
}

/// What JSON may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    bytes: usize,
    depth: usize,
    items: usize,
    array: usize,
    string: usize,
}

impl Bounds {
    pub(super) const RULE: Self = Self {
        bytes: MAX_RULE_BYTES,
        depth: MAX_RULE_DEPTH,
        items: usize::MAX,
        array: MAX_ARRAY,
        string: MAX_STRING,
    };
    pub(super) const TEST_RULE: Self = Self {
        depth: 2 * MAX_TEST_DEPTH + 2,
        array: MAX_TEST_ARRAY,
        ..Self::RULE
    };
    pub(super) const DATA: Self = Self {
        bytes: usize::MAX,
        depth: MAX_DATA_DEPTH,
        items: MAX_ITEMS,
        array: usize::MAX,
        string: MAX_STRING,
    };
    pub(super) const TEST_DATA: Self = Self {
        items: MAX_TEST_ITEMS,
        string: MAX_TEST_STRING,
        ..Self::DATA
    };

    /// Walks through `json` without recursion, so that its depth cannot matter before it is known.
    pub(super) fn hold(self, json: &Value) -> Result<(), Beyond> {
        let mut left = vec![(json, 0_usize)];
        let (mut items, mut bytes) = (0_usize, 0_usize);
        while let Some((value, depth)) = left.pop() {
            items = items.saturating_add(1);
            bytes = bytes.saturating_add(self.size(value)?);
            let inside = depth.saturating_add(1);
            match value {
                Value::Array(values) => {
                    if values.len() > self.array {
                        return Err(Beyond::Array);
                    }
                    left.extend(values.iter().map(|value| (value, inside)));
                }
                Value::Object(fields) => {
                    left.extend(fields.values().map(|value| (value, inside)));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => continue,
            }
            if inside > self.depth {
                return Err(Beyond::Depth);
            }
            if items.saturating_add(left.len()) > self.items {
                return Err(Beyond::Items);
            }
        }
        if bytes > self.bytes {
            return Err(Beyond::Size);
        }

        Ok(())
    }

    /// About the bytes of a value's own text, without what lies in it; never more.
    fn size(self, value: &Value) -> Result<usize, Beyond> {
        Ok(match value {
            Value::Null | Value::Bool(_) => 4,
            Value::Number(_) => 1,
            Value::String(text) => self.text_size(text)?,
            Value::Array(values) => values.len().saturating_add(1),
            Value::Object(fields) => {
                let mut bytes = fields.len().saturating_mul(2).saturating_add(1);
                for name in fields.keys() {
                    bytes = bytes.saturating_add(self.text_size(name)?);
                }
                bytes
            }
        })
    }

    fn text_size(self, text: &str) -> Result<usize, Beyond> {
        if text.len() > self.string {
            return Err(Beyond::String);
        }

        Ok(text.len().saturating_add(2))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(depth: usize) -> Value {
        (0..depth).fold(json!(1), |inside, _| json!([inside]))
    }

    #[test]
    fn data_may_be_32_levels_deep_and_no_more() {
        assert_eq!(Bounds::DATA.hold(&nested(32)), Ok(()));
        assert_eq!(Bounds::DATA.hold(&nested(33)), Err(Beyond::Depth));
        assert_eq!(Bounds::DATA.hold(&nested(1_000)), Err(Beyond::Depth));
    }

    #[test]
    fn data_may_hold_ten_thousand_values_and_those_of_a_test_ten_times_as_many() {
        let of = |items: usize| json!(vec![0; items - 1]);
        assert_eq!(Bounds::DATA.hold(&of(MAX_ITEMS)), Ok(()));
        assert_eq!(Bounds::DATA.hold(&of(MAX_ITEMS + 1)), Err(Beyond::Items));
        assert_eq!(Bounds::TEST_DATA.hold(&of(MAX_TEST_ITEMS)), Ok(()));
        assert_eq!(
            Bounds::TEST_DATA.hold(&of(MAX_TEST_ITEMS + 1)),
            Err(Beyond::Items)
        );
    }

    #[test]
    fn a_string_may_have_8_kib_as_a_value_and_as_a_name() {
        let longest = "x".repeat(MAX_STRING);
        let longer = "x".repeat(MAX_STRING + 1);
        assert_eq!(Bounds::DATA.hold(&json!({ &longest: longest })), Ok(()));
        assert_eq!(
            Bounds::DATA.hold(&json!({ "x": longer })),
            Err(Beyond::String)
        );
        assert_eq!(
            Bounds::DATA.hold(&json!({ longer: "x" })),
            Err(Beyond::String)
        );
    }

    #[test]
    fn a_rule_may_have_256_kib_and_its_arrays_a_thousand_items() {
        let strings = |count: usize| json!(vec!["x".repeat(MAX_STRING - 3); count]);
        assert_eq!(Bounds::RULE.hold(&strings(31)), Ok(()));
        assert_eq!(Bounds::RULE.hold(&strings(33)), Err(Beyond::Size));
        assert_eq!(Bounds::RULE.hold(&json!(vec![0; 1_000])), Ok(()));
        assert_eq!(
            Bounds::RULE.hold(&json!(vec![0; 1_001])),
            Err(Beyond::Array)
        );
    }
}
