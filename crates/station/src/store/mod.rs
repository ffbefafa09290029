//! The log on disk, and the only door to rusqlite.
//!
//! Rows are added, never changed. A row is sealed to its place, chained, signed, and committed with fsync
//! before anyone is told of it. What the database holds beside the rows: the wrapped keys, the last receipt,
//! who was seen here minutes ago, today's totals, and the clock's floor. A sealed ledger proves all of that,
//! and a file beside the database, the head anchor, that the ledger is the newest.

mod anchor;
mod append;
mod boxes;
mod carry;
mod check;
mod create;
mod finding;
mod history;
mod legacy;
mod memory;
mod open;
mod reserve;
mod retain;
mod say;
mod schema;
mod seen;
mod send;
mod state;
mod stick;

use std::collections::{BTreeMap, BTreeSet};

use domain::crypto::{OpeningKey, SigningKey};
use domain::entry::{ChainHash, Ledger, Link};
use domain::ids::StationId;
use domain::screen::Protection;
use domain::time::Timestamp;
use rusqlite::Connection;
use thiserror::Error;

use crate::folder::{Folder, FolderError};
use crate::keys::{HeadKeeper, Kek, KeyError};
use crate::random::NoRandomness;
use anchor::Anchor;
use boxes::Boxes;
use history::History;
use memory::Memory;
use reserve::Reserve;

pub use append::{Beside, Prepared, Seat};
pub use create::{NewStation, create};
pub use finding::{AnchorFault, Finding, RowFault, SeenFault, ValueFault};
pub use history::Stood;
pub(crate) use legacy::{Legacy, Previous};
pub use retain::Retained;
pub use send::{StoredEntry, Unacknowledged};

/// The database's name within the station's folder.
pub const DATABASE: &str = "station.db";

/// Why the log could not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Not a byte more fits.
    #[error(
        "the disk is full: free some space; until then nobody can be admitted, only an emergency is recorded"
    )]
    DiskFull,
    /// The database failed.
    #[error(
        "the log cannot be read or written ({0}): stop, check the disk, and keep a copy of the station folder"
    )]
    Database(rusqlite::Error),
    /// The database is of a later release.
    #[error("the log was written by a newer release (layout {0}): install that release")]
    TooNew(i64),
    /// The database lacks what every log has.
    #[error(
        "the log is damaged ({0}): keep a copy of the station folder and enrol the station again"
    )]
    Damaged(&'static str),
    /// There is a log already.
    #[error(
        "this folder already holds a station's log: enrol into another folder, or begin a new epoch of this station with --again; nothing was changed"
    )]
    AlreadyThere,
    /// There is no log.
    #[error("this folder holds no station yet: enrol it first (menshen station enrol)")]
    NotEnrolled,
    /// An answer names an entry or a hash that is not ours.
    #[error("the answer names an entry that is not ours: nothing was changed")]
    NotOurs,
    /// Keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull,
            Some(_) | None => Self::Database(error),
        }
    }
}

/// Where a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Epoch.
    pub epoch: u32,
    /// Number of the last entry; 0 before the first.
    pub seq: u64,
    /// Its hash; the genesis before the first.
    pub hash: ChainHash,
}

/// An open log.
pub struct Store {
    db: Connection,
    folder: Folder,
    kek: Kek,
    station: StationId,
    signing: SigningKey,
    opening: OpeningKey,
    seen_key: domain::crypto::Secret,
    boxes: Boxes,
    ledger: Ledger,
    /// The ledger was the station's own when the log was opened.
    is_known: bool,
    head_signature: [u8; 64],
    /// The UTC day of every row whose body lies under that day's key.
    bodies: BTreeMap<u64, u32>,
    /// Hashes that stand altered in their rows, as they truly are.
    mended: BTreeMap<u64, ChainHash>,
    /// Rows that were never receipted and gave up what they carried of a person at retention.
    lost: BTreeSet<u64>,
    memory: Memory,
    history: History,
    /// None until one that can be written on is made.
    anchor: Option<Anchor>,
    /// Who keeps the head in the keychain, once it is asked for.
    keeper: Option<HeadKeeper>,
    /// The turn of the head that the keychain has, or is being given.
    kept_turn: u64,
    /// The database is older than its anchor, which then stays as it is: it is the proof.
    rolled_back: bool,
    reserve: Reserve,
}

impl Store {
    /// Whose log.
    #[must_use]
    pub fn station(&self) -> StationId {
        self.station
    }

    /// The key that signs rows, batches and hellos.
    #[must_use]
    pub fn signing_key(&self) -> &SigningKey {
        &self.signing
    }

    /// The key that opens what is sealed to the station.
    #[must_use]
    pub fn opening_key(&self) -> &OpeningKey {
        &self.opening
    }

    /// How the station's key is kept.
    #[must_use]
    pub fn protection(&self) -> Protection {
        self.kek.protection()
    }

    /// The folder that the log lies in.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The last entry.
    #[must_use]
    pub fn head(&self) -> Head {
        self.at(self.ledger.head)
    }

    /// The last entry that the centre receipted.
    #[must_use]
    pub fn acked(&self) -> Head {
        self.at(self.ledger.acked)
    }

    /// The last entry that retention erased; the genesis before the first.
    #[must_use]
    pub fn gone(&self) -> Head {
        self.at(self.ledger.gone)
    }

    /// When the last receipt came.
    #[must_use]
    pub fn last_receipt(&self) -> Option<Timestamp> {
        self.ledger.last_receipt
    }

    /// Entries without a receipt.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.ledger.head.0.saturating_sub(self.ledger.acked.0)
    }

    /// Entries without a receipt that gave up what they carried of a person at retention.
    #[must_use]
    pub fn lost(&self) -> u64 {
        u64::try_from(self.lost.len()).unwrap_or(u64::MAX)
    }

    fn at(&self, (seq, hash): Link) -> Head {
        Head {
            epoch: self.ledger.epoch,
            seq,
            hash,
        }
    }
}

/// `SQLite` counts in i64; an entry's number never comes near its end.
fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests;
