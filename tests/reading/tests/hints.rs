//! The coach before drawn frames: right in nine of ten of those that call for a hint.

use std::collections::BTreeMap;

use reader::{Budget, Hint, Reader, Sights, advise};
use reading::{
    damage::{Kind, SEVERITIES, Scene},
    hints::plea,
};

const FRAMES: u32 = 30;
/// Sheets that the whole reader cannot read, and the first one, which no threshold was chosen by: what is smeared was
/// looked at from 1,000 and from 20,000 on.
const UNREAD: u32 = 10;
const UNTUNED: u32 = 1_000;
const UNTUNED_SMEARED: u32 = 40_000;
/// Desks of each severity.
const DESKS: u32 = 6;
/// Frames for which a sheet is held up: half a second, in which a code at the limits is looked for once.
const HELD: usize = 9;

#[test]
fn what_the_whole_reader_cannot_read_it_hints_at_right_in_nine_of_ten() {
    for wanted in [
        Hint::Closer,
        Hint::Flatten,
        Hint::Further,
        Hint::HoldStill,
        Hint::OneSheet,
        Hint::Tilt,
    ] {
        let first = match wanted {
            Hint::HoldStill => UNTUNED_SMEARED,
            Hint::Closer
            | Hint::Flatten
            | Hint::Further
            | Hint::MoreLight
            | Hint::OneSheet
            | Hint::Tilt => UNTUNED,
        };
        let given = hinted(wanted, first, UNREAD);
        let right = given.get(&Some(wanted)).copied().unwrap_or(0);

        assert!(right * 10 >= UNREAD * 9, "{wanted:?}: {given:?}");
    }
}

#[test]
fn what_is_read_in_half_of_the_frames_gets_no_wrong_hint_in_the_others() {
    for wanted in [Hint::HoldStill, Hint::MoreLight] {
        let given = hinted(wanted, UNTUNED, 4);
        let right = given.get(&Some(wanted)).copied().unwrap_or(0);
        let silent = given.get(&None).copied().unwrap_or(0);

        assert!(right >= 2 && right + silent == 4, "{wanted:?}: {given:?}");
    }
}

#[test]
fn a_desk_without_a_code_gets_no_hint_but_more_light() {
    for index in UNTUNED_SMEARED..UNTUNED_SMEARED + DESKS {
        for severity in SEVERITIES {
            let desk = Scene::new(Kind::Empty, severity, index).draw();
            let mut reader = Reader::new();
            for _ in 0..HELD {
                let hint = reader.read(&desk, Budget::unlimited()).hint;
                assert!(
                    hint.is_none_or(|hint| hint == Hint::MoreLight),
                    "{hint:?} for desk {index} of severity {severity}"
                );
            }
        }
    }
}

/// The last hints of a reader that is shown sheets which call for one, from the `first` on until so many were not read.
fn hinted(wanted: Hint, first: u32, unread: u32) -> BTreeMap<Option<Hint>, u32> {
    let mut given: BTreeMap<Option<Hint>, u32> = BTreeMap::new();
    let mut left = unread;
    for index in first.. {
        let plea = plea(wanted, index);
        let held = plea.frames.last().into_iter().cycle().take(HELD);
        let mut reader = Reader::new();
        let mut last = None;
        for frame in plea.frames.iter().chain(held) {
            let reading = reader.read(frame, Budget::unlimited());
            if reading.codes.len() == 1 {
                last = None;
                break;
            }
            last = Some(reading.hint);
            if reading.hint.is_some() {
                break;
            }
        }
        if let Some(hint) = last {
            *given.entry(hint).or_default() += 1;
            left -= 1;
        }
        if left == 0 {
            break;
        }
    }

    given
}

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
