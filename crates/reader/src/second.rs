//! The second pass: rqrr, which finds the grid in another way, where a code is known to be.

use rqrr::PreparedImage;

use crate::{
    first::Sampled,
    guard::guarded,
    luma::Luma,
    pixel,
    reading::{Code, Corner, Level, Place},
    symbol::{self, Version},
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

fn decode<G: rqrr::BitGrid>(grid: &rqrr::Grid<G>) -> Option<Sampled> {
    let mut content = Vec::new();
    let meta = guarded(|| grid.decode_to(&mut content)).ok()?.ok()?;
    let level = match meta.ecc_level {
        0 => Level::M,
        1 => Level::L,
        2 => Level::H,
        _ => Level::Q,
    };

    let version = Version::new(u8::try_from(meta.version.0).ok()?)?;
    let place = Place {
        corners: grid.bounds.map(|point| Corner {
            x: pixel::coordinate(point.x),
            y: pixel::coordinate(point.y),
        }),
    };
    let along = 0..grid.grid.size();
    let modules: Vec<bool> = along
        .clone()
        .flat_map(|y| along.clone().map(move |x| grid.grid.bit(y, x)))
        .collect();
    let known = symbol::known(version, &modules, false);

    let code = Code {
        content,
        place,
        version: version.number(),
        level,
        mirrored: false,
        grade: None,
    };

    Some(Sampled { code, known })
}
