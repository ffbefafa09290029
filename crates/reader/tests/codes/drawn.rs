//! Codes drawn by another library, in all versions and positions.

use crate::draw::{Canvas, DESK, INK, PAPER, code, segments};
use qrcodegen::{QrCodeEcc, QrSegment};
use reader::{Budget, Level, Luma, Reader, Reading, Stages};

/// 313 characters, as a station's own code has.
const TEXT: &str = concat!(
    "MS1:6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE$VK G2EP4J0B3KLASMUG8GJL3VW*T-EW57J+*C7L5K",
    "B2J62YK0TN7R0M5UBR.OJ57D*HB:VIL8UM9TVIF41MUPO9WMUWJ73JL/APM/RTL5*6J9XH6PSQ TVP2J08W8RXTBU6L",
    "MNQ-OZ-T ZAVPI:9W8K7*U3 T9OTTX9HSM9TMT*2ZVCZKERRRJ 1OCCJV2ACS*7JWJ9IVT63AQ3I5H2VJG8D*50NZ3W",
    "T8*RBG7EMAC4HUYKE6EU4VQ1OW0L1-EAVPYI8*VK7"
);

#[test]
fn every_size_of_code_is_read_byte_for_byte() {
    for (version, text) in [
        (1, "A1"),
        (2, "B2:2"),
        (5, "five"),
        (6, "SIX"),
        (7, "seven, the first with a version"),
        (13, TEXT),
    ]
    .into_iter()
    .chain([(20, TEXT), (27, TEXT), (34, TEXT), (40, TEXT)])
    {
        let reading = read(sheet(text, version, 3));

        assert_eq!(contents(&reading), [text.as_bytes()], "version {version}");
        assert_eq!(
            (reading.codes[0].version, reading.codes[0].level),
            (version, Level::M)
        );
        assert_eq!(reading.seen_not_read, []);
    }
}

#[test]
fn a_code_is_read_in_every_quarter_turn() {
    let up = sheet(TEXT, 13, 4);
    let (width, height) = (up.width, up.height);
    let left = up.moved(height, width, |x, y| (width - 1 - y, x));
    let down = up.moved(width, height, |x, y| (width - 1 - x, height - 1 - y));
    let right = up.moved(height, width, |x, y| (y, height - 1 - x));

    for turned in [up, left, down, right] {
        assert_eq!(contents(&read(turned)), [TEXT.as_bytes()]);
    }
}

#[test]
fn a_mirrored_code_is_read_and_said_to_be_mirrored() {
    let sheet = sheet(TEXT, 13, 4);
    let width = sheet.width;
    let reading = read(sheet.moved(width, sheet.height, |x, y| (width - 1 - x, y)));

    assert_eq!(contents(&reading), [TEXT.as_bytes()]);
    assert!(reading.codes[0].mirrored);
}

#[test]
fn white_on_black_is_read() {
    let mut sheet = sheet(TEXT, 13, 4);
    sheet
        .pixels
        .iter_mut()
        .for_each(|pixel| *pixel = 255 - *pixel);

    assert_eq!(contents(&read(sheet)), [TEXT.as_bytes()]);
}

#[test]
fn two_codes_in_one_frame_are_both_read() {
    let mut desk = Canvas::new(1280, 720, DESK);
    desk.draw(&code("LEFT", 13, QrCodeEcc::Quartile), 100, 150, 4);
    desk.draw(&code("RIGHT", 11, QrCodeEcc::Medium), 800, 200, 3);

    let mut both = contents(&read(desk));
    both.sort();
    assert_eq!(both, [b"LEFT".to_vec(), b"RIGHT".to_vec()]);
}

#[test]
fn a_torn_sheet_is_seen_but_not_read() {
    let mut desk = Canvas::new(1280, 720, DESK);
    desk.draw(&code(TEXT, 13, QrCodeEcc::Quartile), 400, 150, 4);
    desk.fill(400 + 100, 150 + 100, 300, 300, DESK);
    let reading = read(desk);

    assert_eq!(contents(&reading), Vec::<Vec<u8>>::new());
    assert_eq!(reading.seen_not_read.len(), 1);
    let middle = reading.seen_not_read[0].middle();
    assert!(
        (middle.x - 554.0).abs() < 4.0 && (middle.y - 304.0).abs() < 4.0,
        "{middle:?}"
    );
}

#[test]
fn the_place_is_the_code_without_its_quiet_zone() {
    let mut desk = Canvas::new(640, 480, DESK);
    desk.draw(&code("HERE", 2, QrCodeEcc::Low), 200, 100, 5);
    let place = read(desk).codes[0].place;

    let wanted = [
        (220.0, 120.0),
        (345.0, 120.0),
        (345.0, 245.0),
        (220.0, 245.0),
    ];
    for (corner, (x, y)) in place.corners.iter().zip(wanted) {
        assert!(
            (corner.x - x).abs() < 2.0 && (corner.y - y).abs() < 2.0,
            "{place:?}"
        );
    }
    assert!((place.side() - 125.0).abs() < 3.0);
}

#[test]
fn text_comes_as_utf_8_and_other_bytes_as_they_are() {
    let byte = |bytes: &[u8]| vec![QrSegment::make_bytes(bytes)];
    let eci =
        |number, bytes: &[u8]| vec![QrSegment::make_eci(number), QrSegment::make_bytes(bytes)];
    let utf_8 = "\u{5f20}*\u{660e}";
    for (segs, content) in [
        (byte(utf_8.as_bytes()), utf_8.as_bytes()),
        (eci(26, utf_8.as_bytes()), utf_8.as_bytes()),
        (eci(3, b"Z\xfcrich"), "Z\u{fc}rich".as_bytes()),
        (byte(b"Z\xfcrich"), "Z\u{fc}rich".as_bytes()),
        (eci(20, b"\x93\xfa\x96{"), "\u{65e5}\u{672c}".as_bytes()),
        (eci(29, b"\xd6\xd0\xce\xc4"), "\u{4e2d}\u{6587}".as_bytes()),
        (
            byte(b"\x00\xff\x80\x81\xfe"),
            b"\x00\xff\x80\x81\xfe".as_slice(),
        ),
    ] {
        let mut desk = Canvas::new(320, 320, DESK);
        desk.draw(&segments(&segs, 3, QrCodeEcc::Medium), 60, 60, 4);

        assert_eq!(contents(&read(desk)), [content]);
    }
}

#[test]
fn an_empty_desk_gives_nothing() {
    let mut desk = Canvas::new(1280, 720, DESK);
    desk.fill(300, 100, 500, 600, PAPER);
    for line in 0..20 {
        desk.fill(350, 130 + 25 * line, 400, 8, INK);
    }

    assert_eq!(read(desk), Reading::default());
}

#[test]
fn a_spent_budget_ends_the_reading() {
    let reading = Reader::new().read(
        &sheet(TEXT, 13, 4).luma(),
        Budget::from_fn(|| std::time::Duration::ZERO),
    );

    assert_eq!(reading, Reading::default());
}

#[test]
fn what_it_took_is_told_by_the_budgets_clock() {
    let left = std::cell::Cell::new(1_000);
    let clock = move || {
        left.set(left.get() - 1);
        std::time::Duration::from_millis(left.get())
    };
    let reading = Reader::new().read(&sheet(TEXT, 13, 4).luma(), Budget::from_fn(clock));

    assert_eq!(contents(&reading), [TEXT.as_bytes()]);
    assert!(
        reading.took > std::time::Duration::from_millis(1)
            && reading.took < std::time::Duration::from_millis(100)
    );
}

#[test]
fn a_picture_whose_size_was_changed_holds_nothing() {
    let mut luma = sheet(TEXT, 13, 4).luma();
    luma.width = 0;

    assert_eq!(
        Reader::new().read(&luma, Budget::unlimited()),
        Reading::default()
    );
}

fn sheet(text: &str, version: u8, module: usize) -> Canvas {
    let drawn = code(text, version, QrCodeEcc::Medium);
    let side = (usize::try_from(drawn.size()).unwrap() + 8) * module;
    let mut sheet = Canvas::new(side + 60, side + 40, DESK);
    sheet.draw(&drawn, 30, 20, module);
    sheet
}

fn read(canvas: Canvas) -> Reading {
    let luma: Luma = canvas.luma();
    Reader::new().read(&luma, Budget::unlimited())
}

fn contents(reading: &Reading) -> Vec<Vec<u8>> {
    reading
        .codes
        .iter()
        .map(|code| code.content.clone())
        .collect()
}

#[test]
fn the_first_pass_looks_for_a_code_just_read_where_it_was_until_it_is_forgotten() {
    let text = "A SHEET THAT SHAKES IN A HAND ".repeat(6);
    let mut clear = Canvas::new(640, 480, DESK);
    clear.draw(&code(&text, 10, QrCodeEcc::Quartile), 150, 90, 5);
    let empty = Canvas::new(640, 480, DESK).luma();
    let reads = |reader: &mut Reader, luma: &Luma| {
        let reading = reader.read(luma, Budget::unlimited());
        !reading.codes.is_empty()
    };
    let (mut fresh, mut remembering, mut forgetful) = (0, 0, 0);
    for seed in 1..=24 {
        let faded = clear.blurred().faded(20, 4, seed * 7_919).luma();
        fresh += u32::from(reads(&mut Reader::with(Stages::first_pass()), &faded));
        for (pause, count) in [(0, &mut remembering), (10, &mut forgetful)] {
            let mut reader = Reader::with(Stages::first_pass());
            assert!(reads(&mut reader, &clear.clone().luma()));
            for _ in 0..pause {
                assert!(!reads(&mut reader, &empty));
            }
            *count += u32::from(reads(&mut reader, &faded));
        }
    }
    let read = format!("of 24: {fresh} fresh, {remembering} remembering, {forgetful} forgetful");
    assert!(remembering >= fresh + 8, "{read}");
    assert_eq!(forgetful, fresh, "{read}");
}
