//! What is done beside a running server, on the same folder: pairing files, approvals, the list of stations.

use std::io;
use std::path::PathBuf;

use domain::hex;
use domain::time::Timestamp;
use domain::wire::Pairing;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::authority::{Authority, AuthorityError};
use crate::folder::Folder;
use crate::registrar::{self, PairingOrder, RegistrarError};
use crate::running::Ready;
use crate::store::sqlite::{SqliteRegister, holes, read_heads, rollbacks, tails};
use crate::store::{
    AssignmentRow, ChainId, Enrolment, EnrolmentState, Head, RecordedHole, RecordedTail, Register,
    Rollback, StationRow, StoreError,
};

/// The folder of a server, and who asks.
pub struct Desk {
    folder: Folder,
    authority: Authority,
    register: SqliteRegister,
}

/// A station in the list, and how far its entries are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The station.
    pub station: StationRow,
    /// Its head; none before its first entry.
    pub head: Option<Head>,
    /// The newest hello that contradicted what is stored.
    pub rollback: Option<Rollback>,
    /// Entries that can never be given.
    pub holes: Vec<RecordedHole>,
    /// Entries of its earlier epochs that came after these were over.
    pub tails: Vec<(u32, RecordedTail)>,
}

/// Why the desk does not do it.
#[derive(Debug, Error)]
pub enum DeskError {
    /// The authority's folder does not serve.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The server's part of the folder cannot be made.
    #[error("{} cannot be written: {source}", .path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No server listens, so nobody knows its address and pin.
    #[error("no server runs on {}: start it first with `menshen-server serve --data {}`", .0.display(), .0.display())]
    NotRunning(PathBuf),
    /// The ready file is no such file.
    #[error("{} is not what a server writes there: start it anew", .0.display())]
    NotReady(PathBuf),
    /// Nothing was signed.
    #[error(transparent)]
    Registrar(#[from] RegistrarError),
    /// The register failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Opens the folder's register.
    ///
    /// # Errors
    /// See [`DeskError`].
    pub fn open(
        data: impl Into<PathBuf>,
        passphrase: Option<Zeroizing<Vec<u8>>>,
        now: Timestamp,
    ) -> Result<Self, DeskError> {
        let folder = Folder::new(data);
        let authority = Authority::open(&folder, passphrase, now)?;
        folder.create().map_err(|source| DeskError::Folder {
            path: folder.server(),
            source,
        })?;
        let register = SqliteRegister::open(&folder)?;

        Ok(Self {
            folder,
            authority,
            register,
        })
    }

    /// Makes a one-time pairing for a station that is to stand there.
    ///
    /// # Errors
    /// See [`DeskError`].
    pub fn pair(&self, order: &PairingOrder, now: Timestamp) -> Result<Pairing, DeskError> {
        let ready = self.ready()?;
        let root = self.authority.root_hash()?;
        let token = registrar::pair(&self.register, order, now)?;

        Ok(Pairing {
            url: ready.url,
            token: hex::encode(token.expose()),
            authority: hex::encode(self.authority.id().0),
            root_sha256: hex::encode(root),
            spki_sha256: ready.spki,
        })
    }

    /// Signs the assignment of the station that shows this code.
    ///
    /// # Errors
    /// See [`DeskError`].
    pub fn approve(&self, code: &str, now: Timestamp) -> Result<AssignmentRow, DeskError> {
        let head = |newest: &AssignmentRow| {
            let chain = ChainId {
                venue: newest.venue.id,
                station: newest.station,
                epoch: newest.epoch,
            };

            Ok(read_heads(&self.folder)?.get(&chain).copied())
        };

        Ok(registrar::approve(
            &self.register,
            &self.authority,
            code,
            head,
            now,
        )?)
    }

    /// The stations that wait for their code to be compared.
    ///
    /// # Errors
    /// See [`DeskError`].
    pub fn waiting(&self) -> Result<Vec<Enrolment>, DeskError> {
        let mut waiting = self.register.not_approved()?;
        waiting.retain(|enrolment| enrolment.state == EnrolmentState::Waiting);

        Ok(waiting)
    }

    /// Every station that was approved.
    ///
    /// # Errors
    /// See [`DeskError`].
    pub fn stations(&self) -> Result<Vec<Listed>, DeskError> {
        let heads = read_heads(&self.folder)?;
        let rollbacks = rollbacks(&self.folder)?;
        let mut holes = holes(&self.folder)?;
        let mut tails = tails(&self.folder)?;
        let list = self.register.stations()?;

        Ok(list
            .into_iter()
            .map(|station| {
                let chain = ChainId {
                    venue: station.venue.id,
                    station: station.station,
                    epoch: station.epoch,
                };
                let head = heads.get(&chain).copied();
                Listed {
                    tails: tails.remove(&station.station).unwrap_or_default(),
                    station,
                    head,
                    rollback: rollbacks.get(&chain).cloned(),
                    holes: holes.remove(&chain).unwrap_or_default(),
                }
            })
            .collect())
    }

    fn ready(&self) -> Result<Ready, DeskError> {
        let path = self.folder.ready();
        let text = std::fs::read(&path)
            .map_err(|_| DeskError::NotRunning(self.folder.data().to_owned()))?;

        serde_json::from_slice(&text).map_err(|_| DeskError::NotReady(path))
    }
}
