//! What staff read of each format's payload, on payloads made for it.

use serde_json::json;

use super::*;
use crate::code::foreign::Reading;
use crate::code::foreign::fixture::{health_code, identity_code};
use crate::screen::{TestMethod, TestOutcome};
use crate::time::Timestamp;

/// A code of `format` with this payload, signed by nobody: its content is read the same way.
fn code(format: Format, payload: Value) -> SignedForeign {
    let any = Reading::default().decode(&identity_code()).unwrap();

    SignedForeign {
        format,
        payload,
        ..any
    }
}

fn content(format: Format, payload: Value) -> Option<Content> {
    Content::of(&code(format, payload))
}

fn dcc() -> Value {
    json!({
        "ver": "1.3.0", "dob": "1964-03-14",
        "nam": {"fn": "Müller", "gn": "Jürgen", "fnt": "MUELLER", "gnt": "JUERGEN"},
        "v": [{"tg": "840539006", "vp": "J07BX03", "mp": "EU/1/20/1528", "ma": "ORG-1", "dn": 2, "sd": 2,
               "dt": "2026-08-01", "co": "XX", "is": "Nobody", "ci": "URN:1"}]
    })
}

fn vaccination(vaccine: &str, dose: Option<u32>, doses: Option<u32>, on: &str) -> ProofView {
    ProofView::Vaccination {
        vaccine: vaccine.to_owned(),
        dose,
        doses,
        on: on.to_owned(),
    }
}

#[test]
fn a_health_certificate_names_its_holder_in_both_spellings_and_its_vaccine_by_brand() {
    let read = content(Format::Hcert, json!({"dcc": dcc()})).unwrap();
    let holder = read.holder.unwrap();
    assert_eq!(holder.name, "Müller Jürgen");
    assert_eq!(holder.other.as_deref(), Some("MUELLER JUERGEN"));
    assert_eq!(holder.birth.as_deref(), Some("1964-03-14"));
    let dose = vaccination("Comirnaty", Some(2), Some(2), "2026-08-01");
    assert_eq!(read.proofs, [(CodeKind::Vaccination, dose)]);
}

#[test]
fn a_holder_whose_own_spelling_is_left_empty_is_told_by_the_other_one() {
    for (family, given, told) in [
        ("", "", "MUELLER JUERGEN"),
        ("Müller", " ", "Müller"),
        (" ", "Jürgen", "Jürgen"),
    ] {
        let mut dcc = dcc();
        let names = dcc.pointer_mut("/nam").unwrap();
        names["fn"] = family.into();
        names["gn"] = given.into();
        let read = content(Format::Hcert, json!({"dcc": dcc})).unwrap();
        assert_eq!(read.holder.unwrap().name, told);
    }
}

#[test]
fn a_test_and_a_recovery_of_a_health_certificate_are_told_with_their_times() {
    let mut dcc = dcc();
    let fields = dcc.as_object_mut().unwrap();
    fields.remove("v");
    fields.insert(
        "t".to_owned(),
        json!([{"tg": "840539006", "tt": "LP6464-4", "sc": "2026-11-24T08:00:00+01:00", "tr": "260415000"}]),
    );
    let proof = ProofView::Test {
        method: TestMethod::Naat,
        result: TestOutcome::Negative,
        at: Some(Timestamp(1_795_503_600)),
        on: "2026-11-24".to_owned(),
    };
    let read = content(Format::Hcert, json!({"dcc": dcc})).unwrap();
    assert_eq!(read.proofs, [(CodeKind::Test, proof)]);

    let fields = dcc.as_object_mut().unwrap();
    fields.remove("t");
    fields.insert(
        "r".to_owned(),
        json!([{"fr": "2026-07-01", "df": "2026-07-12", "du": "2026-12-28"}]),
    );
    let proof = ProofView::Recovery {
        positive_on: "2026-07-01".to_owned(),
        from: "2026-07-12".to_owned(),
        until: "2026-12-28".to_owned(),
    };
    let read = content(Format::Hcert, json!({"dcc": dcc})).unwrap();
    assert_eq!(read.proofs, [(CodeKind::Recovery, proof)]);
}

#[test]
fn a_certificate_without_what_its_schema_asks_for_is_not_read() {
    for missing in [
        "/nam", "/dob", "/v/0/mp", "/v/0/dn", "/v/0/sd", "/v/0/dt", "/nam/fnt", "/v",
    ] {
        let mut dcc = dcc();
        let (parent, name) = missing.rsplit_once('/').unwrap();
        dcc.pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(name);
        assert_eq!(
            content(Format::Hcert, json!({"dcc": dcc})),
            None,
            "{missing}"
        );
    }
    let mut strange = dcc();
    *strange.pointer_mut("/v/0/dt").unwrap() = json!("1 August");
    assert_eq!(content(Format::Hcert, json!({"dcc": strange})), None);
    assert_eq!(content(Format::Hcert, json!({})), None);
}

#[test]
fn a_certificate_of_who_has_one_name_and_a_dose_in_number_or_words() {
    for (dn, dose) in [
        (json!(1), Some(1)),
        (json!("1/1"), Some(1)),
        (json!("booster"), None),
    ] {
        let icvp = json!({"n": "Aulus Agerius", "dob": "1985-05-03",
                          "v": {"dn": dn, "vp": "YellowFever", "dt": "2023-03-15"}});
        let read = content(Format::Hcert, json!({"icvp": icvp})).unwrap();
        assert_eq!(
            read.proofs,
            [(
                CodeKind::Icvp,
                vaccination("YellowFever", dose, None, "2023-03-15")
            )]
        );
    }
}

#[test]
fn a_product_that_who_prequalified_is_told_in_words_and_any_other_as_it_stands() {
    let hash = "d2c75a15ed309658b3968519ddb31690";
    let known = format!("YellowFeverProduct{hash}");
    let nameless = format!("YellowFever{hash}");
    let torn = known.replace("d2c7", "d2c");
    for (id, told) in [
        (known.as_str(), "Yellow Fever"),
        (&nameless, nameless.as_str()),
        (&torn, &torn),
        (
            "黄热病疫苗黄热病疫苗黄热病疫苗",
            "黄热病疫苗黄热病疫苗黄热病疫苗",
        ),
    ] {
        let icvp = json!({"n": "A", "v": {"vp": id, "dt": "2023-03-15"}});
        let read = content(Format::Hcert, json!({"icvp": icvp})).unwrap();
        let expected = vaccination(told, None, None, "2023-03-15");
        assert_eq!(read.proofs, [(CodeKind::Icvp, expected)]);
    }
}

fn card(resources: Vec<Value>) -> Value {
    let patient = json!({"resourceType": "Patient", "birthDate": "1951-01-20",
                         "name": [{"use": "old", "family": "Before"}, {"family": "Anyperson", "given": ["John", "B."]}]});
    let entries: Vec<Value> = std::iter::once(patient)
        .chain(resources)
        .map(|resource| json!({"resource": resource}))
        .collect();
    json!({"vc": {"credentialSubject": {"fhirBundle": {"resourceType": "Bundle", "entry": entries}}}})
}

#[test]
fn a_smart_health_card_counts_its_doses_by_their_days() {
    let dose = |code: &str, on: &str, status: &str| {
        json!({"resourceType": "Immunization", "status": status, "occurrenceDateTime": on,
               "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": code}]}})
    };
    let read = content(
        Format::Shc,
        card(vec![
            dose("229", "2022-09-05", "completed"),
            dose("207", "2021-01-01", "completed"),
            dose("207", "2021-01-02", "not-done"),
            dose("999", "2021-01-29", "completed"),
        ]),
    )
    .unwrap();
    assert_eq!(read.holder.unwrap().name, "John B. Anyperson");
    let doses = [
        vaccination("Moderna", Some(1), None, "2021-01-01"),
        vaccination("999", Some(2), None, "2021-01-29"),
        vaccination("Moderna BA.4/5", Some(3), None, "2022-09-05"),
    ];
    assert_eq!(
        read.proofs,
        doses.map(|dose| (CodeKind::ShcVaccination, dose))
    );
}

#[test]
fn a_test_on_a_card_is_negative_or_positive_only_by_the_codes_for_it() {
    let observation = |result: &[&str]| {
        let codings: Vec<Value> = result
            .iter()
            .map(|code| json!({"system": "http://snomed.info/sct", "code": code}))
            .collect();
        json!({"resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-11-24",
               "code": {"coding": [{"system": "http://loinc.org", "code": "94558-4"}]},
               "valueCodeableConcept": {"coding": codings}})
    };
    for (codes, result) in [
        (&["260415000"][..], TestOutcome::Negative),
        (&["260373001"], TestOutcome::Positive),
        (&["260415000", "260373001"], TestOutcome::Unknown),
        (&["1"], TestOutcome::Unknown),
    ] {
        let read = content(Format::Shc, card(vec![observation(codes)])).unwrap();
        let proof = ProofView::Test {
            method: TestMethod::Antigen,
            result,
            at: None,
            on: "2026-11-24".to_owned(),
        };
        assert_eq!(read.proofs, [(CodeKind::ShcTest, proof)]);
    }
}

#[test]
fn a_card_that_proves_nothing_or_names_nobody_is_not_read() {
    assert_eq!(content(Format::Shc, card(Vec::new())), None);
    let mut nobody = card(vec![
        json!({"resourceType": "Immunization", "status": "completed",
                                      "occurrenceDateTime": "2021-01-01"}),
    ]);
    nobody
        .pointer_mut("/vc/credentialSubject/fhirBundle/entry")
        .unwrap()
        .as_array_mut()
        .unwrap()
        .remove(0);
    assert_eq!(content(Format::Shc, nobody), None);
}

#[test]
fn a_card_of_two_patients_and_a_code_of_nobody_are_not_read() {
    let dose = json!({"resourceType": "Immunization", "status": "completed", "occurrenceDateTime": "2021-01-01"});
    let child = json!({"resourceType": "Patient", "name": [{"family": "Child"}]});
    assert!(content(Format::Shc, card(vec![dose.clone()])).is_some());
    assert_eq!(content(Format::Shc, card(vec![dose, child])), None);

    let subject = json!({"givenName": " ", "dob": "1960-04-16"});
    assert_eq!(
        content(Format::Nzcp, json!({"vc": {"credentialSubject": subject}})),
        None
    );
    let mut nobody = dcc();
    nobody["nam"] = json!({"fnt": ""});
    assert_eq!(content(Format::Hcert, json!({"dcc": nobody})), None);
}

#[test]
fn a_new_zealand_pass_is_a_pass_with_a_name_and_a_birthday() {
    let subject = json!({"givenName": "Jack", "familyName": "Sparrow", "dob": "1960-04-16"});
    let read = content(Format::Nzcp, json!({"vc": {"credentialSubject": subject}})).unwrap();
    let holder = read.holder.unwrap();
    assert_eq!(
        (holder.name.as_str(), holder.birth_year()),
        ("Jack Sparrow", Some(1960))
    );
    assert_eq!(read.proofs, [(CodeKind::Nzcp, ProofView::Pass)]);
}

#[test]
fn a_seal_of_vaccination_lists_every_dose_and_one_of_testing_its_result() {
    let event = |name: &str, on: &str, seq: Value| json!({"des": "XM68M6", "nam": name, "vd": [{"dvc": on, "seq": seq}]});
    let message = json!({"pid": {"n": "NIHON  HANAKO", "dob": "1991-12-01"},
                         "ve": [event("COMIRNATY", "2021-06-01", json!(1)), event("Spikevax", "2021-06-22", json!("2"))]});
    let read = content(
        Format::VdsNc,
        json!({"hdr": {"t": "icao.vacc"}, "msg": message}),
    )
    .unwrap();
    let doses = [
        vaccination("COMIRNATY", Some(1), None, "2021-06-01"),
        vaccination("Spikevax", Some(2), None, "2021-06-22"),
    ];
    assert_eq!(
        read.proofs,
        doses.map(|dose| (CodeKind::VdsVaccination, dose))
    );

    let message = json!({"pid": {"n": "NIHON  HANAKO"}, "dat": {"sc": "2026-11-24T08:00:00Z"},
                         "ser": {"tc": "molecular(PCR)", "r": "Not Detected"}});
    let read = content(
        Format::VdsNc,
        json!({"hdr": {"t": "icao.test"}, "msg": message}),
    )
    .unwrap();
    let proof = ProofView::Test {
        method: TestMethod::Naat,
        result: TestOutcome::Negative,
        at: Some(Timestamp(1_795_507_200)),
        on: "2026-11-24".to_owned(),
    };
    assert_eq!(read.proofs, [(CodeKind::VdsTest, proof)]);
    assert_eq!(
        content(
            Format::VdsNc,
            json!({"hdr": {"t": "icao.other"}, "msg": {"pid": {"n": "A"}}})
        ),
        None
    );
}

#[test]
fn an_identity_is_shown_in_both_of_its_scripts() {
    let identity = json!({"fullName": "Janardhan BS", "secondaryFullName": "جاناردان", "dateOfBirth": "19840118"});
    let holder = content(Format::Claim169, json!({"claim169": identity}))
        .unwrap()
        .holder
        .unwrap();
    assert_eq!(holder.other.as_deref(), Some("جاناردان"));
    assert_eq!(holder.birth.as_deref(), Some("1984-01-18"));
    let parts = json!({"firstName": "Anna", "lastName": "Muster"});
    let holder = content(Format::Claim169, json!({"claim169": parts}))
        .unwrap()
        .holder
        .unwrap();
    assert_eq!(holder.name, "Anna Muster");
    assert_eq!(
        content(Format::Claim169, json!({"claim169": {"id": "1"}})),
        None
    );
}

#[test]
fn a_ticket_names_nobody() {
    let read = content(
        Format::Pretix,
        json!({"seed": "x", "item": 42, "variation": 0, "subevent": 7}),
    )
    .unwrap();
    assert_eq!(read.holder, None);
    let ticket = ProofView::Ticket {
        product: None,
        item: 42,
        variation: 0,
        subevent: 7,
    };
    assert_eq!(read.proofs, [(CodeKind::Ticket, ticket)]);
}

#[test]
fn what_is_hidden_in_a_name_is_dropped_and_said() {
    let identity = json!({"fullName": "Anna\u{202e}Muster"});
    let holder = content(Format::Claim169, json!({"claim169": identity}))
        .unwrap()
        .holder
        .unwrap();
    assert_eq!((holder.name.as_str(), holder.altered), ("AnnaMuster", true));
}

#[test]
fn rules_are_asked_about_the_certificate_itself_or_the_whole_payload() {
    let hcert = code(Format::Hcert, json!({"iss": "XX", "dcc": {"ver": "1.3.0"}}));
    assert_eq!(rule_payload(&hcert), &json!({"ver": "1.3.0"}));
    let card = code(Format::Shc, json!({"dcc": 1, "iss": "x"}));
    assert_eq!(rule_payload(&card), &json!({"dcc": 1, "iss": "x"}));
    let certificate = Reading::default()
        .decode(&health_code(crate::code::foreign::fixture::numbered([(
            1,
            crate::code::foreign::fixture::dcc(),
        )])))
        .unwrap();
    assert_eq!(
        rule_payload(&certificate).pointer("/ver"),
        Some(&json!("1.3.0"))
    );
}
