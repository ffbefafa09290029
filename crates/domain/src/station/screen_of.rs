//! The operator's screen from the machine's state. It is always whole, and sent only when it changed or a
//! second passed.

use super::event::{Action, Knowledge};
use super::gaze::Gaze;
use super::machine::Machine;
use super::phase::{Phase, Showing};
use crate::clock_offset::ClockOffset;
use crate::document::VenuePolicy;
use crate::policy::policy_of;
use crate::screen::{
    KnowledgeView, OffsetView, OperatorScreen, RuleView, Stage, UndoView, VenueView, VerdictView,
};
use crate::time::{Moment, Timestamp};

impl Machine {
    /// Asks for the screen to be drawn, if it is another than the one drawn last.
    pub(super) fn show(&mut self, now: Moment) {
        let screen = self.screen(now);
        let changed = self
            .last_shown
            .as_ref()
            .is_none_or(|last| last.now != screen.now || still(last) != still(&screen));
        if changed {
            self.last_shown = Some(screen.clone());
            self.actions.push(Action::Show(Box::new(screen)));
        }
    }

    fn screen(&self, now: Moment) -> OperatorScreen {
        let knowledge = &self.knowledge;
        let clock_doubt = self.clock.in_doubt(now.wall);

        OperatorScreen {
            demo: knowledge.trust.as_ref().is_some_and(|trust| trust.demo),
            protection: self.protection,
            venue: knowledge.venue_view(),
            rule: knowledge.policy().map(rule_view),
            now: now.wall,
            today: self.tally.today(),
            knowledge: KnowledgeView {
                clock_offset: self.clock.state().offset.map(offset_view),
                ..knowledge.view(clock_doubt)
            },
            sync: self.sync,
            shredded: self.shredded,
            camera: self.camera.clone(),
            next_camera: self.next_camera.clone(),
            last: self.tally.last(),
            undo: self.tally.undo_view(now.mono_ms),
            stage: self.phase.stage(&self.gaze, now.mono_ms),
            notice: self.notice.map(|(notice, _)| notice),
        }
    }
}

impl Knowledge {
    fn policy(&self) -> Option<&VenuePolicy> {
        policy_of(self.trust.as_ref()?, self.assignment.as_ref()?)
    }

    fn venue_view(&self) -> Option<VenueView> {
        let assignment = self.assignment.as_ref()?;
        let venue = &assignment.venue;

        Some(VenueView {
            name: venue.name.clone(),
            address: venue.address.clone(),
            gate: assignment.gate,
            utc_offset_minutes: venue.utc_offset_minutes,
        })
    }

    fn view(&self, clock_doubt: bool) -> KnowledgeView {
        let usual = VenuePolicy::public_place();
        let policy = self.policy().unwrap_or(&usual);

        KnowledgeView {
            status_as_of: self.snapshot.as_ref().map(|snapshot| snapshot.as_of()),
            status_warn_hours: policy.status_warn_hours,
            status_stop_hours: policy.status_stop_hours,
            keys_until: self.keys_until(),
            clock_doubt,
            clock_offset: None,
        }
    }

    /// When trust list or assignment expires, whichever is first.
    fn keys_until(&self) -> Option<Timestamp> {
        let trust = self.trust.as_ref().map(|trust| trust.body.header.expires);
        let assignment = self.assignment.as_ref().map(|held| held.header.expires);

        trust.into_iter().chain(assignment).min()
    }
}

fn offset_view(offset: ClockOffset) -> OffsetView {
    OffsetView {
        ahead_ms: offset.ahead_ms,
        within_ms: offset.within_ms,
    }
}

impl Phase {
    fn stage(&self, gaze: &Gaze, now_ms: u64) -> Stage {
        match self {
            Self::Watching => Stage::Watching,
            Self::Comparing { subject, blank_at } => Stage::Comparing {
                scan: subject.scan,
                person: subject
                    .decision
                    .person
                    .clone()
                    .filter(|_| now_ms < *blank_at),
            },
            Self::Storing { scan, .. } => Stage::Storing { scan: *scan },
            Self::Showing(showing) => Stage::Verdict(showing.view(gaze, now_ms)),
            Self::LetIn { scan, seq, of, .. } => Stage::LetIn {
                scan: *scan,
                seq: *seq,
                of: *of,
            },
            Self::Emergency { seq, reason } => Stage::Emergency {
                seq: *seq,
                reason: *reason,
            },
            Self::Undone { of, .. } => Stage::Undone { of: *of },
        }
    }
}

impl Showing {
    fn view(&self, gaze: &Gaze, now_ms: u64) -> VerdictView {
        let decision = &self.subject.decision;
        // Of a code that is nobody's sheet there is nothing to print anew.
        let sheet = self.subject.content().filter(|_| decision.person.is_some());

        VerdictView {
            scan: self.subject.scan,
            verdict: decision.verdict,
            reasons: decision.reasons.clone(),
            person: decision
                .person
                .clone()
                .filter(|person| !person.is_somebody() || now_ms < self.blank_at),
            seq: self.seq,
            may_let_in: decision.may_let_in,
            worn: sheet.is_some_and(|content| gaze.is_worn(content)),
            returns_in_ms: self.until.map(|until| until.saturating_sub(now_ms)),
            rule: decision.rule.clone(),
            foreign: self.subject.is_foreign(),
        }
    }
}

fn rule_view(policy: &VenuePolicy) -> RuleView {
    RuleView {
        preset: policy.kind,
        test_within_hours: policy.test_within_hours,
        identity_check: policy.identity_check,
    }
}

/// The screen without what runs by itself: the window counts milliseconds down on its own.
fn still(screen: &OperatorScreen) -> OperatorScreen {
    let mut screen = screen.clone();
    screen.now = Timestamp(0);
    screen.undo = screen.undo.map(|undo| UndoView { left_ms: 0, ..undo });
    if let Stage::Verdict(view) = &mut screen.stage {
        view.returns_in_ms = view.returns_in_ms.map(|_| 0);
    }
    screen
}
