use super::*;
use crate::{
    deep::{
        drawn::{Picture, Sheet},
        point::Point,
    },
    luma::Luma,
    reading::Level,
    symbol::drawn,
};

const SIZES: [u8; 6] = [1, 2, 6, 7, 13, 25];

#[test]
fn the_right_version_and_the_right_corners_rank_first() {
    for number in SIZES {
        for turn in [0.0, 0.5, 2.2, 4.0] {
            let (sheet, luma) = drawn(number, turn);
            // Another code's finder pattern and two places that are none.
            let decoys = [sheet.at(-30.0, 3.5), sheet.at(12.0, 12.0), point(9.0, 9.0)];
            let found = triples(&luma, &[&corners(sheet)[..], &decoys].concat());

            let best = found.first().unwrap();
            assert_eq!(best.version.number(), number, "turn {turn}");
            assert!(off(best, sheet) < 0.5, "version {number}, turn {turn}");
            assert!(
                best.rank > 0.6,
                "version {number}, turn {turn}: {}",
                best.rank
            );
        }
    }
}

#[test]
fn two_finder_patterns_give_the_third_corner() {
    for number in SIZES {
        for hidden in 0..3 {
            let (sheet, luma) = drawn(number, 0.4);
            let mut corners = corners(sheet).to_vec();
            corners.remove(hidden);
            let raster = Raster::new(&luma, 1.0).unwrap();
            let found = of_pairs(
                &raster,
                &finders(&raster, &peaks(&corners, sheet.module), &|| false),
            );

            let right = found.iter().any(|hypothesis| {
                hypothesis.version.number() == number && off(hypothesis, sheet) < 1.0
            });
            assert!(right, "version {number} without corner {hidden}");
        }
    }
}

#[test]
fn a_sheet_seen_from_aside_is_known_by_its_timing_patterns() {
    let version = Version::new(7).unwrap();
    let end = pixel::distance(version.side());
    // Modules of 5 pixels at the left, and at the right five sixths of that.
    let place = |at: Point| {
        let away = (at - point(60.0, 200.0)) * 0.2;
        let depth = 1.0 / (1.0 - 0.2 * away.x / end);
        point(away.x * depth, away.y * depth + end / 2.0)
    };
    let at = |u: f32, v: f32| {
        let depth = 1.0 / (1.0 + 0.2 * u / end);
        point(60.0, 200.0) + point(u, v - end / 2.0) * (5.0 * depth)
    };
    assert!((place(at(30.0, 40.0)) - point(30.0, 40.0)).length() < 0.01);
    let luma = Picture::desk(400, 400).laid(&symbol(version), place).luma();
    let found = triples(
        &luma,
        &[(3.5, 3.5), (end - 3.5, 3.5), (3.5, end - 3.5)].map(|(u, v)| at(u, v)),
    );

    let best = found.first().unwrap();
    assert_eq!(best.version, version);
    assert!(best.is_tilted);
    let last = best.projection.at(end, end);
    assert!(
        (last - at(end, end)).length() < 2.0 * best.module(),
        "{last:?}"
    );
}

#[test]
fn finder_patterns_are_fitted_within_half_a_pixel() {
    for turn in [0.0, 0.3, 0.8, 1.3] {
        let (sheet, luma) = drawn(2, turn);
        let raster = Raster::new(&luma, 1.0).unwrap();
        let found = finders(&raster, &peaks(&corners(sheet), sheet.module), &|| false);

        assert_eq!(found.len(), 3);
        for corner in corners(sheet) {
            let off = found
                .iter()
                .map(|finder| (finder.pose.at - corner).length());
            let nearest = off.fold(f32::INFINITY, f32::min);
            assert!(nearest < 0.5, "turn {turn}: {nearest}");
        }
    }
}

#[test]
fn places_that_are_no_finder_patterns_make_no_symbol() {
    let luma = Picture::desk(300, 300).grained(20.0, 3).luma();
    let raster = Raster::new(&luma, 1.0).unwrap();
    let peaks = peaks(
        &[point(60.0, 60.0), point(200.0, 60.0), point(60.0, 200.0)],
        4.0,
    );

    assert_eq!(finders(&raster, &peaks, &|| false).len(), 0);
}

#[test]
fn stripes_hold_no_finder_pattern() {
    for (across, down) in [(0.1, 0.13), (0.2, -0.17), (0.07, 0.02)] {
        let picture = Picture::of(400, 400, |at| {
            let along = pixel::whole(at.x * across + at.y * down + 100.0);
            if along.is_multiple_of(2) { 40.0 } else { 210.0 }
        });
        let luma = picture.luma();
        let raster = Raster::new(&luma, 1.0).unwrap();
        let everywhere: Vec<Point> = (0..400_u16)
            .map(|at| point(f32::from(at % 20 * 20), f32::from(at / 20 * 20)))
            .collect();

        for module in [4.0, 8.0, 16.0] {
            assert_eq!(
                finders(&raster, &peaks(&everywhere, module), &|| false).len(),
                0
            );
        }
    }
}

#[test]
fn squares_in_a_row_or_of_unlike_size_are_no_corners() {
    let finder = |x: f32, y: f32, module: f32| Finder {
        pose: Pose {
            at: point(x, y),
            right: point(module, 0.0),
            down: point(0.0, module),
        },
        score: 0.9,
    };
    let corner = finder(50.0, 50.0, 4.0);

    assert!(
        triple(
            &corner,
            &finder(150.0, 50.0, 4.0),
            &finder(50.0, 150.0, 4.0)
        )
        .is_some()
    );
    assert!(
        triple(
            &corner,
            &finder(150.0, 50.0, 4.0),
            &finder(250.0, 60.0, 4.0)
        )
        .is_none()
    );
    assert!(
        triple(
            &corner,
            &finder(150.0, 50.0, 8.0),
            &finder(50.0, 150.0, 4.0)
        )
        .is_none()
    );
    assert!(
        triple(
            &corner,
            &finder(250.0, 50.0, 4.0),
            &finder(50.0, 150.0, 4.0)
        )
        .is_none()
    );
}

fn symbol(version: Version) -> drawn::Drawn {
    drawn::symbol(version, Level::M, 2, b"MS1:WHERE")
}

fn drawn(number: u8, turn: f32) -> (Sheet, Luma) {
    let version = Version::new(number).unwrap();
    let module = 4.0;
    let half = 0.75 * pixel::distance(version.side()) * module + 60.0;
    let sheet = Sheet::flat(version.side(), point(half, half), module).turned(turn);
    let size = pixel::whole(2.0 * half);
    let picture = Picture::desk(size, size).with(&symbol(version), sheet);

    (sheet, picture.grained(6.0, 4).luma())
}

fn corners(sheet: Sheet) -> [Point; 3] {
    let far = pixel::distance(sheet.side) - 3.5;

    [(3.5, 3.5), (far, 3.5), (3.5, far)].map(|(u, v)| sheet.at(u, v))
}

/// Peaks about where these points are, as a search finds them.
fn peaks(points: &[Point], module: f32) -> Vec<Peak> {
    let near = points.iter().map(|at| Peak {
        at: *at + point(0.9, -0.7),
        module: 1.1 * module,
        score: 0.8,
    });

    near.collect()
}

fn triples(luma: &Luma, points: &[Point]) -> Vec<Hypothesis> {
    let raster = Raster::new(luma, 1.0).unwrap();

    of_triples(&raster, &finders(&raster, &peaks(points, 4.0), &|| false))
}

/// How far the corners are off at most, in modules.
fn off(hypothesis: &Hypothesis, sheet: Sheet) -> f32 {
    let far = pixel::distance(sheet.side) - 3.5;
    let corners = [(3.5, 3.5), (far, 3.5), (3.5, far)];
    let off = corners.map(|(u, v)| (hypothesis.projection.at(u, v) - sheet.at(u, v)).length());

    off.into_iter().fold(0.0, f32::max) / sheet.module
}
