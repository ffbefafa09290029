//! How well a code that was read is printed, as far as a picture of it tells: three of the measures of
//! ISO/IEC 15415:2011, 7.8.
//!
//! A verifier of that standard has a calibrated light and aperture. A camera has neither, so the paper around counts as
//! the white that light is measured by, and shadows are divided out; blur is the lens's and the hand's as much as the
//! print's, and lowers modulation. What is told of a sheet is how it looks here, not what a laboratory would say.

use crate::{
    deep::{Lattice, Point, Projection, Raster},
    luma::Luma,
    pixel,
    reading::Place,
    symbol::{Correction, Known},
};

/// A grade of ISO/IEC 15415, 5.2, from the worst to the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Letter {
    /// 0: failed.
    F,
    /// 1.
    D,
    /// 2.
    C,
    /// 3.
    B,
    /// 4: the best.
    A,
}

/// A share and the grade that it earns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// From 0 to 1, more is better.
    pub share: f32,
    /// What it earns.
    pub letter: Letter,
}

/// What a picture tells of the print of a code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grade {
    /// How much of the error correction was not needed to read it (7.8.8): 1 for a symbol without errors, 0 for one that
    /// could only just be corrected, in the worst of its blocks. A from 0.62, B from 0.50, C from 0.37, D from 0.25.
    pub unused_error_correction: Measure,
    /// How much darker its darkest hundredth is than its lightest (7.8.3), as a share of the light that paper throws back.
    /// A from 0.70, B from 0.55, C from 0.40, D from 0.20.
    pub symbol_contrast: Measure,
    /// How clearly its modules are on their side of the threshold (7.8.4): codewords with a module less clear than 0.50
    /// (A), 0.40 (B), 0.30 (C) or 0.20 (D) count as errors, and the grade is the best that so much error correction still
    /// earns.
    pub modulation: Letter,
}

impl Letter {
    /// The grade as a number: 4 for A, 0 for F.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    const PASSED: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// The best of the grades whose `least` share is reached, A's first.
    fn earned(share: f32, least: [f32; 4]) -> Self {
        let earned = Self::PASSED.into_iter().zip(least);

        earned
            .into_iter()
            .find_map(|(letter, least)| (share >= least).then_some(letter))
            .unwrap_or(Self::F)
    }
}

const LEAST_UNUSED: [f32; 4] = [0.62, 0.50, 0.37, 0.25];
const LEAST_CONTRAST: [f32; 4] = [0.70, 0.55, 0.40, 0.20];
const LEAST_MODULATION: [f32; 4] = [0.50, 0.40, 0.30, 0.20];
/// Share of the modules that lightest and darkest are the mean of, so that one speck is neither (as in the edition of 2024).
const EXTREME: usize = 100;
/// Modules on a side of the squares in each of which paper has one brightness.
const SQUARE: usize = 8;
/// Two samples lie this far from a module's middle both ways, in modules: together they see most of it.
const SAMPLE: f32 = 0.18;

impl Grade {
    /// The worst of its measures (7.9).
    #[must_use]
    pub fn overall(&self) -> Letter {
        self.unused_error_correction
            .letter
            .min(self.symbol_contrast.letter)
            .min(self.modulation)
    }

    /// The print itself is poor: errors where it was torn or written over, or faded ink. Modulation has no say, as a hand
    /// that shakes lowers it as well.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        let printed = self
            .unused_error_correction
            .letter
            .min(self.symbol_contrast.letter);

        printed <= Letter::D
    }

    /// Of a symbol that lies flat between these corners.
    pub(crate) fn flat(luma: &Luma, place: &Place, mirrored: bool, known: &Known) -> Option<Self> {
        let [upper_left, upper_right, lower_right, lower_left] = place.corners.map(Point::from);
        let side = pixel::distance(known.version().side());
        let corners = [upper_left, upper_right, lower_left, lower_right];
        let projection = Projection::new(0.0, side, corners)?;
        let raster = Raster::new(luma, 1.0)?;

        Some(Self::of(known, &raster, |u, v| {
            if mirrored {
                projection.at(v, u)
            } else {
                projection.at(u, v)
            }
        }))
    }

    /// Of a symbol that lies as a lattice does.
    pub(crate) fn bent(
        raster: &Raster<'_>,
        lattice: &Lattice,
        mirrored: bool,
        known: &Known,
    ) -> Self {
        Self::of(known, raster, |u, v| {
            if mirrored {
                lattice.at(v, u)
            } else {
                lattice.at(u, v)
            }
        })
    }

    fn of(known: &Known, raster: &Raster<'_>, at: impl Fn(f32, f32) -> Point) -> Self {
        let unused = Correction::of(known).unused;
        let print = Print::new(known, raster, at);
        let contrast = print.contrast();

        Self {
            unused_error_correction: Measure {
                share: unused,
                letter: Letter::earned(unused, LEAST_UNUSED),
            },
            symbol_contrast: Measure {
                share: contrast,
                letter: Letter::earned(contrast, LEAST_CONTRAST),
            },
            modulation: print.modulation(known),
        }
    }
}

/// A symbol's modules as they look, by the colour that they were printed in.
struct Print {
    /// How much of the light each module throws back.
    light: Vec<f32>,
    /// The colours printed; `None` where none is known.
    colours: Vec<Option<bool>>,
    lightest: f32,
    darkest: f32,
}

impl Print {
    fn new(known: &Known, raster: &Raster<'_>, at: impl Fn(f32, f32) -> Point) -> Self {
        let side = known.version().side();
        let colours = known.modules();
        let mut light = sampled(raster, side, at);
        if is_reversed(&light, &colours) {
            for light in &mut light {
                *light = 1.0 - *light;
            }
        }
        for light in &mut light {
            *light = reflected(*light);
        }
        Paper::new(&light, &colours, side).divide_out(&mut light);
        let (darkest, lightest) = extremes(light.clone());

        Self {
            light,
            colours,
            lightest: lightest.min(1.0),
            darkest,
        }
    }

    fn contrast(&self) -> f32 {
        (self.lightest - self.darkest).clamp(0.0, 1.0)
    }

    /// How clearly each module has its colour: 1 at best, 0 where it is on the wrong side (the reflectance margin of
    /// 7.8.4.4).
    fn clearness(&self) -> Vec<f32> {
        let threshold = f32::midpoint(self.lightest, self.darkest);
        let by = 2.0 / self.contrast().max(1e-3);
        let modules = self.light.iter().zip(&self.colours);

        modules
            .map(|(light, colour)| match colour {
                Some(true) => ((threshold - light) * by).max(0.0),
                Some(false) => ((light - threshold) * by).max(0.0),
                None => 1.0,
            })
            .collect()
    }

    fn modulation(&self, known: &Known) -> Letter {
        let clearness = known.least_of_codewords(&self.clearness());
        let levels = Letter::PASSED.into_iter().zip(LEAST_MODULATION);

        levels
            .map(|(letter, least)| {
                let unused = known.unused_if(|printed| clearness[printed] < least);
                letter.min(Letter::earned(unused, LEAST_UNUSED))
            })
            .max()
            .unwrap_or(Letter::F)
    }
}

/// Mean of the darkest and of the lightest hundredth.
fn extremes(mut light: Vec<f32>) -> (f32, f32) {
    let few = (light.len() / EXTREME).max(1);
    if light.len() < 2 * few {
        return (0.0, 0.0);
    }
    let end = light.len() - few;
    light.select_nth_unstable_by(few, f32::total_cmp);
    light[few..].select_nth_unstable_by(end - few, f32::total_cmp);
    let mean = |values: &[f32]| values.iter().sum::<f32>() / pixel::distance(few);

    (mean(&light[..few]), mean(&light[end..]))
}

/// What share of the brightest grey value each module has.
fn sampled(raster: &Raster<'_>, side: usize, at: impl Fn(f32, f32) -> Point) -> Vec<f32> {
    let mut light = Vec::with_capacity(side * side);
    let half = pixel::distance(side) / 2.0;
    for row in 0..side {
        let v = pixel::distance(row) + 0.5;
        // Modules of a row are seen from about the same distance.
        let aside = at(half + SAMPLE, v + SAMPLE) - at(half, v);
        light.extend((0..side).map(|column| {
            let middle = at(pixel::distance(column) + 0.5, v);
            (raster.grey(middle + aside) + raster.grey(middle - aside)) / 510.0
        }));
    }

    light
}

/// Cameras write about the root of the light.
fn reflected(light: f32) -> f32 {
    light * light
}

/// Printed white on black.
fn is_reversed(light: &[f32], colours: &[Option<bool>]) -> bool {
    let mean = |black: bool| {
        let of = light
            .iter()
            .zip(colours)
            .filter(|(_, colour)| **colour == Some(black));
        let (sum, count) = of.fold((0.0, 0), |(sum, count), (light, _)| {
            (sum + light, count + 1)
        });
        sum / pixel::distance(count.max(1))
    };

    mean(true) > mean(false)
}

/// How bright white modules are, here and there: light falls unevenly.
struct Paper {
    side: usize,
    /// Squares in a row.
    across: usize,
    squares: Vec<f32>,
}

impl Paper {
    fn new(light: &[f32], colours: &[Option<bool>], side: usize) -> Self {
        let across = side.div_ceil(SQUARE);
        let mut sums = vec![(0.0, 0.0_f32); across * across];
        let rows = light.chunks_exact(side).zip(colours.chunks_exact(side));
        for (row, (light, colours)) in rows.enumerate() {
            let start = row / SQUARE * across;
            for (column, (light, colour)) in light.iter().zip(colours).enumerate() {
                if *colour == Some(false) {
                    let square = &mut sums[start + column / SQUARE];
                    *square = (square.0 + light, square.1 + 1.0);
                }
            }
        }
        let (all, count) = sums.iter().fold((0.0, 0.0), |all, square| {
            (all.0 + square.0, all.1 + square.1)
        });
        let everywhere = all / count.max(1.0);
        let squares = sums
            .into_iter()
            .map(|(sum, count)| ((sum + everywhere) / (count + 1.0)).max(1e-3))
            .collect();

        Self {
            side,
            across,
            squares,
        }
    }

    /// Light as a share of what paper throws back there, straight between the middles of the squares.
    fn divide_out(&self, light: &mut [f32]) {
        let along: Vec<(usize, f32)> = (0..self.side).map(|place| self.along(place)).collect();
        for (row, light) in light.chunks_exact_mut(self.side).enumerate() {
            let (above, down) = along[row];
            let between: Vec<f32> = (0..self.across)
                .map(|column| {
                    let upper = self.squares[above * self.across + column];
                    let lower = self.squares[(above + 1) * self.across + column];
                    upper + (lower - upper) * down
                })
                .collect();
            for (light, &(column, right)) in light.iter_mut().zip(&along) {
                let left = between[column];
                *light /= left + (between[column + 1] - left) * right;
            }
        }
    }

    /// The square before a module, and how far it is towards the next.
    fn along(&self, place: usize) -> (usize, f32) {
        let squares = (pixel::distance(place) + 0.5) / pixel::distance(SQUARE) - 0.5;
        let inside = squares.clamp(0.0, pixel::distance(self.across - 1));
        let index = pixel::whole(inside).min(self.across - 2);

        (index, inside - pixel::distance(index))
    }
}

#[cfg(test)]
mod tests;
