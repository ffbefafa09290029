//! Refuse and undecided, and what makes a station close its door.

use super::bench::{Bench, knowledge, listed, setup, unchecked};
use crate::clock::{ClockState, EntryMark};
use crate::code::native::{Slip, TestResult};
use crate::entry::{Action, Body, Detail, Flags, Kind, NewEntry, Personal};
use crate::fixture::{NOW, RECEIPT_KEY, claims, key, slip_for, text};
use crate::screen::{Colour, Outcome, Totals};
use crate::station::{self, Event, Knowledge, Setup};
use crate::status::Sample;
use crate::time::{DAY, HOUR};
use crate::verdict::{Reason, Verdict};

#[test]
fn invariant_1_only_what_verifies_can_be_admitted() {
    let mut strange = claims();
    strange.issuer = "elsewhere".to_owned();
    let forged = strange.sign(&key(99));
    let lying = strange.sign(&key(crate::fixture::ISSUER_KEY));
    let true_text = text(&claims());
    let cut = &true_text.as_bytes()[..true_text.len() - 3];
    for (shown, reason) in [
        (forged.as_bytes(), Reason::UnknownIssuer),
        (lying.as_bytes(), Reason::IssuerDiffers),
        (cut, Reason::Malformed),
        (b"https://example.org/pay".as_slice(), Reason::NotAPass),
        (b"MSV1:310106".as_slice(), Reason::VenueCode),
    ] {
        let mut bench = Bench::new(unchecked());
        bench.step(Event::reading(vec![shown.to_vec()]));
        let (seq, asked) = bench.commit();
        assert_eq!(
            asked.entry,
            NewEntry {
                kind: Kind::Scan,
                verdict: Some(Verdict::Refuse),
                action: Action::TurnedAway,
                flags: Flags::NONE,
                at: NOW,
                body: Body::Personal(Personal {
                    reasons: vec![reason],
                    ..Personal::default()
                }),
            }
        );
        assert_eq!(bench.says(), (Verdict::Refuse, vec![reason], Some(seq)));
        assert_eq!(bench.verdict().person, None);
        assert_eq!(bench.screen.today.refuse, 1);
    }
}

#[test]
fn refuse_and_undecided_are_shown_even_where_they_cannot_be_stored_and_say_so() {
    for (knowledge, verdict) in [
        (listed(Colour::Red, Sample::None), Verdict::Refuse),
        (
            Knowledge {
                snapshot: None,
                ..knowledge()
            },
            Verdict::Undecided,
        ),
    ] {
        let mut bench = Bench::new(knowledge);
        bench.show(&claims());
        bench.fail();
        assert_eq!(bench.verdict().verdict, verdict);
        assert_eq!(bench.verdict().seq, None);
        assert_eq!(bench.screen.today, Totals::default());
        assert_eq!(bench.screen.last.len(), 1);
    }
}

#[test]
fn a_refusal_stays_until_the_next_sheet_and_its_name_goes_after_15_seconds() {
    let mut bench = Bench::new(listed(Colour::Red, Sample::None));
    bench.show(&claims());
    bench.commit();
    bench.wait(14_999);
    assert!(bench.verdict().person.is_some());
    bench.wait(1);
    assert_eq!(bench.verdict().person, None);
    bench.wait(3_600_000);
    assert_eq!(bench.says().1, vec![Reason::Red]);
    let before = bench.scan();
    bench.show(&claims());
    bench.commit();
    assert!(bench.scan() > before);
}

#[test]
fn a_station_without_documents_decides_nothing_of_a_pass_and_still_knows_a_link() {
    let mut bench = Bench::new(Knowledge::default());
    bench.show(&claims());
    bench.fail();
    assert_eq!(bench.says().1, vec![Reason::KeysTooOld]);
    bench.show_text("https://example.org");
    bench.fail();
    assert_eq!(bench.says().1, vec![Reason::NotAPass]);
    bench.step(Event::KnowledgeArrived(Knowledge {
        assignment: None,
        ..knowledge()
    }));
    bench.take_away();
    bench.show(&claims());
    bench.fail();
    assert_eq!(bench.says().1, vec![Reason::NoRules]);
}

#[test]
fn while_the_log_is_older_than_its_anchor_nobody_is_admitted_and_refusals_stay() {
    let mut bench = Bench::new(knowledge());
    bench.step(Event::LogRolledBack(true));
    bench.show(&claims());
    let (_, asked) = bench.commit();
    assert_eq!(asked.entry.flags, Flags::LOG_ROLLED_BACK);
    assert_eq!(bench.says().1, vec![Reason::LogRolledBack]);
    assert_eq!(bench.verdict().verdict, Verdict::Undecided);
    bench.show_text("https://example.org");
    bench.commit();
    assert_eq!(bench.says().1, vec![Reason::NotAPass]);
    bench.step(Event::LogRolledBack(false));
    bench.show(&claims());
    assert!(bench.compares());
}

#[test]
fn invariant_10_a_clock_that_is_set_back_is_recorded_asked_about_and_cleared_by_the_centre() {
    let mut bench = Bench::new(unchecked());
    bench.other.clear();
    bench.set_clock(-HOUR);
    assert!(bench.screen.knowledge.clock_doubt);
    assert!(bench.other.contains(&station::Action::SyncNow));
    let (_, asked) = bench.commit();
    assert_eq!(
        asked.entry,
        NewEntry {
            kind: Kind::Clock,
            verdict: None,
            action: Action::None,
            flags: Flags::CLOCK_DOUBT,
            at: NOW.plus(-HOUR),
            body: Body::Detail(Detail::Clock {
                wall: NOW.plus(-HOUR),
                floor: NOW.plus(-HOUR),
            }),
        }
    );
    bench.show(&claims());
    let (_, asked) = bench.commit();
    assert_eq!(asked.entry.flags, Flags::CLOCK_DOUBT);
    assert_eq!(
        bench.says().1,
        vec![Reason::ClockDoubt],
        "a doubt is undecided"
    );

    bench.set_clock(HOUR);
    bench.step(Event::ClockChecked {
        key: key(RECEIPT_KEY).public().kid(),
        server_time: bench.now.wall,
        asked_ms_ago: 800,
    });
    assert!(!bench.screen.knowledge.clock_doubt);
    bench.take_away();
    bench.show(&claims());
    bench.commit();
    assert_eq!(bench.verdict().verdict, Verdict::Admit);
}

#[test]
fn invariant_10_an_own_last_entry_from_the_future_is_a_doubt_that_survives_restarts_until_cleared()
{
    let start = |clock, at| Setup {
        clock,
        newest_entry: Some((EntryMark { epoch: 1, seq: 9 }, at)),
        ..setup(unchecked(), Vec::new())
    };
    let bench = Bench::start(start(ClockState::default(), NOW.plus(80 * HOUR)));
    assert!(bench.screen.knowledge.clock_doubt);
    let kept = bench.other.iter().rev().find_map(|action| match action {
        station::Action::KeepClock(state) => Some(state.as_ref().clone()),
        station::Action::Store { .. }
        | station::Action::Show(_)
        | station::Action::SyncNow
        | station::Action::UseDemoCamera
        | station::Action::UseWebcam(_) => None,
    });

    let mut bench = Bench::start(start(kept.unwrap(), NOW));
    assert!(bench.screen.knowledge.clock_doubt);
    bench.step(Event::ClockChecked {
        key: key(RECEIPT_KEY).public().kid(),
        server_time: NOW,
        asked_ms_ago: 60_000,
    });
    assert!(!bench.screen.knowledge.clock_doubt);
}

#[test]
fn a_slip_beside_its_paper_gives_the_missing_test_in_either_order_within_two_minutes() {
    let sampled = Slip {
        sampled_at: NOW.plus(-HOUR),
        result: TestResult::Negative,
    };
    let slip = slip_for(&claims(), sampled);
    for slip_first in [false, true] {
        for (wait_ms, admitted) in [(120_000, true), (120_001, false)] {
            let mut bench = Bench::new(listed(Colour::Green, Sample::None));
            let (first, second, alone) = if slip_first {
                (&slip, &claims(), Reason::KindNotAllowed)
            } else {
                (&claims(), &slip, Reason::NoTest)
            };
            bench.show(first);
            bench.commit();
            assert_eq!(bench.says().1, vec![alone]);
            bench.wait(wait_ms);
            bench.show(second);
            assert_eq!(bench.compares(), admitted, "{slip_first} {wait_ms}");
        }
    }
}

#[test]
fn a_positive_slip_and_a_slip_of_someone_else_help_nobody() {
    let sampled = Slip {
        sampled_at: NOW.plus(-HOUR),
        result: TestResult::Positive,
    };
    let mut bench = Bench::new(knowledge());
    bench.show(&slip_for(&claims(), sampled));
    bench.commit();
    bench.show(&claims());
    bench.commit();
    assert_eq!(bench.says().1, vec![Reason::TestPositive]);

    let mut bench = Bench::new(listed(Colour::Green, Sample::None));
    let negative = Slip {
        result: TestResult::Negative,
        ..sampled
    };
    bench.show(&claims());
    bench.commit();
    bench.show(&slip_for(&crate::fixture::resident(1), negative));
    bench.commit();
    assert_eq!(bench.says().1, vec![Reason::KindNotAllowed]);
}

#[test]
fn an_expired_sheet_shows_its_facts_and_is_counted_as_refused() {
    let mut bench = Bench::new(knowledge());
    let mut old = claims();
    old.issued_at = NOW.plus(-100 * DAY);
    old.expires = NOW.plus(-12 * DAY);
    bench.show(&old);
    let (_, asked) = bench.commit();
    assert_eq!(asked.outcome, Some(Outcome::Refuse));
    assert_eq!(bench.verdict().reasons[0].amount, Some(12));
    assert_eq!(
        bench.verdict().person.as_ref().unwrap().expires,
        Some(NOW.plus(-12 * DAY))
    );
}
