//! The lattice of bent paper, grown from the finder patterns outwards.
//!
//! Whatever is printed, dark and bright change only at the borders of modules. So in a small patch laid flat the
//! strength of the changes, taken against the place within a module, has a phase: it tells how far the patch is off
//! the lattice, up to whole modules, without knowing a single colour. A patch next to one that is right is off by
//! little; each is predicted from its neighbours and corrected, the clearest first, so that what is unclear is reached
//! last and from all sides.

use std::{cmp::Ordering, collections::BinaryHeap};

use crate::{
    deep::{
        hypothesis::correlation,
        lattice::Lattice,
        point::{Point, point},
        pose::{Overlay, Pose},
        raster::Raster,
    },
    pixel,
    symbol::{Version, function_patterns},
};

/// Modules between the nodes that are grown.
const SPACING: usize = 4;
/// Modules around a node that are looked at, and samples a module.
const REACH: usize = 4;
const PER: usize = 3;
const SAMPLES: usize = 2 * REACH * PER;
/// Reach of the Gaussian weight around a node, in modules.
const WINDOW: f32 = 2.3;
const ROUNDS: usize = 2;
/// A patch that was off by less, in modules, is not looked at again.
const LITTLE: f32 = 0.12;
/// A phase that is half as clear as this is believed half.
const CLEAR: f32 = 0.12;
/// Whole modules by which a patch may have slipped, known modules that are needed to tell, and how well these must agree.
const SLIP: usize = 2;
const KNOWN: usize = 8;
const SURE: f32 = 0.65;
/// How much better a patch must agree where it would have slipped to.
const BETTER: f32 = 0.25;

/// A grown lattice.
pub(crate) struct Grown {
    pub(crate) lattice: Lattice,
}

/// A pose that is known: what it belongs to, in modules from the upper left corner, and half the side of the square
/// around it in which it holds.
pub(crate) struct Seed {
    pub(crate) place: Point,
    pub(crate) pose: Pose,
    pub(crate) reach: f32,
}

/// Grows a lattice from seeds over the whole symbol. `None` without seeds, or if `stop` ends it.
pub(crate) fn grow(
    raster: &Raster<'_>,
    version: Version,
    seeds: &[Seed],
    stop: &impl Fn() -> bool,
) -> Option<Grown> {
    let mut growth = Growth::new(version);
    for seed in seeds {
        growth.plant(seed);
    }
    if growth.front.is_empty() {
        return None;
    }
    growth.spread(raster, stop)?;
    let anchors = growth.anchors(raster);
    if anchors.is_empty() {
        return growth.finish();
    }

    // Once more, now also from the alignment patterns that were found: fronts that meet have slipped less far.
    let mut growth = Growth::new(version);
    for seed in seeds {
        growth.plant(seed);
    }
    for (node, pose) in anchors {
        if growth.nodes[node].is_none() {
            growth.settle(node, pose, 0.95);
        }
    }
    growth.spread(raster, stop)?;

    growth.finish()
}

/// A node that may be settled next, and how clear what it would be predicted from is.
#[derive(Clone, Copy)]
struct Edge {
    clearness: f32,
    node: usize,
}

impl PartialEq for Edge {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Edge {}

impl PartialOrd for Edge {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Edge {
    fn cmp(&self, other: &Self) -> Ordering {
        self.clearness.total_cmp(&other.clearness)
    }
}

struct Growth {
    side: usize,
    across: usize,
    nodes: Vec<Option<(Pose, f32)>>,
    front: BinaryHeap<Edge>,
    alignments: Vec<Point>,
    colours: Vec<Option<bool>>,
    patch: Patch,
}

impl Growth {
    fn new(version: Version) -> Self {
        let side = version.side();
        let across = side.div_ceil(SPACING) + 1;
        let middle =
            |(x, y): (usize, usize)| point(pixel::distance(x) + 0.5, pixel::distance(y) + 0.5);

        Self {
            side,
            across,
            nodes: vec![None; across * across],
            front: BinaryHeap::new(),
            alignments: version
                .alignment_centres()
                .into_iter()
                .map(middle)
                .collect(),
            colours: function_patterns(version),
            patch: Patch::new(),
        }
    }

    /// A node's place, in modules.
    fn place(&self, node: usize) -> Point {
        let along = |index: usize| pixel::distance(index * SPACING);

        point(along(node % self.across), along(node / self.across))
    }

    fn plant(&mut self, seed: &Seed) {
        for node in 0..self.nodes.len() {
            let away = self.place(node) - seed.place;
            if away.x.abs().max(away.y.abs()) <= seed.reach && self.nodes[node].is_none() {
                let pose = seed.pose.moved(away.x, away.y);
                self.settle(node, pose, 1.0);
            }
        }
    }

    fn settle(&mut self, node: usize, pose: Pose, clearness: f32) {
        self.nodes[node] = Some((pose, clearness));
        for next in self.neighbours(node).into_iter().flatten() {
            if self.nodes[next].is_none() {
                self.front.push(Edge {
                    clearness,
                    node: next,
                });
            }
        }
    }

    /// Settles all nodes, the clearest way first. `None` if `stop` ended it.
    fn spread(&mut self, raster: &Raster<'_>, stop: &impl Fn() -> bool) -> Option<()> {
        while let Some(Edge { node, .. }) = self.front.pop() {
            if self.nodes[node].is_some() {
                continue;
            }
            if stop() {
                return None;
            }
            let Some(predicted) = self.predict(node) else {
                continue;
            };
            let (mut pose, mut clearness) = self.patch.settle(raster, predicted);
            if let Some((u, v, sure)) = self.slipped(raster, node, &pose) {
                pose = pose.moved(u, v);
                clearness = clearness.max(sure);
            }
            self.settle(node, pose, clearness);
        }

        Some(())
    }

    /// By how many modules a patch has slipped, as its known modules tell, and how well these agree then; `None` where
    /// there are too few, or they agree nowhere.
    fn slipped(&self, raster: &Raster<'_>, node: usize, pose: &Pose) -> Option<(f32, f32, f32)> {
        let (x, y) = (node % self.across * SPACING, node / self.across * SPACING);
        let window = |at: usize| at.saturating_sub(REACH)..(at + REACH).min(self.side);
        let known: Vec<(usize, usize, bool)> = window(y)
            .flat_map(|row| window(x).map(move |column| (column, row)))
            .filter_map(|(column, row)| {
                Some((column, row, self.colours[row * self.side + column]?))
            })
            .collect();
        if known.len() < KNOWN {
            return None;
        }

        let steps = |index: usize| pixel::distance(index) - pixel::distance(SLIP);
        let fit = |u: f32, v: f32| {
            correlation(known.iter().map(|&(column, row, black)| {
                let away =
                    |at: usize, node: usize| pixel::distance(at) + 0.5 - pixel::distance(node);
                let at = pose.away(away(column, x) + u, away(row, y) + v);
                (raster.grey(at), black)
            }))
        };
        let here = fit(0.0, 0.0);
        if here > SURE + BETTER {
            return Some((0.0, 0.0, here));
        }
        let mut best = (here, 0.0, 0.0);
        for row in 0..=2 * SLIP {
            for column in 0..=2 * SLIP {
                let (u, v) = (steps(column), steps(row));
                let score = fit(u, v)
                    - if row == SLIP && column == SLIP {
                        0.0
                    } else {
                        BETTER
                    };
                if score > best.0 {
                    best = (score, u, v);
                }
            }
        }
        let sure = if best.1 == 0.0 && best.2 == 0.0 {
            best.0
        } else {
            best.0 + BETTER
        };

        (sure > SURE).then_some((best.1, best.2, sure))
    }

    /// Nodes in alignment patterns, as these lie.
    fn anchors(&self, raster: &Raster<'_>) -> Vec<(usize, Pose)> {
        let overlay = Overlay::rings(&[true, false, true]);

        (0..self.nodes.len())
            .filter_map(|node| {
                let place = self.alignment_near(node)?;
                let (pose, _) = self.nodes[node]?;
                Some((node, place, pose))
            })
            .filter_map(|(node, place, pose)| {
                let away = place - self.place(node);
                let (fitted, score) = overlay.fit(raster, pose.moved(away.x, away.y))?;
                (score > 0.8).then(|| (node, fitted.moved(-away.x, -away.y)))
            })
            .collect()
    }

    /// Left, right, upper and lower neighbour.
    fn neighbours(&self, node: usize) -> [Option<usize>; 4] {
        let (x, y) = (node % self.across, node / self.across);

        [
            (x > 0).then(|| node - 1),
            (x + 1 < self.across).then(|| node + 1),
            (y > 0).then(|| node - self.across),
            (y + 1 < self.across).then(|| node + self.across),
        ]
    }

    /// From the neighbours that are settled, the clearer ones more.
    fn predict(&self, node: usize) -> Option<Pose> {
        let place = self.place(node);
        let mut sum = [point(0.0, 0.0); 3];
        let mut weight = 0.0;
        for next in self.neighbours(node).into_iter().flatten() {
            let Some((pose, clearness)) = &self.nodes[next] else {
                continue;
            };
            let away = place - self.place(next);
            let own = 0.05 + clearness * clearness;
            sum[0] = sum[0] + pose.away(away.x, away.y) * own;
            sum[1] = sum[1] + pose.right * own;
            sum[2] = sum[2] + pose.down * own;
            weight += own;
        }
        if weight <= 0.0 {
            return None;
        }
        let [at, right, down] = sum.map(|sum| sum * (1.0 / weight));

        Some(Pose { at, right, down })
    }

    /// The middle of an alignment pattern whose nearest node this is.
    fn alignment_near(&self, node: usize) -> Option<Point> {
        let here = self.place(node);
        let half = pixel::distance(SPACING) / 2.0;

        self.alignments.iter().copied().find(|place| {
            let away = *place - here;
            (-half..half).contains(&away.x) && (-half..half).contains(&away.y)
        })
    }

    fn finish(self) -> Option<Grown> {
        let nodes: Vec<(Pose, f32)> = self.nodes.iter().copied().collect::<Option<_>>()?;
        let spacing = pixel::distance(SPACING);
        let last = self.across - 2;
        let lattice = Lattice::new(self.side, |u, v| {
            let (column, row) = (
                pixel::whole(u / spacing).min(last),
                pixel::whole(v / spacing).min(last),
            );
            let (right, down) = (
                u - pixel::distance(column) * spacing,
                v - pixel::distance(row) * spacing,
            );
            let node = row * self.across + column;
            // Each corner's own plane, weighed by nearness: smooth, and straight beyond the edges.
            let (s, t) = (eased(right / spacing), eased(down / spacing));
            let from = |node: usize, u: f32, v: f32| nodes[node].0.away(u, v);
            let upper = from(node, right, down).towards(from(node + 1, right - spacing, down), s);
            let below = node + self.across;
            let lower = from(below, right, down - spacing)
                .towards(from(below + 1, right - spacing, down - spacing), s);
            upper.towards(lower, t)
        });

        lattice.is_finite().then_some(Grown { lattice })
    }
}

fn eased(share: f32) -> f32 {
    let share = share.clamp(0.0, 1.0);

    share * share * (3.0 - 2.0 * share)
}

/// The looking glass that is moved over the picture.
struct Patch {
    grey: Vec<f32>,
    weights: Vec<f32>,
    /// Cosine and sine of a turn a module, for each sample.
    turns: Vec<(f32, f32)>,
}

/// Sums over the strength of changes: with the cosine, with the sine, plain.
#[derive(Clone, Copy, Default)]
struct Phase {
    cosine: f32,
    sine: f32,
    all: f32,
}

impl Phase {
    fn add(&mut self, strength: f32, (cosine, sine): (f32, f32)) {
        self.cosine += strength * cosine;
        self.sine += strength * sine;
        self.all += strength;
    }

    fn and(self, other: Self) -> Self {
        Self {
            cosine: self.cosine + other.cosine,
            sine: self.sine + other.sine,
            all: self.all + other.all,
        }
    }

    /// How far off, -0.5 to 0.5 modules.
    fn off(self) -> f32 {
        self.sine.atan2(self.cosine) / std::f32::consts::TAU
    }

    fn clearness(self) -> f32 {
        self.cosine.hypot(self.sine) / self.all.max(1e-3)
    }

    /// How much farther off `other` is, -0.5 to 0.5 modules.
    fn until(self, other: Self) -> f32 {
        let sine = self.cosine * other.sine - self.sine * other.cosine;
        let cosine = self.cosine * other.cosine + self.sine * other.sine;

        sine.atan2(cosine) / std::f32::consts::TAU
    }
}

impl Patch {
    fn new() -> Self {
        let places = || (0..SAMPLES).map(place);
        let weights = places()
            .map(|u| (-0.5 * (u / WINDOW).powi(2)).exp())
            .collect();
        let turns = places()
            .map(|u| {
                let (sine, cosine) = (std::f32::consts::TAU * u).sin_cos();
                (cosine, sine)
            })
            .collect();

        Self {
            grey: vec![0.0; SAMPLES * SAMPLES],
            weights,
            turns,
        }
    }

    /// Corrects a pose by the phases around it; with the clearness of these.
    fn settle(&mut self, raster: &Raster<'_>, mut pose: Pose) -> (Pose, f32) {
        let mut clearness = 0.0;
        for _ in 0..ROUNDS {
            self.sample(raster, &pose);
            let [across, down] = self.phases();
            let (x, y) = (whole(&across), whole(&down));
            clearness = x.clearness().min(y.clearness());
            let believed = |phase: Phase| {
                let clear = phase.clearness();
                clear * clear / (clear * clear + CLEAR * CLEAR)
            };
            let (bx, by) = (believed(x), believed(y));
            let off = point(bx * x.off(), by * y.off());
            let [xu, xv] = slopes(&across).map(|slope| (0.6 * bx * slope).clamp(-0.06, 0.06));
            let [yu, yv] = slopes(&down).map(|slope| (0.6 * by * slope).clamp(-0.06, 0.06));
            pose = Pose {
                at: pose.away(off.x, off.y),
                right: pose.right * (1.0 + xu) + pose.down * yu,
                down: pose.right * xv + pose.down * (1.0 + yv),
            };
            if off.length() < LITTLE {
                break;
            }
        }

        (pose, clearness)
    }

    fn sample(&mut self, raster: &Raster<'_>, pose: &Pose) {
        let step = pose.right * (1.0 / pixel::distance(PER));
        for (row, greys) in self.grey.chunks_exact_mut(SAMPLES).enumerate() {
            raster.along(pose.away(place(0), place(row)), step, greys);
        }
    }

    /// Across and down, each in the four quarters: upper left, upper right, lower left, lower right.
    ///
    /// The sums run down all columns at once, which the compiler turns into wide instructions, and only then along them.
    fn phases(&self) -> [[Phase; 4]; 2] {
        let mut across = [[0.0_f32; SAMPLES]; 2];
        let mut down = [[[0.0_f32; SAMPLES]; 3]; 2];
        for row in 1..SAMPLES - 1 {
            let half = usize::from(row >= SAMPLES / 2);
            let weight = self.weights[row];
            let turn = [self.turns[row].0, self.turns[row].1, 1.0].map(|part| part * weight);
            let [above, here, below] =
                [row - 1, row, row + 1].map(|row| &self.grey[row * SAMPLES..][..SAMPLES]);
            let sums = across[half][1..].iter_mut().zip(&here[2..]).zip(here);
            for ((sum, right), left) in sums {
                *sum += weight * (right - left).abs();
            }
            let [cosine, sine, all] = &mut down[half];
            let sums = cosine.iter_mut().zip(sine).zip(all).zip(above).zip(below);
            for ((((cosine, sine), all), above), below) in sums {
                let strength = (below - above).abs();
                *cosine += turn[0] * strength;
                *sine += turn[1] * strength;
                *all += turn[2] * strength;
            }
        }

        let mut phases = [[Phase::default(); 4]; 2];
        let [of_across, of_down] = &mut phases;
        for (quarter, (of_across, of_down)) in of_across.iter_mut().zip(of_down).enumerate() {
            let (half, is_left) = (quarter / 2, quarter % 2 == 0);
            let columns = if is_left {
                1..SAMPLES / 2
            } else {
                SAMPLES / 2..SAMPLES - 1
            };
            for column in columns {
                let weight = self.weights[column];
                of_across.add(weight * across[half][column], self.turns[column]);
                let [cosine, sine, all] = down[half].map(|sums| weight * sums[column]);
                *of_down = of_down.and(Phase { cosine, sine, all });
            }
        }

        phases
    }
}

fn whole(quarters: &[Phase; 4]) -> Phase {
    quarters
        .iter()
        .fold(Phase::default(), |sum, phase| sum.and(*phase))
}

/// How the phase changes to the right and down, a module.
fn slopes(quarters: &[Phase; 4]) -> [f32; 2] {
    let [upper_left, upper_right, lower_left, lower_right] = *quarters;
    // The weighted middles of two halves are this far from each other.
    let apart = 2.0 * 0.8 * WINDOW;

    [
        upper_left
            .and(lower_left)
            .until(upper_right.and(lower_right))
            / apart,
        upper_left
            .and(upper_right)
            .until(lower_left.and(lower_right))
            / apart,
    ]
}

fn place(sample: usize) -> f32 {
    (pixel::distance(sample) + 0.5) / pixel::distance(PER) - pixel::distance(REACH)
}

#[cfg(test)]
mod tests;
