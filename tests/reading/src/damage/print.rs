//! What the printer puts on the sheet: a code with its quiet zone, and lines of text around it.

use qrcodegen::{QrCode, QrCodeEcc};

use super::{
    chance::Chance,
    plane::{Plane, number, whole},
};

/// Values of a plane in each module's side.
pub(crate) const FINE: usize = 6;
/// How much light office paper and toner send back.
pub(crate) const PAPER: f32 = 0.84;
pub(crate) const INK: f32 = 0.045;
const QUIET: usize = 4;
/// How far toner spreads beyond the edge it was meant for, in values of the plane.
const SPREAD: f32 = 0.6;

/// A printed sheet; lengths are in modules, counted from its top left corner.
#[derive(Clone, Debug)]
pub(crate) struct Print {
    /// Reflectance, [`FINE`] values a module.
    pub(crate) plane: Plane,
    /// Modules of the code's side.
    pub(crate) side: f32,
    /// The code's own top left corner.
    pub(crate) corner: (f32, f32),
}

impl Print {
    /// Prints a code with a margin of text lines around it.
    pub(crate) fn new(text: &str, level: QrCodeEcc, chance: &mut Chance) -> Self {
        let code = QrCode::encode_text(text, level)
            .expect("the texts of the drawn sheets are far shorter than a code holds");
        let side = usize::try_from(code.size()).unwrap_or(0);
        let margin = 3 + chance.below(12);
        let (left, top) = (margin + QUIET, 4 + chance.below(8) + QUIET);
        let width = side + 2 * left;
        let height = top + side + QUIET + 14 + chance.below(24);

        let mut plane = Plane::new(width * FINE, height * FINE, PAPER);
        lines_of_text(&mut plane, chance);
        blank(&mut plane, left - QUIET, top - QUIET, side + 2 * QUIET);
        for y in 0..side {
            for x in 0..side {
                let at = |place: usize| i32::try_from(place).unwrap_or(0);
                if code.get_module(at(x), at(y)) {
                    fill(
                        &mut plane,
                        (left + x) * FINE,
                        (top + y) * FINE,
                        FINE,
                        FINE,
                        INK,
                    );
                }
            }
        }
        plane.blur(SPREAD);

        Self {
            plane,
            side: number(side),
            corner: (number(left), number(top)),
        }
    }

    /// Width and height in modules.
    pub(crate) fn size(&self) -> (f32, f32) {
        let modules = |values: usize| number(values) / number(FINE);

        (modules(self.plane.width), modules(self.plane.height))
    }

    /// The middle of the code.
    pub(crate) fn middle(&self) -> (f32, f32) {
        (
            self.corner.0 + self.side / 2.0,
            self.corner.1 + self.side / 2.0,
        )
    }

    /// Reflectance at a point of the sheet.
    pub(crate) fn at(&self, u: f32, v: f32) -> f32 {
        let fine = number(FINE);

        self.plane.at(u * fine - 0.5, v * fine - 0.5)
    }

    /// Darkens a round spot to at most this reflectance.
    pub(crate) fn touch(&mut self, u: f32, v: f32, radius: f32, dark: f32) {
        let fine = number(FINE);
        let (u, v, radius) = (u * fine, v * fine, radius * fine);
        let span = |middle: f32, end: usize| {
            whole(middle - radius)..(whole(middle + radius + 1.0)).min(end)
        };
        for y in span(v, self.plane.height) {
            for x in span(u, self.plane.width) {
                if (number(x) + 0.5 - u).hypot(number(y) + 0.5 - v) <= radius {
                    let value = &mut self.plane.values[y * self.plane.width + x];
                    *value = value.min(dark);
                }
            }
        }
    }

    /// Each point made anew from its place in modules and its reflectance.
    pub(crate) fn each(&mut self, mut make: impl FnMut(f32, f32, f32) -> f32) {
        let fine = number(FINE);
        self.plane
            .each(|x, y, value| make((x + 0.5) / fine, (y + 0.5) / fine, value));
    }
}

/// Words of made-up letters over the whole plane.
pub(crate) fn lines_of_text(plane: &mut Plane, chance: &mut Chance) {
    let dot = 2 + chance.below(2);
    let (advance, feed) = (6 * dot, (11 + chance.below(4)) * dot);
    let (left, right) = (3 * FINE, plane.width.saturating_sub(3 * FINE));
    for top in (3 * FINE..plane.height.saturating_sub(8 * dot)).step_by(feed) {
        let end = left + whole(number(right.saturating_sub(left)) * chance.within(0.5, 1.0));
        for x in (left..end).step_by(advance) {
            if !chance.once_in(6) {
                letter(plane, x, top, dot, chance.below(LETTERS.len()));
            }
        }
    }
}

fn letter(plane: &mut Plane, left: usize, top: usize, dot: usize, which: usize) {
    for (row, bits) in LETTERS[which].iter().enumerate() {
        for column in 0..5 {
            if bits >> (4 - column) & 1 == 1 {
                fill(plane, left + column * dot, top + row * dot, dot, dot, INK);
            }
        }
    }
}

fn blank(plane: &mut Plane, left: usize, top: usize, side: usize) {
    fill(
        plane,
        left * FINE,
        top * FINE,
        side * FINE,
        side * FINE,
        PAPER,
    );
}

/// Fills a rectangle of values; what lies outside the plane is left out.
pub(crate) fn fill(
    plane: &mut Plane,
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    value: f32,
) {
    let right = (left + width).min(plane.width);
    for y in top..(top + height).min(plane.height) {
        let row = y * plane.width;
        if left < right {
            plane.values[row + left..row + right].fill(value);
        }
    }
}

/// Letters of 5 by 7 dots, a row each.
const LETTERS: [[u8; 7]; 12] = [
    [0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11],
    [0x1e, 0x11, 0x1e, 0x11, 0x11, 0x11, 0x1e],
    [0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e],
    [0x1f, 0x10, 0x1e, 0x10, 0x10, 0x10, 0x1f],
    [0x11, 0x11, 0x1f, 0x11, 0x11, 0x11, 0x11],
    [0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e],
    [0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11],
    [0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11],
    [0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e],
    [0x00, 0x00, 0x0e, 0x01, 0x0f, 0x11, 0x0f],
    [0x00, 0x00, 0x16, 0x19, 0x11, 0x11, 0x11],
    [0x04, 0x04, 0x1f, 0x04, 0x04, 0x04, 0x03],
];
