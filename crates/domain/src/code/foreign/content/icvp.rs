//! WHO's International Certificate of Vaccination or Prophylaxis (smart-trust `hcert_spec`): `{n, dob, .., v: {dn, vp | mp, dt, ..}}`.

use serde_json::Value;

use super::{Content, Holder, day, shown, text};
use crate::rules::CodeKind;
use crate::screen::ProofView;

pub(super) fn read(icvp: &Value) -> Option<Content> {
    let dose = icvp.get("v")?;
    let vaccine = ["mp", "vp", "tg"]
        .into_iter()
        .find_map(|name| text(dose, name))?;
    // The dose is a number, or text as `1/1`.
    let number = dose.get("dn").and_then(|dose| {
        dose.as_u64()
            .or_else(|| dose.as_str()?.split('/').next()?.trim().parse().ok())
    });

    Some(Content {
        holder: Some(Holder::new(text(icvp, "n")?, None, None, text(icvp, "dob"))),
        proofs: vec![(
            CodeKind::Icvp,
            ProofView::Vaccination {
                vaccine: shown(Some(vaccine)),
                dose: number.and_then(|number| u32::try_from(number).ok()),
                doses: None,
                on: day(text(dose, "dt")?)?,
            },
        )],
    })
}
