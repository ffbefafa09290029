//! Paths that lead nowhere in every decision: a rule with one could never decide anything.

use std::collections::BTreeSet;

use super::expr::Expr;
use super::kind::CodeKind;
use super::value_sets::VALUE_SETS;

/// A path under `external` that no decision has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Nowhere {
    /// A JSON Pointer into the logic.
    pub(super) at: String,
    pub(super) path: String,
    pub(super) why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It stands in a lambda.
    Lambda,
    /// Nobody knows it; these there are.
    Unknown(String),
}

/// Every path under `external` in `expr` that no decision about a code of `kinds` has.
pub(super) fn nowhere(expr: &Expr, kinds: &[CodeKind]) -> Vec<Nowhere> {
    let mut found = Vec::new();
    expr.walk(&mut |place, part| {
        let Expr::Var(path) = part else {
            return;
        };
        if path.split('.').next() != Some("external") {
            return;
        }
        let why = if place.in_lambda {
            Why::Lambda
        } else if kinds.iter().any(|kind| kind.may_have(path)) {
            return;
        } else {
            Why::Unknown(those_there_are(path, kinds))
        };
        found.push(Nowhere {
            at: place.at.clone(),
            path: path.clone(),
            why,
        });
    });

    found
}

/// What may have been meant: the value sets, or else everything beside them.
fn those_there_are(path: &str, kinds: &[CodeKind]) -> String {
    let is_set = |path: &str| path.starts_with(VALUE_SETS);
    let known = kinds.iter().flat_map(|kind| kind.external());
    let alike = known.filter(|known| is_set(known) == is_set(path));
    let mut there: BTreeSet<&str> = alike.collect();
    if !is_set(path) {
        there.insert("external.valueSets");
    }

    Vec::from_iter(there).join(", ")
}

#[cfg(test)]
#[path = "external_tests.rs"]
mod tests;
