//! What the station is doing. Everything that belongs to a phase lives inside it.

use super::beside::Sheets;
use super::event::Ticket;
use super::tally::WentIn;
use crate::code::SignedCredential;
use crate::code::lookup::OpaqueCode;
use crate::entry::{Kind, Personal};
use crate::policy::{Decision, Typed};
use crate::recent::Tag;
use crate::screen::{Outcome, ScanId};
use crate::time::Timestamp;
use crate::verdict::{EmergencyReason, Verdict};

/// What the leaf shows, and until when. Times are milliseconds of the monotonic clock.
#[derive(Clone, Debug)]
pub(super) enum Phase {
    /// Waiting for a sheet.
    Watching,
    /// Staff compare the ID document; nothing is stored yet.
    Comparing {
        /// Whom.
        subject: Box<Subject>,
        /// The name goes then.
        blank_at: u64,
    },
    /// An entry is being written.
    Storing {
        /// Which scan.
        scan: ScanId,
        /// Which entry.
        ticket: Ticket,
    },
    /// A verdict.
    Showing(Box<Showing>),
    /// Let in by staff.
    LetIn {
        /// Which scan.
        scan: ScanId,
        /// The code that is still before the camera.
        code: Option<Vec<u8>>,
        /// Its own number.
        seq: u64,
        /// The attention's number.
        of: u64,
        /// The screen returns then.
        until: u64,
    },
    /// Admitted in an emergency.
    Emergency {
        /// Its number; none if it could not be stored.
        seq: Option<u64>,
        /// Why.
        reason: EmergencyReason,
    },
    /// An admit or let in was taken back.
    Undone {
        /// Its number.
        of: u64,
        /// The screen returns then.
        until: u64,
    },
}

/// A verdict on the screen.
#[derive(Clone, Debug)]
pub(super) struct Showing {
    /// Of whom.
    pub(super) subject: Subject,
    /// Its log number; none where it could not be stored.
    pub(super) seq: Option<u64>,
    /// The screen returns then; none where it stays.
    pub(super) until: Option<u64>,
    /// The name goes then.
    pub(super) blank_at: u64,
}

/// A person before us, as far as they are known.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// Which scan.
    pub(super) scan: ScanId,
    /// What they showed.
    pub(super) shown: Shown,
    /// What the rules say.
    pub(super) decision: Decision,
    /// What is sealed of them, reasons apart.
    pub(super) personal: Personal,
    /// How they are told from others in the seen-here table; none for what was not verified.
    pub(super) tag: Option<Tag>,
    /// Staff compared the ID document.
    pub(super) compared: bool,
}

/// What a person showed.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    /// A code.
    Code {
        /// Its content as read: the same content is the same scan.
        content: Vec<u8>,
        /// What it is judged by; none for what is no code that could be verified.
        sheets: Option<Box<Sheets>>,
    },
    /// A code that nobody signed: it is looked up anew each time that it is judged, and lies beside no other.
    Opaque(Box<OpaqueCode>),
    /// Nothing: staff typed them in.
    Nothing(Typed),
}

/// An entry on its way to the disk.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// The wall clock in it.
    pub(super) at: Timestamp,
    /// What it counts as.
    pub(super) outcome: Option<Outcome>,
    /// Whom to remember by it.
    pub(super) remember: Option<Tag>,
    /// What then.
    pub(super) after: After,
}

/// What happens once an entry is durable, or is not.
#[derive(Clone, Debug)]
pub(super) enum After {
    /// Emergency admission.
    Emergency {
        /// Why.
        reason: EmergencyReason,
    },
    /// Let in; the attention comes back where that cannot be stored.
    LetIn(Box<Showing>),
    /// Nothing to show.
    Nothing,
    /// The verdict.
    Verdict(Box<Subject>),
    /// Taken back.
    Undo(WentIn),
}

impl Subject {
    /// The kind of their entry.
    pub(super) fn kind(&self) -> Kind {
        match self.shown {
            Shown::Code { .. } | Shown::Opaque(_) => Kind::Scan,
            Shown::Nothing(_) => Kind::Registered,
        }
    }

    /// The code before the camera, if that is what they showed.
    pub(super) fn content(&self) -> Option<&[u8]> {
        match &self.shown {
            Shown::Code { content, .. } => Some(content),
            Shown::Opaque(code) => Some(code.text().as_bytes()),
            Shown::Nothing(_) => None,
        }
    }

    /// Whether they showed a code of another format.
    pub(super) fn is_foreign(&self) -> bool {
        match &self.shown {
            Shown::Code { sheets, .. } => sheets
                .as_ref()
                .is_some_and(|sheets| matches!(sheets.code, SignedCredential::Foreign(_))),
            Shown::Opaque(_) | Shown::Nothing(_) => false,
        }
    }

    /// What is sealed of them, with the reasons of the decision.
    pub(super) fn sealed(&self) -> Personal {
        Personal {
            reasons: self
                .decision
                .reasons
                .iter()
                .map(|view| view.reason)
                .collect(),
            ..self.personal.clone()
        }
    }
}

impl Phase {
    /// The subject that a command about this scan means.
    pub(super) fn subject(&self, scan: ScanId) -> Option<&Subject> {
        match self {
            Self::Comparing { subject, .. } => Some(subject.as_ref()),
            Self::Showing(showing) => Some(&showing.subject),
            Self::Watching
            | Self::Storing { .. }
            | Self::LetIn { .. }
            | Self::Emergency { .. }
            | Self::Undone { .. } => None,
        }
        .filter(|subject| subject.scan == scan)
    }

    /// Whether showing this code again leaves the phase as it is: its own person is being dealt with, and a
    /// shaking hand must not begin anew.
    pub(super) fn is_about(&self, code: &[u8]) -> bool {
        match self {
            Self::Comparing { subject, .. } => subject.content() == Some(code),
            Self::Showing(showing) => {
                showing.subject.decision.verdict == Verdict::Admit
                    && showing.subject.content() == Some(code)
            }
            Self::LetIn { code: own, .. } => own.as_deref() == Some(code),
            Self::Watching
            | Self::Storing { .. }
            | Self::Emergency { .. }
            | Self::Undone { .. } => false,
        }
    }

    /// Whether the screen asks for a further proof of the person before it.
    pub(super) fn waits_for_proof(&self) -> bool {
        match self {
            Self::Showing(showing) => showing.subject.decision.waits_for_proof(),
            Self::Watching
            | Self::Comparing { .. }
            | Self::Storing { .. }
            | Self::LetIn { .. }
            | Self::Emergency { .. }
            | Self::Undone { .. } => false,
        }
    }

    /// When the screen returns to watching by itself.
    pub(super) fn until(&self) -> Option<u64> {
        match self {
            Self::Showing(showing) => showing.until,
            Self::LetIn { until, .. } | Self::Undone { until, .. } => Some(*until),
            Self::Watching
            | Self::Comparing { .. }
            | Self::Storing { .. }
            | Self::Emergency { .. } => None,
        }
    }
}

/// Milliseconds that an admit, a let in or an undoing stays on the screen.
const STAYS_MS: u64 = 4_000;
/// Milliseconds after which the name on a verdict goes.
const VERDICT_BLANK_MS: u64 = 15_000;
/// Milliseconds after which the name to be compared goes.
const COMPARING_BLANK_MS: u64 = 30_000;

impl Phase {
    /// The comparison of the ID document begins.
    pub(super) fn comparing(subject: Subject, now: u64) -> Self {
        Self::Comparing {
            subject: Box::new(subject),
            blank_at: Self::comparing_blank(now),
        }
    }

    /// When the name to be compared goes, if it is shown now.
    pub(super) fn comparing_blank(now: u64) -> u64 {
        now.saturating_add(COMPARING_BLANK_MS)
    }

    /// An attention was resolved as let in.
    pub(super) fn let_in(subject: &Subject, seq: u64, of: u64, now: u64) -> Self {
        Self::LetIn {
            scan: subject.scan,
            code: subject.content().map(<[u8]>::to_vec),
            seq,
            of,
            until: now.saturating_add(STAYS_MS),
        }
    }

    /// An admit or let in was taken back.
    pub(super) fn undone(of: u64, now: u64) -> Self {
        Self::Undone {
            of,
            until: now.saturating_add(STAYS_MS),
        }
    }
}

impl Showing {
    /// A verdict comes on the screen. Admit returns by itself, the others stay.
    pub(super) fn new(subject: Subject, seq: Option<u64>, now: u64) -> Self {
        let returns = subject.decision.verdict == Verdict::Admit;

        Self {
            subject,
            seq,
            until: returns.then(|| now.saturating_add(STAYS_MS)),
            blank_at: Self::blank(now),
        }
    }

    /// When the name on a verdict goes, if it is shown now.
    pub(super) fn blank(now: u64) -> u64 {
        now.saturating_add(VERDICT_BLANK_MS)
    }
}
