//! The authority's folder: its keys, its public documents, its register of issued codes.

mod content_keys;
mod found;
mod issue;
mod lookups;
mod publish;
mod register;
mod table;
mod today;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use domain::crypto::{Secret, SigningKey};
use domain::document::{Root, Trust};
use domain::keyfile::{KeyFile, KeyFileError, KeyRole};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

pub use found::{Founding, MAX_SHEET_DAYS, found};
pub use issue::{NewCode, issue};
pub(crate) use issue::{is_last_four, signed, slip_of};
pub use lookups::{LookupRecord, Lookups};
pub use publish::{PublicFolder, check_publish, publish};
pub use register::{Record, Register};
pub(crate) use today::revoked;
pub use today::{Revoked, TestKnown};

use crate::passphrase::Later;
use crate::{Failure, files};

/// What the authority says of itself, beside its keys: nothing secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its name for sheets, in the local script.
    pub name: String,
    /// Its name for sheets, in Latin script.
    pub name_latin: String,
    /// The issuer's name in codes.
    pub issuer: String,
    /// The test centre's name in slips.
    pub slip_issuer: String,
    /// The status list's name in codes.
    pub status_uri: String,
    /// Minutes that its time is ahead of UTC: a sheet ends with a local day.
    pub utc_offset_minutes: i32,
    /// A demonstration.
    pub demo: bool,
}

/// An authority's folder, held for this process alone.
pub struct Authority {
    folder: PathBuf,
    about: About,
    trust: Trust,
    passphrase: Later,
    _lock: File,
}

impl Authority {
    /// Whether there is one in a folder.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        folder.join(ABOUT).exists()
    }

    /// Opens the folder that `menshen keys` made, and holds it so that no second command changes it meanwhile.
    ///
    /// # Errors
    /// [`Failure`]: no authority there, another command at work, documents that do not verify.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let about = about(folder)?;
        let lock = hold(folder)?;
        let public = public(folder);
        for inner in [STATUS_SECRETS, CONTENT_KEYS] {
            files::sweep(&folder.join(inner))?;
        }
        files::sweep(folder)?;
        files::sweep(&public)?;
        let (_, trust) = documents(&public)?;

        Ok(Self {
            folder: folder.to_path_buf(),
            about,
            trust,
            passphrase: Later::default(),
            _lock: lock,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder whose content anyone may have.
    #[must_use]
    pub fn public(&self) -> PathBuf {
        public(&self.folder)
    }

    /// What it says of itself.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Its trust list.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The key that signs in this role.
    ///
    /// # Errors
    /// [`Failure::Key`]; asks for the passphrase where the file wants one.
    pub fn signing_key(&self, role: KeyRole) -> Result<SigningKey, Failure> {
        let path = self.folder.join(format!("{role}.key"));

        Ok(self.key(&path, role)?.into_signing_key())
    }

    /// The status secret of `week`, made now if it is not there: stations get it with their next assignment.
    ///
    /// # Errors
    /// See [`Failure`].
    pub fn status_secret(&self, week: u64) -> Result<Secret, Failure> {
        let path = self.folder.join(STATUS_SECRETS).join(format!("{week}.key"));
        // Earlier releases left an empty file on a full disk: nothing was ever encrypted under it.
        if fs::metadata(&path).is_ok_and(|file| file.len() == 0) {
            fs::remove_file(&path).map_err(Failure::file(&path, "remove"))?;
        }
        if !path.exists() {
            found::write_key(&path, KeyRole::StatusSecret, self.about.demo, || {
                self.passphrase.give().cloned()
            })?;
        }
        let key = self.key(&path, KeyRole::StatusSecret)?;

        Ok(Secret::new(*key.secret().expose()))
    }

    /// That the trust list still holds at `now`.
    ///
    /// # Errors
    /// [`Failure::Refused`] past its expiry, or before it was signed.
    pub fn check_time(&self, now: Timestamp) -> Result<(), Failure> {
        let header = &self.trust.body.header;
        let step = if now < header.issued_at {
            "set the clock right first"
        } else if now < header.expires {
            return Ok(());
        } else if self.about.demo {
            "a demonstration is not renewed: take another --data folder, or delete this one"
        } else {
            "this release cannot renew it: found a new authority in another folder with `menshen keys`, and enrol its stations anew"
        };

        Err(Failure::Refused(format!(
            "the authority's trust list holds from {} to {}, and the time is {}: {step}",
            crate::clock::show(header.issued_at),
            crate::clock::show(header.expires),
            crate::clock::show(now),
        )))
    }

    fn key(&self, path: &Path, role: KeyRole) -> Result<KeyFile, Failure> {
        let text = zeroize::Zeroizing::new(files::read_text(path)?);
        let passphrase = if KeyFile::is_locked(&text) {
            Some(self.passphrase.give()?)
        } else {
            None
        };

        KeyFile::read(&text, passphrase.map(|words| words.as_slice()))
            .and_then(|key| {
                if key.role == role {
                    Ok(key)
                } else {
                    Err(KeyFileError::Shape)
                }
            })
            .map_err(|source| Failure::Key {
                path: path.to_path_buf(),
                source,
            })
    }
}

/// Root and trust in a public folder, verified. The root is taken as it stands there: who has only this
/// folder must know its hash from elsewhere.
///
/// # Errors
/// [`Failure::File`], [`Failure::Document`].
pub fn documents(public: &Path) -> Result<(Root, Trust), Failure> {
    documents_at(&public.join(ROOT), &public.join(TRUST))
}

/// The same from two files.
///
/// # Errors
/// [`Failure::File`], [`Failure::Document`].
pub fn documents_at(root_path: &Path, trust_path: &Path) -> Result<(Root, Trust), Failure> {
    let at = |path: &Path| {
        let path = path.to_path_buf();
        move |source| Failure::Document { path, source }
    };
    let root = Root::self_signed(&files::read(root_path)?).map_err(at(root_path))?;
    let trust = Trust::verify(&files::read(trust_path)?, &root).map_err(at(trust_path))?;

    Ok((root, trust))
}

fn about(folder: &Path) -> Result<About, Failure> {
    let path = folder.join(ABOUT);
    if !path.try_exists().map_err(Failure::file(&path, "read"))? {
        return Err(Failure::Refused(format!(
            "{} holds no authority: make one with `menshen keys --out {}`",
            folder.display(),
            folder.display()
        )));
    }

    serde_json::from_str(&files::read_text(&path)?).map_err(|error| Failure::Line {
        line: u64::try_from(error.line()).unwrap_or(u64::MAX),
        problem: format!("{error}. The file is damaged: put the last good copy of it back"),
        path,
    })
}

fn public(folder: &Path) -> PathBuf {
    folder.join("public")
}

fn hold(folder: &Path) -> Result<File, Failure> {
    let path = folder.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .or_else(|error| {
            // A backup can be looked at, though nothing can be changed there.
            if error.kind() == io::ErrorKind::ReadOnlyFilesystem {
                return File::open(&path);
            }

            Err(error)
        })
        .map_err(Failure::file(&path, "open"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::Refused(format!(
            "another command is at work in {}: wait until it has ended",
            folder.display()
        ))),
        Err(TryLockError::Error(source)) => Err(Failure::File {
            path,
            what: "lock",
            source,
        }),
    }
}

const ABOUT: &str = "authority.json";
const LOCK: &str = "lock";
const ROOT: &str = "root.cbor";
pub(crate) const TRUST: &str = "trust.cbor";
const MANIFEST: &str = "manifest.cbor";
const STATUS_FILES: &str = "status";
const STATUS_SECRETS: &str = "status-secret";
/// The folder of keys of encrypted codes.
pub(crate) const CONTENT_KEYS: &str = "content-keys";
const SEALING: &str = "sealing";
