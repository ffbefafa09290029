//! EU Digital COVID Certificate, schema 1.3.0: `{ver, nam: {fn, gn, fnt, gnt}, dob, v | t | r: [{..}]}`.

use serde_json::Value;

use super::value_sets::eu_vaccine;
use super::{Content, Holder, count, day, shown, text};
use crate::rules::{CodeKind, moment};
use crate::screen::{ProofView, TestMethod, TestOutcome};

/// What the schema requires of the holder, and of the one entry.
pub(super) fn read(dcc: &Value) -> Option<Content> {
    let names = dcc.get("nam")?;
    let (family, given) = (text(names, "fnt")?, text(names, "gnt").unwrap_or_default());
    let transliterated = format!("{family} {given}");
    let native = [text(names, "fn"), text(names, "gn")];
    let name: Vec<&str> = native
        .into_iter()
        .flatten()
        .filter(|part| !part.trim().is_empty())
        .collect();
    let written = transliterated.replace('<', " ");
    let born = text(dcc, "dob")?;
    let holder = if name.is_empty() {
        Holder::new(&written, None, Some(&transliterated), Some(birth(born)))
    } else {
        Holder::new(
            &name.join(" "),
            Some(&written),
            Some(&transliterated),
            Some(birth(born)),
        )
    };
    let entry = |name: &str| dcc.get(name)?.as_array()?.first();
    let proof = if let Some(dose) = entry("v") {
        (CodeKind::Vaccination, vaccination(dose)?)
    } else if let Some(sample) = entry("t") {
        (CodeKind::Test, test(sample)?)
    } else {
        (CodeKind::Recovery, recovery(entry("r")?)?)
    };

    Some(Content {
        holder: Some(holder),
        proofs: vec![proof],
    })
}

/// Some issuers write a time behind the day.
fn birth(born: &str) -> &str {
    born.split('T').next().unwrap_or(born)
}

fn vaccination(dose: &Value) -> Option<ProofView> {
    Some(ProofView::Vaccination {
        vaccine: shown(Some(eu_vaccine(text(dose, "mp")?))),
        dose: Some(count(dose, "dn")?),
        doses: Some(count(dose, "sd")?),
        on: day(text(dose, "dt")?)?,
    })
}

fn test(sample: &Value) -> Option<ProofView> {
    let at = text(sample, "sc")?;

    Some(ProofView::Test {
        method: match text(sample, "tt")? {
            "LP6464-4" => TestMethod::Naat,
            "LP217198-3" => TestMethod::Antigen,
            _ => TestMethod::Other,
        },
        result: match text(sample, "tr")? {
            "260415000" => TestOutcome::Negative,
            "260373001" => TestOutcome::Positive,
            _ => TestOutcome::Unknown,
        },
        at: moment(at),
        on: day(at)?,
    })
}

fn recovery(entry: &Value) -> Option<ProofView> {
    let on = |name: &str| day(text(entry, name)?);

    Some(ProofView::Recovery {
        positive_on: on("fr")?,
        from: on("df")?,
        until: on("du")?,
    })
}
