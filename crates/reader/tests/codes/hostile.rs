//! Whatever is in a picture, reading ends and does not panic.

use std::time::{Duration, Instant};

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

/// Whatever is drawn, a look ends soon after its budget.
#[test]
fn pictures_meant_to_keep_the_reader_busy_do_not() {
    for (name, canvas) in busy() {
        let luma = canvas.luma();
        let least = (0..AGAIN)
            .map(|_| {
                let start = now();
                let left = move || BUDGET.saturating_sub(start.elapsed());
                let reading = Reader::new().read(&luma, Budget::from_fn(left));
                assert!(
                    reading
                        .codes
                        .iter()
                        .all(|code| code.content == PIECE.as_bytes())
                );
                start.elapsed()
            })
            .min();

        println!("{name}: {least:?}");
        let most = BUDGET + LONGEST;
        assert!(
            least.is_some_and(|least| least <= most),
            "{name}: {least:?}"
        );
    }
}

const BUDGET: Duration = Duration::from_millis(60);
const LONGEST: Duration = Duration::from_millis(100);
/// Tries, as the machine may be busy with something else: only what is slow each time is slow.
const AGAIN: usize = 3;
const PIECE: &str = "MS1:IN PIECES";

/// Frames of 1280 by 720 pixels, and some of odd and large sizes.
fn busy() -> Vec<(&'static str, Canvas)> {
    let drawn = |grey: fn(usize, usize) -> u8| painted(1280, 720, grey);
    let small = code(PIECE, 2, QrCodeEcc::Low);
    let mut wallpaper = Canvas::new(1280, 720, 255);
    for (left, top) in (0..7).flat_map(|row| (0..13).map(move |column| (column, row))) {
        wallpaper.draw(&small, 98 * left, 98 * top, 2);
        // Only the finder patterns are left.
        wallpaper.fill(98 * left + 23, 98 * top + 23, 35, 35, 200);
    }
    let mut pieces = Canvas::new(1280, 720, 200);
    let large = code(PIECE, 13, QrCodeEcc::High);
    for (left, top) in (0..2).flat_map(|row| (0..4).map(move |column| (column, row))) {
        pieces.draw(&large, 310 * left, 340 * top, 4);
        for cut in 0..6 {
            pieces.fill(310 * left + 50 * cut, 340 * top, 26, 308, 120);
        }
    }
    let shifted = pieces.moved(1280, 720, |x, y| ((x + y / 24 * 24) % 1280, y));

    vec![
        ("finder patterns", wallpaper.clone()),
        ("finder patterns out of focus", wallpaper.defocused(1.2)),
        ("pieces", pieces.clone()),
        ("pieces out of focus", pieces.defocused(2.0)),
        ("pieces that have slipped", shifted),
        (
            "a chequer of pixels",
            drawn(|x, y| if (x + y).is_multiple_of(2) { 0 } else { 255 }),
        ),
        (
            "a chequer of modules",
            drawn(|x, y| {
                if (x / 3 + y / 3).is_multiple_of(2) {
                    30
                } else {
                    220
                }
            }),
        ),
        (
            "stripes",
            drawn(|x, y| if (x + 2 * y) / 5 % 2 == 0 { 30 } else { 220 }),
        ),
        ("rings", drawn(rings)),
        (
            "a gradient",
            drawn(|x, y| u8::try_from((x + y) * 255 / 2_000).unwrap()),
        ),
        ("grain", Canvas::new(1280, 720, 128).faded(100, 120, 7)),
        (
            "a line",
            painted(8_000, 1, |x, _| if x / 4 % 2 == 0 { 0 } else { 255 }),
        ),
        (
            "a column",
            painted(1, 8_000, |_, y| if y / 4 % 2 == 0 { 0 } else { 255 }),
        ),
        ("a band", painted(8_000, 20, rings)),
        ("rings on 4000 by 3000 pixels", painted(4_000, 3_000, rings)),
        (
            "grain on 4000 by 3000 pixels",
            Canvas::new(4_000, 3_000, 128).faded(100, 120, 7),
        ),
    ]
}

/// Squares in squares everywhere, each like a finder pattern and more.
fn rings(x: usize, y: usize) -> u8 {
    let ring = (x % 60).abs_diff(30).max((y % 60).abs_diff(30)) / 4;

    if matches!(ring, 0 | 1 | 3 | 5) {
        20
    } else {
        230
    }
}

fn painted(width: usize, height: usize, grey: fn(usize, usize) -> u8) -> Canvas {
    let mut canvas = Canvas::new(width, height, 0);
    for (at, pixel) in canvas.pixels.iter_mut().enumerate() {
        *pixel = grey(at % width, at / width);
    }
    canvas
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is tested"
)]
fn now() -> Instant {
    Instant::now()
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
