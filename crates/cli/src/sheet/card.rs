//! The card: 96 by 60 mm, so that a code of 50 mm keeps its quiet zone of 4 modules, which a bank card's
//! 54 mm would cut. Printed on A4 with marks to cut along.

use super::drawing::{Align, BLACK, Drawing, FRAME, Pen, Style, quiet};
use super::font::Fonts;
use super::page::A4;
use super::qr::{Modules, Strength};
use super::{CARD_CODE_MM, Sheet, words};
use crate::Failure;

/// The card in millimetres.
pub(super) const CARD: (f32, f32) = (96.0, 60.0);
const LEFT: f32 = 57.0;
const TOP: f32 = 40.0;
const COLUMN: f32 = LEFT + 59.0;
const COLUMN_WIDTH: f32 = 34.0;

pub(super) fn draw(sheet: &Sheet<'_>, fonts: &Fonts) -> Result<Drawing, Failure> {
    let mut pen = Pen::new(fonts, A4.0, A4.1);
    let modules = Modules::of(sheet.text, Strength::M)?;
    let inset = (CARD.1 - CARD_CODE_MM) / 2.0;
    let gap = quiet(CARD_CODE_MM, &modules);
    if gap > inset {
        return Err(Failure::Sheet(
            "the code's text is too short for a card: its quiet zone would be cut".to_owned(),
        ));
    }
    cut_marks(&mut pen);
    pen.code(LEFT + inset, TOP + inset, CARD_CODE_MM, modules);
    column(sheet, &mut pen)?;
    hint(&mut pen)?;

    Ok(pen.done())
}

fn column(sheet: &Sheet<'_>, pen: &mut Pen<'_>) -> Result<(), Failure> {
    let (class, class_latin) = words::class(sheet.class);
    let (day, day_latin) = words::last_day(sheet.expires, sheet.about.utc_offset_minutes);
    let lines = [
        (13.5, Style::bold(27.0), sheet.name.to_owned()),
        (21.0, Style::bold(14.0), class.to_owned()),
        (25.0, Style::soft(8.0), class_latin.to_owned()),
        (
            31.5,
            Style::plain(9.5),
            format!("{} 年出生", sheet.birth_year),
        ),
        (
            36.0,
            Style::plain(9.5),
            format!("证件末四位 {}", sheet.last_four),
        ),
        (43.5, Style::bold(9.5), "有效期至".to_owned()),
        (49.0, Style::bold(13.0), day),
        (53.0, Style::soft(8.0), format!("Valid through {day_latin}")),
        (
            56.8,
            Style::soft(6.5),
            format!("丢了请告诉居委会 · No. {:06}", sheet.number),
        ),
    ];
    for (y, style, text) in lines {
        pen.fitted((COLUMN, TOP + y), Align::Left, style, COLUMN_WIDTH, &text)?;
    }
    if sheet.about.demo {
        // Beside the birth year: the only line whose length is known.
        pen.block(COLUMN + 19.5, TOP + 27.9, 14.5, 4.8, BLACK);
        pen.text(
            (COLUMN + 26.75, TOP + 31.4),
            Align::Centre,
            Style::bold(7.0).white(),
            "演示 DEMO",
        )?;
    }

    Ok(())
}

/// Lines outside the card's corners, so that none is left on it.
fn cut_marks(pen: &mut Pen<'_>) {
    const LONG: f32 = 7.0;
    const GAP: f32 = 2.0;
    const THICK: f32 = 0.2;
    for x in [LEFT, LEFT + CARD.0] {
        for y in [TOP - GAP - LONG, TOP + CARD.1 + GAP] {
            pen.block(x - THICK / 2.0, y, THICK, LONG, BLACK);
        }
    }
    for y in [TOP, TOP + CARD.1] {
        for x in [LEFT - GAP - LONG, LEFT + CARD.0 + GAP] {
            pen.block(x, y - THICK / 2.0, LONG, THICK, BLACK);
        }
    }
    pen.frame(LEFT, TOP, CARD.0, CARD.1, 0.1, FRAME);
}

fn hint(pen: &mut Pen<'_>) -> Result<(), Failure> {
    let middle = LEFT + CARD.0 / 2.0;
    pen.text(
        (middle, TOP + CARD.1 + 22.0),
        Align::Centre,
        Style::bold(16.0),
        "按 100% 打印，沿线剪下，放进钱包。",
    )?;
    pen.text(
        (middle, TOP + CARD.1 + 29.0),
        Align::Centre,
        Style::soft(11.0),
        "Print at 100 %, cut along the marks, keep it in a wallet.",
    )?;

    Ok(())
}
