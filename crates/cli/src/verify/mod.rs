//! Whether a code is genuine and in time, one check a line, in the order of SECURITY.md §3.

mod foreign;
mod lookup;
mod native;
mod others;
mod status;
mod vectors;

use std::fmt;
use std::path::Path;

use domain::code::foreign::Reading;
use domain::crypto::ContentKey;
use domain::document::{Trust, Withdrawn};
use domain::hex;
use domain::keyfile::KeyFile;
use domain::status::Snapshot;
use domain::time::Timestamp;
use domain::verdict::Reason;

pub use native::verify;
pub use vectors::{Count, vectors};

use crate::authority::{self, PublicFolder};
use crate::{Failure, content_key, files};

/// What a code is judged by.
pub struct Known {
    /// Whom to trust.
    pub trust: Trust,
    /// The status list, or why there is none.
    pub snapshot: Result<Snapshot, String>,
    /// What issuers of other formats took back.
    pub withdrawn: Withdrawn,
    /// What codes of other formats are read by.
    pub reading: Reading,
}

impl Known {
    /// What an authority's folder, or its public folder alone, gives at `now`. The status list opens only
    /// where the week's secret lies beside it in clear, as in a demonstration.
    ///
    /// # Errors
    /// [`Failure`] where root or trust list do not verify.
    pub fn at(folder: &Path, now: Timestamp) -> Result<Self, Failure> {
        let whole = folder.join("public").is_dir();
        let (home, public) = if whole {
            (Some(folder), folder.join("public"))
        } else {
            (folder.parent(), folder.to_path_buf())
        };
        let (_, trust) = authority::documents(&public)?;
        let lists = public.join("revocation");
        let withdrawn = Withdrawn::open(&trust.body.revocations, |sha256| {
            files::read(&lists.join(format!("{}.json", hex::encode(sha256)))).ok()
        });
        let snapshot = snapshot(home, &PublicFolder::new(public), &trust, now);

        let keys = home.map(content_key::in_clear).unwrap_or_default();

        Ok(Self {
            reading: reading(&trust, keys),
            trust,
            snapshot,
            withdrawn,
        })
    }

    /// Reads codes that are encrypted with this key as well.
    pub(crate) fn also(&mut self, key: ContentKey) {
        let known = self.reading.content_keys.iter();
        let known = known.filter_map(|known| ContentKey::new(known.expose()));
        self.reading.content_keys = known.chain([key]).collect();
    }
}

/// What codes are read by: what a trust list says of it, and keys of encrypted codes.
pub(crate) fn reading(trust: &Trust, content_keys: Vec<ContentKey>) -> Reading {
    Reading {
        hcert: trust.hcert(),
        content_keys: content_keys.into(),
    }
}

fn snapshot(
    home: Option<&Path>,
    public: &PublicFolder,
    trust: &Trust,
    now: Timestamp,
) -> Result<Snapshot, String> {
    let manifest = public
        .manifest(trust, now)
        .map_err(|error| error.to_string())?
        .ok_or("there is no status list")?;
    let path = home
        .ok_or("there is no status secret")?
        .join("status-secret")
        .join(format!("{}.key", manifest.week));
    let text = files::read_text(&path)
        .map_err(|_| format!("the status secret of week {} is not here", manifest.week))?;
    let key = KeyFile::read(&text, None).map_err(|error| format!("{}: {error}", path.display()))?;

    public
        .snapshot(manifest, key.secret())
        .map_err(|error| error.to_string())
}

/// What came of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Ok,
    /// It fails, and the code with it.
    Fails(Reason),
    /// It says something that a venue's rule will look at, and does not decide here.
    Note,
    /// It could not be checked.
    NotChecked,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// What was found.
    pub found: String,
}

/// All checks of one code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In order; after one that fails on the way to the signature there are no more.
    pub checks: Vec<Check>,
}

impl Report {
    /// Every check that was made holds: the code is genuine and in time.
    #[must_use]
    pub fn good(&self) -> bool {
        self.reason().is_none()
    }

    /// The first reason that speaks against the code.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.checks.iter().find_map(|check| match check.outcome {
            Outcome::Fails(reason) => Some(reason),
            Outcome::Ok | Outcome::Note | Outcome::NotChecked => None,
        })
    }

    fn add(&mut self, name: &'static str, outcome: Outcome, found: impl Into<String>) {
        self.checks.push(Check {
            name,
            outcome,
            found: found.into(),
        });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in &self.checks {
            let word = match check.outcome {
                Outcome::Ok => "ok",
                Outcome::Fails(_) => "FAILS",
                Outcome::Note => "note",
                Outcome::NotChecked => "-",
            };
            writeln!(f, "{word:<6}{:<13}{}", check.name, printable(&check.found))?;
        }
        match self.reason() {
            None => writeln!(f, "verified, and in time"),
            Some(reason) => writeln!(f, "not verified: {}", reason.word()),
        }
    }
}

/// `text` with what may move a terminal's cursor or turn its writing around spelled out.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c {
            '\'' | '"' | '\\' => vec![c],
            c => c.escape_debug().collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_cannot_move_the_cursor_of_who_reads_the_answer() {
        assert_eq!(printable("王*, it's"), "王*, it's");
        assert_eq!(
            printable("\u{1b}[2Ja\u{202e}b\n"),
            "\\u{1b}[2Ja\\u{202e}b\\n"
        );
    }
}
