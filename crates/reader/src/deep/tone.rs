//! What black and white look like at each module: light falls unevenly, ink fades, film glares.
//!
//! Each module belongs to the class that it is nearer to; each class has a mean around every module, weighed by
//! a Gaussian; and again. Modules whose colour is known belong to their class whatever they look like.

use crate::{deep::smooth::smooth, pixel};

/// Reach of the means, in modules.
const REACH: f32 = 2.5;
const ROUNDS: usize = 4;
/// Weight of a module whose colour is known.
const KNOWN: f32 = 2.0;
/// Weight of the mean of the whole symbol in each place, so that a class that is missing there has a mean too.
const EVERYWHERE: f32 = 0.02;
/// The least amplitude, as a share of the median one.
const FLOOR: f32 = 0.12;

/// How black each module is.
#[derive(Clone, Debug)]
pub(crate) struct Tone {
    /// About 1 for black, -1 for white.
    pub(crate) black: Vec<f32>,
    /// The grey value halfway between black and white there.
    pub(crate) middle: Vec<f32>,
    /// Half of what black and white differ by there, in grey levels.
    pub(crate) amplitude: Vec<f32>,
}

impl Tone {
    /// From the grey value of each module, row after row, and the colours that are known.
    pub(crate) fn new(cells: &[f32], known: &[Option<bool>], side: usize) -> Self {
        let mut black = first_guess(cells, side);
        let mut tone = Self {
            black: Vec::new(),
            middle: Vec::new(),
            amplitude: Vec::new(),
        };
        for _ in 0..ROUNDS {
            let ink = class(cells, &black, known, side, true);
            let paper = class(cells, &black, known, side, false);
            tone = Self::between(cells, &ink, &paper);
            black.clone_from(&tone.black);
        }

        tone
    }

    fn between(cells: &[f32], ink: &[f32], paper: &[f32]) -> Self {
        let mut amplitude: Vec<f32> = ink
            .iter()
            .zip(paper)
            .map(|(ink, paper)| (paper - ink) / 2.0)
            .collect();
        let floor = (FLOOR * percentile(&amplitude, 0.5)).max(0.5);
        for amplitude in &mut amplitude {
            *amplitude = amplitude.max(floor);
        }
        let middle: Vec<f32> = ink
            .iter()
            .zip(paper)
            .map(|(ink, paper)| (ink + paper) / 2.0)
            .collect();
        let black = cells
            .iter()
            .zip(middle.iter().zip(&amplitude))
            .map(|(cell, (middle, amplitude))| (middle - cell) / amplitude)
            .collect();

        Self {
            black,
            middle,
            amplitude,
        }
    }
}

/// Which value this share of the values is below; 0 of none.
pub(crate) fn percentile(values: &[f32], share: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let mut sorted = values.to_vec();
    let at = pixel::whole(share * pixel::distance(sorted.len())).min(sorted.len() - 1);
    let (_, value, _) = sorted.select_nth_unstable_by(at, f32::total_cmp);

    *value
}

/// Darker than what is around.
fn first_guess(cells: &[f32], side: usize) -> Vec<f32> {
    let mut mean = cells.to_vec();
    let mut weight = vec![1.0; cells.len()];
    smooth(&mut mean, side, 2.0 * REACH);
    smooth(&mut weight, side, 2.0 * REACH);

    cells
        .iter()
        .zip(mean.iter().zip(&weight))
        .map(|(cell, (mean, weight))| mean / weight.max(1e-6) - cell)
        .collect()
}

/// The mean of one class around each module.
fn class(cells: &[f32], black: &[f32], known: &[Option<bool>], side: usize, ink: bool) -> Vec<f32> {
    let mut weight: Vec<f32> = black
        .iter()
        .zip(known)
        .map(|(black, known)| match known {
            Some(known) if *known == ink => KNOWN,
            None if (*black > 0.0) == ink => 1.0,
            Some(_) | None => 0.0,
        })
        .collect();
    let mut sum: Vec<f32> = weight
        .iter()
        .zip(cells)
        .map(|(weight, cell)| weight * cell)
        .collect();
    let everywhere = sum.iter().sum::<f32>() / weight.iter().sum::<f32>().max(1e-6);
    smooth(&mut sum, side, REACH);
    smooth(&mut weight, side, REACH);

    sum.iter()
        .zip(&weight)
        .map(|(sum, weight)| (sum + EVERYWHERE * everywhere) / (weight + EVERYWHERE))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shadow_changes_no_module() {
        let side = 25;
        let colour = |at: usize| (at * 7919 / 13) % 2 == 0;
        let light = |at: usize| 1.0 - 0.7 * pixel::distance(at % side) / pixel::distance(side);
        let cells: Vec<f32> = (0..side * side)
            .map(|at| light(at) * if colour(at) { 40.0 } else { 200.0 })
            .collect();
        let tone = Tone::new(&cells, &vec![None; side * side], side);

        for at in 0..side * side {
            assert_eq!(tone.black[at] > 0.0, colour(at), "{at}");
            assert!((0.5..1.6).contains(&tone.black[at].abs()), "{at}");
        }
    }

    #[test]
    fn one_grey_all_over_is_no_reason_to_divide_by_nothing() {
        let tone = Tone::new(&[90.0; 441], &[None; 441], 21);

        assert!(tone.black.iter().all(|black| black.is_finite()));
    }
}
