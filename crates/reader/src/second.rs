//! The second pass: rqrr, which finds the grid in another way, where a code is known to be.

use std::io;

use rqrr::{BitGrid, Grid, PreparedImage};

use crate::{
    first::Sampled,
    guard::guarded,
    luma::Luma,
    pixel,
    reading::{Corner, Place},
    symbol::sampled,
};

/// Reads what rqrr can of a small picture.
pub(crate) fn search(luma: &Luma) -> Vec<Sampled> {
    guarded(|| {
        let grey = |x: usize, y: usize| luma.pixels()[y * luma.width + x];
        let mut picture = PreparedImage::prepare_from_greyscale(luma.width, luma.height, grey);
        picture.detect_grids().iter().filter_map(decode).collect()
    })
    .unwrap_or_default()
}

fn decode<G: BitGrid>(grid: &Grid<G>) -> Option<Sampled> {
    guarded(|| grid.decode_to(io::sink())).ok()?.ok()?;
    let bits = &grid.grid;
    let along = 0..bits.size();
    let modules = along
        .clone()
        .flat_map(|y| along.clone().map(move |x| (y, x)));
    let modules: Vec<bool> = guarded(|| modules.map(|(y, x)| bits.bit(y, x)).collect()).ok()?;
    // It does not tell whether it read it in a mirror.
    let decoded = [false, true]
        .into_iter()
        .find_map(|mirrored| sampled::read(bits.size(), modules.iter().copied(), mirrored))?;

    let place = Place {
        corners: grid.bounds.map(|point| Corner {
            x: pixel::coordinate(point.x),
            y: pixel::coordinate(point.y),
        }),
    };

    Some(Sampled::of(decoded, place))
}
