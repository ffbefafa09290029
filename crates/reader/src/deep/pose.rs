//! How a small known pattern lies in the picture: where, how large, how turned and slanted.
//!
//! Gauss-Newton steps on six numbers, until the pattern laid over the picture differs least from it (Lucas and Kanade
//! 1981, affine).

use crate::{
    deep::{
        point::Point,
        raster::Raster,
        smooth::smooth,
        solve::{narrow, solve},
    },
    pixel,
};

/// Samples a module.
const PER: usize = 3;
const ROUNDS: usize = 8;
/// After so many rounds a pattern that is there fits so well.
const PROBE: usize = 2;
const HOPE: f32 = 0.5;
/// Blur of the pattern, in samples.
const BLUR: f32 = 1.0;

/// A local coordinate system: a point of the picture and the steps of a module there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pose {
    pub(crate) at: Point,
    pub(crate) right: Point,
    pub(crate) down: Point,
}

impl Pose {
    /// The picture's point this many modules away.
    pub(crate) fn away(&self, u: f32, v: f32) -> Point {
        self.at + self.right * u + self.down * v
    }

    /// Pixels a module.
    pub(crate) fn module(&self) -> f32 {
        self.right.cross(self.down).abs().sqrt()
    }

    /// The same, turned clockwise.
    pub(crate) fn turned(&self, angle: f32) -> Self {
        let (sine, cosine) = angle.sin_cos();
        let turn = |axis: Point| axis * cosine + axis.turned() * sine;

        Self {
            at: self.at,
            right: turn(self.right),
            down: turn(self.down),
        }
    }

    /// Of a pattern that looks the same after a quarter turn: with the axes that are nearest to these.
    pub(crate) fn along(&self, right: Point, down: Point) -> Self {
        let turns = [
            (self.right, self.down),
            (self.down, self.right * -1.0),
            (self.right * -1.0, self.down * -1.0),
            (self.down * -1.0, self.right),
        ];
        let near =
            |(own_right, own_down): &(Point, Point)| own_right.dot(right) + own_down.dot(down);
        let mut best = turns[0];
        for turn in turns {
            if near(&turn) > near(&best) {
                best = turn;
            }
        }

        Self {
            at: self.at,
            right: best.0,
            down: best.1,
        }
    }

    /// The same axes that many modules away.
    pub(crate) fn moved(&self, u: f32, v: f32) -> Self {
        Self {
            at: self.away(u, v),
            ..*self
        }
    }

    fn is_sound(&self) -> bool {
        let (right, down) = (self.right.length(), self.down.length());
        let area = self.right.cross(self.down);

        self.at.is_finite() && area > 0.4 * right * down && right < 2.2 * down && down < 2.2 * right
    }
}

/// A square pattern as it is laid over the picture.
pub(crate) struct Overlay {
    across: usize,
    /// About 1 for black.
    values: Vec<f32>,
}

impl Overlay {
    /// Square rings of a colour each, from the inside out.
    pub(crate) fn rings(colours: &[bool]) -> Self {
        let reach = colours.len().saturating_sub(1);
        let across = (2 * reach + 1) * PER;
        let ring = |x: usize, y: usize| (x / PER).abs_diff(reach).max((y / PER).abs_diff(reach));
        let mut values: Vec<f32> = (0..across * across)
            .map(|at| {
                if colours[ring(at % across, at / across)] {
                    1.0
                } else {
                    -1.0
                }
            })
            .collect();
        let mut weight = vec![1.0; values.len()];
        smooth(&mut values, across, BLUR);
        smooth(&mut weight, across, BLUR);
        for (value, weight) in values.iter_mut().zip(&weight) {
            *value /= weight.max(1e-3);
        }

        Self { across, values }
    }

    /// Improves a pose; its correlation with the pattern, up to 1. `None` where it went astray.
    pub(crate) fn fit(&self, raster: &Raster<'_>, start: Pose) -> Option<(Pose, f32)> {
        let mut pose = start;
        let mut seen = vec![0.0; self.values.len()];
        for round in 0..ROUNDS {
            self.sample(raster, &pose, &mut seen);
            if round == PROBE && self.correlation(&seen) < HOPE {
                return None;
            }
            let step = self.step(&seen)?;
            let [x, xu, xv, y, yu, yv] = step;
            pose = Pose {
                at: pose.away(x, y),
                right: pose.right * (1.0 + xu) + pose.down * yu,
                down: pose.right * xv + pose.down * (1.0 + yv),
            };
            let strayed = (pose.at - start.at).length() > 2.0 * start.right.length();
            if strayed || !pose.is_sound() {
                return None;
            }
            if step.iter().all(|part| part.abs() < 0.01) {
                break;
            }
        }
        self.sample(raster, &pose, &mut seen);

        Some((pose, self.correlation(&seen)))
    }

    /// How well the pattern fits as it is, up to 1.
    pub(crate) fn rate(&self, raster: &Raster<'_>, pose: &Pose) -> f32 {
        let mut seen = vec![0.0; self.values.len()];
        self.sample(raster, pose, &mut seen);

        self.correlation(&seen)
    }

    /// The same by the middles of the modules alone.
    pub(crate) fn glance(&self, raster: &Raster<'_>, pose: &Pose) -> f32 {
        let middles = || (PER / 2..self.across).step_by(PER);
        let places = middles().flat_map(|row| middles().map(move |column| (column, row)));
        let (mut count, mut sums, mut products) = (0.0_f32, [0.0_f32; 2], [0.0_f32; 3]);
        for (column, row) in places {
            let seen = -raster.grey(pose.away(self.place(column), self.place(row)));
            let value = self.values[row * self.across + column];
            count += 1.0;
            sums = [sums[0] + seen, sums[1] + value];
            products = [
                products[0] + seen * seen,
                products[1] + value * value,
                products[2] + seen * value,
            ];
        }
        let spread = |product: f32, a: f32, b: f32| product - a * b / count;
        let own = spread(products[0], sums[0], sums[0]) * spread(products[1], sums[1], sums[1]);

        spread(products[2], sums[0], sums[1]) / own.max(1.0).sqrt()
    }

    fn sample(&self, raster: &Raster<'_>, pose: &Pose, seen: &mut [f32]) {
        let step = pose.right * (1.0 / pixel::distance(PER));
        for (row, seen) in seen.chunks_exact_mut(self.across).enumerate() {
            raster.along(pose.away(self.place(0), self.place(row)), step, seen);
            for grey in seen {
                *grey = -*grey;
            }
        }
    }

    /// A sample's place, in modules from the middle.
    fn place(&self, index: usize) -> f32 {
        (pixel::distance(index) + 0.5 - pixel::distance(self.across) / 2.0) / pixel::distance(PER)
    }

    /// The change of the six numbers that brings pattern and picture together.
    fn step(&self, seen: &[f32]) -> Option<[f32; 6]> {
        let (gain, offset) = self.gain(seen);
        if gain < 1.0 {
            return None;
        }
        let mut squares = [[0.0_f32; 6]; 6];
        let mut sums = [0.0_f32; 6];
        for row in 1..self.across - 1 {
            for column in 1..self.across - 1 {
                let at = row * self.across + column;
                let slope = |step: usize| {
                    let picture = (seen[at + step] - seen[at - step]) / gain;
                    let pattern = self.values[at + step] - self.values[at - step];
                    0.25 * pixel::distance(PER) * (picture + pattern)
                };
                let (gx, gy) = (slope(1), slope(self.across));
                let off = self.values[at] - (seen[at] - offset) / gain;
                let (u, v) = (self.place(column), self.place(row));
                let slopes = [gx, gx * u, gx * v, gy, gy * u, gy * v];
                for (row, slope) in squares.iter_mut().zip(slopes) {
                    row.iter_mut()
                        .zip(slopes)
                        .for_each(|(sum, other)| *sum += slope * other);
                }
                sums.iter_mut()
                    .zip(slopes)
                    .for_each(|(sum, slope)| *sum += slope * off);
            }
        }
        let mut matrix: Vec<f64> = squares.iter().flatten().copied().map(f64::from).collect();
        let damping = 0.01 * (0..6).map(|index| matrix[index * 7]).sum::<f64>() / 6.0;
        (0..6).for_each(|index| matrix[index * 7] += damping + 1e-6);
        let mut right: Vec<f64> = sums.iter().copied().map(f64::from).collect();
        solve(&mut matrix, &mut right, 6)?;

        Some(std::array::from_fn(|index| {
            let most = if index.is_multiple_of(3) { 0.5 } else { 0.12 };
            narrow(right[index]).clamp(-most, most)
        }))
    }

    /// What the picture is of the pattern: the factor and what is added, by least squares.
    fn gain(&self, seen: &[f32]) -> (f32, f32) {
        let count = pixel::distance(seen.len());
        let (mean, pattern) = (
            seen.iter().sum::<f32>() / count,
            self.values.iter().sum::<f32>() / count,
        );
        let (mut fit, mut squares) = (0.0, 0.0);
        for (seen, value) in seen.iter().zip(&self.values) {
            fit += (seen - mean) * (value - pattern);
            squares += (value - pattern).powi(2);
        }
        let gain = fit / squares.max(1e-3);

        (gain, mean - gain * pattern)
    }

    fn correlation(&self, seen: &[f32]) -> f32 {
        let (gain, offset) = self.gain(seen);
        let count = pixel::distance(seen.len());
        let mean = seen.iter().sum::<f32>() / count;
        let all: f32 = seen.iter().map(|seen| (seen - mean).powi(2)).sum();
        let rest: f32 = seen
            .iter()
            .zip(&self.values)
            .map(|(seen, value)| (seen - offset - gain * value).powi(2))
            .sum();

        (1.0 - rest / all.max(1.0)).max(0.0).sqrt() * gain.signum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        deep::{
            drawn::{Picture, Sheet},
            point::point,
        },
        luma::Luma,
        reading::Level,
        symbol::{Version, drawn},
    };

    #[test]
    fn a_slanted_finder_pattern_is_fitted() {
        let wanted = Pose {
            at: point(51.0, 48.0),
            right: point(5.2, 0.9),
            down: point(-0.4, 4.4),
        };
        let area = wanted.right.cross(wanted.down);
        let pixels = (0..100)
            .flat_map(|y| {
                (0..100).map(move |x| point(pixel::distance(x) + 0.5, pixel::distance(y) + 0.5))
            })
            .map(|at| {
                let away = at - wanted.at;
                let (u, v) = (
                    away.cross(wanted.down) / area,
                    wanted.right.cross(away) / area,
                );
                match u.abs().max(v.abs()) {
                    ..1.5 => 40,
                    ..2.5 => 220,
                    ..3.5 => 40,
                    _ => 220,
                }
            })
            .collect();
        let luma = Luma::new(100, 100, pixels).expect("all pixels are there");
        let raster = Raster::new(&luma, 1.0).expect("large enough");
        let finder = Overlay::rings(&[true, true, false, true, false]);
        let start = Pose {
            at: point(53.0, 46.5),
            right: point(4.8, 0.2),
            down: point(0.2, 4.8),
        };

        let (found, score) = finder.fit(&raster, start).expect("it is near");
        assert!((found.at - wanted.at).length() < 0.3, "{found:?}");
        assert!((found.right - wanted.right).length() < 0.15, "{found:?}");
        assert!((found.down - wanted.down).length() < 0.15, "{found:?}");
        assert!(score > 0.9, "{score}");
    }
    #[test]
    fn a_blurred_and_faded_finder_pattern_is_fitted_as_well() {
        let sheet = Sheet::flat(25, point(100.2, 99.6), 5.0).turned(0.3);
        let symbol = drawn::symbol(Version::new(2).unwrap(), Level::M, 1, b"MS1:POSE");
        let picture = Picture::desk(200, 200).with(&symbol, sheet);
        let luma = picture.blurred(3.0).faded(0.3).grained(3.0, 1).luma();
        let raster = Raster::new(&luma, 1.0).unwrap();
        let finder = Overlay::rings(&[true, true, false, true, false]);
        let [right, down] = sheet.axes(3.5, 21.5);
        let right_one = Pose {
            at: sheet.at(3.5, 21.5),
            right,
            down,
        };
        let start = Pose {
            at: right_one.at + point(4.0, -3.0),
            ..right_one.turned(0.2)
        };

        let (found, score) = finder.fit(&raster, start).unwrap();
        assert!((found.at - right_one.at).length() < 0.5, "{found:?}");
        assert!((found.right - right).length() < 0.5, "{found:?}");
        assert!(score > 0.8, "{score}");
        assert!(finder.rate(&raster, &right_one) > finder.rate(&raster, &start) + 0.2);
    }

    #[test]
    fn where_there_is_no_pattern_nothing_is_fitted() {
        let start = Pose {
            at: point(50.0, 50.0),
            right: point(4.0, 0.0),
            down: point(0.0, 4.0),
        };
        let finder = Overlay::rings(&[true, true, false, true, false]);
        let paper = Picture::desk(100, 100);
        let edge = Picture::of(100, 100, |at| if at.x < 50.0 { 40.0 } else { 210.0 });
        let noise = Picture::desk(100, 100).grained(80.0, 2);

        for picture in [paper, edge, noise] {
            let luma = picture.luma();
            let raster = Raster::new(&luma, 1.0).unwrap();
            let fit = finder.fit(&raster, start);
            assert!(fit.is_none_or(|(_, score)| score < 0.5), "{fit:?}");
        }
    }

    #[test]
    fn of_four_quarter_turns_the_one_along_the_symbol_is_taken() {
        let pose = Pose {
            at: point(9.0, 7.0),
            right: point(4.0, 1.0),
            down: point(-1.0, 4.0),
        };

        for quarter in 0..4_u8 {
            let turned = pose.turned(f32::from(quarter) * std::f32::consts::FRAC_PI_2);
            let along = turned.along(point(30.0, 2.0), point(0.0, 30.0));
            assert!(
                (along.right - pose.right).length() < 1e-3,
                "{quarter}: {along:?}"
            );
            assert!(
                (along.down - pose.down).length() < 1e-3,
                "{quarter}: {along:?}"
            );
        }
    }
}
