use serde_json::{Value, json};

use super::*;
use crate::rules::{Logic, RuleSet};

fn found(logic: &Value, kinds: &[CodeKind]) -> Vec<String> {
    let Logic(expr) = Logic::parse(logic).unwrap();
    nowhere(&expr, kinds)
        .into_iter()
        .map(|nowhere| format!("{} {}", nowhere.at, nowhere.path))
        .collect()
}

fn is_known(path: &str, kind: CodeKind) -> bool {
    found(&json!({ "var": path }), &[kind]).is_empty()
}

#[test]
fn every_path_that_a_decision_has_is_known_and_so_is_what_leads_to_it() {
    for path in [
        "",
        "external",
        "external.validationClock",
        "external.venue",
        "external.venue.kind",
        "external.venue.products",
        "external.venue.products.0",
        "external.recent.seenAt",
        "external.valueSets",
        "external.valueSets.vaccines-covid-19-names",
        "external.valueSets.country-2-codes.12",
        "payload.whatever",
    ] {
        for kind in CodeKind::ALL {
            assert!(is_known(path, kind), "{path}, {}", kind.word());
        }
    }
    assert!(is_known("external.status.sample.from", CodeKind::Resident));
    for kind in [CodeKind::Ticket, CodeKind::Vaccination] {
        assert!(is_known("external.signer", kind));
        assert!(is_known("external.signer.issuer", kind));
        assert!(is_known("external.signer.country", kind));
    }
}

#[test]
fn a_path_under_external_that_no_decision_about_the_kinds_has_is_found_at_its_place() {
    for path in [
        "external.countryCode",
        "external.exp",
        "external.status",
        "external.validationClock.0",
        "external.venue.products.first",
        "external.valueSets.covid-19-lab-test-manufacturer-and-name",
        "external.valueSets.country-2-codes.AT",
        "external.signer.name",
    ] {
        assert!(!is_known(path, CodeKind::Ticket), "{path}");
    }
    assert!(!is_known("external.signer.issuer", CodeKind::Resident));
    let logic = json!({"and": [true, {"in": ["AT", {"var": "external.region"}]}]});
    assert_eq!(
        found(&logic, &[CodeKind::Test]),
        ["/and/1/in/1 external.region"]
    );
}

#[test]
fn what_one_of_the_kinds_has_a_rule_about_several_may_look_at() {
    let logic = json!({"var": "external.status.colour"});
    let several = [CodeKind::Vaccination, CodeKind::Resident];
    assert_eq!(found(&logic, &several), [""; 0]);
    assert_eq!(found(&logic, &several[..1]).len(), 1);
}

#[test]
fn a_lambda_sees_nothing_of_external() {
    let clock = json!({"var": "external.validationClock"});
    let lambda = json!({"reduce": [{"var": "payload.v"}, clock, false]});
    assert_eq!(
        found(&lambda, &[CodeKind::Vaccination]),
        ["/reduce/1 external.validationClock"]
    );
    let beside = json!({"reduce": [[clock], {"var": "current"}, clock]});
    assert_eq!(found(&beside, &[CodeKind::Vaccination]), [""; 0]);
}

#[test]
fn it_is_told_with_its_line_and_those_that_there_are() {
    let of = |kind: &str, logic: &str| {
        let text = format!(
            r#"{{"id": "R", "sentence": {{"zh": "不", "en": "no"}}, "kinds": ["{kind}"],
"logic":
{logic}}}"#
        );
        RuleSet::read(&text).unwrap_err()[0].to_string()
    };
    let tests = r#"{"in": ["1232", {"var": "external.valueSets.covid-19-lab-test-manufacturer-and-name"}]}"#;
    assert_eq!(
        of("test", tests),
        "line 3, /logic/in/1: no decision about these kinds of code has \
         \"external.valueSets.covid-19-lab-test-manufacturer-and-name\", there are: external.valueSets.country-2-codes, \
         external.valueSets.covid-19-lab-result, external.valueSets.covid-19-lab-test-type, \
         external.valueSets.disease-agent-targeted, external.valueSets.sct-vaccines-covid-19, \
         external.valueSets.vaccines-covid-19-auth-holders, external.valueSets.vaccines-covid-19-names"
    );
    assert_eq!(
        of(
            "resident",
            r#"{"===": [{"var": "external.countryCode"}, "AT"]}"#
        ),
        "line 3, /logic/===/0: no decision about these kinds of code has \"external.countryCode\", there are: \
         external.recent.seenAt, external.status.asOf, external.status.colour, external.status.sample.from, \
         external.status.sample.result, external.validationClock, external.valueSets, external.venue.kind, \
         external.venue.products"
    );
    assert_eq!(
        of(
            "ticket",
            r#"{"reduce": [[1], {"in": [1, {"var": "external.venue.products"}]}, false]}"#
        ),
        "line 3, /logic/reduce/1/in/1: \"external.venue.products\" is out of reach here, a lambda sees current and \
         accumulator alone"
    );
}
