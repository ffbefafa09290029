//! A drawing in millimetres from the top left corner, independent of who paints it.

use super::font::{Fonts, Weight};
use super::qr::{Modules, QUIET_MODULES};
use crate::Failure;

/// Millimetres in a typographic point.
pub(super) const POINT_MM: f32 = 25.4 / 72.0;

/// A page with things on it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawing {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) marks: Vec<Mark>,
}

/// One thing on a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// A filled rectangle.
    Block {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        grey: u8,
    },
    /// A QR code; the quiet zone around it is left white by whoever places it.
    Code {
        x: f32,
        y: f32,
        side: f32,
        modules: Modules,
    },
    /// One line of text that begins at `x` and stands on `y`.
    Text {
        x: f32,
        y: f32,
        points: f32,
        weight: Weight,
        grey: u8,
        text: String,
    },
}

/// How a line of text stands to its `x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// Size, weight and shade of a line of text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) points: f32,
    pub(super) weight: Weight,
    pub(super) grey: u8,
}

impl Style {
    pub(super) const fn bold(points: f32) -> Self {
        Self {
            points,
            weight: Weight::Bold,
            grey: BLACK,
        }
    }

    pub(super) const fn plain(points: f32) -> Self {
        Self {
            points,
            weight: Weight::Regular,
            grey: BLACK,
        }
    }

    /// For the second language, which must not drown the first.
    pub(super) const fn soft(points: f32) -> Self {
        Self {
            points,
            weight: Weight::Regular,
            grey: SOFT,
        }
    }

    pub(super) const fn white(self) -> Self {
        Self {
            grey: WHITE,
            ..self
        }
    }
}

/// Text in black.
pub(super) const BLACK: u8 = 0;
/// Text that stands back, with a contrast of 7 to 1 on white.
pub(super) const SOFT: u8 = 0x55;
/// A hair of a frame.
pub(super) const FRAME: u8 = 0x99;
/// The ground of a box.
pub(super) const GROUND: u8 = 0xee;
/// On black.
pub(super) const WHITE: u8 = 0xff;

/// Draws on a page.
pub(super) struct Pen<'a> {
    fonts: &'a Fonts,
    drawing: Drawing,
}

impl<'a> Pen<'a> {
    pub(super) fn new(fonts: &'a Fonts, width: f32, height: f32) -> Self {
        Self {
            fonts,
            drawing: Drawing {
                width,
                height,
                marks: Vec::new(),
            },
        }
    }

    pub(super) fn done(self) -> Drawing {
        self.drawing
    }

    pub(super) fn block(&mut self, x: f32, y: f32, width: f32, height: f32, grey: u8) {
        self.drawing.marks.push(Mark::Block {
            x,
            y,
            width,
            height,
            grey,
        });
    }

    /// A frame of lines `thick` wide inside the rectangle.
    pub(super) fn frame(&mut self, x: f32, y: f32, width: f32, height: f32, thick: f32, grey: u8) {
        self.block(x, y, width, thick, grey);
        self.block(x, y + height - thick, width, thick, grey);
        self.block(x, y + thick, thick, height - 2.0 * thick, grey);
        self.block(
            x + width - thick,
            y + thick,
            thick,
            height - 2.0 * thick,
            grey,
        );
    }

    pub(super) fn code(&mut self, x: f32, y: f32, side: f32, modules: Modules) {
        self.drawing.marks.push(Mark::Code {
            x,
            y,
            side,
            modules,
        });
    }

    /// A line of text, and its width.
    pub(super) fn text(
        &mut self,
        (x, y): (f32, f32),
        align: Align,
        style: Style,
        text: &str,
    ) -> Result<f32, Failure> {
        let width = self.width(style, text)?;
        let x = match align {
            Align::Left => x,
            Align::Centre => x - width / 2.0,
            Align::Right => x - width,
        };
        self.drawing.marks.push(Mark::Text {
            x,
            y,
            points: style.points,
            weight: style.weight,
            grey: style.grey,
            text: text.to_owned(),
        });

        Ok(width)
    }

    /// A line of text, set smaller where it would be wider than `most`.
    pub(super) fn fitted(
        &mut self,
        at: (f32, f32),
        align: Align,
        style: Style,
        most: f32,
        text: &str,
    ) -> Result<f32, Failure> {
        let width = self.width(style, text)?;
        let points = style.points * (most / width.max(most));

        self.text(at, align, Style { points, ..style }, text)
    }

    fn width(&self, style: Style, text: &str) -> Result<f32, Failure> {
        let shaped = self.fonts.shape(style.weight, text)?;

        Ok(shaped.width() * style.points * POINT_MM)
    }
}

/// The width of the quiet zone around a code of this side.
pub(super) fn quiet(side: f32, modules: &Modules) -> f32 {
    let in_row = f32::from(u16::try_from(modules.side()).unwrap_or(u16::MAX));
    let quiet = f32::from(u16::try_from(QUIET_MODULES).unwrap_or(u16::MAX));

    side / in_row * quiet
}
