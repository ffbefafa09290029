//! When to send, how much, and how long to wait after what went wrong.

use super::dispute::Standing;
use super::judge::{Judgement, Question, judge};
use super::pace::Pace;
use crate::entry::ChainHash;
use crate::ids::StationId;
use crate::screen::{Dispute, LinkView, SyncView};
use crate::time::{Moment, Timestamp};
use crate::wire::{Answer, MAX_BATCH_ENTRIES};

/// With nothing to send the centre is greeted this often: staff see whether it answers, and the clock is
/// checked.
const GREET_MS: u64 = 900_000;
/// A single entry that was refused as too large this often goes without what it carries.
const ALONE: u32 = 4;

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
    /// The dispute that stood when the program ended.
    pub dispute: Option<Standing>,
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
        /// The last entry that retention erased here.
        gone: u64,
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
    /// The first entry of the batch does not open any more: those up to this number cannot be given.
    Unreadable {
        /// The number.
        upto: u64,
    },
    /// Staff or the clock want an answer now.
    Asked,
    /// Time passed.
    Tick,
}

/// What the shell is to do. After each of the questions it says `Answered`, `Refused` or `Failed`, always one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncAction {
    /// Post a batch of the entries `first..=last`. Where the entries do not fit a batch, say `Refused` with
    /// status 413; where the first of them does not open, say `Unreadable`.
    Send {
        /// First number.
        first: u64,
        /// Last number.
        last: u64,
    },
    /// Post a batch of this entry alone without what it carries, marked as [`crate::entry::SealedEntry::lost`].
    SendBare {
        /// Its number.
        seq: u64,
    },
    /// Post a hello to `/v1/head`.
    Greet,
    /// Post to `/v1/holes` that the entries up to this number cannot be given.
    TellHole {
        /// The number.
        upto: u64,
    },
    /// The centre holds the entries up to this number, or has recorded their hole: their sealed text and token
    /// may go.
    Acknowledge {
        /// The number.
        upto: u64,
    },
    /// The centre disputes our log, or stands behind its own receipt: tell staff and the console. Nothing
    /// leaves.
    Dispute(Judgement),
    /// A single entry is larger than the centre takes.
    EntryTooLarge {
        /// Its number.
        seq: u64,
    },
    /// Keep this dispute for the next start.
    Keep(Option<Standing>),
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
    dispute: Option<Standing>,
    kept: Option<Standing>,
    state: State,
    pace: Pace,
    /// The next question is a greeting, so that the centre sees where our log ends.
    greet: bool,
    /// Up to this number nothing can be given: the centre is to be told.
    hole: Option<u64>,
    /// The entry that was refused as too large when it was sent alone, and how often.
    alone: (u64, u32),
    shown: Option<SyncView>,
}

/// What the outbox waits for. Times are milliseconds of the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// For an answer.
    Answer(Asked),
    /// For something to send, once the centre's own pause is over; at the latest for the next greeting.
    Idle { not_before: u64, until: u64 },
    /// For this time. Staff may cut it short, but not what the centre asked for.
    Pause { not_before: u64, until: u64 },
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// A batch that begins with this number.
    Batch(u64),
    /// This entry without what it carries.
    Bare(u64),
    /// Only a greeting.
    Greeting,
    /// A hole.
    Hole,
}

impl Outbox {
    /// An outbox whose first contact falls due within the spread. `jitter` is a fresh random number.
    #[must_use]
    pub fn new(setup: OutboxSetup, now: Moment, jitter: u64) -> Self {
        Self {
            station: setup.station,
            epoch: setup.epoch,
            highest: setup.highest,
            acked: setup.acked,
            next: setup.acked.saturating_add(1),
            most: most_entries(),
            last_receipt: setup.last_receipt,
            link: LinkView::Untried,
            dispute: setup.dispute,
            kept: setup.dispute,
            state: State::Pause {
                not_before: now.mono_ms,
                until: Pace::first(setup.spread, now, jitter),
            },
            pace: Pace::default(),
            greet: false,
            hole: None,
            alone: (0, 0),
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
                gone,
            } => {
                let question = self.question(*nonce, *gone);
                let judgement = judge(answer, &question, *ours);
                actions.extend(self.answered(judgement, answer, now, jitter));
            }
            SyncEvent::Refused {
                status,
                retry_after,
            } => actions.extend(self.refused(*status, *retry_after, now, jitter)),
            SyncEvent::Failed => self.fail(0, now, jitter),
            SyncEvent::Unreadable { upto } => self.skip(*upto, now),
            SyncEvent::Asked => self.ask(now),
            SyncEvent::Tick => {}
        }
        actions.extend(self.go_on(now));
        if self.kept != self.dispute {
            self.kept = self.dispute;
            actions.push(SyncAction::Keep(self.dispute));
        }
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
            State::Answer(_) => None,
            State::Idle { not_before, .. } if self.waits() => Some(not_before),
            State::Idle { until, .. } | State::Pause { until, .. } => Some(until),
        }
    }

    /// What waits, and the link.
    #[must_use]
    pub fn view(&self) -> SyncView {
        SyncView {
            waiting: self.highest.saturating_sub(self.acked),
            last_receipt: self.last_receipt,
            link: self.link,
            dispute: self.dispute.map(|standing| standing.dispute),
        }
    }

    /// Sends what waits, or greets, once it is time to.
    fn go_on(&mut self, now: Moment) -> Option<SyncAction> {
        if self.due().is_none_or(|due| now.mono_ms < due) {
            return None;
        }
        let (asked, action) = self.next_question();
        self.state = State::Answer(asked);

        Some(action)
    }

    fn next_question(&mut self) -> (Asked, SyncAction) {
        if let Some(upto) = self.hole {
            return (Asked::Hole, SyncAction::TellHole { upto });
        }
        if self.greet || self.next > self.highest {
            return (Asked::Greeting, SyncAction::Greet);
        }
        let first = self.next;
        let (alone, refused) = self.alone;
        if first == alone && refused >= ALONE {
            return (Asked::Bare(first), SyncAction::SendBare { seq: first });
        }
        let last = first
            .saturating_add(self.most.saturating_sub(1))
            .min(self.highest);

        (Asked::Batch(first), SyncAction::Send { first, last })
    }

    fn waits(&self) -> bool {
        self.hole.is_some() || self.next <= self.highest
    }

    /// An answer that is under way is the one asked for.
    fn ask(&mut self, now: Moment) {
        let not_before = match self.state {
            State::Answer(_) => return,
            State::Idle { .. } => now.mono_ms,
            State::Pause { not_before, .. } => not_before.max(now.mono_ms),
        };
        self.state = State::Pause {
            not_before,
            until: not_before,
        };
    }

    fn question(&self, nonce: [u8; 16], gone: u64) -> Question {
        Question {
            station: self.station,
            epoch: self.epoch,
            nonce,
            highest: self.highest,
            acked: self.acked,
            gone,
        }
    }

    fn answered(
        &mut self,
        judgement: Judgement,
        answer: &Answer,
        now: Moment,
        jitter: u64,
    ) -> Vec<SyncAction> {
        let State::Answer(asked) = self.state else {
            return Vec::new();
        };
        if asked == Asked::Hole && judgement != Judgement::Ignore {
            self.hole = None;
        }
        match judgement {
            Judgement::Ack { upto } => {
                self.acknowledge(upto, answer, now);
                return vec![SyncAction::Acknowledge { upto }];
            }
            Judgement::ResendFrom { first } => {
                return self.resend(first, asked, answer, now, jitter);
            }
            // A batch that brings the centre no further would be sent again at once, for ever.
            Judgement::Nothing if asked != Asked::Greeting => {
                self.online(true, now);
                self.back_off(0, now, jitter);
            }
            Judgement::Nothing => self.succeed(true, answer, now),
            Judgement::Hole { upto } => return self.pass_over(upto, answer, now),
            Judgement::Behind { first } => {
                self.dispute(Dispute::Behind, now);
                self.bring_up(first, asked, answer, now, jitter);
            }
            Judgement::Lost { upto } => {
                self.online(false, now);
                self.skip(upto, now);
            }
            Judgement::Fork { .. } => self.quarrel(Dispute::Fork, answer, now, jitter),
            Judgement::Fenced => self.quarrel(Dispute::Fenced, answer, now, jitter),
            Judgement::RolledBack { .. } => {
                self.quarrel(Dispute::RolledBack, answer, now, jitter);
                // A batch does not say where our log ends.
                self.greet = asked != Asked::Greeting;
            }
            Judgement::Ignore => {
                self.fail(0, now, jitter);
                return Vec::new();
            }
        }
        if judgement == Judgement::Nothing {
            return Vec::new();
        }

        vec![SyncAction::Dispute(judgement)]
    }

    fn acknowledge(&mut self, upto: u64, answer: &Answer, now: Moment) {
        self.acked = upto;
        self.next = upto.saturating_add(1);
        self.last_receipt = Some(now.wall);
        self.most = self.most.saturating_mul(2).min(most_entries());
        self.succeed(true, answer, now);
    }

    /// What lies before a gap is stored.
    fn resend(
        &mut self,
        first: u64,
        asked: Asked,
        answer: &Answer,
        now: Moment,
        jitter: u64,
    ) -> Vec<SyncAction> {
        let upto = first.saturating_sub(1);
        let known = upto > self.acked;
        if known {
            self.acknowledge(upto, answer, now);
        }
        self.bring_up(first, asked, answer, now, jitter);

        if known {
            vec![SyncAction::Acknowledge { upto }]
        } else {
            Vec::new()
        }
    }

    /// Goes on with this number, unless that is what was just sent in vain.
    fn bring_up(&mut self, first: u64, asked: Asked, answer: &Answer, now: Moment, jitter: u64) {
        if asked == Asked::Batch(first) || asked == Asked::Bare(first) {
            self.online(false, now);
            self.back_off(0, now, jitter);
        } else {
            self.succeed(false, answer, now);
        }
        self.next = first;
    }

    /// A recorded hole ends what is owed up to there.
    fn pass_over(&mut self, upto: u64, answer: &Answer, now: Moment) -> Vec<SyncAction> {
        let mut actions = vec![SyncAction::Dispute(Judgement::Hole { upto })];
        if upto > self.acked {
            self.acknowledge(upto, answer, now);
            actions.insert(0, SyncAction::Acknowledge { upto });
        } else {
            self.succeed(false, answer, now);
            self.next = upto.saturating_add(1);
        }
        self.dispute(Dispute::Hole, now);

        actions
    }

    /// These entries cannot be given: the centre is told at once.
    fn skip(&mut self, upto: u64, now: Moment) {
        if !matches!(self.state, State::Answer(_)) {
            return;
        }
        self.dispute(Dispute::Hole, now);
        self.hole = Some(upto);
        self.state = State::Idle {
            not_before: now.mono_ms,
            until: now.mono_ms,
        };
    }

    /// The centre signed that it does not go on with us.
    fn quarrel(&mut self, dispute: Dispute, answer: &Answer, now: Moment, jitter: u64) {
        self.online(false, now);
        self.dispute(dispute, now);
        self.back_off(u64::from(answer.next_after), now, jitter);
    }

    /// The centre answered well. It may ask for a pause before the next question.
    fn succeed(&mut self, level: bool, answer: &Answer, now: Moment) {
        self.online(level, now);
        self.pace.succeeded();
        self.state = State::Idle {
            not_before: Pace::wished(u64::from(answer.next_after), now),
            until: now.mono_ms.saturating_add(GREET_MS),
        };
    }

    /// The centre signed an answer. `level`: it stands where its receipts say.
    fn online(&mut self, level: bool, now: Moment) {
        self.greet = false;
        self.link = LinkView::Online;
        self.dispute = self
            .dispute
            .and_then(|standing| standing.answered(level, now.wall));
    }

    fn dispute(&mut self, dispute: Dispute, now: Moment) {
        self.dispute = Some(Standing::after(self.dispute, dispute, now.wall));
    }

    fn refused(
        &mut self,
        status: u16,
        retry_after: Option<u64>,
        now: Moment,
        jitter: u64,
    ) -> Option<SyncAction> {
        let State::Answer(asked) = self.state else {
            return None;
        };
        match (status, asked) {
            (413, Asked::Batch(seq)) if self.most <= 1 => {
                let (alone, refused) = self.alone;
                let before = if alone == seq { refused } else { 0 };
                self.alone = (seq, before.saturating_add(1));
                self.dispute(Dispute::TooLarge, now);
                self.back_off(0, now, jitter);
                return Some(SyncAction::EntryTooLarge { seq });
            }
            (413, Asked::Batch(first)) => {
                let sent = self.highest.saturating_sub(first).saturating_add(1);
                self.most = (self.most.min(sent) / 2).max(1);
                self.state = State::Pause {
                    not_before: now.mono_ms,
                    until: now.mono_ms,
                };
            }
            (429 | 503, _) => {
                let wish = retry_after.unwrap_or(0);
                self.fail(wish, now, jitter);
                if let State::Pause { not_before, .. } = &mut self.state {
                    *not_before = Pace::wished(wish, now);
                }
            }
            (401 | 403, _) => {
                self.dispute(Dispute::NotKnown, now);
                self.fail(0, now, jitter);
            }
            (400..=499, _) => {
                self.dispute(Dispute::Refused, now);
                self.fail(0, now, jitter);
            }
            _ => self.fail(retry_after.unwrap_or(0), now, jitter),
        }

        None
    }

    /// Nothing that the centre signed came. A dispute stands on.
    fn fail(&mut self, wish: u64, now: Moment, jitter: u64) {
        if !matches!(self.state, State::Answer(_)) {
            return;
        }
        self.back_off(wish, now, jitter);
        self.link = match self.link {
            LinkView::Offline { since } => LinkView::Offline { since },
            LinkView::Untried | LinkView::Online => LinkView::Offline { since: now.wall },
        };
    }

    /// What was sent and not acknowledged is sent again.
    fn back_off(&mut self, wish: u64, now: Moment, jitter: u64) {
        self.next = self.acked.saturating_add(1);
        self.state = State::Pause {
            not_before: now.mono_ms,
            until: self.pace.failed(wish, now, jitter),
        };
    }
}

fn most_entries() -> u64 {
    u64::try_from(MAX_BATCH_ENTRIES).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
