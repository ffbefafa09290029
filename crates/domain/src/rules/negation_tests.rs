use serde_json::{Value, json};

use super::*;
use crate::rules::Logic;

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
        json!({"reduce": [{"var": "payload.t"}, {"var": "accumulator"}, true]}),
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
