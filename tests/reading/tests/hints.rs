//! The coach before drawn frames: right in nine of ten of those that call for a hint.

use std::collections::BTreeMap;

use reader::{Hint, Sights, advise};
use reading::hints::plea;

const FRAMES: u32 = 30;

#[test]
fn a_code_of_few_pixels_is_asked_closer() {
    nine_of_ten(Hint::Closer);
}

#[test]
fn crumpled_folded_scribbled_and_covered_codes_are_to_be_flattened_or_uncovered() {
    nine_of_ten(Hint::Flatten);
}

#[test]
fn a_code_too_near_to_be_sharp_or_whole_is_asked_further_away() {
    nine_of_ten(Hint::Further);
}

#[test]
fn a_code_that_is_smeared_or_wanders_is_to_be_held_still() {
    nine_of_ten(Hint::HoldStill);
}

#[test]
fn a_code_in_the_dark_wants_more_light() {
    nine_of_ten(Hint::MoreLight);
}

#[test]
fn two_codes_are_one_too_many() {
    nine_of_ten(Hint::OneSheet);
}

#[test]
fn a_code_under_a_mirrored_lamp_is_to_be_tilted() {
    nine_of_ten(Hint::Tilt);
}

/// Where the codes lie is told, so that this measures the coach and not who finds the codes.
fn nine_of_ten(wanted: Hint) {
    let mut given: BTreeMap<Option<Hint>, u32> = BTreeMap::new();
    for index in 0..FRAMES {
        let plea = plea(wanted, index);
        let mut before = None;
        let mut hint = None;
        for (frame, places) in plea.frames.iter().zip(&plea.places) {
            hint = advise(
                frame,
                &Sights {
                    unread: places,
                    before: before.as_ref(),
                    ..Sights::default()
                },
            );
            before = places.first().copied();
        }
        *given.entry(hint).or_default() += 1;
    }
    let right = given.get(&Some(wanted)).copied().unwrap_or(0);

    assert!(right * 10 >= FRAMES * 9, "{wanted:?}: {given:?}");
}
