//! A grid of light or reflectance, in linear measure.

/// Row after row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plane {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<f32>,
}

impl Plane {
    pub(crate) fn new(width: usize, height: usize, value: f32) -> Self {
        Self {
            width,
            height,
            values: vec![value; width * height],
        }
    }

    /// Each value made anew from its column, its row and itself.
    pub(crate) fn each(&mut self, mut make: impl FnMut(f32, f32, f32) -> f32) {
        for (y, row) in self.values.chunks_exact_mut(self.width).enumerate() {
            let y = number(y);
            for (x, value) in row.iter_mut().enumerate() {
                *value = make(number(x), y, *value);
            }
        }
    }

    /// Between the four values around a point, which are at whole numbers; the border goes on outside.
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let x = x.clamp(0.0, number(self.width - 1));
        let y = y.clamp(0.0, number(self.height - 1));
        let (left, top) = (whole(x), whole(y));
        let (right, bottom) = (
            (left + 1).min(self.width - 1),
            (top + 1).min(self.height - 1),
        );
        let (across, down) = (x - number(left), y - number(top));
        let value = |x: usize, y: usize| self.values[y * self.width + x];
        let upper = value(left, top) + (value(right, top) - value(left, top)) * across;
        let lower = value(left, bottom) + (value(right, bottom) - value(left, bottom)) * across;

        upper + (lower - upper) * down
    }

    /// Blurred about as a Gaussian with this deviation does: three box means in a row, both ways.
    pub(crate) fn blur(&mut self, deviation: f32) {
        if deviation < 0.05 {
            return;
        }
        // Each box has a third of the variance: whole values up to `reach`, and a share of the next.
        let variance = deviation * deviation / 3.0;
        let reach = whole(((1.0 + 12.0 * variance).sqrt() - 1.0) / 2.0);
        let far = number(reach);
        let squares = far * (far + 1.0) * (2.0 * far + 1.0) / 3.0;
        let ends =
            (variance * (2.0 * far + 1.0) - squares) / (2.0 * ((far + 1.0).powi(2) - variance));
        for _ in 0..2 {
            for _ in 0..3 {
                self.box_rows(reach, ends);
            }
            self.turn();
        }
    }

    fn box_rows(&mut self, reach: usize, ends: f32) {
        let weight = 1.0 / (1.0 + 2.0 * (number(reach) + ends));
        let mut old = vec![0.0; self.width];
        for row in self.values.chunks_exact_mut(self.width) {
            old.copy_from_slice(row);
            let last = old.len() - 1;
            let value = |at: usize, right: usize, left: usize| {
                old[(at + right).saturating_sub(left).min(last)]
            };
            let mut sum: f32 = old[0]
                + (1..=reach)
                    .map(|step| old[0] + value(0, step, 0))
                    .sum::<f32>();
            for (at, new) in row.iter_mut().enumerate() {
                let edge = value(at, reach + 1, 0) + value(at, 0, reach + 1);
                *new = (sum + ends * edge) * weight;
                sum += value(at, reach + 1, 0) - value(at, 0, reach);
            }
        }
    }

    fn turn(&mut self) {
        let mut turned = vec![0.0; self.values.len()];
        for (y, row) in self.values.chunks_exact(self.width).enumerate() {
            for (x, value) in row.iter().enumerate() {
                turned[x * self.height + y] = *value;
            }
        }
        (self.width, self.height) = (self.height, self.width);
        self.values = turned;
    }
}

/// A count as a measure.
#[expect(
    clippy::cast_precision_loss,
    reason = "f32 counts to 2^24, far beyond the sides of a picture"
)]
pub(crate) fn number(count: usize) -> f32 {
    count as f32
}

/// The whole part of a measure; none of a negative one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` keeps to the range of usize, and takes what is not a number for zero"
)]
pub(crate) fn whole(measure: f32) -> usize {
    measure as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blurred_point_keeps_its_light_and_spreads_as_wide_as_asked() {
        for deviation in [0.6, 1.0, 2.5] {
            let mut plane = Plane::new(31, 31, 0.0);
            plane.values[15 * 31 + 15] = 1.0;
            plane.blur(deviation);

            let sum: f32 = plane.values.iter().sum();
            assert!((sum - 1.0).abs() < 0.01, "{deviation}: {sum}");
            let mut variance = 0.0;
            plane.each(|x, _, value| {
                variance += value * (x - 15.0).powi(2);
                value
            });
            let wide = variance.sqrt();
            assert!((wide - deviation).abs() < 0.02, "{deviation}: {wide}");
        }
    }

    #[test]
    fn between_values_lies_their_mean_and_outside_the_border_goes_on() {
        let mut plane = Plane::new(2, 2, 0.0);
        plane.each(|x, y, _| x + 2.0 * y);

        assert!((plane.at(0.5, 0.5) - 1.5).abs() < 1e-6);
        assert!((plane.at(9.0, -3.0) - 1.0).abs() < 1e-6);
    }
}
