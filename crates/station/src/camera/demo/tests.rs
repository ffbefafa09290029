//! Sheets shown by the demo camera are read from its frames.

use std::time::Duration;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use reader::{Budget, Reader};

use super::*;
use crate::camera::{Camera, CameraReceiver, Source, hand_over};

const HELD: u32 = 24;
const AWAY: u32 = 6;

/// 313 characters, as a printed code has, different for each resident.
fn text(resident: usize) -> String {
    let code = format!(
        "MS1:{resident:02}6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE$VK G2EP4J0B3KLASMUG8GJL3"
    );
    code.chars().cycle().take(313).collect()
}

/// A4 at this many dots an inch, the code 80 mm wide in the upper half.
fn page(text: &str, dpi: usize) -> Luma {
    let version = Version::new(13);
    let segments = QrSegment::make_segments(text);
    let code = QrCode::encode_segments_advanced(
        &segments,
        QrCodeEcc::Quartile,
        version,
        version,
        None,
        false,
    )
    .unwrap();
    let millimetres = |mm: usize| mm * dpi * 10 / 254;
    let (width, height, side) = (millimetres(210), millimetres(297), millimetres(80));
    let (left, top) = ((width - side) / 2, millimetres(70));
    let mut pixels = vec![255; width * height];
    for y in 0..side {
        for x in 0..side {
            let module = |at: usize| i32::try_from(at * 69 / side).unwrap();
            if code.get_module(module(x), module(y)) {
                pixels[(top + y) * width + left + x] = 0;
            }
        }
    }
    Luma::new(width, height, pixels).unwrap()
}

fn demo(sheets: Vec<Luma>, seed: u64) -> Demo {
    Demo {
        sheets,
        held: HELD,
        away: AWAY,
        rounds: Some(1),
        pace: Pace::AsTaken,
        seed,
    }
}

#[test]
fn nearly_every_held_frame_is_read_and_an_empty_desk_never() {
    for (dpi, seed) in [(150, 1), (200, 2)] {
        let texts: Vec<String> = (0..6).map(text).collect();
        let mut frames = demo(texts.iter().map(|text| page(text, dpi)).collect(), seed).frames();
        let mut reader = Reader::new();
        let mut read = vec![0; texts.len()];
        loop {
            let empty = frames.brought().is_none();
            let Some(frame) = frames.next() else { break };
            let reading = reader.read(&frame, Budget::unlimited());
            let contents: Vec<_> = reading
                .codes
                .iter()
                .map(|code| code.content.as_slice())
                .collect();
            if let Some(sheet) = frames.showing() {
                assert!(contents.is_empty() || contents == [texts[sheet].as_bytes()]);
                read[sheet] += contents.len();
            } else if empty {
                assert_eq!((contents.len(), reading.seen_not_read.len()), (0, 0));
            }
        }

        assert!(
            read.iter().all(|read| *read >= 20),
            "{read:?} of {HELD} at {dpi} dpi"
        );
        println!("{read:?} of {HELD} at {dpi} dpi");
    }
}

#[test]
fn the_same_seed_gives_the_same_frames_and_another_seed_others() {
    let sheets = vec![page(&text(1), 150)];
    let frames = |seed| {
        demo(sheets.clone(), seed)
            .frames()
            .skip(14)
            .take(3)
            .collect::<Vec<_>>()
    };

    assert_eq!(frames(7), frames(7));
    assert_ne!(frames(7), frames(8));
}

#[test]
fn a_round_shows_each_sheet_and_ends_with_an_empty_desk() {
    let sheets = vec![page(&text(1), 100), page(&text(2), 100)];
    let mut frames = demo(sheets, 3).frames();
    let mut shown = Vec::new();
    while frames.next().is_some() {
        shown.push(frames.showing());
    }

    let held = |sheet| std::iter::repeat_n(Some(sheet), 24);
    let none = |frames| std::iter::repeat_n(None, frames);
    let round = none(6 + 6)
        .chain(held(0))
        .chain(none(6 + 6 + 6))
        .chain(held(1))
        .chain(none(6 + 6));
    assert_eq!(shown, round.collect::<Vec<_>>());
}

#[test]
fn without_a_number_of_rounds_it_goes_on() {
    let endless = Demo {
        rounds: None,
        held: 1,
        away: 1,
        ..demo(vec![page(&text(1), 60)], 3)
    };

    assert_eq!(endless.frames().take(60).count(), 60);
}

#[test]
fn without_sheets_there_is_only_the_desk() {
    assert_eq!(demo(Vec::new(), 1).frames().count(), 6);
}

/// Which webcams there are is another matter.
fn next(receiver: &CameraReceiver) -> Option<CameraEvent> {
    std::iter::from_fn(|| receiver.next(Duration::from_secs(30)))
        .find(|event| !matches!(event, CameraEvent::Listed(_)))
}

#[test]
fn the_camera_says_that_it_is_a_demo_and_ends() {
    let (sender, receiver) = hand_over(|| ());
    let quick = Demo {
        held: 1,
        away: 1,
        ..demo(vec![page(&text(1), 60)], 3)
    };
    let handle = Camera::start(Source::Demo(quick), sender);
    let all: Vec<_> = std::iter::from_fn(|| next(&receiver)).collect();
    handle.stop();

    assert_eq!(
        all.first(),
        Some(&CameraEvent::Opened {
            name: "demo".to_owned(),
            demo: true
        })
    );
    assert_eq!(all.len(), 1 + (1 + 6 + 1 + 6) + 1 + 1);
    assert_eq!(all.last(), Some(&CameraEvent::Ended));
}

#[test]
fn a_stop_does_not_wait_for_the_next_frame() {
    let (sender, receiver) = hand_over(|| ());
    let slow = Demo {
        pace: Pace::Every(Duration::from_hours(1)),
        ..demo(Vec::new(), 3)
    };
    let handle = Camera::start(Source::Demo(slow), sender);
    assert!(matches!(next(&receiver), Some(CameraEvent::Opened { .. })));
    assert!(matches!(next(&receiver), Some(CameraEvent::Frame(_))));
    handle.stop();

    assert_eq!(next(&receiver), None);
}

#[test]
fn a_sheet_is_held_while_staff_are_busy_with_it_but_not_for_ever() {
    let mut frames = demo(vec![page(&text(0), 100), page(&text(1), 100)], 7).frames();
    let mut held = |busy: bool| {
        let mut count = 0;
        let first = loop {
            frames.keep(busy);
            frames.next().unwrap();
            if let Some(sheet) = frames.showing() {
                break sheet;
            }
        };
        while frames.showing() == Some(first) {
            count += 1;
            frames.keep(busy);
            frames.next().unwrap();
        }
        (first, count)
    };
    assert_eq!(held(true), (0, HELD + MOST_KEPT));
    assert_eq!(held(false), (1, HELD));
}
