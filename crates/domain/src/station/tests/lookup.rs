//! Codes that nobody signed at the station: looked up, at best attention, let in by staff, logged without a name.

use super::bench::{Bench, held, knowledge};
use crate::code::foreign::Format;
use crate::code::foreign::fixture::{KEY_ID, key, ticket, vaccinated};
use crate::code::lookup::OpaqueCode;
use crate::document::{Product, VenuePolicy};
use crate::entry::{Action, Body, Kind, NewEntry, Personal};
use crate::fixture::{
    LOOKED_UP_ISSUER, NOW, assignment, looked_up, opaque_text, scheme, trust_with_scheme,
};
use crate::rules::{CodeKind, preset_text};
use crate::screen::{Colour, Command, Outcome, Preset, Stage};
use crate::station::{Event, Knowledge};
use crate::status::{Cell, Sample};
use crate::time::{DAY, HOUR};
use crate::verdict::{Reason, Verdict};

/// Resident 0 is green and tested, 1 yellow, 2 reported lost.
pub(super) fn carrying() -> Knowledge {
    let as_of = NOW.plus(-HOUR);
    let sample = Sample::Negative(NOW.plus(-8 * HOUR));
    let cells = [
        Cell::coloured(Colour::Green, sample, as_of),
        Cell::coloured(Colour::Yellow, sample, as_of),
        Cell::LOST,
    ];

    Knowledge {
        trust: held(trust_with_scheme(|_| {})),
        snapshot: held(looked_up(as_of, &cells)),
        ..knowledge()
    }
}

fn show(bench: &mut Bench, n: u8) -> NewEntry {
    bench.show_text(&opaque_text(n));
    assert!(!bench.compares(), "nothing looked up leads to an admit");
    bench.commit().1.entry
}

#[test]
fn a_looked_up_code_is_attention_and_let_in_by_staff_and_logged_without_a_name() {
    let mut bench = Bench::new(carrying());
    let entry = show(&mut bench, 0);
    let code = OpaqueCode::read(&[scheme()], &opaque_text(0)).unwrap();
    assert_eq!(
        (entry.kind, entry.verdict, entry.action),
        (Kind::Scan, Some(Verdict::Attention), Action::Shown)
    );
    assert_eq!(
        entry.body,
        Body::Personal(Personal {
            issuer: Some(LOOKED_UP_ISSUER.to_owned()),
            reasons: vec![Reason::LookedUp],
            birth_year: Some(1941),
            handle: code.handle(),
            ..Personal::default()
        })
    );
    let (verdict, reasons, seq) = bench.says();
    assert_eq!(
        (verdict, reasons),
        (Verdict::Attention, vec![Reason::LookedUp])
    );
    let view = bench.verdict();
    assert!(view.may_let_in && !view.foreign);
    assert_eq!(view.person.as_ref().unwrap().last_four, "123X");

    let scan = bench.scan();
    bench.press(Command::Matches { scan });
    assert_eq!(
        bench.says().0,
        Verdict::Attention,
        "there is nothing to match"
    );
    bench.press(Command::LetIn { scan });
    let (own, asked) = bench.commit();
    assert_eq!(asked.outcome, Some(Outcome::LetIn));
    let of = seq.unwrap();
    assert_eq!(bench.screen.stage, Stage::LetIn { scan, seq: own, of });
    assert_eq!(bench.screen.today.admit, 0);
}

#[test]
fn the_same_text_again_within_minutes_is_said_beside_it() {
    let mut bench = Bench::new(carrying());
    show(&mut bench, 0);
    let scan = bench.scan();
    bench.press(Command::LetIn { scan });
    bench.commit();
    bench.take_away();
    bench.wait(60_000);
    show(&mut bench, 0);
    assert_eq!(bench.says().1, [Reason::LookedUp, Reason::SeenRecently]);
}

#[test]
fn what_is_known_of_a_looked_up_holder_is_covered_after_a_while_and_shown_again_when_asked() {
    let mut bench = Bench::new(carrying());
    show(&mut bench, 0);
    let person = bench.verdict().person.clone().unwrap();
    assert_eq!(
        (person.last_four.as_str(), person.birth_year),
        ("123X", Some(1941))
    );
    bench.wait(15_000);
    assert_eq!(bench.verdict().person, None);
    let scan = bench.scan();
    bench.step(Event::Command(Command::ShowPerson { scan }));
    assert_eq!(bench.verdict().person, Some(person));
}

#[test]
fn an_unknown_text_is_undecided_and_nothing_of_it_is_recorded() {
    let mut bench = Bench::new(carrying());
    let entry = show(&mut bench, 9);
    assert_eq!(bench.says().1, [Reason::NotInList]);
    assert_eq!(bench.verdict().person, None);
    assert_eq!(
        entry.body,
        Body::Personal(Personal {
            reasons: vec![Reason::NotInList],
            ..Personal::default()
        })
    );
}

#[test]
fn one_that_was_reported_lost_is_refused_and_a_yellow_one_is_not_let_in() {
    let mut bench = Bench::new(carrying());
    show(&mut bench, 2);
    assert_eq!(bench.says().1, [Reason::RevokedLost]);
    bench.take_away();
    show(&mut bench, 1);
    assert_eq!(bench.says().1, [Reason::Yellow, Reason::LookedUp]);
    assert!(!bench.verdict().may_let_in);
}

#[test]
fn without_a_scheme_in_the_trust_list_it_is_a_link_like_any_other() {
    let mut bench = Bench::new(Knowledge {
        trust: knowledge().trust,
        ..carrying()
    });
    show(&mut bench, 0);
    assert_eq!(bench.says().1, [Reason::NotAPass]);
}

#[test]
fn what_the_next_list_says_counts_at_the_moment_of_the_key() {
    let mut bench = Bench::new(carrying());
    show(&mut bench, 0);
    let lost = looked_up(NOW, &[Cell::LOST]);
    bench.step(Event::KnowledgeArrived(Knowledge {
        snapshot: held(lost),
        ..carrying()
    }));
    let scan = bench.scan();
    bench.press(Command::LetIn { scan });
    bench.commit();
    assert_eq!(bench.says().1, [Reason::RevokedLost]);

    bench.take_away();
    bench.step(Event::KnowledgeArrived(carrying()));
    show(&mut bench, 0);
    bench.step(Event::KnowledgeArrived(Knowledge {
        trust: knowledge().trust,
        ..carrying()
    }));
    let scan = bench.scan();
    bench.press(Command::LetIn { scan });
    bench.commit();
    assert_eq!(bench.says().1, [Reason::NotAPass], "its scheme is gone");
}

/// A gate that wants a ticket and a vaccination of one person: a looked-up code is neither, and the ticket before it is not
/// left to the next visitor.
#[test]
fn a_looked_up_code_stands_for_no_proof_and_parts_those_around_it() {
    let trust = trust_with_scheme(|body| {
        body.foreign = vec![key(Format::Hcert, &KEY_ID), key(Format::Pretix, &[])];
        let product = Product {
            item: 42,
            name: "Saturday".to_owned(),
        };
        body.policies.push(VenuePolicy {
            proofs: vec![vec![CodeKind::Ticket], vec![CodeKind::Vaccination]],
            ..VenuePolicy::event(vec![product])
        });
        for policy in &mut body.policies {
            let style = preset_text("eu-style").unwrap().to_owned();
            policy.rules.push(style);
        }
    });
    let mut bench = Bench::new(Knowledge {
        trust: held(trust),
        assignment: held(assignment(Preset::Event)),
        ..carrying()
    });
    bench.show_text(&ticket("a", 42));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::SecondProof]);
    bench.take_away();
    bench.wait(5_000);
    show(&mut bench, 0);
    assert_eq!(bench.says().1, [Reason::KindNotAllowed]);
    bench.take_away();
    bench.wait(5_000);
    let (year, month, day) = NOW.plus(-30 * DAY).date(0);
    bench.show_text(&vaccinated(
        "Muster",
        &format!("{year:04}-{month:02}-{day:02}"),
    ));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::SecondProof]);
}
