use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::document::Withdrawn;
use crate::fixture::{NOW, assignment, claims, everyone, trust, verified};
use crate::policy::{Case, decide};
use crate::rules::{CodeKind, Data, Judgement, written};
use crate::screen::{Colour, Preset};
use crate::status::{SLOT_SECONDS, Sample};
use crate::time::{HOUR, Timestamp};
use crate::verdict::Verdict;

fn set(id: &str) -> RuleSet {
    preset(id).unwrap().unwrap()
}

/// What the rule that decides is called, `hold` or `undecided`.
fn said(set: &RuleSet, kind: CodeKind, data: &Value) -> String {
    match set.judge(kind, Data::new(data).unwrap()) {
        Judgement::Hold => "hold".to_owned(),
        Judgement::Fails(rule) => rule.id.clone(),
        Judgement::Undecided(_) => "undecided".to_owned(),
    }
}

#[test]
fn every_preset_is_a_good_rule_file_with_its_own_id() {
    for id in preset_ids() {
        let read = preset(id).unwrap();
        let set = read.unwrap_or_else(|faults| panic!("{id}: {}", faults[0]));
        assert_eq!(set.id, id);
    }
    assert!(preset("none").is_none());
}

#[test]
fn a_vaccination_counts_from_its_14th_to_its_270th_day() {
    let says = |dn, clock| vaccinated("EU/1/20/1528", dn, clock);
    assert_eq!(says(2, "2021-06-15T00:00:00Z"), "hold");
    assert_eq!(says(2, "2021-06-14T23:59:59Z"), "EU-VACCINE-TIME");
    assert_eq!(says(2, "2022-02-26T00:00:00Z"), "hold");
    assert_eq!(says(2, "2022-02-26T00:00:01Z"), "EU-VACCINE-TIME");
    assert_eq!(says(1, "2021-06-15T00:00:00Z"), "EU-DOSES");
}

#[test]
fn the_vaccines_that_the_eu_authorised_are_accepted_and_no_other_of_its_value_set() {
    let names = set("eu-style").value_sets();
    let names = names["vaccines-covid-19-names"].as_array().unwrap();
    let accepted: Vec<&str> = names
        .iter()
        .filter_map(Value::as_str)
        .filter(|code| vaccinated(code, 2, "2021-07-01T00:00:00Z") == "hold")
        .collect();
    assert_eq!(
        accepted,
        [
            "EU/1/20/1507",
            "EU/1/20/1525",
            "EU/1/20/1528",
            "EU/1/21/1529",
            "EU/1/21/1580",
            "EU/1/21/1618",
            "EU/1/21/1624",
        ]
    );
    for code in [
        "Covaxin",
        "Sputnik-V",
        "EU/1/00/0000",
        "EU/1/20/1528/001",
        "EU",
        "",
    ] {
        let says = vaccinated(code, 2, "2021-07-01T00:00:00Z");
        assert_eq!(says, "EU-VACCINE", "{code}");
    }
}

/// What the EU's preset says of the first or second of two doses on 2021-06-01.
fn vaccinated(mp: &str, dn: i64, clock: &str) -> String {
    let set = set("eu-style");
    let dose = json!({"tg": "840539006", "mp": mp, "dn": dn, "sd": 2, "dt": "2021-06-01"});
    let data = json!({
        "payload": {"v": [dose]},
        "external": {"validationClock": clock, "valueSets": set.value_sets()},
    });

    said(&set, CodeKind::Vaccination, &data)
}

#[test]
fn a_test_counts_by_its_kind_and_a_recovery_from_its_11th_day() {
    let test = |tt: &str, tr: &str, clock: &str| {
        let data = json!({"payload": {"t": [{"tg": "840539006", "tt": tt, "tr": tr, "sc": "2021-06-01T08:00:00+02:00"}]},
                          "external": {"validationClock": clock}});
        said(&set("eu-style"), CodeKind::Test, &data)
    };
    let negative = "260415000";
    assert_eq!(test("LP6464-4", negative, "2021-06-04T06:00:00Z"), "hold");
    assert_eq!(
        test("LP6464-4", negative, "2021-06-04T06:00:01Z"),
        "EU-TEST-TIME"
    );
    assert_eq!(test("LP217198-3", negative, "2021-06-02T06:00:00Z"), "hold");
    assert_eq!(
        test("LP217198-3", negative, "2021-06-02T06:00:01Z"),
        "EU-TEST-TIME"
    );
    assert_eq!(
        test("other", negative, "2021-06-01T07:00:00Z"),
        "EU-TEST-TIME"
    );
    assert_eq!(
        test("LP6464-4", "260373001", "2021-06-01T07:00:00Z"),
        "EU-TEST-RESULT"
    );
    let recovery = |clock: &str| {
        let data = json!({"payload": {"r": [{"tg": "840539006", "fr": "2021-06-01"}]},
                          "external": {"validationClock": clock}});
        said(&set("eu-style"), CodeKind::Recovery, &data)
    };
    assert_eq!(recovery("2021-06-11T23:59:59Z"), "EU-RECOVERY-TIME");
    assert_eq!(recovery("2021-06-12T00:00:00Z"), "hold");
    assert_eq!(recovery("2021-11-28T00:00:01Z"), "EU-RECOVERY-TIME");
}

#[test]
fn a_certificate_without_its_fields_or_of_another_kind_is_never_admitted() {
    let nothing = json!({"payload": {}, "external": {"validationClock": "2021-06-01T00:00:00Z"}});
    for id in preset_ids() {
        for kind in CodeKind::ALL {
            assert_ne!(said(&set(id), kind, &nothing), "hold", "{id}");
        }
    }
    assert_eq!(
        said(&set("ticket"), CodeKind::Resident, &nothing),
        "undecided"
    );
}

#[test]
fn a_ticket_is_for_the_products_of_its_entrance() {
    let data =
        |item: i64| json!({"payload": {"item": item}, "external": {"venue": {"products": [7, 9]}}});
    assert_eq!(said(&set("ticket"), CodeKind::Ticket, &data(9)), "hold");
    assert_eq!(
        said(&set("ticket"), CodeKind::Ticket, &data(8)),
        "TI-PRODUCT"
    );
}

/// What a decision tells the rules of the status.
fn status(colour: Colour, sample: Sample) -> Value {
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

    json!({"colour": colour, "sample": sample, "asOf": written(NOW.plus(-HOUR))})
}

fn colours() -> impl Strategy<Value = Colour> {
    prop_oneof![Just(Colour::Green), Just(Colour::Yellow), Just(Colour::Red)]
}

/// The start of a slot in the list's window, or one of the other two.
fn samples() -> impl Strategy<Value = Sample> {
    let newest = NOW.plus(-HOUR).0.div_euclid(SLOT_SECONDS);
    let negative = (0_i64..62).prop_map(move |age| {
        let slot = newest.saturating_sub(age);
        Sample::Negative(Timestamp(slot.saturating_mul(SLOT_SECONDS)))
    });
    prop_oneof![8 => negative, 1 => Just(Sample::None), 1 => Just(Sample::Positive)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Within the list's first 24 hours, where its age decides nothing yet.
    #[test]
    fn the_presets_admit_whom_the_stations_own_rules_admit(
        colour in colours(), sample in samples(), ahead in -1_800_i64..22 * HOUR, edge in any::<bool>(),
    ) {
        // Half of the moments are the very second at which a sample of this slot turns 48 hours old, or its neighbours.
        let now = match sample {
            Sample::Negative(from) if edge => {
                let turns = from.plus(48 * HOUR).plus(ahead.rem_euclid(3).saturating_sub(1));
                if (-1_800..22 * HOUR).contains(&turns.since(NOW)) { turns } else { NOW.plus(ahead) }
            }
            Sample::Negative(_) | Sample::None | Sample::Positive => NOW.plus(ahead),
        };
        let snapshot = everyone(colour, sample);
        let (credential, trust) = (verified(&claims()), trust());
        let data = json!({
            "payload": {},
            "external": {"validationClock": written(now), "status": status(colour, sample)},
        });
        for (kind, id) in [(Preset::PublicPlace, "public-place"), (Preset::Residential, "residential")] {
            let decision = decide(&Case {
                credential: &credential,
                slip: None,
                beside: &[],
                withdrawn: &Withdrawn::default(),
                trust: &trust,
                assignment: &assignment(kind),
                snapshot: Some(&snapshot),
                seen_at: None,
                now,
                clock_doubt: false,
            });
            let says = said(&set(id), CodeKind::Resident, &data);
            let admits = decision.verdict == Verdict::Admit;
            prop_assert_eq!(says == "hold", admits, "{} says {}, {:?}", id, says, decision.reasons);
            prop_assert_ne!(says, "undecided");
        }
    }
}
