//! What the authority knows of somebody today, as its registers have it in words and its status list in a byte.

use domain::screen::Colour;
use domain::status::{Cell, Sample};
use domain::time::Timestamp;

use crate::clock;

const POSITIVE: &str = "positive";

/// The latest test that the authority knows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestKnown {
    /// Negative, sampled then.
    Negative(Timestamp),
    /// None.
    None,
    /// Positive.
    Positive,
}

/// Why a code counts no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// Reported lost.
    Lost,
    /// Replaced by a newer one.
    Reissued,
}

/// The byte of somebody who stands like this, in a list signed at `as_of`.
pub(super) fn cell(
    colour: Colour,
    test: TestKnown,
    revoked: Option<Revoked>,
    as_of: Timestamp,
) -> Cell {
    match revoked {
        Some(Revoked::Lost) => return Cell::LOST,
        Some(Revoked::Reissued) => return Cell::REISSUED,
        None => {}
    }
    let sample = match test {
        TestKnown::Negative(at) => Sample::Negative(at),
        TestKnown::None => Sample::None,
        TestKnown::Positive => Sample::Positive,
    };

    Cell::coloured(colour, sample, as_of)
}

/// A test as it stands in a register.
pub(super) fn test_word(test: TestKnown) -> String {
    match test {
        TestKnown::Negative(at) => clock::show(at),
        TestKnown::None => "-".to_owned(),
        TestKnown::Positive => POSITIVE.to_owned(),
    }
}

/// The test that such a word says.
///
/// # Errors
/// What is wrong with it.
pub(super) fn test_of(word: &str) -> Result<TestKnown, String> {
    match word {
        "-" => Ok(TestKnown::None),
        POSITIVE => Ok(TestKnown::Positive),
        at => clock::parse(at).map(TestKnown::Negative),
    }
}

/// A revocation as it stands in a register.
pub(super) fn revoked_word(revoked: Option<Revoked>) -> &'static str {
    match revoked {
        Some(Revoked::Lost) => "lost",
        Some(Revoked::Reissued) => "reissued",
        None => "-",
    }
}

/// What `lost`, `reissued` or `-` says.
///
/// # Errors
/// What to write instead.
pub(crate) fn revoked(word: &str) -> Result<Option<Revoked>, String> {
    match word {
        "-" | "" => Ok(None),
        "lost" => Ok(Some(Revoked::Lost)),
        "reissued" => Ok(Some(Revoked::Reissued)),
        other => Err(format!("revoked is {other:?}: write lost, reissued or -")),
    }
}
