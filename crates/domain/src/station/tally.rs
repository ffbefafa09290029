//! Today's totals, the last two verdicts, and what can still be taken back.

use crate::screen::{LastVerdict, Outcome, Totals, UndoView};
use crate::time::Timestamp;
use crate::verdict::Reason;

/// Milliseconds in which an admit or let in can be taken back.
pub(super) const UNDO_MS: u64 = 30_000;
/// How many of the last verdicts are shown.
const LAST: usize = 2;

/// A local date: year, month, day.
type Day = (i64, u8, u8);

/// The figures of the venue's local day.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    day: Day,
    today: Totals,
    last: Vec<Recorded>,
    went_in: Vec<WentIn>,
}

/// One of the last verdicts with its log number.
#[derive(Clone, Copy, Debug)]
struct Recorded {
    seq: Option<u64>,
    verdict: LastVerdict,
}

/// An admit or let in that can still be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WentIn {
    /// Its log number.
    pub(super) seq: u64,
    outcome: Outcome,
    at_ms: u64,
    day: Day,
}

impl Tally {
    /// The figures kept from the last run.
    pub(super) fn new(day: Day, today: Totals, last: Vec<LastVerdict>) -> Self {
        let recorded = |verdict| Recorded { seq: None, verdict };
        Self {
            day,
            today,
            last: last.into_iter().take(LAST).map(recorded).collect(),
            went_in: Vec::new(),
        }
    }

    /// Starts again where the local day is another.
    pub(super) fn turn_to(&mut self, day: Day) {
        if day != self.day {
            self.day = day;
            self.today = Totals::default();
        }
    }

    /// Counts an entry that is durable.
    pub(super) fn count(&mut self, outcome: Outcome, seq: u64, now_ms: u64) {
        let total = self.total(outcome);
        *total = total.saturating_add(1);
        match outcome {
            Outcome::Admit | Outcome::LetIn => self.went_in.push(WentIn {
                seq,
                outcome,
                at_ms: now_ms,
                day: self.day,
            }),
            Outcome::Attention | Outcome::Refuse | Outcome::Undecided | Outcome::Emergency => {}
        }
    }

    /// Notes what was shown, stored or not.
    pub(super) fn show(
        &mut self,
        outcome: Outcome,
        reason: Option<Reason>,
        seq: Option<u64>,
        at: Timestamp,
    ) {
        let verdict = LastVerdict {
            outcome,
            reason,
            at,
            undone: false,
        };
        self.last.insert(0, Recorded { seq, verdict });
        self.last.truncate(LAST);
    }

    /// Takes the admit or let in with this number out of what can be undone; none if it is none, or its
    /// time is over.
    pub(super) fn take(&mut self, seq: u64, now_ms: u64) -> Option<WentIn> {
        self.went_in
            .retain(|went_in| now_ms.saturating_sub(went_in.at_ms) < UNDO_MS);
        let at = self.went_in.iter().position(|went_in| went_in.seq == seq)?;

        Some(self.went_in.remove(at))
    }

    /// What was taken can be undone after all: its undoing was not stored.
    pub(super) fn put_back(&mut self, went_in: WentIn) {
        self.went_in.push(went_in);
        self.went_in.sort_unstable_by_key(|went_in| went_in.seq);
    }

    /// An admit or let in no longer counts.
    pub(super) fn undone(&mut self, went_in: WentIn) {
        if went_in.day == self.day {
            let total = self.total(went_in.outcome);
            *total = total.saturating_sub(1);
        }
        for recorded in &mut self.last {
            recorded.verdict.undone |= recorded.seq == Some(went_in.seq);
        }
    }

    /// Today's totals.
    pub(super) fn today(&self) -> Totals {
        self.today
    }

    /// The last verdicts, newest first.
    pub(super) fn last(&self) -> Vec<LastVerdict> {
        self.last.iter().map(|recorded| recorded.verdict).collect()
    }

    /// The newest that can still be undone.
    pub(super) fn undo_view(&self, now_ms: u64) -> Option<UndoView> {
        let newest = self.went_in.last()?;
        let left_ms = UNDO_MS.saturating_sub(now_ms.saturating_sub(newest.at_ms));

        (left_ms > 0).then_some(UndoView {
            seq: newest.seq,
            left_ms,
        })
    }

    fn total(&mut self, outcome: Outcome) -> &mut u32 {
        match outcome {
            Outcome::Admit => &mut self.today.admit,
            Outcome::Attention => &mut self.today.attention,
            Outcome::Refuse => &mut self.today.refuse,
            Outcome::Undecided => &mut self.today.undecided,
            Outcome::LetIn => &mut self.today.let_in,
            Outcome::Emergency => &mut self.today.emergency,
        }
    }
}
