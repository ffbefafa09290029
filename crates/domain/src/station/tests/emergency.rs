//! Emergency admission, and registration by hand.

use super::bench::{Bench, knowledge, listed};
use crate::entry::{Action, Body, Flags, Kind, NewEntry, Personal};
use crate::fixture::{ISSUER, claims};
use crate::screen::{Colour, Command, HolderClass, Notice, Outcome, ScanId, Stage, Totals};
use crate::station::Event;
use crate::status::Sample;
use crate::verdict::{EmergencyReason, Reason, Verdict};

fn emergency(scan: Option<ScanId>, reason: EmergencyReason, note: &str) -> Command {
    Command::Emergency {
        scan,
        reason,
        note: note.to_owned(),
    }
}

fn register(name: &str, last_four: &str) -> Command {
    Command::Register {
        name: name.to_owned(),
        birth_year: Some(1950),
        last_four: last_four.to_owned(),
        class: Some(HolderClass::Senior),
    }
}

#[test]
fn an_emergency_without_a_scan_carries_its_reason_and_nothing_of_anybody() {
    let mut bench = Bench::new(knowledge());
    bench.press(emergency(None, EmergencyReason::MedicalHelp, " 孕妇 "));
    let at = bench.now.wall;
    let (seq, asked) = bench.commit();
    assert_eq!(
        asked.entry,
        NewEntry {
            kind: Kind::Emergency,
            verdict: None,
            action: Action::EmergencyAdmitted,
            flags: Flags::NONE,
            at,
            body: Body::Personal(Personal {
                emergency: Some((EmergencyReason::MedicalHelp, "孕妇".to_owned())),
                ..Personal::default()
            }),
        }
    );
    assert!(asked.emergency);
    assert_eq!(
        (asked.outcome, asked.remember),
        (Some(Outcome::Emergency), None)
    );
    assert_eq!(
        bench.screen.stage,
        Stage::Emergency {
            seq: Some(seq),
            reason: EmergencyReason::MedicalHelp,
        }
    );
    assert_eq!(
        bench.screen.today,
        Totals {
            emergency: 1,
            ..Totals::default()
        }
    );
    assert_eq!(bench.screen.last[0].reason, None);
}

#[test]
fn an_emergency_for_the_person_on_the_screen_seals_who_they_are_and_why_they_were_stopped() {
    let mut bench = Bench::new(listed(Colour::Red, Sample::None));
    bench.show(&claims());
    bench.commit();
    let scan = Some(bench.scan());
    bench.press(emergency(scan, EmergencyReason::DataTooOld, ""));
    let (_, asked) = bench.commit();
    assert_eq!(
        asked.entry.body,
        Body::Personal(Personal {
            issuer: Some(ISSUER.to_owned()),
            reasons: vec![Reason::Red],
            emergency: Some((EmergencyReason::DataTooOld, String::new())),
            name: Some("王*".to_owned()),
            birth_year: Some(1941),
            handle: Some(claims().handle),
            typed_last_four: None,
            class: Some(HolderClass::Senior),
        })
    );
}

#[test]
fn the_reason_other_needs_four_letters_in_any_script() {
    for (note, enough) in [
        ("", false),
        ("abc", false),
        ("a  b..c!", false),
        ("急事", false),
        ("help", true),
        ("急事来访", true),
    ] {
        let mut bench = Bench::new(knowledge());
        bench.press(emergency(None, EmergencyReason::Other, note));
        assert_eq!(bench.asked.len(), usize::from(enough), "{note}");
        let said = (!enough).then_some(Notice::Incomplete);
        assert_eq!(bench.notice(), said, "{note}");
    }
}

#[test]
fn an_emergency_that_even_the_reserve_cannot_hold_goes_on_paper() {
    let mut bench = Bench::new(knowledge());
    bench.press(emergency(None, EmergencyReason::Evacuation, ""));
    bench.fail();
    assert_eq!(
        bench.screen.stage,
        Stage::Emergency {
            seq: None,
            reason: EmergencyReason::Evacuation,
        }
    );
    bench.wait(600_000);
    assert!(matches!(bench.screen.stage, Stage::Emergency { .. }));
    bench.step(Event::Command(Command::Dismiss { scan: ScanId(0) }));
    assert_eq!(bench.screen.stage, Stage::Watching);
}

#[test]
fn an_emergency_for_a_person_who_is_no_longer_on_the_screen_is_asked_for_again() {
    let mut bench = Bench::new(knowledge());
    bench.press(emergency(Some(ScanId(3)), EmergencyReason::MedicalHelp, ""));
    assert!(bench.asked.is_empty());
    assert_eq!(bench.notice(), Some(Notice::PressAgain));
    assert_eq!(bench.screen.stage, Stage::Watching);
}

#[test]
fn a_hasty_emergency_is_asked_for_again() {
    let mut bench = Bench::new(knowledge());
    bench.press(Command::OtherKey);
    bench.wait(299);
    bench.step(Event::Command(emergency(
        None,
        EmergencyReason::MedicalHelp,
        "",
    )));
    assert_eq!(bench.notice(), Some(Notice::PressAgain));
    assert!(bench.asked.is_empty());
}

#[test]
fn an_emergency_is_recorded_and_flagged_while_the_log_is_rolled_back() {
    let mut bench = Bench::new(knowledge());
    bench.step(Event::LogRolledBack(true));
    bench.press(emergency(None, EmergencyReason::EmergencyCrew, ""));
    let (_, asked) = bench.commit();
    assert_eq!(asked.entry.flags, Flags::LOG_ROLLED_BACK);
}

#[test]
fn an_emergency_about_the_person_compared_takes_the_place_of_an_abandoned_entry() {
    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    let scan = Some(bench.scan());
    bench.press(emergency(scan, EmergencyReason::UrgentMedicine, ""));
    assert_eq!(bench.asked.len(), 1);

    let mut bench = Bench::new(knowledge());
    bench.show(&claims());
    bench.press(emergency(None, EmergencyReason::UrgentMedicine, ""));
    assert_eq!(bench.commit().1.entry.action, Action::Abandoned);
    assert_eq!(bench.commit().1.entry.kind, Kind::Emergency);
    assert!(matches!(bench.screen.stage, Stage::Emergency { .. }));
}

#[test]
fn a_person_without_a_code_is_attention_by_hand_and_may_be_let_in() {
    let mut bench = Bench::new(knowledge());
    bench.press(register(" 李四 ", "998x"));
    let at = bench.now.wall;
    let (of, asked) = bench.commit();
    assert_eq!(
        asked.entry,
        NewEntry {
            kind: Kind::Registered,
            verdict: Some(Verdict::Attention),
            action: Action::Shown,
            flags: Flags::NONE,
            at,
            body: Body::Personal(Personal {
                reasons: vec![Reason::ByHand],
                name: Some("李四".to_owned()),
                birth_year: Some(1950),
                typed_last_four: Some("998X".to_owned()),
                class: Some(HolderClass::Senior),
                ..Personal::default()
            }),
        }
    );
    assert_eq!(
        bench.says(),
        (Verdict::Attention, vec![Reason::ByHand], Some(of))
    );
    assert!(bench.verdict().may_let_in);
    assert_eq!(bench.verdict().person.as_ref().unwrap().status, None);
    let scan = bench.scan();
    bench.press(Command::LetIn { scan });
    let (seq, _) = bench.commit();
    assert_eq!(bench.screen.stage, Stage::LetIn { scan, seq, of });

    bench.press(register("李四", "998X"));
    bench.commit();
    assert_eq!(bench.says().1, vec![Reason::ByHand, Reason::SeenRecently]);
}

#[test]
fn a_registration_without_a_name_or_four_signs_of_the_document_is_incomplete() {
    for (name, last_four) in [
        ("", "998X"),
        ("  ", "998X"),
        ("\u{200b}", "998X"),
        ("李四", "998"),
        ("李四", "9980X"),
        ("李四", "99-X"),
        ("李四", "九九八"),
    ] {
        let mut bench = Bench::new(knowledge());
        bench.press(register(name, last_four));
        assert_eq!(
            bench.notice(),
            Some(Notice::Incomplete),
            "{name} {last_four}"
        );
        assert!(bench.asked.is_empty());
    }
}

#[test]
fn nobody_is_registered_into_a_log_that_is_rolled_back() {
    let mut bench = Bench::new(knowledge());
    bench.step(Event::LogRolledBack(true));
    bench.press(register("李四", "998X"));
    bench.commit();
    assert_eq!(bench.says().1, vec![Reason::LogRolledBack]);
}

#[test]
fn sheets_wait_while_a_form_is_open_and_are_read_once_it_is_gone() {
    let mut bench = Bench::new(knowledge());
    bench.step(Event::Command(Command::FormOpened));
    bench.show(&claims());
    assert_eq!(bench.screen.stage, Stage::Watching);
    bench.step(Event::Command(Command::FormClosed));
    bench.show(&claims());
    assert!(bench.compares());
}

#[test]
fn what_a_form_sends_closes_it_unless_it_was_incomplete() {
    let mut bench = Bench::new(knowledge());
    bench.step(Event::Command(Command::FormOpened));
    bench.press(register("", ""));
    bench.show(&claims());
    assert_eq!(bench.screen.stage, Stage::Watching);
    bench.press(register("李四", "998X"));
    bench.commit();
    bench.take_away();
    bench.show(&claims());
    assert!(bench.compares());
}

#[test]
fn a_sheet_beside_an_open_form_does_not_sweep_away_what_staff_did_in_it() {
    let mut bench = Bench::new(knowledge());
    bench.step(Event::Command(Command::FormOpened));
    bench.show(&claims());
    bench.press(register("李四", "998x"));
    bench.commit();
    for _ in 0..20 {
        bench.show(&claims());
        bench.wait(500);
        assert_eq!(bench.verdict().reasons[0].reason, Reason::ByHand);
    }
    let scan = bench.scan();
    bench.show(&claims());
    bench.press(Command::LetIn { scan });
    bench.commit();
    bench.show(&claims());
    assert!(bench.compares(), "then it is the next one's turn");
}

#[test]
fn an_emergency_stands_for_five_seconds_before_a_sheet_that_is_there_already() {
    let mut bench = Bench::new(knowledge());
    bench.step(Event::Command(Command::FormOpened));
    bench.show(&claims());
    bench.press(emergency(None, EmergencyReason::MedicalHelp, ""));
    bench.commit();
    for _ in 0..10 {
        bench.show(&claims());
        assert!(matches!(bench.screen.stage, Stage::Emergency { .. }));
        bench.wait(500);
    }
    bench.show(&claims());
    assert!(bench.compares());
}

#[test]
fn the_stage_stays_under_an_open_form_so_that_an_emergency_finds_its_person() {
    let mut bench = Bench::new(knowledge());
    bench.admit(&claims());
    let scan = bench.scan();
    bench.step(Event::Command(Command::FormOpened));
    bench.wait(60_000);
    assert_eq!(bench.scan(), scan);
    bench.press(emergency(Some(scan), EmergencyReason::MedicalHelp, ""));
    assert_eq!(bench.commit().1.entry.kind, Kind::Emergency);
    assert!(matches!(bench.screen.stage, Stage::Emergency { .. }));
}
