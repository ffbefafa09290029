//! The authority's folder, as `menshen keys` made it: the two keys that the centre signs with, and the
//! public documents that it hands out.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use domain::crypto::{ContentKey, OpeningKey, PublicKey, Secret, SigningKey, sha256};
use domain::document::{DocumentError, Root, Trust};
use domain::hex;
use domain::ids::AuthorityId;
use domain::keyfile::{KeyFile, KeyFileError, KeyRole};
use domain::time::Timestamp;
use domain::wire::Enrolled;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::content_keys::{ContentKeys, Opened};
use crate::folder::Folder;

/// The largest status file: 64 MiB (SECURITY.md §8).
const MAX_STATUS_FILE: u64 = 64 * 1024 * 1024;
const MAX_REVOCATION_FILE: u64 = 4 * 1024 * 1024;

/// The keys of the centre, and where its documents lie.
pub struct Authority {
    folder: PathBuf,
    id: AuthorityId,
    receipt: SigningKey,
    registry: SigningKey,
    retention_days: u32,
    passphrase: Option<Zeroizing<Vec<u8>>>,
    terms: Terms,
    opened: Opened,
}

/// What the trust document says about the centre's own keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Not believed from this second on.
    pub expires: Timestamp,
    /// After so many days a day's entries are erased.
    pub retention_days: u32,
}

/// A public document by its name in the route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// The newest status manifest.
    Manifest,
    /// The root.
    Root,
    /// The trust document.
    Trust,
}

/// Why the authority's folder does not serve.
#[derive(Debug, Error)]
pub enum AuthorityError {
    /// Something that `menshen keys` makes is not there.
    #[error("{} is missing: make the authority first with `menshen keys --demo --out {}`, or name its folder's parent by --data", .path.display(), .folder.display())]
    Missing {
        /// What.
        path: PathBuf,
        /// Where the authority should be.
        folder: PathBuf,
    },
    /// The file system does not give a file.
    #[error("{} cannot be read: {source}", .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A key file gives no key.
    #[error("{}: {source}", .path.display())]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        source: KeyFileError,
    },
    /// A key file needs its passphrase.
    #[error("{} is under a passphrase: write it to a file that only you can read and name that file in MENSHEN_PASSPHRASE_FILE", .path.display())]
    Locked {
        /// Which.
        path: PathBuf,
    },
    /// A key for something else.
    #[error("{} holds a key with the role {found}, where the {wanted} key belongs: put {wanted}.key of this authority there", .path.display())]
    WrongRole {
        /// Which file.
        path: PathBuf,
        /// What belongs there.
        wanted: KeyRole,
        /// What is there.
        found: KeyRole,
    },
    /// A document of the authority's does not verify.
    #[error("{}: {source}", .path.display())]
    Document {
        /// Which.
        path: PathBuf,
        /// Why.
        source: DocumentError,
    },
    /// A key that no station would believe.
    #[error(
        "the {role} key is not in force by this authority's trust document: stations would refuse what it signs; sign a new trust document that names it"
    )]
    NotInForce {
        /// Which.
        role: KeyRole,
    },
    /// A file among the keys of encrypted codes is another key.
    #[error("{} holds a key with the role {found}, where keys of encrypted codes belong: take it away, and bring those in with `menshen content-key add`", .path.display())]
    NoContentKey {
        /// Which file.
        path: PathBuf,
        /// What is there.
        found: KeyRole,
    },
    /// More keys of encrypted codes than an assignment holds.
    #[error("{} holds more than 16 keys of encrypted codes, and a station takes no more: remove those that are over with `menshen content-key remove`", .path.display())]
    TooManyContentKeys {
        /// Which folder.
        path: PathBuf,
    },
    /// There is no status secret for a week that a station needs.
    #[error("{} is missing: without this week's status secret a station cannot read its status; make it with `menshen keys`", .path.display())]
    NoStatusSecret {
        /// Which file.
        path: PathBuf,
    },
}

impl Authority {
    /// Reads keys and documents, and checks that stations would believe what the keys sign.
    ///
    /// # Errors
    /// See [`AuthorityError`].
    pub fn open(
        folder: &Folder,
        passphrase: Option<Zeroizing<Vec<u8>>>,
        now: Timestamp,
    ) -> Result<Self, AuthorityError> {
        let folder = folder.authority();
        let word = passphrase.as_ref().map(|word| word.as_slice());
        let (root, trust) = documents(&folder)?;
        let receipt = signing_key(&folder, KeyRole::Receipt, word)?;
        let registry = signing_key(&folder, KeyRole::Registry, word)?;
        in_force(KeyRole::Receipt, &trust.receipt(), &receipt)?;
        in_force(KeyRole::Registry, &trust.registry(now), &registry)?;
        if trust.body.header.expires <= now {
            tracing::warn!(
                "the trust document has expired: every station is undecided until a new one is signed"
            );
        }

        Ok(Self {
            folder,
            id: root.header.authority,
            receipt,
            registry,
            retention_days: trust.body.retention_days,
            passphrase,
            terms: terms(&trust),
            opened: Opened::default(),
        })
    }

    /// Whose centre this is.
    #[must_use]
    pub fn id(&self) -> AuthorityId {
        self.id
    }

    /// Signs answers.
    #[must_use]
    pub fn receipt(&self) -> &SigningKey {
        &self.receipt
    }

    /// Days that entries are kept, by the trust document that the centre was started with.
    #[must_use]
    pub fn retention_days(&self) -> u32 {
        self.retention_days
    }

    /// Signs assignments.
    #[must_use]
    pub fn registry(&self) -> &SigningKey {
        &self.registry
    }

    /// What the trust document said at the start.
    #[must_use]
    pub fn terms(&self) -> Terms {
        self.terms
    }

    /// What the trust document says now: a newer one may lie there.
    ///
    /// # Errors
    /// See [`AuthorityError`].
    pub fn terms_now(&self) -> Result<Terms, AuthorityError> {
        documents(&self.folder).map(|(_, trust)| terms(&trust))
    }

    /// The trust document as it is now.
    ///
    /// # Errors
    /// See [`AuthorityError`].
    pub fn trust(&self) -> Result<Trust, AuthorityError> {
        documents(&self.folder).map(|(_, trust)| trust)
    }

    /// The root document as it is now.
    ///
    /// # Errors
    /// See [`AuthorityError`].
    pub fn root(&self) -> Result<Root, AuthorityError> {
        documents(&self.folder).map(|(root, _)| root)
    }

    /// The key that opens what stations seal to the centre.
    ///
    /// # Errors
    /// See [`AuthorityError`].
    pub fn exchange_key(&self) -> Result<OpeningKey, AuthorityError> {
        let path = self.folder.join(format!("{}.key", KeyRole::Exchange));
        let word = self.passphrase.as_ref().map(|word| word.as_slice());

        key_file(&self.folder, &path, KeyRole::Exchange, word).map(KeyFile::into_opening_key)
    }

    /// SHA-256 of the root document, for a pairing.
    ///
    /// # Errors
    /// [`AuthorityError::Missing`], [`AuthorityError::Unreadable`].
    pub fn root_hash(&self) -> Result<[u8; 32], AuthorityError> {
        Ok(sha256(&[&self.read(&Document::Root.path(&self.folder))?]))
    }

    /// Root and trust as they are now.
    ///
    /// # Errors
    /// [`AuthorityError::Missing`], [`AuthorityError::Unreadable`].
    pub fn enrolled(&self) -> Result<Enrolled, AuthorityError> {
        Ok(Enrolled {
            root: self.read(&Document::Root.path(&self.folder))?,
            trust: self.read(&Document::Trust.path(&self.folder))?,
        })
    }

    /// A public document as it is now.
    ///
    /// # Errors
    /// [`AuthorityError::Missing`], [`AuthorityError::Unreadable`].
    pub fn document(&self, which: Document) -> Result<Vec<u8>, AuthorityError> {
        self.read(&which.path(&self.folder))
    }

    /// A status file by its SHA-256; none if there is no such file.
    ///
    /// # Errors
    /// [`AuthorityError::Unreadable`], also for what is no regular file of at most 64 MiB.
    pub fn status_file(&self, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>, AuthorityError> {
        let name = format!("public/status/{}.bin", hex::encode(sha256));

        self.public_file(&name, MAX_STATUS_FILE)
    }

    /// A list of what an issuer took back by its SHA-256; none if there is no such file.
    ///
    /// # Errors
    /// [`AuthorityError::Unreadable`], also for what is no regular file of at most 4 MiB.
    pub fn revocation_file(&self, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>, AuthorityError> {
        let name = format!("public/revocation/{}.json", hex::encode(sha256));

        self.public_file(&name, MAX_REVOCATION_FILE)
    }

    fn public_file(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, AuthorityError> {
        let path = self.folder.join(name);
        let unreadable = |source| AuthorityError::Unreadable {
            path: path.clone(),
            source,
        };
        let about = match fs::symlink_metadata(&path) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        };
        if !about.is_file() || about.len() > most {
            return Err(unreadable(io::Error::from(io::ErrorKind::InvalidData)));
        }

        fs::read(&path).map(Some).map_err(unreadable)
    }

    /// The status secret of a week; none if it is not made yet or destroyed.
    ///
    /// # Errors
    /// See [`AuthorityError`].
    pub fn status_secret(&self, week: u64) -> Result<Option<Secret>, AuthorityError> {
        let path = self.status_secret_path(week);
        if !path.exists() {
            return Ok(None);
        }
        let word = self.passphrase.as_ref().map(|word| word.as_slice());
        let file = key_file(&self.folder, &path, KeyRole::StatusSecret, word)?;

        Ok(Some(Secret::new(*file.secret().expose())))
    }

    /// The keys of encrypted codes as they are now.
    ///
    /// # Errors
    /// See [`AuthorityError`].
    pub fn content_keys(&self) -> Result<ContentKeys, AuthorityError> {
        self.opened
            .now(&self.folder, |path, bytes| self.content_key(path, bytes))
    }

    fn content_key(&self, path: &Path, bytes: &[u8]) -> Result<ContentKey, AuthorityError> {
        let path = path.to_owned();
        let word = self.passphrase.as_ref().map(|word| word.as_slice());
        let file = opened_file(&path, bytes, word)?;

        file.content_key().ok_or(AuthorityError::NoContentKey {
            path,
            found: file.role,
        })
    }

    /// Where the status secret of a week belongs.
    #[must_use]
    pub fn status_secret_path(&self, week: u64) -> PathBuf {
        self.folder
            .join("status-secret")
            .join(format!("{week}.key"))
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, AuthorityError> {
        read(&self.folder, path)
    }
}

impl Document {
    fn path(self, folder: &Path) -> PathBuf {
        let name = match self {
            Self::Manifest => "manifest.cbor",
            Self::Root => "root.cbor",
            Self::Trust => "trust.cbor",
        };

        folder.join("public").join(name)
    }
}

fn documents(folder: &Path) -> Result<(Root, Trust), AuthorityError> {
    let (root_path, trust_path) = (Document::Root.path(folder), Document::Trust.path(folder));
    let root = Root::self_signed(&read(folder, &root_path)?).map_err(|source| {
        AuthorityError::Document {
            path: root_path,
            source,
        }
    })?;
    let trust = Trust::verify(&read(folder, &trust_path)?, &root).map_err(|source| {
        AuthorityError::Document {
            path: trust_path,
            source,
        }
    })?;

    Ok((root, trust))
}

fn terms(trust: &Trust) -> Terms {
    Terms {
        expires: trust.body.header.expires,
        retention_days: trust.body.retention_days,
    }
}

fn signing_key(
    folder: &Path,
    role: KeyRole,
    passphrase: Option<&[u8]>,
) -> Result<SigningKey, AuthorityError> {
    let path = folder.join(format!("{role}.key"));

    key_file(folder, &path, role, passphrase).map(KeyFile::into_signing_key)
}

fn key_file(
    folder: &Path,
    path: &Path,
    wanted: KeyRole,
    passphrase: Option<&[u8]>,
) -> Result<KeyFile, AuthorityError> {
    let bytes = Zeroizing::new(read(folder, path)?);
    let file = opened_file(path, &bytes, passphrase)?;
    if file.role != wanted {
        return Err(AuthorityError::WrongRole {
            path: path.to_owned(),
            wanted,
            found: file.role,
        });
    }

    Ok(file)
}

fn opened_file(
    path: &Path,
    bytes: &[u8],
    passphrase: Option<&[u8]>,
) -> Result<KeyFile, AuthorityError> {
    let path = path.to_owned();
    let text = std::str::from_utf8(bytes).unwrap_or_default();

    KeyFile::read(text, passphrase).map_err(|error| match error {
        KeyFileError::Locked => AuthorityError::Locked { path },
        KeyFileError::CannotOpen
        | KeyFileError::HalvesDiffer
        | KeyFileError::Hardness
        | KeyFileError::Shape => AuthorityError::Key {
            path,
            source: error,
        },
    })
}

fn in_force(role: KeyRole, named: &[PublicKey], key: &SigningKey) -> Result<(), AuthorityError> {
    if named.contains(&key.public()) {
        Ok(())
    } else {
        Err(AuthorityError::NotInForce { role })
    }
}

fn read(folder: &Path, path: &Path) -> Result<Vec<u8>, AuthorityError> {
    let path = path.to_owned();
    fs::read(&path).map_err(|source| {
        if source.kind() == io::ErrorKind::NotFound {
            AuthorityError::Missing {
                path,
                folder: folder.to_owned(),
            }
        } else {
            AuthorityError::Unreadable { path, source }
        }
    })
}
