//! Codes of other formats at the station: admitted, refused in the rule's words, shown in two proofs, or in several codes.

use std::sync::Arc;

use super::bench::{Bench, held, knowledge, unchecked};
use crate::cbor::Value;
use crate::code::foreign::Format;
use crate::code::foreign::fixture::{
    KEY_ID, StatusClaims, key, status_at, status_cwt, ticket, vaccinated, vaccinated_with_status,
};
use crate::code::foreign::revocation::ListKind;
use crate::code::foreign::shc;
use crate::crypto::sha256;
use crate::document::{Product, RevocationFile, TrustBody, VenuePolicy, Withdrawn};
use crate::entry::Body;
use crate::fixture::{NOW, assignment, claims, resident, trust, trust_of};
use crate::rules::{CodeKind, preset_text};
use crate::screen::{Command, Notice, Outcome, Preset, Stage};
use crate::station::{Event, Knowledge, Sighting};
use crate::time::DAY;
use crate::verdict::{Reason, Verdict};

fn on(ago: i64) -> String {
    let (year, month, day) = NOW.plus(-ago * DAY).date(0);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A station that knows our signer, under policies that are changed.
fn known(kind: Preset, change: impl Fn(&mut VenuePolicy)) -> Knowledge {
    let mut body: TrustBody = trust().body;
    body.foreign = vec![key(Format::Hcert, &KEY_ID), key(Format::Pretix, &[])];
    let product = Product {
        item: 42,
        name: "Saturday".to_owned(),
    };
    body.policies.push(VenuePolicy::event(vec![product]));
    for policy in &mut body.policies {
        policy
            .rules
            .push(preset_text("eu-style").unwrap().to_owned());
        change(policy);
    }

    Knowledge {
        trust: held(trust_of(&body, false)),
        assignment: held(assignment(kind)),
        ..knowledge()
    }
}

fn public_place() -> Bench {
    Bench::new(known(Preset::PublicPlace, |_| {}))
}

/// A gate that wants a ticket and, of the same visit, a vaccination or a resident's paper.
fn two_proofs() -> Bench {
    Bench::new(known(Preset::Event, |policy| {
        let resident = r#"{"id":"R","sentence":{"zh":"一","en":"One"},"kinds":["resident"],"logic":{"===":[{"var":"external.status.colour"},"green"]}}"#;
        policy.rules.push(resident.to_owned());
        if policy.kind == Preset::Event {
            policy.proofs = vec![
                vec![CodeKind::Ticket],
                vec![CodeKind::Vaccination, CodeKind::Resident],
            ];
        }
    }))
}

#[test]
fn a_certificate_is_compared_with_the_id_admitted_and_logged_by_its_handle() {
    let mut bench = public_place();
    bench.show_text(&vaccinated("Muster", &on(30)));
    let Stage::Comparing {
        scan,
        person: Some(person),
    } = bench.screen.stage.clone()
    else {
        panic!("nobody is compared");
    };
    assert_eq!(
        (person.name.as_str(), person.last_four.as_str()),
        ("Muster Anna", "")
    );
    bench.press(Command::Matches { scan });
    let (_, asked) = bench.commit();
    assert_eq!(bench.says().1, [Reason::IdMatches]);
    let Body::Personal(personal) = asked.entry.body else {
        panic!("no body");
    };
    assert_eq!(personal.name.as_deref(), Some("Muster Anna"));
    assert_eq!(
        (personal.birth_year, personal.issuer.as_deref()),
        (Some(1964), Some("XX"))
    );
    assert!(personal.handle.is_some() && asked.remember.is_some());

    bench.wait(5_000);
    bench.take_away();
    bench.show_text(&vaccinated("Muster", &on(30)));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::SeenRecently]);
}

#[test]
fn the_refusal_shown_is_the_sentence_of_the_rule_that_failed() {
    let mut bench = public_place();
    bench.show_text(&vaccinated("Muster", &on(300)));
    bench.commit();
    assert_eq!(bench.says().0, Verdict::Refuse);
    let rule = bench.verdict().rule.clone().unwrap();
    assert_eq!(rule.id, "EU-VACCINE-TIME");
}

#[test]
fn a_certificate_that_names_a_status_token_stands_only_where_the_token_says_so() {
    const URI: &str = "https://s.example/eu";
    let token = status_cwt(&StatusClaims {
        uri: URI,
        issued_at: NOW.plus(-DAY),
        expires: Some(NOW.plus(DAY)),
        ttl: None,
        bits: 2,
        table: &[0b0010_0100],
    });
    let file = RevocationFile {
        list: ListKind::StatusToken,
        sha256: sha256(&[&token]),
        length: u64::try_from(token.len()).unwrap(),
    };
    let judged = |text: &str, file_is_here: bool| {
        let withdrawn = Withdrawn::open([&file], |_| file_is_here.then(|| token.clone()));
        let mut bench = Bench::new(Knowledge {
            withdrawn: Arc::new(withdrawn),
            ..known(Preset::PublicPlace, |_| {})
        });
        bench.show_text(text);
        if bench.compares() {
            return None;
        }
        bench.commit();
        Some(bench.says().1)
    };
    let leads_to = |status: Value, file_is_here: bool| {
        judged(
            &vaccinated_with_status("Muster", &on(30), status),
            file_is_here,
        )
    };
    let silent = vaccinated("Muster", &on(30));
    assert_eq!(judged(&silent, false), None, "it names no token");
    assert_eq!(leads_to(status_at(URI, 0), true), None, "staff compare");
    for (status, file_is_here, reason) in [
        (status_at(URI, 1), true, Reason::Revoked),
        (status_at(URI, 2), true, Reason::Revoked),
        (status_at(URI, 4), true, Reason::RevocationsMissing),
        (status_at(URI, 0), false, Reason::RevocationsMissing),
        (
            status_at("https://s.example/EU", 0),
            true,
            Reason::RevocationsMissing,
        ),
        (status_at(URI, -1), true, Reason::Malformed),
        (Value::map([]), true, Reason::Unsupported),
    ] {
        let why = format!("{status:?} {file_is_here}");
        assert_eq!(leads_to(status, file_is_here), Some(vec![reason]), "{why}");
    }
}

#[test]
fn a_code_that_nobody_here_vouches_for_shows_nothing_of_itself() {
    let mut bench = Bench::new(knowledge());
    bench.show_text(&vaccinated("Muster", &on(30)));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::UnknownIssuer]);
    assert_eq!(bench.verdict().person, None);
}

#[test]
fn a_ticket_goes_in_once_however_long_its_holder_waits_within_the_day() {
    let mut bench = Bench::new(known(Preset::Event, |_| {}));
    bench.show_text(&ticket("a", 42));
    let (seq, _) = bench.commit();
    assert_eq!(
        bench.says(),
        (Verdict::Admit, vec![Reason::TicketOk], Some(seq))
    );
    bench.take_away();
    bench.wait(3 * 3_600_000);
    bench.show_text(&ticket("a", 42));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::TicketUsed]);
    assert_eq!(bench.screen.today.refuse, 1);

    bench.take_away();
    bench.show_text(&ticket("b", 42));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::TicketOk], "another ticket");
}

#[test]
fn two_proofs_are_admitted_together_and_the_ticket_is_used_by_that() {
    let mut bench = two_proofs();
    bench.show_text(&ticket("a", 42));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::SecondProof]);
    bench.take_away();
    bench.show_text(&vaccinated("Muster", &on(30)));
    let scan = bench.scan();
    bench.press(Command::Matches { scan });
    let (_, asked) = bench.commit();
    assert_eq!(asked.outcome, Some(Outcome::Admit));
    assert_eq!(bench.says().1, [Reason::IdMatches, Reason::TicketOk]);
    assert_eq!(bench.verdict().person.as_ref().unwrap().proofs.len(), 2);

    bench.take_away();
    bench.wait(5_000);
    bench.show_text(&vaccinated("Master", &on(30)));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::SecondProof]);
    bench.take_away();
    bench.show_text(&ticket("a", 42));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::TicketUsed]);
}

#[test]
fn a_ticket_and_a_residents_paper_go_together_in_either_order() {
    for paper_first in [true, false] {
        let mut bench = two_proofs();
        let show = |bench: &mut Bench, paper: bool| {
            if paper {
                bench.show(&claims());
            } else {
                bench.show_text(&ticket("a", 42));
            }
        };
        show(&mut bench, paper_first);
        bench.commit();
        assert_eq!(bench.says().1, [Reason::SecondProof], "{paper_first}");
        bench.take_away();
        show(&mut bench, !paper_first);
        let scan = bench.scan();
        bench.press(Command::Matches { scan });
        bench.commit();
        assert_eq!(
            bench.says().1,
            [Reason::IdMatches, Reason::TicketOk],
            "{paper_first}"
        );
    }
}

#[test]
fn what_somebody_left_behind_never_completes_the_next_visitors_proofs() {
    let mut bench = two_proofs();
    bench.show_text(&ticket("a", 42));
    bench.commit();
    let scan = bench.scan();
    bench.take_away();
    bench.press(Command::Dismiss { scan });
    bench.show_text(&vaccinated("Muster", &on(30)));
    bench.commit();
    assert_eq!(
        bench.says().1,
        [Reason::SecondProof],
        "the ticket went with its holder"
    );

    bench.take_away();
    bench.show_text("https://example.org/pay");
    bench.commit();
    bench.take_away();
    bench.show_text(&ticket("b", 42));
    bench.commit();
    assert_eq!(
        bench.says().1,
        [Reason::SecondProof],
        "another code came in between"
    );
}

#[test]
fn a_proof_that_waits_is_nobodys_after_two_minutes_though_the_screen_still_asks() {
    let mut bench = two_proofs();
    bench.show_text(&ticket("a", 42));
    bench.commit();
    bench.take_away();
    bench.wait(121_000);
    bench.show_text(&vaccinated("Muster", &on(30)));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::SecondProof]);
}

#[test]
fn beside_a_paper_a_ticket_that_does_not_count_is_refused_and_the_good_one_is_used_up() {
    let mut bench = two_proofs();
    bench.show(&claims());
    bench.commit();
    bench.take_away();
    bench.show_text(&ticket("other", 41));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::RuleNotMet]);

    bench.take_away();
    bench.show(&claims());
    bench.commit();
    bench.take_away();
    bench.show_text(&ticket("a", 42));
    let scan = bench.scan();
    bench.press(Command::Matches { scan });
    bench.commit();
    assert_eq!(bench.says().0, Verdict::Admit);

    bench.wait(5_000);
    bench.take_away();
    bench.show(&resident(1));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::SecondProof]);
    bench.take_away();
    bench.show_text(&ticket("a", 42));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::TicketUsed]);
}

#[test]
fn in_doubt_about_the_clock_a_foreign_codes_time_decides_nothing() {
    let mut bench = public_place();
    // Before the code was signed, by a clock that contradicts the trust list.
    bench.set_clock(-60 * DAY);
    bench.commit();
    bench.show_text(&vaccinated("Muster", &on(30)));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::ClockDoubt]);
}

#[test]
fn a_log_that_was_put_back_admits_no_foreign_code() {
    let mut bench = public_place();
    bench.step(Event::LogRolledBack(true));
    bench.show_text(&vaccinated("Muster", &on(30)));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::LogRolledBack]);
}

#[test]
fn parts_of_a_card_are_gathered_from_one_sheet_or_one_after_the_other_and_judged_once() {
    let part = |number: u8| {
        format!(
            "{}{number}/3/{}",
            shc::PREFIX,
            "56762959532654603460292540772804"
        )
    };
    let sighting = |number: u8| Sighting {
        content: part(number).into_bytes(),
        worn: false,
    };
    let frame = |numbers: &[u8]| Event::Reading {
        codes: numbers.iter().map(|number| sighting(*number)).collect(),
        hint: None,
    };
    for frames in [
        &[&[1][..], &[2], &[3]][..],
        &[&[1, 2], &[2, 3]],
        &[&[3, 1, 2]],
    ] {
        let mut bench = public_place();
        let (last, before) = frames.split_last().unwrap();
        for numbers in before {
            bench.step(frame(numbers));
            assert_eq!(bench.screen.stage, Stage::Watching);
            assert_eq!(bench.notice(), Some(Notice::MoreParts));
            bench.wait(500);
        }
        bench.step(frame(last));
        bench.commit();
        assert_eq!(
            bench.says().1,
            [Reason::Malformed],
            "three parts of nothing are no card"
        );
        bench.wait(500);
        bench.step(frame(last));
        assert!(
            bench.asked.is_empty(),
            "the same card held still is one scan"
        );
    }
}

#[test]
fn a_part_beside_another_code_is_two_sheets() {
    let mut bench = public_place();
    let part = format!("{}1/3/{}", shc::PREFIX, "5676");
    bench.step(Event::reading(vec![
        part.into_bytes(),
        ticket("a", 42).into_bytes(),
    ]));
    assert_eq!(bench.screen.stage, Stage::Watching);
    bench.wait(1_000);
    assert!(bench.asked.is_empty());
}

#[test]
fn a_ticket_is_nobodys_so_nothing_of_it_is_covered_after_fifteen_seconds() {
    let mut bench = Bench::new(known(Preset::Event, |_| {}));
    bench.show_text(&ticket("a", 42));
    bench.commit();
    bench.take_away();
    bench.wait(60_000);
    bench.show_text(&ticket("a", 42));
    bench.commit();
    assert_eq!(bench.says().1, [Reason::TicketUsed]);
    bench.wait(60_000);
    let person = bench.verdict().person.as_ref().unwrap();
    assert_eq!((person.name.as_str(), person.proofs.len()), ("", 1));
    assert_eq!(person.keys_as_of, Some(NOW.plus(-DAY)));
}

#[test]
fn a_screen_says_that_a_code_is_of_another_format_verified_or_not_and_of_nothing_else() {
    for knowledge in [known(Preset::Event, |_| {}), knowledge()] {
        let mut bench = Bench::new(knowledge);
        bench.show_text(&ticket("a", 42));
        bench.commit();
        assert!(bench.verdict().foreign);
        bench.take_away();
        bench.step(Event::reading(vec![b"https://example.org".to_vec()]));
        bench.commit();
        assert!(!bench.verdict().foreign);
    }
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    bench.commit();
    assert!(!bench.verdict().foreign);
}
