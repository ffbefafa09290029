//! The A4 sheet, for old eyes: name, code and last day are found without reading the rest.

use super::drawing::{Align, BLACK, Drawing, FRAME, GROUND, Pen, Style, quiet};
use super::font::Fonts;
use super::qr::{Modules, Strength};
use super::words::{self, Both};
use super::{SHEET_CODE_MM, Sheet};
use crate::Failure;

/// A4 in millimetres.
pub(super) const A4: (f32, f32) = (210.0, 297.0);
const LEFT: f32 = 20.0;
const RIGHT: f32 = 190.0;
const MIDDLE: f32 = 105.0;
const CODE_TOP: f32 = 89.0;

pub(super) fn draw(sheet: &Sheet<'_>, fonts: &Fonts) -> Result<Drawing, Failure> {
    let mut pen = Pen::new(fonts, A4.0, A4.1);
    heading(sheet, &mut pen)?;
    holder(sheet, &mut pen)?;
    code(sheet, &mut pen)?;
    validity(sheet, &mut pen)?;
    advice(&mut pen)?;
    footer(sheet, &mut pen)?;

    Ok(pen.done())
}

fn heading(sheet: &Sheet<'_>, pen: &mut Pen<'_>) -> Result<(), Failure> {
    let (title, title_latin): Both = match sheet.slip {
        Some(_) => ("核酸检测结果单", "Test result slip"),
        None => ("健康通行纸码", "Paper health code"),
    };
    let width = pen.text((LEFT, 27.0), Align::Left, Style::bold(25.0), title)?;
    pen.text(
        (LEFT + width + 5.0, 27.0),
        Align::Left,
        Style::soft(14.0),
        title_latin,
    )?;
    if sheet.about.demo {
        pen.block(RIGHT - 40.0, 16.5, 40.0, 14.0, BLACK);
        pen.text(
            (RIGHT - 20.0, 26.3),
            Align::Centre,
            Style::bold(20.0).white(),
            "演示 DEMO",
        )?;
    }
    pen.block(LEFT, 34.0, RIGHT - LEFT, 0.7, BLACK);

    Ok(())
}

fn holder(sheet: &Sheet<'_>, pen: &mut Pen<'_>) -> Result<(), Failure> {
    let (class, class_latin) = words::class(sheet.class);
    pen.fitted(
        (LEFT, 57.0),
        Align::Left,
        Style::bold(52.0),
        100.0,
        sheet.name,
    )?;
    pen.text((RIGHT, 52.0), Align::Right, Style::bold(30.0), class)?;
    pen.text((RIGHT, 59.5), Align::Right, Style::soft(14.0), class_latin)?;
    pen.text(
        (LEFT, 70.5),
        Align::Left,
        Style::plain(17.0),
        &format!(
            "{} 年出生　证件末四位 {}",
            sheet.birth_year, sheet.last_four
        ),
    )?;
    pen.text(
        (LEFT, 76.5),
        Align::Left,
        Style::soft(11.5),
        &format!(
            "Born {}, ID document ends in {}",
            sheet.birth_year, sheet.last_four
        ),
    )?;
    let Some(slip) = sheet.slip else {
        return Ok(());
    };
    let offset = sheet.about.utc_offset_minutes;
    let (day, day_latin) = words::day(slip.sampled_at, offset);
    let clock = words::clock(slip.sampled_at, offset);
    let (result, result_latin) = words::result(slip.result);
    pen.text(
        (RIGHT, 70.5),
        Align::Right,
        Style::bold(17.0),
        &format!("{result}　{day} {clock} 采样"),
    )?;
    pen.text(
        (RIGHT, 76.5),
        Align::Right,
        Style::soft(11.5),
        &format!("{result_latin}, sampled {day_latin}, {clock}"),
    )?;

    Ok(())
}

fn code(sheet: &Sheet<'_>, pen: &mut Pen<'_>) -> Result<(), Failure> {
    let modules = Modules::of(sheet.text, Strength::Q)?;
    let x = MIDDLE - SHEET_CODE_MM / 2.0;
    let gap = quiet(SHEET_CODE_MM, &modules) + 1.2;
    let outer = SHEET_CODE_MM + 2.0 * gap;
    corners(pen, x - gap, CODE_TOP - gap, outer);
    pen.code(x, CODE_TOP, SHEET_CODE_MM, modules);

    Ok(())
}

/// Four corners that lead the eye to the code and stay clear of its quiet zone.
fn corners(pen: &mut Pen<'_>, x: f32, y: f32, side: f32) {
    const LONG: f32 = 9.0;
    const THICK: f32 = 0.6;
    for (cx, dx) in [(x - THICK, 0.0), (x + side - LONG + THICK, LONG - THICK)] {
        for (cy, dy) in [(y - THICK, 0.0), (y + side - LONG + THICK, LONG - THICK)] {
            pen.block(cx, cy + dy, LONG, THICK, FRAME);
            pen.block(cx + dx, cy, THICK, LONG, FRAME);
        }
    }
}

fn validity(sheet: &Sheet<'_>, pen: &mut Pen<'_>) -> Result<(), Failure> {
    let (day, day_latin) = words::last_day(sheet.expires, sheet.about.utc_offset_minutes);
    pen.text(
        (MIDDLE, 188.5),
        Align::Centre,
        Style::bold(27.0),
        &format!("有效期至 {day}"),
    )?;
    pen.text(
        (MIDDLE, 195.5),
        Align::Centre,
        Style::soft(14.0),
        &format!("Valid through {day_latin}"),
    )?;

    Ok(())
}

fn advice(pen: &mut Pen<'_>) -> Result<(), Failure> {
    for (at, (line, latin)) in (0_u8..).zip(STEPS) {
        let y = 208.5 + 13.2 * f32::from(at);
        pen.text(
            (LEFT + 3.0, y),
            Align::Left,
            Style::bold(19.0),
            &(at + 1).to_string(),
        )?;
        pen.text((LEFT + 12.0, y), Align::Left, Style::bold(17.0), line)?;
        pen.text(
            (LEFT + 12.0, y + 5.2),
            Align::Left,
            Style::soft(11.0),
            latin,
        )?;
    }
    pen.block(LEFT, 246.0, RIGHT - LEFT, 24.0, GROUND);
    pen.block(LEFT, 246.0, 1.6, 24.0, BLACK);
    let (lost, lost_latin) = LOST;
    pen.text((LEFT + 6.0, 257.0), Align::Left, Style::bold(17.0), lost)?;
    pen.fitted(
        (LEFT + 6.0, 264.5),
        Align::Left,
        Style::plain(11.0),
        RIGHT - LEFT - 10.0,
        lost_latin,
    )?;

    Ok(())
}

fn footer(sheet: &Sheet<'_>, pen: &mut Pen<'_>) -> Result<(), Failure> {
    let about = sheet.about;
    let (day, day_latin) = words::day(sheet.issued_at, about.utc_offset_minutes);
    pen.fitted(
        (LEFT, 280.5),
        Align::Left,
        Style::plain(11.0),
        120.0,
        &format!("{}　{day} 签发", about.name),
    )?;
    pen.fitted(
        (LEFT, 285.5),
        Align::Left,
        Style::soft(9.5),
        120.0,
        &format!("{}, issued {day_latin}", about.name_latin),
    )?;
    pen.text(
        (RIGHT, 280.5),
        Align::Right,
        Style::plain(11.0),
        &format!("编号 No. {:06}", sheet.number),
    )?;

    Ok(())
}

const STEPS: [Both; 3] = [
    (
        "把码对准摄像头，拿稳。",
        "Hold the code up to the camera and keep it still.",
    ),
    (
        "带上身份证件，工作人员要核对。",
        "Bring your ID document: staff compare it with this sheet.",
    ),
    (
        "不要折到码，不要拍照发给别人。",
        "Do not fold across the code, and do not send photographs of it.",
    ),
];

const LOST: Both = (
    "丢了？请马上告诉居委会，旧码作废，当场换新。",
    "Lost it? Tell your neighbourhood committee at once: it blocks the old code and prints a new one.",
);

#[cfg(test)]
mod tests {
    use super::super::drawing::Mark;
    use super::super::tests::{about, sheet};
    use super::*;

    #[test]
    fn the_code_is_80_mm_wide_with_nothing_in_its_quiet_zone() {
        let about = about();
        let drawing = draw(&sheet(&about), &Fonts::find().unwrap()).unwrap();
        let (x, y, side, gap) = drawing
            .marks
            .iter()
            .find_map(|mark| match mark {
                Mark::Code {
                    x,
                    y,
                    side,
                    modules,
                } => Some((*x, *y, *side, quiet(*side, modules))),
                Mark::Block { .. } | Mark::Text { .. } => None,
            })
            .unwrap();
        assert_eq!(side.to_bits(), 80.0_f32.to_bits());
        let zone = (x - gap, y - gap, x + side + gap, y + side + gap);
        for mark in &drawing.marks {
            if let Mark::Block {
                x,
                y,
                width,
                height,
                ..
            } = mark
            {
                let apart =
                    x + width <= zone.0 || *x >= zone.2 || y + height <= zone.1 || *y >= zone.3;
                assert!(apart, "{mark:?}");
            }
            if let Mark::Text { y, .. } = mark {
                assert!(*y < zone.1 || *y > zone.3 + 4.0, "{mark:?}");
            }
        }
    }
}
