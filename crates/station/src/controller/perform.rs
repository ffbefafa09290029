//! Doing what the machine asks for.

use std::collections::VecDeque;

use domain::entry::{Flags, NewEntry, Sealer, Witness};
use domain::screen::{OperatorScreen, Stage};
use domain::station::{Action, Event, Ticket};
use domain::sync::SyncEvent;
use domain::time::Timestamp;
use thiserror::Error;
use tracing::{error, warn};

use super::Happening;
use super::station::Station;
use crate::store::{Beside, Seat, StoreError};

/// Why an entry did not reach the log.
#[derive(Debug, Error)]
pub(super) enum NotStored {
    /// The trust list names no sealing key at all.
    #[error("the trust list names no key to seal entries to: get a new one from the authority")]
    NoSealingKey,
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Station {
    /// In order. What a stored entry leads to comes after the rest: the screen that says "storing" must not
    /// cover the verdict.
    pub(super) fn perform(&mut self, actions: Vec<Action>) {
        let mut waiting = VecDeque::from(actions);
        while let Some(action) = waiting.pop_front() {
            match action {
                Action::Store {
                    ticket,
                    entry,
                    remember,
                    outcome,
                    emergency,
                } => {
                    let beside = Beside {
                        remember,
                        outcome,
                        emergency,
                    };
                    waiting.extend(self.store(ticket, *entry, beside));
                }
                Action::Show(screen) => self.show(*screen),
                Action::SyncNow => {
                    self.sync(&SyncEvent::Asked);
                    self.ask_for_tails();
                }
                Action::UseDemoCamera => waiting.extend(self.use_demo_camera()),
                Action::UseWebcam(name) => waiting.extend(self.use_webcam(&name)),
                Action::KeepClock(state) => self.keep_clock(&state.encode()),
            }
        }
    }

    fn show(&mut self, screen: OperatorScreen) {
        let asked = match &screen.stage {
            Stage::Comparing { .. } => true,
            Stage::Verdict(verdict) => verdict.may_let_in,
            Stage::Watching
            | Stage::Storing { .. }
            | Stage::LetIn { .. }
            | Stage::Emergency { .. }
            | Stage::Undone { .. } => false,
        };
        if let Some(camera) = &self.look.camera {
            camera.busy(asked);
        }
        (self.screens)(screen);
    }

    /// Makes an entry durable and tells the machine what came of it.
    fn store(&mut self, ticket: Ticket, entry: NewEntry, beside: Beside) -> Vec<Action> {
        let event = match self.append(entry, beside) {
            Ok(seq) => {
                (self.happenings)(Happening::Durable { seq });
                self.appended.push(seq);
                Event::EntryStored { ticket, seq }
            }
            Err(error) => {
                error!(%error, "an entry could not be stored");
                Event::StoreFailed { ticket }
            }
        };

        self.machine.step(event, self.clock.now())
    }

    fn append(&mut self, mut entry: NewEntry, beside: Beside) -> Result<u64, NotStored> {
        let (seat, overrun) = self.seat(entry.at)?;
        if overrun {
            entry.flags = entry.flags | Flags::SEAL_OVERRUN;
        }
        if self.library.trust().demo {
            entry.flags = entry.flags | Flags::DEMO;
        }
        let (seq, _) = self.store.append(&entry, &seat, self.witness(), beside)?;

        Ok(seq)
    }

    /// Where and to whom entries of this time are made, and whether the key is one that has run out.
    pub(super) fn seat(&self, at: Timestamp) -> Result<(Seat, bool), NotStored> {
        let assignment = self.library.assignment();
        let (key, overrun) = self
            .library
            .trust()
            .sealing(at, self.machine.floor())
            .ok_or(NotStored::NoSealingKey)?;
        let seat = Seat {
            venue: assignment.venue.id,
            gate: assignment.gate,
            utc_offset_minutes: assignment.venue.utc_offset_minutes,
            sealer: Sealer {
                authority: assignment.header.authority,
                key,
            },
        };

        Ok((seat, overrun))
    }

    pub(super) fn witness(&self) -> Witness {
        Witness {
            boot: self.boot,
            mono_ms: self.clock.now().mono_ms,
        }
    }

    fn keep_clock(&mut self, state: &[u8]) {
        if let Err(error) = self.store.save(super::open::CLOCK_STATE, state) {
            warn!(%error, "the floor of time could not be kept");
        }
    }
}
