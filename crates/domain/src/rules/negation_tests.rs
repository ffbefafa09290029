use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::rules::{Data, Logic, Outcome};

fn found(logic: &Value) -> Vec<String> {
    let Logic(expr) = Logic::parse(logic).unwrap();
    negations(&expr, &[CodeKind::Vaccination])
        .into_iter()
        .map(|negation| format!("{} {}", negation.at, negation.path))
        .collect()
}

/// Optional, and a comparison of it.
fn lot() -> Value {
    json!({"var": "payload.v.0.lot"})
}

fn is_lot() -> Value {
    json!({"===": [lot(), "A"]})
}

fn dose() -> Value {
    json!({"var": "payload.v.0.dn"})
}

/// A part of the identifier that every certificate has; not each has so many parts.
fn part(at: i64) -> Value {
    json!({"extractFromUVCI": [{"var": "payload.v.0.ci"}, at]})
}

#[test]
fn a_rule_may_not_hold_because_a_path_leads_nowhere() {
    for logic in [
        json!({"!": [lot()]}),
        json!({"!": [is_lot()]}),
        json!({"!": [{"in": [lot(), ["A"]]}]}),
        json!({"!": [{"and": [dose(), lot()]}]}),
        json!({"if": [lot(), is_lot(), true]}),
        json!({"if": [lot(), false, {"===": [dose(), 1]}]}),
        json!({"if": [lot(), 0, {"===": [dose(), 1]}]}),
        json!({"if": [is_lot(), true, 1]}),
        json!({"if": [is_lot(), true, {"===": ["a", "a"]}]}),
        json!({"===": [lot(), {"var": "payload.v.0.lot2"}]}),
        json!({"===": [is_lot(), false]}),
        json!({"===": [false, is_lot()]}),
        json!({"===": [is_lot(), {"===": [dose(), 1]}]}),
        json!({"in": [is_lot(), [false]]}),
        json!({"in": [lot(), [{"var": "payload.v.0.lot2"}]]}),
        json!({"in": [false, [is_lot()]]}),
        json!({"in": [0, [dose(), {"if": [is_lot(), 1, 0]}]]}),
        json!({"in": [dose(), [dose(), [lot()]]]}),
        json!({"in": [false, {"and": [is_lot(), [false]]}]}),
        json!({"in": [false, {"if": [dose(), [is_lot()], []]}]}),
        json!({"!": [part(9)]}),
        json!({"===": [part(8), part(9)]}),
        json!({"in": [part(8), [part(9)]]}),
        json!({"if": [part(9), false, true]}),
        json!({"in": [lot(), [part(99)]]}),
        json!({"in": [part(99), [lot()]]}),
        json!({"===": [lot(), part(99)]}),
        json!({"reduce": [{"var": "payload.t"}, {"var": "accumulator"}, true]}),
        json!({"reduce": [{"var": "payload.v"}, {"!": [dose()]}, false]}),
        json!({"===": [{"reduce": [{"var": "payload.t"}, 1, 0]}, 0]}),
        json!({"reduce": [{"var": "payload.v"}, {"!": [{"var": "current.lot"}]}, false]}),
    ] {
        assert!(!found(&logic).is_empty(), "{logic}");
    }
}

#[test]
fn what_needs_its_path_is_allowed_and_so_is_negation_over_what_every_code_has() {
    for logic in [
        is_lot(),
        json!({"in": [lot(), ["A", "B"]]}),
        json!({"in": [dose(), [1, lot()]]}),
        json!({"in": ["A", [lot(), "B"]]}),
        json!({"in": ["A", lot()]}),
        json!({"in": [part(1), ["AT", "BE"]]}),
        json!({"in": [lot(), {"var": "external.valueSets.country-2-codes"}]}),
        json!({"!": [{"in": [dose(), {"var": "external.valueSets.country-2-codes"}]}]}),
        json!({"===": [is_lot(), true]}),
        json!({"===": [lot(), dose()]}),
        json!({"===": [{"extractFromUVCI": [lot(), 1]}, "AT"]}),
        json!({"if": [lot(), is_lot(), false]}),
        json!({"if": [lot(), is_lot(), {"===": [dose(), 2]}]}),
        json!({"!": [{"===": [dose(), 1]}]}),
        json!({"!": [{"var": "payload.v.0"}]}),
        json!({"if": [{">": [dose(), 2]}, false, true]}),
        json!({"reduce": [{"var": "payload.t"}, {"===": [{"var": "current.tr"}, "x"]}, false]}),
        json!({"and": [lot(), {"<": [1, dose()]}]}),
    ] {
        assert_eq!(found(&logic), [""; 0], "{logic}");
    }
}

#[test]
fn each_is_found_at_its_place_and_for_every_kind_of_the_rule() {
    let logic = json!({"and": [true, {"if": [dose(), {"!": [lot()]}, false]}]});
    assert_eq!(found(&logic), ["/and/1/if/1 payload.v.0.lot"]);
    let Logic(expr) = Logic::parse(&json!({"!": [dose()]})).unwrap();
    assert_eq!(negations(&expr, &[CodeKind::Vaccination]), []);
    assert_eq!(
        negations(&expr, &[CodeKind::Vaccination, CodeKind::Test]).len(),
        1
    );
    assert_eq!(negations(&expr, &[]).len(), 1);
}

#[test]
fn a_list_that_was_made_from_a_path_is_told_with_it() {
    let logic = json!({"and": [true, {"in": [false, [dose(), is_lot()]]}]});
    assert_eq!(found(&logic), ["/and/1 payload.v.0.lot"]);
}

/// What an optional field may be.
fn lots() -> Vec<Value> {
    [
        "true", "false", "0", "1", r#""""#, r#""a""#, "[]", r#"["a"]"#,
    ]
    .map(|text| serde_json::from_str(text).unwrap())
    .to_vec()
}

/// Expressions about a dose, which every certificate has, and its lot.
fn expressions() -> impl Strategy<Value = Value> {
    let mut leaves = lots();
    leaves.extend([lot(), lot(), dose(), part(0), part(99)]);
    leaves.extend(["current", "accumulator", ""].map(|path| json!({ "var": path })));
    let leaf = prop::sample::select(leaves);
    leaf.prop_recursive(4, 24, 3, |inside| {
        let ids = vec!["", "!", "===", "===", "in", "in", "and", "+", "<", "reduce"];
        let operands = prop::collection::vec(inside, 3);
        (prop::sample::select(ids), operands).prop_map(|(id, mut operands)| {
            operands.truncate(match id {
                "!" => 1,
                "reduce" => 3,
                _ => 2,
            });
            if id.is_empty() {
                json!(operands)
            } else {
                json!({ id: operands })
            }
        })
    })
}

/// The outcome over a certificate with this lot, or without any.
fn outcome(logic: &Logic, lot: Option<&Value>) -> Outcome {
    let mut dose = json!({"dn": 1, "ci": "a"});
    if let Some(lot) = lot {
        dose["lot"] = lot.clone();
    }
    let data = json!({"payload": {"v": [dose]}});

    Outcome::of(&logic.evaluate(Data::new(&data).unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Without `if`, of which the form alone is looked at.
    #[test]
    fn what_holds_without_a_path_fails_with_none_of_its_values(text in expressions()) {
        let Ok(logic) = Logic::parse(&text) else {
            return Ok(());
        };
        if !negations(&logic.0, &[CodeKind::Vaccination]).is_empty() {
            return Ok(());
        }
        if outcome(&logic, None) == Outcome::Holds {
            for lot in lots() {
                prop_assert_ne!(outcome(&logic, Some(&lot)), Outcome::Fails, "{} {}", text, lot);
            }
        }
    }
}
