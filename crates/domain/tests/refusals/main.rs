//! What nobody signed, or was signed by another, for another purpose or for another place, is refused, and
//! for the right reason (SECURITY.md §3, §4 and §12).

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod altered;
#[path = "../formats/authority.rs"]
#[expect(dead_code, reason = "shared with the fixed vectors, which use it all")]
mod authority;
mod batches;
mod by_hand;
mod codes;
mod documents;
mod entries;
mod exports;
mod keys_in_roles;
mod knowledge;
mod log;
mod messages;
mod places;
mod poison;
mod signers;
#[path = "../formats/spec.rs"]
mod spec;
mod weak_keys;
