use proptest::prelude::*;

use super::*;
use crate::fixture::NOW;
use crate::wire::AnswerKind;

const STATION: StationId = StationId([1; 16]);
const NONCE: [u8; 16] = [9; 16];

/// An outbox with a clock and a centre that says what a test wants.
struct Post {
    outbox: Outbox,
    now: Moment,
    jitter: u64,
    gone: u64,
}

impl Post {
    fn new(highest: u64, acked: u64) -> Self {
        Self::spread(highest, acked, 0, 0)
    }

    fn spread(highest: u64, acked: u64, spread: u32, jitter: u64) -> Self {
        let now = Moment {
            wall: NOW,
            mono_ms: 1_000,
        };
        let setup = OutboxSetup {
            station: STATION,
            epoch: 1,
            highest,
            acked,
            last_receipt: None,
            dispute: None,
            spread,
        };
        Self {
            outbox: Outbox::new(setup, now, jitter),
            now,
            jitter: u64::MAX,
            gone: 0,
        }
    }

    /// What an event leads to, views apart.
    fn step(&mut self, event: &SyncEvent) -> Vec<SyncAction> {
        let mut actions = self.outbox.step(event, self.now, self.jitter);
        actions.retain(|action| !matches!(action, SyncAction::Changed(_) | SyncAction::Keep(_)));
        actions
    }

    fn tick(&mut self) -> Vec<SyncAction> {
        self.step(&SyncEvent::Tick)
    }

    /// What happens `ms` later.
    fn after(&mut self, ms: u64) -> Vec<SyncAction> {
        self.now.mono_ms = self.now.mono_ms.saturating_add(ms);
        self.now.wall = self.now.wall.plus(i64::try_from(ms / 1_000).unwrap());
        self.tick()
    }

    fn answer(&mut self, kind: AnswerKind, acked_seq: u64) -> Vec<SyncAction> {
        self.answer_with(kind, acked_seq, 0)
    }

    fn answer_with(
        &mut self,
        kind: AnswerKind,
        acked_seq: u64,
        next_after: u32,
    ) -> Vec<SyncAction> {
        self.step(&SyncEvent::Answered {
            answer: Answer {
                kind,
                station: STATION,
                epoch: 1,
                acked_seq,
                acked_hash: [7; 32],
                nonce: NONCE,
                server_time: NOW,
                next_after,
            },
            nonce: NONCE,
            ours: Some(ChainHash([7; 32])),
            gone: self.gone,
        })
    }

    fn refuse(&mut self, status: u16, retry_after: Option<u64>) -> Vec<SyncAction> {
        self.step(&SyncEvent::Refused {
            status,
            retry_after,
        })
    }

    fn waiting(&self) -> u64 {
        self.outbox.view().waiting
    }

    fn link(&self) -> LinkView {
        self.outbox.view().link
    }

    fn dispute(&self) -> Option<Dispute> {
        self.outbox.view().dispute
    }
}

fn send(first: u64, last: u64) -> Vec<SyncAction> {
    vec![SyncAction::Send { first, last }]
}

#[test]
fn what_waits_is_sent_in_batches_of_500_until_nothing_waits() {
    let mut post = Post::new(1_203, 3);
    assert_eq!(post.tick(), send(4, 503));
    assert_eq!(
        post.answer(AnswerKind::Ok, 503),
        [
            SyncAction::Acknowledge { upto: 503 },
            SyncAction::Send {
                first: 504,
                last: 1_003
            }
        ]
    );
    post.answer(AnswerKind::Ok, 1_003);
    assert_eq!(
        post.answer(AnswerKind::Ok, 1_203),
        [SyncAction::Acknowledge { upto: 1_203 }]
    );
    assert_eq!(
        post.outbox.view(),
        SyncView {
            waiting: 0,
            last_receipt: Some(NOW),
            link: LinkView::Online,
            dispute: None,
        }
    );
}

#[test]
fn an_entry_that_comes_while_nothing_waits_is_sent_at_once_and_one_under_way_takes_no_other_along()
{
    let mut post = Post::new(5, 0);
    post.tick();
    assert_eq!(post.step(&SyncEvent::Appended { seq: 6 }), []);
    assert_eq!(
        post.answer(AnswerKind::Ok, 5),
        [
            SyncAction::Acknowledge { upto: 5 },
            SyncAction::Send { first: 6, last: 6 }
        ]
    );
    post.answer(AnswerKind::Ok, 6);
    assert_eq!(post.step(&SyncEvent::Appended { seq: 7 }), send(7, 7));
}

#[test]
fn part_of_a_batch_that_was_stored_leaves_and_the_rest_is_sent_on() {
    let mut post = Post::new(10, 0);
    post.tick();
    assert_eq!(
        post.answer(AnswerKind::Ok, 4),
        [
            SyncAction::Acknowledge { upto: 4 },
            SyncAction::Send { first: 5, last: 10 }
        ]
    );
}

#[test]
fn pauses_double_from_2_seconds_to_15_minutes_and_go_on_for_ever() {
    let mut post = Post::new(1, 0);
    post.tick();
    for bound in [
        2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000, 900_000, 900_000,
    ] {
        post.jitter = bound; // the most that this pause may be
        post.step(&SyncEvent::Failed);
        assert_eq!(post.after(bound - 1), []);
        assert_eq!(post.after(1), send(1, 1));
    }
    for jitter in 1..100 {
        post.jitter = jitter * 123_456_789;
        post.step(&SyncEvent::Failed);
        assert_eq!(post.after(900_000), send(1, 1));
    }
}

#[test]
fn a_pause_falls_anywhere_up_to_its_bound() {
    // A pause of 0 is over at once: the next question is under way again.
    for (jitter, pause) in [
        (0, None),
        (1, Some(1)),
        (1_999, Some(1_999)),
        (2_000, Some(2_000)),
        (2_001, None),
        (2_002, Some(1)),
    ] {
        let mut post = Post::new(1, 0);
        post.tick();
        post.outbox.step(&SyncEvent::Failed, post.now, jitter);
        let due = post.outbox.due().map(|due| due - post.now.mono_ms);
        assert_eq!(due, pause);
    }
}

#[test]
fn a_success_makes_the_next_pause_short_again() {
    let mut post = Post::new(2, 0);
    post.tick();
    for _ in 0..8 {
        post.step(&SyncEvent::Failed);
        post.after(900_000);
    }
    post.answer(AnswerKind::Ok, 1);
    post.jitter = 2_000;
    post.step(&SyncEvent::Failed);
    assert_eq!(post.after(2_000), send(2, 2));
}

#[test]
fn no_answer_is_offline_since_the_first_failure() {
    let mut post = Post::new(1, 0);
    assert_eq!(post.link(), LinkView::Untried);
    post.tick();
    post.step(&SyncEvent::Failed);
    let since = post.now.wall;
    post.after(900_000);
    post.step(&SyncEvent::Failed);
    assert_eq!(post.link(), LinkView::Offline { since });
    assert_eq!(post.waiting(), 1);
}

#[test]
fn a_batch_that_is_too_large_is_halved_down_to_a_single_entry_which_is_reported() {
    let mut post = Post::new(8, 0);
    assert_eq!(post.tick(), send(1, 8));
    for last in [4, 2, 1] {
        assert_eq!(post.refuse(413, None), send(1, last));
    }
    let told = [SyncAction::EntryTooLarge { seq: 1 }];
    assert_eq!(post.refuse(413, None), told);
    assert_eq!(post.dispute(), Some(Dispute::TooLarge));
    assert_eq!(post.waiting(), 8);
    assert_eq!(post.after(900_000), send(1, 1));
    assert_eq!(
        post.answer(AnswerKind::Ok, 1),
        [
            SyncAction::Acknowledge { upto: 1 },
            SyncAction::Send { first: 2, last: 3 }
        ]
    );
    assert_eq!(post.dispute(), None);
}

#[test]
fn an_entry_that_alone_stays_too_large_goes_without_what_it_carries_and_blocks_nothing() {
    let mut post = Post::new(2, 0);
    post.tick();
    assert_eq!(post.refuse(413, None), send(1, 1));
    for _ in 1..ALONE {
        post.refuse(413, None);
        assert_eq!(post.after(900_000), send(1, 1));
    }
    post.refuse(413, None);
    assert_eq!(post.after(900_000), [SyncAction::SendBare { seq: 1 }]);
    assert_eq!(post.refuse(413, None), []);
    assert_eq!(post.dispute(), Some(Dispute::Refused));
    assert_eq!(post.after(900_000), [SyncAction::SendBare { seq: 1 }]);
    assert_eq!(
        post.answer(AnswerKind::Ok, 1),
        [
            SyncAction::Acknowledge { upto: 1 },
            SyncAction::Send { first: 2, last: 2 }
        ]
    );
}

#[test]
fn retry_after_is_obeyed_up_to_15_minutes_with_the_jitter_upon_it() {
    for (status, seconds, pause) in [
        (429, 30, 30_000),
        (503, 0, 0),
        (503, 7_200, 900_000),
        (503, u64::MAX, 900_000),
    ] {
        let mut post = Post::new(1, 0);
        post.tick();
        post.jitter = 2_000; // the most that the first pause may be
        assert_eq!(post.refuse(status, Some(seconds)), []);
        assert_eq!(post.after(pause + 1_999), []);
        assert_eq!(post.after(1), send(1, 1));
    }
}

#[test]
fn staff_cut_our_own_pause_short_but_not_what_the_centre_asked_for() {
    let mut post = Post::new(1, 0);
    post.tick();
    post.jitter = 2_000;
    post.refuse(503, Some(30));
    assert_eq!(post.step(&SyncEvent::Asked), []);
    assert_eq!(post.after(29_999), []);
    assert_eq!(post.after(1), send(1, 1));
    post.step(&SyncEvent::Failed);
    assert_eq!(post.step(&SyncEvent::Asked), send(1, 1));
}

#[test]
fn unsigned_refusals_dispute_and_change_nothing_else() {
    for (status, dispute) in [
        (400, Dispute::Refused),
        (401, Dispute::NotKnown),
        (403, Dispute::NotKnown),
        (404, Dispute::Refused),
        (409, Dispute::Refused),
        (410, Dispute::Refused),
        (422, Dispute::Refused),
    ] {
        let mut post = Post::new(5, 2);
        post.tick();
        assert_eq!(post.refuse(status, None), []);
        assert_eq!(post.dispute(), Some(dispute));
        assert_eq!(post.link(), LinkView::Offline { since: NOW });
        assert_eq!(post.waiting(), 3);
        assert_eq!(post.after(900_000), send(3, 5));
        post.answer(AnswerKind::Ok, 5);
        assert_eq!(post.dispute(), None);
    }
}

#[test]
fn other_failures_of_the_centre_are_waited_out() {
    for status in [302, 500, 502, 504, 599] {
        let mut post = Post::new(5, 2);
        post.tick();
        assert_eq!(post.refuse(status, None), []);
        assert_eq!(post.link(), LinkView::Offline { since: NOW });
        assert_eq!(post.after(900_000), send(3, 5));
    }
}

#[test]
fn the_first_contact_falls_anywhere_within_the_spread() {
    for (jitter, at) in [(0, 0), (45_678, 45_678), (60_000, 60_000), (60_001, 0)] {
        let post = Post::spread(1, 0, 60, jitter);
        assert_eq!(post.outbox.due(), Some(1_000 + at));
    }
}

#[test]
fn asking_ends_a_pause_and_greets_where_nothing_waits() {
    let mut post = Post::spread(0, 0, 60, 60_000);
    assert_eq!(post.tick(), []);
    assert_eq!(post.step(&SyncEvent::Asked), [SyncAction::Greet]);
    assert_eq!(post.step(&SyncEvent::Asked), []);
    assert_eq!(post.answer(AnswerKind::Ok, 0), []);
    assert_eq!(post.link(), LinkView::Online);
    assert_eq!(post.step(&SyncEvent::Asked), [SyncAction::Greet]);
    post.step(&SyncEvent::Failed);
    assert_eq!(post.step(&SyncEvent::Asked), [SyncAction::Greet]);
}

#[test]
fn with_nothing_to_send_the_centre_is_greeted_every_quarter_of_an_hour() {
    let mut post = Post::new(3, 3);
    assert_eq!(post.tick(), [SyncAction::Greet]);
    assert_eq!(post.outbox.due(), None);
    assert_eq!(post.answer(AnswerKind::Ok, 3), []);
    assert_eq!(post.after(899_999), []);
    assert_eq!(post.after(1), [SyncAction::Greet]);
}

#[test]
fn the_centre_may_ask_for_a_pause_before_the_next_batch() {
    let mut post = Post::new(600, 0);
    post.tick();
    assert_eq!(
        post.answer_with(AnswerKind::Ok, 500, 10),
        [SyncAction::Acknowledge { upto: 500 }]
    );
    assert_eq!(post.step(&SyncEvent::Appended { seq: 601 }), []);
    assert_eq!(post.after(9_999), []);
    assert_eq!(post.after(1), send(501, 601));
}

#[test]
fn a_gap_is_filled_from_what_both_hold_and_what_lies_before_leaves() {
    let mut post = Post::new(20, 4);
    post.tick();
    assert_eq!(
        post.answer(AnswerKind::Gap, 9),
        [
            SyncAction::Acknowledge { upto: 9 },
            SyncAction::Send {
                first: 10,
                last: 20
            }
        ]
    );
}

#[test]
fn a_gap_before_what_was_just_sent_is_waited_out_and_not_sent_in_a_circle() {
    let mut post = Post::new(20, 4);
    post.tick();
    assert_eq!(post.answer(AnswerKind::Gap, 4), []);
    assert_eq!(post.after(900_000), send(5, 20));
}

#[test]
fn forks_and_fences_are_told_and_nothing_leaves() {
    let fork = Judgement::Fork { astray: false };
    for (kind, judgement, dispute) in [
        (AnswerKind::Fork, fork, Dispute::Fork),
        (AnswerKind::Fenced, Judgement::Fenced, Dispute::Fenced),
    ] {
        let mut post = Post::new(5, 2);
        post.tick();
        let answered = post.answer_with(kind, 4, 900);
        assert_eq!(answered, [SyncAction::Dispute(judgement)]);
        assert_eq!((post.waiting(), post.dispute()), (3, Some(dispute)));
        assert_eq!(post.after(899_999), []);
    }
}

#[test]
fn a_log_that_was_put_back_is_told_by_batch_and_by_hello_and_nothing_leaves() {
    let told = [SyncAction::Dispute(Judgement::RolledBack { head: 8 })];
    let mut post = Post::new(5, 2);
    assert_eq!(post.tick(), send(3, 5));
    assert_eq!(post.answer(AnswerKind::Ok, 8), told);
    let after = (post.waiting(), post.link(), post.dispute());
    assert_eq!(after, (3, LinkView::Online, Some(Dispute::RolledBack)));
    assert_eq!(post.after(900_000), [SyncAction::Greet]);
    assert_eq!(post.answer(AnswerKind::Ok, 8), told);
    assert_eq!(post.after(900_000), send(3, 5));
    post.step(&SyncEvent::Failed);
    assert_eq!(post.dispute(), Some(Dispute::RolledBack));
}

#[test]
fn a_dispute_is_kept_for_the_next_start_and_stands_over_a_cut_line() {
    let mut post = Post::new(5, 2);
    post.tick();
    let answer = |acked_seq| SyncEvent::Answered {
        answer: Answer {
            kind: AnswerKind::Ok,
            station: STATION,
            epoch: 1,
            acked_seq,
            acked_hash: [7; 32],
            nonce: NONCE,
            server_time: NOW,
            next_after: 0,
        },
        nonce: NONCE,
        ours: None,
        gone: 0,
    };
    let standing = Some(Standing {
        dispute: Dispute::RolledBack,
        since: NOW,
    });
    let actions = post.outbox.step(&answer(8), post.now, 5);
    assert!(actions.contains(&SyncAction::Keep(standing)));
    let setup = OutboxSetup {
        station: STATION,
        epoch: 1,
        highest: 5,
        acked: 2,
        last_receipt: None,
        dispute: standing,
        spread: 0,
    };
    post.outbox = Outbox::new(setup, post.now, 0);
    assert_eq!(post.dispute(), Some(Dispute::RolledBack));
    post.tick();
    post.step(&SyncEvent::Failed);
    let view = post.outbox.view();
    assert_eq!(view.link, LinkView::Offline { since: NOW });
    assert_eq!(view.dispute, Some(Dispute::RolledBack));
}

#[test]
fn a_centre_that_came_back_from_an_older_copy_is_brought_up_and_goes_on() {
    let mut post = Post::new(1_010, 1_005);
    assert_eq!(post.tick(), send(1_006, 1_010));
    let told = |first| SyncAction::Dispute(Judgement::Behind { first });
    let sent = |first, last| SyncAction::Send { first, last };
    let answered = post.answer(AnswerKind::Gap, 3);
    assert_eq!(answered, [told(4), sent(4, 503)]);
    let after = (post.waiting(), post.link(), post.dispute());
    assert_eq!(after, (5, LinkView::Online, Some(Dispute::Behind)));
    assert_eq!(post.outbox.view().last_receipt, None);
    let answered = post.answer(AnswerKind::Ok, 503);
    assert_eq!(answered, [told(504), sent(504, 1_003)]);
    let answered = post.answer(AnswerKind::Ok, 1_003);
    assert_eq!(answered, [told(1_004), sent(1_004, 1_010)]);
    let answered = post.answer(AnswerKind::Ok, 1_010);
    assert_eq!(answered, [SyncAction::Acknowledge { upto: 1_010 }]);
    assert_eq!((post.waiting(), post.dispute()), (0, None));
}

#[test]
fn what_a_restored_centre_lost_is_sent_again_while_nothing_waits() {
    let mut post = Post::new(10, 10);
    assert_eq!(post.tick(), [SyncAction::Greet]);
    let told = SyncAction::Dispute(Judgement::Behind { first: 4 });
    let sent = SyncAction::Send { first: 4, last: 10 };
    assert_eq!(post.answer(AnswerKind::Ok, 3), [told, sent]);
    assert_eq!(post.answer(AnswerKind::Ok, 10), []);
    assert_eq!(post.dispute(), None);
}

#[test]
fn what_retention_erased_meanwhile_is_told_as_a_hole_and_the_rest_is_sent() {
    let mut post = Post::new(10, 8);
    post.gone = 6;
    assert_eq!(post.tick(), send(9, 10));
    let told = SyncAction::Dispute(Judgement::Lost { upto: 6 });
    let hole = SyncAction::TellHole { upto: 6 };
    assert_eq!(post.answer(AnswerKind::Gap, 3), [told, hole]);
    post.step(&SyncEvent::Failed);
    assert_eq!(post.dispute(), Some(Dispute::Hole));
    assert_eq!(post.after(900_000), [hole]);
    let told = SyncAction::Dispute(Judgement::Hole { upto: 6 });
    let sent = SyncAction::Send { first: 7, last: 10 };
    assert_eq!(post.answer(AnswerKind::Hole, 6), [told, sent]);
    let sent = post.answer(AnswerKind::Ok, 10);
    assert_eq!(sent, [SyncAction::Acknowledge { upto: 10 }]);
    assert_eq!(post.dispute(), Some(Dispute::Hole), "for a day");
    post.now.wall = post.now.wall.plus(crate::time::DAY);
    post.after(900_000);
    post.answer(AnswerKind::Ok, 10);
    assert_eq!(post.dispute(), None);
}

#[test]
fn a_row_that_does_not_open_is_told_as_a_hole_and_what_follows_is_sent() {
    let mut post = Post::new(10, 3);
    assert_eq!(post.tick(), send(4, 10));
    let hole = SyncAction::TellHole { upto: 4 };
    assert_eq!(post.step(&SyncEvent::Unreadable { upto: 4 }), [hole]);
    let answered = post.answer(AnswerKind::Hole, 4);
    let told = SyncAction::Dispute(Judgement::Hole { upto: 4 });
    let taken = SyncAction::Acknowledge { upto: 4 };
    let sent = SyncAction::Send { first: 5, last: 10 };
    assert_eq!(answered, [taken, told, sent]);
    assert_eq!(post.dispute(), Some(Dispute::Hole));
}

#[test]
fn a_centre_that_stays_behind_is_not_sent_the_same_in_a_circle() {
    let mut post = Post::new(10, 5);
    post.tick();
    post.answer(AnswerKind::Gap, 3);
    let answered = post.answer(AnswerKind::Gap, 3);
    let told = SyncAction::Dispute(Judgement::Behind { first: 4 });
    assert_eq!(answered, [told]);
    assert_eq!(post.after(900_000), send(4, 10));
}

#[test]
fn an_answer_that_means_nothing_is_a_failure_and_the_batch_is_sent_again() {
    let mut post = Post::new(5, 2);
    post.tick();
    assert_eq!(post.answer(AnswerKind::Hole, 0), []);
    assert_eq!(
        post.answer(AnswerKind::Ok, 5),
        [],
        "nothing is asked any more"
    );
    assert_eq!(post.waiting(), 3);
    assert_eq!(post.after(900_000), send(3, 5));
}

#[test]
fn a_batch_that_brings_nothing_new_is_not_sent_again_at_once() {
    let mut post = Post::new(5, 2);
    post.tick();
    assert_eq!(post.answer(AnswerKind::Ok, 2), []);
    assert_eq!(post.after(900_000), send(3, 5));
}

#[test]
fn a_view_is_told_once_for_every_change() {
    let mut post = Post::new(2, 0);
    let view = |waiting, link| {
        SyncAction::Changed(SyncView {
            waiting,
            last_receipt: None,
            link,
            dispute: None,
        })
    };
    let (now, jitter) = (post.now, 5);
    assert_eq!(
        post.outbox.step(&SyncEvent::Tick, now, jitter),
        [
            SyncAction::Send { first: 1, last: 2 },
            view(2, LinkView::Untried)
        ]
    );
    assert_eq!(post.outbox.step(&SyncEvent::Tick, now, jitter), []);
    assert_eq!(
        post.outbox.step(&SyncEvent::Failed, now, jitter),
        [view(2, LinkView::Offline { since: NOW })]
    );
}

#[test]
fn invariant_5_nothing_but_a_signed_receipt_with_our_hash_lets_an_entry_leave() {
    let mut post = Post::new(5, 2);
    post.tick();
    for event in [
        SyncEvent::Failed,
        SyncEvent::Refused {
            status: 409,
            retry_after: None,
        },
        SyncEvent::Refused {
            status: 410,
            retry_after: None,
        },
        SyncEvent::Asked,
    ] {
        let actions = post.step(&event);
        let left = actions
            .iter()
            .any(|action| matches!(action, SyncAction::Acknowledge { .. }));
        assert!(!left);
        post.after(900_000);
    }
    assert_eq!(post.waiting(), 3);
}

/// What a centre may do to a question before it answers as it should.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    Cut,
    Late(u16, Option<u64>),
    TooLarge,
    Gap,
    Staff,
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let status = prop_oneof![Just(429), Just(503)];
    prop_oneof![
        Just(Trouble::Cut),
        (status, proptest::option::of(0_u64..5_000)).prop_map(|(s, after)| Trouble::Late(s, after)),
        Just(Trouble::TooLarge),
        Just(Trouble::Gap),
        Just(Trouble::Staff),
    ]
}

proptest! {
    /// Whatever the centre and staff do: no question within a pause that the centre asked for, none within our
    /// own but where staff want it, and in the end everything is sent.
    #[test]
    fn no_question_comes_within_a_pause_and_in_the_end_everything_is_sent(
        troubles in proptest::collection::vec((trouble(), any::<u64>()), 0..60),
        highest in 1_u64..3_000,
    ) {
        let mut post = Post::new(highest, 0);
        let mut stored = 0;
        let mut troubles = troubles.into_iter();
        let mut actions = post.tick();
        for _ in 0..200 {
            if stored == highest && post.waiting() == 0 {
                return Ok(());
            }
            let Some((first, last)) = actions.iter().find_map(sent) else {
                actions = wait(&mut post)?;
                continue;
            };
            actions = if let Some((what, jitter)) = troubles.next() {
                post.jitter = jitter;
                trouble_with(&mut post, what, stored)?
            } else {
                prop_assert!(first <= stored.saturating_add(1));
                stored = stored.max(last);
                post.answer(AnswerKind::Ok, stored)
            };
        }
        prop_assert!(false, "{} of {highest} are stored", stored);
    }
}

/// The entries of a batch.
fn sent(action: &SyncAction) -> Option<(u64, u64)> {
    match action {
        SyncAction::Send { first, last } => Some((*first, *last)),
        SyncAction::SendBare { seq } => Some((*seq, *seq)),
        SyncAction::Acknowledge { .. }
        | SyncAction::Changed(_)
        | SyncAction::Dispute(_)
        | SyncAction::EntryTooLarge { .. }
        | SyncAction::Greet
        | SyncAction::Keep(_)
        | SyncAction::TellHole { .. } => None,
    }
}

/// Nobody asks before it is time, and it is always time some day.
fn wait(post: &mut Post) -> Result<Vec<SyncAction>, TestCaseError> {
    let due = post.outbox.due();
    let left = due.map(|due| due.saturating_sub(post.now.mono_ms));
    prop_assert!(left.is_some_and(|left| left <= 1_800_000));
    let left = left.unwrap_or_default();
    if left > 0 {
        prop_assert_eq!(post.after(left.saturating_sub(1)), []);
    }
    let actions = post.after(1);
    prop_assert!(!actions.is_empty());

    Ok(actions)
}

fn trouble_with(
    post: &mut Post,
    what: Trouble,
    stored: u64,
) -> Result<Vec<SyncAction>, TestCaseError> {
    let asked_by_staff = |post: &mut Post, before: Vec<SyncAction>| {
        let asked = post.step(&SyncEvent::Asked);
        if asked.is_empty() { before } else { asked }
    };

    Ok(match what {
        Trouble::Cut => post.step(&SyncEvent::Failed),
        Trouble::TooLarge => post.refuse(413, None),
        Trouble::Gap => post.answer(AnswerKind::Gap, stored),
        Trouble::Staff => {
            let failed = post.step(&SyncEvent::Failed);
            asked_by_staff(post, failed)
        }
        Trouble::Late(status, after) => {
            let wish = after.unwrap_or(0).min(900).saturating_mul(1_000);
            let until = post.now.mono_ms.saturating_add(wish);
            let refused = post.refuse(status, after);
            let asked = asked_by_staff(post, refused);
            prop_assert!(wish == 0 || asked.is_empty());
            prop_assert!(post.outbox.due().is_none_or(|due| due >= until));

            asked
        }
    })
}
