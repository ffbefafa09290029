//! Doing what the outbox asks for, and judging what comes back.

use domain::entry::SealedEntry;
use domain::station::Event;
use domain::sync::{Judgement, Standing, SyncAction, SyncEvent};
use domain::time::Timestamp;
use domain::wire::{Answer, Batch, BatchError, Hello, Hole, MAX_BATCH_ENTRIES};
use tracing::{error, info, warn};

use super::station::{Message, Station};
use crate::link::{NoAnswer, Outcome, Request};
use crate::random;
use crate::store::StoreError;

/// The name of the kept dispute.
pub(crate) const DISPUTE_STATE: &str = "dispute";
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
            SyncAction::Send { first, last } => {
                let batch = self.batch(first, last, |entry| entry);
                self.post_batch(batch)
            }
            SyncAction::SendBare { seq } => {
                error!(
                    seq,
                    "the centre takes the entry without what it carries alone: tell the authority"
                );
                let batch = self.batch(seq, seq, |entry| SealedEntry::lost(entry.core));
                self.post_batch(batch)
            }
            SyncAction::TellHole { upto } => match self.hole(upto) {
                Some((body, asked)) => self.ask_for_answer(Request::Hole(body), asked),
                None => Some(SyncEvent::Failed),
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

    fn post_batch(&mut self, batch: Result<(Vec<u8>, Asked), NotSent>) -> Option<SyncEvent> {
        match batch {
            Ok((body, asked)) => self.ask_for_answer(Request::Batch(body), asked),
            Err(NotSent::TooLarge) => Some(SyncEvent::Refused {
                status: 413,
                retry_after: None,
            }),
            Err(NotSent::Unreadable { upto }) => Some(SyncEvent::Unreadable { upto }),
            Err(NotSent::Failed) => Some(SyncEvent::Failed),
        }
    }

    fn batch(
        &self,
        first: u64,
        last: u64,
        change: impl Fn(SealedEntry) -> SealedEntry,
    ) -> Result<(Vec<u8>, Asked), NotSent> {
        let most = usize::try_from(last.saturating_sub(first).saturating_add(1))
            .unwrap_or(usize::MAX)
            .min(MAX_BATCH_ENTRIES);
        let unread = |error: StoreError| {
            error!(%error, "entries could not be read for sending");
            NotSent::Failed
        };
        let stored = self.store.batch(first, most).map_err(unread)?;
        let entries: Vec<_> = stored
            .entries
            .into_iter()
            .map(|row| change(row.entry))
            .collect();
        if entries.is_empty() {
            let upto = self.store.unreadable(first).map_err(unread)?;
            return Err(upto.map_or(NotSent::Failed, |upto| NotSent::Unreadable { upto }));
        }
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

    /// What the centre had acknowledged comes with its own receipt.
    fn hole(&self, upto: u64) -> Option<(Vec<u8>, Asked)> {
        let asked = self.asked()?;
        let receipted = self.store.acked();
        let read = || -> Result<_, StoreError> {
            let receipt = if upto <= receipted.seq {
                self.store.receipt()?
            } else {
                None
            };
            Ok((self.store.hash_at(upto)?, receipt))
        };
        match read() {
            Ok((hash, receipt)) => {
                let hole = Hole {
                    station: self.store.station(),
                    epoch: receipted.epoch,
                    last: upto,
                    hash: hash.0,
                    receipt,
                    nonce: asked.nonce,
                };
                Some((hole.sign(self.store.signing_key()), asked))
            }
            Err(error) => {
                error!(%error, upto, "a hole could not be told");
                None
            }
        }
    }

    pub(super) fn hello(&self) -> Option<(Vec<u8>, Asked)> {
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
        let checked = Event::ClockChecked {
            key,
            server_time: answer.server_time,
            asked_ms_ago: now.mono_ms.saturating_sub(asked.mono_ms),
        };
        // By the same look at both clocks: the bound of their offset counts from it.
        self.step_at(checked, now);
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
            gone: self.store.gone().seq,
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
}

/// Why a batch was not even posted.
enum NotSent {
    TooLarge,
    /// The first entry does not open: nothing up to this number can be given.
    Unreadable {
        upto: u64,
    },
    Failed,
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
