//! A part of a picture in a drawing.

use reader::{Corner, Luma, Place};

use super::svg::{At, SOFT, Svg, grey, number, whole};

/// A part of a picture, and where in the drawing it is.
pub(super) struct Crop<'a> {
    luma: &'a Luma,
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    at: At,
    scale: f32,
}

impl<'a> Crop<'a> {
    /// What lies around a place, with a margin in pixels, so large that it is `width` wide in the drawing.
    pub(super) fn around(luma: &'a Luma, place: &Place, margin: f32, at: At, width: f32) -> Self {
        let span = |of: fn(&Corner) -> f32, end: usize| {
            let along = place.corners.iter().map(of);
            let low = along.clone().fold(f32::INFINITY, f32::min) - margin;
            let high = along.fold(f32::NEG_INFINITY, f32::max) + margin;
            let most = u16::try_from(end).unwrap_or(u16::MAX);
            (whole(low, most), whole(high, most))
        };
        let (left, right) = span(|corner| corner.x, luma.width);
        let (top, bottom) = span(|corner| corner.y, luma.height);

        Self {
            luma,
            left,
            top,
            width: right - left,
            height: bottom - top,
            at,
            scale: width / number(right - left),
        }
    }

    /// The whole picture.
    pub(super) fn whole(luma: &'a Luma, at: At, width: f32) -> Self {
        Self {
            luma,
            left: 0,
            top: 0,
            width: luma.width,
            height: luma.height,
            at,
            scale: width / number(luma.width),
        }
    }

    /// Height in the drawing.
    pub(super) fn tall(&self) -> f32 {
        number(self.height) * self.scale
    }

    /// The same elsewhere in the drawing.
    pub(super) fn moved(&self, at: At) -> Self {
        Self { at, ..*self }
    }

    /// Where a point of the picture is in the drawing.
    pub(super) fn point(&self, corner: Corner) -> At {
        (
            self.at.0 + (corner.x - number(self.left)) * self.scale,
            self.at.1 + (corner.y - number(self.top)) * self.scale,
        )
    }

    /// Whether a point of the picture lies in the part.
    pub(super) fn holds(&self, corner: Corner) -> bool {
        let (x, y) = (corner.x - number(self.left), corner.y - number(self.top));

        (0.0..number(self.width)).contains(&x) && (0.0..number(self.height)).contains(&y)
    }

    /// A thin frame around it.
    pub(super) fn frame(&self, svg: &mut Svg) {
        svg.frame(
            self.at,
            (self.length(number(self.width)), self.tall()),
            SOFT,
        );
    }

    /// Pixels as a length in the drawing.
    pub(super) fn length(&self, pixels: f32) -> f32 {
        pixels * self.scale
    }

    /// Draws it, so many pixels a tile, in so many greys; `pale` lightens it for what is drawn on top.
    pub(super) fn grey(&self, svg: &mut Svg, step: usize, greys: u8, pale: f32) {
        let most = f32::from(greys) - 1.0;
        self.tiles(svg, step, |x, y| {
            let mut sum = 0.0;
            for row in y..y + step {
                let pixels = &self.luma.pixels()[row * self.luma.width + x..][..step];
                sum += pixels.iter().copied().map(f32::from).sum::<f32>();
            }
            let share = sum / (255.0 * number(step * step));
            let level = whole(share * most + 0.5, u16::from(greys));
            grey(pale + (1.0 - pale) * number(level) / most)
        });
    }

    /// Draws a colour for every tile, told by the column and the row of its upper left pixel.
    pub(super) fn tiles(
        &self,
        svg: &mut Svg,
        step: usize,
        colour: impl Fn(usize, usize) -> String,
    ) {
        let (columns, rows) = (self.width / step, self.height / step);
        let colours: Vec<String> = (0..columns * rows)
            .map(|tile| {
                colour(
                    self.left + tile % columns * step,
                    self.top + tile / columns * step,
                )
            })
            .collect();
        svg.tiles(self.at, self.scale * number(step), columns, &colours);
    }
}
