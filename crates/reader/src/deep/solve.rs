//! Linear equations: a few dozen unknowns at most.

/// Solves `matrix * x = right` for several right sides by elimination with pivoting. `matrix` has `size` rows of
/// `size`; `right` has `size` rows with one column a right side, and becomes the solution. `None` where the rows
/// do not determine it.
pub(crate) fn solve(matrix: &mut [f64], right: &mut [f64], size: usize) -> Option<()> {
    let columns = right.len().checked_div(size)?;
    for pivot in 0..size {
        let best = (pivot..size).max_by(|a, b| {
            let at = |row: &usize| matrix[row * size + pivot].abs();
            at(a).total_cmp(&at(b))
        })?;
        if matrix[best * size + pivot].abs() < 1e-12 {
            return None;
        }
        swap_rows(matrix, size, pivot, best);
        swap_rows(right, columns, pivot, best);

        let (upper, lower) = matrix.split_at_mut((pivot + 1) * size);
        let (right_upper, right_lower) = right.split_at_mut((pivot + 1) * columns);
        let row = &upper[pivot * size..];
        let right_row = &right_upper[pivot * columns..];
        let below = lower
            .chunks_exact_mut(size)
            .zip(right_lower.chunks_exact_mut(columns));
        for (other, right_other) in below {
            let factor = other[pivot] / row[pivot];
            subtract(&mut other[pivot..], &row[pivot..], factor);
            subtract(right_other, right_row, factor);
        }
    }

    for pivot in (0..size).rev() {
        let (upper, lower) = right.split_at_mut((pivot + 1) * columns);
        let own = &mut upper[pivot * columns..];
        for (other, solved) in lower.chunks_exact(columns).enumerate() {
            subtract(own, solved, matrix[pivot * size + pivot + 1 + other]);
        }
        for value in own {
            *value /= matrix[pivot * size + pivot];
        }
    }

    right.iter().all(|value| value.is_finite()).then_some(())
}

/// As near as f32 comes.
#[expect(
    clippy::cast_possible_truncation,
    reason = "what is too large becomes infinite, which callers look for"
)]
pub(crate) fn narrow(value: f64) -> f32 {
    value as f32
}

fn swap_rows(values: &mut [f64], width: usize, a: usize, b: usize) {
    for column in 0..width {
        values.swap(a * width + column, b * width + column);
    }
}

fn subtract(from: &mut [f64], row: &[f64], factor: f64) {
    from.iter_mut()
        .zip(row)
        .for_each(|(from, row)| *from -= factor * row);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_right_sides_are_solved_at_once_with_rows_in_any_order() {
        let mut matrix = [0.0, 2.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 4.0];
        let mut right = [4.0, 2.0, 4.0, 1.0, 12.0, 0.0];

        assert_eq!(solve(&mut matrix, &mut right, 3), Some(()));
        assert_eq!(right, [1.0, 1.0, 2.0, 1.0, 3.0, 0.0]);
    }

    #[test]
    fn rows_that_say_the_same_determine_nothing() {
        assert_eq!(solve(&mut [1.0, 2.0, 2.0, 4.0], &mut [1.0, 2.0], 2), None);
        assert_eq!(solve(&mut [], &mut [], 0), None);
    }
}
