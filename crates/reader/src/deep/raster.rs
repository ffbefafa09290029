//! Grey values between the pixels of a picture.

use crate::{deep::point::Point, luma::Luma, pixel};

/// A picture that is asked for its grey value anywhere.
#[derive(Clone, Copy)]
pub(crate) struct Raster<'a> {
    pixels: &'a [u8],
    width: usize,
    /// The last column and row that have a neighbour.
    right: f32,
    bottom: f32,
    /// Of these pixels to one of the picture.
    scale: f32,
}

impl<'a> Raster<'a> {
    /// A picture that was made this many times smaller, and goes on being asked in the old pixels. `None` if it is now
    /// less than two pixels wide or high.
    pub(crate) fn new(luma: &'a Luma, smaller: f32) -> Option<Self> {
        if luma.width < 2 || luma.height < 2 || !luma.is_whole() {
            return None;
        }

        Some(Self {
            pixels: luma.pixels(),
            width: luma.width,
            right: pixel::distance(luma.width) - 1.001,
            bottom: pixel::distance(luma.height) - 1.001,
            scale: 1.0 / smaller,
        })
    }

    /// Bilinear; beyond the edges the nearest pixel counts.
    pub(crate) fn grey(&self, at: Point) -> f32 {
        let along = |coordinate: f32, last: f32| {
            let inside = (coordinate * self.scale - 0.5).max(0.0).min(last);
            let index = pixel::whole(inside);
            (index, inside - pixel::distance(index))
        };
        let (column, right) = along(at.x, self.right);
        let (row, down) = along(at.y, self.bottom);
        let start = row * self.width + column;
        let between = |start: usize| {
            let pair = self.pixels.get(start..start + 2).unwrap_or(&[0, 0]);
            let left = f32::from(pair[0]);
            left + (f32::from(pair[1]) - left) * right
        };
        let (above, below) = (between(start), between(start + self.width));

        above + (below - above) * down
    }

    /// The same at points in a row, a step from each other.
    pub(crate) fn along(&self, start: Point, step: Point, greys: &mut [f32]) {
        let end = start + step * pixel::distance(greys.len());
        if !(self.is_amid(start) && self.is_amid(end)) {
            for (index, grey) in greys.iter_mut().enumerate() {
                *grey = self.grey(start + step * pixel::distance(index));
            }
            return;
        }

        let [mut x, mut y] = [start.x, start.y].map(|at| pixel::parts(at * self.scale - 0.5));
        let [right, down] = [step.x, step.y].map(|step| pixel::parts(step * self.scale));
        for grey in greys {
            let ((column, along), (row, across)) = (pixel::split(x), pixel::split(y));
            let first = row * self.width + column;
            let pair = |first: usize| {
                let pair = self.pixels.get(first..first + 2).unwrap_or(&[0, 0]);
                let [left, right] = [pair[0], pair[1]].map(i32::from);
                (left << 8) + (right - left) * along
            };
            let (above, below) = (pair(first), pair(first + self.width));
            *grey = pixel::grey((above << 8) + (below - above) * across);
            x += right;
            y += down;
        }
    }

    /// Whether a point has neighbours all around, and is counted in parts of a pixel.
    fn is_amid(&self, at: Point) -> bool {
        let at = at * self.scale;
        let amid = |at: f32, last: f32| (1.0..last.min(pixel::IN_PARTS)).contains(&at);

        amid(at.x, self.right) && amid(at.y, self.bottom)
    }

    /// Whether a point lies in the picture.
    pub(crate) fn holds(&self, at: Point) -> bool {
        let at = at * self.scale;

        (0.0..=self.right + 1.0).contains(&at.x) && (0.0..=self.bottom + 1.0).contains(&at.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deep::point::point;

    #[test]
    fn between_four_pixels_is_their_mean_and_beyond_the_edge_the_nearest() {
        let luma = Luma::new(2, 2, vec![0, 100, 20, 120]).expect("four pixels");
        let raster = Raster::new(&luma, 1.0).expect("two by two is enough");

        assert!((raster.grey(point(1.0, 1.0)) - 60.0).abs() < 0.5);
        assert!((raster.grey(point(-9.0, 0.5)) - 0.0).abs() < 0.5);
        assert!((raster.grey(point(9.0, f32::INFINITY)) - 120.0).abs() < 0.5);
        assert!(raster.grey(point(f32::NAN, 0.0)).is_finite());
        assert!(raster.holds(point(0.1, 1.9)) && !raster.holds(point(2.1, 1.0)));
    }

    #[test]
    fn a_row_of_points_has_the_same_greys_as_each_point() {
        let pixels = (0..40_usize * 30).map(|at| u8::try_from(at * 37 % 251).unwrap_or(0));
        let luma = Luma::new(40, 30, pixels.collect()).expect("as many pixels as announced");
        let starts = [
            point(20.3, 15.7),
            point(2.0, 2.0),
            point(-5.0, 3.0),
            point(39.0, 29.5),
        ];
        let steps = [
            point(0.4, 0.1),
            point(-0.3, 0.25),
            point(1.7, -0.9),
            point(0.0, 0.0),
        ];

        for smaller in [1.0, 2.0] {
            let raster = Raster::new(&luma, smaller).expect("large enough");
            for start in starts {
                for step in steps {
                    let mut greys = [f32::NAN; 9];
                    raster.along(start, step, &mut greys);
                    for (index, grey) in greys.iter().enumerate() {
                        let wanted = raster.grey(start + step * pixel::distance(index));
                        let off = (grey - wanted).abs();
                        assert!(off < 1.5, "{start:?} {step:?} {index}: {grey} for {wanted}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_that_leaves_all_numbers_behind_has_greys_too() {
        let luma = Luma::new(2, 2, vec![7; 4]).expect("four pixels");
        let raster = Raster::new(&luma, 1.0).expect("two by two is enough");
        let mut greys = [f32::NAN; 3];
        raster.along(point(f32::NAN, 0.0), point(f32::INFINITY, 1.0), &mut greys);

        assert!(
            greys.iter().all(|grey| (grey - 7.0).abs() < 0.01),
            "{greys:?}"
        );
    }
}
