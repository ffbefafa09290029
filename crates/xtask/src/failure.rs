//! Why a chore did not end well.

use std::process::ExitCode;

/// What most functions here answer with.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// A message for the person at the keyboard and the exit code that goes with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    text: String,
    code: u8,
}

impl Failure {
    /// Something is broken: exit code 1.
    pub(crate) fn broken(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: 1,
        }
    }

    /// The person has to do something first: exit code 2.
    pub(crate) fn act(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: 2,
        }
    }

    /// The message, as it is shown.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The exit code of the whole program.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}
