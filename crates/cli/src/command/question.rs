//! What one asks of a picture or a code: read, verify.

use std::path::Path;

use domain::document::Withdrawn;
use domain::time::Timestamp;

use super::Ending;
use crate::args::{ReadArgs, VerifyArgs};
use crate::{Failure, Out, authority, content_key, read, verify};

pub(super) fn read(args: &ReadArgs, out: Out<'_>) -> Result<Ending, Failure> {
    let mut reading = read::Pictures::new(args.sequence);
    let mut all = true;
    for image in &args.images {
        let line = reading.read(image);
        all &= line.error.is_none();
        if args.json {
            writeln!(out, "{}", line.json())?;
        } else {
            writeln!(out, "{line}")?;
        }
    }

    Ok(Ending::of(all))
}

pub(super) fn verify(args: &VerifyArgs, now: Timestamp, out: Out<'_>) -> Result<Ending, Failure> {
    if let Some(path) = &args.vectors {
        let count = verify::vectors(path, out)?;
        writeln!(out, "{count}")?;

        return Ok(Ending::of(count.is_good()));
    }
    let content = match (&args.text, &args.image) {
        (Some(text), _) => text.as_bytes().to_vec(),
        (None, Some(image)) => match only_code(image)? {
            Ok(content) => content,
            Err(why) => {
                writeln!(out, "not verified: {why}")?;
                return Ok(Ending::No);
            }
        },
        (None, None) => {
            return Err(Failure::Refused(
                "give the code's text, --image FILE or --vectors FILE".to_owned(),
            ));
        }
    };
    let mut known = known(args, now)?;
    for file in &args.content_key {
        known.also(content_key::read(file)?);
    }
    let report = verify::verify(&content, &known, now);
    write!(out, "{report}")?;

    Ok(Ending::of(report.good()))
}

fn known(args: &VerifyArgs, now: Timestamp) -> Result<verify::Known, Failure> {
    if let (Some(trust), Some(root)) = (&args.trust, &args.root) {
        let (_, trust) = authority::documents_at(root, trust)?;

        return Ok(verify::Known {
            withdrawn: Withdrawn::open(&trust.body.revocations, |_| None),
            reading: verify::reading(&trust, Vec::new()),
            trust,
            snapshot: Err("no status list was given".to_owned()),
        });
    }
    let folder = args.authority.as_deref().ok_or_else(|| {
        Failure::Refused(
            "say whom to trust: --authority DIR, or --trust FILE --root FILE".to_owned(),
        )
    })?;

    verify::Known::at(folder, now)
}

/// The one code of a picture, or why there is not one to look at.
fn only_code(image: &Path) -> Result<Result<Vec<u8>, &'static str>, Failure> {
    let line = read::Pictures::new(false).read(image);
    if let Some(error) = line.error {
        return Err(Failure::Refused(format!("{}: {error}", image.display())));
    }

    Ok(match line.contents.as_slice() {
        [content] => Ok(content.clone()),
        [] => Err("no code could be read in this picture"),
        _ => Err("there is more than one code in this picture, show one sheet at a time"),
    })
}
