//! The rules of a Menshen station.
//!
//! This crate decides and never does: no clock, random source, file, socket, thread or async.
//! Time and random bytes are arguments, so that every rule is a plain, repeatable test.
//! Byte formats follow `SECURITY.md` §2, the state machine and the verdicts `DESIGN.md` §2.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod byte_order;
pub mod cbor;
pub mod clock;
pub mod clock_offset;
pub mod code;
mod compress;
pub mod cose;
pub mod crypto;
pub mod document;
pub mod entry;
#[cfg(test)]
mod fixture;
pub mod hex;
pub mod ids;
mod inflate;
pub mod json;
mod jws;
pub mod keyfile;
pub mod policy;
pub mod recent;
pub mod rules;
pub mod screen;
pub mod station;
pub mod status;
pub mod sync;
pub mod time;
pub mod trust;
pub mod verdict;
pub mod wire;
