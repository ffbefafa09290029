//! From what was shown to what the rules say: decode, verify, decide.

use super::beside::{Beside, Sheets};
use super::event::Knowledge;
use super::phase::{Shown, Subject};
use crate::code::foreign::{self, SignedForeign, VerifiedForeign};
use crate::code::lookup::OpaqueCode;
use crate::code::native::SignedCode;
use crate::code::{Code, SignedCredential, clean_text};
use crate::document::{Assignment, Trust};
use crate::entry::Personal;
use crate::policy::{
    Case, Decision, ForeignCase, LookupCase, Typed, decide, decide_by_hand, decide_foreign,
    decide_lookup, decide_unverified, policy_of,
};
use crate::recent::{Recent, Tag};
use crate::screen::{ReasonView, ScanId};
use crate::time::{Moment, Timestamp};
use crate::trust::verify;
use crate::verdict::{Reason, Verdict};

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

/// What came of judging.
struct Judged {
    decision: Decision,
    personal: Personal,
    tag: Option<Tag>,
}

/// What is judged together, and under which documents.
struct Together<'a> {
    trust: &'a Trust,
    assignment: &'a Assignment,
    beside: &'a [VerifiedForeign],
}

impl Ground<'_> {
    /// Judges a code that was just read and taken apart, and lays it beside the one before.
    pub(super) fn scan(
        &self,
        content: Vec<u8>,
        read: Result<Code, Reason>,
        scan: ScanId,
        beside: &mut Beside,
    ) -> Subject {
        let (sheets, judged) = match read {
            Ok(Code::Signed(signed)) => {
                let sheets = self.lay(signed, beside);
                let judged = self.judge_sheets(&sheets);
                (Some(Box::new(sheets)), judged)
            }
            Ok(Code::Opaque(code)) => {
                let judged = self.judge_opaque(&code);
                return self.subject(scan, Shown::Opaque(code), judged);
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
            Shown::Opaque(code) => self.judge_opaque(code),
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
            decision: decide_by_hand(typed, self.seen_tag(tag), self.now.wall, offset),
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

    /// Looks up a code that nobody signed. What is in no list is nobody's: nothing of it is recorded.
    fn judge_opaque(&self, code: &OpaqueCode) -> Judged {
        let (trust, assignment) = match self.documents() {
            Ok(documents) => documents,
            Err(reason) => return Judged::nameless(Decision::plain(reason)),
        };
        // By the schemes that hold now: the trust list may have changed since the code was read.
        let Some(code) = OpaqueCode::read(&trust.body.lookups, code.text()) else {
            return Judged::nameless(Decision::plain(Reason::NotAPass));
        };
        let snapshot = self.knowledge.snapshot.as_deref();
        let looked_up = snapshot.and_then(|list| list.look_up(&code));
        let tag = self.recent.tag_of_text(code.text());
        let decision = decide_lookup(&LookupCase {
            code: &code,
            looked_up: looked_up.as_ref(),
            trust,
            assignment,
            snapshot,
            seen_at: self.seen_tag(tag),
            now: self.now.wall,
            clock_doubt: self.clock_doubt,
        });
        let Some(looked_up) = looked_up else {
            return Judged::nameless(decision);
        };

        Judged {
            decision,
            personal: Personal {
                issuer: Some(code.issuer().to_owned()),
                birth_year: looked_up.birth_year(),
                handle: code.handle(),
                ..Personal::default()
            },
            tag: Some(tag),
        }
    }

    /// Keys and venue, or why nothing can be judged.
    fn documents(&self) -> Result<(&Trust, &Assignment), Reason> {
        match (&self.knowledge.trust, &self.knowledge.assignment) {
            (None, _) => Err(Reason::KeysTooOld),
            (Some(_), None) => Err(Reason::NoRules),
            (Some(trust), Some(assignment)) => Ok((trust, assignment)),
        }
    }

    fn judge_sheets(&self, sheets: &Sheets) -> Judged {
        let (trust, assignment) = match self.documents() {
            Ok(documents) => documents,
            Err(reason) => return Judged::nameless(Decision::plain(reason)),
        };
        let beside: Vec<VerifiedForeign> = sheets
            .beside
            .iter()
            .filter_map(|code| foreign::verify(trust.foreign_keys(), code, self.now.wall).ok())
            .collect();
        let shown = Together {
            trust,
            assignment,
            beside: &beside,
        };
        let judged = match &sheets.code {
            SignedCredential::Native(paper) => {
                self.judge_paper(&shown, paper, sheets.slip.as_ref())
            }
            SignedCredential::Foreign(code) => self.judge_foreign(&shown, code),
        };

        judged.unwrap_or_else(|reason| {
            let (now, doubt) = (self.now.wall, self.clock_doubt);
            Judged::nameless(decide_unverified(reason, trust, assignment, now, doubt))
        })
    }

    fn judge_paper(
        &self,
        shown: &Together<'_>,
        paper: &SignedCode,
        slip: Option<&SignedCode>,
    ) -> Result<Judged, Reason> {
        let credential = verify(shown.trust, paper, self.now.wall)?;
        let slip = slip.and_then(|slip| verify(shown.trust, slip, self.now.wall).ok());
        let claims = credential.claims();
        let tag = self.recent.tag(claims.handle);
        let decision = decide(&Case {
            credential: &credential,
            slip: slip.as_ref(),
            beside: shown.beside,
            withdrawn: &self.knowledge.withdrawn,
            trust: shown.trust,
            assignment: shown.assignment,
            snapshot: self.knowledge.snapshot.as_deref(),
            seen_at: self.seen(tag, shown.beside),
            now: self.now.wall,
            clock_doubt: self.clock_doubt,
        });

        let remembered = decision
            .ticket
            .map_or(tag, |ticket| self.recent.tag(ticket));

        Ok(Judged {
            decision,
            personal: Personal {
                issuer: Some(claims.issuer.clone()),
                name: Some(clean_text(&claims.name).0),
                birth_year: Some(claims.birth_year),
                handle: Some(claims.handle),
                class: Some(claims.class),
                ..Personal::default()
            },
            tag: Some(remembered),
        })
    }

    fn judge_foreign(&self, shown: &Together<'_>, code: &SignedForeign) -> Result<Judged, Reason> {
        let verified = foreign::verify(shown.trust.foreign_keys(), code, self.now.wall)?;
        let tag = self.recent.tag(code.handle);
        let decision = decide_foreign(&ForeignCase {
            code: &verified,
            beside: shown.beside,
            trust: shown.trust,
            assignment: shown.assignment,
            withdrawn: &self.knowledge.withdrawn,
            seen_at: self.seen(tag, shown.beside),
            now: self.now.wall,
            clock_doubt: self.clock_doubt,
        });
        let remembered = decision
            .ticket
            .map_or(tag, |ticket| self.recent.tag(ticket));
        let person = decision.person.as_ref();
        let name = person.map(|person| person.name.clone());

        Ok(Judged {
            personal: Personal {
                issuer: verified
                    .signer()
                    .issuer
                    .clone()
                    .or_else(|| verified.signer().name.clone())
                    .or_else(|| verified.signer().country.clone()),
                name: name.filter(|name| !name.is_empty()),
                birth_year: person.and_then(|person| person.birth_year),
                handle: Some(code.handle),
                ..Personal::default()
            },
            decision,
            tag: Some(remembered),
        })
    }

    /// When the code, or one that it is judged together with, went in here last.
    fn seen(&self, tag: Tag, beside: &[VerifiedForeign]) -> Option<Timestamp> {
        self.tags(tag, beside)
            .into_iter()
            .filter_map(|tag| self.seen_tag(tag))
            .max()
    }

    fn tags(&self, tag: Tag, beside: &[VerifiedForeign]) -> Vec<Tag> {
        let others = beside
            .iter()
            .map(|code| self.recent.tag(code.code().handle));

        std::iter::once(tag).chain(others).collect()
    }

    fn seen_tag(&self, tag: Tag) -> Option<Timestamp> {
        self.recent
            .seen(tag, self.now.wall, self.knowledge.again_within())
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
