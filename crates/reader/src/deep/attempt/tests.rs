use std::cell::Cell;

use super::*;
use crate::{
    deep::{
        drawn::{PAPER, Picture, Sheet},
        lattice::Projection,
        pose::Pose,
    },
    luma::Luma,
    reading::Level,
    symbol::drawn::{self, Drawn},
};

const TEXT: &[u8] = b"MS1:ATTEMPT";
/// More than any block has.
const ALL: usize = 999;
const LEVEL: Level = Level::Q;

#[test]
fn a_clear_symbol_is_read_with_its_place() {
    let symbol = symbol(7);
    let sheet = sheet(7);
    let Attempted::Read(code, learned) = attempt(&picture(&symbol, sheet).luma(), sheet, 7) else {
        panic!("not read");
    };

    assert_eq!(code.content, TEXT);
    assert_eq!((code.version, code.level, code.mirrored), (7, LEVEL, false));
    assert_eq!(learned.known.map(|known| known.progress()), Some((6, 6)));
    let end = pixel::distance(sheet.side);
    let corners = [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)];
    for (corner, (u, v)) in code.place.corners.iter().zip(corners) {
        let off = (Point::from(*corner) - sheet.at(u, v)).length();
        assert!(off < 1.0, "{corner:?} is {off} off");
    }
}

#[test]
fn a_bent_shaken_and_grained_symbol_is_read() {
    let symbol = symbol(10);
    let sheet = sheet(10).bent(1.5, 50.0);
    let bent = picture(&symbol, sheet).shaken(5).grained(12.0, 1);

    assert!(
        matches!(attempt(&bent.luma(), sheet, 10), Attempted::Read(code, _) if code.content == TEXT)
    );
}

#[test]
fn what_is_left_of_a_symbol_is_kept() {
    let mut symbol = symbol(7);
    symbol.doubt_first(LEVEL, 2, ALL);
    let sheet = sheet(7);
    let Attempted::Located(place, learned) = attempt(&picture(&symbol, sheet).luma(), sheet, 7)
    else {
        panic!("read, or nothing");
    };

    let known = learned.known.expect("some blocks");
    assert_eq!(known.progress(), (5, 6));
    let middle = Point::from(place.middle());
    assert!((middle - sheet.middle).length() < 2.0, "{middle:?}");
}

#[test]
fn a_code_without_any_block_is_located() {
    let mut symbol = symbol(7);
    for block in 0..6 {
        symbol.doubt_first(LEVEL, block, ALL);
    }
    let sheet = sheet(7);

    assert!(matches!(
        attempt(&picture(&symbol, sheet).luma(), sheet, 7),
        Attempted::Located(_, Learned { known: None, .. })
    ));
}

#[test]
fn paper_and_noise_are_nothing() {
    let sheet = sheet(7);
    for picture in [
        Picture::desk(400, 400),
        Picture::desk(400, 400).grained(90.0, 3),
        picture(&symbol(7), sheet).covered(sheet.at(9.0, 0.0), sheet.at(45.0, 45.0), PAPER),
    ] {
        assert!(matches!(
            attempt(&picture.luma(), sheet, 7),
            Attempted::Nothing
        ));
    }
}

#[test]
fn another_version_than_the_one_that_is_written_is_nothing() {
    let sheet = sheet(7);
    let luma = picture(&symbol(7), sheet).luma();

    for other in [8, 9] {
        let attempted = attempt(&luma, sheet, other);
        assert!(matches!(attempted, Attempted::Nothing), "version {other}");
    }
    // In the smaller ones no version is written, but they hold no block.
    let smaller = attempt(&luma, sheet, 6);
    assert!(matches!(
        smaller,
        Attempted::Located(_, Learned { known: None, .. }) | Attempted::Nothing
    ));
}

#[test]
fn a_symbol_in_a_mirror_is_read_and_its_corners_are_its_own() {
    for number in [2, 7] {
        let mut mirrored = symbol(number);
        mirrored.transpose();
        let sheet = sheet(number);
        let luma = picture(&mirrored, sheet).blurred(1.0).luma();
        let Attempted::Read(code, _) = attempt(&luma, sheet, number) else {
            panic!("version {number} is not read");
        };

        assert_eq!((code.content.as_slice(), code.mirrored), (TEXT, true));
        let end = pixel::distance(sheet.side);
        let upper_right = Point::from(code.place.corners[1]);
        assert!(
            (upper_right - sheet.at(0.0, end)).length() < 2.0,
            "{upper_right:?}"
        );
    }
}

#[test]
fn a_stopped_attempt_reads_nothing_more() {
    let mut symbol = symbol(7);
    symbol.doubt_first(LEVEL, 0, ALL);
    let sheet = sheet(7);
    let luma = picture(&symbol, sheet).luma();
    let hypothesis = hypothesis(sheet, 7);
    let raster = Raster::new(&luma, 1.0).unwrap();
    let nothing = Learned::default();
    let attempt = Attempt::new(raster, &hypothesis, &nothing, Stages::all());

    let is_decoded = Cell::new(false);

    assert!(
        matches!(attempt.run(&|| is_decoded.replace(true)), Attempted::Located(_, Learned { known: Some(known), .. }) if known.progress() == (5, 6))
    );
}

#[test]
fn an_attempt_without_time_for_its_first_sample_leaves_its_place_to_the_next_frame() {
    let sheet = sheet(7);
    let luma = picture(&symbol(7), sheet).luma();
    let hypothesis = hypothesis(sheet, 7);
    let raster = Raster::new(&luma, 1.0).unwrap();
    let nothing = Learned::default();
    let attempt = Attempt::new(raster, &hypothesis, &nothing, Stages::all());

    assert!(matches!(attempt.run(&|| true), Attempted::Unfinished(_)));
}

#[test]
fn without_any_way_to_lay_a_lattice_there_is_nothing() {
    let sheet = sheet(2);
    let luma = picture(&symbol(2), sheet).luma();
    let hypothesis = hypothesis(sheet, 2);
    let raster = Raster::new(&luma, 1.0).unwrap();
    let run =
        |stages| Attempt::new(raster, &hypothesis, &Learned::default(), stages).run(&|| false);

    let neither = Stages::all().without(Stage::Anchors).without(Stage::Growth);
    assert!(matches!(run(neither), Attempted::Nothing));
    for one in [Stage::Anchors, Stage::Growth] {
        assert!(
            matches!(run(Stages::all().without(one)), Attempted::Read(..)),
            "{one:?}"
        );
    }
}

fn symbol(number: u8) -> Drawn {
    drawn::symbol(Version::new(number).unwrap(), LEVEL, 4, TEXT)
}

fn sheet(number: u8) -> Sheet {
    let side = Version::new(number).unwrap().side();
    let half = 2.5 * pixel::distance(side) + 40.0;

    Sheet::flat(side, point(half, half), 4.5)
}

fn picture(symbol: &Drawn, sheet: Sheet) -> Picture {
    let size = pixel::whole(2.0 * sheet.middle.x);

    Picture::desk(size, size)
        .with(symbol, sheet)
        .grained(3.0, 9)
}

/// With the corners where they are, and a version.
fn hypothesis(sheet: Sheet, number: u8) -> Hypothesis {
    let version = Version::new(number).unwrap();
    let far = pixel::distance(sheet.side) - 3.5;
    let places = [(3.5, 3.5), (far, 3.5), (3.5, far)];
    let [a, b, c] = places.map(|(u, v)| sheet.at(u, v));
    let end = pixel::distance(version.side()) - 3.5;

    Hypothesis {
        version,
        projection: Projection::new(3.5, end, [a, b, c, b + c - a]).unwrap(),
        is_tilted: false,
        poses: places.map(|(u, v)| {
            let [right, down] = sheet.axes(u, v);
            let at = sheet.at(u, v);
            Some(Pose { at, right, down })
        }),
        rank: 0.9,
    }
}

fn attempt(luma: &Luma, sheet: Sheet, number: u8) -> Attempted {
    let hypothesis = hypothesis(sheet, number);
    let raster = Raster::new(luma, 1.0).unwrap();

    Attempt::new(raster, &hypothesis, &Learned::default(), Stages::all()).run(&|| false)
}
