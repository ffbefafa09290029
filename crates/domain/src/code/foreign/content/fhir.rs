//! The FHIR bundle of a SMART Health Card: a `Patient`, and `Immunization` or `Observation` resources.

use serde_json::Value;

use super::value_sets::cvx;
use super::{Content, Holder, day, shown, text};
use crate::rules::{CodeKind, moment};
use crate::screen::{ProofView, TestMethod, TestOutcome};

/// The system of CVX codes.
const CVX_SYSTEM: &str = "http://hl7.org/fhir/sid/cvx";
const SNOMED: &str = "http://snomed.info/sct";
/// SNOMED CT: not detected, negative; detected, positive.
const NEGATIVE: [&str; 2] = ["260415000", "260385009"];
const POSITIVE: [&str; 2] = ["260373001", "10828004"];
/// LOINC codes of tests that amplify nucleic acids, and of those for antigens: the ones that cards of the directory carry most.
const NAAT: [&str; 5] = ["94500-6", "94309-2", "94759-8", "94845-5", "95406-5"];
const ANTIGEN: [&str; 4] = ["94558-4", "95209-3", "96119-3", "97097-0"];

pub(super) fn read(payload: &Value) -> Option<Content> {
    let entries = payload
        .pointer("/vc/credentialSubject/fhirBundle/entry")?
        .as_array()?;
    let resources = || entries.iter().filter_map(|entry| entry.get("resource"));
    let of = |kind: &'static str| {
        resources().filter(move |resource| text(resource, "resourceType") == Some(kind))
    };
    let mut patients = of("Patient");
    let patient = patients.next()?;
    // Whose of two the proofs are would have to be told by references.
    if patients.next().is_some() {
        return None;
    }
    let mut doses: Vec<&Value> = of("Immunization")
        .filter(|resource| text(resource, "status") == Some("completed"))
        .collect();
    // Nothing says that a card has them in order.
    doses.sort_by_key(|dose| text(dose, "occurrenceDateTime"));
    let tests = of("Observation").filter(|resource| {
        matches!(
            text(resource, "status"),
            Some("final" | "amended" | "corrected")
        )
    });
    let mut proofs = Vec::new();
    for (number, dose) in (1_u32..).zip(doses) {
        proofs.push((CodeKind::ShcVaccination, vaccination(dose, number)?));
    }
    for observation in tests {
        proofs.push((CodeKind::ShcTest, test(observation)?));
    }

    Some(Content {
        holder: Some(holder(patient)?),
        proofs,
    })
}

/// The first name that is not an old one.
fn holder(patient: &Value) -> Option<Holder> {
    let names = patient.get("name")?.as_array()?;
    let name = names.iter().find(|name| text(name, "use") != Some("old"))?;
    let given = name.get("given").and_then(Value::as_array);
    let mut parts: Vec<&str> = given
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    parts.extend(text(name, "family"));
    let whole = if parts.is_empty() {
        text(name, "text")?.to_owned()
    } else {
        parts.join(" ")
    };

    Some(Holder::new(&whole, None, None, text(patient, "birthDate")))
}

fn codings(concept: Option<&Value>) -> impl Iterator<Item = &Value> {
    concept
        .and_then(|concept| concept.get("coding"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn vaccination(dose: &Value, number: u32) -> Option<ProofView> {
    let concept = dose.get("vaccineCode");
    let known = codings(concept)
        .filter(|coding| text(coding, "system") == Some(CVX_SYSTEM))
        .find_map(|coding| cvx(text(coding, "code")?));
    let written = codings(concept).find_map(|coding| text(coding, "code"));

    Some(ProofView::Vaccination {
        vaccine: shown(known.or(written)),
        dose: Some(number),
        doses: None,
        on: day(text(dose, "occurrenceDateTime")?)?,
    })
}

fn test(observation: &Value) -> Option<ProofView> {
    let loinc = |codes: &[&str]| {
        codings(observation.get("code"))
            .any(|coding| text(coding, "code").is_some_and(|code| codes.contains(&code)))
    };
    let snomed = |codes: &[&str]| {
        codings(observation.get("valueCodeableConcept"))
            .filter(|coding| text(coding, "system") == Some(SNOMED))
            .any(|coding| text(coding, "code").is_some_and(|code| codes.contains(&code)))
    };
    let at = ["effectiveDateTime", "issued"]
        .into_iter()
        .find_map(|name| text(observation, name))
        .or_else(|| text(observation.get("effectivePeriod")?, "start"))?;

    Some(ProofView::Test {
        method: if loinc(&NAAT) {
            TestMethod::Naat
        } else if loinc(&ANTIGEN) {
            TestMethod::Antigen
        } else {
            TestMethod::Other
        },
        // Both at once is neither.
        result: match (snomed(&NEGATIVE), snomed(&POSITIVE)) {
            (true, false) => TestOutcome::Negative,
            (false, true) => TestOutcome::Positive,
            (true, true) | (false, false) => TestOutcome::Unknown,
        },
        at: moment(at),
        on: day(at)?,
    })
}
