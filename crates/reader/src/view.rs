//! A part of a picture at a scale, and the way back to the picture's own pixels.

use std::borrow::Cow;

use crate::{
    luma::Luma,
    reading::{Corner, Place},
};

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
        Self { luma: Cow::Borrowed(luma), left: 0.0, top: 0.0, scale: 1.0 }
    }

    /// A place and a margin around it; `None` where the place lies outside the picture.
    pub(crate) fn around(luma: &Luma, place: &Place) -> Option<View<'static>> {
        let margin = 0.15 * place.side() + 8.0;
        let span = |of: fn(&Corner) -> f32, end: usize| {
            let low = place.corners.iter().map(of).fold(f32::INFINITY, f32::min) - margin;
            let high = place.corners.iter().map(of).fold(f32::NEG_INFINITY, f32::max) + margin;
            (low.max(0.0) as usize, (high.max(0.0) as usize).min(end))
        };
        let (left, right) = span(|corner| corner.x, luma.width);
        let (top, bottom) = span(|corner| corner.y, luma.height);
        if left >= right || top >= bottom {
            return None;
        }

        let rows = luma.pixels().chunks_exact(luma.width).take(bottom).skip(top);
        let pixels = rows.flat_map(|row| row[left..right].iter().copied()).collect();
        let luma = Luma::new(right - left, bottom - top, pixels).ok()?;

        Some(View { luma: Cow::Owned(luma), left: left as f32, top: top as f32, scale: 1.0 })
    }

    /// Half as wide and high: each pixel the mean of four. `None` when nothing is left.
    pub(crate) fn halved(&self) -> Option<View<'static>> {
        let (width, height) = (self.luma.width / 2, self.luma.height / 2);
        if width == 0 || height == 0 {
            return None;
        }

        let mut pixels = Vec::with_capacity(width * height);
        for rows in self.luma.pixels().chunks_exact(2 * self.luma.width).take(height) {
            let (upper, lower) = rows.split_at(self.luma.width);
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            pixels.extend(pairs.map(|(a, b)| {
                let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
                ((sum + 2) / 4) as u8
            }));
        }
        let luma = Luma::new(width, height, pixels).ok()?;

        Some(View { luma: Cow::Owned(luma), scale: self.scale * 2.0, ..*self })
    }

    /// Twice as wide and high, by linear interpolation.
    pub(crate) fn doubled(&self) -> Option<View<'static>> {
        let luma = &*self.luma;
        let (width, height) = (luma.width * 2, luma.height * 2);
        let wide: Vec<Vec<u8>> = luma.pixels().chunks_exact(luma.width.max(1)).map(stretched).collect();
        let mut pixels = Vec::with_capacity(width * height);
        for (y, row) in wide.iter().enumerate() {
            for neighbour in [wide.get(y.wrapping_sub(1)).unwrap_or(row), wide.get(y + 1).unwrap_or(row)] {
                pixels.extend(row.iter().zip(neighbour).map(|(&near, &far)| mix(near, far)));
            }
        }
        let luma = Luma::new(width, height, pixels).ok()?;

        Some(View { luma: Cow::Owned(luma), scale: self.scale / 2.0, ..*self })
    }

    /// Back from this view's pixels to the picture's.
    pub(crate) fn back(&self, place: &Place) -> Place {
        place.map(|corner| Corner { x: self.left + corner.x * self.scale, y: self.top + corner.y * self.scale })
    }
}

fn stretched(row: &[u8]) -> Vec<u8> {
    let neighbours = |x: usize| [row.get(x.wrapping_sub(1)), row.get(x + 1)];
    row.iter()
        .enumerate()
        .flat_map(|(x, &near)| neighbours(x).map(|far| mix(near, *far.unwrap_or(&near))))
        .collect()
}

fn mix(near: u8, far: u8) -> u8 {
    ((3 * u16::from(near) + u16::from(far) + 2) / 4) as u8
}
