//! Status tokens that the list names already: a newer one of the same list takes their place, and nobody else's does.

use std::collections::BTreeSet;

use domain::code::foreign::ForeignKey;
use domain::code::foreign::revocation::ListKind;
use domain::code::foreign::status_token;
use domain::document::{RevocationFile, TrustBody};
use domain::time::Timestamp;

use super::draft::Folder;
use super::found::Found;
use super::lines::owner;
use super::publish;
use crate::{Failure, clock, files};

/// A token that the list names.
pub(super) struct Named {
    file: RevocationFile,
    subject: String,
    key_id: Vec<u8>,
    issued_at: Timestamp,
}

/// The tokens that `body` names. One whose file is not there, which no station can get either, is nobody's.
///
/// # Errors
/// [`Failure::File`] for one that cannot be read.
pub(super) fn named(folder: &Folder, body: &TrustBody) -> Result<Vec<Named>, Failure> {
    let tokens = body
        .revocations
        .iter()
        .filter(|file| file.list == ListKind::StatusToken);
    let mut named = Vec::new();
    for file in tokens {
        let path = publish::revocation(folder, file);
        if !path.exists() {
            continue;
        }
        if let Ok(token) = status_token::decode(&files::read(&path)?) {
            named.push(Named {
                file: file.clone(),
                subject: token.subject().to_owned(),
                key_id: token.key_id().to_vec(),
                issued_at: token.issued_at(),
            });
        }
    }

    Ok(named)
}

/// Those of `named` whose lists stand in `found` anew, signed by a key of the same owner among `keys`.
///
/// # Errors
/// [`Failure::Refused`] where the new one is older, or signed by somebody else: it would take revocations away.
pub(super) fn replaced(
    named: &[Named],
    found: &Found,
    keys: &[ForeignKey],
) -> Result<Vec<RevocationFile>, Failure> {
    let mut replaced = Vec::new();
    let tokens = found
        .lists
        .iter()
        .filter(|list| list.kind == ListKind::StatusToken);
    for token in tokens.filter_map(|list| status_token::decode(&list.bytes).ok()) {
        for old in named.iter().filter(|old| old.subject == token.subject()) {
            let (before, now) = (owners(keys, &old.key_id), owners(keys, token.key_id()));
            if old.key_id != token.key_id() && before.is_disjoint(&now) {
                return Err(Failure::Refused(format!(
                    "the status list {} is signed by a key for {}, and the one that the list names by a key for {}: nothing was drafted. If it has changed hands, remove the old token first, by an import of the others without --add",
                    old.subject,
                    said(&now),
                    said(&before)
                )));
            }
            if token.issued_at() < old.issued_at {
                return Err(Failure::Refused(format!(
                    "the list names a newer token of the status list {}, of {}: nothing was drafted",
                    old.subject,
                    clock::show(old.issued_at)
                )));
            }
            replaced.push(old.file.clone());
        }
    }

    Ok(replaced)
}

fn owners(keys: &[ForeignKey], id: &[u8]) -> BTreeSet<String> {
    keys.iter()
        .filter(|key| key.key_id == id)
        .map(owner)
        .collect()
}

fn said(owners: &BTreeSet<String>) -> String {
    if owners.is_empty() {
        return "nobody on the list".to_owned();
    }

    owners.iter().cloned().collect::<Vec<_>>().join(" or ")
}
