//! Codes laid into pictures, for the tests of the deep stages.

use crate::{
    deep::{
        lattice::Lattice,
        point::{Point, point},
    },
    luma::Luma,
    pixel,
    symbol::drawn::{Chance, Drawn},
};

pub(crate) const INK: f32 = 40.0;
pub(crate) const PAPER: f32 = 210.0;
pub(crate) const DESK: f32 = 120.0;
/// A module that is so much doubted looks neither black nor white.
const DOUBTED: f32 = 0.3;
/// Samples a pixel, both ways.
const PER: usize = 3;

/// How a sheet lies: where the middle of the symbol is, pixels a module, clockwise turn in radians; and by how many
/// modules its rows go up and down in waves of so many modules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sheet {
    pub(crate) side: usize,
    pub(crate) middle: Point,
    pub(crate) module: f32,
    pub(crate) turn: f32,
    pub(crate) bend: f32,
    pub(crate) wave: f32,
}

impl Sheet {
    /// Flat and upright.
    pub(crate) fn flat(side: usize, middle: Point, module: f32) -> Self {
        Self {
            side,
            middle,
            module,
            turn: 0.0,
            bend: 0.0,
            wave: 1.0,
        }
    }

    pub(crate) fn moved(self, right: f32, down: f32) -> Self {
        Self {
            middle: self.middle + point(right, down),
            ..self
        }
    }

    pub(crate) fn turned(self, turn: f32) -> Self {
        Self { turn, ..self }
    }

    pub(crate) fn bent(self, bend: f32, wave: f32) -> Self {
        Self { bend, wave, ..self }
    }

    /// The picture's point of a place in the symbol.
    pub(crate) fn at(&self, u: f32, v: f32) -> Point {
        let half = pixel::distance(self.side) / 2.0;
        let (sine, cosine) = self.turn.sin_cos();
        let away = point(u - half, v - half - self.rise(u)) * self.module;

        self.middle + away * cosine + away.turned() * sine
    }

    /// How far the middle of each module is from where a lattice has it, in modules.
    pub(crate) fn off(&self, lattice: &Lattice) -> Vec<f32> {
        let middle = |along: usize| pixel::distance(along) + 0.5;
        let off = |at: usize| {
            let (u, v) = (middle(at % self.side), middle(at / self.side));
            (lattice.at(u, v) - self.at(u, v)).length() / self.module
        };

        (0..self.side * self.side).map(off).collect()
    }

    /// The place in the symbol of a picture's point.
    pub(crate) fn place(&self, at: Point) -> Point {
        let half = pixel::distance(self.side) / 2.0;
        let (sine, cosine) = self.turn.sin_cos();
        let away = at - self.middle;
        let flat = (away * cosine - away.turned() * sine) * (1.0 / self.module);
        let u = flat.x + half;

        point(u, flat.y + half + self.rise(u))
    }

    /// The steps of a module to the right and down, there.
    pub(crate) fn axes(&self, u: f32, v: f32) -> [Point; 2] {
        [
            (self.at(u + 0.5, v) - self.at(u - 0.5, v)),
            (self.at(u, v + 0.5) - self.at(u, v - 0.5)),
        ]
    }

    fn rise(&self, u: f32) -> f32 {
        self.bend * (std::f32::consts::TAU * u / self.wave).sin()
    }
}

/// A picture that is still drawn.
#[derive(Clone)]
pub(crate) struct Picture {
    width: usize,
    height: usize,
    grey: Vec<f32>,
}

impl Picture {
    /// An empty desk.
    pub(crate) fn desk(width: usize, height: usize) -> Self {
        Self::of(width, height, |_| DESK)
    }

    /// Of a grey value at each point.
    pub(crate) fn of(width: usize, height: usize, grey: impl Fn(Point) -> f32) -> Self {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let middle = |(x, y)| point(pixel::distance(x) + 0.5, pixel::distance(y) + 0.5);

        Self {
            width,
            height,
            grey: pixels.map(|at| grey(middle(at))).collect(),
        }
    }

    /// With a code and its quiet zone on it.
    pub(crate) fn with(self, drawn: &Drawn, sheet: Sheet) -> Self {
        self.laid(drawn, |at| sheet.place(at))
    }

    /// With a code on it; `place` gives the place in the symbol of each point.
    pub(crate) fn laid(self, drawn: &Drawn, place: impl Fn(Point) -> Point) -> Self {
        let side = drawn.version.side();
        let end = pixel::distance(side);
        let colour = |at: Point| {
            let place = place(at);
            let on = |along: f32, margin: f32| along >= -margin && along < end + margin;
            if !on(place.x, 4.0) || !on(place.y, 4.0) {
                return None;
            }
            if !on(place.x, 0.0) || !on(place.y, 0.0) {
                return Some(PAPER);
            }
            let module = pixel::whole(place.y) * side + pixel::whole(place.x);
            Some(if drawn.doubt[module] > DOUBTED {
                f32::midpoint(INK, PAPER)
            } else if drawn.modules[module] {
                INK
            } else {
                PAPER
            })
        };
        let old = self.grey.clone();
        let (width, height) = (self.width, self.height);
        let samples = PER * PER;
        Self::of(width, height, |middle| {
            let below = old[pixel::whole(middle.y) * width + pixel::whole(middle.x)];
            let sum: f32 = (0..samples)
                .map(|sample| {
                    let along =
                        |index: usize| (pixel::distance(index) + 0.5) / pixel::distance(PER) - 0.5;
                    let away = point(along(sample % PER), along(sample / PER));
                    colour(middle + away).unwrap_or(below)
                })
                .sum();
            sum / pixel::distance(samples)
        })
    }

    /// With one grey over a rectangle: from its upper left to its lower right corner.
    pub(crate) fn covered(mut self, from: Point, to: Point, grey: f32) -> Self {
        for y in pixel::whole(from.y)..pixel::whole(to.y).min(self.height) {
            let columns = pixel::whole(from.x)..pixel::whole(to.x).min(self.width);
            self.grey[y * self.width..][columns].fill(grey);
        }

        self
    }

    /// Out of focus, by a Gaussian of so many pixels.
    pub(crate) fn blurred(self, sigma: f32) -> Self {
        let reach = pixel::whole((3.0 * sigma).ceil());
        let taps: Vec<(usize, f32)> = (0..=2 * reach)
            .map(|tap| {
                let away = pixel::distance(tap) - pixel::distance(reach);
                (tap, (-0.5 * (away / sigma).powi(2)).exp())
            })
            .collect();

        self.mixed(&taps, reach, 1, 0).mixed(&taps, reach, 0, 1)
    }

    /// Moved by so many pixels to the right while it was exposed.
    pub(crate) fn shaken(self, length: usize) -> Self {
        let taps: Vec<(usize, f32)> = (0..length).map(|tap| (tap, 1.0)).collect();

        self.mixed(&taps, length / 2, 1, 0)
    }

    /// With less contrast: this share of it is left.
    pub(crate) fn faded(mut self, share: f32) -> Self {
        for grey in &mut self.grey {
            *grey = DESK + (*grey - DESK) * share;
        }

        self
    }

    /// With up to so many levels more or less in each pixel.
    pub(crate) fn grained(mut self, levels: f32, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        for grey in &mut self.grey {
            *grey += levels * (2.0 * chance.share() - 1.0);
        }

        self
    }

    pub(crate) fn luma(&self) -> Luma {
        let pixels = self
            .grey
            .iter()
            .map(|grey| u8::try_from(pixel::whole(grey.round())).unwrap_or(u8::MAX));
        Luma::new(self.width, self.height, pixels.collect()).unwrap()
    }

    /// Each pixel the weighed mean of those beside it, `reach` of them before it.
    fn mixed(self, taps: &[(usize, f32)], reach: usize, right: usize, down: usize) -> Self {
        let all: f32 = taps.iter().map(|(_, weight)| weight).sum();
        let beside = |at: usize, tap: usize, step: usize, end: usize| {
            (at + tap * step).saturating_sub(reach * step).min(end - 1)
        };
        let mixed = (0..self.width * self.height).map(|at| {
            let (x, y) = (at % self.width, at / self.width);
            let sum: f32 = taps
                .iter()
                .map(|&(tap, weight)| {
                    let x = beside(x, tap, right, self.width);
                    let y = beside(y, tap, down, self.height);
                    weight * self.grey[y * self.width + x]
                })
                .sum();
            sum / all
        });

        Self {
            grey: mixed.collect(),
            ..self
        }
    }
}

#[test]
fn a_place_and_its_point_belong_together() {
    let sheet = Sheet::flat(29, point(150.0, 140.0), 4.0)
        .turned(0.7)
        .bent(2.0, 29.0);

    for (u, v) in [(0.0, 0.0), (3.5, 25.5), (14.5, 14.5), (29.0, 7.0)] {
        let back = sheet.place(sheet.at(u, v));
        assert!((back - point(u, v)).length() < 0.01, "{u} {v}: {back:?}");
    }
    let [right, down] = Sheet::flat(29, point(150.0, 140.0), 4.0).axes(9.0, 9.0);
    assert!((right - point(4.0, 0.0)).length() < 0.01 && (down - point(0.0, 4.0)).length() < 0.01);
}
