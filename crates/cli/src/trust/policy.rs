//! The rule of a kind of venue, as the draft of the next list has it.

use std::path::Path;

use domain::document::{Product, TrustBody, VenuePolicy};
use domain::rules::{CodeKind, RuleSet, preset_ids, preset_text};
use domain::screen::Preset;
use domain::time::Timestamp;

use super::amend::amend;
use crate::verify::printable;
use crate::{Failure, Out, files};

/// What is asked of a kind of venue. What is not said stays.
pub(crate) struct Asked<'a> {
    /// Which kind.
    pub(crate) venue: Preset,
    /// Presets by their ids, or rule files: in place of those before.
    pub(crate) rules: &'a [String],
    /// The products that tickets are taken for: in place of those before.
    pub(crate) products: &'a [Product],
    /// Each group wants a proof of one of its kinds: in place of those before.
    pub(crate) proofs: &'a [Vec<CodeKind>],
    /// Takes rules, products and proofs away that are not given.
    pub(crate) clear: bool,
    /// Seconds in which the same code again is attention, and the same ticket refused.
    pub(crate) again_within: Option<i64>,
    /// Staff compare the ID document.
    pub(crate) identity_check: Option<bool>,
}

/// Writes the policy into the draft of the authority in `path`, and says what changes.
///
/// # Errors
/// [`Failure`]: nothing was drafted.
pub(crate) fn policy(
    path: &Path,
    asked: &Asked<'_>,
    now: Timestamp,
    out: Out<'_>,
) -> Result<(), Failure> {
    for (at, product) in asked.products.iter().enumerate() {
        let before = asked.products.iter().take(at);
        if before.into_iter().any(|other| other.item == product.item) {
            return Err(Failure::Refused(format!(
                "product {} has two names: nothing was drafted. Give each product one",
                product.item
            )));
        }
    }
    let rules = asked
        .rules
        .iter()
        .map(|name| rule_text(name))
        .collect::<Result<Vec<_>, _>>()?;

    amend(path, now, out, |body| {
        change(body, asked, rules);
        Ok(())
    })
}

fn change(body: &mut TrustBody, asked: &Asked<'_>, rules: Vec<String>) {
    let known = body
        .policies
        .iter()
        .position(|policy| policy.kind == asked.venue);
    let mut policy = match known {
        Some(at) => body.policies.remove(at),
        None => new(asked.venue),
    };
    if asked.clear {
        policy.rules.clear();
        policy.products.clear();
        policy.proofs.clear();
    }
    if !rules.is_empty() {
        policy.rules = rules;
    }
    if !asked.products.is_empty() {
        policy.products = asked.products.to_vec();
    }
    if !asked.proofs.is_empty() {
        policy.proofs = asked.proofs.to_vec();
    }
    policy.again_within = asked.again_within.unwrap_or(policy.again_within);
    policy.identity_check = asked.identity_check.unwrap_or(policy.identity_check);
    let at = known.unwrap_or(body.policies.len());
    body.policies.insert(at, policy);
}

fn new(venue: Preset) -> VenuePolicy {
    match venue {
        Preset::PublicPlace => VenuePolicy::public_place(),
        Preset::Residential => VenuePolicy::residential(),
        Preset::Event => VenuePolicy::event(Vec::new()),
    }
}

/// A preset's text, or that of a file; of either every fault is told with its line.
fn rule_text(name: &str) -> Result<String, Failure> {
    let text = match preset_text(name) {
        Some(text) => text.to_owned(),
        None => files::read_text(Path::new(name)).map_err(|error| {
            Failure::Refused(format!(
                "{error}. `{name}` is no preset either; those are {}",
                preset_ids().join(", ")
            ))
        })?,
    };
    if let Err(faults) = RuleSet::read(&text) {
        let faults: Vec<String> = faults
            .iter()
            .map(|fault| format!("{name}, {fault}"))
            .collect();
        return Err(Failure::Refused(format!(
            "{}: nothing was drafted",
            printable(&faults.join("; "))
        )));
    }

    Ok(text)
}
