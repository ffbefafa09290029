//! Whose a foreign code is.

use crate::code::foreign::Format;
use crate::crypto::{label, sha256};
use crate::ids::{Handle, first_16};

/// SHA-256(L("foreign") ‖ u8 format ‖ signed payload bytes)\[..16\] (SECURITY.md §2 `handle`).
pub(super) fn handle(format: Format, payload: &[u8]) -> Handle {
    Handle(first_16(sha256(&[
        &label("foreign"),
        &[format.number()],
        payload,
    ])))
}
