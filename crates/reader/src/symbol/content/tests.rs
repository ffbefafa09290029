use proptest::{collection::vec, prelude::*};
use qrcodegen::{QrSegment, QrSegmentMode};
use rxing::{
    DecodeHints,
    common::{cpp_essentials::DecoderResult, string_utils::guessCharset},
    qrcode::{
        common::{ErrorCorrectionLevel, Version as OtherVersion},
        cpp_port::decoder::DecodeBitStream,
    },
};

use super::*;
use crate::guard::guarded;

#[test]
fn digits_capitals_and_bytes_follow_each_other() {
    let segments = [
        QrSegment::make_numeric("0012345"),
        QrSegment::make_alphanumeric("A-Z: $5%"),
        QrSegment::make_bytes(b"mixed\n\x00"),
        QrSegment::make_numeric("42"),
        QrSegment::make_alphanumeric("X"),
    ];
    for version in [1, 10, 27] {
        assert_eq!(
            text(&written(&segments, version), version),
            Some(b"0012345A-Z: $5%mixed\n\x0042X".to_vec())
        );
    }
}

#[test]
fn kanji_are_printed_as_utf_8() {
    // Of "ten" and "tea" (7.4.6): 935F and E4AA.
    let kanji = packed(8, 8, &[0x0D9F, 0x1AAA]);
    assert_eq!(
        text(&kanji, 1),
        Some("\u{70b9}\u{8317}".as_bytes().to_vec())
    );

    let hanzi = [bits(13, 4), bits(1, 4), bits(1, 8), bits(0x1060, 13)].concat();
    assert_eq!(text(&bytes(&hanzi), 1).map(|text| text.len()), Some(3));
}

#[test]
fn packed_characters_that_do_not_exist_are_refused() {
    assert_eq!(text(&packed(8, 8, &[0x1FFF]), 1), None);
    assert_eq!(text(&packed(8, 8, &[0x003F]), 1), None);
}

#[test]
fn a_named_character_set_holds_for_the_bytes_after_it() {
    let named = |number, bytes: &[u8]| {
        let segments = [QrSegment::make_eci(number), QrSegment::make_bytes(bytes)];
        text(&written(&segments, 5), 5).map(|text| String::from_utf8(text).unwrap())
    };

    assert_eq!(named(3, b"Z\xfcrich").as_deref(), Some("Z\u{fc}rich"));
    assert_eq!(
        named(20, b"\x93\xfa\x96{").as_deref(),
        Some("\u{65e5}\u{672c}")
    );
    assert_eq!(
        named(26, "\u{5f20}*".as_bytes()).as_deref(),
        Some("\u{5f20}*")
    );
    assert_eq!(
        named(29, b"\xd6\xd0\xce\xc4").as_deref(),
        Some("\u{4e2d}\u{6587}")
    );
    assert_eq!(
        named(32, b"\xd6\xd0\xce\xc4").as_deref(),
        Some("\u{4e2d}\u{6587}")
    );
    assert_eq!(named(28, b"\xa4\xa4").as_deref(), Some("\u{4e2d}"));
    assert_eq!(named(999_999, b"plain").as_deref(), Some("plain"));
}

#[test]
fn bytes_that_do_not_fit_their_set_stay_as_they_are() {
    let segments = [
        QrSegment::make_eci(26),
        QrSegment::make_bytes(b"\xff\x81\xfe "),
    ];

    assert_eq!(
        text(&written(&segments, 5), 5),
        Some(b"\xff\x81\xfe ".to_vec())
    );
}

#[test]
fn fnc1_in_first_position_makes_separators_of_percent_signs() {
    let fields = QrSegment::make_alphanumeric("01049%10A%%B");
    let data = bytes(&[bits(5, 4), header_and_data(&fields, 1), bits(0, 4)].concat());
    let content = read(&data, Version::new(1).unwrap()).unwrap();

    assert_eq!(content.bytes, b"01049\x1d10A%B");
    assert_eq!(content.application, Some(Application::Gs1));
}

#[test]
fn fnc1_in_second_position_begins_with_the_industrys_sign() {
    let fields = QrSegment::make_alphanumeric("AA%B");
    for (sign, printed) in [(37, "37"), (165, "A"), (222, "z")] {
        let data = [
            bits(9, 4),
            bits(sign, 8),
            header_and_data(&fields, 1),
            bits(0, 4),
        ]
        .concat();
        let content = read(&bytes(&data), Version::new(1).unwrap()).unwrap();

        assert_eq!(content.bytes, format!("{printed}AA\x1dB").into_bytes());
        assert_eq!(content.application, Some(Application::Aim));
    }
    let data = [
        bits(9, 4),
        bits(120, 8),
        header_and_data(&fields, 1),
        bits(0, 4),
    ]
    .concat();
    assert_eq!(text(&bytes(&data), 1), None);
}

#[test]
fn a_symbol_knows_its_place_among_those_written_together() {
    let part = QrSegment::make_bytes(b"part");
    let data = |index, last| {
        let header = [bits(3, 4), bits(index, 4), bits(last, 4), bits(0xA5, 8)].concat();
        bytes(&[header, header_and_data(&part, 1), bits(0, 4)].concat())
    };
    let content = read(&data(1, 3), Version::new(1).unwrap()).unwrap();

    assert_eq!(content.bytes, b"part");
    let append = Append {
        index: 1,
        count: 4,
        parity: 0xA5,
    };
    assert_eq!(content.append, Some(append));
    assert_eq!(text(&data(4, 3), 1), None);
}

#[test]
fn what_no_writer_writes_is_refused() {
    let refused = |data: &[Vec<u32>]| assert_eq!(text(&bytes(&data.concat()), 1), None, "{data:?}");

    // No segment at all.
    refused(&[bits(0, 16)]);
    // Unknown modes.
    for mode in [6, 10, 11, 12, 14, 15] {
        refused(&[bits(mode, 4), bits(0, 100)]);
    }
    // 1000 in three digits, 100 in two, 10 in one; a pair beyond the 45 capitals; one beyond.
    refused(&[bits(1, 4), bits(3, 10), bits(1_000, 10), bits(0, 16)]);
    refused(&[bits(1, 4), bits(2, 10), bits(100, 7), bits(0, 16)]);
    refused(&[bits(1, 4), bits(1, 10), bits(10, 4), bits(0, 16)]);
    refused(&[bits(2, 4), bits(2, 9), bits(2_025, 11), bits(0, 16)]);
    refused(&[bits(2, 4), bits(1, 9), bits(45, 6), bits(0, 16)]);
    // More announced than there is.
    refused(&[bits(4, 4), bits(9, 8), bits(0x41, 8), bits(0, 16)]);
    // A character set's number without an end.
    refused(&[bits(7, 4), bits(0xFF, 8), bits(0, 16)]);
}

#[test]
fn what_the_first_pass_prints_is_printed_here_too() {
    let katakana = [0xB1_u8, 0xB2, 0xB3, 0xB4];
    let all: Vec<Vec<QrSegment>> = vec![
        vec![QrSegment::make_bytes("\u{5f20}*\u{660e}".as_bytes())],
        vec![QrSegment::make_bytes(b"Z\xfcrich")],
        vec![QrSegment::make_bytes(b"\x93\xfa\x96{")],
        vec![QrSegment::make_bytes(b"\x00\xff\x80\x81\xfe")],
        vec![QrSegment::make_bytes(&katakana)],
        vec![QrSegment::make_bytes(b"\xfe\xff\x00A\x00B")],
        vec![
            QrSegment::make_numeric("123"),
            QrSegment::make_bytes("\u{e9}t\u{e9}".as_bytes()),
        ],
        vec![
            QrSegment::make_eci(26),
            QrSegment::make_bytes("\u{5f20}".as_bytes()),
        ],
        vec![
            QrSegment::make_alphanumeric("A"),
            QrSegment::make_eci(20),
            QrSegment::make_bytes(b"\x93\xfa"),
            QrSegment::make_eci(29),
            QrSegment::make_bytes(b"\xd6\xd0"),
            QrSegment::make_numeric("7"),
        ],
    ];
    for segments in &all {
        let data = written(segments, 6);

        assert_eq!(text(&data, 6), by_rxing(&data, 6));
    }
    let kanji = packed(8, 8, &[0x0D9F, 0x1AAA]);
    assert_eq!(text(&kanji, 1), by_rxing(&kanji, 1));
}

proptest! {
    #[test]
    fn any_codewords_give_an_answer(data in vec(any::<u8>(), 0..3_000), version in 0..50_u8) {
        let content = Version::new(version).and_then(|version| read(&data, version));

        prop_assert!(content.is_none_or(|content| content.bytes.len() <= 4 * 3 * data.len()));
    }

    #[test]
    fn bytes_of_any_kind_are_those_of_the_first_pass(raw in vec(any::<u8>(), 1..60)) {
        let data = written(&[QrSegment::make_bytes(&raw)], 6);

        prop_assert_eq!(text(&data, 6), by_rxing(&data, 6));
    }

    #[test]
    fn words_of_a_language_are_those_of_the_first_pass(word in "\\PC{1,20}") {
        let data = written(&[QrSegment::make_bytes(word.as_bytes())], 6);

        prop_assert_eq!(text(&data, 6), by_rxing(&data, 6));
    }
}

fn text(data: &[u8], version: u8) -> Option<Vec<u8>> {
    Some(read(data, Version::new(version)?)?.bytes)
}

fn by_rxing(data: &[u8], version: u8) -> Option<Vec<u8>> {
    let version = OtherVersion::Model2(version.into()).unwrap();
    let decoded = guarded(|| DecodeBitStream(data, version, ErrorCorrectionLevel::L)).unwrap();

    let decoded = decoded.ok().filter(DecoderResult::isValid)?;
    Some(printed_by_rxing(&decoded))
}

/// As UTF-8; the bytes as they are where they fit no character set.
fn printed_by_rxing(decoded: &DecoderResult<bool>) -> Vec<u8> {
    let builder = decoded.content();
    let bytes = builder.bytes();
    if bytes.is_ascii() && !builder.has_eci {
        return bytes.to_vec();
    }

    let text = builder.to_string();
    let guess = guessCharset(bytes, &DecodeHints::default());
    let fits = builder.has_eci || guess.is_some_and(|set| set.decode(bytes).is_ok());
    if fits && !text.contains(char::REPLACEMENT_CHARACTER) {
        return text.into_bytes();
    }

    // The guess misses half-width katakana.
    CharacterSet::Shift_JIS
        .decode(bytes)
        .map_or_else(|_| bytes.to_vec(), String::into_bytes)
}

/// Segments and what ends them, without padding.
fn written(segments: &[QrSegment], version: u8) -> Vec<u8> {
    let mut all: Vec<u32> = segments
        .iter()
        .flat_map(|segment| header_and_data(segment, version))
        .collect();
    all.extend(bits(0, 4));

    bytes(&all)
}

fn header_and_data(segment: &QrSegment, version: u8) -> Vec<u32> {
    let range = usize::from(version >= 10) + usize::from(version >= 27);
    let (mode, count) = match segment.mode() {
        QrSegmentMode::Numeric => (1, [10, 12, 14][range]),
        QrSegmentMode::Alphanumeric => (2, [9, 11, 13][range]),
        QrSegmentMode::Byte => (4, [8, 16, 16][range]),
        QrSegmentMode::Kanji => (8, [8, 10, 12][range]),
        QrSegmentMode::Eci => (7, 0),
    };
    let characters = u32::try_from(segment.num_chars()).unwrap();
    let data = segment.data().iter().map(|bit| u32::from(*bit)).collect();

    [bits(mode, 4), bits(characters, count), data].concat()
}

/// A segment of characters of 13 bits.
fn packed(mode: u32, count: usize, characters: &[u32]) -> Vec<u8> {
    let mut all = [
        bits(mode, 4),
        bits(u32::try_from(characters.len()).unwrap(), count),
    ]
    .concat();
    all.extend(characters.iter().flat_map(|character| bits(*character, 13)));
    all.extend(bits(0, 4));

    bytes(&all)
}

fn bits(number: u32, count: usize) -> Vec<u32> {
    (0..count)
        .rev()
        .map(|bit| if bit < 32 { number >> bit & 1 } else { 0 })
        .collect()
}

fn bytes(bits: &[u32]) -> Vec<u8> {
    let byte = |bits: &[u32]| (0..8).fold(0, |byte, at| byte << 1 | bits.get(at).unwrap_or(&0));

    bits.chunks(8)
        .map(|bits| u8::try_from(byte(bits)).unwrap())
        .collect()
}
