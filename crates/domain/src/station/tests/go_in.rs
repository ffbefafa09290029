//! Admit, the second scan, let in, and taking back.

use super::bench::{Bench, knowledge, listed, setup, unchecked};
use crate::entry::{Action, Body, Detail, Flags, Kind, NewEntry};
use crate::fixture::{NOW, claims, resident};
use crate::recent::Seen;
use crate::screen::{Colour, Command, Notice, Outcome, Stage, SyncView, Totals, UndoView};
use crate::station::Event;
use crate::status::Sample;
use crate::time::HOUR;
use crate::verdict::{Reason, Verdict};

const TESTED: Sample = Sample::Negative(NOW_MINUS_8H);
const NOW_MINUS_8H: crate::time::Timestamp = crate::time::Timestamp(NOW.0 - 8 * HOUR);

#[test]
fn invariant_2_no_admit_is_shown_before_its_entry_is_durable() {
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    let scan = bench.scan();
    for _ in 0..50 {
        bench.wait(1_000);
        assert_eq!(bench.screen.stage, Stage::Storing { scan });
    }
    bench.commit();
    assert_eq!(bench.verdict().verdict, Verdict::Admit);
}

#[test]
fn invariant_2_an_admit_that_cannot_be_stored_is_undecided_and_remembers_nobody() {
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    bench.fail();
    assert_eq!(
        bench.says(),
        (Verdict::Undecided, vec![Reason::CannotStore], None)
    );
    assert_eq!(bench.screen.today, Totals::default());
    assert_eq!(bench.screen.undo, None);
    bench.take_away();
    bench.show(&claims());
    bench.commit();
    assert_eq!(bench.verdict().verdict, Verdict::Admit);
}

#[test]
fn an_admit_returns_after_four_seconds_unless_it_is_held() {
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    bench.commit();
    assert_eq!(bench.verdict().returns_in_ms, Some(4_000));
    bench.wait(3_999);
    assert_eq!(bench.verdict().returns_in_ms, Some(1_000)); // as last sent, a second ago
    bench.wait(1);
    assert_eq!(bench.screen.stage, Stage::Watching);

    bench.show(&resident(1));
    bench.commit();
    let scan = bench.scan();
    bench.step(Event::Command(Command::Hold { scan }));
    bench.wait(60_000);
    assert_eq!(bench.verdict().returns_in_ms, None);
    assert_eq!(bench.verdict().person, None);
    bench.step(Event::Command(Command::Dismiss { scan }));
    assert_eq!(bench.screen.stage, Stage::Watching);
}

#[test]
fn a_sheet_held_on_after_its_admit_is_no_second_scan() {
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    bench.commit();
    for _ in 0..100 {
        bench.wait(100);
        bench.show(&claims());
    }
    assert_eq!(bench.screen.stage, Stage::Watching);
    assert!(bench.asked.is_empty());
}

#[test]
fn the_same_sheet_again_within_ten_minutes_is_attention_and_from_then_on_an_admit() {
    for (after_s, reason) in [(599, Reason::SeenRecently), (600, Reason::RulesHold)] {
        let mut bench = Bench::new(unchecked());
        bench.show(&claims());
        bench.commit();
        bench.wait(after_s * 1_000);
        bench.show(&claims());
        bench.commit();
        assert_eq!(bench.says().1, vec![reason]);
    }
}

#[test]
fn invariant_8_who_went_in_before_the_restart_is_remembered_whatever_was_uploaded() {
    let tag = setup(knowledge(), Vec::new()).recent.tag(claims().handle);
    let seen = Seen {
        tag,
        at: NOW.plus(-300),
        seq: 7,
        undone: false,
    };
    let mut bench = Bench::start(setup(knowledge(), vec![seen]));
    bench.step(Event::SyncChanged(SyncView {
        waiting: 0,
        last_receipt: Some(NOW),
        link: crate::screen::LinkView::Online,
        dispute: None,
    }));
    bench.show(&claims());
    bench.commit();
    let view = bench.verdict();
    assert_eq!(view.reasons[0].reason, Reason::SeenRecently);
    assert_eq!(view.reasons[0].amount, Some(5));
}

#[test]
fn an_attention_that_staff_resolve_is_a_second_entry_counted_apart_and_never_an_admit() {
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    bench.commit();
    bench.take_away();
    bench.wait(4_000);
    bench.show(&claims());
    let (of, shown) = bench.commit();
    assert_eq!(shown.entry.action, Action::Shown);
    assert_eq!(shown.remember, None);
    assert!(bench.verdict().may_let_in);
    let scan = bench.scan();
    bench.press(Command::LetIn { scan });
    assert_eq!(bench.screen.stage, Stage::Storing { scan });
    let at = bench.now.wall;
    let (seq, asked) = bench.commit();
    assert_eq!(
        asked.entry,
        NewEntry {
            kind: Kind::LetIn,
            verdict: None,
            action: Action::LetIn,
            flags: Flags::NONE,
            at,
            body: Body::Detail(Detail::LetIn { of }),
        }
    );
    assert_eq!(asked.outcome, Some(Outcome::LetIn));
    assert!(asked.remember.is_some());
    assert_eq!(bench.screen.stage, Stage::LetIn { scan, seq, of });
    assert_eq!(
        bench.screen.today,
        Totals {
            admit: 1,
            attention: 1,
            let_in: 1,
            ..Totals::default()
        }
    );
    bench.wait(4_000);
    assert_eq!(bench.screen.stage, Stage::Watching);
}

#[test]
fn who_was_let_in_is_remembered_like_who_was_admitted() {
    let mut bench = Bench::new(unchecked());
    let mut minor = claims();
    minor.birth_year = 2000;
    bench.show(&minor);
    bench.commit();
    let scan = bench.scan();
    bench.press(Command::LetIn { scan });
    bench.commit();
    bench.wait(60_000);
    bench.show(&minor);
    bench.commit();
    assert_eq!(
        bench.says().1,
        vec![Reason::SeenRecently, Reason::ClassDiffers]
    );
}

#[test]
fn a_let_in_that_cannot_be_stored_leaves_the_attention_and_says_so() {
    let mut bench = Bench::new(unchecked());
    let mut minor = claims();
    minor.birth_year = 2000;
    bench.show(&minor);
    let (of, _) = bench.commit();
    let scan = bench.scan();
    bench.press(Command::LetIn { scan });
    bench.fail();
    assert_eq!(
        bench.says(),
        (Verdict::Attention, vec![Reason::ClassDiffers], Some(of))
    );
    assert_eq!(bench.notice(), Some(Notice::NotStored));
    assert_eq!(bench.screen.today.let_in, 0);
}

#[test]
fn nobody_is_let_in_for_yellow_nor_by_a_hasty_key() {
    let mut bench = Bench::new(listed(Colour::Yellow, TESTED));
    bench.show(&claims());
    bench.commit();
    let scan = bench.scan();
    bench.press(Command::LetIn { scan });
    assert_eq!(bench.says().1, vec![Reason::Yellow]);
    assert_eq!(bench.notice(), None);

    let mut bench = Bench::new(unchecked());
    let mut minor = claims();
    minor.birth_year = 2000;
    bench.show(&minor);
    bench.commit();
    let scan = bench.scan();
    bench.wait(599);
    bench.step(Event::Command(Command::LetIn { scan }));
    assert_eq!(bench.notice(), Some(Notice::PressAgain));
    assert!(bench.asked.is_empty());
}

#[test]
fn an_attention_that_time_has_turned_into_a_doubt_is_not_resolved_any_more() {
    let mut bench = Bench::new(unchecked());
    let mut minor = claims();
    minor.birth_year = 2000;
    bench.show(&minor);
    bench.commit();
    let scan = bench.scan();
    bench.set_clock(HOUR);
    bench.commit();
    bench.press(Command::LetIn { scan });
    let (_, asked) = bench.commit();
    assert_eq!(asked.entry.action, Action::TurnedAway);
    assert_eq!(bench.says().1, vec![Reason::ClockDoubt]);
}

#[test]
fn an_attention_that_cannot_be_stored_is_undecided() {
    let mut bench = Bench::new(listed(Colour::Yellow, TESTED));
    bench.show(&claims());
    bench.fail();
    assert_eq!(
        bench.says(),
        (Verdict::Undecided, vec![Reason::CannotStore], None)
    );
    assert!(!bench.verdict().may_let_in);
}

#[test]
fn an_admit_can_be_taken_back_and_then_counts_nowhere() {
    let mut bench = Bench::new(knowledge());
    let of = bench.admit(&claims());
    assert_eq!(
        bench.screen.undo,
        Some(UndoView {
            seq: of,
            left_ms: 30_000
        })
    );
    bench.press(Command::Undo { seq: of });
    let at = bench.now.wall;
    let (_, asked) = bench.commit();
    assert_eq!(
        asked.entry,
        NewEntry {
            kind: Kind::Undo,
            verdict: None,
            action: Action::Undone,
            flags: Flags::NONE,
            at,
            body: Body::Detail(Detail::Undo { of }),
        }
    );
    assert_eq!((asked.outcome, asked.remember), (None, None));
    assert_eq!(bench.screen.stage, Stage::Undone { of });
    assert_eq!(bench.screen.today, Totals::default());
    assert!(bench.screen.last[0].undone);
    assert_eq!(bench.screen.undo, None);
    bench.wait(4_000);
    assert_eq!(bench.screen.stage, Stage::Watching);
    bench.show(&claims());
    assert!(bench.compares(), "an undone admit is not remembered");
}

#[test]
fn a_let_in_can_be_taken_back_and_the_attention_stays_counted() {
    let mut bench = Bench::new(unchecked());
    let mut minor = claims();
    minor.birth_year = 2000;
    bench.show(&minor);
    bench.commit();
    let scan = bench.scan();
    bench.press(Command::LetIn { scan });
    let (seq, _) = bench.commit();
    bench.press(Command::Undo { seq });
    bench.commit();
    assert_eq!(bench.screen.stage, Stage::Undone { of: seq });
    assert_eq!(
        bench.screen.today,
        Totals {
            attention: 1,
            ..Totals::default()
        }
    );
}

#[test]
fn taking_back_ends_to_the_millisecond_after_30_seconds() {
    for (wait, late) in [(29_999, false), (30_000, true)] {
        let mut bench = Bench::new(knowledge());
        let seq = bench.admit(&claims());
        bench.wait(wait);
        assert_eq!(bench.screen.undo.is_none(), late);
        bench.step(Event::Command(Command::Undo { seq }));
        assert_eq!(bench.notice().is_some(), late);
        assert_eq!(bench.asked.is_empty(), late);
    }
}

#[test]
fn a_late_undo_is_told_so() {
    let mut bench = Bench::new(knowledge());
    let seq = bench.admit(&claims());
    bench.wait(31_000);
    bench.step(Event::Command(Command::Undo { seq }));
    assert_eq!(bench.notice(), Some(Notice::TooLateToUndo));
    assert_eq!(bench.screen.today.admit, 1);
}

#[test]
fn taking_back_works_while_the_next_person_is_compared_and_leaves_them_on_the_screen() {
    let mut bench = Bench::new(knowledge());
    let seq = bench.admit(&claims());
    bench.wait(4_000);
    bench.show(&resident(1));
    bench.press(Command::Undo { seq });
    bench.commit();
    assert!(bench.compares());
    assert_eq!(bench.screen.today, Totals::default());
    assert!(bench.screen.last[0].undone);
}

#[test]
fn an_undo_counts_once_and_can_be_asked_again_if_it_was_not_stored() {
    let mut bench = Bench::new(knowledge());
    let seq = bench.admit(&claims());
    bench.press(Command::Undo { seq });
    bench.wait(400);
    bench.step(Event::Command(Command::Undo { seq }));
    assert_eq!(bench.asked.len(), 1);
    bench.fail();
    assert_eq!(bench.notice(), Some(Notice::NotStored));
    assert_eq!(bench.screen.today.admit, 1);
    bench.press(Command::Undo { seq });
    bench.commit();
    assert_eq!(bench.screen.today.admit, 0);
}

#[test]
fn of_two_admits_each_can_be_taken_back_and_the_newest_is_offered() {
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    let (first, _) = bench.commit();
    bench.wait(1_000);
    bench.show(&resident(1));
    let (second, _) = bench.commit();
    assert_eq!(bench.screen.undo.map(|undo| undo.seq), Some(second));
    bench.press(Command::Undo { seq: first });
    bench.commit();
    assert_eq!(bench.screen.today.admit, 1);
    assert_eq!(bench.verdict().seq, Some(second));
    assert_eq!(bench.screen.undo.map(|undo| undo.seq), Some(second));
}
