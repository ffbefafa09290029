//! The byte formats of SECURITY.md §2, from outside: fixed vectors, places that cannot be swapped, and
//! what every reader does with bytes that nobody signed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod authority;
mod exports;
mod spec;
mod vectors;
