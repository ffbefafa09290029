//! What the staff's window shows, and what staff can ask for. The window draws this and nothing else.

mod person;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use crate::verdict::{EmergencyReason, Reason, Verdict};

pub use person::{
    BesideView, Colour, HolderClass, PersonView, ProofView, StatusView, TestMethod, TestOutcome,
    TestView,
};

/// The operator's whole screen at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct OperatorScreen {
    /// The authority is a demonstration: DEMO stands on every screen.
    pub demo: bool,
    /// How the station's own key is kept; level 0 is shown as a warning.
    pub protection: Protection,
    /// Where we are; none before the first assignment.
    pub venue: Option<VenueView>,
    /// The rule in force; none before the first trust list.
    pub rule: Option<RuleView>,
    /// Wall clock.
    pub now: Timestamp,
    /// Today's totals.
    pub today: Totals,
    /// How old what we know is.
    pub knowledge: KnowledgeView,
    /// What waits to be sent.
    pub sync: SyncView,
    /// Entries that never reached the centre and gave up what they carried of a person, because their time was
    /// over: an alarm until they are sent.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub shredded: u64,
    /// What the camera does.
    pub camera: CameraView,
    /// The webcam that [`Command::NextCamera`] takes; none where there is no other one.
    pub next_camera: Option<String>,
    /// The last verdicts, newest first, at most two, without names.
    pub last: Vec<LastVerdict>,
    /// The admit or let in that can still be undone.
    pub undo: Option<UndoView>,
    /// What the leaf shows.
    pub stage: Stage,
    /// A word for staff beside the stage.
    pub notice: Option<Notice>,
}

/// Where the station stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct VenueView {
    /// The venue's name, from the assignment.
    pub name: String,
    /// Its street address, from the assignment.
    pub address: String,
    /// The gate's number.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub gate: u64,
    /// Minutes that local time is ahead of UTC.
    pub utc_offset_minutes: i32,
}

/// The rule that the venue's kind selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct RuleView {
    /// Which preset.
    pub preset: Preset,
    /// A negative sample must be younger than this many hours; none where no test is asked for.
    pub test_within_hours: Option<u32>,
    /// Staff compare the ID document before an admit counts.
    pub identity_check: bool,
}

/// The kinds of venue, each with its preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Green and a negative sample within the set hours.
    PublicPlace,
    /// Green.
    Residential,
    /// A gate at an event: what its rules ask for, tickets among it.
    Event,
}

/// How the station's key is kept (SECURITY.md §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Level 2: the operating system's keychain.
    Keychain,
    /// Level 0: a plain file, by an explicit flag.
    KeyFile,
    /// Level 1: a passphrase typed at start.
    Passphrase,
}

/// Totals of the venue's local day at this station.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Totals {
    /// Admitted and not undone.
    pub admit: u32,
    /// Shown attention.
    pub attention: u32,
    /// Refused.
    pub refuse: u32,
    /// Undecided.
    pub undecided: u32,
    /// Let in by staff and not undone; counted apart.
    pub let_in: u32,
    /// Admitted in an emergency; in no other figure.
    pub emergency: u32,
}

/// The age of what the station knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct KnowledgeView {
    /// The status list's time of issue; none if there is no list.
    pub status_as_of: Option<Timestamp>,
    /// From this age staff are warned.
    pub status_warn_hours: u32,
    /// From this age nothing is decided on it.
    pub status_stop_hours: u32,
    /// When trust list or assignment expires, whichever is first.
    pub keys_until: Option<Timestamp>,
    /// The clock contradicts what was signed.
    pub clock_doubt: bool,
    /// How far the centre's clock is ahead of ours; none before its first answer.
    pub clock_offset: Option<OffsetView>,
}

/// How far the centre's clock is ahead of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct OffsetView {
    /// Milliseconds; negative where ours is ahead.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub ahead_ms: i64,
    /// The bound of its error in milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub within_ms: u64,
}

/// What waits to be sent to the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SyncView {
    /// Entries without a receipt.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub waiting: u64,
    /// When the last receipt came.
    pub last_receipt: Option<Timestamp>,
    /// Whether the centre answers.
    pub link: LinkView,
    /// What stands between our log and the centre's, also while the line is cut and after a restart.
    pub dispute: Option<Dispute>,
}

/// Whether the centre answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LinkView {
    /// Not tried yet since the start.
    Untried,
    /// The last attempt was answered.
    Online,
    /// The last attempts failed.
    Offline {
        /// Since when.
        since: Timestamp,
    },
}

/// What stands between our log and the centre's: the lead must be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Dispute {
    /// The centre came back from an older copy and gets again what it lost.
    Behind,
    /// Our epoch is over: the station was enrolled anew.
    Fenced,
    /// Two branches are stored under our numbers: somebody runs a copy of this station.
    Fork,
    /// Entries are missing at the centre for good.
    Hole,
    /// The centre does not know this station. Nobody signed that.
    NotKnown,
    /// The centre does not take what we send. Nobody signed that.
    Refused,
    /// The centre holds entries beyond our last one: our log was put back.
    RolledBack,
    /// A single entry is larger than the centre takes.
    TooLarge,
}

/// What the camera does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CameraView {
    /// Opening.
    Opening,
    /// Frames arrive.
    Running {
        /// The camera's name; for the demo camera `demo`.
        name: String,
        /// Frames are the program's own moving photographs.
        demo: bool,
    },
    /// No camera was found.
    Missing,
    /// The camera stopped.
    Lost {
        /// Since when.
        since: Timestamp,
        /// What happened.
        fault: CameraFault,
    },
}

/// Why a camera gives no pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CameraFault {
    /// Another program holds it.
    Busy,
    /// The system forbids it.
    Forbidden,
    /// It was unplugged or failed.
    Gone,
    /// It sends nothing.
    Stalled,
}

/// One of the last verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct LastVerdict {
    /// What was shown.
    pub outcome: Outcome,
    /// The first reason; none for emergencies.
    pub reason: Option<Reason>,
    /// When.
    pub at: Timestamp,
    /// Taken back afterwards.
    pub undone: bool,
}

/// What an entry was counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Admitted.
    Admit,
    /// Attention.
    Attention,
    /// Refused.
    Refuse,
    /// Undecided.
    Undecided,
    /// Let in by staff after an attention.
    LetIn,
    /// Admitted in an emergency.
    Emergency,
}

/// The entry that `U` takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct UndoView {
    /// The log number of the admit or let in.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub seq: u64,
    /// Milliseconds left.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub left_ms: u64,
}

/// A scan's number within this run; commands name it, so that a late key never meets another person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "number"))]
#[serde(transparent)]
pub struct ScanId(pub u64);

/// What the leaf shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Waiting for a sheet.
    Watching,
    /// Neutral: staff compare the ID document. No verdict colour.
    Comparing {
        /// Which scan.
        scan: ScanId,
        /// What to compare; none once it was blanked after 30 s.
        person: Option<PersonView>,
    },
    /// Neutral: the entry is being written. Lasts milliseconds.
    Storing {
        /// Which scan.
        scan: ScanId,
    },
    /// A verdict.
    Verdict(VerdictView),
    /// Neutral: let in by staff. Never the admit circle.
    LetIn {
        /// Which scan.
        scan: ScanId,
        /// Its own log number.
        #[cfg_attr(feature = "bindings", ts(type = "number"))]
        seq: u64,
        /// The log number of the attention that it resolves.
        #[cfg_attr(feature = "bindings", ts(type = "number"))]
        of: u64,
    },
    /// Neutral: admitted in an emergency. Never the admit circle.
    Emergency {
        /// Its log number; none if even the reserve could not hold it: write it on paper.
        #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
        seq: Option<u64>,
        /// Why.
        reason: EmergencyReason,
    },
    /// Neutral: an admit or let in was taken back.
    Undone {
        /// The log number that was taken back.
        #[cfg_attr(feature = "bindings", ts(type = "number"))]
        of: u64,
    },
}

/// A verdict as it fills the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct VerdictView {
    /// Which scan.
    pub scan: ScanId,
    /// Shape, word and colour.
    pub verdict: Verdict,
    /// Why, the deciding one first; never empty.
    pub reasons: Vec<ReasonView>,
    /// The facts for the paper; none where nothing of the code may be shown, or once blanked.
    pub person: Option<PersonView>,
    /// Log number; none where refuse or undecided could not be stored, and the screen says so.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub seq: Option<u64>,
    /// Staff may resolve it as `let in`.
    pub may_let_in: bool,
    /// The print was poor in every picture of this scan: a new one would be read sooner. Shown, never kept.
    pub worn: bool,
    /// Milliseconds until the screen returns by itself; none where it stays.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub returns_in_ms: Option<u64>,
    /// The sentence of the venue's rule that failed: it stands in place of the reason's own.
    pub rule: Option<RuleSentence>,
    /// What was shown is no paper of a resident's: their office can do nothing about it.
    pub foreign: bool,
}

/// What a venue's rule says where it fails, as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct RuleSentence {
    /// The rule's name.
    pub id: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A reason with the number in its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ReasonView {
    /// Which sentence.
    pub reason: Reason,
    /// The amount in it: minutes for `seen_recently`, days for `expired`, `not_yet_valid` and `no_test`,
    /// hours for `status_ageing`, `status_too_old`, `test_too_old` and `test_unknown`; none elsewhere.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub amount: Option<i64>,
}

/// A word for staff that is no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// A code is too small to be read: bring it closer.
    Closer,
    /// A code is bent, written over or covered.
    Flatten,
    /// A code is too near to be sharp or whole: hold it further away.
    Further,
    /// A code is smeared: hold it still.
    HoldStill,
    /// The picture is too dark for a code.
    MoreLight,
    /// Two codes in the picture: one sheet at a time.
    OneSheet,
    /// One of several codes of a card was read: the others must come.
    MoreParts,
    /// A lamp is mirrored in a code: tilt it.
    Tilt,
    /// The key came too soon after another: press again.
    PressAgain,
    /// The time for undoing is over.
    TooLateToUndo,
    /// What was asked could not be written; nothing changed.
    NotStored,
    /// What was typed is not complete.
    Incomplete,
}

/// What staff ask for. Every one is checked like any foreign input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// The ID document matches.
    Matches {
        /// Which scan.
        scan: ScanId,
    },
    /// The ID document is someone else's.
    Differs {
        /// Which scan.
        scan: ScanId,
    },
    /// No ID document was shown.
    NoDocument {
        /// Which scan.
        scan: ScanId,
    },
    /// Show a blanked name again.
    ShowPerson {
        /// Which scan.
        scan: ScanId,
    },
    /// Resolve this attention as let in.
    LetIn {
        /// Which scan.
        scan: ScanId,
    },
    /// Back to watching.
    Dismiss {
        /// Which scan.
        scan: ScanId,
    },
    /// Keep an admit on the screen.
    Hold {
        /// Which scan.
        scan: ScanId,
    },
    /// Take an admit or let in back.
    Undo {
        /// Its log number.
        #[cfg_attr(feature = "bindings", ts(type = "number"))]
        seq: u64,
    },
    /// Admit in an emergency.
    Emergency {
        /// The scan on the screen, if it is about that person.
        scan: Option<ScanId>,
        /// Why.
        reason: EmergencyReason,
        /// More words, no names; at least four letters where the reason is `other`.
        note: String,
    },
    /// Register a person who has no code.
    Register {
        /// Name as staff type it.
        name: String,
        /// Birth year.
        birth_year: Option<u16>,
        /// Last four of the ID document.
        last_four: String,
        /// Holder class.
        class: Option<HolderClass>,
    },
    /// A form covers the screen: scans wait.
    FormOpened,
    /// The form is gone.
    FormClosed,
    /// Any key that is none of the above: a burst from a hand scanner must never confirm.
    OtherKey,
    /// Send now.
    SyncNow,
    /// Use the demo camera.
    UseDemoCamera,
    /// Use the webcam that the screen names as the next one, now and from the next start on.
    NextCamera,
}
