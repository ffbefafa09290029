//! JSON (RFC 8259) as others sign it: a strict reader with limits, and the canonical form of RFC 8785.
//!
//! Numbers: integers within ±2^64 are kept exactly as they are written, everything else as the nearest double
//! (IEEE 754), which is what an ECMAScript signer reads as well.

mod canonical;
mod read;

pub use canonical::canonical;
pub(crate) use read::{ELEMENT, member_bytes};
pub use read::{JsonError, Limits, decode};

use serde_json::Value;

use crate::time::Timestamp;

/// Nesting beyond this is refused (SECURITY.md §8).
pub const MAX_DEPTH: usize = 32;

/// A `NumericDate` (RFC 7519 §2) before which something is not valid: a fraction counts as its end.
#[must_use]
pub fn not_before(value: &Value) -> Option<Timestamp> {
    seconds(value, f64::ceil)
}

/// A `NumericDate` (RFC 7519 §2) from which on something is not valid: a fraction counts as its start.
#[must_use]
pub fn expires(value: &Value) -> Option<Timestamp> {
    seconds(value, f64::floor)
}

fn seconds(value: &Value, round: impl Fn(f64) -> f64) -> Option<Timestamp> {
    if let Some(whole) = value.as_i64() {
        return Some(Timestamp(whole));
    }
    // Further than a double counts single seconds, nothing was meant as a time.
    let seconds = round(value.as_f64()?);
    if seconds.abs() > MAX_EXACT {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is whole and within 2^53"
    )]
    let whole = seconds as i64;

    Some(Timestamp(whole))
}

/// The largest double up to which each whole number has one of its own: 2^53.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_of_a_second_counts_against_the_holder_at_both_ends() {
        let half = Value::from(1_687_450_764.5);
        assert_eq!(not_before(&half), Some(Timestamp(1_687_450_765)));
        assert_eq!(expires(&half), Some(Timestamp(1_687_450_764)));
        for whole in [Value::from(7), Value::from(7.0)] {
            assert_eq!(not_before(&whole), Some(Timestamp(7)));
            assert_eq!(expires(&whole), Some(Timestamp(7)));
        }
        assert_eq!(not_before(&Value::from(-0.5)), Some(Timestamp(0)));
        assert_eq!(expires(&Value::from(-0.5)), Some(Timestamp(-1)));
    }

    #[test]
    fn what_is_no_number_or_no_time_is_none() {
        for none in [
            Value::from("7"),
            Value::Null,
            Value::from(1e16),
            Value::from(-1e300),
            Value::from(u64::MAX),
        ] {
            assert_eq!(not_before(&none), None, "{none}");
            assert_eq!(expires(&none), None, "{none}");
        }
    }
}
