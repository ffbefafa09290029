//! Where a known pattern of modules lies, near where it should be: by normalised correlation on a small piece of the
//! picture laid flat.

use crate::{
    deep::{
        point::{Point, point},
        raster::Raster,
    },
    pixel,
};

/// Steps a module in which places are tried.
const PER: usize = 4;

/// A square pattern of modules around a middle one.
pub(crate) struct Stencil {
    side: usize,
    /// 1 for black, -1 for white, less the mean; and the root of the sum of squares.
    values: Vec<f32>,
    norm: f32,
}

/// Where a pattern was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match {
    /// The step from where it was looked for, in modules.
    pub(crate) step: Point,
    /// Correlation, up to 1.
    pub(crate) score: f32,
}

impl Stencil {
    /// Square rings of a colour each, from the inside out.
    pub(crate) fn rings(colours: &[bool]) -> Self {
        let reach = colours.len().saturating_sub(1);
        let side = 2 * reach + 1;
        let ring = |at: usize| (at % side).abs_diff(reach).max((at / side).abs_diff(reach));
        let mut values: Vec<f32> = (0..side * side)
            .map(|at| if colours[ring(at)] { 1.0 } else { -1.0 })
            .collect();
        let mean = values.iter().sum::<f32>() / pixel::distance(side * side);
        for value in &mut values {
            *value -= mean;
        }
        let norm = values.iter().map(|value| value * value).sum::<f32>().sqrt();

        Self { side, values, norm }
    }

    /// The best place within `reach` modules of `at`, where the symbol's axes are `right` and `down` pixels a
    /// module; a farther place must fit better.
    pub(crate) fn find(
        &self,
        raster: &Raster<'_>,
        at: Point,
        axes: [Point; 2],
        reach: f32,
    ) -> Match {
        let steps = pixel::whole((reach * pixel::distance(PER)).ceil()).min(4 * PER);
        let across = self.side * PER + 2 * steps;
        let smooth = piece(raster, at, axes, across);
        let mut best = Match {
            step: point(0.0, 0.0),
            score: -1.0,
        };
        let mut value = -1.0;
        for row in 0..=2 * steps {
            for column in 0..=2 * steps {
                let away = |index: usize| {
                    (pixel::distance(index) - pixel::distance(steps)) / pixel::distance(PER)
                };
                let step = point(away(column), away(row));
                let score = self.score(&smooth, across, column, row);
                if score - 0.03 * step.length() > value {
                    value = score - 0.03 * step.length();
                    best = Match { step, score };
                }
            }
        }

        best
    }

    fn score(&self, smooth: &[f32], across: usize, column: usize, row: usize) -> f32 {
        let (mut sum, mut squares, mut fit) = (0.0, 0.0, 0.0);
        for (line, values) in self.values.chunks_exact(self.side).enumerate() {
            let start = (row + PER / 2 + line * PER) * across + column + PER / 2;
            let cells = smooth[start..].iter().step_by(PER);
            for (cell, value) in cells.zip(values) {
                sum += cell;
                squares += cell * cell;
                fit -= cell * value;
            }
        }
        let spread = squares - sum * sum / pixel::distance(self.values.len());

        fit / (self.norm * spread.max(1.0).sqrt())
    }
}

/// The picture around a point, [`PER`] samples a module, each the mean of the four around its upper left corner.
fn piece(raster: &Raster<'_>, at: Point, axes: [Point; 2], across: usize) -> Vec<f32> {
    let half = pixel::distance(across) / 2.0;
    let along = |index: usize| (pixel::distance(index) + 0.5 - half) / pixel::distance(PER);
    let samples: Vec<f32> = (0..across)
        .flat_map(|row| (0..across).map(move |column| (column, row)))
        .map(|(column, row)| raster.grey(at + axes[0] * along(column) + axes[1] * along(row)))
        .collect();
    let mut smooth = samples.clone();
    for row in 1..across {
        for column in 1..across {
            let here = row * across + column;
            let above = here - across;
            smooth[here] =
                (samples[here] + samples[here - 1] + samples[above] + samples[above - 1]) / 4.0;
        }
    }

    smooth
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::luma::Luma;

    #[test]
    fn a_pattern_is_found_where_it_has_moved_to() {
        let module = 6_usize;
        let ring = |x: usize, y: usize| (x / module).abs_diff(10).max((y / module).abs_diff(10));
        let pixels = (0..126)
            .flat_map(|y| (0..126).map(move |x| (x, y)))
            .map(|(x, y)| if matches!(ring(x, y), 0 | 2) { 30 } else { 220 })
            .collect();
        let luma = Luma::new(126, 126, pixels).expect("all pixels are there");
        let raster = Raster::new(&luma, 1.0).expect("large enough");
        let stencil = Stencil::rings(&[true, false, true]);
        let axes = [point(6.0, 0.0), point(0.0, 6.0)];

        let found = stencil.find(&raster, point(63.0 - 9.0, 63.0 + 6.0), axes, 2.0);
        assert!((found.step - point(1.5, -1.0)).length() < 0.4, "{found:?}");
        assert!(found.score > 0.95, "{found:?}");
        let nothing = stencil.find(&raster, point(18.0, 18.0), axes, 1.0);
        assert!(nothing.score < 0.5, "{nothing:?}");
    }
}
