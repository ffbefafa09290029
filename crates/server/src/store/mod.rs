//! What the centre keeps: entries and their heads ([`Store`]), stations and their assignments
//! ([`Register`]).

mod placing;
mod register;
pub mod sqlite;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::entry::ChainHash;
use domain::ids::{StationId, VenueId};
use domain::time::Timestamp;
use domain::wire::CheckedBatch;
use thiserror::Error;

use crate::day::Day;
use crate::metrics::{Disk, Metrics};

pub use placing::{Placement, place};
pub use register::{
    AssignmentRow, Enrolment, EnrolmentState, Known, PairingRow, Register, StationRow, TokenUse,
};

/// One station's entries of one epoch, at the venue it stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChainId {
    /// At which venue: part of every key and filter, so that rows can be spread by it.
    pub venue: VenueId,
    /// Whose.
    pub station: StationId,
    /// In which epoch.
    pub epoch: u32,
}

/// How far a chain is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Every entry up to this number is stored.
    pub seq: u64,
    /// The hash of that entry.
    pub hash: ChainHash,
    /// Another branch was seen: the key is quarantined until a new epoch.
    pub forked: bool,
}

/// A checked batch on its way into the store.
#[derive(Clone, Debug)]
pub struct Filing {
    /// Whose entries.
    pub chain: ChainId,
    /// The hashes that the chain may begin with.
    pub start: Start,
    /// The entries.
    pub batch: CheckedBatch,
    /// When they came.
    pub received: Timestamp,
    /// The oldest day that is not erased at retention.
    pub kept_from: Day,
    /// Its epoch was over when it came: it is recorded as a tail.
    pub tail: bool,
}

/// With what a chain may begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// The genesis over one of the epoch's assignments.
    OneOf(Vec<ChainHash>),
    /// A later epoch begins where the station's own log ended, which may be beyond what the centre has.
    AsTold,
}

impl Start {
    /// The first epoch follows nothing, so its beginning is known; a later one's only to the station.
    #[must_use]
    pub fn of(epoch: u32, starts: Vec<ChainHash>) -> Self {
        if epoch == 1 {
            Self::OneOf(starts)
        } else {
            Self::AsTold
        }
    }
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which of the three.
    pub kind: OutcomeKind,
    /// The chain's head afterwards; none while nothing is stored.
    pub head: Option<Head>,
    /// Entries stored for the first time, poison included.
    pub stored: usize,
    /// Entries among them that make no sense and were put into quarantine.
    pub poison: usize,
}

/// The three ways that a batch goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// It lies on another branch than the one stored, or the key is quarantined because one did. Both
    /// branches are kept.
    Fork,
    /// Entries before it are missing; nothing was stored.
    Gap,
    /// All of it is stored.
    Stored,
}

/// A day that was erased at retention, and what was in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purged {
    /// Which day.
    pub day: Day,
    /// Entries that made sense.
    pub entries: u64,
    /// Entries that did not.
    pub poison: u64,
    /// Entries of other branches, and remains of commits that were cut short.
    pub branches: u64,
    /// Hashes of entries that had come too late.
    pub expired: u64,
}

/// A station's signed word of where its log ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Whose log.
    pub chain: ChainId,
    /// Its last entry.
    pub seq: u64,
    /// The hash of that entry.
    pub hash: ChainHash,
    /// The hello's own number of chance: the same again is the same hello.
    pub nonce: [u8; 16],
    /// The hello as it came.
    pub hello: Vec<u8>,
    /// When.
    pub received: Timestamp,
}

/// How a hello lies to what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Greeted {
    /// How far the chain is stored; none while nothing is.
    pub head: Option<Head>,
    /// The log ends before what is stored of it, and the station says so twice: it was put back, or this is a copy. A single
    /// hello may have been overtaken by entries, or come again.
    pub behind: bool,
    /// Another hash is stored under its last number.
    pub forked: bool,
}

/// A station's signed word that entries can never be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// Whose entries.
    pub chain: ChainId,
    /// The last of them.
    pub last: u64,
    /// Its hash, from which the chain goes on.
    pub hash: ChainHash,
    /// A receipt of this centre shows that they were stored here once.
    pub proven: bool,
    /// The word as it came.
    pub told: Vec<u8>,
    /// When.
    pub received: Timestamp,
}

/// The newest hello of a chain that contradicted what is stored of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollback {
    /// The entry that it named as its last.
    pub seq: u64,
    /// The hash of that entry.
    pub hash: ChainHash,
    /// What was stored then.
    pub head: u64,
    /// Another hash was stored under its number.
    pub forked: bool,
    /// When a hello contradicted for the first time.
    pub first_at: Timestamp,
    /// When this one came for the last time.
    pub last_at: Timestamp,
}

/// Entries that can never be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedHole {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// A receipt shows that they were stored here once; else the station lost them.
    pub proven: bool,
    /// When the station said so.
    pub at: Timestamp,
}

/// Entries that came after their epoch was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedTail {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// Other entries were stored under their numbers: these are kept beside them.
    pub branch: bool,
    /// When they came first.
    pub at: Timestamp,
}

/// Why the store did not do it. Nothing was acknowledged; the station sends again.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// More is waiting than is worth waiting for.
    #[error("the store has more to do than it can take")]
    Busy,
    /// The store is closing or has failed.
    #[error("the store is closed")]
    Closed,
    /// The disk or the database failed.
    #[error("the store failed: {0}")]
    Failed(String),
    /// Somebody else wrote the same row first.
    #[error("somebody else was faster")]
    Taken,
}

/// What a store will give when it is done.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Entries and heads. `SQLite` is the embedded store; every store passes the same tests.
pub trait Store: Send + Sync {
    /// Stores what is new of a batch. When this is done, it is on the disk.
    fn append(&self, filing: Filing) -> Later<'_, Outcome>;

    /// How far a chain is stored; none while nothing is.
    fn head(&self, chain: ChainId) -> Later<'_, Option<Head>>;

    /// Compares a hello with what is stored, and keeps it where it contradicts.
    fn greet(&self, said: Said) -> Later<'_, Greeted>;

    /// Records a hole behind the head, and lets the chain go on from its end; nothing if that much is stored
    /// already. Gives the head afterwards.
    fn skip(&self, skip: Skip) -> Later<'_, Option<Head>>;

    /// Erases every day before `kept_from` for good, with the key of its tokens; heads stay. Tells which.
    fn erase_before(&self, kept_from: Day, now: Timestamp) -> Later<'_, Vec<Purged>>;

    /// Proves that entries can be stored, by a commit where the last one failed.
    fn ready(&self) -> Later<'_, ()>;

    /// What is counted here and elsewhere in the centre.
    fn metrics(&self) -> &Arc<Metrics>;

    /// The disk that entries go to; none where the system does not tell.
    fn disk(&self) -> Option<Disk>;

    /// Whether the store still takes entries.
    fn is_open(&self) -> bool;

    /// Finishes what is waiting, then closes.
    fn close(&self);
}
