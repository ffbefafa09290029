//! An import: files in, draft out, and what it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use domain::code::foreign::{ForeignKey, Format, ProofKind};
use domain::crypto::sha256;
use domain::document::{RevocationFile, TrustBody};

use super::changes::{Changes, identity};
use super::draft::{Base, Folder};
use super::found::{Found, List, Said};
use super::lines::{format_word, list_line};
use super::sources::{key_mark, list_mark, word};
use super::{
    amend, cards, claim169, eu_dsc, gdhcn, icao, input, nzcp, pretix, publish, revocation, tokens,
    vci,
};
use crate::args::TrustSource;
use crate::verify::printable;
use crate::{Failure, Out, files};

/// What is imported, and how.
pub(crate) struct Import<'a> {
    /// What the files are.
    pub(crate) source: TrustSource,
    /// What the files do not say.
    pub(crate) said: Said,
    /// Keep what earlier imports of the source brought.
    pub(crate) add: bool,
    /// Remove more than half of a format's keys or lists.
    pub(crate) shrink: bool,
    /// The files.
    pub(crate) files: &'a [PathBuf],
}

/// Writes what the files hold into the draft of the authority in `path`.
///
/// # Errors
/// [`Failure`]: nothing was drafted.
pub(crate) fn import(path: &Path, import: &Import<'_>, out: Out<'_>) -> Result<(), Failure> {
    check_said(import.source, &import.said)?;
    // The folder is not held while a slow file is waited for.
    let files = import
        .files
        .iter()
        .map(|path| input::read(path))
        .collect::<Result<Vec<_>, _>>()?;
    let folder = Folder::open(path)?;
    let base = folder.base()?;
    let mut found = read(import, &files, &base.body.foreign)?;
    let strange = cards::of_nobody(&base.body.foreign, &found);
    found.notes.extend(strange);
    tell_passed(&found, out)?;
    if found.keys.is_empty() && found.lists.is_empty() {
        return Err(Failure::Refused(format!(
            "nothing in these files could be taken as {}: nothing was drafted",
            word(import.source)
        )));
    }
    let before = tokens::named(&folder, &base.body)?;
    let replaced = tokens::replaced(&before, &found, &base.body.foreign)?;
    let (body, sources) = next(&base, &found, &replaced, import);
    let changes = Changes::of_keys(&base.body.foreign, &body.foreign);
    write!(out, "{}", printable_lines(&changes.to_string()))?;
    tell_lists(&base.body, &body, out)?;
    tell_unknown(&base, &body, out)?;
    check_size(&base.body, &body, import.shrink)?;
    for old in [&base.body, &folder.held().body] {
        cards::check(&folder, (old, &body), &found)?;
    }
    if changes.is_none() && base.body.revocations == body.revocations {
        writeln!(out, "Nothing changed, and nothing was drafted.")?;
        return Ok(());
    }
    keep(&folder, &found.lists)?;
    let draft = folder.write(body, &sources, import.said.now, out)?;

    amend::tell(&folder, &draft, out)
}

/// What was said must fit what the files are: of a list nothing can be said, and a key that may not vouch for what its
/// format's codes prove would let nobody in.
fn check_said(source: TrustSource, said: &Said) -> Result<(), Failure> {
    let kinds: &[ProofKind] = match source {
        TrustSource::Gdhcn | TrustSource::EuDsc => {
            &[ProofKind::Vaccination, ProofKind::Test, ProofKind::Recovery]
        }
        TrustSource::Vci | TrustSource::Icao => &[ProofKind::Vaccination, ProofKind::Test],
        TrustSource::Claim169 => &[ProofKind::Identity],
        TrustSource::Pretix => &[ProofKind::Ticket],
        // A pass does not say what it proves.
        TrustSource::Nzcp => &[],
        TrustSource::EuRevocation
        | TrustSource::ShcRevocation
        | TrustSource::PretixRevocation
        | TrustSource::StatusToken => {
            let nothing = Said {
                now: said.now,
                ..Said::default()
            };
            if *said != nothing {
                return Err(Failure::Refused(format!(
                    "--issuer, --name, --country, --kinds, --not-after and --max-days say something of keys, and {} is a list: leave them out",
                    word(source)
                )));
            }
            &[]
        }
    };
    if said.kinds.iter().any(|kind| !kinds.contains(kind)) {
        return Err(Failure::Refused(format!(
            "--kinds: codes of {} never prove that, so that none of them would be taken: leave it out",
            word(source)
        )));
    }
    if matches!(source, TrustSource::Pretix | TrustSource::Icao) && said.max_lifetime.is_some() {
        return Err(Failure::Refused(format!(
            "--max-days: codes of {} do not say when they were signed, so that none of them would be taken: leave it out",
            word(source)
        )));
    }

    Ok(())
}

/// Everything in the files; `keys` are those that the list holds already.
fn read(import: &Import<'_>, files: &[Vec<u8>], keys: &[ForeignKey]) -> Result<Found, Failure> {
    let mut found = Found::default();
    if import.source == TrustSource::Icao {
        icao::read(files, &import.said, &mut found)
            .map_err(|why| Failure::Refused(printable(&why)))?;
        return Ok(found);
    }
    for (path, bytes) in import.files.iter().zip(files) {
        one(import, keys, bytes, &mut found).map_err(|why| {
            Failure::Refused(format!(
                "{}: {}: nothing was drafted",
                path.display(),
                printable(&why)
            ))
        })?;
    }

    Ok(found)
}

fn one(
    import: &Import<'_>,
    keys: &[ForeignKey],
    bytes: &[u8],
    found: &mut Found,
) -> Result<(), String> {
    let said = &import.said;
    match import.source {
        TrustSource::Gdhcn => gdhcn::read(bytes, said, found),
        TrustSource::EuDsc => eu_dsc::read(bytes, said, found),
        TrustSource::Vci => vci::read(bytes, said, found),
        TrustSource::Nzcp => nzcp::read(bytes, said, found),
        TrustSource::Icao => icao::read(&[bytes.to_vec()], said, found),
        TrustSource::Pretix => pretix::read(bytes, said, found),
        TrustSource::Claim169 => claim169::read(bytes, said, found),
        TrustSource::EuRevocation => revocation::eu(bytes, found),
        TrustSource::ShcRevocation => revocation::shc(bytes, found),
        TrustSource::PretixRevocation => revocation::pretix(bytes, found),
        TrustSource::StatusToken => revocation::status_token(bytes, keys, said.now, found),
    }
}

/// The list with what was found in place of, or beside, what the source brought before; `replaced` goes either way.
fn next(
    base: &Base,
    found: &Found,
    replaced: &[RevocationFile],
    import: &Import<'_>,
) -> (TrustBody, super::sources::Sources) {
    let mut body = base.body.clone();
    body.revocations.retain(|file| !replaced.contains(file));
    let mut sources = base.sources.clone();
    let goes = |mark: &str| base.sources.is_only_of(import.source, mark);
    body.foreign.retain(|key| {
        let kept = import.add && !found.keys.iter().any(|other| is_same(key, other));
        kept || !goes(&key_mark(key)) || found.keys.contains(key)
    });
    if !import.add {
        let named: Vec<RevocationFile> = found.lists.iter().map(named).collect();
        body.revocations
            .retain(|file| !goes(&list_mark(file)) || named.contains(file));
    }
    let mut marks = BTreeSet::new();
    for key in &found.keys {
        marks.insert(key_mark(key));
        if !body.foreign.contains(key) {
            body.foreign.push(key.clone());
        }
    }
    for file in found.lists.iter().map(named) {
        marks.insert(list_mark(&file));
        if !body.revocations.contains(&file) {
            body.revocations.push(file);
        }
    }
    sources.set(import.source, import.add, marks);

    (body, sources)
}

/// Whether two entries are of one key for one time, whatever else they say: the one of the later import holds then, or a
/// limit that it brings would be none. A key that was certified anew has two times, each for codes of its own.
fn is_same(one: &ForeignKey, other: &ForeignKey) -> bool {
    identity(one) == identity(other)
        && (one.not_before, one.not_after) == (other.not_before, other.not_after)
}

/// How the trust list names a file.
fn named(list: &List) -> RevocationFile {
    RevocationFile {
        list: list.kind,
        sha256: sha256(&[&list.bytes]),
        length: u64::try_from(list.bytes.len()).unwrap_or(u64::MAX),
    }
}

/// Puts the lists where stations will find them. One that no trust list names in the end is removed at the next signing.
fn keep(folder: &Folder, lists: &[List]) -> Result<(), Failure> {
    if lists.is_empty() {
        return Ok(());
    }
    files::make_folder(&folder.public(publish::REVOCATIONS))?;
    for list in lists {
        files::replace(&publish::revocation(folder, &named(list)), &list.bytes)?;
    }

    Ok(())
}

/// A download that broke off looks like a list from which most was removed.
fn check_size(old: &TrustBody, new: &TrustBody, shrink: bool) -> Result<(), Failure> {
    let there: BTreeSet<_> = new.foreign.iter().map(identity).collect();
    let left = |format: Option<Format>| {
        let keys = old.foreign.iter().filter(|key| Some(key.format) == format);
        let lists = |body: &TrustBody| {
            let of = |file: &&RevocationFile| file.list.format() == format;
            body.revocations.iter().filter(of).count()
        };
        // Perhaps with other times, kinds or country.
        let keys_gone = keys.clone().filter(|key| !there.contains(&identity(key)));
        // A newer list in place of an older one is another file.
        let lists_gone = lists(old).saturating_sub(lists(new));
        [
            ("keys", keys.count(), keys_gone.count()),
            ("lists", lists(old), lists_gone),
        ]
    };
    // Status tokens are of no format.
    let formats: BTreeSet<Option<Format>> = old
        .foreign
        .iter()
        .map(|key| Some(key.format))
        .chain(old.revocations.iter().map(|file| file.list.format()))
        .collect();
    for format in formats {
        for (what, all, removed) in left(format) {
            if removed > all / 2 && !shrink {
                return Err(Failure::Refused(format!(
                    "this would remove {removed} of the {all} {what} for {}, more than half, as a torn download would: nothing was drafted. Compare the file with its source, and add --shrink if that is meant",
                    format.map_or("status tokens", format_word)
                )));
            }
        }
    }

    Ok(())
}

fn tell_passed(found: &Found, out: Out<'_>) -> Result<(), Failure> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for passed in &found.passed {
        by_reason.entry(&passed.why).or_default().push(&passed.name);
    }
    for (why, names) in by_reason {
        let line = format!("passed over, {why} ({}): {}", names.len(), names.join(", "));
        writeln!(out, "{}", printable(&line))?;
    }
    for note in &found.notes {
        writeln!(out, "{}", printable(note))?;
    }
    let unsupported = found.keys.iter().filter(|key| key.key.is_none()).count();
    if unsupported > 0 {
        writeln!(
            out,
            "kept as unsupported, so that their codes are undecided and not forged: {unsupported}"
        )?;
    }

    Ok(())
}

fn tell_lists(old: &TrustBody, new: &TrustBody, out: Out<'_>) -> Result<(), Failure> {
    let lists = [(old, new, "-"), (new, old, "+")];
    for (of, not_in, sign) in lists {
        for file in &of.revocations {
            if !not_in.revocations.contains(file) {
                writeln!(out, "{sign} {}", list_line(file))?;
            }
        }
    }

    Ok(())
}

/// Keys that no recorded import brought are nobody's to replace.
fn tell_unknown(base: &Base, new: &TrustBody, out: Out<'_>) -> Result<(), Failure> {
    let known = |key: &&ForeignKey| base.sources.knows(&key_mark(key));
    let unknown = base
        .body
        .foreign
        .iter()
        .filter(|key| !known(key) && new.foreign.contains(key));
    let count = unknown.count();
    if count > 0 {
        writeln!(
            out,
            "keys that no import recorded here brought, which stay: {count}"
        )?;
    }

    Ok(())
}

fn printable_lines(text: &str) -> String {
    text.lines().map(|line| printable(line) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::super::found::tests::nothing_said;
    use super::*;

    #[test]
    fn whatever_byte_of_a_published_file_is_another_its_import_ends_with_an_answer() {
        macro_rules! fixture {
            ($name:literal) => {
                include_bytes!(concat!("../../tests/fixtures/trust/", $name)).as_slice()
            };
        }
        let said = Said {
            issuer: Some("did:web:pass.example".to_owned()),
            ..nothing_said()
        };
        for (source, file) in [
            (TrustSource::Gdhcn, fixture!("gdhcn.json")),
            (TrustSource::EuDsc, fixture!("eu-dsc.json")),
            (TrustSource::Vci, fixture!("vci.json")),
            (TrustSource::Nzcp, fixture!("nzcp.json")),
            (TrustSource::Pretix, fixture!("pretix.json")),
            (TrustSource::Claim169, fixture!("claim169.json")),
            (TrustSource::EuRevocation, fixture!("eu-revocation.json")),
            (TrustSource::ShcRevocation, fixture!("shc-revocation.json")),
            (
                TrustSource::PretixRevocation,
                fixture!("pretix-revoked.json"),
            ),
        ] {
            let import = Import {
                source,
                said: said.clone(),
                add: false,
                shrink: false,
                files: &[],
            };
            let read = |bytes: &[u8]| {
                let mut found = Found::default();
                one(&import, &[], bytes, &mut found).map(|()| found.keys.len() + found.lists.len())
            };
            let file = file.trim_ascii_end();
            let whole = read(file).unwrap();
            assert!(whole > 0, "{source:?}");
            for at in (0..file.len()).step_by(5) {
                let mut changed = file.to_vec();
                changed[at] ^= 1 << (at % 7);
                // A name that is another may leave a certificate unseen, as if it were not there.
                let taken = read(&changed).unwrap_or_default();
                assert!(
                    taken <= whole + 2,
                    "{source:?}, byte {at}: {taken} of {whole}"
                );
                assert!(read(&file[..at]).is_err(), "{source:?}, cut at {at}");
            }
        }
    }
}
