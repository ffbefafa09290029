//! What staff ask for, checked like any foreign input.

use super::event::Action;
use super::machine::Machine;
use super::phase::{After, Phase, Showing, Subject};
use crate::code::clean_text;
use crate::entry::{self, Body, Detail, Kind, NewEntry, Personal};
use crate::policy::Typed;
use crate::screen::{Command, Notice, Outcome, ScanId};
use crate::time::Moment;
use crate::verdict::{EmergencyReason, Reason, Verdict};

/// Letters that explain an emergency for which no reason fits.
const OTHER_LETTERS: usize = 4;

impl Machine {
    /// Takes a command.
    pub(super) fn obey(&mut self, command: Command, now: Moment) {
        // That a form is gone follows from a key that was counted when it came.
        let deliberate = command != Command::FormClosed && self.guard.key(now.mono_ms);
        match command {
            Command::Matches { scan } => self.answer(scan, deliberate, now, Self::matches),
            Command::Differs { scan } => {
                self.answer(scan, deliberate, now, |machine, subject, now| {
                    machine.record(subject.clone().instead(Reason::IdDiffers), now);
                });
            }
            Command::NoDocument { scan } => {
                self.answer(scan, deliberate, now, |machine, subject, now| {
                    machine.record(subject.clone().instead(Reason::IdMissing), now);
                });
            }
            Command::ShowPerson { scan } => self.show_person(scan, now),
            Command::LetIn { scan } => self.let_in(scan, deliberate, now),
            Command::Dismiss { scan } => self.dismiss(scan, now),
            Command::Hold { scan } => self.hold(scan),
            Command::Undo { seq } => self.undo(seq, deliberate, now),
            Command::Emergency { scan, reason, note } => {
                self.emergency(scan, reason, &note, deliberate, now);
            }
            Command::Register {
                name,
                birth_year,
                last_four,
                class,
            } => self.register(
                Typed {
                    name: clean_text(name.trim()).0,
                    birth_year,
                    last_four: last_four.trim().to_uppercase(),
                    class,
                },
                now,
            ),
            Command::FormOpened => self.form_open = true,
            Command::FormClosed => self.form_open = false,
            Command::OtherKey => {}
            Command::SyncNow => self.actions.push(Action::SyncNow),
            Command::UseDemoCamera => self.actions.push(Action::UseDemoCamera),
            Command::NextCamera => self.take_next_camera(deliberate, now),
        }
    }

    /// An answer to the comparison that is on the screen.
    fn answer(
        &mut self,
        scan: ScanId,
        deliberate: bool,
        now: Moment,
        then: impl Fn(&mut Self, &Subject, Moment),
    ) {
        let Phase::Comparing { subject, .. } = &self.phase else {
            return;
        };
        if subject.scan != scan {
            return;
        }
        if !deliberate {
            self.say(Notice::PressAgain, now);
            return;
        }
        let subject = subject.as_ref().clone();
        then(self, &subject, now);
    }

    fn matches(&mut self, subject: &Subject, now: Moment) {
        let subject = self.ground(now).again(subject);
        let admitted = subject.decision.verdict == Verdict::Admit;
        self.record(if admitted { subject.matched() } else { subject }, now);
    }

    fn let_in(&mut self, scan: ScanId, deliberate: bool, now: Moment) {
        let Phase::Showing(showing) = &self.phase else {
            return;
        };
        let (subject, Some(of)) = (&showing.subject, showing.seq) else {
            return;
        };
        if subject.scan != scan || !subject.decision.may_let_in {
            return;
        }
        if !deliberate {
            self.say(Notice::PressAgain, now);
            return;
        }
        let again = self.ground(now).again(subject);
        let still = again.decision.may_let_in || again.decision.verdict == Verdict::Admit;
        if !still {
            self.record(again, now);
            return;
        }
        let entry = NewEntry {
            kind: Kind::LetIn,
            verdict: None,
            action: entry::Action::LetIn,
            flags: self.flags(now.wall),
            at: now.wall,
            body: Body::Detail(Detail::LetIn { of }),
        };
        let (tag, showing) = (subject.tag, showing.clone());
        let ticket = self.store(entry, tag, Some(Outcome::LetIn), After::LetIn(showing));
        self.enter(Phase::Storing { scan, ticket }, now);
    }

    fn undo(&mut self, seq: u64, deliberate: bool, now: Moment) {
        if !deliberate {
            self.say(Notice::PressAgain, now);
            return;
        }
        let Some(went_in) = self.tally.take(seq, now.mono_ms) else {
            self.say(Notice::TooLateToUndo, now);
            return;
        };
        let entry = NewEntry {
            kind: Kind::Undo,
            verdict: None,
            action: entry::Action::Undone,
            flags: self.flags(now.wall),
            at: now.wall,
            body: Body::Detail(Detail::Undo { of: seq }),
        };
        self.store(entry, None, None, After::Undo(went_in));
    }

    fn emergency(
        &mut self,
        scan: Option<ScanId>,
        reason: EmergencyReason,
        note: &str,
        deliberate: bool,
        now: Moment,
    ) {
        let subject = scan.and_then(|scan| self.phase.subject(scan).cloned());
        if scan.is_some() && subject.is_none() {
            self.say(Notice::PressAgain, now);
            return;
        }
        let storing = matches!(self.phase, Phase::Storing { .. });
        if !deliberate || storing {
            self.say(Notice::PressAgain, now);
            return;
        }
        let (note, _) = clean_text(note.trim());
        let letters = note.chars().filter(|c| c.is_alphanumeric()).count();
        if reason == EmergencyReason::Other && letters < OTHER_LETTERS {
            self.say(Notice::Incomplete, now);
            return;
        }
        if scan.is_none() {
            self.abandon(now);
        }
        self.form_open = false;
        let personal = Personal {
            emergency: Some((reason, note)),
            ..subject.as_ref().map(Subject::sealed).unwrap_or_default()
        };
        let entry = NewEntry {
            kind: Kind::Emergency,
            verdict: None,
            action: entry::Action::EmergencyAdmitted,
            flags: self.flags(now.wall),
            at: now.wall,
            body: Body::Personal(personal),
        };
        let scan = subject.map_or_else(|| self.next_scan(), |subject| subject.scan);
        let outcome = Some(Outcome::Emergency);
        let ticket = self.store(entry, None, outcome, After::Emergency { reason });
        self.enter(Phase::Storing { scan, ticket }, now);
    }

    fn register(&mut self, typed: Typed, now: Moment) {
        if matches!(self.phase, Phase::Storing { .. }) {
            self.say(Notice::PressAgain, now);
            return;
        }
        let four = typed.last_four.chars().count() == 4
            && typed.last_four.chars().all(|c| c.is_ascii_alphanumeric());
        if typed.name.is_empty() || !four {
            self.say(Notice::Incomplete, now);
            return;
        }
        self.abandon(now);
        self.form_open = false;
        let scan = self.next_scan();
        let subject = self.ground(now).register(typed, scan);
        self.record(subject, now);
    }

    fn dismiss(&mut self, scan: ScanId, now: Moment) {
        let over = match &self.phase {
            Phase::Comparing { subject, .. } => subject.scan == scan,
            Phase::Showing(showing) => showing.subject.scan == scan,
            Phase::LetIn { scan: own, .. } => *own == scan,
            // These two name no scan on the screen, so any dismissal means them.
            Phase::Emergency { .. } | Phase::Undone { .. } => true,
            Phase::Watching | Phase::Storing { .. } => false,
        };
        if over {
            self.abandon(now);
            self.cards.forget();
            self.enter(Phase::Watching, now);
        }
    }

    fn hold(&mut self, scan: ScanId) {
        if let Phase::Showing(showing) = &mut self.phase
            && showing.subject.scan == scan
        {
            showing.until = None;
        }
    }

    /// A burst from a hand scanner must not turn the desk to another webcam.
    fn take_next_camera(&mut self, deliberate: bool, now: Moment) {
        let Some(name) = self.next_camera.clone() else {
            return;
        };
        if !deliberate {
            self.say(Notice::PressAgain, now);
            return;
        }
        self.actions.push(Action::UseWebcam(name));
    }

    fn show_person(&mut self, scan: ScanId, now: Moment) {
        match &mut self.phase {
            Phase::Comparing { subject, blank_at } if subject.scan == scan => {
                *blank_at = Phase::comparing_blank(now.mono_ms);
            }
            Phase::Showing(showing) if showing.subject.scan == scan => {
                showing.blank_at = Showing::blank(now.mono_ms);
            }
            Phase::Watching
            | Phase::Comparing { .. }
            | Phase::Storing { .. }
            | Phase::Showing(_)
            | Phase::LetIn { .. }
            | Phase::Emergency { .. }
            | Phase::Undone { .. } => {}
        }
    }
}
