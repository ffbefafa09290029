//! Comparing the ID document, and the guards on the keys that confirm.

use super::bench::{Bench, held, knowledge, unchecked, under};
use crate::entry::{Action, Body, Flags, Kind, NewEntry, Personal};
use crate::fixture::{ISSUER, NOW, assignment, claims, everyone, resident};
use crate::screen::{Colour, Command, HolderClass, Notice, Outcome, Preset, ScanId, Stage};
use crate::station::{Event, Knowledge};
use crate::status::Sample;
use crate::time::HOUR;
use crate::verdict::{Reason, Verdict};

/// What is sealed of the resident of [`claims`].
fn personal(reasons: Vec<Reason>) -> Personal {
    Personal {
        issuer: Some(ISSUER.to_owned()),
        reasons,
        name: Some("王*".to_owned()),
        birth_year: Some(1941),
        handle: Some(claims().handle),
        class: Some(HolderClass::Senior),
        ..Personal::default()
    }
}

#[test]
fn an_admit_is_neutral_and_unstored_while_the_document_is_compared_and_shown_once_it_is_durable() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let Stage::Comparing { scan, person } = bench.screen.stage.clone() else {
        panic!("{:?}", bench.screen.stage);
    };
    assert_eq!(person.unwrap().last_four, "123X");
    assert!(bench.asked.is_empty());

    bench.press(Command::Matches { scan });
    assert_eq!(bench.screen.stage, Stage::Storing { scan });
    let at = bench.now.wall;
    let (seq, asked) = bench.commit();
    assert_eq!(
        asked.entry,
        NewEntry {
            kind: Kind::Scan,
            verdict: Some(Verdict::Admit),
            action: Action::Admitted,
            flags: Flags::IDENTITY_CHECKED,
            at,
            body: Body::Personal(personal(vec![Reason::IdMatches])),
        }
    );
    assert_eq!(asked.outcome, Some(Outcome::Admit));
    assert!(asked.remember.is_some() && !asked.emergency);
    assert_eq!(
        bench.says(),
        (Verdict::Admit, vec![Reason::IdMatches], Some(seq))
    );
}

#[test]
fn with_the_check_turned_off_the_rules_admit_by_themselves() {
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    let (seq, asked) = bench.commit();
    assert_eq!(asked.entry.flags, Flags::NONE);
    assert_eq!(
        bench.says(),
        (Verdict::Admit, vec![Reason::RulesHold], Some(seq))
    );
}

#[test]
fn a_name_that_hides_something_is_compared_even_with_the_check_turned_off() {
    let mut bench = Bench::new(unchecked());
    let mut hidden = claims();
    hidden.name = "王\u{200b}*".to_owned();
    bench.show(&hidden);
    assert!(bench.compares());
}

#[test]
fn ageing_status_is_said_beside_the_matching_document() {
    let mut bench = Bench::new(under(|policy| policy.status_warn_hours = 1));
    bench.show(&claims());
    let scan = bench.scan();
    bench.press(Command::Matches { scan });
    bench.commit();
    assert_eq!(
        bench.says().1,
        vec![Reason::IdMatches, Reason::StatusAgeing]
    );
}

#[test]
fn a_document_of_someone_else_and_none_at_all_are_refused_and_recorded() {
    for (differs, reason, flags) in [
        (true, Reason::IdDiffers, Flags::IDENTITY_CHECKED),
        (false, Reason::IdMissing, Flags::NONE),
    ] {
        let mut bench = Bench::new(knowledge());
        bench.show(&claims());
        let scan = bench.scan();
        bench.press(if differs {
            Command::Differs { scan }
        } else {
            Command::NoDocument { scan }
        });
        let (seq, asked) = bench.commit();
        assert_eq!(asked.entry.action, Action::TurnedAway);
        assert_eq!(asked.entry.flags, flags);
        assert_eq!(asked.entry.body, Body::Personal(personal(vec![reason])));
        assert_eq!(asked.remember, None);
        assert_eq!(bench.says(), (Verdict::Refuse, vec![reason], Some(seq)));
    }
}

#[test]
fn a_comparison_that_another_sheet_interrupts_is_stored_as_abandoned() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let first = bench.scan();
    bench.wait(500);
    bench.show(&resident(1));
    assert!(bench.compares() && bench.scan() > first);
    let at = bench.now.wall;
    let (_, asked) = bench.commit();
    assert_eq!(
        asked.entry,
        NewEntry {
            kind: Kind::Scan,
            verdict: None,
            action: Action::Abandoned,
            flags: Flags::NONE,
            at,
            body: Body::Personal(personal(vec![Reason::RulesHold])),
        }
    );
    assert_eq!((asked.outcome, asked.remember), (None, None));
    assert!(bench.compares());
}

#[test]
fn a_dismissed_comparison_is_stored_as_abandoned_too() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let scan = bench.scan();
    bench.step(Event::Command(Command::Dismiss { scan }));
    assert_eq!(bench.screen.stage, Stage::Watching);
    assert_eq!(bench.commit().1.entry.action, Action::Abandoned);
}

#[test]
fn a_shaking_hand_does_not_begin_the_comparison_anew() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let scan = bench.scan();
    bench.take_away();
    bench.show(&claims());
    assert_eq!(bench.scan(), scan);
    assert!(bench.asked.is_empty());
}

#[test]
fn the_name_goes_after_30_seconds_comes_back_by_a_key_and_nothing_admits_by_itself() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let scan = bench.scan();
    let named = |bench: &Bench| {
        let Stage::Comparing { person, .. } = &bench.screen.stage else {
            panic!("{:?}", bench.screen.stage);
        };
        person.is_some()
    };
    bench.wait(29_999);
    assert!(named(&bench));
    bench.wait(1);
    assert!(!named(&bench));
    bench.step(Event::Command(Command::ShowPerson { scan }));
    assert!(named(&bench));
    bench.wait(29_999);
    assert!(named(&bench));
    for _ in 0..100 {
        bench.wait(60_000);
    }
    assert!(bench.compares() && !named(&bench));
    assert!(bench.asked.is_empty());
}

#[test]
fn nothing_is_confirmed_within_600_ms_of_a_change_of_the_screen() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let scan = bench.scan();
    bench.wait(599);
    bench.step(Event::Command(Command::Matches { scan }));
    assert_eq!(bench.notice(), Some(Notice::PressAgain));
    assert!(bench.compares());
    bench.wait(300);
    bench.step(Event::Command(Command::Matches { scan }));
    assert_eq!(bench.screen.stage, Stage::Storing { scan });
}

#[test]
fn nothing_is_confirmed_within_300_ms_of_any_other_key() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let scan = bench.scan();
    bench.press(Command::OtherKey);
    bench.wait(299);
    bench.step(Event::Command(Command::Matches { scan }));
    assert_eq!(bench.notice(), Some(Notice::PressAgain));
    bench.wait(299);
    bench.step(Event::Command(Command::Differs { scan }));
    assert!(bench.compares());
    bench.wait(300);
    bench.step(Event::Command(Command::Differs { scan }));
    assert_eq!(bench.screen.stage, Stage::Storing { scan });
}

#[test]
fn a_burst_from_a_hand_scanner_with_enter_at_its_end_confirms_nothing() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let scan = bench.scan();
    bench.wait(5_000);
    for _ in 0..200 {
        bench.step(Event::Command(Command::OtherKey));
        bench.wait(2);
    }
    bench.step(Event::Command(Command::Matches { scan }));
    assert!(bench.compares());
    assert!(bench.asked.is_empty());
}

#[test]
fn the_word_press_again_goes_after_three_seconds() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let scan = bench.scan();
    bench.step(Event::Command(Command::Matches { scan }));
    bench.wait(2_999);
    assert_eq!(bench.notice(), Some(Notice::PressAgain));
    bench.wait(1);
    assert_eq!(bench.notice(), None);
}

#[test]
fn a_key_for_another_scan_is_ignored_in_silence() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let late = ScanId(bench.scan().0 - 1);
    for command in [
        Command::Matches { scan: late },
        Command::Differs { scan: late },
        Command::NoDocument { scan: late },
        Command::LetIn { scan: late },
        Command::Dismiss { scan: late },
        Command::Hold { scan: late },
        Command::ShowPerson { scan: late },
    ] {
        bench.press(command);
        assert!(bench.compares());
        assert_eq!(bench.notice(), None);
    }
    assert!(bench.asked.is_empty());
}

#[test]
fn what_arrives_while_the_document_is_compared_is_judged_when_the_key_comes() {
    let red = Knowledge {
        snapshot: held(everyone(Colour::Red, Sample::None)),
        ..knowledge()
    };
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let scan = bench.scan();
    bench.step(Event::KnowledgeArrived(red));
    assert!(bench.compares());
    bench.press(Command::Matches { scan });
    bench.commit();
    assert_eq!(bench.says().1, vec![Reason::Red]);
}

#[test]
fn invariant_3_a_clock_that_comes_into_doubt_while_the_document_is_compared_admits_nobody() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let scan = bench.scan();
    bench.set_clock(-HOUR);
    bench.commit(); // the doubt itself is recorded
    bench.press(Command::Matches { scan });
    bench.commit();
    assert_eq!(bench.says().1, vec![Reason::ClockDoubt]);
}

#[test]
fn a_demo_authority_stands_on_the_screen_and_in_every_entry() {
    let mut bench = Bench::new(Knowledge {
        trust: held(crate::fixture::trust_of(
            &crate::fixture::trust().body,
            true,
        )),
        assignment: held(assignment(Preset::Residential)),
        ..knowledge()
    });
    assert!(bench.screen.demo);
    bench.show_text("https://example.org");
    let (_, asked) = bench.commit();
    assert_eq!(asked.entry.flags, Flags::DEMO);
    assert_eq!(asked.entry.at, NOW);
}
