//! What a foreign code says of its holder, and what it proves: what staff compare with the ID document and what matters
//! beside it (SECURITY.md §3 step 8). One file for each format's payload.

mod claim169;
mod eu;
mod fhir;
mod holder;
mod icao;
mod icvp;
mod nzcp;
mod ticket;
mod value_sets;

use serde_json::Value;

use super::{Format, SignedForeign};
use crate::code::clean_text;
use crate::rules::CodeKind;
use crate::screen::ProofView;

pub use holder::Holder;

/// What stands in a foreign code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Whose it is; none for what names nobody, as a ticket.
    pub holder: Option<Holder>,
    /// What it proves, each with the kind that rules know it by; never empty.
    pub proofs: Vec<(CodeKind, ProofView)>,
}

impl Content {
    /// Reads what `code` says. None where its format's schema asks for something that is not there, a name among it: a
    /// certificate of nobody would be anybody's.
    #[must_use]
    pub fn of(code: &SignedForeign) -> Option<Self> {
        let payload = &code.payload;
        let content = match code.format {
            Format::Hcert => match (payload.get("dcc"), payload.get("icvp")) {
                (Some(dcc), None) => eu::read(dcc),
                (None, Some(icvp)) => icvp::read(icvp),
                (Some(_), Some(_)) | (None, None) => None,
            },
            Format::Shc => fhir::read(payload),
            Format::Nzcp => nzcp::read(payload),
            Format::VdsNc => icao::read(payload),
            Format::Claim169 => claim169::read(payload),
            Format::Pretix => ticket::read(payload),
        };

        let is_whole = |content: &Content| {
            let named = content
                .holder
                .as_ref()
                .is_none_or(|holder| !holder.name.is_empty());
            named && !content.proofs.is_empty()
        };

        content.filter(is_whole)
    }
}

/// What rules are asked about: of a certificate under a number of `hcert` that alone, of the others the whole payload.
#[must_use]
pub fn rule_payload(code: &SignedForeign) -> &Value {
    let inner = ["dcc", "icvp"]
        .iter()
        .find_map(|name| code.payload.get(name));

    inner
        .filter(|_| code.format == Format::Hcert)
        .unwrap_or(&code.payload)
}

/// A text of `object`, as it stands there.
fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str()
}

/// A text fit for a screen, empty where there is none.
fn shown(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| clean_text(text.trim()).0)
}

/// The calendar day that an ISO 8601 date or date-time begins with.
fn day(text: &str) -> Option<String> {
    let day = text.get(..10)?;
    let digits = |at: std::ops::Range<usize>| {
        day.get(at)
            .is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let dashes = [4, 7]
        .iter()
        .all(|at| day.as_bytes().get(*at) == Some(&b'-'));
    let rest = text.get(10..)?;

    (dashes
        && digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && (rest.is_empty() || rest.starts_with('T')))
    .then(|| day.to_owned())
}

fn count(object: &Value, name: &str) -> Option<u32> {
    u32::try_from(object.get(name)?.as_u64()?).ok()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
