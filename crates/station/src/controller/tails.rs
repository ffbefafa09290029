//! The logs of the station's epochs that are over: what they could not send before goes out under their old keys,
//! and retention takes its part of them as of the log in use.

use domain::entry::{Flags, Witness};
use domain::ids::VenueId;
use domain::screen::SyncView;
use domain::station::Event;
use domain::sync::{Outbox, OutboxSetup, SyncAction, SyncEvent};
use domain::time::{Moment, Timestamp};
use domain::wire::AnswerKind;
use tracing::{error, info, warn};

use super::open::load_library;
use super::questions::{self, Asked};
use super::station::{Message, Station};
use super::sync::{about, jitter, without_answer};
use crate::enrol::DISPUTE_STATE;
use crate::keys::Unlock;
use crate::link::{Outcome, Request};
use crate::random::{self, NoRandomness};
use crate::store::{Retained, Seat, Store, StoreError};

/// The log of an epoch that is over.
pub(super) struct Tail {
    pub(super) store: Store,
    outbox: Outbox,
    /// Its venue and gate; none where its documents do not say.
    place: Option<(VenueId, u64)>,
}

impl Tail {
    fn epoch(&self) -> u32 {
        self.store.head().epoch
    }

    /// Whether anything is left to be sent.
    fn waits(&self) -> bool {
        self.store.waiting() > 0
    }
}

/// Opens the logs of the epochs before that of `current`. One that does not open keeps nothing else from working.
///
/// # Errors
/// [`NoRandomness`].
pub(super) fn open(
    current: &Store,
    unlock: &Unlock,
    spread: u32,
    now: Moment,
) -> Result<Vec<Tail>, NoRandomness> {
    let folders = match current.folder().earlier() {
        Ok(folders) => folders,
        Err(error) => {
            error!(%error, "the logs of earlier epochs cannot be looked for: tell the authority");
            Vec::new()
        }
    };
    let mut tails = Vec::new();
    for folder in folders {
        let opened = folder
            .map_err(StoreError::from)
            .and_then(|folder| Store::open(folder, unlock));
        let (store, findings) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                error!(%error, "the log of an earlier epoch does not open: what it did not send stays there; tell the authority");
                continue;
            }
        };
        let epoch = store.head().epoch;
        for finding in findings {
            warn!(
                epoch,
                ?finding,
                "the log of an earlier epoch is not as it was left"
            );
        }
        let setup = OutboxSetup {
            station: store.station(),
            epoch,
            highest: store.head().seq,
            acked: store.acked().seq,
            last_receipt: store.last_receipt(),
            // What was in dispute ended with the epoch.
            dispute: None,
            spread,
        };
        let jitter = u64::from_be_bytes(random::fresh()?.into_bytes());
        let outbox = Outbox::new(setup, now, jitter);
        let place = match load_library(&store) {
            Ok(library) => Some((library.assignment().venue.id, library.assignment().gate)),
            Err(error) => {
                warn!(%error, epoch, "the documents of an earlier epoch do not read");
                None
            }
        };
        tails.push(Tail {
            store,
            outbox,
            place,
        });
    }

    Ok(tails)
}

/// Entries without a receipt.
pub(super) fn waiting(tails: &[Tail]) -> u64 {
    tails.iter().map(|tail| tail.store.waiting()).sum()
}

/// Entries without a receipt that gave up what they carried of a person at retention.
pub(super) fn lost(tails: &[Tail]) -> u64 {
    tails.iter().map(|tail| tail.store.lost()).sum()
}

impl Station {
    /// Tells the screen what waits, over all epochs.
    pub(super) fn sync_changed(&mut self) {
        let view = self.outbox.view();
        let waiting = view.waiting.saturating_add(waiting(&self.tails));

        self.step(Event::SyncChanged(SyncView { waiting, ..view }));
    }

    /// Entries over all epochs that lost what they carried.
    pub(super) fn lost_entries(&self) -> u64 {
        self.store.lost().saturating_add(lost(&self.tails))
    }

    /// When the next tail wants a tick, on the monotonic clock.
    pub(super) fn tails_due(&self) -> Option<u64> {
        let waiting = self.tails.iter().filter(|tail| tail.waits());

        waiting.filter_map(|tail| tail.outbox.due()).min()
    }

    /// The tails whose time has come.
    pub(super) fn send_tails(&mut self, now: Moment) {
        for which in 0..self.tails.len() {
            let due = self
                .tails
                .get(which)
                .filter(|tail| tail.waits())
                .and_then(|tail| tail.outbox.due());
            if due.is_some_and(|due| due <= now.mono_ms) {
                self.sync_tail(which, &SyncEvent::Tick);
            }
        }
    }

    /// Staff want an answer now.
    pub(super) fn ask_for_tails(&mut self) {
        for which in 0..self.tails.len() {
            if self.tails.get(which).is_some_and(Tail::waits) {
                self.sync_tail(which, &SyncEvent::Asked);
            }
        }
    }

    /// One event for a tail's outbox, and everything that it leads to.
    pub(super) fn sync_tail(&mut self, which: usize, event: &SyncEvent) {
        let mut events = vec![event.clone()];
        while let Some(event) = events.pop() {
            let Some(jitter) = jitter() else {
                return;
            };
            let now = self.clock.now();
            let Some(tail) = self.tails.get_mut(which) else {
                return;
            };
            for action in tail.outbox.step(&event, now, jitter) {
                events.extend(self.perform_tail(which, action));
            }
        }
    }

    /// What failed at once is the next event.
    fn perform_tail(&mut self, which: usize, action: SyncAction) -> Option<SyncEvent> {
        let clock = self.clock;
        let tail = self.tails.get_mut(which)?;
        let epoch = tail.epoch();
        match action {
            SyncAction::Send { .. }
            | SyncAction::SendBare { .. }
            | SyncAction::TellHole { .. }
            | SyncAction::Greet => {
                match questions::question(&tail.store, clock, action, Request::Tail) {
                    Ok((request, asked)) => self.ask_for_tail(which, request, asked),
                    Err(why) => Some(why.into()),
                }
            }
            SyncAction::Acknowledge { upto } => {
                self.acknowledge_tail(which, upto);
                None
            }
            SyncAction::Dispute(judgement) => {
                error!(
                    epoch,
                    ?judgement,
                    "the centre disputes the log of an earlier epoch: tell the authority"
                );
                None
            }
            SyncAction::Keep(standing) => {
                let kept = domain::sync::Standing::encode(standing);
                if let Err(error) = tail.store.save(DISPUTE_STATE, &kept) {
                    warn!(%error, "a dispute could not be kept for the next start");
                }
                None
            }
            SyncAction::EntryTooLarge { seq } => {
                error!(
                    epoch,
                    seq, "an entry is larger than the centre takes: tell the authority"
                );
                None
            }
            SyncAction::Changed(_) => {
                self.sync_changed();
                None
            }
        }
    }

    fn ask_for_tail(&self, which: usize, request: Request, asked: Asked) -> Option<SyncEvent> {
        let messages = self.messages.clone();
        let sent = self.post(request, move |outcome| {
            // An error means that the loop has ended.
            let _ = messages.send(Message::TailAnswered(which, asked, outcome));
        });

        sent.err().map(|_| SyncEvent::Failed)
    }

    /// An answer counts only signed, with our nonce. That the epoch is over is no news to its tail: what the centre
    /// holds of it counts.
    pub(super) fn tail_answered(&mut self, which: usize, asked: &Asked, outcome: Outcome) {
        let event = match outcome {
            Ok(response) => {
                let verified = self.verified(&response.body, asked);
                self.answer = response.body;
                match (verified, self.tails.get(which)) {
                    (Some((mut answer, _)), Some(tail)) => {
                        if answer.kind == AnswerKind::Fenced {
                            answer.kind = AnswerKind::Ok;
                        }
                        about(&tail.store, answer, asked.nonce)
                    }
                    (Some(_) | None, _) => SyncEvent::Failed,
                }
            }
            Err(why) => without_answer(&why),
        };
        self.sync_tail(which, &event);
    }

    fn acknowledge_tail(&mut self, which: usize, upto: u64) {
        let now = self.clock.now().wall;
        let Some(tail) = self.tails.get_mut(which) else {
            return;
        };
        let (epoch, lost) = (tail.epoch(), tail.store.lost());
        let taken = tail
            .store
            .hash_at(upto)
            .and_then(|hash| tail.store.ack(upto, hash, &self.answer, now));
        match taken {
            Ok(()) => info!(epoch, upto, "receipt"),
            Err(error) => error!(%error, epoch, "a receipt could not be kept"),
        }
        if tail.store.lost() != lost {
            self.step(Event::Shredded(self.lost_entries()));
        }
    }

    /// Retention's part of the logs that are over: each for itself, at the place where it was written.
    pub(super) fn retain_tails(
        &mut self,
        until: Timestamp,
        at: Timestamp,
        flags: Flags,
        seat: &Seat,
        witness: Witness,
    ) {
        for which in 0..self.tails.len() {
            let Some(tail) = self.tails.get_mut(which) else {
                continue;
            };
            let epoch = tail.epoch();
            let (venue, gate) = tail.place.unwrap_or((seat.venue, seat.gate));
            let seat = Seat {
                venue,
                gate,
                ..*seat
            };
            match tail.store.retain(until, at, flags, &seat, witness) {
                Ok(None) => {}
                Ok(Some(passed)) => {
                    let Retained {
                        entry,
                        erased,
                        shredded,
                    } = passed;
                    info!(epoch, entry, erased, shredded, "old entries were erased");
                    self.sync_tail(which, &SyncEvent::Appended { seq: entry });
                }
                Err(error) => {
                    error!(%error, epoch, "old entries of an earlier epoch could not be erased");
                }
            }
        }
    }
}
