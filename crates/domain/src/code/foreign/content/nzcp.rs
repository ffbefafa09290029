//! New Zealand Covid Pass: names and date of birth; the pass itself says that its issuer gives it.

use serde_json::Value;

use super::{Content, Holder, text};
use crate::rules::CodeKind;
use crate::screen::ProofView;

pub(super) fn read(payload: &Value) -> Option<Content> {
    let subject = payload.pointer("/vc/credentialSubject")?;
    let mut name = text(subject, "givenName")?.to_owned();
    if let Some(family) = text(subject, "familyName") {
        name.push(' ');
        name.push_str(family);
    }

    Some(Content {
        holder: Some(Holder::new(&name, None, None, Some(text(subject, "dob")?))),
        proofs: vec![(CodeKind::Nzcp, ProofView::Pass)],
    })
}
