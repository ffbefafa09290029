use qrcodegen::{QrCode, QrCodeEcc};

use super::*;
use crate::{Budget, Reader, reading::Code};

const MODULE: usize = 4;
const QUIET: usize = 6;
const TEXT: &str = "MS1:a sheet of paper that says who may go in, signed, for ninety days";

#[test]
fn a_crisp_print_has_the_best_grade_however_it_is_lit_turned_or_mirrored() {
    let lit = |x: usize, y: usize, black: bool| {
        let light = 1.0 - 0.6 * pixel::distance(x + y) / 600.0;
        light * if black { 40.0 } else { 220.0 }
    };
    for picture in [
        drawn(|_, _, black| if black { 20.0 } else { 235.0 }),
        drawn(lit),
        drawn(|_, _, black| if black { 235.0 } else { 20.0 }),
        mirrored(&drawn(lit)),
    ] {
        let grade = read(&picture).grade.unwrap();

        assert!((grade.unused_error_correction.share - 1.0).abs() < 1e-6);
        assert_eq!(grade.overall(), Letter::A, "{grade:?}");
        assert!(!grade.is_worn());
    }
}

#[test]
fn ink_that_faded_lowers_the_contrast_and_nothing_else() {
    let letters = [40.0, 130.0, 155.0, 185.0].map(|ink| {
        let grade = read(&drawn(|_, _, black| if black { ink } else { 220.0 }))
            .grade
            .unwrap();
        assert_eq!(grade.modulation, Letter::A, "{ink}");
        assert_eq!(grade.unused_error_correction.letter, Letter::A);
        assert_eq!(grade.is_worn(), grade.symbol_contrast.letter <= Letter::D);
        grade.symbol_contrast.letter
    });

    assert_eq!(letters, [Letter::A, Letter::B, Letter::C, Letter::D]);
}

#[test]
fn what_is_written_over_it_uses_up_error_correction() {
    let unused = [0, 16, 28, 40].map(|side| {
        let blot =
            |x: usize, y: usize| (80..80 + side).contains(&x) && (80..80 + side).contains(&y);
        let picture = drawn(|x, y, black| if black || blot(x, y) { 30.0 } else { 220.0 });
        read(&picture).grade.unwrap().unused_error_correction.share
    });

    assert!(unused.is_sorted_by(|more, less| more > less), "{unused:?}");
}

#[test]
fn single_modules_that_are_too_light_lower_the_modulation_alone() {
    let spots = |ink: f32| {
        drawn(|x, y, black| match (x / MODULE, y / MODULE) {
            (column, row)
                if black && column > 16 && row > 16 && (column + row).is_multiple_of(3) =>
            {
                ink
            }
            _ if black => 30.0,
            _ => 220.0,
        })
    };
    let [clear, pale] = [30.0, 140.0].map(|ink| read(&spots(ink)).grade.unwrap());

    assert_eq!(clear.modulation, Letter::A);
    assert!(pale.modulation < Letter::C, "{pale:?}");
    assert_eq!(pale.unused_error_correction.letter, Letter::A);
    assert_eq!(pale.symbol_contrast.letter, Letter::A);
}

#[test]
fn each_grade_begins_at_its_share() {
    for (share, letter) in [
        (0.62, Letter::A),
        (0.619, Letter::B),
        (0.5, Letter::B),
        (0.37, Letter::C),
        (0.25, Letter::D),
        (0.249, Letter::F),
        (f32::NAN, Letter::F),
    ] {
        assert_eq!(Letter::earned(share, LEAST_UNUSED), letter, "{share}");
    }
    assert_eq!([Letter::A, Letter::F].map(Letter::number), [4, 0]);
}

fn read(picture: &Luma) -> Code {
    let codes = Reader::new().read(picture, Budget::unlimited()).codes;
    let [code] = <[Code; 1]>::try_from(codes).unwrap();
    assert_eq!(code.content, TEXT.as_bytes());

    code
}

/// A symbol of 33 modules in a picture whose pixels are given by place and colour.
fn drawn(grey: impl Fn(usize, usize, bool) -> f32) -> Luma {
    let code = QrCode::encode_text(TEXT, QrCodeEcc::Quartile).unwrap();
    let side = usize::try_from(code.size()).unwrap();
    let width = (side + 2 * QUIET) * MODULE;
    let module = |pixel: usize| i32::try_from(pixel / MODULE).unwrap() - 6;
    let pixels = (0..width * width).map(|at| {
        let (x, y) = (at % width, at / width);
        let grey = grey(x, y, code.get_module(module(x), module(y)));
        u8::try_from(pixel::whole(grey.round())).unwrap()
    });

    Luma::new(width, width, pixels.collect()).unwrap()
}

fn mirrored(picture: &Luma) -> Luma {
    let rows = picture.pixels().chunks_exact(picture.width);
    let pixels = rows.flat_map(|row| row.iter().rev().copied()).collect();

    Luma::new(picture.width, picture.height, pixels).unwrap()
}
