//! The public vectors of foreign formats, from where they lie beside the checkout.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "a test says what it skips")]

#[expect(dead_code, reason = "shared with the soak, which uses it all")]
#[path = "../soak/chance.rs"]
mod chance;
mod changed;
mod cose_formats;
mod json_formats;
mod lists;
#[expect(dead_code, reason = "shared with the fuzzer, which uses it all")]
mod signed;
mod status_token;
mod vectors;
