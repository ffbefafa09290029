//! The signing table: what changes, the hash in words, the keys.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use domain::crypto::SigningKey;
use domain::document::{Root, TrustBody, TrustDraft};
use domain::hex;
use domain::keyfile::{KeyFile, KeyRole};
use domain::time::Timestamp;

use super::changes::Changes;
use super::draft::{self, Folder};
use super::{proquint, publish};
use crate::authority::documents_at;
use crate::verify::printable;
use crate::{Failure, Out, files, passphrase};

/// How many words of the hash are asked for: 32 bits, and whoever reads them aloud has read the first of sixteen.
const WORDS: usize = 2;

/// What lies on the table.
pub(crate) struct Table<'a> {
    /// Key files.
    pub(crate) keys: &'a [PathBuf],
    /// The words, where they are not typed.
    pub(crate) words: Option<&'a str>,
    /// The time.
    pub(crate) now: Timestamp,
}

/// Where there is no authority's folder.
pub(crate) struct Apart<'a> {
    /// The root.
    pub(crate) root: &'a Path,
    /// The trust list in force.
    pub(crate) held: &'a Path,
    /// The draft.
    pub(crate) draft: &'a Path,
    /// Where the signed draft goes.
    pub(crate) out: &'a Path,
}

impl Apart<'_> {
    /// Signs the draft for `menshen trust combine`.
    ///
    /// # Errors
    /// [`Failure`]: nothing was written.
    pub(crate) fn sign(&self, table: &Table<'_>, out: Out<'_>) -> Result<(), Failure> {
        let (root, held) = documents_at(self.root, self.held)?;
        let mut draft = draft::read(self.draft, &root)?;
        let shown = table.look(&draft, &held.body, out)?;
        table.consent(shown, &root, out)?.sign(&mut draft)?;
        files::write_new(self.out, &draft.to_bytes())?;
        let (signed, wanted) = (draft.signers(&root).len(), root.threshold);
        writeln!(
            out,
            "Signed by {signed} of the {wanted} keys that the root asks for: bring {} to the authority's machine, and run `menshen trust combine` there.",
            self.out.display()
        )?;

        Ok(())
    }
}

/// Signs the draft of an authority's folder, or the one in `elsewhere`, and publishes it if that is enough. The folder is not
/// held while somebody compares words and types a passphrase: nightly commands go on meanwhile.
///
/// # Errors
/// [`Failure`]: nothing was written.
pub(crate) fn sign(
    path: &Path,
    elsewhere: Option<&Path>,
    table: &Table<'_>,
    out: Out<'_>,
) -> Result<(), Failure> {
    let (shown, root) = {
        let folder = Folder::open(path)?;
        let draft = the_draft(&folder, elsewhere)?;
        (table.look(&draft, &folder.held().body, out)?, folder.root)
    };
    let consent = table.consent(shown, &root, out)?;
    let folder = &Folder::open(path)?;
    let mut draft = the_draft(folder, elsewhere)?;
    consent.sign(&mut draft)?;
    draft::check(&draft, &folder.held().body, table.now)?;
    let signers = draft.signers(&folder.root);
    if signers.len() >= folder.root.threshold {
        return publish::publish(folder, &draft, table.now, out);
    }
    let kids: Vec<String> = signers.iter().map(|key| hex::encode(key.kid().0)).collect();
    files::make_folder(&folder.draft_folder())?;
    let path = folder.signed_path(&kids.join("-"));
    files::replace(&path, &draft.to_bytes())?;
    writeln!(
        out,
        "Signed by {} of the {} keys that the root asks for: {}. Have it signed with another one too, here or on another machine, and join both with `menshen trust combine`.",
        signers.len(),
        folder.root.threshold,
        path.display()
    )?;

    Ok(())
}

fn the_draft(folder: &Folder, elsewhere: Option<&Path>) -> Result<TrustDraft, Failure> {
    match elsewhere {
        Some(path) => draft::read(path, &folder.root),
        None => folder.draft()?.ok_or_else(|| {
            Failure::Refused(format!(
                "there is no draft in {}: make one with `menshen trust import`, or name one with --draft",
                folder.draft_path().display()
            ))
        }),
    }
}

/// What somebody said yes to, and the keys to sign it with.
struct Consent {
    shown: [u8; 32],
    keys: Vec<SigningKey>,
}

impl Table<'_> {
    /// Shows what changes, and the hash, which it tells as well.
    fn look(
        &self,
        draft: &TrustDraft,
        held: &TrustBody,
        out: Out<'_>,
    ) -> Result<[u8; 32], Failure> {
        draft::check(draft, held, self.now)?;
        let changes = Changes::of(held, draft.body()).to_string();
        for line in changes.lines() {
            writeln!(out, "{}", printable(line))?;
        }
        let hash = draft.payload_hash();
        writeln!(out, "The draft's hash: {}", proquint::words(&hash))?;

        Ok(hash)
    }

    /// Asks for the words of what was shown, where they were not given, and opens the keys.
    fn consent(&self, shown: [u8; 32], root: &Root, out: Out<'_>) -> Result<Consent, Failure> {
        let words = match self.words {
            Some(words) => words.to_owned(),
            None => ask(out)?,
        };
        if !proquint::begins_with(&shown, &words, WORDS) {
            return Err(Failure::Refused(format!(
                "{} are not the first {WORDS} words of this draft's hash: nothing was signed. Compare the words with whoever drafted it",
                printable(&format!("{:?}", words.trim()))
            )));
        }
        let keys = self.keys.iter().map(|path| key(path, root));

        Ok(Consent {
            shown,
            keys: keys.collect::<Result<_, _>>()?,
        })
    }
}

impl Consent {
    /// Signs with every key, if this is the draft that was shown.
    fn sign(&self, draft: &mut TrustDraft) -> Result<(), Failure> {
        if draft.payload_hash() != self.shown {
            return Err(Failure::Refused(
                "the draft was changed after it was shown: nothing was signed. Look at the new one, and sign again"
                    .to_owned(),
            ));
        }
        for key in &self.keys {
            draft.sign(key);
        }

        Ok(())
    }
}

fn ask(out: Out<'_>) -> Result<String, Failure> {
    write!(out, "Type its first two words to sign it: ")?;
    out.flush()?;
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| {
            Failure::Refused(format!(
                "the words cannot be read ({error}): give them with --words"
            ))
        })?;

    Ok(line)
}

/// A root key that the root in force names.
fn key(path: &Path, root: &Root) -> Result<SigningKey, Failure> {
    let text = zeroize::Zeroizing::new(files::read_text(path)?);
    let words = KeyFile::is_locked(&text)
        .then(|| passphrase::enter(&format!("Passphrase of {}: ", path.display())))
        .transpose()?;
    let file =
        KeyFile::read(&text, words.as_ref().map(|words| words.as_slice())).map_err(|source| {
            Failure::Key {
                path: path.to_path_buf(),
                source,
            }
        })?;
    if file.role != KeyRole::Root {
        return Err(Failure::Refused(format!(
            "{}: this key's role is {}, and a trust list is signed by root keys alone",
            path.display(),
            file.role
        )));
    }
    let key = file.into_signing_key();
    if !root.keys.contains(&key.public()) {
        return Err(Failure::Refused(format!(
            "{}: this key is none of the root's in force: take a key file of this authority",
            path.display()
        )));
    }

    Ok(key)
}
