//! A part of a picture at a scale, and the way back to the picture's own pixels.

use std::borrow::Cow;

use crate::{
    deep::{Peak, point},
    first::Pattern,
    luma::Luma,
    pixel,
    reading::{Corner, Place},
};

/// Pixels a side of a doubled view at most: a code that is larger has modules enough.
const MOST_DOUBLED: usize = 1_600;

/// A picture cut out of another, perhaps at another scale.
pub(crate) struct View<'a> {
    pub(crate) luma: Cow<'a, Luma>,
    left: f32,
    top: f32,
    scale: f32,
}

impl<'a> View<'a> {
    /// The whole picture as it is.
    pub(crate) fn whole(luma: &'a Luma) -> Self {
        Self {
            luma: Cow::Borrowed(luma),
            left: 0.0,
            top: 0.0,
            scale: 1.0,
        }
    }

    /// A place and a margin around it; `None` where the place lies outside the picture.
    pub(crate) fn around(luma: &Luma, place: &Place) -> Option<View<'static>> {
        let margin = 0.15 * place.side() + 8.0;
        let span = |of: fn(&Corner) -> f32, end: usize| {
            let low = place.corners.iter().map(of).fold(f32::INFINITY, f32::min) - margin;
            let high = place
                .corners
                .iter()
                .map(of)
                .fold(f32::NEG_INFINITY, f32::max)
                + margin;
            (pixel::whole(low), pixel::whole(high).min(end))
        };
        let (left, right) = span(|corner| corner.x, luma.width);
        let (top, bottom) = span(|corner| corner.y, luma.height);
        if left >= right || top >= bottom {
            return None;
        }

        let rows = luma
            .pixels()
            .chunks_exact(luma.width)
            .take(bottom)
            .skip(top);
        let pixels = rows
            .flat_map(|row| row[left..right].iter().copied())
            .collect();
        let luma = Luma::new(right - left, bottom - top, pixels).ok()?;

        Some(View {
            luma: Cow::Owned(luma),
            left: pixel::distance(left),
            top: pixel::distance(top),
            scale: 1.0,
        })
    }

    /// Half as wide and high: each pixel the mean of four. `None` when nothing is left.
    pub(crate) fn halved(&self) -> Option<View<'static>> {
        let (width, height) = (self.luma.width / 2, self.luma.height / 2);
        if width == 0 || height == 0 {
            return None;
        }

        let mut pixels = vec![0; width * height];
        let pairs = self.luma.pixels().chunks_exact(2 * self.luma.width);
        for (halved, rows) in pixels.chunks_exact_mut(width).zip(pairs) {
            let (upper, lower) = rows.split_at(self.luma.width);
            let ((upper, _), (lower, _)) = (upper.as_chunks(), lower.as_chunks());
            for (pixel, (a, b)) in halved.iter_mut().zip(upper.iter().zip(lower)) {
                *pixel = quarter(*a, *b);
            }
        }
        let luma = Luma::new(width, height, pixels).ok()?;

        Some(View {
            luma: Cow::Owned(luma),
            scale: self.scale * 2.0,
            ..*self
        })
    }

    /// Twice as wide and high, bilinear: modules of few pixels then have edges that a threshold can follow. `None` where
    /// that would be larger than [`MOST_DOUBLED`] a side.
    pub(crate) fn doubled(&self) -> Option<View<'static>> {
        let (width, height) = (2 * self.luma.width, 2 * self.luma.height);
        if width.max(height) > MOST_DOUBLED || width.min(height) < 2 {
            return None;
        }

        let rows: Vec<&[u8]> = self.luma.pixels().chunks_exact(self.luma.width).collect();
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let (near, far) = neighbours(y, rows.len());
            for x in 0..width {
                let (beside, beyond) = neighbours(x, self.luma.width);
                // Three quarters of the nearer pixel, one of the farther, both ways.
                let sum = 9 * u16::from(rows[near][beside])
                    + 3 * u16::from(rows[near][beyond])
                    + 3 * u16::from(rows[far][beside])
                    + u16::from(rows[far][beyond]);
                pixels.push(u8::try_from((sum + 8) / 16).unwrap_or(u8::MAX));
            }
        }
        let luma = Luma::new(width, height, pixels).ok()?;

        Some(View {
            luma: Cow::Owned(luma),
            scale: self.scale / 2.0,
            ..*self
        })
    }

    /// A finder pattern of this view as a peak of the picture, as sure as any.
    pub(crate) fn peak(&self, pattern: &Pattern) -> Peak {
        Peak {
            at: point(
                self.left + pattern.middle.x * self.scale,
                self.top + pattern.middle.y * self.scale,
            ),
            module: pattern.module * self.scale,
            score: 0.9,
        }
    }

    /// Back from this view's pixels to the picture's.
    pub(crate) fn back(&self, place: &Place) -> Place {
        place.map(|corner| Corner {
            x: self.left + corner.x * self.scale,
            y: self.top + corner.y * self.scale,
        })
    }
}

/// The old pixel that covers half a new one, and the one on the other side of it.
fn neighbours(new: usize, end: usize) -> (usize, usize) {
    let near = new / 2;
    let far = if new.is_multiple_of(2) {
        near.saturating_sub(1)
    } else {
        (near + 1).min(end - 1)
    };

    (near, far)
}

/// The mean of four pixels, rounded.
fn quarter([a, b]: [u8; 2], [c, d]: [u8; 2]) -> u8 {
    let [low, _] =
        ((u16::from(a) + u16::from(b) + u16::from(c) + u16::from(d) + 2) / 4).to_le_bytes();

    low
}
