//! From what was shown to what the rules say: decode, verify, decide.

use super::event::Knowledge;
use super::phase::{Sheets, Shown, Subject};
use crate::code::{SignedCredential, clean_text, decode};
use crate::document::{Assignment, IssuerKind, Trust};
use crate::entry::Personal;
use crate::ids::Handle;
use crate::policy::{Case, Decision, Typed, decide, decide_by_hand, decide_unverified, policy_of};
use crate::recent::{Recent, Tag};
use crate::screen::{ReasonView, ScanId};
use crate::time::Moment;
use crate::trust::{VerifiedCredential, verify};
use crate::verdict::{Reason, Verdict};

/// Milliseconds within which a paper and a slip are shown together.
const BESIDE_MS: u64 = 120_000;

/// What the station judges by at one moment.
pub(super) struct Ground<'a> {
    /// Documents.
    pub(super) knowledge: &'a Knowledge,
    /// Who went in lately.
    pub(super) recent: &'a Recent,
    /// The wall clock is not to be believed.
    pub(super) clock_doubt: bool,
    /// The log is older than its anchor.
    pub(super) log_rolled_back: bool,
    /// When.
    pub(super) now: Moment,
}

/// The paper and the slip shown last: a slip counts beside the paper of the same holder only.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    paper: Option<Laid>,
    slip: Option<Laid>,
}

#[derive(Clone, Debug)]
struct Laid {
    signed: SignedCredential,
    handle: Handle,
    at_ms: u64,
}

/// What came of judging.
struct Judged {
    decision: Decision,
    personal: Personal,
    tag: Option<Tag>,
}

impl Ground<'_> {
    /// Judges a code that was just read, and lays it beside the one before.
    pub(super) fn scan(&self, content: Vec<u8>, scan: ScanId, beside: &mut Beside) -> Subject {
        let (sheets, judged) = match decode(&content) {
            Ok(signed) => {
                let sheets = self.lay(signed, beside);
                let judged = self.judge_sheets(&sheets);
                (Some(Box::new(sheets)), judged)
            }
            Err(reason) => (None, Judged::nameless(Decision::plain(reason))),
        };

        self.subject(scan, Shown::Code { content, sheets }, judged)
    }

    /// Judges a person without a code.
    pub(super) fn register(&self, typed: Typed, scan: ScanId) -> Subject {
        let judged = self.judge_typed(&typed);

        self.subject(scan, Shown::Nothing(typed), judged)
    }

    /// Judges someone again by what is known now: between the scan and a key, time passes, documents arrive,
    /// and the clock may come into doubt.
    pub(super) fn again(&self, subject: &Subject) -> Subject {
        let judged = match &subject.shown {
            Shown::Code { sheets: None, .. } => return subject.clone(),
            Shown::Code {
                sheets: Some(sheets),
                ..
            } => self.judge_sheets(sheets),
            Shown::Nothing(typed) => self.judge_typed(typed),
        };

        self.subject(subject.scan, subject.shown.clone(), judged)
    }

    fn subject(&self, scan: ScanId, shown: Shown, judged: Judged) -> Subject {
        Subject {
            scan,
            shown,
            decision: self.mind_the_log(judged.decision),
            personal: judged.personal,
            tag: judged.tag,
            compared: false,
        }
    }

    /// While the log is older than its anchor nobody goes in by the rules.
    fn mind_the_log(&self, decision: Decision) -> Decision {
        match decision.verdict {
            Verdict::Admit | Verdict::Attention if self.log_rolled_back => Decision {
                person: decision.person,
                ..Decision::plain(Reason::LogRolledBack)
            },
            Verdict::Admit | Verdict::Attention | Verdict::Refuse | Verdict::Undecided => decision,
        }
    }

    fn judge_typed(&self, typed: &Typed) -> Judged {
        let tag = self.recent.tag_of_typed(&typed.name, &typed.last_four);
        let venue = self.knowledge.assignment.as_ref().map(|held| &held.venue);
        let offset = venue.map_or(0, |venue| venue.utc_offset_minutes);

        Judged {
            decision: decide_by_hand(typed, self.seen(tag), self.now.wall, offset),
            personal: Personal {
                name: Some(typed.name.clone()),
                birth_year: typed.birth_year,
                typed_last_four: Some(typed.last_four.clone()),
                class: typed.class,
                ..Personal::default()
            },
            tag: Some(tag),
        }
    }

    fn judge_sheets(&self, sheets: &Sheets) -> Judged {
        let (trust, assignment) = match (&self.knowledge.trust, &self.knowledge.assignment) {
            (None, _) => return Judged::nameless(Decision::plain(Reason::KeysTooOld)),
            (Some(_), None) => return Judged::nameless(Decision::plain(Reason::NoRules)),
            (Some(trust), Some(assignment)) => (trust, assignment),
        };
        let now = self.now.wall;
        match verify(trust, &sheets.paper, now) {
            Ok(credential) => {
                let slip = sheets
                    .slip
                    .as_ref()
                    .and_then(|slip| verify(trust, slip, now).ok());
                self.judge(trust, assignment, &credential, slip.as_ref())
            }
            Err(reason) => Judged::nameless(decide_unverified(
                reason,
                trust,
                assignment,
                now,
                self.clock_doubt,
            )),
        }
    }

    fn judge(
        &self,
        trust: &Trust,
        assignment: &Assignment,
        credential: &VerifiedCredential,
        slip: Option<&VerifiedCredential>,
    ) -> Judged {
        let claims = credential.claims();
        let tag = self.recent.tag(claims.handle);
        let decision = decide(&Case {
            credential,
            slip,
            trust,
            assignment,
            snapshot: self.knowledge.snapshot.as_deref(),
            seen_at: self.seen(tag),
            now: self.now.wall,
            clock_doubt: self.clock_doubt,
        });

        Judged {
            decision,
            personal: Personal {
                issuer: Some(claims.issuer.clone()),
                name: Some(clean_text(&claims.name).0),
                birth_year: Some(claims.birth_year),
                handle: Some(claims.handle),
                class: Some(claims.class),
                ..Personal::default()
            },
            tag: Some(tag),
        }
    }

    fn seen(&self, tag: Tag) -> Option<crate::time::Timestamp> {
        self.recent
            .seen(tag, self.now.wall, self.knowledge.again_within())
    }

    /// Puts a code beside the one before it: a paper takes the slip of its holder along, and a slip stands for
    /// the paper of its holder. What does not verify is laid nowhere.
    fn lay(&self, signed: SignedCredential, beside: &mut Beside) -> Sheets {
        beside.forget(self.now.mono_ms);
        let verified = self
            .knowledge
            .trust
            .as_ref()
            .and_then(|trust| verify(trust, &signed, self.now.wall).ok());
        let Some(credential) = verified else {
            return Sheets {
                paper: signed,
                slip: None,
            };
        };
        let laid = Laid {
            signed,
            handle: credential.claims().handle,
            at_ms: self.now.mono_ms,
        };
        match credential.kind() {
            IssuerKind::Resident => {
                let slip = beside
                    .slip
                    .as_ref()
                    .filter(|slip| slip.handle == laid.handle);
                let sheets = Sheets {
                    paper: laid.signed.clone(),
                    slip: slip.map(|slip| slip.signed.clone()),
                };
                beside.paper = Some(laid);
                sheets
            }
            IssuerKind::Slip => {
                let paper = beside
                    .paper
                    .as_ref()
                    .filter(|paper| paper.handle == laid.handle);
                let sheets = match paper {
                    Some(paper) => Sheets {
                        paper: paper.signed.clone(),
                        slip: Some(laid.signed.clone()),
                    },
                    None => Sheets {
                        paper: laid.signed.clone(),
                        slip: None,
                    },
                };
                beside.slip = Some(laid);
                sheets
            }
        }
    }
}

impl Knowledge {
    /// Seconds in which the same sheet again is attention.
    pub(super) fn again_within(&self) -> i64 {
        const UNLESS_SET: i64 = 600;
        let policy = self
            .trust
            .as_ref()
            .zip(self.assignment.as_ref())
            .and_then(|(trust, assignment)| policy_of(trust, assignment));

        policy.map_or(UNLESS_SET, |policy| policy.again_within)
    }
}

impl Beside {
    /// Drops what was shown more than two minutes ago.
    pub(super) fn forget(&mut self, now_ms: u64) {
        let old = |laid: &mut Laid| now_ms.saturating_sub(laid.at_ms) > BESIDE_MS;
        self.paper.take_if(old);
        self.slip.take_if(old);
    }
}

impl Judged {
    /// Nobody is known by it.
    fn nameless(decision: Decision) -> Self {
        Self {
            decision,
            personal: Personal::default(),
            tag: None,
        }
    }
}

impl Subject {
    /// Staff found that the ID document matches: the check is now the first reason of the admit.
    pub(super) fn matched(mut self) -> Self {
        let kept = self.decision.reasons.drain(..);
        let ageing = kept.filter(|view| view.reason != Reason::RulesHold);
        self.decision.reasons = std::iter::once(plain(Reason::IdMatches))
            .chain(ageing)
            .collect();
        self.compared = true;
        self
    }

    /// The same person under another verdict, with their facts.
    pub(super) fn instead(self, reason: Reason) -> Self {
        Self {
            decision: Decision {
                person: self.decision.person,
                ..Decision::plain(reason)
            },
            compared: self.compared || reason == Reason::IdDiffers,
            ..self
        }
    }
}

fn plain(reason: Reason) -> ReasonView {
    ReasonView {
        reason,
        amount: None,
    }
}
