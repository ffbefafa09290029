//! What the machine is told, and what it asks the shell to do.

use std::sync::Arc;

use super::coach::Hint;
use crate::clock::{ClockState, EntryMark};
use crate::code::foreign::Reading;
use crate::crypto::Kid;
use crate::document::{Assignment, Trust, Withdrawn};
use crate::entry::NewEntry;
use crate::recent::{Recent, Tag};
use crate::screen::{
    CameraView, Command, LastVerdict, OperatorScreen, Outcome, Protection, SyncView, Totals,
};
use crate::status::Snapshot;
use crate::time::Timestamp;

/// Everything that a station remembers from its last run.
pub struct Setup {
    /// How its key is kept.
    pub protection: Protection,
    /// Verified documents as held now.
    pub knowledge: Knowledge,
    /// Who went in lately.
    pub recent: Recent,
    /// Totals of the venue's local day that `now` lies in.
    pub today: Totals,
    /// The last two verdicts, newest first.
    pub last: Vec<LastVerdict>,
    /// The floor of time as kept.
    pub clock: ClockState,
    /// The place of the newest entry of the log, and the wall clock that it was written by.
    pub newest_entry: Option<(EntryMark, Timestamp)>,
    /// The database is older than its anchor, or otherwise not as it was left.
    pub log_rolled_back: bool,
    /// What waits to be sent.
    pub sync: SyncView,
    /// Entries that gave up what they carried of a person before they were sent.
    pub shredded: u64,
    /// What the camera does.
    pub camera: CameraView,
}

/// The verified documents that are held now: the whole, not what changed. That none replaces a newer one is
/// seen to where they are taken ([`crate::document::Held`]).
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// Keys and policies.
    pub trust: Option<Arc<Trust>>,
    /// Where the station stands.
    pub assignment: Option<Arc<Assignment>>,
    /// The status list.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The key that signed the list's manifest: [`crate::document::Manifest::signer`].
    pub snapshot_signer: Option<Kid>,
    /// What issuers of other formats took back, as far as the lists are here that the trust list names.
    pub withdrawn: Arc<Withdrawn>,
    /// What it takes to read codes of other formats.
    pub reading: Arc<Reading>,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A frame was read, also one without any code.
    Reading {
        /// The codes that were read in it.
        codes: Vec<Sighting>,
        /// What would help a code that was seen and could not be read.
        hint: Option<Hint>,
    },
    /// Staff ask for something.
    Command(Command),
    /// The entry of an [`Action::Store`] is durable: written and fsynced.
    EntryStored {
        /// Whose.
        ticket: Ticket,
        /// Its number in the log.
        seq: u64,
    },
    /// The entry of an [`Action::Store`] could not be made durable.
    StoreFailed {
        /// Whose.
        ticket: Ticket,
    },
    /// Documents were taken.
    KnowledgeArrived(Knowledge),
    /// The camera changed.
    CameraChanged(CameraView),
    /// The webcam that would be taken in place of the one in use; none where there is no other one.
    NextCamera(Option<String>),
    /// What waits to be sent changed.
    SyncChanged(SyncView),
    /// An [`crate::wire::Answer`] with our nonce verified.
    ClockChecked {
        /// The receipt key that signed it.
        key: Kid,
        /// The centre's clock.
        server_time: Timestamp,
        /// Milliseconds on the monotonic clock from the drawing of the nonce to the answer.
        asked_ms_ago: u64,
    },
    /// The database was found older than its anchor, or no longer is.
    LogRolledBack(bool),
    /// So many entries that wait to be sent gave up what they carried of a person, because their time was over.
    Shredded(u64),
    /// Time passed. At least four a second keep the screen's clock and its closing times true.
    Tick,
}

/// A code that was read in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// What is written in it.
    pub content: Vec<u8>,
    /// Its print is poor there. Glare and a moving hand make it look so as well.
    pub worn: bool,
}

/// Ties an [`Action::Store`] to its [`Event::EntryStored`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What the shell is asked to do, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Seal, chain, sign, write and fsync an entry; then say [`Event::EntryStored`] or
    /// [`Event::StoreFailed`], always one of them.
    Store {
        /// Comes back.
        ticket: Ticket,
        /// What to record. The store adds the flags that only it knows.
        entry: Box<NewEntry>,
        /// Keep this tag with the entry's time and number in the seen-here table, in the same commit.
        remember: Option<Tag>,
        /// The total that it counts in. An entry whose detail is `Undo { of }` takes `of` out of its total
        /// and marks its seen-here row as undone, in the same commit.
        outcome: Option<Outcome>,
        /// The disk's reserve may be used.
        emergency: bool,
    },
    /// Draw this screen.
    Show(Box<OperatorScreen>),
    /// Ask the centre now.
    SyncNow,
    /// Switch to the demo camera.
    UseDemoCamera,
    /// Switch to this webcam, and take it at the next start too.
    UseWebcam(String),
    /// Keep the floor of time for the next start.
    KeepClock(Box<ClockState>),
}

impl Event {
    /// A frame with these codes, well printed.
    #[must_use]
    pub fn reading(contents: Vec<Vec<u8>>) -> Self {
        let well_printed = |content| Sighting {
            content,
            worn: false,
        };

        Self::Reading {
            codes: contents.into_iter().map(well_printed).collect(),
            hint: None,
        }
    }
}
