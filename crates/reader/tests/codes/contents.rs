//! What a code prints, of every kind that may be written in it: read by the first pass and, with a finder pattern blotted
//! out, by the deep stages, which must print the same.

use crate::draw::{Canvas, DESK, PAPER, raw, segments};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};
use reader::{Budget, Reader};

/// Modes (ISO/IEC 18004, table 2).
const ALPHANUMERIC: (u32, usize) = (0b0010, 4);
const APPEND: (u32, usize) = (0b0011, 4);
const BYTES: (u32, usize) = (0b0100, 4);
const FNC1_FIRST: (u32, usize) = (0b0101, 4);
const KANJI: (u32, usize) = (0b1000, 4);
const FNC1_SECOND: (u32, usize) = (0b1001, 4);

#[test]
fn digits_capitals_and_bytes_are_printed_as_they_are() {
    prints(
        &of(&[QrSegment::make_numeric("00123456789")]),
        b"00123456789",
    );
    prints(
        &of(&[QrSegment::make_alphanumeric("A-Z: $5%*+./")]),
        b"A-Z: $5%*+./",
    );
    prints(
        &of(&[QrSegment::make_bytes(b"a\tb\r\n\0\x7f")]),
        b"a\tb\r\n\0\x7f",
    );
    let mixed = [
        QrSegment::make_numeric("007"),
        QrSegment::make_alphanumeric("AB"),
        QrSegment::make_bytes(b"cd"),
        QrSegment::make_numeric("8"),
    ];
    prints(&of(&mixed), b"007ABcd8");
}

#[test]
fn bytes_that_are_no_text_are_printed_as_they_are() {
    let bytes = b"\x00\xff\x80\x81\xfe\x8d\xf9";

    prints(&of(&[QrSegment::make_bytes(bytes)]), bytes);
}

#[test]
fn kanji_are_printed_as_utf_8() {
    // "Ten" and "tea", the standard's own example (7.4.6).
    let kanji = raw(&[KANJI, (2, 8), (0x0D9F, 13), (0x1AAA, 13)]);

    prints(&kanji, "\u{70b9}\u{8317}".as_bytes());
}

#[test]
fn a_named_character_set_is_printed_as_utf_8() {
    for (number, bytes, text) in [
        (26, "\u{5f20}*\u{660e}".as_bytes(), "\u{5f20}*\u{660e}"),
        (20, b"\x93\xfa\x96{".as_slice(), "\u{65e5}\u{672c}"),
        (3, b"Z\xfcrich", "Z\u{fc}rich"),
        (4, b"\xb5\xbb", "\u{13e}\u{165}"),
        (7, b"\xbf\xe0\xd8", "\u{41f}\u{440}\u{438}"),
        (9, b"\xe1\xe2", "\u{3b1}\u{3b2}"),
        (17, b"\xa4", "\u{20ac}"),
        (29, b"\xd6\xd0\xce\xc4", "\u{4e2d}\u{6587}"),
    ] {
        let named = of(&[QrSegment::make_eci(number), QrSegment::make_bytes(bytes)]);

        prints(&named, text.as_bytes());
    }
}

/// The separator between two fields is printed as the control character 1D.
#[test]
fn fnc1_in_first_position_makes_separators_of_percent_signs() {
    let gs1 = raw(&[
        FNC1_FIRST,
        ALPHANUMERIC,
        (4, 9),
        (10 * 45 + 38, 11),
        (38 * 45 + 38, 11),
    ]);
    // "A%%%": two percent signs are one, the third separates; or the other way round.
    let read = printed(&gs1);

    assert_eq!(read, b"A%\x1d");
    prints(&gs1, &read);
}

/// An industry's sign, here the letter a (97 and 100), begins the content.
#[test]
fn fnc1_in_second_position_begins_with_the_industrys_sign() {
    let aim = raw(&[FNC1_SECOND, (197, 8), BYTES, (2, 8), (0x6869, 16)]);

    prints(&aim, b"ahi");
}

/// Each symbol of several that belong together is a code of its own, and prints its own part.
#[test]
fn a_code_of_several_that_belong_together_prints_its_own_part() {
    for index in 0..3 {
        let part = raw(&[
            APPEND,
            (index, 4),
            (2, 4),
            (0x5A, 8),
            BYTES,
            (4, 8),
            (0x5061_7274, 32),
        ]);

        prints(&part, b"Part");
    }
}

/// A code of version 3 with these segments.
fn of(all: &[QrSegment]) -> QrCode {
    segments(all, 3, QrCodeEcc::Medium)
}

/// Both the first pass and the deep stages print this.
fn prints(code: &QrCode, wanted: &[u8]) {
    assert_eq!(printed(code), wanted, "by the first pass");
    let mut sheet = sheet(code);
    let side = usize::try_from(code.size()).unwrap();
    sheet.fill(30 + (4 + side - 7) * 5, 30 + 4 * 5, 7 * 5, 7 * 5, PAPER);

    let reading = Reader::new().read(&sheet.luma(), Budget::unlimited());
    let contents: Vec<&[u8]> = reading
        .codes
        .iter()
        .map(|code| code.content.as_slice())
        .collect();
    assert_eq!(contents, [wanted], "by the deep stages");
}

fn printed(code: &QrCode) -> Vec<u8> {
    let reading = Reader::new().read(&sheet(code).luma(), Budget::unlimited());

    assert_eq!(reading.codes.len(), 1);
    reading.codes[0].content.clone()
}

fn sheet(code: &QrCode) -> Canvas {
    let side = (usize::try_from(code.size()).unwrap() + 8) * 5 + 60;
    let mut sheet = Canvas::new(side, side, DESK);
    sheet.draw(code, 30, 30, 5);
    sheet
}
