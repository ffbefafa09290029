use super::*;
use crate::{
    deep::drawn::{Picture, Sheet},
    luma::Luma,
    reading::Level,
    symbol::{Version, drawn, function_patterns},
};

#[test]
fn a_lattice_that_is_half_a_module_off_is_pulled_back() {
    for number in [2, 7] {
        let (version, sheet, luma) = drawn(number);
        let off = Lattice::new(version.side(), |u, v| sheet.at(u + 0.4, v - 0.3));
        let before = worst(&off, sheet);
        let after = followed(&luma, version, off, &|| false);

        assert!((before - 0.5).abs() < 0.01, "{before}");
        let (mean, most) = (mean(&after, sheet), worst(&after, sheet));
        assert!(
            mean < 0.05 && most < 0.35,
            "version {number}: {mean}, at most {most}"
        );
    }
}

#[test]
fn a_lattice_that_strays_with_the_distance_is_followed_from_the_anchors() {
    for number in [2, 7] {
        let (version, sheet, luma) = drawn(number);
        // Right at the finder patterns, and a module off at the last corner.
        let end = pixel::distance(version.side());
        let strayed = |u: f32, v: f32| sheet.at(u + u * v / (end * end), v);
        let strayed = Lattice::new(version.side(), strayed);
        let before = mean(&strayed, sheet);
        let after = mean(&followed(&luma, version, strayed, &|| false), sheet);

        assert!(
            after < 0.3 * before,
            "version {number}: {before}, then {after}"
        );
    }
}

#[test]
fn a_lattice_that_is_right_stays() {
    let (version, sheet, luma) = drawn(7);
    let right = Lattice::new(version.side(), |u, v| sheet.at(u, v));
    let after = worst(&followed(&luma, version, right, &|| false), sheet);

    assert!(after < 0.1, "{after}");
}

#[test]
fn no_round_begins_after_the_stop() {
    let (version, sheet, luma) = drawn(7);
    let off = Lattice::new(version.side(), |u, v| sheet.at(u + 0.4, v));
    let before = worst(&off, sheet);
    let after = worst(&followed(&luma, version, off, &|| true), sheet);

    assert!((before - after).abs() < 1e-6);
}

#[test]
fn a_field_is_straight_between_the_middles_of_the_modules() {
    let steps = (0..441).map(|at| point(pixel::distance(at % 21), pixel::distance(at / 21)));
    let field = Field::new(21, steps.collect());

    for (u, v) in [(0.5, 0.5), (3.75, 20.5), (10.0, 11.25)] {
        assert!((field.at(u, v) - point(u - 0.5, v - 0.5)).length() < 1e-4);
    }
    assert_eq!(field.at(-7.0, 90.0), point(0.0, 20.0));
}

fn drawn(number: u8) -> (Version, Sheet, Luma) {
    let version = Version::new(number).unwrap();
    let half = 2.5 * pixel::distance(version.side()) + 40.0;
    let sheet = Sheet::flat(version.side(), point(half, half), 5.0);
    let symbol = drawn::symbol(version, Level::M, 1, b"MS1:FIELD");
    let size = pixel::whole(2.0 * half);
    let picture = Picture::desk(size, size).with(&symbol, sheet).blurred(1.5);

    (version, sheet, picture.luma())
}

/// Followed from the finder patterns.
fn followed(luma: &Luma, version: Version, lattice: Lattice, stop: &impl Fn() -> bool) -> Lattice {
    let raster = Raster::new(luma, 1.0).unwrap();
    let known = function_patterns(version);
    let far = pixel::distance(version.side()) - 3.5;
    let finders = [point(3.5, 3.5), point(far, 3.5), point(3.5, far)];

    follow(&raster, lattice, &known, &finders, stop)
}

fn worst(lattice: &Lattice, sheet: Sheet) -> f32 {
    sheet.off(lattice).into_iter().fold(0.0, f32::max)
}

fn mean(lattice: &Lattice, sheet: Sheet) -> f32 {
    let all = sheet.off(lattice);

    all.iter().sum::<f32>() / pixel::distance(all.len())
}
