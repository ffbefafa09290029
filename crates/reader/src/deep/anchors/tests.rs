use super::*;
use crate::{
    deep::{
        drawn::{Picture, Sheet},
        lattice::Projection,
    },
    reading::Level,
    symbol::{Version, drawn},
};

#[test]
fn the_spline_goes_through_the_alignment_patterns_of_a_bent_sheet() {
    for (number, bend) in [(2, 1.0), (7, 1.2), (13, 1.6), (25, 1.6)] {
        let version = Version::new(number).unwrap();
        let side = pixel::distance(version.side());
        let sheet = flat(version).turned(0.3).bent(bend, 1.3 * side);
        let anchored = anchored(&picture(version, sheet), version, sheet).unwrap();

        let centres = version.alignment_centres();
        let found = anchored.anchors.len();
        assert!(
            10 * found >= 9 * (3 + centres.len()),
            "version {number}: {found}"
        );
        for (x, y) in centres {
            let (u, v) = (pixel::distance(x) + 0.5, pixel::distance(y) + 0.5);
            let off = off(&anchored.lattice, sheet, u, v);
            assert!(off < 0.33, "version {number}, {x} {y}: {off}");
        }
    }
}

#[test]
fn a_corner_that_is_hidden_is_where_the_hypothesis_has_it() {
    let version = Version::new(2).unwrap();
    let sheet = flat(version);
    let hidden = picture(version, sheet).covered(sheet.at(-3.0, 17.0), sheet.at(8.0, 28.0), 210.0);
    let anchored = anchored(&hidden, version, sheet).unwrap();

    assert_eq!(anchored.anchors.len(), 3);
    assert!(!anchored.anchors.contains(&point(3.5, 21.5)));
    assert!(off(&anchored.lattice, sheet, 3.5, 21.5) < 0.1);
}

#[test]
fn what_looks_like_no_alignment_pattern_bends_nothing() {
    let version = Version::new(7).unwrap();
    let sheet = flat(version);
    let far = pixel::distance(version.side());
    let covered = picture(version, sheet).covered(sheet.at(9.0, 9.0), sheet.at(far, far), 120.0);
    let anchored = anchored(&covered, version, sheet).unwrap();

    let last = point(38.5, 38.5);
    assert!(!anchored.anchors.contains(&last));
    assert!(off(&anchored.lattice, sheet, last.x, last.y) < 0.5);
}

#[test]
fn alignment_patterns_come_in_the_order_of_their_distance() {
    let version = Version::new(7).unwrap();
    let finders = [point(3.5, 3.5), point(41.5, 3.5), point(3.5, 41.5)];
    let ordered = by_distance(&version.alignment_centres(), &finders);

    assert_eq!(ordered.len(), 6);
    let mut known = finders.to_vec();
    for (index, (place, distance)) in ordered.iter().enumerate() {
        let nearest = |place: Point| {
            let away = known.iter().map(|known| (*known - place).length());
            away.fold(f32::INFINITY, f32::min)
        };
        assert!((nearest(*place) - distance).abs() < 1e-3);
        let mut later = ordered[index..].iter().map(|(later, _)| nearest(*later));
        assert!(later.all(|later| later >= distance - 1e-3));
        known.push(*place);
    }
}

fn flat(version: Version) -> Sheet {
    let half = 3.2 * pixel::distance(version.side()) + 60.0;

    Sheet::flat(version.side(), point(half, half), 4.0)
}

fn picture(version: Version, sheet: Sheet) -> Picture {
    let symbol = drawn::symbol(version, Level::M, 4, b"MS1:ANCHOR");
    let size = pixel::whole(2.0 * sheet.middle.x);

    Picture::desk(size, size).with(&symbol, sheet).blurred(1.0)
}

/// Anchored from the right corners.
fn anchored(picture: &Picture, version: Version, sheet: Sheet) -> Option<Anchored> {
    let far = pixel::distance(version.side()) - 3.5;
    let (a, b, c) = (sheet.at(3.5, 3.5), sheet.at(far, 3.5), sheet.at(3.5, far));
    let hypothesis = Hypothesis {
        version,
        projection: Projection::new(3.5, far, [a, b, c, b + c - a])?,
        is_tilted: false,
        poses: [None; 3],
        rank: 1.0,
    };
    let luma = picture.luma();

    anchor(&Raster::new(&luma, 1.0)?, &hypothesis)
}

/// How far a lattice is off, in modules.
fn off(lattice: &Lattice, sheet: Sheet, u: f32, v: f32) -> f32 {
    (lattice.at(u, v) - sheet.at(u, v)).length() / sheet.module
}
