//! The lit sheet before the desk, as the lens would throw it on the sensor were it perfect.

use super::{
    chance::Chance,
    paper::{Shape, Space},
    plane::{Plane, number, whole},
    pose::Pose,
    print::Print,
};

/// Samples a pixel's side: what lies between modules is a share of both.
const SUB: usize = 2;
/// What comes from all sides; the rest comes from the lamp.
const AMBIENT: f32 = 0.45;

/// A lamp: a direction towards it, of length 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lamp(pub(crate) Space);

impl Lamp {
    /// Somewhere above the desk.
    pub(crate) fn ordinary(chance: &mut Chance) -> Self {
        let (height, way) = (chance.within(0.6, 0.85), chance.angle());
        let across = (1.0 - height * height).sqrt();

        Self([across * way.cos(), across * way.sin(), height])
    }

    /// How bright paper is that faces this way; 1 where it faces the lens.
    fn shade(&self, normal: Space) -> f32 {
        let lit: f32 = normal.iter().zip(self.0).map(|(a, b)| a * b).sum();

        AMBIENT + (1.0 - AMBIENT) * lit.max(0.0) / self.0[2]
    }
}

/// What a sample of the picture shows.
#[derive(Clone, Copy, Default)]
struct Sample {
    u: f32,
    v: f32,
    shade: f32,
    /// One over the distance; 0 where no sheet is.
    near: f32,
}

/// Puts the sheet before what the frame shows already.
pub(crate) fn place(frame: &mut Plane, print: &Print, shape: &Shape, pose: &Pose, lamp: &Lamp) {
    let seen: Vec<Space> = shape
        .points
        .iter()
        .map(|point| pose.project(*point))
        .collect();
    let mut window = Window::around(&seen, frame);
    let shades = shades(shape, pose, lamp);
    let knot = |column: usize, row: usize| {
        let at = row * shape.columns + column;
        let (x, y) = shape.flat(column, row);
        let [seen_x, seen_y, distance] = seen[at];
        let (middle_u, middle_v) = print.middle();
        let sample = Sample {
            u: x + middle_u,
            v: y + middle_v,
            shade: shades[at],
            near: 1.0 / distance,
        };
        ((seen_x, seen_y), sample)
    };
    for row in 0..shape.rows - 1 {
        for column in 0..shape.columns - 1 {
            let (a, b) = (knot(column, row), knot(column + 1, row));
            let (c, d) = (knot(column, row + 1), knot(column + 1, row + 1));
            window.triangle([a, b, c]);
            window.triangle([b, d, c]);
        }
    }
    window.into_frame(frame, print);
}

/// How bright each knot is.
fn shades(shape: &Shape, pose: &Pose, lamp: &Lamp) -> Vec<f32> {
    let point = |column: usize, row: usize| shape.points[row * shape.columns + column];
    let mut shades = Vec::with_capacity(shape.points.len());
    for row in 0..shape.rows {
        for column in 0..shape.columns {
            let next = (column + 1).min(shape.columns - 1);
            let below = (row + 1).min(shape.rows - 1);
            let across = minus(point(next, row), point(next - 1, row));
            let down = minus(point(column, below), point(column, below - 1));
            let normal = unit([
                across[1] * down[2] - across[2] * down[1],
                across[2] * down[0] - across[0] * down[2],
                across[0] * down[1] - across[1] * down[0],
            ]);
            shades.push(lamp.shade(pose.turned(normal)));
        }
    }

    shades
}

/// The samples of the part of the frame that the sheet lies in.
struct Window {
    left: usize,
    top: usize,
    /// In samples.
    width: usize,
    height: usize,
    samples: Vec<Sample>,
}

impl Window {
    fn around(seen: &[Space], frame: &Plane) -> Self {
        let span = |axis: usize, end: usize| {
            let places = seen.iter().map(|point| point[axis]);
            let low = places.clone().fold(f32::MAX, f32::min);
            let high = places.fold(f32::MIN, f32::max);
            let low = whole(low).min(end);
            (low, (whole(high) + 1).min(end).max(low))
        };
        let (left, right) = span(0, frame.width);
        let (top, bottom) = span(1, frame.height);
        let (width, height) = ((right - left) * SUB, (bottom - top) * SUB);

        Self {
            left,
            top,
            width,
            height,
            samples: vec![Sample::default(); width * height],
        }
    }

    fn triangle(&mut self, knots: [((f32, f32), Sample); 3]) {
        let place = |(x, y): (f32, f32)| {
            let sub = number(SUB);
            (
                (x - number(self.left)) * sub - 0.5,
                (y - number(self.top)) * sub - 0.5,
            )
        };
        let [a, b, c] = knots.map(|(at, _)| place(at));
        let twice = (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0);
        if twice.abs() < 1e-6 {
            return;
        }
        let span = |a: f32, b: f32, c: f32, end: usize| {
            let low = whole(a.min(b).min(c).ceil().max(0.0));
            let high = a.max(b).max(c);
            low..if high < 0.0 {
                0
            } else {
                (whole(high) + 1).min(end)
            }
        };
        for y in span(a.1, b.1, c.1, self.height) {
            for x in span(a.0, b.0, c.0, self.width) {
                let (at_x, at_y) = (number(x), number(y));
                let second = ((at_x - a.0) * (c.1 - a.1) - (at_y - a.1) * (c.0 - a.0)) / twice;
                let third = ((b.0 - a.0) * (at_y - a.1) - (b.1 - a.1) * (at_x - a.0)) / twice;
                let first = 1.0 - second - third;
                if first.min(second).min(third) < -1e-4 {
                    continue;
                }
                let mix = |of: fn(&Sample) -> f32| {
                    first * of(&knots[0].1) + second * of(&knots[1].1) + third * of(&knots[2].1)
                };
                let sample = &mut self.samples[y * self.width + x];
                let near = mix(|knot| knot.near);
                if near > sample.near {
                    *sample = Sample {
                        u: mix(|knot| knot.u),
                        v: mix(|knot| knot.v),
                        shade: mix(|knot| knot.shade),
                        near,
                    };
                }
            }
        }
    }

    fn into_frame(self, frame: &mut Plane, print: &Print) {
        let share = 1.0 / number(SUB * SUB);
        for y in 0..self.height / SUB {
            for x in 0..self.width / SUB {
                let pixel = &mut frame.values[(self.top + y) * frame.width + self.left + x];
                let behind = *pixel;
                let mut sum = 0.0;
                for sub in 0..SUB * SUB {
                    let (column, row) = (x * SUB + sub % SUB, y * SUB + sub / SUB);
                    let sample = self.samples[row * self.width + column];
                    sum += if sample.near > 0.0 {
                        print.at(sample.u, sample.v) * sample.shade
                    } else {
                        behind
                    };
                }
                *pixel = sum * share;
            }
        }
    }
}

fn minus(a: Space, b: Space) -> Space {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn unit(vector: Space) -> Space {
    let length = vector
        .iter()
        .map(|part| part * part)
        .sum::<f32>()
        .sqrt()
        .max(1e-6);

    vector.map(|part| part / length)
}
