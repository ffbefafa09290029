//! Where each module of crumpled paper lies, weighed for all of them at once.
//!
//! Dark and bright change only at the borders of modules. So wherever a module is laid, the changes near its borders
//! speak for the place and those near its middle against it, whatever its colour; and known colours speak for theirs.
//! That alone repeats with every module. But paper hardly stretches, so that neighbours are displaced by about as
//! much: of all ways to displace a net of nodes the likeliest is sought, by messages between neighbours (belief
//! propagation, Pearl 1982; min-sum as Felzenszwalb and Huttenlocher 2006 have it). Growing from the finder patterns
//! decides place after place and never goes back; here a part that has slipped by a module shows at its rim, and gives
//! way to what lies around it.

use crate::{
    deep::{
        field::Field,
        lattice::Lattice,
        point::{Point, point},
        raster::Raster,
        smooth::{filter, smooth},
    },
    pixel,
};

/// Samples a module, both ways; a displacement is a whole number of them.
const PER: usize = 4;
/// Modules around the symbol that are sampled.
const BORDER: usize = 5;
/// Modules a node stands for, both ways.
const SPACING: usize = 2;
/// Displacements each way: more than three modules to every side.
const MOST: usize = 13;
const SHIFTS: usize = 2 * MOST + 1;
/// How many samples two neighbouring nodes may be displaced apart.
const APART: usize = 5;
/// A row of displacements, with room beside it that belongs to none.
const ROW: usize = SHIFTS + APART;
const LABELS: usize = SHIFTS * ROW;
/// What it costs to be displaced one sample apart, two and so on: it grows with the square, up to a limit.
const STRETCHES: [i16; APART] = [24, 96, 216, 384, 600];
const MOST_STRETCH: i16 = 1_200;
/// A squared change counts as much as a plain one of the usual strength.
const SQUARED: f32 = 0.7;
/// Costs are whole numbers: so many are one.
const ONE: f32 = 256.0;
const NEVER: i16 = 16_000;
/// Reach of what counts as the contrast around, in modules, and the least, in grey levels.
const AROUND: f32 = 2.5;
const LEAST_CONTRAST: f32 = 3.0;
/// How far along a border it is looked at, in samples.
const ALONG: f32 = 4.0;
/// Modules on a side of a symbol for which this takes too long.
const MOST_SIDE: usize = 105;

/// How the print is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Each change by its strength, for as long as mostly suffices.
    Plain,
    /// Strong changes more, and for longer: what slips in one sight seldom does in the other as well.
    Strong,
}

impl Sight {
    pub(crate) const ALL: [Self; 2] = [Self::Plain, Self::Strong];

    /// Times that messages go right, left, down and up.
    const fn sweeps(self) -> usize {
        match self {
            Self::Plain => 4,
            Self::Strong => 8,
        }
    }

    fn change(self, one: f32, other: f32) -> f32 {
        match self {
            Self::Plain => (one - other).abs(),
            Self::Strong => SQUARED * (one - other).powi(2),
        }
    }
}

/// The lattice after every module was moved to its likeliest place, at most three modules away. `known` are the
/// colours that are known. `None` if `stop` ended it, or the symbol is too large.
pub(crate) fn settle(
    raster: &Raster<'_>,
    lattice: &Lattice,
    known: &[Option<bool>],
    sight: Sight,
    stop: &impl Fn() -> bool,
) -> Option<Lattice> {
    let side = lattice.side();
    if side > MOST_SIDE || known.len() != side * side {
        return None;
    }
    let print = Print::new(raster, lattice, sight, stop)?;
    let mut net = Net::new(&print, known, stop)?;
    for _ in 0..sight.sweeps() {
        net.sweep(stop)?;
    }
    let moved = lattice.moved(&net.field());

    moved.is_finite().then_some(moved)
}

/// The symbol and some modules around it, laid flat.
struct Print {
    side: usize,
    across: usize,
    /// How bright, about 1 and -1.
    bright: Vec<f32>,
    /// What speaks against a module with its middle there.
    against: Vec<f32>,
}

impl Print {
    /// `None` if `stop` ended it.
    fn new(
        raster: &Raster<'_>,
        lattice: &Lattice,
        sight: Sight,
        stop: &impl Fn() -> bool,
    ) -> Option<Self> {
        let side = lattice.side();
        let across = (side + 2 * BORDER) * PER;
        let along = |sample: usize| {
            (pixel::distance(sample) + 0.5) / pixel::distance(PER) - pixel::distance(BORDER)
        };
        let mut grey = Vec::with_capacity(across * across);
        for row in 0..across {
            if stop() {
                return None;
            }
            let columns =
                (0..across).map(|column| raster.grey(lattice.at(along(column), along(row))));
            grey.extend(columns);
        }
        let bright = contrasted(&grey, across);

        let mut right = vec![0.0; across * across];
        let mut down = vec![0.0; across * across];
        for row in 1..across - 1 {
            for at in row * across + 1..(row + 1) * across - 1 {
                right[at] = sight.change(bright[at + 1], bright[at - 1]);
                down[at] = sight.change(bright[at + across], bright[at - across]);
            }
        }
        let (over, beside) = (over(), beside());
        filter(&mut right, across, &over, &beside);
        if stop() {
            return None;
        }
        filter(&mut down, across, &beside, &over);
        let against = right.iter().zip(&down).map(|(right, down)| right + down);

        Some(Self {
            side,
            across,
            against: middles(&against.collect::<Vec<_>>(), across),
            bright: middles(&bright, across),
        })
    }
}

/// Half of the taps over a module: changes at its borders count for it, at its middle against it, evenly spread not.
fn over() -> Vec<f32> {
    let tap = |step: usize| {
        let away = pixel::distance(step) / pixel::distance(PER);
        let window = (std::f32::consts::FRAC_PI_2 * away).cos().powi(2);
        window * (std::f32::consts::TAU * away).cos()
    };
    let taps: Vec<f32> = (0..=PER).map(tap).collect();
    let mean = (2.0 * taps.iter().sum::<f32>() - taps[0]) / pixel::distance(2 * PER + 1);

    taps.iter()
        .map(|tap| (tap - mean) / pixel::distance(PER))
        .collect()
}

/// Half of the taps along a border.
fn beside() -> Vec<f32> {
    let taps: Vec<f32> = (0..=2 * PER)
        .map(|step| (-0.5 * (pixel::distance(step) / ALONG).powi(2)).exp())
        .collect();
    let sum = 2.0 * taps.iter().sum::<f32>() - taps[0];

    taps.iter().map(|tap| tap / sum).collect()
}

/// Grey values as a share of the contrast around, above and below what is in the middle there.
fn contrasted(grey: &[f32], across: usize) -> Vec<f32> {
    let modules = across / PER;
    let mut mean = vec![0.0; modules * modules];
    let mut square = vec![0.0; modules * modules];
    let mut weight = vec![1.0; modules * modules];
    let module = |at: usize| at / across / PER * modules + at % across / PER;
    let share = 1.0 / pixel::distance(PER * PER);
    for (at, grey) in grey.iter().enumerate() {
        mean[module(at)] += grey * share;
        square[module(at)] += grey * grey * share;
    }
    for map in [&mut mean, &mut square, &mut weight] {
        smooth(map, modules, AROUND);
    }
    let around: Vec<(f32, f32)> = (0..modules * modules)
        .map(|at| {
            let mean = mean[at] / weight[at];
            let spread = (square[at] / weight[at] - mean * mean).max(0.0).sqrt();
            (mean, 1.0 / (spread + LEAST_CONTRAST))
        })
        .collect();

    grey.iter()
        .enumerate()
        .map(|(at, grey)| {
            let (mean, scale) = around[module(at)];
            (grey - mean) * scale
        })
        .collect()
}

/// Each sample with its right, lower and lower right neighbour: around the middle of a module there is none.
fn middles(map: &[f32], across: usize) -> Vec<f32> {
    let mut middles = map.to_vec();
    for row in 0..across - 1 {
        for at in row * across..(row + 1) * across - 1 {
            middles[at] = (map[at] + map[at + 1] + map[at + across] + map[at + across + 1]) / 4.0;
        }
    }

    middles
}

/// For each displacement a cost.
type Costs = [i16; LABELS];

/// Where a message goes.
#[derive(Clone, Copy)]
enum Way {
    Right,
    Left,
    Down,
    Up,
}

/// Each displacement as cheap as from any beside it, `step` labels a sample, with what being apart costs.
fn spread(costs: &Costs, step: usize) -> Costs {
    let mut spread = *costs;
    for (stretch, apart) in STRETCHES.into_iter().zip(1..) {
        let away = step * apart;
        let near = |(to, from): (&mut i16, &i16)| *to = (*to).min(*from + stretch);
        spread[away..].iter_mut().zip(costs).for_each(near);
        spread.iter_mut().zip(&costs[away..]).for_each(near);
    }

    spread
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` keeps to the range of i16, and takes what is not a number for zero"
)]
fn whole(cost: f32) -> i16 {
    cost as i16
}

/// Nodes, each for some modules, and the messages between neighbours.
struct Net {
    side: usize,
    across: usize,
    own: Vec<Costs>,
    /// What came to each node: going right, left, down, up.
    came: [Vec<Costs>; 4],
}

impl Net {
    /// `None` if `stop` ended it.
    fn new(print: &Print, known: &[Option<bool>], stop: &impl Fn() -> bool) -> Option<Self> {
        let side = print.side;
        let across = side.div_ceil(SPACING);
        let mut own = vec![[NEVER; LABELS]; across * across];
        for (node, costs) in own.iter_mut().enumerate() {
            if node.is_multiple_of(across) && stop() {
                return None;
            }
            let (left, top) = (node % across * SPACING, node / across * SPACING);
            let modules = (top..(top + SPACING).min(side))
                .flat_map(|y| (left..(left + SPACING).min(side)).map(move |x| (x, y)));
            let mut sums = [0.0_f32; SHIFTS * SHIFTS];
            for (x, y) in modules {
                let first = |module: usize| (module + BORDER) * PER + PER / 2 - 1 - MOST;
                let colour = match known[y * side + x] {
                    Some(true) => 1.0,
                    Some(false) => -1.0,
                    None => 0.0,
                };
                for (row, sums) in sums.chunks_exact_mut(SHIFTS).enumerate() {
                    let start = (first(y) + row) * print.across + first(x);
                    let against = &print.against[start..start + SHIFTS];
                    for (sum, against) in sums.iter_mut().zip(against) {
                        *sum += against;
                    }
                    if known[y * side + x].is_some() {
                        let bright = &print.bright[start..start + SHIFTS];
                        for (sum, bright) in sums.iter_mut().zip(bright) {
                            *sum += colour * bright.clamp(-1.0, 1.0);
                        }
                    }
                }
            }
            let rows = costs.chunks_exact_mut(ROW).zip(sums.chunks_exact(SHIFTS));
            for (costs, sums) in rows {
                for (cost, sum) in costs.iter_mut().zip(sums) {
                    *cost = whole(sum * ONE);
                }
            }
        }
        let came = std::array::from_fn(|_| vec![[0; LABELS]; across * across]);

        Some(Self {
            side,
            across,
            own,
            came,
        })
    }

    /// Every node tells its neighbours once, in each of the four ways. `None` if `stop` ended it.
    fn sweep(&mut self, stop: &impl Fn() -> bool) -> Option<()> {
        let last = self.across - 1;
        for way in [Way::Right, Way::Left, Way::Down, Way::Up] {
            for line in 0..last {
                if stop() {
                    return None;
                }
                for place in 0..self.across {
                    let (from, to) = match way {
                        Way::Right | Way::Down => (line, line + 1),
                        Way::Left | Way::Up => (last - line, last - line - 1),
                    };
                    let node = |line: usize| match way {
                        Way::Right | Way::Left => place * self.across + line,
                        Way::Down | Way::Up => line * self.across + place,
                    };
                    self.tell(way, node(from), node(to));
                }
            }
        }

        Some(())
    }

    /// What a node believes but for what the other told it, spread to what the other may be displaced by.
    fn tell(&mut self, way: Way, from: usize, to: usize) {
        let [right, left, down, up] = &self.came;
        let (came, others) = match way {
            Way::Right => (0, [right, down, up]),
            Way::Left => (1, [left, down, up]),
            Way::Down => (2, [down, right, left]),
            Way::Up => (3, [up, right, left]),
        };
        let mut told = self.own[from];
        for other in others {
            told.iter_mut()
                .zip(&other[from])
                .for_each(|(told, other)| *told += other);
        }
        let least = told.iter().copied().fold(NEVER, i16::min);
        for told in &mut told {
            *told = (*told - least).min(NEVER);
        }
        let mut spread = spread(&spread(&told, 1), ROW);
        for row in spread.chunks_exact_mut(ROW) {
            for cost in &mut row[..SHIFTS] {
                *cost = (*cost).min(MOST_STRETCH);
            }
            row[SHIFTS..].fill(0);
        }
        self.came[came][to] = spread;
    }

    /// The likeliest displacement of every module.
    fn field(&self) -> Field {
        let steps: Vec<Point> = (0..self.own.len())
            .map(|node| self.likeliest(node))
            .collect();
        let last = pixel::distance(self.across - 1);
        let spacing = pixel::distance(SPACING);
        let along =
            |module: usize| ((pixel::distance(module) + 0.5) / spacing - 0.5).clamp(0.0, last);
        let split = |along: f32| {
            let node = pixel::whole(along).min(self.across - 2);
            (node, along - pixel::distance(node))
        };
        let between = (0..self.side * self.side).map(|at| {
            let (column, right) = split(along(at % self.side));
            let (row, below) = split(along(at / self.side));
            let node = row * self.across + column;
            let upper = steps[node].towards(steps[node + 1], right);
            let node = node + self.across;

            upper.towards(steps[node].towards(steps[node + 1], right), below)
        });

        Field::smoothed(self.side, between)
    }

    /// A node's likeliest displacement in modules, between the samples by a parabola.
    fn likeliest(&self, node: usize) -> Point {
        let mut costs = self.own[node].map(i32::from);
        for came in &self.came {
            for (cost, came) in costs.iter_mut().zip(&came[node]) {
                *cost += i32::from(*came);
            }
        }
        let place = |at: &usize| at % ROW < SHIFTS;
        let best = (0..LABELS)
            .filter(place)
            .min_by_key(|at| costs[*at])
            .unwrap_or(MOST * ROW + MOST);
        let cost = |at: usize| pixel::coordinate(costs[at]);
        let between = |index: usize, step: usize| {
            if index == 0 || index + 1 == SHIFTS {
                return 0.0;
            }
            let (before, here, after) = (cost(best - step), cost(best), cost(best + step));
            let bend = before - 2.0 * here + after;
            if bend > 0.0 {
                (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
            } else {
                0.0
            }
        };
        let (column, row) = (best % ROW, best / ROW);
        let modules = |index: usize, step: usize| {
            (pixel::distance(index) + between(index, step) - pixel::distance(MOST))
                / pixel::distance(PER)
        };

        point(modules(column, 1), modules(row, ROW))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        luma::Luma,
        symbol::{Version, function_patterns},
    };

    const MODULE: f32 = 5.0;
    const WIDE: usize = 260;

    /// How far the paper is pushed aside at a place of the symbol, in modules: more than one, and back.
    fn push(u: f32, v: f32) -> Point {
        let wave = |along: f32, about: f32| {
            let away = (along - about) / 8.0;
            1.2 * (-away * away).exp()
        };

        point(
            wave(u, 18.0) * wave(v, 22.0) / 1.2,
            -wave(v, 20.0) * wave(u, 24.0) / 1.2,
        )
    }

    fn crumpled(version: Version) -> (Luma, Lattice) {
        let side = version.side();
        let patterns = function_patterns(version);
        let printed = |x: usize, y: usize| {
            let mixed = (y * side + x + 1).wrapping_mul(0x9E37_79B9);
            let mixed = (mixed ^ mixed >> 15).wrapping_mul(0x85EB_CA6B);
            patterns[y * side + x].unwrap_or(mixed >> 13 & 1 == 0)
        };
        let smooth = |u: f32, v: f32| point(25.0 + MODULE * u, 27.0 + MODULE * v);
        let pixels = (0..WIDE)
            .flat_map(|y| (0..WIDE).map(move |x| (x, y)))
            .map(|(x, y)| {
                let (left, top) = (pixel::distance(x) + 0.5, pixel::distance(y) + 0.5);
                let (u, v) = ((left - 25.0) / MODULE, (top - 27.0) / MODULE);
                let (u, v) = (u - push(u, v).x, v - push(u, v).y);
                let inside = u >= 0.0 && v >= 0.0 && u.max(v) < pixel::distance(side);
                if inside && printed(pixel::whole(u), pixel::whole(v)) {
                    30
                } else {
                    220
                }
            })
            .collect();

        (
            Luma::new(WIDE, WIDE, pixels).expect("all pixels are there"),
            Lattice::new(side, smooth),
        )
    }

    #[test]
    fn paper_that_was_pushed_aside_by_more_than_a_module_is_followed() {
        let version = Version::new(6).expect("a version");
        let (luma, smooth) = crumpled(version);
        let raster = Raster::new(&luma, 1.0).expect("large enough");
        let known = function_patterns(version);

        for sight in Sight::ALL {
            let settled = settle(&raster, &smooth, &known, sight, &|| false).expect("time enough");
            let mut off = 0.0_f32;
            for (u, v) in [
                (18.5, 22.5),
                (24.5, 20.5),
                (20.5, 20.5),
                (34.5, 34.5),
                (3.5, 30.5),
            ] {
                let at = settled.at(u, v);
                let (s, t) = ((at.x - 25.0) / MODULE, (at.y - 27.0) / MODULE);
                let wrong = point(s - push(s, t).x - u, t - push(s, t).y - v);
                off = off.max(wrong.length());
            }
            assert!(off < 0.4, "{sight:?} {off}");
        }
    }

    #[test]
    fn a_settling_that_is_stopped_leaves_nothing() {
        let version = Version::new(6).expect("a version");
        let (luma, smooth) = crumpled(version);
        let raster = Raster::new(&luma, 1.0).expect("large enough");
        let known = function_patterns(version);

        assert!(settle(&raster, &smooth, &known, Sight::Plain, &|| true).is_none());
    }
}
