//! One station that is played: it greets, sends what is due, obeys refusals, and asks at the end what is held of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::wire::{Answer, AnswerKind};
use station::{Caller, Clock, NoAnswer, Outcome, Request};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::chain::{Bodies, Chain, Made, Stand};
use super::schedule::Schedule;
use super::{LoadError, Terms};
use crate::{Failure, random};

/// Where the server says nothing of when to come again.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest that a refusal may ask for.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Tries at the beginning and at the end.
const TRIES: u32 = 30;

/// How far a run may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Going {
    /// Until the end of the plan.
    On,
    /// No further batch.
    Ending,
    /// What is under way is cut.
    Cut,
}

/// A station.
pub(super) struct Player {
    number: u32,
    caller: Caller,
    chain: Chain,
    terms: Arc<Terms>,
    bodies: Arc<Bodies>,
    clock: Clock,
    acked: Stand,
    tally: Tally,
}

/// What it measured.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) times: Vec<Duration>,
    pub(super) last: Option<Instant>,
    pub(super) refusals: BTreeMap<String, u64>,
    pub(super) overdue: u64,
    pub(super) unanswered: u64,
    pub(super) acknowledged: u64,
    /// Entries held of it before; then afterwards, where it learnt that; then missing ones.
    pub(super) before: u64,
    pub(super) after: Option<u64>,
    pub(super) missing: u64,
}

/// What became of a batch that was sent once.
enum Sent {
    Acknowledged,
    Later { cause: String, pause: Duration },
}

impl Player {
    pub(super) fn new(
        number: u32,
        caller: Caller,
        chain: Chain,
        terms: Arc<Terms>,
        bodies: Arc<Bodies>,
    ) -> Self {
        Self {
            number,
            caller,
            acked: chain.stand(),
            chain,
            terms,
            bodies,
            clock: Clock::new(0),
            tally: Tally::default(),
        }
    }

    /// Connects, and goes on where the server stands.
    pub(super) async fn greet(&mut self) -> Result<(), Failure> {
        let answer = self.ask_for_head().await?;
        if answer.kind != AnswerKind::Ok {
            return Err(LoadError::Disputed.into());
        }
        if answer.acked_seq > 0 {
            self.acked = stand_of(&answer);
            self.chain.go_on_from(self.acked);
        }
        self.tally.before = answer.acked_seq;

        Ok(())
    }

    /// Sends batches until the plan ends or it is told to end.
    pub(super) async fn play(
        &mut self,
        schedule: Schedule,
        going: watch::Receiver<Going>,
    ) -> Result<(), Failure> {
        let mut turn = 0;
        loop {
            // Made while there is time, so that the making is not in the figure.
            let made = self.make()?;
            let due = schedule.due(self.number, turn);
            if due.is_some_and(|due| due >= schedule.end) || !wait(due, &going).await {
                break;
            }
            let now = Instant::now();
            if due.is_none() && now >= schedule.end {
                break;
            }
            if !self.deliver(&made, due.unwrap_or(now), &going).await? {
                self.tally.unanswered += 1;
                turn += 1;
                break;
            }
            turn += 1;
        }
        self.tally.overdue = schedule.missed(self.number, turn, Instant::now());

        Ok(())
    }

    /// Asks what is held, and compares it with what was acknowledged.
    pub(super) async fn take_leave(&mut self) {
        let Ok(answer) = self.ask_for_head().await else {
            return;
        };
        let held = stand_of(&answer);
        self.tally.after = Some(held.seq);
        // What was sent and not acknowledged may be there or not; it is ours either way.
        let ours = held == self.acked || held.seq > self.acked.seq;
        if !ours {
            let lost = self.acked.seq.saturating_sub(held.seq);
            self.tally.missing = lost.max(1);
        }
    }

    /// What it measured.
    pub(super) fn into_tally(self) -> Tally {
        self.tally
    }

    fn make(&mut self) -> Result<Made, Failure> {
        let nonce = random::fresh()?.into_bytes();
        let now = self.clock.now().wall;

        Ok(self
            .chain
            .batch(self.terms.batch, &self.bodies, now, nonce)
            .map_err(LoadError::Batch)?)
    }

    /// Sends a batch until it is acknowledged; `false` if the end came first.
    async fn deliver(
        &mut self,
        made: &Made,
        from: Instant,
        going: &watch::Receiver<Going>,
    ) -> Result<bool, Failure> {
        loop {
            let mut cut = going.clone();
            let outcome = tokio::select! {
                outcome = self.caller.ask(Request::Batch(made.bytes.clone())) => outcome,
                _ = cut.wait_for(|going| *going == Going::Cut) => return Ok(false),
            };
            match self.judge(made, outcome)? {
                Sent::Acknowledged => {
                    let now = Instant::now();
                    self.tally.times.push(now.duration_since(from));
                    self.tally.last = Some(now);
                    self.tally.acknowledged += made.after.seq - self.acked.seq;
                    self.acked = made.after;
                    return Ok(true);
                }
                Sent::Later { cause, pause } => {
                    *self.tally.refusals.entry(cause).or_default() += 1;
                    if !wait(Some(Instant::now() + pause), going).await {
                        return Ok(false);
                    }
                }
            }
        }
    }

    /// An answer counts only signed, to our question, with our hash.
    fn judge(&self, made: &Made, outcome: Outcome) -> Result<Sent, Failure> {
        let body = match outcome {
            Ok(response) => response.body,
            Err(why) => return Ok(later(why)?),
        };
        let Some(answer) = self.read(&body, made.nonce) else {
            return Ok(Sent::Later {
                cause: "an answer that is not the centre's".to_owned(),
                pause: PAUSE,
            });
        };
        if answer.kind != AnswerKind::Ok || stand_of(&answer) != made.after {
            return Err(LoadError::Disputed.into());
        }

        Ok(Sent::Acknowledged)
    }

    fn read(&self, body: &[u8], nonce: [u8; 16]) -> Option<Answer> {
        let (answer, _) = Answer::verify(body, &self.terms.receipt)?;
        let given = self.chain.assignment();
        let ours =
            answer.nonce == nonce && answer.station == given.station && answer.epoch == given.epoch;

        ours.then_some(answer)
    }

    async fn ask_for_head(&self) -> Result<Answer, Failure> {
        let mut tries = 0;
        loop {
            let nonce = random::fresh()?.into_bytes();
            let outcome = self
                .caller
                .ask(Request::Head(self.chain.hello(nonce)))
                .await;
            tries += 1;
            match outcome {
                Ok(response) => {
                    return self
                        .read(&response.body, nonce)
                        .ok_or_else(|| LoadError::Unsigned.into());
                }
                Err(NoAnswer::Unreachable) if tries >= TRIES => {
                    return Err(LoadError::NoAnswer(NoAnswer::Unreachable).into());
                }
                Err(why) => match later(why)? {
                    Sent::Later { pause, .. } if tries < TRIES => sleep(pause).await,
                    Sent::Later { .. } | Sent::Acknowledged => {
                        return Err(LoadError::NoAnswer(NoAnswer::Unreachable).into());
                    }
                },
            }
        }
    }
}

/// When to send again; an error where that would not help.
fn later(why: NoAnswer) -> Result<Sent, LoadError> {
    let (cause, asked) = match why {
        NoAnswer::Refused { status: 401, .. } => return Err(LoadError::Unknown),
        NoAnswer::Refused {
            status,
            retry_after,
        } if matches!(status, 408 | 429 | 500..) => (status.to_string(), retry_after),
        NoAnswer::Refused { .. } | NoAnswer::TooLarge | NoAnswer::Untrusted | NoAnswer::Closed => {
            return Err(LoadError::NoAnswer(why));
        }
        NoAnswer::Unreachable => ("no answer".to_owned(), None),
    };
    let pause = asked.map_or(PAUSE, Duration::from_secs).min(LONGEST_PAUSE);

    Ok(Sent::Later { cause, pause })
}

fn stand_of(answer: &Answer) -> Stand {
    Stand {
        seq: answer.acked_seq,
        hash: domain::entry::ChainHash(answer.acked_hash),
    }
}

/// Waits for a time; `false` if the run ends before it.
async fn wait(until: Option<Instant>, going: &watch::Receiver<Going>) -> bool {
    let mut ending = going.clone();
    if let Some(until) = until {
        // Its sender lives as long as anyone plays.
        tokio::select! {
            () = sleep_until(until) => {}
            _ = ending.wait_for(|going| *going != Going::On) => {}
        }
    }

    *going.borrow() == Going::On
}
