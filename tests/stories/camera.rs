//! A webcam at the desk: it reads, it is pulled out and plugged in again, it stalls, it is taken, and the station
//! says each time what to do and is back soon after the cause is gone.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]
#![expect(
    clippy::print_stdout,
    reason = "a story tells what it measures, and why it is skipped"
)]
#![cfg(target_os = "linux")]

use std::process::Command;
use std::time::Duration;

use acceptance::city::City;
use acceptance::frames;
use acceptance::headless::{GONE, Headless, RUNS, Way};
use acceptance::programs;
use acceptance::sheets;
use acceptance::uvc::{self, Packing, State, Webcam};

const STALLED: &str = "the camera sends no pictures";
const BUSY: &str = "another program holds the camera";
const FORBIDDEN: &str = "the system forbids the camera";

/// From the end of whatever kept the webcam away until it gives pictures again.
const BACK: Duration = Duration::from_secs(2);
/// Two seconds without a picture, and what it takes to say so.
const NOTICED: Duration = Duration::from_secs(3);
const ROUNDS: usize = 10;
/// Over the last half of the rounds, when the allocator has what it needs. The buffers of one opening are 7 MiB.
const MOST_GROWTH_KIB: u64 = 4096;

#[test]
fn demo_sheets_are_read_as_mjpeg_with_and_without_tables_then_as_yuyv_with_and_without_gaps_by_video4linux()
 {
    let yuyv = |gap| Packing::Yuyv { gap };
    reads(
        Way::Own,
        &[Packing::Jpeg, Packing::BareJpeg, yuyv(0), yuyv(96)],
    );
}

#[test]
fn demo_sheets_are_read_as_mjpeg_then_as_yuyv_by_nokhwa() {
    reads(Way::Nokhwa, &[Packing::Jpeg, Packing::Yuyv { gap: 0 }]);
}

#[test]
fn whatever_happens_to_the_webcam_the_station_says_so_and_is_back_in_two_seconds_by_video4linux() {
    comes_back(Way::Own);
}

#[test]
fn whatever_happens_to_the_webcam_the_station_says_so_and_is_back_in_two_seconds_by_nokhwa() {
    comes_back(Way::Nokhwa);
}

#[test]
fn ten_times_unplugged_and_plugged_in_again_nothing_grows_by_video4linux() {
    is_flat(Way::Own);
}

#[test]
fn ten_times_unplugged_and_plugged_in_again_nothing_grows_by_nokhwa() {
    is_flat(Way::Nokhwa);
}

#[test]
fn a_webcam_whose_largest_picture_has_no_room_on_the_cable_gives_a_smaller_one() {
    let (city, texts) = gate();
    let Some((mut webcam, mut station)) = desk(&city, Way::Own, State::Narrow) else {
        return;
    };
    assert!(station.first.contains(RUNS), "{}", station.first);
    let sheet = webcam.film("sheet", &[frames::clean(&texts[0])], Packing::Jpeg);
    webcam.play(&sheet.unwrap()).unwrap();
    assert!(station.verdict().unwrap().starts_with("admit "));
}

/// The way back from the demo camera; and what was used once is taken at the next start.
#[test]
fn a_key_takes_the_webcam_in_the_demo_cameras_place_and_it_is_remembered() {
    let (city, _) = gate();
    let Some((webcam, mut station)) = started(&city, Way::Own, State::Ok, &["--demo-camera"])
    else {
        return;
    };
    assert!(station.first.contains("demo camera"), "{}", station.first);
    station.type_line("c").unwrap();
    station.says(RUNS).unwrap();
    station.type_line("c").unwrap();
    station.says("means nothing on this screen").unwrap();
    drop(station);
    assert_eq!(remembered(&city).as_deref(), Some(uvc::NAME));
    drop(webcam);
}

#[test]
fn a_webcam_that_nobody_named_is_remembered_once_it_was_used() {
    let (city, _) = gate();
    let Some((_webcam, station)) = started(&city, Way::Own, State::Ok, &[]) else {
        return;
    };
    assert!(station.first.contains(RUNS), "{}", station.first);
    drop(station);
    assert_eq!(remembered(&city).as_deref(), Some(uvc::NAME));
}

#[test]
fn the_webcams_are_listed_by_the_names_that_choose_them() {
    if let Some(why) = uvc::missing() {
        println!("SKIPPED: {why}");
        return;
    }
    let webcam = Webcam::plug_in(&[frames::empty()], Packing::Jpeg).unwrap();
    let mut cameras = Command::new(programs::menshen().unwrap());
    cameras.args(["station", "cameras"]);
    webcam.show_to(&mut cameras);
    let output = cameras.output().unwrap();
    let problem = String::from_utf8_lossy(&output.stderr);
    if problem.contains("built without a camera") {
        println!("SKIPPED: {problem}");
        return;
    }
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("{}\n", uvc::NAME)
    );
}

/// A frame that ends early is no picture, even where the one before still lies in its buffer.
#[test]
fn cut_off_frames_are_not_read_and_a_webcam_that_sends_nothing_else_counts_as_stalled() {
    let (city, texts) = gate();
    let Some((mut webcam, mut station)) = desk(&city, Way::Own, State::Ok) else {
        return;
    };
    let packing = Packing::Yuyv { gap: 0 };
    let sheet = [frames::clean(&texts[0])];
    let sheet = webcam.film("sheet", &sheet, packing).unwrap();
    // A quarter of the picture.
    webcam.cut(frames::WIDTH * frames::HEIGHT / 2).unwrap();
    webcam.play(&sheet).unwrap();

    let line = station
        .line_where(|line| line.contains(STALLED) || line.contains(" #"))
        .unwrap();
    assert!(line.contains(STALLED), "read from a quarter: {line}");
    webcam.cut(0).unwrap();
    back(&station, "whole frames");
    assert!(station.verdict().unwrap().starts_with("admit "));
}

/// Sheets in packings that follow each other under the running stream. The webcam was named, so it is
/// remembered.
fn reads(way: Way, packings: &[Packing]) {
    let mut city = City::with_residents().unwrap();
    city.start_server().unwrap();
    city.enrol().unwrap();
    let Some((mut webcam, mut station)) = desk(&city, way, State::Ok) else {
        return;
    };
    assert!(station.first.contains(RUNS), "{}", station.first);
    for (sheet, packing) in sheets::of(city.data()).unwrap().iter().zip(packings) {
        let film = webcam.film(&sheet.file, &sheet.held().unwrap(), *packing);
        webcam.play(&film.unwrap()).unwrap();

        let verdict = station.verdict().unwrap();
        let expected = format!("{} {}", sheet.verdict, sheet.reason);
        assert_eq!(
            verdict.split([',', '(']).next().unwrap(),
            expected,
            "{packing:?}"
        );
    }
    drop(station);
    assert_eq!(remembered(&city).as_deref(), Some(uvc::NAME));
    let again = Headless::start_with(&city, &webcam, way, &[]).unwrap();
    assert!(again.unwrap().first.contains(RUNS));
}

/// Everything that can happen to a webcam, and that it keeps nobody from being admitted by hand.
fn comes_back(way: Way) {
    let (city, texts) = gate();
    let Some((mut webcam, mut station)) = desk(&city, way, State::Denied) else {
        return;
    };
    assert!(station.first.contains(FORBIDDEN), "{}", station.first);
    webcam.be(State::Ok).unwrap();
    back(&station, "allowed");

    webcam.unplug().unwrap();
    assert!(station.says(GONE).unwrap() < BACK);
    station.type_line("r 1941 123X 王小明").unwrap();
    assert_eq!(station.verdict().unwrap(), "attention by_hand");
    station.type_line("l").unwrap();
    station.says("let_in #").unwrap();
    webcam.replug().unwrap();
    back(&station, "plugged in again");
    let sheet = webcam.film("sheet", &[frames::clean(&texts[0])], Packing::Jpeg);
    webcam.play(&sheet.unwrap()).unwrap();
    assert!(station.verdict().unwrap().starts_with("admit "));

    webcam.be(State::Stalled).unwrap();
    assert!(station.says(STALLED).unwrap() < NOTICED);
    webcam.be(State::Ok).unwrap();
    back(&station, "frames again");

    webcam.unplug().unwrap();
    station.says(GONE).unwrap();
    webcam.be(State::Busy).unwrap();
    webcam.replug().unwrap();
    station.says(BUSY).unwrap();
    webcam.be(State::Ok).unwrap();
    back(&station, "free again");
}

fn is_flat(way: Way) {
    let (city, texts) = gate();
    let Some((mut webcam, mut station)) = desk(&city, way, State::Ok) else {
        return;
    };
    let rounds = station.pull(&mut webcam, ROUNDS).unwrap();
    for (time, size) in &rounds {
        println!("{way:?}: back after {time:?}, {size:?}");
        assert!(*time <= BACK);
    }
    let (warm, last) = (rounds[ROUNDS / 2 - 1].1, rounds[ROUNDS - 1].1);
    assert!(
        last.memory <= warm.memory + MOST_GROWTH_KIB,
        "{warm:?} {last:?}"
    );
    // Connections to the server may close meanwhile.
    assert!(last.files <= warm.files, "{warm:?} {last:?}");
    assert!(last.threads <= warm.threads, "{warm:?} {last:?}");

    let sheet = webcam.film("sheet", &[frames::clean(&texts[0])], Packing::Jpeg);
    webcam.play(&sheet.unwrap()).unwrap();
    assert!(station.verdict().unwrap().starts_with("admit "));
}

/// A station that admits without comparing, and a code that it admits.
fn gate() -> (City, Vec<String>) {
    let mut city = City::found().unwrap();
    city.set_policy(|policy| policy.identity_check = false)
        .unwrap();
    let texts = city.issue(1).unwrap();
    city.start_server().unwrap();
    city.enrol().unwrap();

    (city, texts)
}

/// A webcam before an empty desk and a station that has said something of it; none, and why on the output, where it
/// cannot be.
fn desk(city: &City, way: Way, state: State) -> Option<(Webcam, Headless)> {
    started(city, way, state, &["--camera", uvc::NAME])
}

/// As [`desk`], with other words than the webcam's name.
fn started(city: &City, way: Way, state: State, words: &[&str]) -> Option<(Webcam, Headless)> {
    let skip = |why: &str| {
        println!("SKIPPED: {why}");
        None
    };
    if let Some(why) = uvc::missing() {
        return skip(why);
    }
    let started = Webcam::plug_in(&[frames::empty()], Packing::Jpeg).and_then(|mut webcam| {
        webcam.be(state)?;
        let station = Headless::start_with(city, &webcam, way, words)?;
        Ok(station.map(|station| (webcam, station)))
    });
    match started {
        Ok(Some(both)) => Some(both),
        Ok(None) => skip("the programs are built without a camera (cargo xtask test builds it in)"),
        Err(error) => panic!("{error:#}"),
    }
}

fn remembered(city: &City) -> Option<String> {
    let (store, _) = city.store().unwrap();
    let name = store.saved("camera").unwrap()?;

    Some(String::from_utf8(name).unwrap())
}

fn back(station: &Headless, what: &str) {
    let time = station.says(RUNS).unwrap();
    println!("{what}: back after {time:?}");
    assert!(time <= BACK, "{what}: back after {time:?}");
}
