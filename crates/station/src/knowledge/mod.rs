//! Signed documents as this station holds them: verified when read, verified when they come, and never
//! replaced by older ones.

mod refresh;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::code::foreign::Reading;
use domain::crypto::{ContentKey, Kid, OpeningKey, PublicKey, Secret, sha256};
use domain::document::{
    Assignment, DocumentError, Held, Manifest, Newer, RevocationFile, Root, Trust, Withdrawn,
};
use domain::entry::{ChainHash, genesis};
use domain::hex;
use domain::station::Knowledge;
use domain::status::{Snapshot, SnapshotError};
use domain::time::Timestamp;
use thiserror::Error;
use tracing::warn;

use crate::folder::{Folder, FolderError};

pub(crate) use refresh::Ended;
pub use refresh::{Next, Refresh};

pub(crate) const ROOT: &str = "root.cbor";
pub(crate) const TRUST: &str = "trust.cbor";
pub(crate) const ASSIGNMENT: &str = "assignment.cbor";
const MANIFEST: &str = "manifest.cbor";
const STATUS: &str = "status";
const REVOCATION: &str = "revocation";
/// The limits of SECURITY.md §8.
const MAX_DOCUMENT: u64 = 4 * 1024 * 1024;
const MAX_STATUS: u64 = 64 * 1024 * 1024;
/// As `trust` may name it.
const MAX_REVOCATION: u64 = 4 * 1024 * 1024;

/// Why a document is not there or not taken.
#[derive(Debug, Error)]
pub enum KnowledgeError {
    /// A file that enrolment wrote is gone.
    #[error(
        "the file {0} is missing from the station's folder: put it back from its .previous, or enrol again"
    )]
    Missing(&'static str),
    /// The root is not the one that enrolment took.
    #[error("the root document is not the one this station was enrolled with: tell the authority")]
    OtherRoot,
    /// A document does not verify, or is older.
    #[error("{name}: {source}")]
    Document {
        /// Which.
        name: &'static str,
        /// Why.
        source: DocumentError,
    },
    /// The assignment is for another epoch than the log.
    #[error("a new epoch was assigned: this release takes one only by enrolling again")]
    OtherEpoch,
    /// A list of what was taken back is not the file that the trust list names.
    #[error("a list of withdrawn certificates is not the one that the trust list names")]
    OtherFile,
    /// The status list does not open.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// What is held.
pub struct Library {
    root: Root,
    trust: (Arc<Trust>, Held),
    assignment: (Arc<Assignment>, Held),
    first_hash: ChainHash,
    secrets: BTreeMap<u64, Secret>,
    own_key: PublicKey,
    list: Option<List>,
    withdrawn: Arc<Withdrawn>,
    reading: Arc<Reading>,
    /// The newest manifest that was taken, also where its list does not open or counts no longer: none
    /// older takes its place.
    manifest: Option<Held>,
}

/// The versions that are held, below which nothing is taken.
#[derive(Clone, Debug, Default)]
pub struct NewestHeld {
    /// Of the trust list.
    pub trust: Option<Held>,
    /// Of the manifest.
    pub manifest: Option<Held>,
}

/// The status list in use.
struct List {
    snapshot: Arc<Snapshot>,
    signer: Option<Kid>,
}

/// A manifest that verified and is newer, and the files that it still wants.
pub struct Wanted {
    manifest: Manifest,
    bytes: Vec<u8>,
    /// SHA-256 of each file that is not on the disk.
    pub missing: Vec<[u8; 32]>,
}

impl Library {
    /// Reads and verifies what the folder holds. A status list that does not open is left aside: what
    /// needs it is then undecided.
    ///
    /// # Errors
    /// See [`KnowledgeError`].
    pub fn load(
        folder: &Folder,
        root_hash: &[u8; 32],
        own_key: PublicKey,
        opening: &OpeningKey,
    ) -> Result<Self, KnowledgeError> {
        let read = |name: &'static str| -> Result<Vec<u8>, KnowledgeError> {
            folder
                .read(name, MAX_DOCUMENT)?
                .ok_or(KnowledgeError::Missing(name))
        };
        let root_bytes = read(ROOT)?;
        if sha256(&[&root_bytes]) != *root_hash {
            return Err(KnowledgeError::OtherRoot);
        }
        let root = Root::self_signed(&root_bytes).map_err(of(ROOT))?;
        let trust_bytes = read(TRUST)?;
        let trust = Trust::verify(&trust_bytes, &root).map_err(of(TRUST))?;
        let assignment_bytes = read(ASSIGNMENT)?;
        // Held already: judged by every key of the list, so that a wrong clock does not lock the station.
        let registry: Vec<PublicKey> = trust.body.registry.iter().map(|role| role.key).collect();
        let authority = root.header.authority;
        let assignment = Assignment::verify(&assignment_bytes, authority, &registry, &own_key)
            .map_err(of(ASSIGNMENT))?;
        let mut library = Self {
            first_hash: genesis(
                assignment.station,
                assignment.epoch,
                &assignment_bytes,
                assignment.previous,
            ),
            secrets: assignment.open_secrets(opening).into_iter().collect(),
            trust: (
                Arc::new(trust.clone()),
                Held::of(trust.body.header.version, &trust_bytes),
            ),
            assignment: (
                Arc::new(assignment.clone()),
                Held::of(assignment.header.version, &assignment_bytes),
            ),
            root,
            own_key,
            list: None,
            withdrawn: Arc::new(withdrawn(folder, &trust)),
            reading: reading(&trust, assignment.open_content_keys(opening).into()),
            manifest: None,
        };
        if let Err(error) = library.load_list(folder) {
            warn!(%error, "the status list on the disk is not usable");
        }

        Ok(library)
    }

    /// The versions that are held.
    #[must_use]
    pub fn newest_held(&self) -> NewestHeld {
        NewestHeld {
            trust: Some(self.trust.1),
            manifest: self.manifest,
        }
    }

    /// Takes no manifest older than this one, which was held elsewhere, where none is held here.
    pub fn expect_manifest(&mut self, held: Option<Held>) {
        if self.manifest.is_none() {
            self.manifest = held;
        }
    }

    /// For the machine.
    #[must_use]
    pub fn knowledge(&self) -> Knowledge {
        Knowledge {
            trust: Some(Arc::clone(&self.trust.0)),
            assignment: Some(Arc::clone(&self.assignment.0)),
            snapshot: self.list.as_ref().map(|list| Arc::clone(&list.snapshot)),
            snapshot_signer: self.list.as_ref().and_then(|list| list.signer),
            withdrawn: Arc::clone(&self.withdrawn),
            reading: Arc::clone(&self.reading),
        }
    }

    /// The trust list in force.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.trust.0
    }

    /// The assignment in force.
    #[must_use]
    pub fn assignment(&self) -> &Assignment {
        &self.assignment.0
    }

    /// `h_0` of a log that begins with the assignment held.
    #[must_use]
    pub fn genesis(&self) -> ChainHash {
        self.first_hash
    }

    /// Takes a newer trust list. True if it is one. A status list whose signer it no longer names counts no
    /// more.
    ///
    /// # Errors
    /// See [`KnowledgeError`]; what was held stays.
    pub fn take_trust(
        &mut self,
        folder: &Folder,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<bool, KnowledgeError> {
        let trust = Trust::verify(bytes, &self.root).map_err(of(TRUST))?;
        let header = &trust.body.header;
        match Held::judge(Some(&self.trust.1), header, bytes, now).map_err(of(TRUST))? {
            Newer::Same => Ok(false),
            Newer::Take => {
                folder.replace(TRUST, bytes)?;
                let before = Arc::clone(&self.trust.0);
                self.trust = (
                    Arc::new(trust.clone()),
                    Held::of(trust.body.header.version, bytes),
                );
                self.reading = reading(&trust, Arc::clone(&self.reading.content_keys));
                self.drop_list_of_a_stranger();
                self.read_withdrawn(folder);
                self.forget_withdrawn(folder, &before);

                Ok(true)
            }
        }
    }

    /// Takes a newer assignment of the same epoch, and the status secrets in it. True if it is one. Keys of encrypted codes
    /// that are not in it count no more.
    ///
    /// # Errors
    /// See [`KnowledgeError`]; what was held stays.
    pub fn take_assignment(
        &mut self,
        folder: &Folder,
        bytes: &[u8],
        opening: &OpeningKey,
        now: Timestamp,
    ) -> Result<bool, KnowledgeError> {
        let registry = self.trust.0.registry(now);
        let authority = self.root.header.authority;
        let assignment = Assignment::verify(bytes, authority, &registry, &self.own_key)
            .map_err(of(ASSIGNMENT))?;
        let held = &self.assignment;
        match Held::judge(Some(&held.1), &assignment.header, bytes, now).map_err(of(ASSIGNMENT))? {
            Newer::Same => Ok(false),
            Newer::Take if assignment.epoch != held.0.epoch => Err(KnowledgeError::OtherEpoch),
            Newer::Take => {
                folder.replace(ASSIGNMENT, bytes)?;
                self.secrets.extend(assignment.open_secrets(opening));
                let keys = assignment.open_content_keys(opening);
                self.reading = reading(&self.trust.0, keys.into());
                let held = Held::of(assignment.header.version, bytes);
                self.assignment = (Arc::new(assignment), held);

                Ok(true)
            }
        }
    }

    /// Looks at a manifest: none if its list is the one in use, otherwise what it wants.
    ///
    /// # Errors
    /// See [`KnowledgeError`]; what was held stays.
    pub fn consider_manifest(
        &self,
        folder: &Folder,
        bytes: Vec<u8>,
        now: Timestamp,
    ) -> Result<Option<Wanted>, KnowledgeError> {
        let keys = self.trust.0.status(now);
        let manifest =
            Manifest::verify(&bytes, self.root.header.authority, &keys).map_err(of(MANIFEST))?;
        let held = self.manifest.as_ref();
        match Held::judge(held, &manifest.header, &bytes, now).map_err(of(MANIFEST))? {
            Newer::Same if self.list.is_some() => Ok(None),
            Newer::Same | Newer::Take => {
                let missing = manifest
                    .files()
                    .map(|file| file.sha256)
                    .filter(|hash| !is_there(folder, hash))
                    .collect();

                Ok(Some(Wanted {
                    manifest,
                    bytes,
                    missing,
                }))
            }
        }
    }

    /// Puts a status file on the disk. It is judged as a whole when the list is opened.
    ///
    /// # Errors
    /// [`KnowledgeError::Folder`], or [`KnowledgeError::Snapshot`] where the bytes are not of this hash.
    pub fn add_file(folder: &Folder, hash: &[u8; 32], bytes: &[u8]) -> Result<(), KnowledgeError> {
        if sha256(&[bytes]) != *hash {
            return Err(SnapshotError::File(domain::status::FileError::OtherFile).into());
        }
        folder.make_folder(STATUS)?;
        // What stood under this name was spoilt, and is not worth a copy.
        folder.remove(&file_name(hash))?;
        folder.replace(&file_name(hash), bytes)?;

        Ok(())
    }

    /// Opens the list once its files are there, and takes it.
    ///
    /// # Errors
    /// See [`KnowledgeError`]; what was held stays.
    pub fn take_list(&mut self, folder: &Folder, wanted: Wanted) -> Result<(), KnowledgeError> {
        let held = Held::of(wanted.manifest.header.version, &wanted.bytes);
        let list = self.open_list(folder, wanted.manifest, &wanted.bytes)?;
        folder.replace(MANIFEST, &wanted.bytes)?;
        self.manifest = Some(held);
        self.list = Some(list);
        self.forget_files(folder)
    }

    /// The lists of what was taken back that the trust list names and that are not whole on the disk.
    #[must_use]
    pub fn missing_withdrawn(&self, folder: &Folder) -> Vec<RevocationFile> {
        let named = self.trust.0.body.revocations.iter();

        named
            .filter(|file| {
                !read_revocation(folder, &file.sha256).is_some_and(|bytes| file.is(&bytes))
            })
            .cloned()
            .collect()
    }

    /// Puts a list of what was taken back on the disk. [`Self::read_withdrawn`] makes it count.
    ///
    /// # Errors
    /// [`KnowledgeError::Folder`], or [`KnowledgeError::OtherFile`] where the bytes are not those that the trust list names.
    pub fn add_withdrawn(
        folder: &Folder,
        named: &RevocationFile,
        bytes: &[u8],
    ) -> Result<(), KnowledgeError> {
        if !named.is(bytes) {
            return Err(KnowledgeError::OtherFile);
        }
        let name = revocation_name(&named.sha256);
        folder.make_folder(REVOCATION)?;
        // What stood under this name was spoilt, and is not worth a copy.
        folder.remove(&name)?;
        folder.replace(&name, bytes)?;

        Ok(())
    }

    /// Reads the lists of what was taken back that are on the disk.
    pub fn read_withdrawn(&mut self, folder: &Folder) {
        self.withdrawn = Arc::new(withdrawn(folder, &self.trust.0));
    }

    /// Files that only the trust list before named.
    fn forget_withdrawn(&self, folder: &Folder, before: &Trust) {
        let named = &self.trust.0.body.revocations;
        for old in &before.body.revocations {
            if !named.iter().any(|file| file.sha256 == old.sha256)
                && let Err(error) = folder.remove(&revocation_name(&old.sha256))
            {
                warn!(%error, "a list that the trust list names no more stays on the disk");
            }
        }
    }

    fn load_list(&mut self, folder: &Folder) -> Result<(), KnowledgeError> {
        let Some(bytes) = folder.read(MANIFEST, MAX_DOCUMENT)? else {
            return Ok(());
        };
        let keys: Vec<PublicKey> = self
            .trust
            .0
            .body
            .status
            .iter()
            .map(|role| role.key)
            .collect();
        let manifest =
            Manifest::verify(&bytes, self.root.header.authority, &keys).map_err(of(MANIFEST))?;
        self.manifest = Some(Held::of(manifest.header.version, &bytes));
        self.list = Some(self.open_list(folder, manifest, &bytes)?);

        Ok(())
    }

    fn drop_list_of_a_stranger(&mut self) {
        let named: Vec<Kid> = self
            .trust
            .0
            .body
            .status
            .iter()
            .map(|role| role.key.kid())
            .collect();
        self.list
            .take_if(|list| list.signer.is_none_or(|signer| !named.contains(&signer)));
    }

    fn open_list(
        &self,
        folder: &Folder,
        manifest: Manifest,
        bytes: &[u8],
    ) -> Result<List, KnowledgeError> {
        let secret = self.secrets.get(&manifest.week);
        let snapshot = Snapshot::open(
            manifest,
            |hash| folder.read(&file_name(hash), MAX_STATUS).ok().flatten(),
            secret,
        )?;

        Ok(List {
            snapshot: Arc::new(snapshot),
            signer: Manifest::signer(bytes),
        })
    }

    /// Every status file that the list in use does not name, also what is left of one that never came whole.
    fn forget_files(&self, folder: &Folder) -> Result<(), KnowledgeError> {
        let named: Vec<String> = self
            .list
            .iter()
            .flat_map(|list| list.snapshot.manifest().files())
            .map(|file| file_name(&file.sha256))
            .collect();
        for name in folder.names(STATUS)? {
            if !named.contains(&name) {
                folder.remove(&name)?;
            }
        }

        Ok(())
    }
}

/// What codes of other formats are read by.
fn reading(trust: &Trust, content_keys: Arc<[ContentKey]>) -> Arc<Reading> {
    Arc::new(Reading {
        hcert: trust.hcert(),
        content_keys,
    })
}

/// What was taken back, as far as the lists are on the disk that `trust` names.
fn withdrawn(folder: &Folder, trust: &Trust) -> Withdrawn {
    let withdrawn = Withdrawn::open(&trust.body.revocations, |hash| {
        read_revocation(folder, hash)
    });
    for format in &withdrawn.incomplete {
        warn!(
            ?format,
            "a list of what was taken back that the trust list names is not here"
        );
    }
    if withdrawn.tokens_incomplete {
        warn!("a status token that the trust list names is not here");
    }

    withdrawn
}

fn read_revocation(folder: &Folder, sha256: &[u8; 32]) -> Option<Vec<u8>> {
    folder
        .read(&revocation_name(sha256), MAX_REVOCATION)
        .ok()
        .flatten()
}

fn revocation_name(hash: &[u8; 32]) -> String {
    format!("{REVOCATION}/{}.json", hex::encode(hash))
}

fn of(name: &'static str) -> impl Fn(DocumentError) -> KnowledgeError {
    move |source| KnowledgeError::Document { name, source }
}

/// Whole, that is: a file that was cut or spoilt is fetched again.
fn is_there(folder: &Folder, hash: &[u8; 32]) -> bool {
    folder
        .read(&file_name(hash), MAX_STATUS)
        .is_ok_and(|bytes| bytes.is_some_and(|bytes| sha256(&[&bytes]) == *hash))
}

fn file_name(hash: &[u8; 32]) -> String {
    format!("{STATUS}/{}.bin", hex::encode(hash))
}
