//! Every size, level, mask and position that the standard allows, and the smallest and the most tilted that are read.

use crate::draw::{Canvas, DESK, Held, LEVELS, code, masked, segments};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};
use reader::{Budget, Reader, Reading};

#[test]
fn every_version_is_read_at_two_and_at_four_pixels_a_module() {
    for version in 1..=40 {
        let text = format!("VERSION {version}");
        for module in [2, 4] {
            let reading = read(sheet(&code(&text, version, QrCodeEcc::Medium), module));

            assert_eq!(contents(&reading), [text.as_bytes()], "at {module} pixels");
            assert_eq!(reading.codes[0].version, version);
            assert_eq!(reading.seen_not_read, []);
        }
    }
}

#[test]
fn every_level_and_mask_is_read() {
    for version in [1, 7, 14, 25] {
        for (level, wanted) in LEVELS {
            for mask in 0..8 {
                let reading = read(sheet(&masked("MASKED", version, level, mask), 3));

                assert_eq!(
                    contents(&reading),
                    [b"MASKED"],
                    "{version} {wanted:?} {mask}"
                );
                assert_eq!(reading.codes[0].level, wanted);
            }
        }
    }
}

#[test]
fn every_turn_by_fifteen_degrees_is_read() {
    for (version, module) in [(2, 4.0), (7, 3.0), (13, 2.5), (25, 2.5)] {
        let drawn = code("TURNED", version, QrCodeEcc::Medium);
        for turn in 0..24_u8 {
            let degrees = 15.0 * f32::from(turn);
            let mut desk = Canvas::new(480, 480, DESK);
            desk.hold(&drawn, Held::flat(&desk, module).turned(degrees));

            assert_eq!(contents(&read(desk)), [b"TURNED"], "{version} by {degrees}");
        }
    }
}

#[test]
fn white_on_black_and_mirrored_are_read_together_and_alone() {
    for version in [1, 2, 7, 13, 25, 40] {
        let sheet = sheet(&code("OTHERWISE", version, QrCodeEcc::Low), 3);
        for (turned, mirrored) in [
            (sheet.clone().inverted(), false),
            (sheet.mirrored(), true),
            (sheet.mirrored().inverted(), true),
        ] {
            let reading = read(turned);

            assert_eq!(contents(&reading), [b"OTHERWISE"], "version {version}");
            assert_eq!(reading.codes[0].mirrored, mirrored, "version {version}");
        }
    }
}

#[test]
fn one_to_four_codes_in_a_frame_are_all_read() {
    let places = [(60, 40), (700, 60), (120, 390), (760, 380)];
    let sizes = [(5, 5), (10, 4), (7, 4), (13, 3)];
    for count in 1..=4 {
        let mut desk = Canvas::new(1280, 720, DESK);
        let mut wanted = Vec::new();
        for (number, (left, top)) in places.into_iter().enumerate().take(count) {
            let text = format!("CODE {number} OF {count}");
            let (version, module) = sizes[number];
            desk.draw(
                &code(&text, version, QrCodeEcc::Quartile),
                left,
                top,
                module,
            );
            wanted.push(text.into_bytes());
        }
        let reading = read(desk);
        let mut found = contents(&reading);
        found.sort();

        assert_eq!(found, wanted);
        assert_eq!(reading.seen_not_read, []);
    }
}

#[test]
fn the_fullest_code_there_is_is_read_in_a_frame_of_1920_by_1080() {
    let text: Vec<u8> = (0..2_953_u32)
        .map(|at| b' ' + u8::try_from(at * 7_919 / 13 % 90).unwrap())
        .collect();
    let full = segments(&[QrSegment::make_bytes(&text)], 40, QrCodeEcc::Low);
    for module in [5.0, 3.0, 2.0] {
        let mut desk = Canvas::new(1920, 1080, DESK);
        desk.hold(&full, Held::flat(&desk, module).turned(3.0));

        assert_eq!(
            contents(&read(desk)),
            [text.as_slice()],
            "at {module} pixels"
        );
    }
}

#[test]
fn a_picture_of_4000_by_3000_pixels_is_read() {
    for (version, module) in [(5, 3.0), (13, 12.0), (7, 40.0)] {
        let mut desk = Canvas::new(4000, 3000, DESK);
        let held = Held {
            middle: (2500.0, 1700.0),
            ..Held::flat(&desk, module).turned(17.0)
        };
        desk.hold(&code("LARGE", version, QrCodeEcc::Medium), held);

        assert_eq!(contents(&read(desk)), [b"LARGE"], "version {version}");
    }
}

/// Measured: of 12 turns each, at 2 pixels all, also in two other grains; at 1.7 at least 10.
#[test]
fn a_module_may_have_two_pixels_and_mostly_less() {
    for version in [1, 2, 4, 7, 10, 13, 20] {
        let drawn = code("SMALL", version, QrCodeEcc::Medium);
        for (module, least) in [(2.0, 12), (1.7, 10)] {
            let count = (0..12_u8).filter(|turn| {
                let mut desk = Canvas::new(320, 320, DESK);
                let turn = f32::from(*turn);
                let held = Held {
                    middle: (160.0 + 0.29 * turn, 160.0 + 0.17 * turn),
                    ..Held::flat(&desk, module).turned(7.0 * turn)
                };
                desk.hold(&drawn, held);
                contents(&read(desk.faded(100, 3, 77))) == [b"SMALL"]
            });

            let count = count.count();
            assert!(
                count >= least,
                "version {version}, {module} pixels: {count} of 12"
            );
        }
    }
}

/// Measured: of 8 turns each, all up to 45 degrees, and of the small code at 60 degrees at least 5. Seen from farther
/// aside the finder patterns are more than twice as high as wide, which no stage but the first looks for.
#[test]
fn a_sheet_may_be_tilted_by_45_degrees_and_mostly_by_60() {
    for (version, module, degrees, least) in [
        (2, 8.0, 45.0, 8),
        (7, 6.0, 45.0, 8),
        (13, 6.0, 45.0, 8),
        (2, 8.0, 60.0, 5),
        (7, 6.0, 60.0, 4),
    ] {
        let drawn = code("TILTED", version, QrCodeEcc::Medium);
        let turns = [0.0, 20.0, 45.0, 90.0, 135.0, 180.0, 250.0, 290.0];
        let count = turns.into_iter().filter(|turn| {
            let mut desk = Canvas::new(1280, 720, DESK);
            let held = Held::flat(&desk, module).turned(*turn).tilted(degrees);
            desk.hold(&drawn, held);
            contents(&read(desk.faded(100, 3, 77))) == [b"TILTED"]
        });

        let count = count.count();
        assert!(
            count >= least,
            "version {version}, {degrees} degrees: {count} of 8"
        );
    }
}

fn sheet(drawn: &QrCode, module: usize) -> Canvas {
    let side = (usize::try_from(drawn.size()).unwrap() + 8) * module;
    let mut sheet = Canvas::new(side + 60, side + 40, DESK);
    sheet.draw(drawn, 30, 20, module);
    sheet
}

fn read(canvas: Canvas) -> Reading {
    Reader::new().read(&canvas.luma(), Budget::unlimited())
}

fn contents(reading: &Reading) -> Vec<Vec<u8>> {
    let codes = reading.codes.iter();

    codes.map(|code| code.content.clone()).collect()
}
