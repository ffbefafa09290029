//! MOSIP Claim 169: names in one or two scripts, date of birth as `YYYYMMDD` or ISO 8601.

use serde_json::Value;

use super::{Content, Holder, text};
use crate::rules::CodeKind;
use crate::screen::ProofView;

pub(super) fn read(payload: &Value) -> Option<Content> {
    let identity = payload.get("claim169")?;
    let parts = ["firstName", "middleName", "lastName"].map(|name| text(identity, name));
    let whole = text(identity, "fullName").map_or_else(
        || parts.into_iter().flatten().collect::<Vec<_>>().join(" "),
        str::to_owned,
    );
    let birth = text(identity, "dateOfBirth").map(dashed);
    let named = !whole.trim().is_empty();

    named.then(|| Content {
        holder: Some(Holder::new(
            &whole,
            text(identity, "secondaryFullName"),
            None,
            birth.as_deref(),
        )),
        proofs: vec![(CodeKind::Identity, ProofView::Identity)],
    })
}

/// `19840118` as `1984-01-18`; anything else as it is.
fn dashed(date: &str) -> String {
    match (date.get(..4), date.get(4..6), date.get(6..)) {
        (Some(year), Some(month), Some(day)) if date.len() == 8 => format!("{year}-{month}-{day}"),
        _ => date.to_owned(),
    }
}
