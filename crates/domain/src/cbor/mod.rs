//! Deterministic CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths, sorted unique keys, no floats.
//!
//! One writer makes every signed byte of our own; one reader takes only what that writer would have
//! written. Foreign formats with laxer rules come through a reader of their own, beside it.

mod cursor;
mod fields;
pub(crate) mod general;
pub(crate) mod json;
mod read;
mod value;
mod write;

pub use fields::{Fields, WrongShape};
pub use read::{CborError, MAX_DEPTH, MAX_ITEMS, decode};
pub use value::Value;
pub use write::encode;
