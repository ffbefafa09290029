use super::*;
use crate::document::RoleKey;
use crate::fixture::{NOW, RECEIPT_KEY, STATUS_KEY, key, trust};
use crate::time::DAY;

const MINUTE: i64 = 60;
const START: Moment = Moment {
    wall: NOW,
    mono_ms: 5_000,
};

fn kid(byte: u8) -> Kid {
    key(byte).public().kid()
}

/// Both clocks `seconds` later.
fn later(seconds: i64) -> Moment {
    set(seconds, seconds)
}

/// `passed` seconds after the start, the wall clock shows `shown` seconds after it.
fn set(passed: i64, shown: i64) -> Moment {
    Moment {
        wall: NOW.plus(shown),
        mono_ms: START.mono_ms + u64::try_from(passed).unwrap() * 1_000,
    }
}

fn clock() -> Clock {
    let mut clock = Clock::new(ClockState::default(), START);
    clock.trust(&trust());
    clock
}

fn doubts(clock: &mut Clock, now: Moment) -> bool {
    clock.observe(now);
    clock.in_doubt(now.wall)
}

fn mark(seq: u64) -> EntryMark {
    EntryMark { epoch: 1, seq }
}

#[test]
fn a_clock_that_contradicts_nothing_is_believed() {
    assert!(!doubts(&mut clock(), later(3 * DAY)));
}

#[test]
fn a_clock_more_than_ten_minutes_below_what_others_signed_is_doubted() {
    let mut clock = clock();
    clock.manifest(kid(STATUS_KEY), NOW);
    assert_eq!(clock.floor(), Some(NOW));
    assert!(!clock.in_doubt(NOW.plus(-10 * MINUTE)));
    assert!(clock.in_doubt(NOW.plus(-10 * MINUTE - 1)));
}

#[test]
fn a_clock_more_than_ten_minutes_below_the_own_last_entry_is_doubted_until_a_fresh_answer() {
    let mut clock = clock();
    clock.wrote(mark(1), NOW.plus(80 * 3_600));
    assert!(!clock.in_doubt(NOW.plus(80 * 3_600 - 10 * MINUTE)));
    assert!(doubts(&mut clock, later(0)));
    clock.answered(kid(RECEIPT_KEY), NOW.plus(1), 60_000, later(1));
    assert!(!doubts(&mut clock, later(1)));
}

#[test]
fn an_entry_that_an_answer_forgave_stays_forgiven_after_a_restart() {
    let mut first = clock();
    first.wrote(mark(7), NOW.plus(DAY));
    first.answered(kid(RECEIPT_KEY), NOW, 100, START);
    let mut second = Clock::new(first.state().clone(), START);
    second.trust(&trust());
    second.wrote(mark(7), NOW.plus(DAY));
    assert!(!doubts(&mut second, later(1)));
    second.wrote(mark(8), NOW.plus(DAY));
    assert!(doubts(&mut second, later(1)));
}

#[test]
fn an_entry_written_in_doubt_does_not_lower_the_soft_floor() {
    let mut clock = clock();
    clock.wrote(mark(1), NOW.plus(DAY));
    clock.wrote(mark(2), NOW);
    assert!(doubts(&mut clock, later(1)));
}

#[test]
fn two_minutes_of_drift_are_borne_and_a_second_more_is_doubted_either_way() {
    for sign in [1, -1] {
        assert!(!doubts(&mut clock(), set(1_000, 1_000 + sign * 120)));
        assert!(doubts(&mut clock(), set(1_000, 1_000 + sign * 121)));
    }
}

#[test]
fn a_jump_stays_doubted_when_the_clock_is_put_back_until_a_fresh_answer() {
    let mut clock = clock();
    assert!(doubts(&mut clock, set(10, 10 + 3_600)));
    assert!(doubts(&mut clock, later(20)));
    clock.answered(kid(RECEIPT_KEY), NOW.plus(30), 60_001, later(30));
    assert!(doubts(&mut clock, later(30)));
    clock.answered(kid(RECEIPT_KEY), NOW.plus(40), 59_999, later(40));
    assert!(!doubts(&mut clock, later(40)));
}

#[test]
fn a_clock_set_back_is_still_doubted_after_a_restart() {
    let mut first = clock();
    assert!(doubts(&mut first, set(100, 100 - 3_600)));
    let mut second = Clock::new(first.state().clone(), set(0, -3_500));
    second.trust(&trust());
    assert!(second.in_doubt(NOW.plus(-3_500)));
    assert!(!second.in_doubt(NOW.plus(100 - 600)));
}

#[test]
fn a_clock_that_the_centre_contradicts_stays_doubted_until_it_is_set_and_asked_again() {
    let mut clock = clock();
    let true_time = NOW.plus(-3_600);
    clock.answered(kid(RECEIPT_KEY), true_time, 100, START);
    assert!(doubts(&mut clock, later(1)));
    let corrected = set(10, 10 - 3_600);
    assert!(doubts(&mut clock, corrected));
    clock.answered(kid(RECEIPT_KEY), true_time.plus(10), 100, corrected);
    assert!(!doubts(&mut clock, corrected));
}

#[test]
fn the_centre_may_be_ten_minutes_off_and_not_a_second_more() {
    for (apart, doubted) in [(600, false), (601, true), (-600, false), (-601, true)] {
        let mut clock = clock();
        clock.answered(kid(RECEIPT_KEY), NOW.plus(apart), 0, START);
        assert_eq!(doubts(&mut clock, START), doubted, "{apart}");
    }
}

#[test]
fn an_answer_that_comes_late_may_only_raise_the_floor() {
    let mut clock = clock();
    clock.answered(kid(RECEIPT_KEY), NOW.plus(500), 60_001, START);
    assert_eq!(clock.floor(), Some(NOW.plus(500)));
    clock.answered(kid(RECEIPT_KEY), NOW.plus(300), 60_001, START);
    assert_eq!(clock.floor(), Some(NOW.plus(500)));
    clock.answered(kid(RECEIPT_KEY), NOW.plus(300), 60_000, START);
    assert_eq!(clock.floor(), Some(NOW.plus(300)));
}

#[test]
fn a_key_that_the_trust_list_does_not_name_says_nothing_of_time() {
    let mut clock = clock();
    clock.manifest(kid(99), NOW.plus(DAY));
    clock.answered(kid(99), NOW.plus(DAY), 0, START);
    assert_eq!(clock.floor(), Some(trust().body.header.issued_at));
    assert!(!doubts(&mut clock, later(1)));
}

#[test]
fn invariant_10_no_single_signed_time_locks_a_station_for_good() {
    let mut clock = clock();
    clock.manifest(kid(STATUS_KEY), NOW.plus(10_000 * DAY));
    clock.answered(kid(RECEIPT_KEY), NOW.plus(10_000 * DAY), 60_001, START);
    assert_eq!(clock.floor(), Some(trust().body.header.expires));
    assert!(doubts(&mut clock, later(1)));

    let mut next = trust();
    let fresh = |byte| RoleKey {
        key: key(byte).public(),
        ..next.body.status[0]
    };
    (next.body.status, next.body.receipt) = (vec![fresh(33)], vec![fresh(34)]);
    clock.trust(&next);
    assert_eq!(clock.floor(), Some(next.body.header.issued_at));
    assert!(!doubts(&mut clock, later(2)));
}

#[test]
fn invariant_10_a_trust_list_from_the_future_is_undone_by_the_next() {
    let mut clock = clock();
    let mut future = trust();
    future.body.header.issued_at = NOW.plus(20_000 * DAY);
    future.body.header.expires = NOW.plus(20_080 * DAY);
    clock.trust(&future);
    assert!(doubts(&mut clock, later(1)));
    clock.trust(&trust());
    assert!(!doubts(&mut clock, later(2)));
}

#[test]
fn clocks_of_1970_and_2090_recover_online() {
    for wrong in [Timestamp(0), Timestamp(3_800_000_000)] {
        let start = Moment {
            wall: wrong,
            mono_ms: 0,
        };
        let mut clock = Clock::new(ClockState::default(), start);
        clock.trust(&trust());
        clock.manifest(kid(STATUS_KEY), NOW);
        clock.wrote(mark(1), wrong);
        clock.answered(kid(RECEIPT_KEY), NOW, 50, start);
        assert!(doubts(&mut clock, start));
        let corrected = Moment {
            wall: NOW.plus(60),
            mono_ms: 60_000,
        };
        clock.answered(kid(RECEIPT_KEY), NOW.plus(60), 50, corrected);
        assert!(!doubts(&mut clock, corrected));
    }
}

#[test]
fn the_kept_state_comes_back_and_nothing_else_reads_as_one() {
    let mut clock = clock();
    clock.manifest(kid(STATUS_KEY), NOW);
    clock.wrote(mark(3), NOW.plus(5));
    clock.answered(kid(RECEIPT_KEY), NOW.plus(7), 0, START);
    clock.wrote(mark(4), NOW.plus(9));
    let state = clock.state().clone();
    assert_eq!(
        state,
        ClockState {
            signed: [(kid(STATUS_KEY), NOW), (kid(RECEIPT_KEY), NOW.plus(7)),].into(),
            own: Some(NOW.plus(9)),
            forgiven: Some(mark(3)),
            offset: Some(ClockOffset::of(NOW.plus(7), 0, START)),
        }
    );
    assert_eq!(ClockState::decode(&state.encode()), Ok(state));
    assert_eq!(
        ClockState::decode(&ClockState::default().encode()),
        Ok(ClockState::default())
    );
    assert_eq!(ClockState::decode(b"\xa0"), Err(WrongShape));
}

#[test]
fn a_state_of_an_earlier_release_has_no_offset_and_still_reads() {
    let earlier = cbor::encode(&Value::map([
        ("signed", Value::Array(Vec::new())),
        ("own", Value::int(5)),
        ("forgiven", Value::Null),
    ]));
    let state = ClockState {
        own: Some(Timestamp(5)),
        ..ClockState::default()
    };
    assert_eq!(ClockState::decode(&earlier), Ok(state));
}

#[test]
fn a_jump_of_the_wall_clock_ends_what_was_measured_of_it() {
    let mut clock = clock();
    clock.answered(kid(RECEIPT_KEY), NOW.plus(7), 0, START);
    assert!(clock.state().offset.is_some());
    clock.observe(Moment {
        wall: START.wall.plus(600),
        ..START
    });
    assert_eq!(clock.state().offset, None);
}
