use super::*;
use crate::fixture::NOW;
use crate::wire::AnswerKind;

#[path = "outbox_trouble_tests.rs"]
mod trouble;

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
