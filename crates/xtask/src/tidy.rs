//! The house rules that no compiler checks: doors, arrows, purity, sizes, places, pins.

mod arrows;
mod doors;
mod lint;
mod lock;
mod pins;
mod places;
mod purity;
mod rust;
mod size;

use std::path::Path;

use crate::{
    failure::{Failure, Outcome},
    say, tree,
};

/// A tracked text file.
pub(crate) struct Source {
    /// Relative to the root, with forward slashes.
    path: String,
    text: String,
}

/// A rule broken at a place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    path: String,
    /// From 1.
    line: usize,
    reason: String,
}

/// Reads every tracked file and prints each place where a rule is broken.
pub(crate) fn perform() -> Outcome {
    let root = tree::root();
    let mut violations = Vec::new();
    for path in tree::files()? {
        let Some(source) = read(&root, path)? else {
            continue;
        };
        for rule in RULES {
            violations.extend(rule(&source));
        }
    }
    violations.sort();
    for violation in &violations {
        say::line(format!(
            "{}:{}: {}",
            violation.path, violation.line, violation.reason
        ));
    }

    match violations.len() {
        0 => Ok(()),
        count => Err(Failure::broken(format!(
            "tidy: house rules broken in {count} places"
        ))),
    }
}

impl Source {
    fn is(&self, extension: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|own| own == extension)
    }

    fn violation(&self, line: usize, reason: impl Into<String>) -> Violation {
        Violation {
            path: self.path.clone(),
            line,
            reason: reason.into(),
        }
    }
}

type Rule = fn(&Source) -> Vec<Violation>;

const RULES: &[Rule] = &[
    arrows::check,
    doors::check,
    lint::check,
    lock::check,
    pins::check,
    places::check,
    purity::check,
    size::check,
];

/// A binary file, or one that was deleted but is still in the index, is no source.
fn read(root: &Path, path: String) -> Outcome<Option<Source>> {
    let place = root.join(&path);
    if !place.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(&place)
        .map_err(|error| Failure::broken(format!("{path} cannot be read: {error}")))?;

    Ok(String::from_utf8(bytes)
        .ok()
        .map(|text| Source { path, text }))
}

#[cfg(test)]
fn source(path: &str, text: &str) -> Source {
    Source {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}
