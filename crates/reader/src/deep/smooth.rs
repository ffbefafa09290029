//! Gaussian smoothing of square maps, one value a module.

use crate::pixel;

/// Smooths a map of `side` by `side` values in place; beyond the edges there is nothing, so the sum of the
/// values shrinks there: smooth the weights as well and divide.
pub(crate) fn smooth(map: &mut [f32], side: usize, sigma: f32) {
    let taps = taps(sigma);

    filter(map, side, &taps, &taps);
}

/// Filters a map in place: across and down with these halves of symmetric taps, the middle one first.
pub(crate) fn filter(map: &mut [f32], side: usize, right: &[f32], below: &[f32]) {
    let mut turn = vec![0.0; map.len()];

    across(map, &mut turn, side, right);
    down(&turn, map, side, below);
}

/// Half of the Gaussian's taps, the middle one first; all of them together sum to 1.
fn taps(sigma: f32) -> Vec<f32> {
    let reach = pixel::whole((2.5 * sigma).ceil()).clamp(1, 64);
    let sigma = sigma.max(0.05);
    let mut taps: Vec<f32> = (0..=reach)
        .map(|step| (-0.5 * (pixel::distance(step) / sigma).powi(2)).exp())
        .collect();
    let sum = 2.0 * taps.iter().sum::<f32>() - taps[0];
    for tap in &mut taps {
        *tap /= sum;
    }

    taps
}

fn across(from: &[f32], to: &mut [f32], side: usize, taps: &[f32]) {
    for (from, to) in from.chunks_exact(side).zip(to.chunks_exact_mut(side)) {
        add(to, from, taps[0], true);
        for (step, tap) in taps.iter().enumerate().skip(1).take(side.saturating_sub(1)) {
            add(&mut to[step..], &from[..side - step], *tap, false);
            add(&mut to[..side - step], &from[step..], *tap, false);
        }
    }
}

fn down(from: &[f32], to: &mut [f32], side: usize, taps: &[f32]) {
    let row = |index: usize| &from[index * side..][..side];
    for (index, to) in to.chunks_exact_mut(side).enumerate() {
        add(to, row(index), taps[0], true);
        for (step, tap) in taps.iter().enumerate().skip(1) {
            if let Some(above) = index.checked_sub(step) {
                add(to, row(above), *tap, false);
            }
            if index + step < side {
                add(to, row(index + step), *tap, false);
            }
        }
    }
}

fn add(to: &mut [f32], from: &[f32], tap: f32, first: bool) {
    if first {
        to.iter_mut()
            .zip(from)
            .for_each(|(to, from)| *to = tap * from);
    } else {
        to.iter_mut()
            .zip(from)
            .for_each(|(to, from)| *to += tap * from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_becomes_a_round_hill_of_the_same_sum() {
        let mut map = vec![0.0; 21 * 21];
        map[10 * 21 + 10] = 1.0;
        smooth(&mut map, 21, 1.5);

        assert!((map.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        assert!((map[10 * 21 + 12] - map[8 * 21 + 10]).abs() < 1e-6);
        assert!(map[10 * 21 + 10] > map[10 * 21 + 11] && map[10 * 21 + 11] > map[11 * 21 + 11]);
    }

    #[test]
    fn a_map_smaller_than_the_hill_is_smoothed_as_well() {
        let mut map = vec![1.0; 4];
        smooth(&mut map, 2, 3.0);

        assert!(map.iter().all(|value| (0.0..1.0).contains(value)));
    }
}
