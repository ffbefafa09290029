//! The draft of the next trust list in an authority's folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use domain::code::foreign::{ForeignKey, Format, MAX_CANDIDATES};
use domain::document::{DocumentError, Header, Root, Trust, TrustBody, TrustDraft};
use domain::time::{DAY, Timestamp};

use super::lines::key_line;
use super::sources::Sources;
use crate::authority::{self, Authority, TRUST};
use crate::{Failure, Out, clock, files};

/// exp <= iat + 90 d (SECURITY.md §2).
const LIFE: i64 = 90 * DAY;
/// How far a clock may run behind the one that dated a draft, in seconds.
const AHEAD: i64 = 600;

/// An authority's folder, held, with what a draft is made of and judged by.
pub(crate) struct Folder {
    authority: Authority,
    pub(super) root: Root,
}

/// What the next list is made from.
pub(super) struct Base {
    pub(super) body: TrustBody,
    pub(super) sources: Sources,
}

impl Folder {
    /// Opens and holds an authority's folder.
    ///
    /// # Errors
    /// As [`Authority::open`].
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let authority = Authority::open(path)?;
        let (root, _) = authority::documents(&authority.public())?;
        let folder = Self { authority, root };
        folder.finish()?;

        Ok(folder)
    }

    /// Ends what a signing that was stopped left: its list is in force, and the draft of it still lies there.
    fn finish(&self) -> Result<(), Failure> {
        files::sweep(&self.draft_folder())?;
        // Whoever needs a draft that cannot be read is told so then.
        let Ok(draft) = read(&self.draft_path(), &self.root) else {
            return Ok(());
        };
        let in_force = read(&self.public(TRUST), &self.root)?;
        if draft.payload_hash() != in_force.payload_hash() {
            return Ok(());
        }

        self.end_draft()
    }

    /// What the draft's imports brought is from now on what those of the list in force did.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn end_draft(&self) -> Result<(), Failure> {
        let sources = self.draft_sources();
        if sources.exists() {
            fs::rename(&sources, self.sources()).map_err(Failure::file(&sources, "move"))?;
        }
        let draft = self.draft_folder();
        if draft.exists() {
            // Signatures go first: without their draft they would be told as those of the next one.
            for path in self.signed_apart()? {
                fs::remove_file(&path).map_err(Failure::file(&path, "remove"))?;
            }
            fs::remove_dir_all(&draft).map_err(Failure::file(&draft, "remove"))?;
        }

        Ok(())
    }

    /// The list in force.
    pub(crate) fn held(&self) -> &Trust {
        self.authority.trust()
    }

    /// The draft, if there is one, with the signatures that it has.
    ///
    /// # Errors
    /// [`Failure::File`], [`Failure::Document`]; [`Failure::Refused`] for one that is not newer than the list in force.
    pub(crate) fn draft(&self) -> Result<Option<TrustDraft>, Failure> {
        let path = self.draft_path();
        if !path.exists() {
            return Ok(None);
        }
        let draft = read(&path, &self.root)?;
        let (drafted, held) = (draft.body().header.version, self.version());
        if drafted <= held {
            return Err(Failure::Refused(format!(
                "{} drafts version {drafted}, and version {held} is in force: remove the folder {} and import again",
                path.display(),
                self.draft_folder().display()
            )));
        }

        Ok(Some(draft))
    }

    /// What the next list is made from: the draft, or else the list in force.
    ///
    /// # Errors
    /// As [`Folder::draft`]; [`Failure::Refused`] for damaged sources.
    pub(super) fn base(&self) -> Result<Base, Failure> {
        Ok(match self.draft()? {
            Some(draft) => Base {
                body: draft.body().clone(),
                sources: Sources::read(&self.draft_sources())?,
            },
            None => Base {
                body: self.held().body.clone(),
                sources: Sources::read(&self.sources())?,
            },
        })
    }

    /// Writes `body` as the draft, dated `now`, for as long as a list may hold. Signatures over an earlier draft go, as
    /// they fit no more, and that is said.
    ///
    /// # Errors
    /// [`Failure::Refused`] for a list that no station would take; [`Failure::File`]; [`Failure::Output`].
    pub(super) fn write(
        &self,
        mut body: TrustBody,
        sources: &Sources,
        now: Timestamp,
        out: Out<'_>,
    ) -> Result<TrustDraft, Failure> {
        body.header = self.next_header(&body, now)?;
        check_candidates(&body.foreign)?;
        let draft = TrustDraft::new(&body, &self.root).map_err(|error| unfit(&body, error))?;
        files::make_folder(&self.draft_folder())?;
        let signed = self.signed_apart()?;
        for path in &signed {
            fs::remove_file(path).map_err(Failure::file(path, "remove"))?;
        }
        sources.write(&self.draft_sources())?;
        files::replace(&self.draft_path(), &draft.to_bytes())?;
        if !signed.is_empty() {
            writeln!(
                out,
                "Signatures over the draft before, which fit no more and were removed: {}.",
                signed.len()
            )?;
        }

        Ok(draft)
    }

    fn next_header(&self, body: &TrustBody, now: Timestamp) -> Result<Header, Failure> {
        let held = &self.held().body.header;
        let last_sealing = body.sealing.iter().map(|turn| turn.not_after).max();
        let last_sealing = last_sealing.unwrap_or(now);
        if now < held.issued_at {
            return Err(Failure::Refused(format!(
                "the list in force was signed {}, which is later than the clock ({}): set the clock right first",
                clock::show(held.issued_at),
                clock::show(now)
            )));
        }
        if last_sealing <= now {
            return Err(Failure::Refused(format!(
                "the last sealing key ended {}, and no list may outlive it: this release makes no new ones, so found a new authority with `menshen keys`",
                clock::show(last_sealing)
            )));
        }

        Ok(Header {
            authority: held.authority,
            version: held.version.saturating_add(1),
            issued_at: now,
            expires: now.plus(LIFE).min(last_sealing),
        })
    }

    /// Drafts that were signed apart and lie beside the draft.
    fn signed_apart(&self) -> Result<Vec<PathBuf>, Failure> {
        let folder = self.draft_folder();
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).map_err(Failure::file(&folder, "read"))? {
            let path = entry.map_err(Failure::file(&folder, "read"))?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let is_part = name.is_some_and(|name| name != TRUST && name.starts_with("trust."));
            if is_part {
                found.push(path);
            }
        }

        Ok(found)
    }

    /// Where `file` of the public folder is.
    pub(super) fn public(&self, file: &str) -> PathBuf {
        self.authority.public().join(file)
    }

    /// Where a draft signed by `keys` alone goes.
    pub(super) fn signed_path(&self, keys: &str) -> PathBuf {
        self.draft_folder().join(format!("trust.{keys}.cbor"))
    }

    /// Where the draft is.
    pub(crate) fn draft_path(&self) -> PathBuf {
        self.draft_folder().join(TRUST)
    }

    pub(super) fn draft_folder(&self) -> PathBuf {
        self.authority.folder().join("draft")
    }

    pub(super) fn draft_sources(&self) -> PathBuf {
        self.draft_folder().join("sources.json")
    }

    pub(super) fn sources(&self) -> PathBuf {
        self.authority.folder().join("trust-sources.json")
    }

    pub(super) fn version(&self) -> u64 {
        self.held().body.header.version
    }
}

/// Reads a draft.
///
/// # Errors
/// [`Failure::File`], [`Failure::Document`].
pub(super) fn read(path: &Path, root: &Root) -> Result<TrustDraft, Failure> {
    let bytes = super::input::read(path)?;

    TrustDraft::read(&bytes, root).map_err(|source| Failure::Document {
        path: path.to_path_buf(),
        source,
    })
}

/// That a draft may be signed now.
///
/// # Errors
/// [`Failure::Refused`], with what to do.
pub(super) fn check(draft: &TrustDraft, held: &TrustBody, now: Timestamp) -> Result<(), Failure> {
    let header = &draft.body().header;
    let why = if header.version <= held.header.version {
        format!(
            "the draft is of version {}, and version {} is in force: import again",
            header.version, held.header.version
        )
    } else if now >= header.expires {
        format!(
            "the draft would have expired {}: import again, which dates it anew",
            clock::show(header.expires)
        )
    } else if now.plus(AHEAD) < header.issued_at {
        format!(
            "the draft is dated {}, which is later than the clock ({}): set the clock right first",
            clock::show(header.issued_at),
            clock::show(now)
        )
    } else {
        return Ok(());
    };

    Err(Failure::Refused(why))
}

/// A station tries eight keys for a signature: of more that one code may mean, some would never be.
fn check_candidates(keys: &[ForeignKey]) -> Result<(), Failure> {
    let mut by_id: BTreeMap<(Format, &[u8]), Vec<&ForeignKey>> = BTreeMap::new();
    for key in keys {
        let id = (key.format, key.key_id.as_slice());
        by_id.entry(id).or_default().push(key);
    }
    for all in by_id.values().filter(|all| all.len() > MAX_CANDIDATES) {
        for key in all {
            // A ticket names no issuer, so that nobody's key comes before another's.
            let is_rival = |other: &&&ForeignKey| {
                key.format == Format::Pretix || other.issuer.is_none() || other.issuer == key.issuer
            };
            let rivals = all.iter().filter(is_rival).count();
            if rivals > MAX_CANDIDATES {
                return Err(crowded(key, rivals));
            }
        }
    }

    Ok(())
}

fn crowded(key: &ForeignKey, rivals: usize) -> Failure {
    Failure::Refused(format!(
        "{rivals} keys could have signed a code that names {}, and a station tries {MAX_CANDIDATES}: leave out those that are no longer needed (for tickets, of events that are over, without --add)",
        key_line(key)
    ))
}

fn unfit(body: &TrustBody, error: DocumentError) -> Failure {
    let why = match error {
        DocumentError::TooLarge => format!(
            "the list would hold {} keys of others, and a list holds at most 20,000 keys and 4 MiB: import fewer",
            body.foreign.len()
        ),
        DocumentError::KeyInTwoRoles => {
            "one of these keys is a key of this authority or of its root, which has one role alone: take it out of the file and ask where it came from".to_owned()
        }
        DocumentError::Cose(_)
        | DocumentError::Shape(_)
        | DocumentError::WeakKey(_)
        | DocumentError::Content
        | DocumentError::NotSigned
        | DocumentError::OtherAuthority
        | DocumentError::OtherStation
        | DocumentError::Expired
        | DocumentError::NotNewer
        | DocumentError::Equivocation => format!("no station would take this list: {error}"),
    };

    Failure::Refused(why)
}

#[cfg(test)]
mod tests {
    use super::super::found::tests::nothing_said;
    use super::*;

    fn keys(
        format: Format,
        count: usize,
        issuer: impl Fn(usize) -> Option<String>,
    ) -> Vec<ForeignKey> {
        (0..count)
            .map(|at| ForeignKey {
                issuer: issuer(at),
                ..nothing_said().entry(format, vec![1])
            })
            .collect()
    }

    #[test]
    fn no_more_keys_than_a_station_tries_may_mean_one_code() {
        let event = |at: usize| Some(format!("event {at}"));
        assert!(check_candidates(&keys(Format::Pretix, 8, event)).is_ok());
        assert!(check_candidates(&keys(Format::Pretix, 9, event)).is_err());
        assert!(check_candidates(&keys(Format::Shc, 40, event)).is_ok());
        assert!(check_candidates(&keys(Format::Hcert, 8, |_| None)).is_ok());
        let refused = check_candidates(&keys(Format::Hcert, 9, |_| None)).unwrap_err();
        assert!(refused.to_string().starts_with("9 keys could have signed"));
    }
}
