//! The public vectors of foreign formats, from where they lie beside the checkout.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "a test says what it skips")]

mod changed;
mod json_formats;
mod lists;
#[expect(dead_code, reason = "shared with the fuzzer, which uses it all")]
mod signed;
mod status_token;
mod vectors;
