//! Health certificates in a CWT: EU Digital COVID Certificate (Electronic Health Certificate Specification 1.0.5), WHO
//! ICVP (smart-trust `hcert_spec`): `HC1:` + base45 of a zlib stream with a `COSE_Sign1` in it.

use super::cwt::{Cwt, as_json, entries};
use super::sign1::{Sign1, item};
use super::{Format, ProofKind, SignedForeign, packed_base45};
use crate::cbor::general::{Item, Key};
use crate::cbor::json::Room;
use crate::verdict::Reason;

/// What every such code begins with, in upper case.
pub(super) const PREFIX: &str = "HC1:";

/// `hcert`, the claim that holds the certificates by number.
const CLAIM_HCERT: i64 = -260;
/// WHO's earlier certificates (DDCC).
const CLAIM_DDCC: i64 = -65_537;

/// What lies under one number of `hcert`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcertContent {
    /// EU DCC: one of the lists `v`, `t` and `r`, with one entry.
    EuDcc,
    /// ICVP: one vaccination under `v`.
    Icvp,
}

impl HcertContent {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::EuDcc, Self::Icvp];

    /// Its field in the payload, and its word in documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EuDcc => "dcc",
            Self::Icvp => "icvp",
        }
    }
}

/// Which numbers of `hcert` hold what. WHO has moved its own more than once, so that this is data. Each number holds one
/// thing; one thing may lie under several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HcertMap(Vec<(i64, HcertContent)>);

impl HcertMap {
    /// The most numbers in a map.
    pub const MAX: usize = 16;

    /// Takes 1 to 16 numbers; `None` for any other count and where a number stands twice.
    #[must_use]
    pub fn new(numbers: Vec<(i64, HcertContent)>) -> Option<Self> {
        let mut each: Vec<i64> = numbers.iter().map(|(number, _)| *number).collect();
        each.sort_unstable();
        let fits = (1..=Self::MAX).contains(&each.len()) && each.is_sorted_by(|a, b| a < b);

        fits.then_some(Self(numbers))
    }

    /// The numbers in the order that they were given in.
    #[must_use]
    pub fn numbers(&self) -> &[(i64, HcertContent)] {
        &self.0
    }
}

impl Default for HcertMap {
    /// EU DCC under 1, ICVP under -6.
    fn default() -> Self {
        Self(vec![(1, HcertContent::EuDcc), (-6, HcertContent::Icvp)])
    }
}

/// Takes apart what follows the prefix. The payload is `{iss, exp, iat, dcc: {..}}` or `{.., icvp: {..}}`. Content that `map`
/// does not know, such as a health link, and WHO's older form (DDCC) without `hcert` leave it undecided: a flaw, and no kinds.
///
/// # Errors
/// [`Reason::Malformed`]; [`Reason::Unsupported`] for an algorithm that is not checked here.
pub(super) fn decode(body: &str, map: &HcertMap) -> Result<SignedForeign, Reason> {
    let object = Sign1::of(&item(&packed_base45(body)?)?)?;
    let cwt = Cwt::of(object)?;
    let mut room = Room::beside(&cwt.claims);
    let mut payload = cwt.named();
    let mut kinds = Vec::new();
    let (mut is_known, mut proofs) = (false, 0_usize);
    let contents = match cwt.claims.get(CLAIM_HCERT) {
        None if cwt.claims.get(CLAIM_DDCC).is_some() => &[],
        hcert => entries(hcert)?,
    };
    for (number, content) in contents {
        let Some(known) = known(map, number) else {
            continue;
        };
        content.as_map().ok_or(Reason::Malformed)?;
        is_known = true;
        for (kind, count) in proofs_of(known, content) {
            kinds.push(kind);
            proofs = proofs.saturating_add(count);
        }
        let content = as_json(content, &mut room)?;
        if payload.insert(known.name().to_owned(), content).is_some() {
            return Err(Reason::Malformed);
        }
    }
    let mut code = cwt.into_code(Format::Hcert, kinds, payload);
    // A certificate holds through the second of its expiry, as the EU's verifiers have it; a CWT elsewhere up to it.
    code.expires = code.expires.map(|last| last.plus(1));
    // The specification wants a key to be named (§3.3.2), and any other way an edit could take the name out.
    if is_known && proofs != 1 || code.key_id.is_empty() {
        code.flaw = Some(Reason::Malformed);
    }
    code.flaw = code.flaw.or((!is_known).then_some(Reason::Unsupported));

    Ok(code)
}

fn known(map: &HcertMap, number: &Key) -> Option<HcertContent> {
    let mut entries = map.0.iter();
    entries
        .find(|(known, _)| Key::from(*known) == *number)
        .map(|(_, content)| *content)
}

/// The kinds of proof in a certificate, and how many there are of each.
fn proofs_of(known: HcertContent, content: &Item) -> Vec<(ProofKind, usize)> {
    let lists = [
        ("v", ProofKind::Vaccination),
        ("t", ProofKind::Test),
        ("r", ProofKind::Recovery),
    ];
    match known {
        HcertContent::EuDcc => lists
            .into_iter()
            .filter_map(|(name, kind)| Some((kind, content.get(name)?.as_items()?.len())))
            .filter(|(_, count)| *count > 0)
            .collect(),
        HcertContent::Icvp => content
            .get("v")
            .and_then(Item::as_map)
            .map(|_| (ProofKind::Vaccination, 1))
            .into_iter()
            .collect(),
    }
}

#[cfg(test)]
#[path = "hcert_tests.rs"]
mod tests;
