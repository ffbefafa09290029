//! The equaliser: undoes blur by what it sees of it.
//!
//! Defocus, motion and the lens mix each module with its neighbours, everywhere in about the same way. Which mixture
//! of the samples around gives back a module's colour is learned by least squares from the modules whose colour is
//! known or hardly in doubt, and applied to all; and again with what that decided.

use crate::deep::{
    flat::{Flat, PER},
    lattice::MARGIN,
    solve::{narrow, solve},
    tone::Tone,
};

/// Half modules that are mixed, both ways: one and a half modules to every side.
const TAPS: usize = 6;
const WEIGHTS: usize = TAPS * TAPS + 1;
const ROUNDS: usize = 3;
/// What flattens the weights, as a share of the mean square of a sample.
const RIDGE: f64 = 0.002;
/// A decision that teaches is at least so sure.
const SURE: f32 = 0.2;

/// The tone after the blur was undone.
pub(crate) fn equalise(flat: &Flat, tone: &Tone, known: &[Option<bool>]) -> Option<Tone> {
    let halves = halves(flat, tone);
    let mut black = tone.black.clone();
    for _ in 0..ROUNDS {
        let weights = learn(&halves, flat.side, &black, known)?;
        black = apply(&halves, flat.side, &weights);
    }

    Some(Tone {
        black,
        ..tone.clone()
    })
}

/// The mean black of each half module, some around the symbol among them.
pub(super) fn halves(flat: &Flat, tone: &Tone) -> Vec<f32> {
    let last = flat.side - 1;
    let across = flat.across / 2;
    let module = |half: usize| (half * 2 / PER).saturating_sub(MARGIN).min(last);
    let mut halves = Vec::with_capacity(across * across);
    for y in 0..across {
        let upper = &flat.grey[2 * y * flat.across..][..flat.across];
        let lower = &flat.grey[(2 * y + 1) * flat.across..][..flat.across];
        let start = module(y) * flat.side;
        halves.extend((0..across).map(|x| {
            let grey = (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1]) / 4.0;
            let at = start + module(x);
            ((tone.middle[at] - grey) / tone.amplitude[at]).clamp(-2.5, 2.5)
        }));
    }

    halves
}

/// The samples that are mixed for a module, and 1 for the constant.
fn samples(halves: &[f32], side: usize, at: usize) -> [f32; WEIGHTS] {
    let across = 2 * (side + 2 * MARGIN);
    let (left, top) = (2 * (at % side + MARGIN) - 2, 2 * (at / side + MARGIN) - 2);
    let mut samples = [1.0; WEIGHTS];
    for (row, taps) in samples.chunks_exact_mut(TAPS).enumerate() {
        taps.copy_from_slice(&halves[(top + row) * across + left..][..TAPS]);
    }

    samples
}

pub(super) fn learn(
    halves: &[f32],
    side: usize,
    black: &[f32],
    known: &[Option<bool>],
) -> Option<[f32; WEIGHTS]> {
    let mut squares = [[0.0_f32; WEIGHTS]; WEIGHTS];
    let mut targets = [0.0_f32; WEIGHTS];
    for at in 0..side * side {
        let (weight, target) = match known[at] {
            Some(true) => (1.0, 1.0),
            Some(false) => (1.0, -1.0),
            None if black[at].abs() > SURE => (black[at].abs().min(1.0), black[at].signum()),
            None => continue,
        };
        let samples = samples(halves, side, at);
        for (row, sample) in squares.iter_mut().zip(samples) {
            let scaled = weight * sample;
            row.iter_mut()
                .zip(samples)
                .for_each(|(sum, other)| *sum += scaled * other);
        }
        for (sum, sample) in targets.iter_mut().zip(samples) {
            *sum += weight * target * sample;
        }
    }

    let mut matrix: Vec<f64> = squares.iter().flatten().copied().map(f64::from).collect();
    let diagonal = || (0..WEIGHTS).map(|index| index * (WEIGHTS + 1));
    let mean = diagonal().map(|at| matrix[at]).sum::<f64>() / f64::from(37);
    for at in diagonal() {
        matrix[at] += RIDGE * mean + 1e-6;
    }
    let mut right: Vec<f64> = targets.iter().copied().map(f64::from).collect();
    solve(&mut matrix, &mut right, WEIGHTS)?;

    Some(std::array::from_fn(|index| narrow(right[index])))
}

fn apply(halves: &[f32], side: usize, weights: &[f32; WEIGHTS]) -> Vec<f32> {
    (0..side * side)
        .map(|at| {
            samples(halves, side, at)
                .iter()
                .zip(weights)
                .map(|(sample, weight)| sample * weight)
                .sum()
        })
        .collect()
}

#[cfg(test)]
mod tests;
