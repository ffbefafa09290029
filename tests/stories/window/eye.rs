//! The whole window behind a webcam: each sheet of the demo, and everything that can happen to the camera.

use std::time::Duration;

use acceptance::figures::Stopwatch;
use acceptance::frames;
use acceptance::sheets::{self, Sheet};
use acceptance::uvc::{Film, Packing, State, Webcam};
use acceptance::window::desk::Desk;
use acceptance::window::page::Page;

use crate::shown::is_whole_in_both_languages;

const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
/// From the end of whatever kept the webcam away until the window shows pictures again.
const BACK: Duration = Duration::from_secs(2);

/// Holds up each sheet of the demo, one after the other: its verdict fills the window. A document that matches is
/// taken back, one differs.
pub(crate) fn every_sheet_gets_its_verdict(desk: &Desk, webcam: &mut Webcam) {
    let page = &desk.page;
    let bare = empty(webcam);
    let sheets = sheets::of(desk.city.data()).unwrap();
    assert_eq!(sheets.len(), 15);
    for (n, sheet) in sheets.iter().enumerate() {
        hold_up(webcam, sheet);
        if sheet.reason == "id_matches" {
            // The second of the three shows somebody else's document.
            compared(page, n != 1);
        } else {
            let seen = page.until("s.verdict !== null").unwrap();
            is_whole_in_both_languages(page, &seen, &sheet.verdict, &sheet.reason);
        }
        webcam.play(&bare).unwrap();
        page.press_until(ESCAPE, "s.watching").unwrap();
    }
}

/// The person is compared with a document before any verdict; an admission can be taken back.
fn compared(page: &Page, matches: bool) {
    let seen = page.until("s.comparing").unwrap();
    assert_eq!(seen["verdict"], serde_json::Value::Null, "{seen}");
    assert_eq!(seen["door"], "neutral", "{seen}");
    assert_eq!(seen["ground"], page.colour("door").unwrap(), "{seen}");
    let (key, verdict, reason) = if matches {
        (ENTER, "admit", "id_matches")
    } else {
        ("n", "refuse", "id_differs")
    };
    let seen = page.press_until(key, "s.verdict !== null").unwrap();
    is_whole_in_both_languages(page, &seen, verdict, reason);
    if matches {
        let undone = page.press_until("u", "s.stage === 'undone'").unwrap();
        assert_eq!(undone["door"], "neutral", "{undone}");
    }
}

/// Each way to lose the camera is named on the screen, and pictures are back soon after the cause is gone.
pub(crate) fn a_lost_camera_is_named_and_comes_back(page: &Page, webcam: &mut Webcam) {
    let bare = empty(webcam);
    webcam.play(&bare).unwrap();
    page.press_until(ESCAPE, "s.watching").unwrap();

    webcam.unplug().unwrap();
    is_told(page, "gone");
    webcam.replug().unwrap();
    comes_back(page, "plugged in again");

    webcam.be(State::Stalled).unwrap();
    is_told(page, "stalled");
    webcam.be(State::Ok).unwrap();
    comes_back(page, "frames again");

    for (state, told) in [(State::Busy, "busy"), (State::Denied, "forbidden")] {
        webcam.unplug().unwrap();
        is_told(page, "gone");
        webcam.be(state).unwrap();
        webcam.replug().unwrap();
        is_told(page, told);
        webcam.be(State::Ok).unwrap();
        comes_back(page, told);
    }
}

fn is_told(page: &Page, fault: &str) {
    let seen = page.until(&format!("s.camera === '{fault}'")).unwrap();
    assert_eq!(
        seen["cameraWords"],
        page.words(&seen, &format!("camera.{fault}")).unwrap(),
        "{seen}"
    );
    assert_eq!(seen["verdict"], serde_json::Value::Null, "{seen}");
}

fn comes_back(page: &Page, what: &str) {
    let time = Stopwatch::start();
    page.until("s.watching && s.camera === null").unwrap();
    let time = time.time();
    assert!(time <= BACK, "{what}: {time:?}");
}

fn hold_up(webcam: &mut Webcam, sheet: &Sheet) {
    let held = sheet.held().unwrap();
    let film = webcam.film(&sheet.file, &held, Packing::Jpeg).unwrap();
    webcam.play(&film).unwrap();
}

fn empty(webcam: &Webcam) -> Film {
    webcam
        .film("bare", &[frames::empty()], Packing::Jpeg)
        .unwrap()
}
