//! What three or two places that look like finder patterns may be the corners of.
//!
//! Three make a symbol if they are of about a size and make about a right angle with legs of about a length; of
//! two the third is made up. How many modules there are between them is known only roughly, so each size around
//! is rated by what is printed between the corners: the timing patterns alternate, and from version 7 on the
//! version is written beside two of them. Along these lines a tilted sheet shows too how much it is tilted.

use crate::{
    deep::{
        lattice::Projection,
        point::{Point, point},
        pose::{Overlay, Pose},
        raster::Raster,
        seek::Peak,
    },
    pixel,
    reading::Place,
    symbol::Version,
};

/// Triples and pairs that are rated at most.
const MOST_TRIPLES: usize = 30;
const MOST_PAIRED: usize = 6;
/// The best that are kept of each kind.
pub(crate) const MOST: usize = 8;
/// The largest error of the number of modules between two finder patterns, as a share and in modules.
const SIZE_SHARE: f32 = 0.2;
const SIZE_MODULES: f32 = 5.0;
/// The colours of a finder pattern from the middle out, and how well it must fit.
const FINDER: [bool; 5] = [true, true, false, true, false];
const LEAST_FIT: f32 = 0.6;
/// How well two of a symbol's finder patterns fit at least: letters and rings on a desk reach 0.72, and of 262 sheets that
/// only the deep stages read none had less than 0.76.
const CLEARLY: f32 = 0.73;
/// A finder pattern that fits so well is not tried in another turn.
const CLEAR_FIT: f32 = 0.85;
/// What fits less before it was moved into place is none.
const HOPE: f32 = 0.36;
/// The same of a glance at the middles of the modules, which tells it with more chance in it.
const GLANCE: f32 = 0.3;
/// The best that are fitted, and that are kept.
const MOST_FITTED: usize = 16;
const MOST_FINDERS: usize = 10;
/// Letters and frames fit up to 0.74.
const SURE: f32 = 0.8;
/// Cosine of the angle between a finder pattern's sides and those of the symbol.
const ALONG: f32 = 0.8;
/// How well a version must fit that is written.
const LEAST_WRITTEN: f32 = 0.45;
/// Ways in which the farther modules may look smaller: the depth at one end of a line as a share of the other.
const TILTS: [f32; 8] = [-0.06, 0.06, -0.12, 0.12, -0.18, 0.18, -0.26, 0.26];
/// A line that alternates so well is not tilted.
const EVEN: f32 = 0.8;
/// What lies below is no code; of two finder patterns more is asked.
const LEAST_RANK: f32 = 0.42;
const LEAST_PAIRED: f32 = 0.5;

/// A symbol of this version may lie there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hypothesis {
    pub(crate) version: Version,
    pub(crate) projection: Projection,
    /// The timing patterns told that the sheet is seen from aside.
    pub(crate) is_tilted: bool,
    /// How the finder patterns lie: upper left, upper right, lower left, as far as they are there.
    pub(crate) poses: [Option<Pose>; 3],
    /// How well what is printed between the corners fits, about 0 to 1.
    pub(crate) rank: f32,
}

impl Hypothesis {
    /// Where the symbol is.
    pub(crate) fn place(&self) -> Place {
        let end = pixel::distance(self.version.side());
        let corners = [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)];

        Place {
            corners: corners.map(|(u, v)| self.projection.at(u, v).into()),
        }
    }

    /// The other would be worked on in the same way.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let side = pixel::distance(self.version.side());
        let near = |u: f32, v: f32| {
            let away = self.projection.at(u, v) - other.projection.at(u, v);
            away.length() < 0.7 * self.module()
        };

        self.version == other.version && near(3.5, 3.5) && near(side, 3.5) && near(3.5, side)
    }

    /// Pixels a module at the upper left corner.
    pub(crate) fn module(&self) -> f32 {
        let end = pixel::distance(self.version.side()) - 3.5;
        let corner = self.projection.at(3.5, 3.5);
        let legs =
            [(end, 3.5), (3.5, end)].map(|(u, v)| (self.projection.at(u, v) - corner).length());

        (legs[0] + legs[1]) / (2.0 * (end - 3.5))
    }
}

/// Middles of the upper left, upper right and lower left finder pattern.
type Corners = [Point; 3];

/// A finder pattern, turned by any quarter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finder {
    pose: Pose,
    score: f32,
}

impl Finder {
    /// Where it is, if it fits better than any other print does.
    pub(crate) fn surely(&self) -> Option<Place> {
        let corners = [(-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)];

        (self.score > SURE).then(|| Place {
            corners: corners.map(|(right, down)| self.pose.away(right, down).into()),
        })
    }
}

/// The peaks that are finder patterns, whichever way they are turned; none where not two of them are clear.
pub(crate) fn finders(
    raster: &Raster<'_>,
    peaks: &[Peak],
    stop: &impl Fn() -> bool,
) -> Vec<Finder> {
    let overlay = Overlay::rings(&FINDER);
    let mut hopeful: Vec<[(f32, Pose); 2]> = peaks
        .iter()
        .map(|peak| glances(&overlay, raster, peak))
        .filter(|[(glance, _), _]| *glance > GLANCE)
        .collect();
    hopeful.sort_by(|a, b| b[0].0.total_cmp(&a[0].0));

    let mut finders: Vec<Finder> = Vec::new();
    for starts in hopeful.iter().take(MOST_FITTED) {
        if stop() {
            break;
        }
        let hopeful = starts
            .iter()
            .filter(|(glance, start)| *glance > GLANCE && overlay.rate(raster, start) > HOPE);
        let mut best: Option<Finder> = None;
        for (_, start) in hopeful {
            let Some((pose, score)) = overlay.fit(raster, *start) else {
                continue;
            };
            if best.is_none_or(|best| best.score < score) {
                best = Some(Finder { pose, score });
            }
            if score > CLEAR_FIT {
                break;
            }
        }
        let apart = |finder: &Finder| {
            let old = finders
                .iter()
                .map(|old| (old.pose.at - finder.pose.at).length());
            old.fold(f32::INFINITY, f32::min) > 4.0 * finder.pose.right.length()
        };
        finders.extend(best.filter(|finder| finder.score > LEAST_FIT && apart(finder)));
    }
    finders.sort_by(|a, b| b.score.total_cmp(&a.score));
    finders.truncate(MOST_FINDERS);
    let clear = finders.iter().filter(|finder| finder.score > CLEARLY);
    if clear.count() < 2 {
        finders.clear();
    }

    finders
}

/// The two turns in which a peak looks most like a finder pattern, and how much.
fn glances(overlay: &Overlay, raster: &Raster<'_>, peak: &Peak) -> [(f32, Pose); 2] {
    let upright = Pose {
        at: peak.at,
        right: point(peak.module, 0.0),
        down: point(0.0, peak.module),
    };
    let starts = [
        upright,
        upright.turned(0.4),
        upright.turned(-0.4),
        upright.turned(0.8),
    ];
    let mut rated = starts.map(|start| (overlay.glance(raster, &start), start));
    rated.sort_by(|a, b| b.0.total_cmp(&a.0));

    [rated[0], rated[1]]
}

/// Each with every two of the others: the corner, and those at the ends of its legs in either order.
pub(crate) fn corners<T>(places: &[T]) -> impl Iterator<Item = [&T; 3]> {
    let all = || places.iter().enumerate();

    all().flat_map(move |(index, corner)| {
        let others = move || all().filter(move |(other, _)| *other != index);
        others().flat_map(move |(first, a)| {
            let second = others().filter(move |(second, _)| *second > first);
            second.map(move |(_, b)| [corner, a, b])
        })
    })
}

/// The likeliest symbols that have three of the finder patterns as corners, the likeliest first.
pub(crate) fn of_triples(raster: &Raster<'_>, finders: &[Finder]) -> Vec<Hypothesis> {
    let mut triples: Vec<(f32, [Finder; 3])> = corners(finders)
        .filter_map(|[corner, a, b]| triple(corner, a, b))
        .collect();
    triples.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));

    let rated = triples.iter().take(MOST_TRIPLES).flat_map(|(_, finders)| {
        let corners = finders.map(|finder| finder.pose.at);
        of_corners(raster, corners, finders.map(|finder| Some(finder.pose)))
    });
    best(rated.collect())
}

/// The likeliest symbols that have two of the best finder patterns as corners and the third made up.
pub(crate) fn of_pairs(raster: &Raster<'_>, finders: &[Finder]) -> Vec<Hypothesis> {
    let finders = &finders[..finders.len().min(MOST_PAIRED)];
    let mut rated = Vec::new();
    for (index, a) in finders.iter().enumerate() {
        for b in &finders[index + 1..] {
            let size = a.pose.right.length() / b.pose.right.length();
            if a.score.min(b.score) < CLEARLY || !(0.6..=1.67).contains(&size) {
                continue;
            }
            for corners in pair(a.pose.at, b.pose.at) {
                let poses = corners.map(|corner| {
                    let own = [a, b].into_iter().find(|finder| finder.pose.at == corner);
                    own.map(|finder| finder.pose)
                });
                let hypotheses = of_corners(raster, corners, poses);
                rated.extend(
                    hypotheses
                        .into_iter()
                        .filter(|found| found.rank > LEAST_PAIRED),
                );
            }
        }
    }

    best(rated)
}

/// The versions that three corners may belong to, rated.
fn of_corners(raster: &Raster<'_>, corners: Corners, poses: [Option<Pose>; 3]) -> Vec<Hypothesis> {
    let [upper_left, upper_right, lower_left] = corners;
    let (across, down) = (upper_right - upper_left, lower_left - upper_left);
    let poses = poses.map(|pose| pose.map(|pose| pose.along(across, down)));
    let aligned = |pose: &Pose| {
        pose.right.dot(across) > ALONG * pose.right.length() * across.length()
            && pose.down.dot(down) > ALONG * pose.down.length() * down.length()
    };
    if !poses.iter().flatten().all(aligned) {
        return Vec::new();
    }

    let modules = modules(corners, &poses);
    let off = (SIZE_SHARE * modules).max(SIZE_MODULES);
    let fits = |version: &Version| (pixel::distance(version.side()) - modules).abs() <= off;
    let written = written(raster, &poses);

    Version::all()
        .filter(fits)
        .filter_map(|version| {
            let fit = written.iter().find(|(written, _)| *written == version);
            rate(raster, corners, poses, version, fit.map(|(_, fit)| *fit))
        })
        .collect()
}

/// How many modules a side seems to have.
fn modules(corners: Corners, poses: &[Option<Pose>; 3]) -> f32 {
    let [upper_left, upper_right, lower_left] = corners;
    let (across, down) = (upper_right - upper_left, lower_left - upper_left);
    let mut ratios = 0.0;
    let mut count = 0.0_f32;
    for pose in poses.iter().flatten() {
        let area = pose.right.cross(pose.down);
        ratios += (across.cross(pose.down) / area).abs() + (pose.right.cross(down) / area).abs();
        count += 2.0;
    }

    ratios / count.max(1.0) + 7.0
}

/// Rates one version between three corners; `written` tells how well the version that is written fits.
fn rate(
    raster: &Raster<'_>,
    corners: Corners,
    poses: [Option<Pose>; 3],
    version: Version,
    written: Option<f32>,
) -> Option<Hypothesis> {
    if written.is_some_and(|fit| fit < LEAST_WRITTEN) {
        return None;
    }
    let straight = project(corners, version, 0.0, 0.0)?;
    let mut timing = [false, true].map(|down| line(raster, &straight, version, down));
    let mut tilts = [0.0, 0.0];
    for down in [false, true] {
        let axis = usize::from(down);
        if timing[axis] > EVEN {
            continue;
        }
        for tilt in TILTS {
            let (g, h) = if down { (0.0, tilt) } else { (tilt, 0.0) };
            let Some(projection) = project(corners, version, g, h) else {
                continue;
            };
            let fit = line(raster, &projection, version, down);
            if fit > timing[axis] + 0.04 {
                (timing[axis], tilts[axis]) = (fit, tilt);
            }
        }
    }
    let projection = project(corners, version, tilts[0], tilts[1])?;
    let timing = f32::midpoint(timing[0], timing[1]);
    let rank = match (version.information(), written) {
        (None, _) => timing,
        (Some(_), Some(written)) => 0.3 * timing + 0.7 * written,
        (Some(_), None) => 0.3 * timing,
    };

    (rank > LEAST_RANK).then_some(Hypothesis {
        version,
        projection,
        is_tilted: tilts.iter().any(|tilt| tilt.abs() > 0.0),
        poses,
        rank,
    })
}

fn best(mut rated: Vec<Hypothesis>) -> Vec<Hypothesis> {
    rated.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    let mut kept: Vec<Hypothesis> = Vec::new();
    for hypothesis in rated {
        if !kept.iter().any(|old| old.is_like(&hypothesis)) {
            kept.push(hypothesis);
            if kept.len() == MOST {
                break;
            }
        }
    }

    kept
}

/// Three finder patterns in order, and how likely they belong together.
fn triple(corner: &Finder, a: &Finder, b: &Finder) -> Option<(f32, [Finder; 3])> {
    let (one, two) = (a.pose.at - corner.pose.at, b.pose.at - corner.pose.at);
    let (long, short) = (
        one.length().max(two.length()),
        one.length().min(two.length()),
    );
    let sizes = [corner, a, b].map(|finder| finder.pose.module());
    let largest = sizes.iter().copied().fold(0.0, f32::max);
    let smallest = sizes.iter().copied().fold(f32::INFINITY, f32::min);
    let module = sizes.iter().sum::<f32>() / 3.0;
    if short < 10.0 * smallest || long > 1.8 * short || largest > 1.8 * smallest {
        return None;
    }
    let cosine = one.dot(two) / (one.length() * two.length());
    if cosine.abs() > 0.5 || long > 190.0 * module {
        return None;
    }

    let finders = if one.cross(two) > 0.0 {
        [*corner, *a, *b]
    } else {
        [*corner, *b, *a]
    };
    let mut fits = [corner, a, b].map(|finder| finder.score);
    fits.sort_by(f32::total_cmp);
    if fits[1] < CLEARLY {
        return None;
    }
    let score = corner.score + a.score + b.score
        - 0.5 * cosine.abs()
        - 0.5 * (long / short - 1.0)
        - 0.5 * (largest / smallest - 1.0);

    Some((score, finders))
}

/// Where the third corner may be if the sheet is seen from above: the two end the upper or the left side, in either
/// order, or they are across from each other.
fn pair(a: Point, b: Point) -> [Corners; 6] {
    let (middle, aside) = (a.towards(b, 0.5), (b - a).turned());
    let half = aside * 0.5;

    [
        [a, b, a + aside],
        [b, a, b - aside],
        [a, a - aside, b],
        [b, b + aside, a],
        [middle + half, a, b],
        [middle - half, b, a],
    ]
}

/// Through three corners, with the depth at the far ends of the upper and the left side given.
fn project(corners: Corners, version: Version, g: f32, h: f32) -> Option<Projection> {
    let [upper_left, upper_right, lower_left] = corners;
    let (right, down) = (1.0 + g, 1.0 + h);
    let depth = 1.0 + g + h;
    let last = (upper_right * right + lower_left * down - upper_left) * (1.0 / depth.max(0.2));
    let far = pixel::distance(version.side()) - 3.5;

    Projection::new(3.5, far, [upper_left, upper_right, lower_left, last])
}

/// How well a timing pattern alternates, -1 to 1: in pieces of about ten modules, each of which may have slipped
/// a little.
fn line(raster: &Raster<'_>, projection: &Projection, version: Version, down: bool) -> f32 {
    let modules: Vec<usize> = (8..version.side() - 8).collect();
    let pieces = modules.len().div_ceil(12);
    let length = modules.len().div_ceil(pieces);
    let mut fit = 0.0;
    for piece in modules.chunks(length) {
        let mut best = -1.0_f32;
        for aside in [-0.5, 0.0, 0.5] {
            for along in [-0.3, 0.0, 0.3] {
                let samples = piece.iter().map(|module| {
                    let (s, t) = (pixel::distance(*module) + 0.5 + along, 6.5 + aside);
                    let at = if down { (t, s) } else { (s, t) };
                    (
                        raster.grey(projection.at(at.0, at.1)),
                        module.is_multiple_of(2),
                    )
                });
                best = best.max(correlation(samples));
            }
        }
        fit += best * pixel::distance(piece.len());
    }

    fit / pixel::distance(modules.len())
}

/// How well what is written beside the upper right and the lower left finder pattern fits each version that is
/// written at all.
fn written(raster: &Raster<'_>, poses: &[Option<Pose>; 3]) -> Vec<(Version, f32)> {
    let bits = || {
        (0..18_usize).map(|bit| {
            (
                pixel::distance(bit / 3) - 3.0,
                pixel::distance(bit % 3) - 7.0,
            )
        })
    };
    let right = poses[1].map(|pose| {
        bits()
            .map(|(along, out)| raster.grey(pose.away(out, along)))
            .collect::<Vec<_>>()
    });
    let below = poses[2].map(|pose| {
        bits()
            .map(|(along, out)| raster.grey(pose.away(along, out)))
            .collect::<Vec<_>>()
    });
    let copies: Vec<Vec<f32>> = [right, below].into_iter().flatten().collect();

    Version::all()
        .filter_map(|version| {
            let information = version.information()?;
            let fits = copies.iter().map(|copy| {
                let bits = copy.iter().enumerate();
                correlation(bits.map(|(bit, grey)| (*grey, information >> bit & 1 == 1)))
            });
            // One copy may be hidden.
            let best = fits.clone().fold(-1.0, f32::max);
            let mean = fits.sum::<f32>() / pixel::distance(copies.len().max(1));
            Some((version, 0.5 * (best + mean)))
        })
        .collect()
}

/// Normalised correlation of grey values with black where told.
pub(crate) fn correlation(samples: impl Iterator<Item = (f32, bool)> + Clone) -> f32 {
    let (mut count, mut sum, mut squares, mut signs, mut fit) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (grey, black) in samples {
        let sign = if black { -1.0 } else { 1.0 };
        count += 1.0;
        sum += grey;
        squares += grey * grey;
        signs += sign;
        fit += grey * sign;
    }
    let count = f32::max(count, 1.0);
    let spread =
        (squares - sum * sum / count).max(count) * (count - signs * signs / count).max(1.0);

    (fit - sum * signs / count) / spread.sqrt()
}

#[cfg(test)]
mod tests;
