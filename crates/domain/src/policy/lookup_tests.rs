use super::*;
use crate::document::TrustBody;
use crate::fixture::{
    LOOKED_UP_ISSUER, NOW, assignment, looked_up, opaque_text, scheme, trust_with_scheme,
    with_lookups,
};
use crate::screen::TestView;
use crate::status::{Cell, LookupRow, Sample, Standing};
use crate::time::{DAY, HOUR};
use crate::verdict::Verdict;

fn sampled() -> Sample {
    Sample::Negative(NOW.plus(-8 * HOUR))
}

/// A door to which the holder of an unsigned code comes.
struct Door {
    trust: Trust,
    kind: Preset,
    snapshot: Option<Snapshot>,
    resident: u8,
    seen_at: Option<Timestamp>,
    now: Timestamp,
    clock_doubt: bool,
}

impl Door {
    fn new(cell: Cell) -> Self {
        Self {
            trust: trust_with_scheme(|_| {}),
            kind: Preset::PublicPlace,
            snapshot: Some(looked_up(NOW.plus(-HOUR), &[cell])),
            resident: 0,
            seen_at: None,
            now: NOW,
            clock_doubt: false,
        }
    }

    fn listed(colour: Colour, sample: Sample) -> Self {
        Self::new(Cell::coloured(colour, sample, NOW.plus(-HOUR)))
    }

    fn open() -> Self {
        Self::listed(Colour::Green, sampled())
    }

    fn with(change: impl FnOnce(&mut TrustBody)) -> Self {
        Self {
            trust: trust_with_scheme(change),
            ..Self::open()
        }
    }

    fn decide(&self) -> Decision {
        let code = OpaqueCode::read(&[scheme()], &opaque_text(self.resident)).unwrap();
        let found = self.snapshot.as_ref().and_then(|list| list.look_up(&code));
        decide_lookup(&LookupCase {
            code: &code,
            looked_up: found.as_ref(),
            trust: &self.trust,
            assignment: &assignment(self.kind),
            snapshot: self.snapshot.as_ref(),
            seen_at: self.seen_at,
            now: self.now,
            clock_doubt: self.clock_doubt,
        })
    }

    fn reasons(&self) -> Vec<Reason> {
        self.decide()
            .reasons
            .iter()
            .map(|view| view.reason)
            .collect()
    }
}

#[test]
fn invariant_1_what_is_merely_looked_up_is_at_best_attention_and_never_asks_for_the_comparison() {
    let decision = Door::open().decide();
    assert_eq!(decision.verdict, Verdict::Attention);
    assert_eq!(decision.reasons, [because(Reason::LookedUp)]);
    assert!(decision.may_let_in && !decision.identity_check);
    let person = decision.person.unwrap();
    assert_eq!(
        (person.name.as_str(), person.last_four.as_str()),
        ("", "123X")
    );
    assert_eq!(person.birth_year, Some(1941));
    assert_eq!(person.issuer.as_deref(), Some("harbour-city"));
    assert_eq!(person.country.as_deref(), Some("SG"));
    assert!(person.looked_up);
    let status = person.status.unwrap();
    assert_eq!(status.as_of, NOW.plus(-HOUR));
    assert_eq!(status.colour, Some(Colour::Green));
    assert!(matches!(status.test, TestView::Negative { .. }));
}

/// Every byte that the list can have, at every kind of venue, with the identity check on or off, seen before or not.
#[test]
fn invariant_1_no_list_no_venue_and_no_policy_admits_a_looked_up_code() {
    for byte in 0..=u8::MAX {
        for kind in [Preset::PublicPlace, Preset::Residential, Preset::Event] {
            for identity_check in [true, false] {
                let mut door = Door::new(Cell(byte));
                door.kind = kind;
                door.seen_at = (byte % 2 == 0).then_some(NOW.plus(-60));
                door.trust = trust_with_scheme(|body| {
                    body.policies.push(VenuePolicy::event(Vec::new()));
                    for policy in &mut body.policies {
                        policy.identity_check = identity_check;
                    }
                });
                let decision = door.decide();
                assert_ne!(decision.verdict, Verdict::Admit, "{byte} {kind:?}");
                assert!(!decision.identity_check, "{byte} {kind:?}");
                assert_eq!(decision.ticket, None);
            }
        }
    }
}

#[test]
fn the_gates_are_those_of_a_residents_paper_in_the_same_order() {
    let green = |sample| Door::listed(Colour::Green, sample);
    let old = |hours: i64| Door {
        snapshot: Some(looked_up(NOW.plus(-hours * HOUR), &[Cell::LOST])),
        ..Door::open()
    };
    let doors = [
        (
            Door {
                clock_doubt: true,
                ..Door::new(Cell::LOST)
            },
            Reason::ClockDoubt,
        ),
        (
            Door {
                now: NOW.plus(80 * DAY),
                ..Door::new(Cell::LOST)
            },
            Reason::KeysTooOld,
        ),
        (
            Door {
                snapshot: None,
                ..Door::open()
            },
            Reason::StatusTooOld,
        ),
        (Door::new(Cell::LOST), Reason::RevokedLost),
        (Door::new(Cell::REISSUED), Reason::RevokedReissued),
        (old(100), Reason::RevokedLost),
        (
            Door {
                now: NOW.plus(72 * HOUR),
                ..Door::listed(Colour::Red, sampled())
            },
            Reason::StatusTooOld,
        ),
        (
            Door {
                resident: 7,
                now: NOW.plus(72 * HOUR),
                ..Door::open()
            },
            Reason::StatusTooOld,
        ),
        (
            Door {
                resident: 7,
                ..Door::open()
            },
            Reason::NotInList,
        ),
        (Door::new(Cell::NEVER_ISSUED), Reason::NotInList),
        (Door::listed(Colour::Red, Sample::Positive), Reason::Red),
        (green(Sample::Positive), Reason::TestPositive),
        (
            Door {
                kind: Preset::Event,
                ..Door::open()
            },
            Reason::NoRules,
        ),
        (green(Sample::None), Reason::NoTest),
        (
            green(Sample::Negative(NOW.plus(-48 * HOUR))),
            Reason::TestTooOld,
        ),
        (
            Door {
                now: NOW.plus(41 * HOUR),
                ..Door::open()
            },
            Reason::TestUnknown,
        ),
        (
            Door {
                kind: Preset::Residential,
                ..green(Sample::None)
            },
            Reason::LookedUp,
        ),
    ];
    for (door, wanted) in doors {
        let decision = door.decide();
        assert_eq!(door.reasons(), [wanted]);
        assert_eq!(decision.verdict, wanted.verdict());
        assert_eq!(decision.may_let_in, wanted == Reason::LookedUp);
    }
}

#[test]
fn a_text_in_no_list_shows_nobody_and_one_that_was_revoked_shows_whose_it_was() {
    let unknown = Door {
        resident: 7,
        ..Door::open()
    };
    assert_eq!(unknown.decide().person, None);
    let lost = Door::new(Cell::LOST).decide().person.unwrap();
    assert_eq!(lost.last_four, "123X");
    assert_eq!(lost.status.unwrap().colour, None);
}

#[test]
fn yellow_stands_first_and_is_not_let_in_and_seen_before_comes_last() {
    let mut door = Door::listed(Colour::Yellow, sampled());
    door.seen_at = Some(NOW.plus(-120));
    let decision = door.decide();
    assert_eq!(
        door.reasons(),
        [Reason::Yellow, Reason::LookedUp, Reason::SeenRecently]
    );
    assert_eq!(decision.reasons[2].amount, Some(2));
    assert!(!decision.may_let_in);
    door = Door::open();
    door.seen_at = Some(NOW.plus(-120));
    assert_eq!(door.reasons(), [Reason::LookedUp, Reason::SeenRecently]);
    assert!(door.decide().may_let_in);
}

/// A rule about every kind of code that is asked for here, which always holds.
fn rule(kind: &str) -> String {
    format!(
        r#"{{"id": "T", "rules": [{{"id": "T-1", "kinds": ["{kind}"], "logic": true,
            "sentence": {{"zh": "可以。", "en": "Fine."}}}}]}}"#
    )
}

#[test]
fn where_a_venue_asks_more_of_papers_a_looked_up_code_is_not_taken() {
    let rules = |text: String| Door::with(move |body| body.policies[0].rules = vec![text]);
    let papers = rules(rule("resident"));
    assert!(papers.trust.rule_sets(Preset::PublicPlace)[0].is_some());
    assert_eq!(papers.reasons(), [Reason::KindNotAllowed]);
    assert_eq!(rules(rule("ticket")).reasons(), [Reason::LookedUp]);
    assert_eq!(rules("torn".to_owned()).reasons(), [Reason::RuleFailed]);
    let proofs = Door::with(|body| {
        body.policies[0].proofs = vec![vec![CodeKind::Resident], vec![CodeKind::Ticket]];
    });
    assert_eq!(proofs.reasons(), [Reason::KindNotAllowed]);
    let mut event = Door::with(|body| body.policies.push(VenuePolicy::event(Vec::new())));
    event.kind = Preset::Event;
    assert_eq!(event.reasons(), [Reason::KindNotAllowed]);
    // The list speaks before the venue: who is red is told so.
    let mut red = Door::listed(Colour::Red, sampled());
    red.trust = papers.trust;
    assert_eq!(red.reasons(), [Reason::Red]);
}

/// The type that is admitted is made of signed codes alone.
#[test]
fn what_was_looked_up_has_a_type_of_its_own() {
    let code = OpaqueCode::read(&[scheme()], &opaque_text(0)).unwrap();
    let found: LookedUp = looked_up(NOW, &[Cell::LOST]).look_up(&code).unwrap();
    assert_eq!(
        found.standing(),
        Some(Standing::Revoked(Reason::RevokedLost))
    );
}

#[test]
fn without_anything_to_compare_with_the_document_nobody_is_let_in() {
    let row = |birth_year, last_four| LookupRow {
        index: 0,
        birth_year,
        last_four,
    };
    let cell = Cell::coloured(Colour::Green, sampled(), NOW.plus(-HOUR));
    for (row, may) in [
        (row(None, None), false),
        (row(Some(1941), None), true),
        (row(None, Some(*b"123X")), true),
    ] {
        let rows = [(opaque_text(0), row)];
        let rows = rows.each_ref().map(|(text, row)| (text.as_str(), *row));
        let list = with_lookups(NOW.plus(-HOUR), &[cell], &[(LOOKED_UP_ISSUER, &rows)]);
        let door = Door {
            snapshot: Some(list),
            ..Door::open()
        };
        let decision = door.decide();
        assert_eq!(decision.verdict, Verdict::Attention);
        assert_eq!(decision.may_let_in, may);
    }
}
