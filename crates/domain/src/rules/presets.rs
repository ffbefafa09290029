//! The rule sets that come with the program, as data: a policy in `trust` holds the text of those that a venue goes by.

use super::file::{Fault, RuleSet};

const TEXTS: [(&str, &str); 4] = [
    ("eu-style", include_str!("presets/eu-style.json")),
    ("public-place", include_str!("presets/public-place.json")),
    ("residential", include_str!("presets/residential.json")),
    ("ticket", include_str!("presets/ticket.json")),
];

/// The ids of the presets.
#[must_use]
pub fn preset_ids() -> [&'static str; 4] {
    TEXTS.map(|(id, _)| id)
}

/// The preset with this id, as an authority would author it.
#[must_use]
pub fn preset_text(id: &str) -> Option<&'static str> {
    TEXTS
        .iter()
        .find(|(known, _)| *known == id)
        .map(|(_, text)| *text)
}

/// The preset with this id.
///
/// # Errors
/// As [`RuleSet::read`]; a test shows that there are none.
pub fn preset(id: &str) -> Option<Result<RuleSet, Vec<Fault>>> {
    preset_text(id).map(RuleSet::read)
}

#[cfg(test)]
#[path = "presets_tests.rs"]
mod tests;
