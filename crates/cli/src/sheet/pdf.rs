//! Paints a drawing as a PDF file: text stays text, modules are exact.

use krilla::Document;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};

use super::drawing::{BLACK, Drawing, Mark, POINT_MM};
use super::font::{Fonts, Weight};
use super::qr::Modules;
use crate::Failure;

pub(super) fn paint(drawing: &Drawing, fonts: &Fonts, title: &str) -> Result<Vec<u8>, Failure> {
    let faces = Faces {
        fonts,
        bold: load(fonts, Weight::Bold)?,
        regular: load(fonts, Weight::Regular)?,
    };
    let mut document = Document::new();
    document.set_metadata(
        Metadata::new()
            .title(title.to_owned())
            .language("zh-CN".to_owned()),
    );
    let settings = PageSettings::from_wh(points(drawing.width), points(drawing.height))
        .ok_or_else(|| refused("the page has no size"))?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    for mark in &drawing.marks {
        faces.paint(mark, &mut surface)?;
    }
    surface.finish();
    page.finish();

    document
        .finish()
        .map_err(|error| refused(&format!("{error:?}")))
}

struct Faces<'a> {
    fonts: &'a Fonts,
    bold: Font,
    regular: Font,
}

impl Faces<'_> {
    fn paint(&self, mark: &Mark, surface: &mut Surface<'_>) -> Result<(), Failure> {
        match mark {
            Mark::Block {
                x,
                y,
                width,
                height,
                grey,
            } => {
                let mut path = PathBuilder::new();
                push(&mut path, *x, *y, *width, *height);
                fill(path, *grey, surface);
            }
            Mark::Code {
                x,
                y,
                side,
                modules,
            } => code(*x, *y, *side, modules, surface),
            Mark::Text {
                x,
                y,
                points,
                weight,
                grey,
                text,
            } => {
                surface.set_fill(Some(ink(*grey)));
                self.text((*x, *y), *points, *weight, text, surface)?;
            }
        }

        Ok(())
    }

    fn text(
        &self,
        (x, y): (f32, f32),
        size: f32,
        weight: Weight,
        text: &str,
        surface: &mut Surface<'_>,
    ) -> Result<(), Failure> {
        let font = match weight {
            Weight::Bold => &self.bold,
            Weight::Regular => &self.regular,
        };
        let glyphs: Vec<KrillaGlyph> = self
            .fonts
            .shape(weight, text)?
            .glyphs
            .into_iter()
            .map(|glyph| {
                KrillaGlyph::new(
                    GlyphId::new(u32::from(glyph.id)),
                    glyph.advance,
                    glyph.x_offset,
                    glyph.y_offset,
                    0.0,
                    glyph.bytes,
                    None,
                )
            })
            .collect();
        let start = Point::from_xy(points(x), points(y));
        surface.draw_glyphs(start, &glyphs, font.clone(), text, size, false);

        Ok(())
    }
}

/// One path for all modules: neighbours in one fill leave no hairline between them.
fn code(x: f32, y: f32, side: f32, modules: &Modules, surface: &mut Surface<'_>) {
    let module = side / count(modules.side());
    let mut path = PathBuilder::new();
    for (row, column, length) in modules.runs() {
        push(
            &mut path,
            x + module * count(column),
            y + module * count(row),
            module * count(length),
            module,
        );
    }
    fill(path, BLACK, surface);
}

fn push(path: &mut PathBuilder, x: f32, y: f32, width: f32, height: f32) {
    if let Some(rect) = Rect::from_xywh(points(x), points(y), points(width), points(height)) {
        path.push_rect(rect);
    }
}

fn fill(path: PathBuilder, grey: u8, surface: &mut Surface<'_>) {
    if let Some(path) = path.finish() {
        surface.set_fill(Some(ink(grey)));
        surface.draw_path(&path);
    }
}

fn ink(grey: u8) -> Fill {
    Fill {
        paint: luma::Color::new(grey).into(),
        ..Fill::default()
    }
}

fn load(fonts: &Fonts, weight: Weight) -> Result<Font, Failure> {
    let loaded = fonts.loaded(weight);

    Font::new(loaded.bytes.clone().into(), loaded.index)
        .ok_or_else(|| refused("the font cannot be put into a PDF file"))
}

fn refused(why: &str) -> Failure {
    Failure::Sheet(format!("the PDF file cannot be made: {why}"))
}

fn points(mm: f32) -> f32 {
    mm / POINT_MM
}

fn count(modules: usize) -> f32 {
    f32::from(u16::try_from(modules).unwrap_or(u16::MAX))
}
