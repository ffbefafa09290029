//! Codes that the first passes cannot read: so blurred and faded, or with so much hidden, that only the deep stages do.

use crate::draw::{Canvas, DESK, Held, INK, LEVELS, PAPER, code, masked};
use qrcodegen::{QrCode, QrCodeEcc};
use reader::{Budget, Luma, Reader, Reading, Stages};

#[test]
fn small_and_large_versions_are_read_out_of_focus() {
    for (version, blur) in [(2, 0.5), (7, 0.6), (14, 0.6), (21, 0.6), (28, 0.6)] {
        let reading = read_deep(&blurred(version, QrCodeEcc::Medium, 0, 10.0, blur).luma());

        assert_eq!(contents(&reading), [text(version)]);
        assert_eq!(reading.codes[0].version, version);
        assert!(!reading.codes[0].mirrored);
    }
}

#[test]
fn every_level_and_mask_is_read_out_of_focus() {
    for mask in 0..8_u8 {
        let (level, wanted) = LEVELS[usize::from(mask) % 4];
        let reading = read_deep(&blurred(7, level, mask, 10.0, 0.55).luma());

        assert_eq!(contents(&reading), [text(7)], "{wanted:?} {mask}");
        assert_eq!(reading.codes[0].level, wanted);
    }
}

#[test]
fn every_turn_by_thirty_degrees_is_read_out_of_focus() {
    for turn in 0..12_u8 {
        let degrees = 30.0 * f32::from(turn);
        let luma = blurred(7, QrCodeEcc::Medium, 3, degrees, 0.55).luma();

        assert_eq!(contents(&read_deep(&luma)), [text(7)], "{degrees} degrees");
    }
}

#[test]
fn a_mirrored_code_is_read_slightly_out_of_focus() {
    let luma = blurred(13, QrCodeEcc::Medium, 0, 10.0, 0.5)
        .mirrored()
        .luma();
    let reading = read_deep(&luma);

    assert_eq!(contents(&reading), [text(13)]);
    assert!(reading.codes[0].mirrored);
}

#[test]
fn small_mirrored_codes_are_read_out_of_focus() {
    for (version, blur) in [(2, 0.5), (7, 0.5), (13, 0.6)] {
        let sheet = blurred(version, QrCodeEcc::Medium, 0, 10.0, blur).mirrored();
        let reading = read_deep(&sheet.luma());

        assert_eq!(contents(&reading), [text(version)]);
        assert!(reading.codes[0].mirrored);
    }
}

#[test]
fn white_on_black_is_read_out_of_focus() {
    for (version, blur) in [(2, 0.5), (7, 0.5), (13, 0.5)] {
        let luma = blurred(version, QrCodeEcc::Medium, 0, 10.0, blur).luma();

        assert_eq!(contents(&read_deep(&inverted(&luma))), [text(version)]);
    }
}

#[test]
fn white_on_black_with_a_finder_pattern_blotted_out_is_read() {
    for version in [2, 7, 13] {
        let drawn = code(&text(version), version, QrCodeEcc::Low);
        let luma = blotted(&drawn, 4, 0, 0, PAPER).luma();

        assert_eq!(contents(&read_deep(&inverted(&luma))), [text(version)]);
    }
}

/// Two finder patterns and the timing lines suffice.
#[test]
fn a_code_with_any_one_finder_pattern_blotted_out_is_read() {
    for (version, module) in [
        (1, 5),
        (2, 5),
        (4, 5),
        (7, 4),
        (10, 4),
        (13, 4),
        (20, 3),
        (40, 3),
    ] {
        let drawn = code(&text(version), version, QrCodeEcc::Low);
        let far = usize::try_from(drawn.size()).unwrap() - 7;
        for (left, top) in [(0, 0), (far, 0), (0, far)] {
            for grey in [INK, PAPER] {
                let sheet = blotted(&drawn, module, left, top, grey);

                let reading = read_deep(&sheet.luma());
                assert_eq!(contents(&reading), [text(version)], "{left} {top} {grey}");
            }
        }
    }
}

#[test]
fn a_mirrored_code_with_any_one_finder_pattern_blotted_out_is_read() {
    for version in [4, 7, 13] {
        let drawn = code(&text(version), version, QrCodeEcc::Low);
        let far = usize::try_from(drawn.size()).unwrap() - 7;
        for (left, top) in [(0, 0), (far, 0), (0, far)] {
            let sheet = blotted(&drawn, 4, left, top, PAPER).mirrored();

            let reading = read_deep(&sheet.luma());
            assert_eq!(contents(&reading), [text(version)], "{left} {top}");
            assert!(reading.codes[0].mirrored);
        }
    }
}

#[test]
fn two_codes_out_of_focus_in_one_frame_are_both_read() {
    let mut desk = Canvas::new(1000, 480, DESK);
    for (middle, version) in [(250.0, 7), (740.0, 10)] {
        let held = Held {
            middle: (middle, 240.0),
            ..Held::flat(&desk, 5.0).turned(8.0)
        };
        desk.hold(&code(&text(version), version, QrCodeEcc::Quartile), held);
    }
    let reading = read_deep(&desk.defocused(2.75).faded(60, 3, 5).luma());
    let mut both = contents(&reading);
    both.sort();

    assert_eq!(both, [text(10), text(7)]);
}

#[test]
fn a_sharp_code_and_one_out_of_focus_are_both_read() {
    let mut desk = Canvas::new(1000, 480, DESK);
    let held = Held {
        middle: (250.0, 240.0),
        ..Held::flat(&desk, 5.0)
    };
    desk.hold(&code(&text(7), 7, QrCodeEcc::Quartile), held);
    let mut desk = desk.defocused(2.75).faded(60, 3, 5);
    desk.draw(&code("SHARP", 5, QrCodeEcc::Low), 620, 100, 5);
    let reading = Reader::new().read(&desk.luma(), Budget::unlimited());
    let mut both = contents(&reading);
    both.sort();

    assert_eq!(both, [text(7), "SHARP".to_owned()]);
    assert_eq!(reading.seen_not_read, []);
}

#[test]
fn a_spent_budget_ends_the_deep_stages_too() {
    let luma = blurred(7, QrCodeEcc::Medium, 0, 10.0, 0.6).luma();
    for ticks in [1_u64, 10, 100, 300, 1_000] {
        let left = std::cell::Cell::new(ticks);
        let clock = move || {
            left.set(left.get().saturating_sub(1));
            std::time::Duration::from_millis(left.get())
        };
        let reading = Reader::new().read(&luma, Budget::from_fn(clock));

        assert!(
            reading
                .codes
                .iter()
                .all(|code| code.content == text(7).as_bytes())
        );
    }
}

fn text(version: u8) -> String {
    format!("OUT OF FOCUS {version}")
}

/// A sheet with seven by seven modules of one grey.
fn blotted(drawn: &QrCode, module: usize, left: usize, top: usize, grey: u8) -> Canvas {
    let side = (usize::try_from(drawn.size()).unwrap() + 8) * module + 60;
    let mut sheet = Canvas::new(side, side, DESK);
    sheet.draw(drawn, 30, 30, module);
    let at = |along: usize| 30 + (along + 4) * module;
    sheet.fill(at(left), at(top), 7 * module, 7 * module, grey);

    sheet
}

/// At 60 % contrast, blurred by a Gaussian of so many modules.
fn blurred(version: u8, level: QrCodeEcc, mask: u8, turned: f32, blur: f32) -> Canvas {
    let module = if version < 20 { 4.0 } else { 3.5 };
    let drawn = masked(&text(version), version, level, mask);
    let side = usize::try_from(drawn.size() + 8).unwrap() * 6;
    let mut desk = Canvas::new(side.max(320), side.max(320), DESK);
    desk.hold(&drawn, Held::flat(&desk, module).turned(turned));

    desk.defocused(blur * module).faded(60, 3, 5)
}

/// By the deep stages, as the others cannot read it.
fn read_deep(luma: &Luma) -> Reading {
    let first = Reader::with(Stages::first_pass()).read(luma, Budget::unlimited());
    assert_eq!(contents(&first), [""; 0], "read without the deep stages");

    Reader::new().read(luma, Budget::unlimited())
}

fn contents(reading: &Reading) -> Vec<String> {
    let codes = reading.codes.iter();

    codes
        .map(|code| String::from_utf8(code.content.clone()).unwrap())
        .collect()
}

fn inverted(luma: &Luma) -> Luma {
    let pixels = luma.pixels().iter().map(|pixel| !pixel).collect();

    Luma::new(luma.width, luma.height, pixels).unwrap()
}
