//! A change of the list by hand, and what is said of a draft.

use std::path::Path;

use domain::document::{TrustBody, TrustDraft};
use domain::time::Timestamp;

use super::changes::Changes;
use super::draft::Folder;
use super::proquint;
use crate::verify::printable;
use crate::{Failure, Out, clock};

/// Lets `change` have the next list of the authority in `path`, writes it as the draft where it says anything else than before,
/// and says what changes.
///
/// # Errors
/// [`Failure`]: nothing was drafted.
pub(super) fn amend(
    path: &Path,
    now: Timestamp,
    out: Out<'_>,
    change: impl FnOnce(&mut TrustBody) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let folder = Folder::open(path)?;
    let base = folder.base()?;
    let mut body = base.body.clone();
    change(&mut body)?;
    if Changes::of(&base.body, &body).is_none() {
        writeln!(out, "Nothing changed, and nothing was drafted.")?;
        return Ok(());
    }
    let draft = folder.write(body, &base.sources, now, out)?;
    let changes = Changes::of(&base.body, draft.body());
    for line in changes.to_string().lines() {
        writeln!(out, "{}", printable(line))?;
    }

    tell(&folder, &draft, out)
}

/// Says that a draft lies there and what its hash is, and how it goes on.
///
/// # Errors
/// Nobody listens.
pub(super) fn tell(folder: &Folder, draft: &TrustDraft, out: Out<'_>) -> Result<(), Failure> {
    let header = &draft.body().header;
    writeln!(
        out,
        "Drafted version {}, which will hold to {}, in {}: sign it with `menshen trust sign`.\nIts hash: {}",
        header.version,
        clock::show(header.expires),
        folder.draft_path().display(),
        proquint::words(&draft.payload_hash())
    )?;

    Ok(())
}
