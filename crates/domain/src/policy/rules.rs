//! The venue's own rules, in CertLogic, over what a decision knows (docs/rules.md).

use serde_json::{Map, Value, json};

use crate::code::foreign::{VerifiedForeign, rule_payload};
use crate::code::native::{Claims, TestResult};
use crate::document::{Assignment, Trust, VenuePolicy};
use crate::rules::{CodeKind, Data, Judgement, RuleSet, written};
use crate::screen::{Colour, HolderClass, Preset, RuleSentence};
use crate::status::Sample;
use crate::time::Timestamp;

/// What the rules of a venue say of one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// Every rule about this kind of code holds, and there is one.
    Holds,
    /// None is about this kind of code.
    Nothing,
    /// A rule fails.
    Fails(RuleSentence),
    /// A rule decides nothing, or cannot be read.
    Undecided,
}

/// Asks all rules about `kind`, in their order; the first that does not hold decides.
pub(super) fn ask(sets: &[Option<RuleSet>], kind: CodeKind, data: &Value) -> Says {
    let Ok(data) = Data::new(data) else {
        return Says::Undecided;
    };
    let mut says = Says::Nothing;
    for set in sets {
        let Some(set) = set else {
            return Says::Undecided;
        };
        if !set.is_about(kind) {
            continue;
        }
        match set.judge(kind, data) {
            Judgement::Hold => says = Says::Holds,
            Judgement::Fails(rule) => {
                return Says::Fails(RuleSentence {
                    id: rule.id.clone(),
                    zh: rule.sentence.zh.clone(),
                    en: rule.sentence.en.clone(),
                });
            }
            Judgement::Undecided(_) => return Says::Undecided,
        }
    }

    says
}

/// What every decision tells the rules of itself: the clock, the venue, when the holder went in here lately, and the value
/// sets, as far as the venue's rules look at them.
pub(super) fn external(
    trust: &Trust,
    assignment: &Assignment,
    seen_at: Option<Timestamp>,
    now: Timestamp,
) -> Map<String, Value> {
    let kind = assignment.venue.kind;
    let products = trust.policy(kind).map(products).unwrap_or_default();
    let mut recent = Map::new();
    if let Some(at) = seen_at {
        recent.insert("seenAt".to_owned(), written(at).into());
    }
    let mut external = Map::new();
    external.insert("validationClock".to_owned(), written(now).into());
    external.insert(
        "venue".to_owned(),
        json!({"kind": word(kind), "products": products}),
    );
    external.insert("recent".to_owned(), recent.into());
    let read = trust.rule_sets(kind).iter().flatten();
    let value_sets: Map<String, Value> = read.flat_map(RuleSet::value_sets).collect();
    if !value_sets.is_empty() {
        external.insert("valueSets".to_owned(), value_sets.into());
    }

    external
}

/// What rules are told of a code of our own, beside its status.
pub(super) fn of_native(claims: &Claims, mut external: Map<String, Value>, status: Value) -> Value {
    external.insert("status".to_owned(), status);
    let mut payload = Map::new();
    let class = match claims.class {
        HolderClass::Minor => "minor",
        HolderClass::Senior => "senior",
        HolderClass::Disabled => "disabled",
        HolderClass::Other => "other",
    };
    let fields = [
        ("issuer", Value::from(claims.issuer.clone())),
        ("issuedAt", written(claims.issued_at).into()),
        ("expires", written(claims.expires).into()),
        ("birthYear", claims.birth_year.into()),
        ("class", class.into()),
    ];
    payload.extend(fields.map(|(name, value)| (name.to_owned(), value)));
    if let Some(slip) = claims.slip {
        payload.insert("sampledAt".to_owned(), written(slip.sampled_at).into());
        let result = match slip.result {
            TestResult::Negative => "negative",
            TestResult::Positive => "positive",
        };
        payload.insert("result".to_owned(), result.into());
    }

    json!({"payload": payload, "external": external})
}

/// What rules are told of a code of another format: what it says, and whose key signed it, as the trust list calls its owner.
pub(super) fn of_foreign(code: &VerifiedForeign, mut external: Map<String, Value>) -> Value {
    let signer = code.signer();
    external.insert(
        "signer".to_owned(),
        json!({"issuer": signer.issuer, "country": signer.country}),
    );

    json!({"payload": rule_payload(code.code()), "external": external})
}

/// What rules are told of a resident's status.
pub(super) fn status(colour: Colour, sample: Sample, as_of: Timestamp) -> Value {
    let colour = match colour {
        Colour::Green => "green",
        Colour::Yellow => "yellow",
        Colour::Red => "red",
    };
    let sample = match sample {
        Sample::Negative(from) => json!({"result": "negative", "from": written(from)}),
        Sample::None => json!({"result": "none"}),
        Sample::Positive => json!({"result": "positive"}),
    };

    json!({"colour": colour, "sample": sample, "asOf": written(as_of)})
}

fn products(policy: &VenuePolicy) -> Vec<i64> {
    policy.products.iter().map(|product| product.item).collect()
}

fn word(kind: Preset) -> &'static str {
    match kind {
        Preset::PublicPlace => "public_place",
        Preset::Residential => "residential",
        Preset::Event => "event",
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
