//! What the camera sees.

use super::bench::{Bench, knowledge, unchecked};
use crate::fixture::{claims, resident, text};
use crate::screen::{Notice, Stage};
use crate::station::{Event, Hint, Sighting};
use crate::verdict::{Reason, Verdict};

fn frame(codes: &[&str]) -> Event {
    Event::reading(codes.iter().map(|code| code.as_bytes().to_vec()).collect())
}

#[test]
fn two_different_codes_in_a_frame_are_one_sheet_at_a_time_and_no_scan() {
    let mut bench = Bench::new(knowledge());
    let (one, other) = (text(&claims()), text(&resident(1)));
    bench.step(frame(&[&one, &other]));
    assert_eq!(bench.notice(), Some(Notice::OneSheet));
    assert_eq!(bench.screen.stage, Stage::Watching);
    bench.wait(899);
    assert_eq!(bench.notice(), Some(Notice::OneSheet));
    bench.wait(1);
    assert_eq!(bench.notice(), None);
    bench.step(frame(&[&one, &one]));
    assert!(bench.compares());
}

#[test]
fn a_code_that_is_seen_and_not_read_for_some_frames_is_said() {
    let mut bench = Bench::new(knowledge());
    let tilt = Event::Reading {
        codes: Vec::new(),
        hint: Some(Hint::Tilt),
    };
    bench.step(tilt.clone());
    bench.step(tilt.clone());
    assert_eq!(bench.notice(), None);
    bench.step(tilt);
    assert_eq!(bench.notice(), Some(Notice::Tilt));
    bench.wait(899);
    assert_eq!(bench.notice(), Some(Notice::Tilt));
    bench.show(&claims());
    assert_eq!(bench.notice(), None);
}

#[test]
fn a_code_that_is_read_beside_one_that_is_not_is_a_scan() {
    let mut bench = Bench::new(knowledge());
    let Event::Reading { codes, .. } = frame(&[&text(&claims())]) else {
        unreachable!("a frame is a reading");
    };
    bench.step(Event::Reading {
        codes,
        hint: Some(Hint::OneSheet),
    });
    assert!(bench.compares());
    assert_eq!(bench.notice(), None);
}

#[test]
fn a_print_that_is_poor_in_every_frame_is_told_beside_the_verdict_of_a_sheet_and_nothing_keeps_it()
{
    let mut bench = Bench::new(unchecked());
    let show = |bench: &mut Bench, content: &str, worn| {
        bench.step(Event::Reading {
            codes: vec![Sighting {
                content: content.as_bytes().to_vec(),
                worn,
            }],
            hint: None,
        });
    };
    show(&mut bench, &text(&claims()), true);
    bench.commit();
    assert!(bench.verdict().worn);
    bench.wait(2_000);
    assert!(bench.verdict().worn);
    show(&mut bench, &text(&resident(1)), true);
    bench.commit();
    show(&mut bench, &text(&resident(1)), false);
    assert!(!bench.verdict().worn);
    show(&mut bench, "https://example.org", true);
    bench.commit();
    assert!(!bench.verdict().worn);
}

#[test]
fn another_sheet_interrupts_a_verdict_at_once() {
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    bench.commit();
    bench.wait(100);
    bench.show(&resident(1));
    let (seq, _) = bench.commit();
    assert_eq!(
        bench.says(),
        (Verdict::Admit, vec![Reason::RulesHold], Some(seq))
    );
    assert_eq!(bench.screen.today.admit, 2);
}

#[test]
fn a_sheet_that_comes_while_an_entry_is_written_is_read_afterwards() {
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    bench.show(&resident(1));
    bench.commit();
    let first = bench.scan();
    bench.show(&resident(1));
    bench.commit();
    assert!(bench.scan() > first);
    assert_eq!(bench.screen.today.admit, 2);
}

#[test]
fn invariant_7_a_frame_full_of_nonsense_never_blocks_the_next() {
    let mut bench = Bench::new(unchecked());
    for nonsense in [vec![0xff; 5_000], Vec::new(), b"MS1:".to_vec()] {
        bench.step(Event::reading(vec![nonsense]));
        bench.commit();
        assert_eq!(bench.verdict().verdict, Verdict::Refuse);
    }
    bench.show(&claims());
    bench.commit();
    assert_eq!(bench.verdict().verdict, Verdict::Admit);
}
