//! Where a code seems to be, good enough for a hint and for nothing else.

use crate::{
    deep::{
        hypothesis::{Hypothesis, corners},
        point::Point,
        seek::Peak,
    },
    reading::{Place, Sight},
};

/// What is printed between the corners fits so well.
const LEAST_RANK: f32 = 0.45;
/// Three peaks that may be corners: how much their sizes, their legs and their angle may differ from a square's.
const SIZES: f32 = 1.5;
const LEGS: f32 = 1.35;
const COSINE: f32 = 0.25;
/// Modules between the middles of two finder patterns, in the smallest symbol and the largest that is held up to a camera.
const SHORTEST: f32 = 12.0;
const LONGEST: f32 = 100.0;
/// Places at most.
const MOST: usize = 4;

/// The places of the likeliest symbols, and of three peaks that lie as finder patterns do.
pub(crate) fn sight(hypotheses: &[Hypothesis], peaks: &[Peak]) -> Vec<Sight> {
    let mut sights: Vec<Sight> = Vec::new();
    let ranked = hypotheses
        .iter()
        .filter(|hypothesis| hypothesis.rank > LEAST_RANK)
        .map(|hypothesis| Sight {
            place: hypothesis.place(),
            score: 0.0,
        });
    for sight in ranked.chain(triples(peaks)) {
        let is_new = sights.iter().all(|old| !old.place.meets(&sight.place));
        if sights.len() < MOST && is_new {
            sights.push(sight);
        }
    }

    sights
}

/// Squares with a peak in three of their corners, the likeliest first.
fn triples(peaks: &[Peak]) -> Vec<Sight> {
    let mut found: Vec<(f32, Sight)> = corners(peaks)
        .filter_map(|[corner, a, b]| square(corner, a, b))
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));

    found.into_iter().map(|(_, sight)| sight).collect()
}

fn square(corner: &Peak, a: &Peak, b: &Peak) -> Option<(f32, Sight)> {
    let (one, two) = (a.at - corner.at, b.at - corner.at);
    let (long, short) = (
        one.length().max(two.length()),
        one.length().min(two.length()),
    );
    let sizes = [corner, a, b].map(|peak| peak.module);
    let largest = sizes.iter().copied().fold(0.0, f32::max);
    let smallest = sizes.iter().copied().fold(f32::INFINITY, f32::min);
    let module = sizes.iter().sum::<f32>() / 3.0;
    let cosine = one.dot(two) / (one.length() * two.length());
    let fits = largest < SIZES * smallest
        && long < LEGS * short
        && cosine.abs() < COSINE
        && short > SHORTEST * module
        && long < LONGEST * module;
    if !fits {
        return None;
    }

    let (right, down) = if one.cross(two) > 0.0 {
        (one, two)
    } else {
        (two, one)
    };
    let margins = (
        right * (3.5 * module / right.length()),
        down * (3.5 * module / down.length()),
    );
    let at = |u: f32, v: f32, out: (f32, f32)| -> Point {
        corner.at + right * u + down * v + margins.0 * out.0 + margins.1 * out.1
    };
    let corners = [
        at(0.0, 0.0, (-1.0, -1.0)),
        at(1.0, 0.0, (1.0, -1.0)),
        at(1.0, 1.0, (1.0, 1.0)),
        at(0.0, 1.0, (-1.0, 1.0)),
    ];
    let place = Place {
        corners: corners.map(Into::into),
    };
    let scores = corner.score + a.score + b.score;
    let crooked = cosine.abs() + (long / short - 1.0);

    Some((
        scores - crooked,
        Sight {
            place,
            score: scores / 3.0,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deep::point::point;

    #[test]
    fn three_peaks_in_the_corners_of_a_square_are_sighted_and_three_in_a_row_are_not() {
        let peak = |x: f32, y: f32| Peak {
            at: point(x, y),
            module: 2.0,
            score: 0.8,
        };
        let square = [peak(107.0, 57.0), peak(193.0, 57.0), peak(107.0, 143.0)];
        let sights = sight(&[], &square);
        let corners = sights.first().map(|sight| sight.place.corners);
        assert_eq!(sights.len(), 1);
        assert!((sights[0].score - 0.8).abs() < 1e-6);
        for (corner, (x, y)) in corners.into_iter().flatten().zip([
            (100.0, 50.0),
            (200.0, 50.0),
            (200.0, 150.0),
            (100.0, 150.0),
        ]) {
            assert!((corner.x - x).abs() < 0.1 && (corner.y - y).abs() < 0.1);
        }

        assert_eq!(sight(&[], &[0.0, 80.0, 160.0].map(|x| peak(x, x))), []);
        assert_eq!(sight(&[], &square[..2]), []);
    }
}
