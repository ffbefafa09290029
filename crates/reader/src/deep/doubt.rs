//! How likely each module's colour is wrong.
//!
//! Where black and white scatter around their means, a value halfway between them says little: the probability
//! is the one of two equal Gaussian classes, with a variance that is half the symbol's and half the
//! neighbourhood's.

use crate::deep::{
    smooth::smooth,
    tone::{Tone, percentile},
};

const LEAST_VARIANCE: f32 = 0.03;
/// Reach of the neighbourhood, in modules.
const REACH: f32 = 1.3;
/// Less contrast than this share of the usual is hardly any: glare, a stain.
const PALE: f32 = 0.5;
const OF_PALE: f32 = 0.45;

/// The probability, up to a half, that the sign of each module's black is wrong.
pub(crate) fn doubt(tone: &Tone, side: usize) -> Vec<f32> {
    let mut local: Vec<f32> = tone
        .black
        .iter()
        .map(|black| (black.abs() - 1.0).powi(2).min(4.0))
        .collect();
    let count = local.iter().map(|_| 1.0).sum::<f32>().max(1.0);
    let global = local.iter().sum::<f32>() / count;
    let mut weight = vec![1.0; local.len()];
    smooth(&mut local, side, REACH);
    smooth(&mut weight, side, REACH);
    let usual = percentile(&tone.amplitude, 0.6);

    let scatter = local
        .iter()
        .zip(&weight)
        .map(|(sum, weight)| sum / weight.max(1e-6));
    let modules = tone.black.iter().zip(&tone.amplitude).zip(scatter);
    modules
        .map(|((black, amplitude), local)| {
            let variance = LEAST_VARIANCE + 0.5 * global + 0.5 * local;
            let wrong = 1.0 / (1.0 + (2.0 * black.abs() / variance).min(30.0).exp());
            let pale = (1.0 - amplitude / (PALE * usual).max(1e-3)).max(0.0);
            wrong + (OF_PALE - wrong).max(0.0) * pale.sqrt()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_black_and_white_and_what_is_pale_is_doubted() {
        let mut tone = Tone {
            black: vec![1.0; 441],
            middle: vec![100.0; 441],
            amplitude: vec![50.0; 441],
        };
        tone.black[220] = 0.1;
        tone.amplitude[60] = 5.0;
        let doubt = doubt(&tone, 21);

        assert!(doubt[0] < 0.001, "{}", doubt[0]);
        assert!(doubt[220] > 0.04, "{}", doubt[220]);
        assert!(doubt[60] > 0.3, "{}", doubt[60]);
        assert!(doubt.iter().all(|doubt| (0.0..=0.5).contains(doubt)));
    }
}
