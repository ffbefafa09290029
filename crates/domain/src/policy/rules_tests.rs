use super::*;
use crate::fixture::{NOW, assignment, trust, trust_of};

/// What the rules of a public place that goes by `rules` are told under `external`.
fn told(rules: &[&str]) -> Map<String, Value> {
    let mut body = trust().body;
    for policy in &mut body.policies {
        policy.rules = rules.iter().map(|text| (*text).to_owned()).collect();
    }
    let trust = trust_of(&body, false);

    external(&trust, &assignment(Preset::PublicPlace), Some(NOW), NOW)
}

fn rule(logic: &str) -> String {
    format!(
        r#"{{"id":"R","sentence":{{"zh":"一","en":"One"}},"kinds":["vaccination"],"logic":{logic}}}"#
    )
}

fn names(told: &Map<String, Value>) -> Vec<&str> {
    told.keys().map(String::as_str).collect()
}

#[test]
fn a_decision_tells_the_clock_the_venue_and_when_they_went_in() {
    let told = told(&[]);
    assert_eq!(names(&told), ["recent", "validationClock", "venue"]);
    assert_eq!(told["validationClock"], "2026-11-24T08:00:00Z");
    assert_eq!(told["recent"], json!({"seenAt": "2026-11-24T08:00:00Z"}));
    assert_eq!(
        told["venue"],
        json!({"kind": "public_place", "products": []})
    );
}

#[test]
fn no_value_set_is_made_that_no_rule_looks_at() {
    let clock = rule(r#"{"var":"external.validationClock"}"#);
    let results = rule(r#"{"in":["x",{"var":"external.valueSets.covid-19-lab-result"}]}"#);
    let diseases = rule(r#"{"in":["x",{"var":"external.valueSets.disease-agent-targeted"}]}"#);
    assert!(!told(&[&clock, "{}"]).contains_key("valueSets"));
    let two = told(&[&clock, &results, &diseases, &results]);
    assert_eq!(
        two["valueSets"],
        json!({"covid-19-lab-result": ["260373001", "260415000"], "disease-agent-targeted": ["840539006"]})
    );
    let all = told(&[&rule(r#"{"var":"external.valueSets"}"#)]);
    let sets = all["valueSets"].as_object().unwrap();
    assert_eq!(
        names(sets),
        [
            "country-2-codes",
            "covid-19-lab-result",
            "covid-19-lab-test-type",
            "disease-agent-targeted",
            "sct-vaccines-covid-19",
            "vaccines-covid-19-auth-holders",
            "vaccines-covid-19-names",
        ]
    );
    assert!(Data::new(&all.into()).is_ok());
}
