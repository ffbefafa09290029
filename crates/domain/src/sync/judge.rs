//! What a signed answer allows (SECURITY.md §7): a row leaves only when an answer names its number with our
//! hash. Older, foreign, higher or other-hash answers let nothing leave; what they say of our log is told.

use crate::entry::ChainHash;
use crate::ids::StationId;
use crate::time::Timestamp;
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
    /// The last entry that retention erased here: nothing up to it can be sent again.
    pub gone: u64,
}

/// What to make of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Every entry up to this number is stored there; their rows may leave.
    Ack {
        /// The number.
        upto: u64,
    },
    /// The centre stands behind a receipt that it gave us: it came back from an older copy. From this number
    /// on it gets what we still hold of those entries, cores and hashes, so that the chain goes on. Nothing
    /// leaves.
    Behind {
        /// The number.
        first: u64,
    },
    /// Our epoch is over. Nothing leaves.
    Fenced,
    /// Another branch is stored under our numbers. Nothing leaves.
    Fork {
        /// The branch that was stored first is not ours: this log is the copy, or was put back and went on.
        astray: bool,
    },
    /// The centre has recorded that the entries up to this number are missing there for good, and goes on
    /// behind it.
    Hole {
        /// The number, which the centre names with our hash.
        upto: u64,
    },
    /// Not for us, not about what we hold, or older than what we know: it changes nothing.
    Ignore,
    /// The centre stands behind a receipt that it gave us, and what it lost up to this number was erased here
    /// since: the hole is to be told.
    Lost {
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
    /// The centre holds entries beyond our last one: this log was put back to an older state. Nothing leaves.
    RolledBack {
        /// The last entry there.
        head: u64,
    },
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
    let theirs = ChainHash(answer.acked_hash);
    if answer.kind == AnswerKind::Fenced {
        return Judgement::Fenced;
    }
    if named > question.highest {
        return Judgement::RolledBack { head: named };
    }
    // A log may begin with any version of its assignment: for number 0 the centre names one of them.
    if named > 0 && ours.is_some_and(|ours| ours != theirs) {
        return Judgement::Fork { astray: true };
    }
    let held = named == 0 || ours.is_some();
    match answer.kind {
        AnswerKind::Fenced => Judgement::Fenced,
        AnswerKind::Fork => Judgement::Fork { astray: false },
        AnswerKind::Hole if named > 0 && held => Judgement::Hole { upto: named },
        AnswerKind::Ok | AnswerKind::Gap if named < question.acked => behind(named, question, held),
        AnswerKind::Ok if named == question.acked => Judgement::Nothing,
        AnswerKind::Ok if held => Judgement::Ack { upto: named },
        AnswerKind::Gap if held => Judgement::ResendFrom {
            first: named.saturating_add(1),
        },
        AnswerKind::Gap | AnswerKind::Hole | AnswerKind::Ok => Judgement::Ignore,
    }
}

/// What is known of a question whose answer came late, on a stick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// The last entry that we held a receipt for when it was asked.
    pub asked: u64,
    /// The centre's time in the receipt that we hold now.
    pub newest: Option<Timestamp>,
}

/// Judges an answer that came on a stick, perhaps after newer ones: as [`judge`] does, but what names less than our
/// receipt shows that the centre lost entries only where the question came after that receipt and the answer is
/// no older than it. Otherwise it is an old stick, and changes nothing.
#[must_use]
pub fn judge_late(
    answer: &Answer,
    question: &Question,
    ours: Option<ChainHash>,
    late: Late,
) -> Judgement {
    let judgement = judge(answer, question, ours);
    let is_older = answer.acked_seq < question.acked
        && (answer.acked_seq >= late.asked
            || late
                .newest
                .is_some_and(|newest| answer.server_time < newest));
    match judgement {
        Judgement::Behind { .. } | Judgement::Hole { .. } | Judgement::Lost { .. } if is_older => {
            Judgement::Ignore
        }
        Judgement::Ack { .. }
        | Judgement::Behind { .. }
        | Judgement::Fenced
        | Judgement::Fork { .. }
        | Judgement::Hole { .. }
        | Judgement::Ignore
        | Judgement::Lost { .. }
        | Judgement::Nothing
        | Judgement::ResendFrom { .. }
        | Judgement::RolledBack { .. } => judgement,
    }
}

fn behind(named: u64, question: &Question, held: bool) -> Judgement {
    if named < question.gone {
        return Judgement::Lost {
            upto: question.gone,
        };
    }
    if held {
        Judgement::Behind {
            first: named.saturating_add(1),
        }
    } else {
        Judgement::Ignore
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: ChainHash = ChainHash([7; 32]);
    const OTHER: ChainHash = ChainHash([8; 32]);
    const KINDS: [AnswerKind; 5] = [
        AnswerKind::Ok,
        AnswerKind::Gap,
        AnswerKind::Fork,
        AnswerKind::Fenced,
        AnswerKind::Hole,
    ];
    const FORK: Judgement = Judgement::Fork { astray: false };
    const ASTRAY: Judgement = Judgement::Fork { astray: true };

    /// Ten entries, four of them with a receipt, two of those erased at retention.
    const QUESTION: Question = Question {
        station: StationId([1; 16]),
        epoch: 3,
        nonce: [9; 16],
        highest: 10,
        acked: 4,
        gone: 2,
    };

    fn answer(kind: AnswerKind, acked_seq: u64) -> Answer {
        Answer {
            kind,
            station: StationId([1; 16]),
            epoch: 3,
            acked_seq,
            acked_hash: OURS.0,
            nonce: [9; 16],
            server_time: Timestamp(0),
            next_after: 0,
        }
    }

    /// What each of the five kinds that names this number leads to, in the order of their numbers.
    fn judged(named: u64, ours: Option<ChainHash>) -> [Judgement; 5] {
        KINDS.map(|kind| judge(&answer(kind, named), &QUESTION, ours))
    }

    #[test]
    fn with_our_hash_rows_leave_gaps_are_filled_and_what_is_older_is_told() {
        use Judgement::{Ack, Behind, Fenced, Hole, Ignore, Lost, Nothing, ResendFrom, RolledBack};

        let lost = Lost { upto: 2 };
        let behind = |first| Behind { first };
        let resend = |first| ResendFrom { first };
        let hole = |upto| Hole { upto };
        for (named, expected) in [
            (0, [lost, lost, FORK, Fenced, Ignore]),
            (1, [lost, lost, FORK, Fenced, hole(1)]),
            (2, [behind(3), behind(3), FORK, Fenced, hole(2)]),
            (3, [behind(4), behind(4), FORK, Fenced, hole(3)]),
            (4, [Nothing, resend(5), FORK, Fenced, hole(4)]),
            (5, [Ack { upto: 5 }, resend(6), FORK, Fenced, hole(5)]),
            (10, [Ack { upto: 10 }, resend(11), FORK, Fenced, hole(10)]),
        ] {
            assert_eq!(judged(named, Some(OURS)), expected, "{named}");
        }
        for head in [11, u64::MAX] {
            let back = RolledBack { head };
            for ours in [Some(OURS), Some(OTHER), None] {
                assert_eq!(judged(head, ours), [back, back, back, Fenced, back]);
            }
        }
    }

    #[test]
    fn another_hash_under_a_number_that_we_hold_is_a_fork_of_ours_and_lets_nothing_leave() {
        for named in 1..=10 {
            let expected = [ASTRAY, ASTRAY, ASTRAY, Judgement::Fenced, ASTRAY];
            assert_eq!(judged(named, Some(OTHER)), expected, "{named}");
        }
    }

    #[test]
    fn a_number_that_we_hold_no_row_of_lets_nothing_leave() {
        use Judgement::{Fenced, Ignore};

        for named in 5..=10 {
            let expected = [Ignore, Ignore, FORK, Fenced, Ignore];
            assert_eq!(judged(named, None), expected, "{named}");
        }
        let lost = Judgement::Lost { upto: 2 };
        assert_eq!(judged(1, None), [lost, lost, FORK, Fenced, Ignore]);
        assert_eq!(judged(3, None), [Ignore, Ignore, FORK, Fenced, Ignore]);
    }

    #[test]
    fn another_stations_epochs_or_questions_answer_changes_nothing_whatever_it_says() {
        for kind in KINDS {
            for named in [0, 3, 7, 11] {
                let mut foreign = answer(kind, named);
                foreign.station = StationId([2; 16]);
                let mut old_epoch = answer(kind, named);
                old_epoch.epoch = 2;
                let mut replayed = answer(kind, named);
                replayed.nonce = [8; 16];
                for answer in [foreign, old_epoch, replayed] {
                    let judgement = judge(&answer, &QUESTION, Some(OURS));
                    assert_eq!(judgement, Judgement::Ignore);
                }
            }
        }
    }

    #[test]
    fn before_the_first_receipt_everything_is_still_here_whichever_assignment_the_centre_names() {
        let nothing_yet = Question {
            acked: 0,
            gone: 0,
            ..QUESTION
        };
        for ours in [Some(OURS), Some(OTHER)] {
            let gap = judge(&answer(AnswerKind::Gap, 0), &nothing_yet, ours);
            assert_eq!(gap, Judgement::ResendFrom { first: 1 });
            let ok = judge(&answer(AnswerKind::Ok, 0), &nothing_yet, ours);
            assert_eq!(ok, Judgement::Nothing);
        }
        let all_here = Question {
            gone: 0,
            ..QUESTION
        };
        for kind in [AnswerKind::Ok, AnswerKind::Gap] {
            let emptied = judge(&answer(kind, 0), &all_here, Some(OTHER));
            assert_eq!(emptied, Judgement::Behind { first: 1 });
        }
    }

    #[test]
    fn an_answer_off_an_old_stick_is_no_loss_of_the_centres() {
        let judged = |named, asked, time| {
            let answer = Answer {
                server_time: Timestamp(time),
                ..answer(AnswerKind::Gap, named)
            };
            let late = Late {
                asked,
                newest: Some(Timestamp(100)),
            };
            judge_late(&answer, &QUESTION, Some(OURS), late)
        };
        // Asked after the fourth receipt and answered after it: the centre came back from an older copy.
        assert_eq!(judged(3, 4, 100), Judgement::Behind { first: 4 });
        assert_eq!(judged(1, 4, 101), Judgement::Lost { upto: 2 });
        // Answered before the receipt that we hold, or asked before it.
        assert_eq!(judged(3, 4, 99), Judgement::Ignore);
        assert_eq!(judged(3, 3, 200), Judgement::Ignore);
        assert_eq!(judged(3, 0, 200), Judgement::Ignore);
        // What names more than our receipt says the same whenever it comes.
        assert_eq!(judged(7, 0, 1), Judgement::ResendFrom { first: 8 });
        assert_eq!(judged(11, 0, 1), Judgement::RolledBack { head: 11 });
    }

    #[test]
    fn a_late_answer_acknowledges_and_disputes_as_one_off_the_line() {
        let late = Late {
            asked: 0,
            newest: Some(Timestamp(100)),
        };
        for kind in KINDS {
            for named in 4..12 {
                for ours in [Some(OURS), Some(OTHER), None] {
                    let answer = answer(kind, named);
                    assert_eq!(
                        judge_late(&answer, &QUESTION, ours, late),
                        judge(&answer, &QUESTION, ours),
                        "{answer:?}"
                    );
                }
            }
        }
    }
}
