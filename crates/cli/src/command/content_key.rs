//! The keys of encrypted codes in an authority's folder.

use crate::args::{ContentKeyAddArgs, ContentKeyListArgs, ContentKeyRemoveArgs};
use crate::authority::Authority;
use crate::{Failure, Out, content_key};

pub(super) fn add(args: &ContentKeyAddArgs, out: Out<'_>) -> Result<(), Failure> {
    let key = content_key::read(&args.file)?;
    let authority = Authority::open(&args.authority)?;
    authority.add_content_key(&args.name, &key)?;
    writeln!(
        out,
        "Took {} ({} bits) in: stations get it with their next look at their assignment. Remove {} now.",
        args.name,
        key.expose().len().saturating_mul(8),
        args.file.display()
    )?;

    Ok(())
}

pub(super) fn list(args: &ContentKeyListArgs, out: Out<'_>) -> Result<(), Failure> {
    let keys = Authority::open(&args.authority)?.content_keys()?;
    for (name, bits) in &keys {
        writeln!(out, "{name} ({bits} bits)")?;
    }
    if keys.is_empty() {
        writeln!(out, "No keys of encrypted codes.")?;
    }

    Ok(())
}

pub(super) fn remove(args: &ContentKeyRemoveArgs, out: Out<'_>) -> Result<(), Failure> {
    Authority::open(&args.authority)?.remove_content_key(&args.name)?;
    writeln!(
        out,
        "Removed {}: stations lose it with their next look at their assignment.",
        args.name
    )?;

    Ok(())
}
