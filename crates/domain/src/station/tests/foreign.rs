//! Codes of other formats on the screen.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::bench::{Bench, held, knowledge, unchecked};
use crate::code::foreign::{ForeignKey, Format};
use crate::document::{Product, VenuePolicy};
use crate::fixture::{NOW, assignment, claims, key, trust, trust_of};
use crate::screen::Preset;
use crate::station::{Event, Knowledge};
use crate::time::DAY;
use crate::verdict::{Reason, Verdict};

const ORGANISER: u8 = 71;

/// Product 5 of seed `s`, as pretix prints it, signed with this key.
fn ticket(signer: u8) -> String {
    let payload = [10, 1, b's', 16, 5];
    let signature = key(signer).sign(&payload);
    let lengths = [
        0,
        u8::try_from(payload.len()).unwrap(),
        0,
        u8::try_from(signature.len()).unwrap(),
    ];
    let bytes = [&[1], lengths.as_slice(), &payload, &signature].concat();

    STANDARD.encode(bytes).chars().rev().collect()
}

/// A gate at an event that takes its tickets.
fn event() -> Knowledge {
    let mut body = trust().body;
    body.policies.push(VenuePolicy::event(vec![Product {
        item: 5,
        name: "周末通票".to_owned(),
    }]));
    body.foreign.push(ForeignKey {
        format: Format::Pretix,
        key_id: Vec::new(),
        issuer: None,
        country: None,
        key: Some(key(ORGANISER).public().into()),
        not_before: None,
        not_after: None,
        kinds: Vec::new(),
    });

    Knowledge {
        trust: held(trust_of(&body, false)),
        assignment: held(assignment(Preset::Event)),
        ..knowledge()
    }
}

#[test]
fn a_ticket_is_nobodys_so_nothing_of_it_is_covered_after_fifteen_seconds() {
    let mut bench = Bench::new(event());
    bench.show_text(&ticket(ORGANISER));
    bench.commit();
    assert_eq!(bench.says().1, vec![Reason::TicketOk]);
    bench.take_away();
    bench.wait(60_000);
    bench.show_text(&ticket(ORGANISER));
    bench.commit();
    assert_eq!(bench.says().1, vec![Reason::TicketUsed]);
    bench.wait(60_000);
    let person = bench.verdict().person.as_ref().unwrap();
    assert_eq!((person.name.as_str(), person.proofs.len()), ("", 1));
    assert_eq!(person.keys_as_of, Some(NOW.plus(-DAY)));
}

#[test]
fn a_screen_says_that_a_code_is_of_another_format_verified_or_not_and_of_nothing_else() {
    let mut bench = Bench::new(event());
    for signer in [ORGANISER, 72] {
        bench.show_text(&ticket(signer));
        bench.commit();
        assert!(bench.verdict().foreign, "{signer}");
        bench.take_away();
    }
    assert_eq!(bench.verdict().verdict, Verdict::Refuse);
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    bench.commit();
    assert!(!bench.verdict().foreign);
    bench.step(Event::reading(vec![b"https://example.org".to_vec()]));
    bench.commit();
    assert!(!bench.verdict().foreign);
}
