//! The only place that prints: tables to the standard output, progress and complaints beside it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this module is for"
)]

use std::time::Duration;

use crate::clock::Watch;

/// How long a run may stay silent.
const SILENT: Duration = Duration::from_secs(3);

/// What the program is for.
pub(crate) fn result(text: &str) {
    println!("{text}");
}

/// What a person at the terminal wants to know meanwhile.
pub(crate) fn aside(text: &str) {
    eprintln!("{text}");
}

/// A line every few seconds of a long run.
pub(crate) struct Progress<'a> {
    of: &'a str,
    all: usize,
    done: usize,
    last: Watch,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(of: &'a str, all: usize) -> Self {
        Self {
            of,
            all,
            done: 0,
            last: Watch::start(),
        }
    }

    /// One more is done; `how` tells how it stands.
    pub(crate) fn step(&mut self, how: impl FnOnce() -> String) {
        self.done += 1;
        if self.done == self.all || self.last.time() > SILENT {
            self.last = Watch::start();
            aside(&format!(
                "{}: {} of {}, {}",
                self.of,
                self.done,
                self.all,
                how()
            ));
        }
    }
}
