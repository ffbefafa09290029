//! Receipts that came back on a stick.

use domain::cbor;
use domain::sync::{Judgement, Late, Question, Standing, judge_late};
use domain::time::Timestamp;
use domain::wire::Answer;
use tracing::error;

use super::{Pending, STICK_STATE, Visit};
use crate::controller::CLOCK_STATE;
use crate::enrol::DISPUTE_STATE;
use crate::store::StoreError;

/// Long enough ago that an answer clears no doubt about the clock (SECURITY.md §5).
const LATE_MS: u64 = u64::MAX;

impl Visit {
    /// Takes an answer as it would be taken off the line, only late. None if it is not the centre's answer to a
    /// question that this log asked by stick.
    pub(super) fn take_answer(&mut self, bytes: &[u8]) -> Result<Option<Judgement>, StoreError> {
        let receipt = self.library.trust().receipt();
        let Some((answer, key)) = Answer::verify(bytes, &receipt) else {
            return Ok(None);
        };
        let store = &self.store;
        if answer.station != store.station() {
            return Ok(None);
        }
        let Some(asked) = store.asked_at(answer.nonce) else {
            return Ok(None);
        };
        self.floor
            .answered(key, answer.server_time, LATE_MS, self.now);
        let question = Question {
            station: store.station(),
            epoch: store.head().epoch,
            nonce: answer.nonce,
            highest: store.head().seq,
            acked: store.acked().seq,
            gone: store.gone().seq,
        };
        let ours = match store.hash_at(answer.acked_seq) {
            Ok(hash) => Some(hash),
            Err(StoreError::NotOurs) => None,
            Err(error) => return Err(error),
        };
        let late = Late {
            asked,
            newest: self.newest_receipt()?,
        };
        let judgement = judge_late(&answer, &question, ours, late);
        self.follow(judgement, bytes)?;

        Ok(Some(judgement))
    }

    /// The centre's time in the receipt that is held.
    fn newest_receipt(&self) -> Result<Option<Timestamp>, StoreError> {
        let keys = self.library.trust().receipt();
        let held = self.store.receipt()?;
        let held = held.and_then(|bytes| Answer::verify(&bytes, &keys));

        Ok(held.map(|(answer, _)| answer.server_time))
    }

    fn follow(&mut self, judgement: Judgement, bytes: &[u8]) -> Result<(), StoreError> {
        let acked = self.store.acked().seq;
        match judgement {
            Judgement::Ack { upto } | Judgement::Hole { upto } if upto > acked => {
                self.acknowledge(upto, bytes)?;
            }
            Judgement::ResendFrom { first } if first.saturating_sub(1) > acked => {
                self.acknowledge(first.saturating_sub(1), bytes)?;
            }
            // The centre stands where the receipt does: it is not behind any more.
            Judgement::Nothing | Judgement::ResendFrom { .. } => self.pending = Pending::default(),
            Judgement::Hole { upto } => {
                self.pending = Pending {
                    resend: Some(upto.saturating_add(1)),
                    hole: None,
                };
            }
            Judgement::Behind { first } => {
                self.pending = Pending {
                    resend: Some(first),
                    hole: None,
                };
            }
            // Nothing up to there is here, wherever the centre stands.
            Judgement::Lost { upto } => {
                self.pending = Pending {
                    resend: Some(1),
                    hole: Some(upto),
                };
            }
            Judgement::RolledBack { .. } | Judgement::Fork { astray: true } => {
                error!(
                    ?judgement,
                    "the centre disputes this station's log: tell the authority"
                );
                self.store.raise_alarm()?;
            }
            Judgement::Ack { .. }
            | Judgement::Fenced
            | Judgement::Fork { astray: false }
            | Judgement::Ignore => {}
        }

        self.keep_dispute(judgement)
    }

    fn acknowledge(&mut self, upto: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let hash = self.store.hash_at(upto)?;
        self.store.ack(upto, hash, bytes, self.now.wall)?;
        self.pending = Pending::default();

        Ok(())
    }

    fn keep_dispute(&mut self, judgement: Judgement) -> Result<(), StoreError> {
        let kept = self.store.saved(DISPUTE_STATE)?;
        let held = kept.and_then(|bytes| Standing::decode(&bytes));
        let stands = Standing::late(held, &judgement, self.now.wall);
        if stands != held {
            self.store.save(DISPUTE_STATE, &Standing::encode(stands))?;
        }

        Ok(())
    }

    /// Keeps what the answers said, for the next start and the next stick.
    pub(super) fn keep(&mut self) -> Result<(), StoreError> {
        let clock = self.floor.state().encode();
        let pending = self.pending.encode(self.store.acked());
        let nothing = cbor::encode(&cbor::Value::Null);
        for (name, value) in [(CLOCK_STATE, clock), (STICK_STATE, pending)] {
            let held = self.store.saved(name)?;
            if held.as_ref().unwrap_or(&nothing) != &value {
                self.store.save(name, &value)?;
            }
        }

        Ok(())
    }
}
