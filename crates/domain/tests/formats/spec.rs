//! SECURITY.md §2 once more, written down from its words and not from the crate's code.

use domain::cbor::{Value, encode};

/// L(name) ‖ the parts.
pub(crate) fn labelled(name: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = format!("menshen/v1/{name}\0").into_bytes();
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// cbor of a list.
pub(crate) fn list(items: Vec<Value>) -> Vec<u8> {
    encode(&Value::Array(items))
}
