//! What stands between two logs, and a line and a centre that do not do as they should.

use proptest::prelude::*;

use super::*;

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
