//! The thin-plate spline: the least bent surface through scattered points (Bookstein 1989).
//!
//! Paper bends smoothly, so what a few anchors say of the way from modules to pixels is carried over to all.

use crate::deep::{
    point::{Point, point},
    solve::{narrow, solve},
};

/// How much a point may be missed for the sake of a flatter surface, in squared modules.
const SLACK: f64 = 0.02;

/// A bent way from places in the symbol, in modules, to points of the picture.
#[derive(Clone, Debug)]
pub(crate) struct Spline {
    knots: Vec<Point>,
    weights: Vec<Point>,
    origin: Point,
    right: Point,
    down: Point,
}

impl Spline {
    /// Through pairs of a place and its point; `None` where they lie on a line or are fewer than three.
    pub(crate) fn through(pairs: &[(Point, Point)]) -> Option<Self> {
        let count = pairs.len();
        let size = count + 3;
        let mut matrix = vec![0.0; size * size];
        let mut sides = vec![0.0; size * 2];
        for (row, (place, at)) in pairs.iter().enumerate() {
            for (column, (other, _)) in pairs.iter().enumerate() {
                matrix[row * size + column] = f64::from(bend(*place, *other));
            }
            matrix[row * size + row] += SLACK;
            for (column, value) in [1.0, place.x, place.y].into_iter().enumerate() {
                matrix[row * size + count + column] = f64::from(value);
                matrix[(count + column) * size + row] = f64::from(value);
            }
            (sides[2 * row], sides[2 * row + 1]) = (f64::from(at.x), f64::from(at.y));
        }
        if count < 3 {
            return None;
        }
        solve(&mut matrix, &mut sides, size)?;

        let mut solved = sides
            .chunks_exact(2)
            .map(|xy| point(narrow(xy[0]), narrow(xy[1])));
        let weights = solved.by_ref().take(count).collect();

        Some(Self {
            knots: pairs.iter().map(|(place, _)| *place).collect(),
            weights,
            origin: solved.next()?,
            right: solved.next()?,
            down: solved.next()?,
        })
    }

    /// The point for a place.
    pub(crate) fn at(&self, u: f32, v: f32) -> Point {
        let straight = self.origin + self.right * u + self.down * v;
        let knots = self.knots.iter().zip(&self.weights);

        knots.fold(straight, |sum, (knot, weight)| {
            sum + *weight * bend(*knot, point(u, v))
        })
    }
}

/// `r^2 ln r`, up to a factor that the weights take up.
fn bend(a: Point, b: Point) -> f32 {
    let squared = (a - b).dot(a - b);
    if squared > 1e-6 {
        squared * squared.ln()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_points_make_a_plane_and_a_fourth_bends_it() {
        let flat = |place: Point| point(2.0 * place.x + 7.0, 3.0 * place.y - place.x);
        let places = [point(3.5, 3.5), point(53.5, 3.5), point(3.5, 53.5)];
        let mut pairs: Vec<_> = places.map(|place| (place, flat(place))).to_vec();
        let plane = Spline::through(&pairs).expect("three corners");
        let middle = point(30.0, 31.0);
        assert!((plane.at(30.0, 31.0) - flat(middle)).length() < 0.01);

        pairs.push((middle, flat(middle) + point(4.0, 0.0)));
        let bent = Spline::through(&pairs).expect("four points");
        assert!((bent.at(30.0, 31.0) - pairs[3].1).length() < 0.1);
        assert!((bent.at(3.5, 3.5) - pairs[0].1).length() < 0.1);
    }

    #[test]
    fn points_on_a_line_determine_no_surface() {
        let line = [1.0, 2.0, 3.0].map(|x| (point(x, x), point(x, 0.0)));

        assert!(Spline::through(&line).is_none());
        assert!(Spline::through(&line[..2]).is_none());
    }
}
