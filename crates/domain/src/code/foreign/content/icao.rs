//! ICAO VDS-NC: proof of vaccination (`icao.vacc`) and of testing (`icao.test`). Names are in the transliteration of ICAO 9303.

use serde_json::Value;

use super::{Content, Holder, day, shown, text};
use crate::rules::{CodeKind, moment};
use crate::screen::{ProofView, TestMethod, TestOutcome};

pub(super) fn read(data: &Value) -> Option<Content> {
    let message = data.get("msg")?;
    let person = message.get("pid")?;
    let name = text(person, "n")?;
    let holder = Holder::new(name, None, Some(name), text(person, "dob"));
    let proofs = match data.pointer("/hdr/t")?.as_str()? {
        "icao.vacc" => vaccinations(message)?,
        "icao.test" => vec![(CodeKind::VdsTest, test(message)?)],
        _ => return None,
    };

    Some(Content {
        holder: Some(holder),
        proofs,
    })
}

fn vaccinations(message: &Value) -> Option<Vec<(CodeKind, ProofView)>> {
    let mut proofs = Vec::new();
    for event in message.get("ve")?.as_array()? {
        let vaccine = shown(text(event, "nam").or_else(|| text(event, "des")));
        for dose in event.get("vd")?.as_array()? {
            let number = dose
                .get("seq")
                .and_then(|seq| seq.as_u64().or_else(|| seq.as_str()?.parse().ok()));
            proofs.push((
                CodeKind::VdsVaccination,
                ProofView::Vaccination {
                    vaccine: vaccine.clone(),
                    dose: number.and_then(|number| u32::try_from(number).ok()),
                    doses: None,
                    on: day(text(dose, "dvc")?)?,
                },
            ));
        }
    }

    Some(proofs)
}

fn test(message: &Value) -> Option<ProofView> {
    let sampled = text(message.get("dat")?, "sc")?;
    let result = message.get("ser")?;
    let word = |name: &str| text(result, name).unwrap_or_default().to_ascii_lowercase();

    Some(ProofView::Test {
        method: match word("tc") {
            kind if kind.contains("pcr") || kind.contains("molecular") || kind.contains("naat") => {
                TestMethod::Naat
            }
            kind if kind.contains("antigen") => TestMethod::Antigen,
            _ => TestMethod::Other,
        },
        result: match word("r").as_str() {
            "negative" | "not detected" | "normal" => TestOutcome::Negative,
            "positive" | "detected" | "abnormal" => TestOutcome::Positive,
            _ => TestOutcome::Unknown,
        },
        at: moment(sampled),
        on: day(sampled)?,
    })
}
