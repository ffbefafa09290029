//! What must give no wrong text: frames without a code, full of things like codes, and spoilt symbols.

use std::collections::BTreeMap;

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};
use reader::Luma;

use crate::damage::{
    Sensor,
    chance::Chance,
    desk::{self, Spot},
    plane::{number, whole},
    print::{INK, PAPER},
};

/// Letters that a symbol of versions 1 to 8 holds at level H (ISO/IEC 18004, table 7).
const LETTERS: [usize; 8] = [7, 14, 24, 34, 44, 58, 64, 84];

/// A frame of 1280 by 720 pixels without a code: a desk with pages, tables, keys, and pieces of codes.
#[must_use]
pub fn frame(index: u32) -> Luma {
    let mut chance = Chance::of(&[0xf7, index]);
    let mut light = desk::desk(&mut chance);
    let things = 2 + chance.below(12);
    desk::clutter(&mut light, things, &mut chance);
    for _ in 0..chance.below(7) {
        let modules = 7 + 2 * chance.below(30);
        let side = number(modules) * chance.within(1.8, 7.0);
        let spot = Spot::anywhere((side / 2.0, side / 2.0), &mut chance);
        let piece = piece(modules, &mut chance);
        let module = side / number(modules);
        spot.paint(&mut light, |u, v| {
            let (x, y) = (
                whole(u / module).min(modules - 1),
                whole(v / module).min(modules - 1),
            );
            Some(if piece[y * modules + x] { INK } else { PAPER })
        });
    }
    light.blur(chance.within(0.3, 1.2));

    Sensor::ordinary(&mut chance).expose(light, &mut chance)
}

/// Black modules that are like a code's, and none: finder patterns with noise between them, or with nothing, rings in
/// each other, or bars.
fn piece(modules: usize, chance: &mut Chance) -> Vec<bool> {
    let kind = chance.below(4);
    let finders = chance.below(5);
    let last = modules - 7;
    let corners = [(0, 0), (last, 0), (0, last), (last, last)];
    let bars: Vec<bool> = (0..modules).map(|_| chance.once_in(2)).collect();
    let mut black = Vec::with_capacity(modules * modules);
    for y in 0..modules {
        for (x, bar) in bars.iter().enumerate() {
            let finder = corners[..finders.min(4)]
                .iter()
                .find_map(|(left, top)| finder(x, y, *left, *top));
            let filled = match kind {
                0 => chance.once_in(2),
                1 => false,
                2 => (x.abs_diff(modules / 2))
                    .max(y.abs_diff(modules / 2))
                    .is_multiple_of(2),
                _ => *bar,
            };
            black.push(finder.unwrap_or(filled));
        }
    }

    black
}

/// The colour of a module of a finder pattern with its separator; `None` outside.
fn finder(x: usize, y: usize, left: usize, top: usize) -> Option<bool> {
    let away = (left + 3).abs_diff(x).max((top + 3).abs_diff(y));

    (away < 5).then_some(away != 2 && away < 4)
}

/// A symbol that is not whole, and what it may be read as.
#[derive(Clone, Debug)]
pub struct Spoilt {
    /// The symbol alone, with its quiet zone.
    pub picture: Luma,
    /// The texts of the codes that it was made of; no other may be read.
    pub texts: Vec<String>,
}

/// Makes spoilt symbols: random ones, and real ones of which a part is random or another's.
#[derive(Debug, Default)]
pub struct Spoiler {
    /// For each version and each module whether data may lie there.
    data: BTreeMap<usize, Vec<bool>>,
}

impl Spoiler {
    /// Knows no version yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The symbol of this number, the same each time.
    pub fn symbol(&mut self, index: u32) -> Spoilt {
        let mut chance = Chance::of(&[0x5b, index]);
        let version = 1 + chance.below(LETTERS.len());
        let data = self
            .data
            .entry(version)
            .or_insert_with(|| places_of_data(version));
        let level = *chance.pick(&[
            QrCodeEcc::Low,
            QrCodeEcc::Medium,
            QrCodeEcc::Quartile,
            QrCodeEcc::High,
        ]);
        let mask = *chance.pick(&MASKS);
        let most = LETTERS[version - 1];
        let texts = [text(most, &mut chance), text(most, &mut chance)];
        let [one, other] = texts
            .each_ref()
            .map(|text| modules(text, version, level, mask));
        let side = 17 + 4 * version;
        let mut black = one;

        // How many of the modules are spoilt, and where: scattered, or beyond a line.
        let kind = chance.below(4);
        let (share, way) = (chance.within(0.05, 0.7), chance.angle());
        let middle = number(side) / 2.0;
        for (at, black) in black.iter_mut().enumerate() {
            let (x, y) = (number(at % side) - middle, number(at / side) - middle);
            let spoilt = match kind {
                0 => true,
                1 => chance.unit() < share,
                _ => x * way.cos() + y * way.sin() > middle * (1.0 - 2.0 * share),
            };
            if spoilt && data[at] {
                *black = if kind == 3 {
                    other[at]
                } else {
                    chance.once_in(2)
                };
            }
        }

        Spoilt {
            picture: picture(&black, side, &mut chance),
            texts: texts.to_vec(),
        }
    }
}

/// A text of about as many letters.
fn text(most: usize, chance: &mut Chance) -> String {
    (0..most - chance.below(most / 3))
        .map(|_| char::from(*chance.pick(b"abcdefghijklmnopqrstuvwxyz")))
        .collect()
}

const MASKS: [u8; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

fn modules(text: &str, version: usize, level: QrCodeEcc, mask: u8) -> Vec<bool> {
    let version = Version::new(u8::try_from(version).unwrap_or(1));
    let code = QrCode::encode_segments_advanced(
        &QrSegment::make_segments(text),
        level,
        version,
        version,
        Some(Mask::new(mask)),
        false,
    )
    .expect("the text is as short as level H of this version wants it");
    let side = code.size();

    (0..side * side)
        .map(|at| code.get_module(at % side, at / side))
        .collect()
}

/// Modules that some mask turns over carry data; beside the finder patterns they carry the format, which is kept.
fn places_of_data(version: usize) -> Vec<bool> {
    let side = 17 + 4 * version;
    let masked = MASKS.map(|mask| modules("abcde", version, QrCodeEcc::Low, mask));

    (0..side * side)
        .map(|at| {
            let (x, y) = (at % side, at / side);
            let beside = |place: usize| place < 9 || place >= side - 8;
            let format = (x == 8 && beside(y)) || (y == 8 && beside(x));
            !format && masked.iter().any(|black| black[at] != masked[0][at])
        })
        .collect()
}

/// A printed symbol of a few pixels a module, with some grain.
fn picture(black: &[bool], side: usize, chance: &mut Chance) -> Luma {
    let module = 3 + chance.below(3);
    let width = (side + 8) * module;
    let mut pixels = Vec::with_capacity(width * width);
    for y in 0..width {
        for x in 0..width {
            let inside = |pixel: usize| (pixel / module).checked_sub(4).filter(|at| *at < side);
            let dark = match (inside(x), inside(y)) {
                (Some(x), Some(y)) => black[y * side + x],
                _ => false,
            };
            let grey = if dark { 45.0 } else { 205.0 } + 6.0 * chance.normal();
            pixels.push(u8::try_from(whole(grey)).unwrap_or(u8::MAX));
        }
    }

    Luma::new(width, width, pixels).expect("a square of as many pixels")
}

#[cfg(test)]
mod tests {
    use reader::{Budget, Reader};

    use super::*;

    #[test]
    fn a_symbol_of_which_little_is_spoilt_is_read_as_what_it_was() {
        let mut spoiler = Spoiler::new();
        let mut read = 0;
        for index in 0..40 {
            let spoilt = spoiler.symbol(index);
            for code in Reader::new()
                .read(&spoilt.picture, Budget::unlimited())
                .codes
            {
                let text = String::from_utf8(code.content).unwrap();
                assert!(spoilt.texts.contains(&text), "{index}: {text}");
                read += 1;
            }
        }

        assert!(read > 0);
    }

    #[test]
    fn function_patterns_and_format_carry_no_data() {
        let data = places_of_data(2);
        let side = 25;
        let at = |x: usize, y: usize| data[y * side + x];

        assert!(!at(0, 0) && !at(24, 3) && !at(6, 12) && !at(12, 6) && !at(8, 2) && !at(18, 18));
        assert!(at(13, 12) && at(23, 24) && at(9, 9));
        // Of 359, without eight that all masks treat alike, such as those at multiples of 12.
        assert_eq!(data.iter().filter(|data| **data).count(), 351);
    }

    #[test]
    fn a_frame_without_a_code_gives_none() {
        for index in 0..4 {
            let reading = Reader::new().read(&frame(index), Budget::unlimited());
            assert_eq!(reading.codes, [], "{index}");
        }
    }
}
