use super::*;
use crate::{
    deep::{
        drawn::{Picture, Sheet},
        lattice::Lattice,
        point::point,
        raster::Raster,
    },
    pixel,
    reading::Level,
    symbol::{
        Version,
        drawn::{self, Drawn},
        function_patterns,
    },
};

const MODULE: f32 = 6.0;

#[test]
fn the_decisions_of_a_shaken_picture_get_better() {
    let symbol = symbol();
    let (before, after) = wrong(&symbol, picture(&symbol).shaken(14));

    assert!(before > 400, "{before}");
    assert!(after < before / 20, "{before}, then {after}");
}

#[test]
fn the_decisions_of_a_defocused_picture_get_better() {
    let symbol = symbol();
    let (before, after) = wrong(&symbol, picture(&symbol).blurred(0.7 * MODULE));

    assert!(before > 200, "{before}");
    assert!(after < before / 20, "{before}, then {after}");
}

#[test]
fn a_sharp_picture_stays_right() {
    let symbol = symbol();

    assert_eq!(wrong(&symbol, picture(&symbol)), (0, 0));
}

fn symbol() -> Drawn {
    let text: Vec<u8> = (0..150).map(|at| b'A' + at % 26).collect();

    drawn::symbol(Version::new(10).unwrap(), Level::M, 4, &text)
}

fn sheet(symbol: &Drawn) -> Sheet {
    let half = pixel::distance(symbol.version.side()) * MODULE / 2.0 + 40.0;

    Sheet::flat(symbol.version.side(), point(half, half), MODULE)
}

fn picture(symbol: &Drawn) -> Picture {
    let sheet = sheet(symbol);
    let size = pixel::whole(2.0 * sheet.middle.x);

    Picture::desk(size, size).with(symbol, sheet)
}

/// Modules that are decided wrong before and after.
fn wrong(symbol: &Drawn, picture: Picture) -> (usize, usize) {
    let side = symbol.version.side();
    let luma = picture.grained(3.0, 5).luma();
    let raster = Raster::new(&luma, 1.0).unwrap();
    let sheet = sheet(symbol);
    let known = function_patterns(symbol.version);
    let flat = Flat::new(&raster, &Lattice::new(side, |u, v| sheet.at(u, v)));
    let tone = Tone::new(&flat.cells(), &known, side);
    let equalised = equalise(&flat, &tone, &known).unwrap();
    let count = |tone: &Tone| {
        let pairs = tone.black.iter().zip(&symbol.modules);
        pairs
            .filter(|(black, printed)| (**black > 0.0) != **printed)
            .count()
    };

    (count(&tone), count(&equalised))
}
