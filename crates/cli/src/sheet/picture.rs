//! Paints a drawing as a grey PNG file. The resolution is the one near 200 dots an inch at which a module of
//! the code is a whole number of dots, so that its edges are sharp and its size is right.

use rustybuzz::ttf_parser::OutlineBuilder;
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, PixmapMut, Rect, Transform};

use super::drawing::{Drawing, Mark, POINT_MM};
use super::font::{Fonts, Weight};
use super::qr::Modules;
use crate::Failure;

/// Dots in a millimetre that are aimed at: 200 an inch.
const AIM: f32 = 200.0 / 25.4;

pub(super) fn paint(drawing: &Drawing, fonts: &Fonts) -> Result<Vec<u8>, Failure> {
    let scale = scale(drawing);
    let (width, height) = (dots(drawing.width * scale), dots(drawing.height * scale));
    let mut pixmap = Pixmap::new(width, height)
        .ok_or_else(|| Failure::Sheet("the picture is too large".to_owned()))?;
    pixmap.fill(Color::WHITE);
    let mut canvas = Canvas {
        pixels: pixmap.as_mut(),
        fonts,
        scale,
    };
    for mark in &drawing.marks {
        canvas.paint(mark)?;
    }
    // Grey on white without colour: the three channels are one.
    let grey: Vec<u8> = pixmap.data().iter().copied().step_by(4).collect();

    encode(&grey, width, height, scale)
        .map_err(|error| Failure::Sheet(format!("the picture cannot be packed: {error}")))
}

/// Dots in a millimetre.
fn scale(drawing: &Drawing) -> f32 {
    drawing
        .marks
        .iter()
        .find_map(|mark| match mark {
            Mark::Code { side, modules, .. } => {
                let count = count(modules.side());
                let module = (AIM * side / count).round().max(1.0);

                Some(module * count / side)
            }
            Mark::Block { .. } | Mark::Text { .. } => None,
        })
        .unwrap_or(AIM)
}

struct Canvas<'a> {
    pixels: PixmapMut<'a>,
    fonts: &'a Fonts,
    scale: f32,
}

impl Canvas<'_> {
    fn paint(&mut self, mark: &Mark) -> Result<(), Failure> {
        match mark {
            Mark::Block {
                x,
                y,
                width,
                height,
                grey,
            } => {
                let [x, y, width, height] = [*x, *y, *width, *height].map(|mm| mm * self.scale);
                self.block(x, y, width.max(1.0), height.max(1.0), *grey);
            }
            Mark::Code {
                x,
                y,
                side,
                modules,
            } => self.code(*x, *y, *side, modules),
            Mark::Text {
                x,
                y,
                points,
                weight,
                grey,
                text,
            } => self.text((*x, *y), *points, *weight, *grey, text)?,
        }

        Ok(())
    }

    /// Begins on a whole dot; the scale does the rest.
    fn code(&mut self, x: f32, y: f32, side: f32, modules: &Modules) {
        let module = (side * self.scale / count(modules.side())).round();
        let (x, y) = ((x * self.scale).round(), (y * self.scale).round());
        for (row, column, length) in modules.runs() {
            self.block(
                x + module * count(column),
                y + module * count(row),
                module * count(length),
                module,
                0,
            );
        }
    }

    fn block(&mut self, x: f32, y: f32, width: f32, height: f32, grey: u8) {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            self.pixels
                .fill_rect(rect, &ink(grey), Transform::identity(), None);
        }
    }

    fn text(
        &mut self,
        (x, y): (f32, f32),
        points: f32,
        weight: Weight,
        grey: u8,
        text: &str,
    ) -> Result<(), Failure> {
        let em = points * POINT_MM * self.scale;
        let loaded = self.fonts.loaded(weight);
        let unit = em / loaded.units()?;
        let mut outlines = PathBuilder::new();
        let (mut pen, base) = (x * self.scale, y * self.scale);
        for glyph in self.fonts.shape(weight, text)?.glyphs {
            let mut outline = Outline {
                path: &mut outlines,
                x: pen + glyph.x_offset * em,
                y: base - glyph.y_offset * em,
                unit,
            };
            loaded.outline(glyph.id, &mut outline)?;
            pen += glyph.advance * em;
        }
        if let Some(path) = outlines.finish() {
            self.pixels.fill_path(
                &path,
                &ink(grey),
                FillRule::Winding,
                Transform::identity(),
                None,
            );
        }

        Ok(())
    }
}

/// Takes an outline from the face's units to dots; the face's y grows upwards.
struct Outline<'a> {
    path: &'a mut PathBuilder,
    x: f32,
    y: f32,
    unit: f32,
}

impl Outline<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.unit, self.y - y * self.unit)
    }
}

impl OutlineBuilder for Outline<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

fn encode(grey: &[u8], width: u32, height: u32, scale: f32) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: dots(scale * 1_000.0),
        yppu: dots(scale * 1_000.0),
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(grey)?;
    writer.finish()?;

    Ok(out)
}

fn ink(grey: u8) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(grey, grey, grey, 0xff);
    paint
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page is a few thousand dots; the cast of a float saturates"
)]
fn dots(length: f32) -> u32 {
    length.round() as u32
}

fn count(modules: usize) -> f32 {
    f32::from(u16::try_from(modules).unwrap_or(u16::MAX))
}
