//! What of a symbol is sure of its place: finder patterns and alignment patterns, and the spline through them.

use crate::{
    deep::{
        hypothesis::Hypothesis,
        lattice::Lattice,
        point::{Point, point},
        raster::Raster,
        spline::Spline,
        stencil::Stencil,
    },
    pixel,
};

/// How far a finder pattern may lie from where it was seen, in modules.
const FINDER_REACH: f32 = 1.5;
const FINDER_SCORE: f32 = 0.5;
const ALIGNMENT_SCORE: f32 = 0.55;
/// How far an alignment pattern may lie from where the spline has it: this, and more with the distance to the
/// nearest anchor, up to a limit, in modules.
const NEAR: f32 = 0.6;
const WITH_DISTANCE: f32 = 0.06;
const FAR: f32 = 2.5;

/// The lattice through all anchors that were found, and where in the symbol these are.
pub(crate) struct Anchored {
    pub(crate) lattice: Lattice,
    pub(crate) anchors: Vec<Point>,
}

/// Looks for the patterns of a symbol from the corners inwards.
pub(crate) fn anchor(raster: &Raster<'_>, hypothesis: &Hypothesis) -> Option<Anchored> {
    let version = hypothesis.version;
    let far = pixel::distance(version.side()) - 3.5;
    let places = [point(3.5, 3.5), point(far, 3.5), point(3.5, far)];
    let finder = Stencil::rings(&[true, true, false, true, false]);
    let mut pairs = Vec::new();
    let mut anchors = Vec::new();
    for place in places {
        let way = |u: f32, v: f32| hypothesis.projection.at(u, v);
        let (at, axes) = around(way, place);
        let found = finder.find(raster, at, axes, FINDER_REACH);
        if found.score > FINDER_SCORE {
            pairs.push((place, at + axes[0] * found.step.x + axes[1] * found.step.y));
            anchors.push(place);
        } else {
            pairs.push((place, at));
        }
    }
    // A hypothesis knows where its last corner is only as far as the sheet is flat.
    if hypothesis.is_tilted {
        let last = point(far, far);
        pairs.push((last, hypothesis.projection.at(last.x, last.y)));
    }

    let mut spline = Spline::through(&pairs)?;
    let alignment = Stencil::rings(&[true, false, true]);
    for (place, distance) in by_distance(&version.alignment_centres(), &places) {
        let reach = (NEAR + WITH_DISTANCE * distance).min(FAR);
        let (at, axes) = around(|u, v| spline.at(u, v), place);
        if !raster.holds(at) {
            continue;
        }
        let found = alignment.find(raster, at, axes, reach);
        if found.score > ALIGNMENT_SCORE {
            if hypothesis.is_tilted && pairs.len() == 4 {
                pairs.truncate(3);
            }
            pairs.push((place, at + axes[0] * found.step.x + axes[1] * found.step.y));
            anchors.push(place);
            spline = Spline::through(&pairs)?;
        }
    }
    let lattice = Lattice::new(version.side(), |u, v| spline.at(u, v));

    lattice.is_finite().then_some(Anchored { lattice, anchors })
}

/// The alignment patterns in the order of their distance to the nearest pattern before them.
fn by_distance(centres: &[(usize, usize)], finders: &[Point]) -> Vec<(Point, f32)> {
    let mut left: Vec<Point> = centres
        .iter()
        .map(|&(x, y)| point(pixel::distance(x) + 0.5, pixel::distance(y) + 0.5))
        .collect();
    let mut known = finders.to_vec();
    let mut ordered = Vec::with_capacity(left.len());
    let distance = |known: &[Point], place: &Point| {
        known
            .iter()
            .map(|known| (*known - *place).length())
            .fold(f32::INFINITY, f32::min)
    };
    while let Some(next) = (0..left.len())
        .min_by(|a, b| distance(&known, &left[*a]).total_cmp(&distance(&known, &left[*b])))
    {
        let place = left.swap_remove(next);
        ordered.push((place, distance(&known, &place)));
        known.push(place);
    }

    ordered
}

/// The picture's point for a place, and the steps of a module there.
fn around(way: impl Fn(f32, f32) -> Point, place: Point) -> (Point, [Point; 2]) {
    let right = way(place.x + 2.0, place.y) - way(place.x - 2.0, place.y);
    let down = way(place.x, place.y + 2.0) - way(place.x, place.y - 2.0);

    (way(place.x, place.y), [right * 0.25, down * 0.25])
}

#[cfg(test)]
mod tests;
