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
                vaccine: shown(Some(&product(vaccine))),
                dose: number.and_then(|number| u32::try_from(number).ok()),
                doses: None,
                on: day(text(dose, "dt")?)?,
            },
        )],
    })
}

/// A product's id of WHO's prequalification (`YellowFeverProduct` and 32 hexadecimal digits) in words, as staff can read
/// it; whatever else stands there as it is.
fn product(id: &str) -> String {
    const DIGITS: usize = 32;
    let split = id.len().checked_sub(DIGITS);
    let (name, digits) = split
        .and_then(|at| id.split_at_checked(at))
        .unwrap_or_default();
    let is_id = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = name.strip_suffix("Product").unwrap_or_default();
    if name.is_empty() || !is_id {
        return id.to_owned();
    }

    let mut words = String::new();
    for letter in name.chars() {
        let begins = letter.is_uppercase() && words.ends_with(char::is_lowercase);
        words.extend(begins.then_some(' '));
        words.push(letter);
    }

    words
}
