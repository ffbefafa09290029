//! The only place that prints.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this module is for"
)]

use std::io::Write as _;

use crate::failure::Failure;

/// A line of what is going on.
pub(crate) fn line(text: impl AsRef<str>) {
    println!("{}", text.as_ref());
}

/// The head of a part of the work.
pub(crate) fn head(text: impl AsRef<str>) {
    println!("\n== {}", text.as_ref());
}

/// A question, left open at the end of the line for its answer.
pub(crate) fn question(text: impl AsRef<str>) {
    print!("{} ", text.as_ref());
    // A terminal that cannot be written to cannot be asked either: the answer then reads as "no".
    if let Err(error) = std::io::stdout().flush() {
        eprintln!("the terminal cannot be written to: {error}");
    }
}

/// Why it ended early; nothing where the reason was shown already.
pub(crate) fn failure(failure: &Failure) {
    if !failure.text().is_empty() {
        eprintln!("\n{}", failure.text());
    }
}
