//! Doing what the outbox asks for, and judging what comes back.

use domain::station::Event;
use domain::sync::{SyncAction, SyncEvent};
use domain::time::{Moment, Timestamp};
use domain::wire::{Answer, Batch, BatchError, Hello, MAX_BATCH_ENTRIES};
use tracing::{error, info, warn};

use super::station::{Message, Station};
use crate::knowledge::{Next, Refresh};
use crate::link::{NoAnswer, Outcome, Request};
use crate::random;
use crate::store::StoreError;

/// Between two rounds of asking for newer documents.
const REFRESH_MS: u64 = 5 * 60 * 1_000;

/// The seen-here table is kept this long where no policy says otherwise.
const WINDOW: i64 = 600;

/// What an answer must repeat, and when it was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    nonce: [u8; 16],
    mono_ms: u64,
}

impl Station {
    /// One event for the outbox, and everything that it leads to.
    pub(super) fn sync(&mut self, event: &SyncEvent) {
        let mut events = vec![event.clone()];
        while let Some(event) = events.pop() {
            let Ok(jitter) = random::fresh::<8>() else {
                error!("no random bytes: nothing is sent");
                return;
            };
            let jitter = u64::from_be_bytes(jitter.into_bytes());
            for action in self.outbox.step(&event, self.clock.now(), jitter) {
                events.extend(self.perform_sync(action));
            }
        }
    }

    /// What failed at once is the next event.
    fn perform_sync(&mut self, action: SyncAction) -> Option<SyncEvent> {
        match action {
            SyncAction::Send { first, last } => match self.batch(first, last) {
                Ok((body, asked)) => self.ask_for_answer(Request::Batch(body), asked),
                Err(NotSent::TooLarge) => Some(SyncEvent::Refused {
                    status: 413,
                    retry_after: None,
                }),
                Err(NotSent::Failed) => Some(SyncEvent::Failed),
            },
            SyncAction::Greet => match self.hello() {
                Some((body, asked)) => self.ask_for_answer(Request::Head(body), asked),
                None => Some(SyncEvent::Failed),
            },
            SyncAction::Acknowledge { upto } => {
                self.acknowledge(upto);
                None
            }
            SyncAction::Dispute(judgement) => {
                error!(
                    ?judgement,
                    "the centre disputes this station's log: tell the authority"
                );
                None
            }
            SyncAction::EntryTooLarge { seq } => {
                error!(
                    seq,
                    "an entry is larger than the centre takes: tell the authority"
                );
                None
            }
            SyncAction::Changed(view) => {
                self.step(Event::SyncChanged(view));
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
            self.step(Event::Shredded(self.store.lost()));
        }
    }

    fn batch(&self, first: u64, last: u64) -> Result<(Vec<u8>, Asked), NotSent> {
        let most = usize::try_from(last.saturating_sub(first).saturating_add(1))
            .unwrap_or(usize::MAX)
            .min(MAX_BATCH_ENTRIES);
        let stored = self.store.batch(first, most).map_err(|error| {
            error!(%error, "entries could not be read for sending");
            NotSent::Failed
        })?;
        let entries: Vec<_> = stored.entries.into_iter().map(|row| row.entry).collect();
        let asked = self.asked().ok_or(NotSent::Failed)?;
        let head = self.store.head();
        let built = Batch::build(
            self.store.station(),
            head.epoch,
            first,
            stored.before,
            &entries,
            asked.nonce,
            self.store.signing_key(),
        );
        match built {
            Ok(body) => Ok((body, asked)),
            Err(BatchError::TooLarge) => Err(NotSent::TooLarge),
            Err(error) => {
                warn!(%error, first, "no batch could be made");
                Err(NotSent::Failed)
            }
        }
    }

    fn hello(&self) -> Option<(Vec<u8>, Asked)> {
        let asked = self.asked()?;
        let head = self.store.head();
        let hello = Hello {
            station: self.store.station(),
            epoch: head.epoch,
            seq: head.seq,
            hash: head.hash.0,
            nonce: asked.nonce,
        };

        Some((hello.sign(self.store.signing_key()), asked))
    }

    fn asked(&self) -> Option<Asked> {
        Some(Asked {
            nonce: random::fresh().ok()?.into_bytes(),
            mono_ms: self.clock.now().mono_ms,
        })
    }

    fn ask_for_answer(&self, request: Request, asked: Asked) -> Option<SyncEvent> {
        let messages = self.messages.clone();
        let sent = self.post(request, move |outcome| {
            // An error means that the loop has ended.
            let _ = messages.send(Message::Answered(asked, outcome));
        });

        sent.err().map(|_| SyncEvent::Failed)
    }

    fn post(
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
            Err(NoAnswer::Refused {
                status,
                retry_after,
            }) => SyncEvent::Refused {
                status,
                retry_after,
            },
            Err(
                NoAnswer::Closed | NoAnswer::TooLarge | NoAnswer::Unreachable | NoAnswer::Untrusted,
            ) => SyncEvent::Failed,
        };
        self.sync(&event);
    }

    fn judge(&mut self, asked: &Asked) -> SyncEvent {
        let receipt = self.library.trust().receipt();
        let Some((answer, key)) = Answer::verify(&self.answer, &receipt) else {
            warn!("the centre's answer is not signed by a key of the trust list");
            return SyncEvent::Failed;
        };
        if answer.nonce != asked.nonce || answer.station != self.store.station() {
            warn!("the centre's answer is to another question");
            return SyncEvent::Failed;
        }
        let now = self.clock.now();
        let expires = self.library.trust().body.header.expires;
        if let Some(link) = &self.link {
            link.raise_floor(answer.server_time.min(expires));
        }
        self.forget_seen(answer.server_time.min(expires));
        self.step(Event::ClockChecked {
            key,
            server_time: answer.server_time,
            asked_ms_ago: now.mono_ms.saturating_sub(asked.mono_ms),
        });
        let ours = match self.store.hash_at(answer.acked_seq) {
            Ok(hash) => Some(hash),
            Err(StoreError::NotOurs) => None,
            Err(error) => {
                error!(%error, "the log could not be compared with an answer");
                None
            }
        };

        SyncEvent::Answered {
            answer,
            nonce: asked.nonce,
            ours,
        }
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

    /// Begins a round of asking for newer documents, if it is time.
    pub(super) fn refresh_when_due(&mut self, now: Moment) {
        if self.link.is_none() || self.refresh.is_some() || now.mono_ms < self.refresh_at {
            return;
        }
        self.refresh_at = now.mono_ms.saturating_add(REFRESH_MS);
        if let Some((hello, _)) = self.hello() {
            let (round, request) = Refresh::begin(hello);
            self.refresh = Some(round);
            self.fetch(request);
        }
    }

    /// A document came, or did not.
    pub(super) fn fetched(&mut self, outcome: Outcome) {
        let Some(round) = &mut self.refresh else {
            return;
        };
        let next = round.step(
            outcome,
            &mut self.library,
            self.store.folder(),
            self.store.opening_key(),
            self.clock.now().wall,
        );
        match next {
            Next::Ask(request) => self.fetch(request),
            Next::Done(changed) => {
                self.refresh = None;
                if changed {
                    self.step(Event::KnowledgeArrived(self.library.knowledge()));
                }
            }
        }
    }

    fn fetch(&mut self, request: Request) {
        let messages = self.messages.clone();
        let sent = self.post(request, move |outcome| {
            // An error means that the loop has ended.
            let _ = messages.send(Message::Fetched(outcome));
        });
        if let Err(error) = sent {
            warn!(%error, "newer documents are asked for in the next round");
            self.refresh = None;
        }
    }
}

/// Why a batch was not even posted.
enum NotSent {
    TooLarge,
    Failed,
}
