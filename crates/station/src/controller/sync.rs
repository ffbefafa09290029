//! Doing what the outbox asks for, and judging what comes back.

use domain::crypto::Kid;
use domain::station::Event;
use domain::sync::{Judgement, Standing, SyncAction, SyncEvent};
use domain::time::Timestamp;
use domain::wire::Answer;
use tracing::{error, info, warn};

use super::questions::{self, Asked};
use super::station::{Message, Station};
use crate::enrol::DISPUTE_STATE;
use crate::link::{NoAnswer, Outcome, Request};
use crate::random;
use crate::store::{Store, StoreError};

/// The seen-here table is kept this long where no policy says otherwise.
const WINDOW: i64 = 600;

impl Station {
    /// One event for the outbox, and everything that it leads to.
    pub(super) fn sync(&mut self, event: &SyncEvent) {
        let mut events = vec![event.clone()];
        while let Some(event) = events.pop() {
            let Some(jitter) = jitter() else {
                return;
            };
            for action in self.outbox.step(&event, self.clock.now(), jitter) {
                events.extend(self.perform_sync(action));
            }
        }
    }

    /// What failed at once is the next event.
    fn perform_sync(&mut self, action: SyncAction) -> Option<SyncEvent> {
        match action {
            SyncAction::Send { .. }
            | SyncAction::SendBare { .. }
            | SyncAction::TellHole { .. }
            | SyncAction::Greet => {
                match questions::question(&self.store, self.clock, action, Request::Batch) {
                    Ok((request, asked)) => self.ask_for_answer(request, asked),
                    Err(why) => Some(why.into()),
                }
            }
            SyncAction::Acknowledge { upto } => {
                self.acknowledge(upto);
                None
            }
            SyncAction::Dispute(judgement) => {
                self.disputed(judgement);
                None
            }
            SyncAction::Keep(standing) => {
                self.keep_dispute(standing);
                None
            }
            SyncAction::EntryTooLarge { seq } => {
                error!(
                    seq,
                    "an entry is larger than the centre takes: tell the authority"
                );
                None
            }
            SyncAction::Changed(_) => {
                self.sync_changed();
                None
            }
        }
    }

    fn acknowledge(&mut self, upto: u64) {
        let now = self.clock.now().wall;
        let lost = self.store.lost();
        let taken = self
            .store
            .hash_at(upto)
            .and_then(|hash| self.store.ack(upto, hash, &self.answer, now));
        match taken {
            Ok(()) => info!(upto, "receipt"),
            Err(error) => error!(%error, "a receipt could not be kept"),
        }
        if self.store.lost() != lost {
            self.step(Event::Shredded(self.lost_entries()));
        }
    }

    /// A log that is not the one that the centre knows lets nobody in by the rules, now and after a restart.
    fn disputed(&mut self, judgement: Judgement) {
        error!(
            ?judgement,
            "the centre disputes this station's log: tell the authority"
        );
        match judgement {
            Judgement::RolledBack { .. } | Judgement::Fork { astray: true } => {}
            Judgement::Ack { .. }
            | Judgement::Behind { .. }
            | Judgement::Fenced
            | Judgement::Fork { astray: false }
            | Judgement::Hole { .. }
            | Judgement::Ignore
            | Judgement::Lost { .. }
            | Judgement::Nothing
            | Judgement::ResendFrom { .. } => return,
        }
        if let Err(error) = self.store.raise_alarm() {
            error!(%error, "the alarm could not be kept for the next start");
        }
        self.step(Event::LogRolledBack(true));
    }

    fn keep_dispute(&mut self, standing: Option<Standing>) {
        let kept = self.store.save(DISPUTE_STATE, &Standing::encode(standing));
        if let Err(error) = kept {
            warn!(%error, "a dispute could not be kept for the next start");
        }
    }

    fn ask_for_answer(&self, request: Request, asked: Asked) -> Option<SyncEvent> {
        let messages = self.messages.clone();
        let sent = self.post(request, move |outcome| {
            // An error means that the loop has ended.
            let _ = messages.send(Message::Answered(asked, outcome));
        });

        sent.err().map(|_| SyncEvent::Failed)
    }

    pub(super) fn post(
        &self,
        request: Request,
        then: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<(), NoAnswer> {
        let link = self.link.as_ref().ok_or(NoAnswer::Unreachable)?;

        link.ask(request, then)
    }

    /// An answer counts only signed, with our nonce.
    pub(super) fn answered(&mut self, asked: &Asked, outcome: Outcome) {
        let event = match outcome {
            Ok(response) => {
                self.answer = response.body;
                self.judge(asked)
            }
            Err(why) => without_answer(&why),
        };
        self.sync(&event);
    }

    /// The answer and who signed it, if it is one to this question.
    pub(super) fn verified(&self, answer: &[u8], asked: &Asked) -> Option<(Answer, Kid)> {
        let receipt = self.library.trust().receipt();
        let Some((answer, key)) = Answer::verify(answer, &receipt) else {
            warn!("the centre's answer is not signed by a key of the trust list");
            return None;
        };
        if answer.nonce != asked.nonce || answer.station != self.store.station() {
            warn!("the centre's answer is to another question");
            return None;
        }

        Some((answer, key))
    }

    fn judge(&mut self, asked: &Asked) -> SyncEvent {
        let Some((answer, key)) = self.verified(&self.answer, asked) else {
            return SyncEvent::Failed;
        };
        let now = self.clock.now();
        let expires = self.library.trust().body.header.expires;
        if let Some(link) = &self.link {
            link.raise_floor(answer.server_time.min(expires));
        }
        self.forget_seen(answer.server_time.min(expires));
        let checked = Event::ClockChecked {
            key,
            server_time: answer.server_time,
            asked_ms_ago: now.mono_ms.saturating_sub(asked.mono_ms),
        };
        // By the same look at both clocks: the bound of their offset counts from it.
        self.step_at(checked, now);
        about(&self.store, answer, asked.nonce)
    }

    /// Whoever went in before the policy's window counts no longer, by the centre's clock.
    fn forget_seen(&mut self, server_time: Timestamp) {
        let kind = self.library.assignment().venue.kind;
        let policy = self.library.trust().policy(kind);
        let window = policy.map_or(WINDOW, |policy| policy.again_within);
        if let Err(error) = self.store.forget_seen_before(server_time.plus(-window)) {
            warn!(%error, "the seen-here table could not be cleared");
        }
    }
}

/// A verified answer as the outbox wants it, with what the log has of the entry that it names.
pub(super) fn about(store: &Store, answer: Answer, nonce: [u8; 16]) -> SyncEvent {
    let ours = match store.hash_at(answer.acked_seq) {
        Ok(hash) => Some(hash),
        Err(StoreError::NotOurs) => None,
        Err(error) => {
            error!(%error, "the log could not be compared with an answer");
            None
        }
    };

    SyncEvent::Answered {
        answer,
        nonce,
        ours,
        gone: store.gone().seq,
    }
}

/// What came instead of an answer.
pub(super) fn without_answer(why: &NoAnswer) -> SyncEvent {
    match *why {
        NoAnswer::Refused {
            status,
            retry_after,
        } => SyncEvent::Refused {
            status,
            retry_after,
        },
        NoAnswer::Closed | NoAnswer::TooLarge | NoAnswer::Unreachable | NoAnswer::Untrusted => {
            SyncEvent::Failed
        }
    }
}

/// A fresh random number; none where the system has none, and nothing is then sent.
pub(super) fn jitter() -> Option<u64> {
    match random::fresh::<8>() {
        Ok(bytes) => Some(u64::from_be_bytes(bytes.into_bytes())),
        Err(error) => {
            error!(%error, "nothing is sent");
            None
        }
    }
}
