use super::{
    super::{
        decode::{Outcome, Tried, decode},
        drawn::{self, Chance, Drawn},
        evidence::Evidence,
    },
    *,
};
use crate::reading::Level;

/// Of two codes that differ in one letter, and so in their first block only.
const FIRST: &[u8] = b"1042 is the number of the visitor";
const OTHER: &[u8] = b"1043 is the number of the visitor";

#[test]
fn two_pictures_that_each_show_half_of_the_blocks_are_read_together() {
    let mut chance = Chance::new(1);
    let (left, right) = (
        symbol(FIRST, &[0, 1], &mut chance),
        symbol(FIRST, &[2, 3], &mut chance),
    );
    let known = partly(decode(&left, None, &mut Tried::default()));
    assert_eq!(known.progress(), (2, 4));

    // The blocks that were known are seen well enough to be the same, but not to be read.
    assert_eq!(
        read(decode(&right, Some(&known), &mut Tried::default())),
        Some(FIRST.to_vec())
    );
    assert_eq!(read(decode(&right, None, &mut Tried::default())), None);
}

#[test]
fn known_blocks_are_not_corrected_again() {
    let evidence = symbol(FIRST, &[0, 1], &mut Chance::new(2));
    let known = partly(decode(&evidence, None, &mut Tried::default()));
    let mut tried = Tried::default();
    let again = partly(decode(&evidence, Some(&known), &mut tried));

    assert_eq!(tried.blocks, 2);
    assert_eq!(again.progress(), known.progress());
}

#[test]
fn what_was_known_of_another_code_is_forgotten() {
    let mut chance = Chance::new(3);
    let known = partly(decode(
        &symbol(FIRST, &[0, 1], &mut chance),
        None,
        &mut Tried::default(),
    ));
    let clean = symbol(OTHER, &[0, 1, 2, 3], &mut chance);
    assert_eq!(
        read(decode(&clean, Some(&known), &mut Tried::default())),
        Some(OTHER.to_vec())
    );

    let seen = symbol(OTHER, &[2, 3], &mut chance);
    let after = partly(decode(&seen, Some(&known), &mut Tried::default()));
    let fresh = partly(decode(&seen, None, &mut Tried::default()));
    assert_eq!(after, fresh);
}

#[test]
fn nothing_seen_takes_nothing_away() {
    let mut chance = Chance::new(4);
    let known = partly(decode(
        &symbol(FIRST, &[0, 1], &mut chance),
        None,
        &mut Tried::default(),
    ));
    let mut blank = drawn::symbol(version(), Level::H, 1, FIRST);
    blank.modules.fill_with(|| chance.byte() < 128);
    blank.doubt.fill(0.5);

    let outcome = decode(&blank.evidence(), Some(&known), &mut Tried::default());
    assert_eq!(outcome, Outcome::Partly(known));
}

/// Many damaged pictures of two codes in turn: each time the code in the picture is read, or none.
#[test]
fn two_codes_in_turn_never_mix() {
    let mut chance = Chance::new(5);
    let (mut known, mut right) = (None, 0);
    for _ in 0..3_000 {
        let text = if chance.byte() < 128 { FIRST } else { OTHER };
        let shown: Vec<usize> = (0..4).filter(|_| chance.byte() < 160).collect();
        let evidence = symbol(text, &shown, &mut chance);
        let before = if chance.byte() < 40 {
            None
        } else {
            known.take()
        };
        match decode(&evidence, before.as_ref(), &mut Tried::default()) {
            Outcome::Read(decoded) => {
                assert_eq!(decoded.content.bytes, text);
                right += 1;
                known = Some(decoded.known);
            }
            Outcome::Partly(partly) => known = Some(partly),
            Outcome::Nothing => {}
        }
    }

    assert!(right > 500, "{right}");
}

#[test]
fn modules_are_known_where_blocks_are() {
    let evidence = symbol(FIRST, &[0, 2], &mut Chance::new(6));
    let known = partly(decode(&evidence, None, &mut Tried::default()));
    let printed = drawn::symbol(version(), Level::H, 1, FIRST);
    let modules = known.modules();

    let right =
        |(known, printed): (&Option<bool>, &bool)| known.is_none_or(|known| known == *printed);
    assert!(modules.iter().zip(&printed.modules).all(right));
    let count = modules.iter().flatten().count();
    let patterns = function_patterns(version()).iter().flatten().count();
    let layout = known.layout();
    assert_eq!(
        count,
        patterns + 30 + 8 * (layout.length(0) + layout.length(2))
    );
}

/// Four blocks.
fn version() -> Version {
    Version::new(5).unwrap()
}

/// A picture that shows some blocks, and of the others two codewords in five, and knows which.
fn symbol(text: &[u8], shown: &[usize], chance: &mut Chance) -> Evidence {
    let mut drawn: Drawn = drawn::symbol(version(), Level::H, 1, text);
    let layout = Layout::new(version(), Level::H);
    for block in (0..layout.blocks()).filter(|block| !shown.contains(block)) {
        let length = layout.length(block);
        let hidden = chance.some(length, 3 * length / 5 + 2);
        drawn.doubt(layout, block, &hidden, chance);
    }

    drawn.evidence()
}

fn partly(outcome: Outcome) -> Known {
    match outcome {
        Outcome::Partly(known) => known,
        Outcome::Read(_) | Outcome::Nothing => panic!("{outcome:?}"),
    }
}

fn read(outcome: Outcome) -> Option<Vec<u8>> {
    match outcome {
        Outcome::Read(decoded) => Some(decoded.content.bytes),
        Outcome::Partly(_) | Outcome::Nothing => None,
    }
}

#[test]
fn a_code_that_was_there_before_is_not_confirmed_by_one_that_hardly_differs() {
    let whole = |text, chance: &mut Chance| symbol(text, &[0, 1, 2, 3], chance);
    let mut chance = Chance::new(11);
    let first = whole(FIRST, &mut chance);
    let Outcome::Read(decoded) = decode(&first, None, &mut Tried::default()) else {
        panic!("not read");
    };

    assert!(decoded.known.is_confirmed(&first));
    assert!(!decoded.known.is_confirmed(&whole(OTHER, &mut chance)));
}
