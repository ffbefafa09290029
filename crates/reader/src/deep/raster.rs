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
}
