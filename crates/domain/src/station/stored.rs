//! What follows once an entry is durable, or is not.

use super::event::Ticket;
use super::machine::{Machine, outcome_of};
use super::phase::{After, Pending, Phase, Showing, Subject};
use super::tally::WentIn;
use crate::clock::EntryMark;
use crate::recent::Seen;
use crate::screen::{Notice, Outcome};
use crate::time::Moment;
use crate::verdict::{Reason, Verdict};

impl Machine {
    /// The entry is durable: only now what it says is shown.
    pub(super) fn stored(&mut self, ticket: Ticket, seq: u64, now: Moment) {
        let Some(pending) = self.pending.remove(&ticket) else {
            return;
        };
        self.book(&pending, seq, now);
        let waited_for = self.waits_for(ticket);
        match pending.after {
            After::Verdict(subject) if waited_for => self.reveal(*subject, Some(seq), now),
            After::LetIn(showing) if waited_for => self.reveal_let_in(&showing, seq, now),
            After::Emergency { reason } if waited_for => {
                self.enter(
                    Phase::Emergency {
                        seq: Some(seq),
                        reason,
                    },
                    now,
                );
                self.tally
                    .show(Outcome::Emergency, None, Some(seq), now.wall);
            }
            After::Undo(went_in) => self.reveal_undone(went_in, now),
            After::Verdict(_) | After::LetIn(_) | After::Emergency { .. } | After::Nothing => {}
        }
    }

    /// The entry is not durable: refuse and undecided are shown all the same and say so, an emergency goes
    /// on paper, and nothing else happens that would have to be in the log.
    pub(super) fn not_stored(&mut self, ticket: Ticket, now: Moment) {
        let Some(pending) = self.pending.remove(&ticket) else {
            return;
        };
        let waited_for = self.waits_for(ticket);
        match pending.after {
            After::Verdict(subject) if waited_for => match subject.decision.verdict {
                Verdict::Refuse | Verdict::Undecided => self.reveal(*subject, None, now),
                Verdict::Admit | Verdict::Attention => {
                    self.reveal(subject.instead(Reason::CannotStore), None, now);
                }
            },
            After::LetIn(showing) if waited_for => {
                self.enter(Phase::Showing(showing), now);
                self.say(Notice::NotStored, now);
            }
            After::Emergency { reason } if waited_for => {
                self.enter(Phase::Emergency { seq: None, reason }, now);
                self.tally.show(Outcome::Emergency, None, None, now.wall);
            }
            After::Undo(went_in) => {
                self.tally.put_back(went_in);
                self.say(Notice::NotStored, now);
            }
            After::Verdict(_) | After::LetIn(_) | After::Emergency { .. } | After::Nothing => {}
        }
    }

    fn waits_for(&self, ticket: Ticket) -> bool {
        matches!(&self.phase, Phase::Storing { ticket: own, .. } if *own == ticket)
    }

    fn book(&mut self, pending: &Pending, seq: u64, now: Moment) {
        let epoch = self
            .knowledge
            .assignment
            .as_ref()
            .map_or(0, |held| held.epoch);
        self.clock.wrote(EntryMark { epoch, seq }, pending.at);
        if let Some(tag) = pending.remember {
            if !self.clock.in_doubt(now.wall) {
                self.recent.expire(now.wall, self.knowledge.again_within());
            }
            self.recent.remember(Seen {
                tag,
                at: pending.at,
                seq,
                undone: false,
            });
        }
        if let Some(outcome) = pending.outcome {
            self.tally.count(outcome, seq, now.mono_ms);
        }
    }

    fn reveal(&mut self, subject: Subject, seq: Option<u64>, now: Moment) {
        let decision = &subject.decision;
        let reason = decision.reasons.first().map(|view| view.reason);
        self.tally
            .show(outcome_of(decision.verdict), reason, seq, now.wall);
        let showing = Showing::new(subject, seq, now.mono_ms);
        self.enter(Phase::Showing(Box::new(showing)), now);
    }

    fn reveal_let_in(&mut self, showing: &Showing, seq: u64, now: Moment) {
        let Some(of) = showing.seq else {
            return;
        };
        let reasons = &showing.subject.decision.reasons;
        let reason = reasons.first().map(|view| view.reason);
        self.tally.show(Outcome::LetIn, reason, Some(seq), now.wall);
        self.enter(Phase::let_in(&showing.subject, seq, of, now.mono_ms), now);
    }

    /// Another person's scan on the screen stays where it is.
    fn reveal_undone(&mut self, went_in: WentIn, now: Moment) {
        let of = went_in.seq;
        self.tally.undone(went_in);
        self.recent.undo(of);
        let free = match &self.phase {
            Phase::Watching | Phase::Undone { .. } => true,
            Phase::Showing(showing) => showing.seq == Some(of),
            Phase::LetIn { seq, .. } => *seq == of,
            Phase::Comparing { .. } | Phase::Storing { .. } | Phase::Emergency { .. } => false,
        };
        if free {
            self.enter(Phase::undone(of, now.mono_ms), now);
        }
    }
}
