//! What the lens and the hand blur.

use super::plane::{Plane, number, whole};

/// Out of focus: each point becomes an even disc of this radius in pixels.
pub(crate) fn defocus(frame: &mut Plane, radius: f32) {
    if radius < 0.5 {
        return;
    }
    let old = frame.clone();
    let reach = whole(radius.ceil());
    let halves: Vec<(usize, f32)> = (0..=2 * reach)
        .map(|row| {
            let off = number(row) - number(reach);
            (row, (radius * radius - off * off).max(0.0).sqrt())
        })
        .collect();
    let area: f32 = halves.iter().map(|(_, half)| 2.0 * half + 1.0).sum();

    let sums: Vec<Vec<f64>> = old
        .values
        .chunks_exact(old.width)
        .map(|row| {
            let mut sum = 0.0;
            let ahead = row.iter().map(|value| {
                sum += f64::from(*value);
                sum
            });
            std::iter::once(0.0).chain(ahead).collect()
        })
        .collect();
    let last = number(old.width);
    // The sum of a row from its start to a place between two pixels.
    let until = |row: usize, place: f32| {
        let place = place.clamp(0.0, last);
        let low = whole(place).min(old.width - 1);
        let value = f64::from(old.values[row * old.width + low]);
        sums[row][low] + value * f64::from(place - number(low))
    };
    for y in 0..old.height {
        for x in 0..old.width {
            let middle = number(x) + 0.5;
            let mut sum = 0.0;
            for (row, half) in &halves {
                let row = (y + row).saturating_sub(reach).min(old.height - 1);
                let half = half + 0.5;
                sum += until(row, middle + half) - until(row, middle - half);
            }
            frame.values[y * old.width + x] = narrow(sum) / area;
        }
    }
}

/// Moved while the shutter was open: along `way` (in radians) by `length` pixels, in a slight bow.
pub(crate) fn motion(frame: &mut Plane, length: f32, way: f32, bow: f32) {
    let steps = whole(length.ceil()).max(1);
    let (along_y, along_x) = way.sin_cos();
    let path: Vec<(f32, f32)> = (0..=steps)
        .map(|step| {
            let at = number(step) / number(steps) - 0.5;
            let (along, aside) = (at * length, bow * length * (4.0 * at * at - 0.33));
            (
                along * along_x - aside * along_y,
                along * along_y + aside * along_x,
            )
        })
        .collect();
    let old = frame.clone();
    let share = 1.0 / number(path.len());
    frame.each(|x, y, _| {
        path.iter()
            .map(|(right, down)| old.at(x + right, y + down))
            .sum::<f32>()
            * share
    });
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "only digits behind the point are lost"
)]
fn narrow(sum: f64) -> f32 {
    sum as f32
}
