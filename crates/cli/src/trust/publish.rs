//! From enough signatures to the list in force.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use domain::document::{Held, RevocationFile, Trust, TrustBody, TrustDraft};
use domain::hex;
use domain::time::Timestamp;

use super::draft::{self, Folder};
use super::proquint;
use crate::authority::TRUST;
use crate::{Failure, Out, clock, files};

/// Where revocations lie in the public folder.
pub(super) const REVOCATIONS: &str = "revocation";
const PREVIOUS: &str = "trust.previous.cbor";

/// Joins drafts that were signed apart and publishes what they become.
///
/// # Errors
/// [`Failure`]: nothing was published.
pub(crate) fn combine(
    folder: &Folder,
    paths: &[PathBuf],
    now: Timestamp,
    out: Out<'_>,
) -> Result<(), Failure> {
    let root = &folder.root;
    let mut joined: Option<TrustDraft> = None;
    for path in paths {
        let draft = draft::read(path, root)?;
        let Some(whole) = &mut joined else {
            joined = Some(draft);
            continue;
        };
        whole.join(&draft, root).map_err(|_| {
            Failure::Refused(format!(
                "{} was signed over another draft, so that nothing was joined. Its hash: {}; that of the others: {}",
                path.display(),
                proquint::words(&draft.payload_hash()),
                proquint::words(&whole.payload_hash())
            ))
        })?;
    }
    let Some(draft) = joined else {
        return Err(Failure::Refused(
            "name the drafts that were signed".to_owned(),
        ));
    };
    draft::check(&draft, &folder.held().body, now)?;
    writeln!(
        out,
        "The draft's hash: {}",
        proquint::words(&draft.payload_hash())
    )?;
    let (signed, wanted) = (draft.signers(root).len(), root.threshold);
    if signed < wanted {
        return Err(Failure::Refused(format!(
            "the root asks for {wanted} of its keys, and {signed} signed in these files: have the draft signed with another one, and combine again"
        )));
    }

    publish(folder, &draft, now, out)
}

/// Puts a draft with enough signatures in force. The list before stays beside it, for whoever has to look back.
///
/// # Errors
/// [`Failure`]: the list before stays in force.
pub(super) fn publish(
    folder: &Folder,
    draft: &TrustDraft,
    now: Timestamp,
    out: Out<'_>,
) -> Result<(), Failure> {
    let path = folder.public(TRUST);
    let bytes = draft.to_bytes();
    let at = |source| Failure::Document {
        path: path.clone(),
        source,
    };
    let trust = Trust::verify(&bytes, &folder.root).map_err(at)?;
    let before = files::read(&path)?;
    let held = Held::of(folder.version(), &before);
    Held::judge(Some(&held), &trust.body.header, &bytes, now).map_err(at)?;
    for file in &trust.body.revocations {
        check_list(folder, file)?;
    }
    let own = folder.draft()?.map(|own| own.payload_hash());
    let is_own = own.is_none_or(|own| own == draft.payload_hash());
    files::replace(&folder.public(PREVIOUS), &before)?;
    files::replace(&path, &bytes)?;
    if is_own {
        folder.end_draft()?;
    }
    remove_lists(folder, &trust.body)?;
    writeln!(
        out,
        "Version {} is in force to {}: {}",
        trust.body.header.version,
        clock::show(trust.body.header.expires),
        path.display()
    )?;

    Ok(())
}

/// Where a list lies.
pub(super) fn revocation(folder: &Folder, file: &RevocationFile) -> PathBuf {
    let name = format!("{}.json", hex::encode(file.sha256));

    folder.public(REVOCATIONS).join(name)
}

/// A list that is named and not there would make stations wait for it.
fn check_list(folder: &Folder, file: &RevocationFile) -> Result<(), Failure> {
    let path = revocation(folder, file);
    let is_there = fs::read(&path).is_ok_and(|bytes| file.is(&bytes));
    if !is_there {
        return Err(Failure::Refused(format!(
            "the draft names revocations that are not in {}: import them here again",
            path.display()
        )));
    }

    Ok(())
}

/// Those stay that the new list, the one before, or a draft that is still pending names.
fn remove_lists(folder: &Folder, new: &TrustBody) -> Result<(), Failure> {
    let lists = folder.public(REVOCATIONS);
    if !lists.exists() {
        return Ok(());
    }
    let pending = match folder.draft() {
        Ok(draft) => draft.map(|draft| draft.body().revocations.clone()),
        // A draft that is refused when it is looked at again names nothing.
        Err(_) => None,
    };
    let kept: BTreeSet<PathBuf> = new
        .revocations
        .iter()
        .chain(&folder.held().body.revocations)
        .chain(pending.iter().flatten())
        .map(|file| revocation(folder, file))
        .collect();
    for entry in fs::read_dir(&lists).map_err(Failure::file(&lists, "read"))? {
        let path = entry.map_err(Failure::file(&lists, "read"))?.path();
        if !kept.contains(&path) {
            fs::remove_file(&path).map_err(Failure::file(&path, "remove"))?;
        }
    }

    Ok(())
}
