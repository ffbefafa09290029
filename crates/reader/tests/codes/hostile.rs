//! Whatever is in a picture, reading ends and does not panic.

use crate::draw::{Canvas, code};
use proptest::{collection::vec, prelude::*};
use qrcodegen::QrCodeEcc;
use reader::{Budget, Luma, MAX_PIXELS, Reader, WrongSize};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn noise_of_any_size_gives_nothing((width, height, pixels) in noise()) {
        let luma = Luma::new(width, height, pixels).unwrap();

        prop_assert_eq!(Reader::new().read(&luma, Budget::unlimited()).codes, []);
    }

    #[test]
    fn a_code_with_scribbles_is_read_right_or_not_at_all(
        strokes in vec((0..260_usize, 0..260_usize, 1..60_usize, 1..30_usize, any::<u8>()), 0..12),
    ) {
        let mut sheet = Canvas::new(320, 320, 200);
        sheet.draw(&code("MS1:SCRIBBLED OVER", 6, QrCodeEcc::High), 50, 50, 4);
        for (left, top, width, height, grey) in strokes {
            sheet.fill(left, top, width, height, grey);
        }
        let reading = Reader::new().read(&sheet.luma(), Budget::unlimited());

        prop_assert!(reading.codes.iter().all(|code| code.content == b"MS1:SCRIBBLED OVER"));
    }
}

/// Sizes that fit no block, and lines; nothing but noise.
fn noise() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
    let sizes = prop_oneof![
        (0..4_usize, 0..200_usize),
        (0..200_usize, 0..4_usize),
        (0..130_usize, 0..130_usize)
    ];
    sizes.prop_flat_map(|(width, height)| {
        (Just(width), Just(height), vec(any::<u8>(), width * height))
    })
}

#[test]
fn a_wall_of_finder_patterns_does_not_hold_the_reader() {
    let finder = code("A", 1, QrCodeEcc::Low);
    let mut wall = Canvas::new(1280, 720, 255);
    for top in 0..720 / 9 {
        for left in 0..1280 / 9 {
            for (y, x) in (0..7).flat_map(|y| (0..7).map(move |x| (y, x))) {
                let module =
                    finder.get_module(i32::try_from(x).unwrap(), i32::try_from(y).unwrap());
                wall.pixels[(9 * top + y) * 1280 + 9 * left + x] = if module { 0 } else { 255 };
            }
        }
    }

    assert_eq!(
        Reader::new().read(&wall.luma(), Budget::unlimited()).codes,
        []
    );
}

#[test]
fn pixels_must_fill_the_picture() {
    let wrong = WrongSize {
        width: 3,
        height: 2,
        pixels: 5,
    };
    assert_eq!(Luma::new(3, 2, vec![0; 5]), Err(wrong));
    assert_eq!(
        Luma::new(usize::MAX, 2, vec![]),
        Err(WrongSize {
            width: usize::MAX,
            height: 2,
            pixels: 0
        })
    );
    assert!(Luma::new(MAX_PIXELS + 1, 1, vec![0; MAX_PIXELS + 1]).is_err());
    assert_eq!(
        Luma::new(0, 7, vec![]).map(|luma| luma.into_pixels().len()),
        Ok(0)
    );
}
