//! No bytes whatever make a reader panic: neither noise, nor good bytes spoilt, nor nonsense that somebody with
//! the right key has signed or sealed. What the readers say of them is in `refusals`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../formats/authority.rs"]
#[expect(dead_code, reason = "shared with the fixed vectors, which use it all")]
mod authority;
#[path = "../refusals/by_hand.rs"]
#[expect(dead_code, reason = "shared with the refusals, which use it all")]
mod by_hand;
#[path = "../limits/by_hand.rs"]
#[expect(dead_code, reason = "shared with the limits, which use it all")]
mod packed_by_hand;
mod sealed;
mod signed;
#[path = "../formats/spec.rs"]
mod spec;
mod spoilt;
mod unsigned;
