//! The shape of the sheet in space: paper bends, but does not stretch.
//!
//! A point of the sheet is given in modules from the code's middle; its place in space likewise, z towards the lens.

use super::chance::{Chance, smooth};

/// A point or a direction in space.
pub(crate) type Space = [f32; 3];

/// How far apart the points are at which a shape is worked out, in modules.
const STEP: f32 = 0.5;
/// Radius of a crease in modules: about 2 mm of an 80 mm code is the least that paper takes without breaking.
const SHARP: f32 = 0.55;

/// What was done to the paper.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paper {
    bends: Vec<Bend>,
    ridges: Vec<Ridge>,
}

/// Bends along parallel lines: a profile across them, exact in length.
#[derive(Clone, Debug)]
struct Bend {
    /// Direction across the lines.
    across: (f32, f32),
    /// Where the line is along `across`, and by what angle the paper turns there.
    creases: Vec<(f32, f32)>,
    /// How much it turns a module everywhere: a roll.
    turn: f32,
}

/// A short edge of crumpled paper: two slopes that meet in a line and run out.
#[derive(Clone, Debug)]
struct Ridge {
    middle: (f32, f32),
    along: (f32, f32),
    length: f32,
    width: f32,
    height: f32,
}

impl Paper {
    /// Rolled to a radius (in modules), about an axis in any direction.
    pub(crate) fn roll(&mut self, radius: f32, chance: &mut Chance) {
        let sign = if chance.once_in(2) { 1.0 } else { -1.0 };
        self.bends.push(Bend {
            across: direction(chance.angle()),
            creases: Vec::new(),
            turn: sign / radius,
        });
    }

    /// Folded and opened again: creases through a code of this side, each left standing at about this angle.
    pub(crate) fn fold(&mut self, side: f32, count: usize, angle: f32, chance: &mut Chance) {
        let first = chance.angle();
        for quarter in 0..count.min(2) {
            let turned = std::f32::consts::FRAC_PI_2 * if quarter == 0 { 0.0 } else { 1.0 };
            let lines = if quarter == 0 {
                count.div_ceil(2)
            } else {
                count / 2
            };
            let mut sign = if chance.once_in(2) { 1.0 } else { -1.0 };
            let mut creases = Vec::new();
            for line in 0..lines {
                let share = (super::plane::number(line) + 0.5) / super::plane::number(lines) - 0.5;
                let at = side * (0.8 * share + chance.swing(0.12));
                creases.push((at, sign * angle * chance.within(0.8, 1.2)));
                sign = -sign;
            }
            self.bends.push(Bend {
                across: direction(first + turned),
                creases,
                turn: 0.0,
            });
        }
    }

    /// Pressed to a ball and flattened: edges all over a code of this side, with slopes of about `steep`.
    pub(crate) fn crumple(&mut self, side: f32, steep: f32, chance: &mut Chance) {
        for _ in 0..70 {
            let width = side * chance.within(0.06, 0.25);
            let sign = if chance.once_in(2) { 1.0 } else { -1.0 };
            self.ridges.push(Ridge {
                middle: (chance.swing(side), chance.swing(side)),
                along: direction(chance.angle()),
                length: side * chance.within(0.15, 0.5),
                width,
                height: sign * width * steep * chance.within(0.4, 1.0),
            });
        }
    }

    /// How near a point is to a crease: 1 on it, 0 from `reach` modules away.
    pub(crate) fn worn(&self, x: f32, y: f32, reach: f32) -> f32 {
        let near = self.bends.iter().flat_map(|bend| {
            let place = x * bend.across.0 + y * bend.across.1;
            bend.creases.iter().map(move |(at, _)| (place - at).abs())
        });

        1.0 - near.fold(reach, f32::min) / reach
    }

    /// The sheet in space: points [`STEP`] apart in a rectangle about the code's middle.
    pub(crate) fn shape(&self, left: f32, top: f32, width: f32, height: f32) -> Shape {
        let count = |length: f32| super::plane::whole((length / STEP).ceil()) + 1;
        let (columns, rows) = (count(width), count(height));
        let profiles: Vec<Profile> = self
            .bends
            .iter()
            .map(|bend| Profile::new(bend, width.max(height) * 1.5))
            .collect();

        let mut points = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            let y = top + super::plane::number(row) * STEP;
            for column in 0..columns {
                let x = left + super::plane::number(column) * STEP;
                let mut point = [x, y, self.ridges.iter().map(|ridge| ridge.at(x, y)).sum()];
                for (bend, profile) in self.bends.iter().zip(&profiles) {
                    let place = x * bend.across.0 + y * bend.across.1;
                    let (moved, z) = profile.at(place);
                    point[0] += bend.across.0 * (moved - place);
                    point[1] += bend.across.1 * (moved - place);
                    point[2] += z;
                }
                points.push(point);
            }
        }
        let mut shape = Shape {
            left,
            top,
            columns,
            rows,
            points,
        };
        if !self.ridges.is_empty() {
            shape.draw_in(self);
        }

        shape
    }
}

impl Ridge {
    fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x - self.middle.0, y - self.middle.1);
        let along = (x * self.along.0 + y * self.along.1).abs() / self.length;
        let across = (y * self.along.0 - x * self.along.1) / self.width;
        let across = (across * across + 0.004).sqrt();

        self.height * (1.0 - across).max(0.0) * smooth(1.0 - along)
    }
}

/// A bend's profile: where a point of the flat sheet comes to lie, and how high.
struct Profile {
    first: f32,
    points: Vec<(f32, f32)>,
}

impl Profile {
    fn new(bend: &Bend, reach: f32) -> Self {
        let steps = super::plane::whole(reach / STEP);
        let slope = |place: f32| {
            let creases = bend.creases.iter();
            let turned: f32 = creases
                .map(|(at, angle)| {
                    angle * (0.5 + 0.5 * ((place - at) / SHARP).tanh()) - angle / 2.0
                })
                .sum();
            turned + bend.turn * place
        };
        let first = -super::plane::number(steps) * STEP;
        let mut points = Vec::with_capacity(2 * steps + 1);
        let (mut x, mut z) = (0.0, 0.0);
        for step in 0..=2 * steps {
            points.push((x, z));
            let angle = slope(first + (super::plane::number(step) + 0.5) * STEP);
            x += STEP * angle.cos();
            z += STEP * angle.sin();
        }
        let (middle_x, middle_z) = points[steps];
        for point in &mut points {
            *point = (point.0 - middle_x, point.1 - middle_z);
        }

        Self { first, points }
    }

    fn at(&self, place: f32) -> (f32, f32) {
        let step = ((place - self.first) / STEP).max(0.0);
        let low = super::plane::whole(step).min(self.points.len() - 2);
        let share = step - super::plane::number(low);
        let ((x, z), (next_x, next_z)) = (self.points[low], self.points[low + 1]);

        (x + (next_x - x) * share, z + (next_z - z) * share)
    }
}

/// Points in space, row after row.
pub(crate) struct Shape {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    pub(crate) points: Vec<Space>,
}

impl Shape {
    /// The point of the flat sheet that a knot stands for.
    pub(crate) fn flat(&self, column: usize, row: usize) -> (f32, f32) {
        (
            self.left + super::plane::number(column) * STEP,
            self.top + super::plane::number(row) * STEP,
        )
    }

    /// A slope takes up length: its points come nearer the middle, as paper does not stretch.
    fn draw_in(&mut self, paper: &Paper) {
        let height =
            |x: f32, y: f32| -> f32 { paper.ridges.iter().map(|ridge| ridge.at(x, y)).sum() };
        let (middle_column, middle_row) = (self.columns / 2, self.rows / 2);
        let mut lost = vec![[0.0_f32; 2]; self.points.len()];
        for row in 0..self.rows {
            for column in 0..self.columns {
                let (x, y) = self.flat(column, row);
                let here = height(x, y);
                let shorter =
                    |ahead: f32| STEP - STEP / (1.0 + ((ahead - here) / STEP).powi(2)).sqrt();
                lost[row * self.columns + column] =
                    [shorter(height(x + STEP, y)), shorter(height(x, y + STEP))];
            }
        }
        for row in 0..self.rows {
            self.pull(row * self.columns, 1, self.columns, middle_column, 0, &lost);
        }
        for column in 0..self.columns {
            self.pull(column, self.columns, self.rows, middle_row, 1, &lost);
        }
    }

    /// Moves the points of a row or a column towards its middle by what was lost in between.
    fn pull(
        &mut self,
        first: usize,
        stride: usize,
        count: usize,
        middle: usize,
        axis: usize,
        lost: &[[f32; 2]],
    ) {
        let mut sum = 0.0;
        for step in middle + 1..count {
            sum += lost[first + (step - 1) * stride][axis];
            self.points[first + step * stride][axis] -= sum;
        }
        sum = 0.0;
        for step in (0..middle).rev() {
            sum += lost[first + step * stride][axis];
            self.points[first + step * stride][axis] += sum;
        }
    }
}

fn direction(angle: f32) -> (f32, f32) {
    (angle.cos(), angle.sin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_and_rolled_paper_is_as_long_as_before() {
        let mut chance = Chance::of(&[3]);
        let mut folded = Paper::default();
        folded.fold(45.0, 1, 0.9, &mut chance);
        let mut rolled = Paper::default();
        rolled.roll(40.0, &mut chance);

        for paper in [folded, rolled] {
            let shape = paper.shape(-25.0, -25.0, 50.0, 50.0);
            let (mut longest, mut shortest) = (0.0_f32, f32::MAX);
            for pair in shape.points[..shape.columns].windows(2) {
                let length = distance(pair[0], pair[1]) / STEP;
                (longest, shortest) = (longest.max(length), shortest.min(length));
            }
            assert!(longest < 1.03 && shortest > 0.97, "{shortest} {longest}");
        }
    }

    #[test]
    fn crumpled_paper_is_drawn_in_and_not_flat() {
        let mut paper = Paper::default();
        paper.crumple(45.0, 0.5, &mut Chance::of(&[4]));
        let shape = paper.shape(-25.0, -25.0, 50.0, 50.0);
        let row = &shape.points[shape.columns * (shape.rows / 2)..][..shape.columns];

        assert!(row[shape.columns - 1][0] - row[0][0] < 49.8);
        let heights: Vec<f32> = shape.points.iter().map(|point| point[2]).collect();
        let high = heights.iter().copied().fold(f32::MIN, f32::max);
        let low = heights.iter().copied().fold(f32::MAX, f32::min);
        assert!(high - low > 1.0, "{low} {high}");
    }

    fn distance(a: Space, b: Space) -> f32 {
        (0..3)
            .map(|axis| (a[axis] - b[axis]).powi(2))
            .sum::<f32>()
            .sqrt()
    }
}
