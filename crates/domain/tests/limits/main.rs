//! The limits of SECURITY.md §8 that lie in the formats: what is just within is taken, what is just beyond is
//! refused, and with a reason.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../formats/authority.rs"]
#[expect(dead_code, reason = "shared with the fixed vectors, which use it all")]
mod authority;
mod batch;
mod by_hand;
mod code;
mod documents;
mod items;
#[path = "../formats/spec.rs"]
mod spec;
mod status;
