use super::*;
use crate::{
    deep::drawn::{Picture, Sheet},
    luma::Luma,
    reading::Level,
    symbol::drawn,
};

#[test]
fn a_lattice_follows_paper_that_is_bent_by_a_sine() {
    for (number, bend, wave) in [(7, 2.1, 67.0), (13, 2.2, 69.0), (20, 3.1, 97.0)] {
        let version = Version::new(number).unwrap();
        let sheet = flat(version).turned(0.2).bent(bend, wave);
        let lattice = grown(&picture(version, sheet), version, sheet).unwrap();

        let (mean, most) = off(&lattice, sheet);
        assert!(
            mean < 0.1 && most < 0.5,
            "version {number}: {mean}, at most {most}"
        );
        // A plane through the corners would not do.
        let corner = sheet.at(0.0, 0.0);
        let side = pixel::distance(version.side());
        let across = (sheet.at(side, 0.0) - corner) * (1.0 / side);
        let plane = Lattice::new(version.side(), |u, v| {
            corner + across * u + across.turned() * v
        });
        assert!(off(&plane, sheet).0 > 0.5, "version {number}");
    }
}

#[test]
fn a_slip_of_a_module_is_put_right_where_a_known_pattern_tells() {
    let version = Version::new(7).unwrap();
    let sheet = flat(version);
    let luma = picture(version, sheet).luma();
    let raster = Raster::new(&luma, 1.0).unwrap();
    let growth = Growth::new(version);
    // The node in the middle of the alignment pattern at 22, 22 is the one at 24, 24.
    let node = 6 * growth.across + 6;
    let [right, down] = sheet.axes(24.0, 24.0);
    let pose = |u: f32, v: f32| Pose {
        at: sheet.at(u, v),
        right,
        down,
    };

    let here = growth.slipped(&raster, node, &pose(24.0, 24.0)).unwrap();
    assert_eq!((here.0, here.1), (0.0, 0.0));
    let slipped = growth.slipped(&raster, node, &pose(25.0, 22.0)).unwrap();
    assert_eq!((slipped.0, slipped.1), (-1.0, 2.0));
}

#[test]
fn a_symbol_that_the_edge_of_the_picture_cuts_ends_there() {
    let version = Version::new(7).unwrap();
    let sheet = flat(version);
    let whole = picture(version, sheet).luma();
    // The last eight columns of modules are outside.
    let width = pixel::whole(sheet.at(37.0, 0.0).x);
    let rows = whole.pixels().chunks_exact(whole.width);
    let pixels = rows.flat_map(|row| row[..width].iter().copied()).collect();
    let cut = Luma::new(width, whole.height, pixels).unwrap();
    let raster = Raster::new(&cut, 1.0).unwrap();
    let seeds = [seed(sheet, 3.5, 3.5), seed(sheet, 3.5, 41.5)];
    let grown = grow(&raster, version, &seeds, &|| false).unwrap().lattice;

    let inside = |u: f32, v: f32| (grown.at(u, v) - sheet.at(u, v)).length() / sheet.module;
    assert!(inside(20.0, 20.0) < 0.3 && inside(34.0, 30.0) < 0.5);
    // Beyond it goes on about as it was.
    assert!(inside(44.0, 20.0) < 4.0, "{}", inside(44.0, 20.0));
}

#[test]
fn without_seeds_or_when_stopped_nothing_grows() {
    let version = Version::new(4).unwrap();
    let sheet = flat(version);
    let luma = picture(version, sheet).luma();
    let raster = Raster::new(&luma, 1.0).unwrap();

    assert!(grow(&raster, version, &[], &|| false).is_none());
    let seeds = [seed(sheet, 3.5, 3.5)];
    assert!(grow(&raster, version, &seeds, &|| true).is_none());
    assert!(grow(&raster, version, &seeds, &|| false).is_some());
}

fn flat(version: Version) -> Sheet {
    let half = 3.2 * pixel::distance(version.side()) + 60.0;

    Sheet::flat(version.side(), point(half, half), 5.0)
}

fn picture(version: Version, sheet: Sheet) -> Picture {
    let text: Vec<u8> = (0..60).map(|at| b'A' + at % 26).collect();
    let symbol = drawn::symbol(version, Level::L, 4, &text);
    let size = pixel::whole(2.0 * sheet.middle.x);

    Picture::desk(size, size).with(&symbol, sheet).blurred(1.0)
}

/// A finder pattern as it lies.
fn seed(sheet: Sheet, u: f32, v: f32) -> Seed {
    let [right, down] = sheet.axes(u, v);

    Seed {
        place: point(u, v),
        pose: Pose {
            at: sheet.at(u, v),
            right,
            down,
        },
        reach: 4.0,
    }
}

fn grown(picture: &Picture, version: Version, sheet: Sheet) -> Option<Lattice> {
    let luma = picture.luma();
    let far = pixel::distance(version.side()) - 3.5;
    let seeds = [(3.5, 3.5), (far, 3.5), (3.5, far)].map(|(u, v)| seed(sheet, u, v));

    Some(grow(&Raster::new(&luma, 1.0)?, version, &seeds, &|| false)?.lattice)
}

/// How far the middles of the modules are off: in the mean and at most, in modules.
fn off(lattice: &Lattice, sheet: Sheet) -> (f32, f32) {
    let all = sheet.off(lattice);

    (
        all.iter().sum::<f32>() / pixel::distance(all.len()),
        all.into_iter().fold(0.0, f32::max),
    )
}
