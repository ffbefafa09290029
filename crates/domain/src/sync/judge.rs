//! What a signed answer allows (SECURITY.md §7): a row leaves only when an answer names its number with our
//! hash. Older, foreign, higher or other-hash answers change nothing.

use crate::entry::ChainHash;
use crate::ids::StationId;
use crate::wire::{Answer, AnswerKind};

/// What we asked, and where our log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Us.
    pub station: StationId,
    /// Our epoch.
    pub epoch: u32,
    /// The nonce of the batch or hello that was answered.
    pub nonce: [u8; 16],
    /// Our last entry.
    pub highest: u64,
    /// The last entry that we hold a receipt for.
    pub acked: u64,
    /// The question was a batch that began with entries that have a receipt, after [`Judgement::Behind`].
    pub again: bool,
}

/// What to make of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Every entry up to this number is stored there; their rows may leave.
    Ack {
        /// The number.
        upto: u64,
    },
    /// Stored as before; nothing new.
    Nothing,
    /// Entries are missing there: send from this number. What lies before it is stored there.
    ResendFrom {
        /// The number.
        first: u64,
    },
    /// Another branch is stored under our numbers. Nothing leaves.
    Fork,
    /// Our epoch is over. Nothing leaves.
    Fenced,
    /// The centre stands behind a receipt that it gave us: it came back from an older copy. From this number
    /// on it gets what we still hold of those entries, cores and hashes, so that the chain goes on. Nothing
    /// leaves.
    Behind {
        /// The number.
        first: u64,
    },
    /// The centre stands behind a receipt that it gave us, on no chain of ours. Nothing leaves.
    Hole,
    /// Not for us, not about what we hold, or older than what we know: it changes nothing.
    Ignore,
}

/// Judges an answer whose signature was verified against the receipt keys in `trust`. `ours` is our own
/// hash of the entry that it names; none if we hold no such row (for number 0 the genesis hash).
#[must_use]
pub fn judge(answer: &Answer, question: &Question, ours: Option<ChainHash>) -> Judgement {
    let for_us = answer.station == question.station
        && answer.epoch == question.epoch
        && answer.nonce == question.nonce;
    if !for_us {
        return Judgement::Ignore;
    }
    let named = answer.acked_seq;
    let same_hash = ours == Some(ChainHash(answer.acked_hash));
    match answer.kind {
        AnswerKind::Fork => Judgement::Fork,
        AnswerKind::Fenced => Judgement::Fenced,
        AnswerKind::Hole => Judgement::Hole,
        AnswerKind::Ok | AnswerKind::Gap if named > question.highest => Judgement::Ignore,
        // Before the first entry there is no row to compare: everything is still here to be sent.
        AnswerKind::Gap if named == 0 && question.acked == 0 => Judgement::ResendFrom { first: 1 },
        AnswerKind::Gap if named < question.acked && (same_hash || named == 0) => {
            Judgement::Behind {
                first: named.saturating_add(1),
            }
        }
        AnswerKind::Gap if named < question.acked => Judgement::Hole,
        AnswerKind::Ok if question.again && named < question.acked && same_hash => {
            Judgement::Behind {
                first: named.saturating_add(1),
            }
        }
        AnswerKind::Gap if same_hash => Judgement::ResendFrom {
            first: named.saturating_add(1),
        },
        AnswerKind::Ok if named == question.acked && (same_hash || named == 0) => {
            Judgement::Nothing
        }
        AnswerKind::Ok if named > question.acked && same_hash => Judgement::Ack { upto: named },
        AnswerKind::Ok | AnswerKind::Gap => Judgement::Ignore,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    const QUESTION: Question = Question {
        station: StationId([1; 16]),
        epoch: 3,
        nonce: [9; 16],
        highest: 10,
        acked: 4,
        again: false,
    };

    fn answer(kind: AnswerKind, acked_seq: u64) -> Answer {
        Answer {
            kind,
            station: StationId([1; 16]),
            epoch: 3,
            acked_seq,
            acked_hash: [7; 32],
            nonce: [9; 16],
            server_time: Timestamp(0),
            next_after: 0,
        }
    }

    fn judged(answer: &Answer) -> Judgement {
        judge(answer, &QUESTION, Some(ChainHash([7; 32])))
    }

    #[test]
    fn rows_leave_up_to_the_number_that_is_named_with_our_hash() {
        for (seq, judgement) in [
            (5, Judgement::Ack { upto: 5 }),
            (10, Judgement::Ack { upto: 10 }),
            (4, Judgement::Nothing),
        ] {
            assert_eq!(judged(&answer(AnswerKind::Ok, seq)), judgement);
        }
    }

    #[test]
    fn older_and_higher_answers_change_nothing() {
        for seq in [0, 3, 11, u64::MAX] {
            assert_eq!(judged(&answer(AnswerKind::Ok, seq)), Judgement::Ignore);
        }
        assert_eq!(judged(&answer(AnswerKind::Gap, 11)), Judgement::Ignore);
    }

    #[test]
    fn an_answer_with_another_hash_or_for_a_row_we_do_not_hold_changes_nothing() {
        for kind in [AnswerKind::Ok, AnswerKind::Gap] {
            let answer = answer(kind, 7);
            for ours in [Some(ChainHash([8; 32])), None] {
                assert_eq!(judge(&answer, &QUESTION, ours), Judgement::Ignore);
            }
        }
    }

    #[test]
    fn another_stations_epochs_or_questions_answer_changes_nothing_whatever_it_says() {
        for kind in [
            AnswerKind::Ok,
            AnswerKind::Gap,
            AnswerKind::Fork,
            AnswerKind::Fenced,
            AnswerKind::Hole,
        ] {
            let mut foreign = answer(kind, 7);
            foreign.station = StationId([2; 16]);
            let mut old_epoch = answer(kind, 7);
            old_epoch.epoch = 2;
            let mut replayed = answer(kind, 7);
            replayed.nonce = [8; 16];
            for answer in [foreign, old_epoch, replayed] {
                assert_eq!(judged(&answer), Judgement::Ignore);
            }
        }
    }

    #[test]
    fn a_gap_is_filled_from_the_entry_after_the_one_that_both_hold() {
        assert_eq!(
            judged(&answer(AnswerKind::Gap, 6)),
            Judgement::ResendFrom { first: 7 }
        );
        let nothing_yet = Question {
            acked: 0,
            ..QUESTION
        };
        assert_eq!(
            judge(&answer(AnswerKind::Gap, 0), &nothing_yet, None),
            Judgement::ResendFrom { first: 1 }
        );
    }

    #[test]
    fn a_centre_behind_its_own_receipt_gets_again_what_we_hold_and_nothing_leaves() {
        let behind = Judgement::Behind { first: 4 };
        assert_eq!(judged(&answer(AnswerKind::Gap, 3)), behind);
        let again = Question {
            again: true,
            ..QUESTION
        };
        let ours = Some(ChainHash([7; 32]));
        assert_eq!(judge(&answer(AnswerKind::Ok, 3), &again, ours), behind);
        for ours in [Some(ChainHash([8; 32])), None] {
            let gap = judge(&answer(AnswerKind::Gap, 3), &QUESTION, ours);
            assert_eq!(gap, Judgement::Hole);
            let ok = judge(&answer(AnswerKind::Ok, 3), &again, ours);
            assert_eq!(ok, Judgement::Ignore);
        }
        assert_eq!(judged(&answer(AnswerKind::Hole, 7)), Judgement::Hole);
    }

    #[test]
    fn a_fork_and_a_fence_let_nothing_leave() {
        assert_eq!(judged(&answer(AnswerKind::Fork, 7)), Judgement::Fork);
        assert_eq!(judged(&answer(AnswerKind::Fenced, 7)), Judgement::Fenced);
    }
}
