//! The displacement field: how far each module lies from where the lattice has it.
//!
//! What was decided so far is drawn as it would look, and the picture is compared with the drawing around every
//! module: where the drawing's edges are a little beside the picture's, the differences there tell by how much
//! (Lucas and Kanade 1981). The equations of a neighbourhood are solved together, a wide one at first, then a
//! narrower; and only as far around the anchors as the field has grown in each round, so that it never matches what
//! it has not yet come near to.

use crate::{
    deep::{
        flat::{Flat, PER},
        lattice::{Lattice, MARGIN},
        point::{Point, point},
        raster::Raster,
        smooth::smooth,
        tone::Tone,
    },
    pixel,
};

pub(crate) const ROUNDS: usize = 8;
/// Reach of the neighbourhood in the first and in the last round, in modules.
const WIDE: f32 = 5.0;
const NARROW: f32 = 1.6;
/// Modules by which the field grows in a round.
const GROWTH: f32 = 5.0;
/// The largest step of a round, in modules.
const STEP: f32 = 0.35;
/// Reach of the smoothing of the steps, in modules.
const SMOOTH: f32 = 0.8;
/// Blur of the drawing, in modules.
const BLUR: f32 = 0.4;
/// Steepness that counts as none, as a share of the mean one.
const FLAT: f32 = 0.05;

/// A step for each module, in modules.
pub(crate) struct Field {
    side: usize,
    steps: Vec<Point>,
}

impl Field {
    pub(crate) fn new(side: usize, steps: Vec<Point>) -> Self {
        Self { side, steps }
    }

    /// One step a module, smoothed a little; beyond the edges there is none to count.
    pub(crate) fn smoothed(side: usize, steps: impl Iterator<Item = Point>) -> Self {
        let (mut across, mut down): (Vec<f32>, Vec<f32>) =
            steps.map(|step| (step.x, step.y)).unzip();
        let mut weight = vec![1.0; side * side];
        for map in [&mut across, &mut down, &mut weight] {
            smooth(map, side, SMOOTH);
        }
        let steps = across
            .iter()
            .zip(&down)
            .zip(&weight)
            .map(|((x, y), weight)| point(*x, *y) * (1.0 / weight.max(1e-6)))
            .collect();

        Self::new(side, steps)
    }

    /// The step at a place in the symbol, straight between the middles of the modules.
    pub(crate) fn at(&self, u: f32, v: f32) -> Point {
        let last = pixel::distance(self.side - 1);
        let (u, v) = ((u - 0.5).clamp(0.0, last), (v - 0.5).clamp(0.0, last));
        let (column, row) = (
            pixel::whole(u).min(self.side - 2),
            pixel::whole(v).min(self.side - 2),
        );
        let (right, down) = (u - pixel::distance(column), v - pixel::distance(row));
        let start = row * self.side + column;
        let upper = self.steps[start].towards(self.steps[start + 1], right);
        let lower = self.steps[start + self.side].towards(self.steps[start + self.side + 1], right);

        upper.towards(lower, down)
    }

    fn largest(&self) -> f32 {
        self.steps
            .iter()
            .map(|step| step.length())
            .fold(0.0, f32::max)
    }
}

/// Moves the lattice until the picture agrees with what is decided from it. `known` are the colours that are known,
/// `anchors` the places where the lattice is right; `stop` ends the rounds early.
pub(crate) fn follow(
    raster: &Raster<'_>,
    mut lattice: Lattice,
    known: &[Option<bool>],
    anchors: &[Point],
    stop: &impl Fn() -> bool,
) -> Lattice {
    let side = lattice.side();
    let away = distances(side, anchors);
    for round in 0..ROUNDS {
        if stop() {
            break;
        }
        let share = pixel::distance(round) / pixel::distance(ROUNDS - 1);
        let reach = WIDE + (NARROW - WIDE) * share;
        let grown = GROWTH * pixel::distance(round + 1);
        let flat = Flat::new(raster, &lattice);
        let tone = Tone::new(&flat.cells(), known, side);
        let trusted: Vec<f32> = (0..side * side)
            .map(|at| {
                let weight = if known[at].is_some() {
                    1.0
                } else {
                    0.15 + 0.6 * tone.black[at].abs().min(1.0)
                };
                if away[at] <= grown { weight } else { 0.0 }
            })
            .collect();
        let field = step(&flat, &tone, known, &trusted, reach);
        let largest = field.largest();
        let moved = lattice.moved(&field);
        if !moved.is_finite() {
            break;
        }
        lattice = moved;
        if largest < 0.03 && grown > pixel::distance(side) {
            break;
        }
    }

    lattice
}

/// The distance of each module to the nearest anchor.
fn distances(side: usize, anchors: &[Point]) -> Vec<f32> {
    let middle = |index: usize| pixel::distance(index) + 0.5;

    (0..side * side)
        .map(|at| {
            let place = point(middle(at % side), middle(at / side));
            anchors
                .iter()
                .map(|anchor| (*anchor - place).length())
                .fold(f32::INFINITY, f32::min)
        })
        .collect()
}

/// One round's steps.
fn step(flat: &Flat, tone: &Tone, known: &[Option<bool>], trusted: &[f32], reach: f32) -> Field {
    let side = flat.side;
    let seen = seen(flat, tone);
    let drawn = drawn(flat, tone, known);
    // Sums of gx gx, gx gy, gy gy, gx d, gy d of each module.
    let mut sums: [Vec<f32>; 5] = std::array::from_fn(|_| vec![0.0; side * side]);
    for at in 0..side * side {
        if trusted[at] <= 0.0 {
            continue;
        }
        let (left, top) = ((at % side + MARGIN) * PER, (at / side + MARGIN) * PER);
        let mut own = [0.0; 5];
        for row in top..top + PER {
            for here in row * flat.across + left..row * flat.across + left + PER {
                let (up, down) = (here - flat.across, here + flat.across);
                let gx = seen[here + 1] - seen[here - 1] + drawn[here + 1] - drawn[here - 1];
                let gy = seen[down] - seen[up] + drawn[down] - drawn[up];
                let off = drawn[here] - seen[here];
                own[0] += gx * gx;
                own[1] += gx * gy;
                own[2] += gy * gy;
                own[3] += gx * off;
                own[4] += gy * off;
            }
        }
        for (sum, own) in sums.iter_mut().zip(own) {
            sum[at] = trusted[at] * own;
        }
    }
    for sum in &mut sums {
        smooth(sum, side, reach);
    }

    solved(&sums, side)
}

fn solved(sums: &[Vec<f32>; 5], side: usize) -> Field {
    let count = pixel::distance(side * side);
    let mean = (sums[0].iter().sum::<f32>() + sums[2].iter().sum::<f32>()) / (2.0 * count);
    let least = (FLAT * mean).max(1e-6);
    // A gradient is four samples' difference here: twice two samples, of the picture and of the drawing.
    let modules = 4.0 / pixel::distance(PER);
    let steps = (0..side * side).map(|at| {
        let [a, b, d, right, below] = std::array::from_fn(|index| sums[index][at]);
        let (a, d) = (a + least, d + least);
        let area = (a * d - b * b).max(least * least);
        let step = point(d * right - b * below, a * below - b * right) * (modules / area);
        let length = step.length();
        let kept = if length > STEP { STEP / length } else { 1.0 };

        step * kept
    });

    Field::smoothed(side, steps)
}

/// The samples as black as they look, about 1 for black and -1 for white.
fn seen(flat: &Flat, tone: &Tone) -> Vec<f32> {
    let last = flat.side - 1;
    let module = |sample: usize| (sample / PER).saturating_sub(MARGIN).min(last);

    flat.grey
        .chunks_exact(flat.across)
        .enumerate()
        .flat_map(|(y, row)| {
            let start = module(y) * flat.side;
            row.iter().enumerate().map(move |(x, grey)| {
                let at = start + module(x);
                ((tone.middle[at] - grey) / tone.amplitude[at]).clamp(-1.5, 1.5)
            })
        })
        .collect()
}

/// The samples as they would look if all decisions were right.
fn drawn(flat: &Flat, tone: &Tone, known: &[Option<bool>]) -> Vec<f32> {
    let inside = MARGIN..MARGIN + flat.side;
    let module = |x: usize, y: usize| {
        if !inside.contains(&x) || !inside.contains(&y) {
            return -1.0;
        }
        let at = (y - MARGIN) * flat.side + x - MARGIN;
        match known[at] {
            Some(true) => 1.0,
            Some(false) => -1.0,
            None => (2.5 * tone.black[at]).tanh(),
        }
    };
    let across = flat.across / PER;
    let mut drawn = Vec::with_capacity(flat.across * flat.across);
    let mut row = Vec::with_capacity(flat.across);
    for y in 0..across {
        row.clear();
        for x in 0..across {
            row.extend([module(x, y); PER]);
        }
        for _ in 0..PER {
            drawn.extend_from_slice(&row);
        }
    }
    smooth(&mut drawn, flat.across, BLUR * pixel::distance(PER));

    drawn
}

#[cfg(test)]
mod tests;
