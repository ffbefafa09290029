//! When to send, how much, and how long to wait after what went wrong.

use super::judge::{Judgement, Question, judge};
use crate::entry::ChainHash;
use crate::ids::StationId;
use crate::screen::{LinkView, SyncView};
use crate::time::{Moment, Timestamp};
use crate::wire::{Answer, MAX_BATCH_ENTRIES};

/// The first pause after a failure falls anywhere up to this.
const FIRST_PAUSE_MS: u64 = 2_000;
/// No pause is longer, whatever the centre asks for.
const LONGEST_PAUSE_MS: u64 = 900_000;
/// With nothing to send the centre is greeted this often: staff see whether it answers, and the clock is
/// checked.
const GREET_MS: u64 = 900_000;

/// Where the log and its receipts stood when the program started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboxSetup {
    /// Us.
    pub station: StationId,
    /// Our epoch.
    pub epoch: u32,
    /// The last entry of the epoch; 0 for none.
    pub highest: u64,
    /// The last entry with a receipt; 0 for none.
    pub acked: u64,
    /// When the last receipt came.
    pub last_receipt: Option<Timestamp>,
    /// The first contact falls anywhere in this many seconds, so that a city's stations do not all ask at
    /// once after a power cut. 0 asks at once.
    pub spread: u32,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncEvent {
    /// An entry was added to the log.
    Appended {
        /// Its number.
        seq: u64,
    },
    /// A signed answer to our question verified against the receipt keys in `trust`.
    Answered {
        /// The answer.
        answer: Answer,
        /// The nonce of the question.
        nonce: [u8; 16],
        /// Our own hash of the entry `answer.acked_seq`; the genesis hash for 0.
        ours: Option<ChainHash>,
    },
    /// The centre answered with an HTTP status other than 2xx, which nobody signed.
    Refused {
        /// The HTTP status.
        status: u16,
        /// `Retry-After`, in seconds.
        retry_after: Option<u64>,
    },
    /// No usable answer: no connection, cut off, timed out, unsigned, unreadable.
    Failed,
    /// Staff or the clock want an answer now.
    Asked,
    /// Time passed.
    Tick,
}

/// What the shell is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncAction {
    /// Post a batch of the entries `first..=last`; then say `Answered`, `Refused` or `Failed`, always one.
    /// Where the entries do not fit a batch, say `Refused` with status 413.
    Send {
        /// First number.
        first: u64,
        /// Last number.
        last: u64,
    },
    /// Post a hello to `/v1/head`; then say `Answered`, `Refused` or `Failed`, always one.
    Greet,
    /// The centre holds the entries up to this number: their sealed text and token may go.
    Acknowledge {
        /// The number.
        upto: u64,
    },
    /// The centre disputes our log, or stands behind its own receipt: tell staff and the console. Nothing
    /// leaves.
    Dispute(Judgement),
    /// A single entry is larger than the centre takes: it is tried again later, and must be looked at.
    EntryTooLarge {
        /// Its number.
        seq: u64,
    },
    /// What waits, or the link, changed.
    Changed(SyncView),
}

/// The entries that wait for a receipt. One question is under way at a time.
#[derive(Clone, Debug)]
pub struct Outbox {
    station: StationId,
    epoch: u32,
    highest: u64,
    acked: u64,
    next: u64,
    most: u64,
    last_receipt: Option<Timestamp>,
    link: LinkView,
    state: State,
    failures: u32,
    shown: Option<SyncView>,
}

/// What the outbox waits for. Times are milliseconds of the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// For an answer to a batch (its first number) or a greeting (none).
    Answer { first: Option<u64> },
    /// For something to send, once the centre's own pause is over; at the latest for the next greeting.
    Idle { not_before: u64, until: u64 },
    /// For this time.
    Pause { until: u64 },
}

impl Outbox {
    /// An outbox whose first contact falls due within the spread. `jitter` is a fresh random number.
    #[must_use]
    pub fn new(setup: OutboxSetup, now: Moment, jitter: u64) -> Self {
        let spread_ms = u64::from(setup.spread).saturating_mul(1_000);
        let until = now.mono_ms.saturating_add(within(spread_ms, jitter));

        Self {
            station: setup.station,
            epoch: setup.epoch,
            highest: setup.highest,
            acked: setup.acked,
            next: setup.acked.saturating_add(1),
            most: most_entries(),
            last_receipt: setup.last_receipt,
            link: LinkView::Untried,
            state: State::Pause { until },
            failures: 0,
            shown: None,
        }
    }

    /// Takes one event and says what is to be done, in order. `jitter` is a fresh random number.
    pub fn step(&mut self, event: &SyncEvent, now: Moment, jitter: u64) -> Vec<SyncAction> {
        let mut actions = Vec::new();
        match event {
            SyncEvent::Appended { seq } => self.highest = self.highest.max(*seq),
            SyncEvent::Answered {
                answer,
                nonce,
                ours,
            } => actions.extend(self.answered(answer, *nonce, *ours, now, jitter)),
            SyncEvent::Refused {
                status,
                retry_after,
            } => actions.extend(self.refused(*status, *retry_after, now, jitter)),
            SyncEvent::Failed => self.fail(now, jitter),
            SyncEvent::Asked => self.ask(now),
            SyncEvent::Tick => {}
        }
        actions.extend(self.go_on(now));
        let view = self.view();
        if self.shown != Some(view) {
            self.shown = Some(view);
            actions.push(SyncAction::Changed(view));
        }

        actions
    }

    /// When a [`SyncEvent::Tick`] is wanted next, on the monotonic clock; none while an answer is awaited.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        match self.state {
            State::Answer { .. } => None,
            State::Idle { not_before, .. } if self.waits() => Some(not_before),
            State::Idle { until, .. } | State::Pause { until } => Some(until),
        }
    }

    /// What waits, and the link.
    #[must_use]
    pub fn view(&self) -> SyncView {
        SyncView {
            waiting: self.highest.saturating_sub(self.acked),
            last_receipt: self.last_receipt,
            link: self.link,
        }
    }

    /// Sends what waits, or greets, once it is time to.
    fn go_on(&mut self, now: Moment) -> Option<SyncAction> {
        if self.due().is_none_or(|due| now.mono_ms < due) {
            return None;
        }
        if !self.waits() {
            self.state = State::Answer { first: None };
            return Some(SyncAction::Greet);
        }
        let first = self.next;
        let last = first
            .saturating_add(self.most.saturating_sub(1))
            .min(self.highest);
        self.state = State::Answer { first: Some(first) };

        Some(SyncAction::Send { first, last })
    }

    fn waits(&self) -> bool {
        self.next <= self.highest
    }

    /// An answer that is under way is the one asked for.
    fn ask(&mut self, now: Moment) {
        match self.state {
            State::Answer { .. } => {}
            State::Idle { .. } | State::Pause { .. } => {
                self.state = State::Pause { until: now.mono_ms };
            }
        }
    }

    fn answered(
        &mut self,
        answer: &Answer,
        nonce: [u8; 16],
        ours: Option<ChainHash>,
        now: Moment,
        jitter: u64,
    ) -> Option<SyncAction> {
        let State::Answer { first } = self.state else {
            return None;
        };
        let question = Question {
            station: self.station,
            epoch: self.epoch,
            nonce,
            highest: self.highest,
            acked: self.acked,
            again: first.is_some_and(|first| first <= self.acked),
        };
        let judgement = judge(answer, &question, ours);
        match judgement {
            Judgement::Ack { upto } => {
                self.acknowledge(upto, answer, now);
                Some(SyncAction::Acknowledge { upto })
            }
            // A batch that brings the centre no further would be sent again at once, for ever.
            Judgement::Nothing if first.is_some() => {
                self.back_off(now, jitter);
                None
            }
            Judgement::Nothing => {
                self.succeed(answer, now);
                None
            }
            Judgement::ResendFrom { first: resend } => {
                let known = resend.saturating_sub(1) > self.acked;
                let upto = resend.saturating_sub(1);
                self.acknowledge(upto.max(self.acked), answer, now);
                if first == Some(resend) {
                    self.back_off(now, jitter);
                }
                self.next = resend;
                known.then_some(SyncAction::Acknowledge { upto })
            }
            Judgement::Behind { first: resend } => {
                self.succeed(answer, now);
                // What brings the centre no further would be sent again at once, for ever.
                if first == Some(resend) {
                    self.back_off(now, jitter);
                }
                self.next = resend;
                self.link = LinkView::Disputed;
                Some(SyncAction::Dispute(judgement))
            }
            Judgement::Fork | Judgement::Fenced | Judgement::Hole => {
                self.back_off(now, jitter);
                self.link = LinkView::Disputed;
                Some(SyncAction::Dispute(judgement))
            }
            Judgement::Ignore => {
                self.fail(now, jitter);
                None
            }
        }
    }

    fn acknowledge(&mut self, upto: u64, answer: &Answer, now: Moment) {
        self.acked = upto;
        self.next = upto.saturating_add(1);
        self.last_receipt = Some(now.wall);
        self.most = self.most.saturating_mul(2).min(most_entries());
        self.succeed(answer, now);
    }

    /// The centre answered well. It may ask for a pause before the next question.
    fn succeed(&mut self, answer: &Answer, now: Moment) {
        self.failures = 0;
        self.link = LinkView::Online;
        let not_before = now
            .mono_ms
            .saturating_add(capped_ms(u64::from(answer.next_after)));
        let until = now.mono_ms.saturating_add(GREET_MS);
        self.state = State::Idle { not_before, until };
    }

    fn refused(
        &mut self,
        status: u16,
        retry_after: Option<u64>,
        now: Moment,
        jitter: u64,
    ) -> Option<SyncAction> {
        let State::Answer { first } = self.state else {
            return None;
        };
        match (status, first) {
            (413, Some(seq)) if self.most <= 1 => {
                self.back_off(now, jitter);
                self.link = LinkView::Disputed;
                return Some(SyncAction::EntryTooLarge { seq });
            }
            (413, Some(first)) => {
                let sent = self.highest.saturating_sub(first).saturating_add(1);
                self.most = (self.most.min(sent) / 2).max(1);
                self.state = State::Pause { until: now.mono_ms };
            }
            (429 | 503, _) => {
                self.fail(now, jitter);
                if let Some(seconds) = retry_after {
                    let until = now.mono_ms.saturating_add(capped_ms(seconds));
                    self.state = State::Pause { until };
                }
            }
            (400..=499, _) => {
                self.back_off(now, jitter);
                self.link = LinkView::Disputed;
            }
            _ => self.fail(now, jitter),
        }

        None
    }

    fn fail(&mut self, now: Moment, jitter: u64) {
        if !matches!(self.state, State::Answer { .. }) {
            return;
        }
        self.back_off(now, jitter);
        self.link = match self.link {
            LinkView::Offline { since } => LinkView::Offline { since },
            LinkView::Untried | LinkView::Online | LinkView::Disputed => {
                LinkView::Offline { since: now.wall }
            }
        };
    }

    /// Full jitter: anywhere up to a bound that doubles with every failure. What was sent and not
    /// acknowledged is sent again.
    fn back_off(&mut self, now: Moment, jitter: u64) {
        let bound = FIRST_PAUSE_MS
            .saturating_mul(2_u64.saturating_pow(self.failures))
            .min(LONGEST_PAUSE_MS);
        self.failures = self.failures.saturating_add(1);
        self.next = self.acked.saturating_add(1);
        self.state = State::Pause {
            until: now.mono_ms.saturating_add(within(bound, jitter)),
        };
    }
}

/// Anywhere from 0 to `bound`, both included.
fn within(bound: u64, jitter: u64) -> u64 {
    jitter
        .checked_rem(bound.saturating_add(1))
        .unwrap_or_default()
}

fn capped_ms(seconds: u64) -> u64 {
    seconds.saturating_mul(1_000).min(LONGEST_PAUSE_MS)
}

fn most_entries() -> u64 {
    u64::try_from(MAX_BATCH_ENTRIES).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
