//! Lists of revoked health cards that the trust list names already: none goes while an older one of its key stays.

use domain::code::foreign::revocation::ListKind;
use domain::code::foreign::{ForeignKey, Format};
use domain::document::{RevocationFile, TrustBody};
use serde_json::Value;

use super::draft::Folder;
use super::found::Found;
use super::{input, publish};
use crate::verify::printable;
use crate::{Failure, files};

/// A list, as far as it says which it is. `ctr` grows with every change ("Revocation" in the cards' specification).
struct Counted {
    kid: String,
    counter: u64,
}

impl Counted {
    fn of(bytes: &[u8]) -> Option<Self> {
        let list = input::json(bytes).ok()?;

        Some(Self {
            kid: list.get("kid").and_then(Value::as_str)?.to_owned(),
            counter: list.get("ctr").and_then(Value::as_u64)?,
        })
    }
}

/// That no list of `old` is gone from `new` in which there is an older one of its key. One whose file is not there, which no
/// station can get either, is nobody's.
///
/// # Errors
/// [`Failure::Refused`] where there is one: it would take revocations away. [`Failure::File`].
pub(super) fn check(
    folder: &Folder,
    (old, new): (&TrustBody, &TrustBody),
    found: &Found,
) -> Result<(), Failure> {
    let gone = |file: &&RevocationFile| !new.revocations.contains(file);
    let gone = on_disk(folder, old.revocations.iter().filter(gone))?;
    if gone.is_empty() {
        return Ok(());
    }
    let mut next = on_disk(folder, new.revocations.iter())?;
    next.extend(counted(found));
    for before in gone {
        let newest = next
            .iter()
            .filter(|list| list.kid == before.kid)
            .map(|list| list.counter)
            .max();
        if let Some(newest) = newest.filter(|newest| *newest < before.counter) {
            return Err(Failure::Refused(format!(
                "the trust list names version {} of the list of revoked cards of the key {}, and the file is version {newest}: nothing was drafted. Download it again",
                before.counter,
                printable(&before.kid),
            )));
        }
    }

    Ok(())
}

fn on_disk<'a>(
    folder: &Folder,
    files: impl Iterator<Item = &'a RevocationFile>,
) -> Result<Vec<Counted>, Failure> {
    let mut lists = Vec::new();
    for file in files.filter(|file| file.list == ListKind::ShcRids) {
        let path = publish::revocation(folder, file);
        if path.exists() {
            lists.extend(Counted::of(&files::read(&path)?));
        }
    }

    Ok(lists)
}

/// Lists in `found` of keys that the trust list does not have, in words.
pub(super) fn of_nobody(keys: &[ForeignKey], found: &Found) -> Vec<String> {
    let is_known = |kid: &str| {
        let mut keys = keys.iter().chain(&found.keys);
        keys.any(|key| key.format == Format::Shc && key.key_id == kid.as_bytes())
    };

    counted(found)
        .filter(|list| !is_known(&list.kid))
        .map(|list| {
            format!(
                "no key of the list is called {}, so that this list of revoked cards revokes none: import its issuer's keys as well",
                list.kid
            )
        })
        .collect()
}

fn counted(found: &Found) -> impl Iterator<Item = Counted> {
    let lists = found.lists.iter();

    lists
        .filter(|list| list.kind == ListKind::ShcRids)
        .filter_map(|list| Counted::of(&list.bytes))
}
