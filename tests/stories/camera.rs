//! A webcam at the desk: it reads, it is pulled out and plugged in again, it stalls, it is taken, and the station
//! says each time what to do and is back soon after the cause is gone.

#![expect(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a story that cannot go on fails"
)]
#![expect(
    clippy::print_stdout,
    reason = "a story tells what it sees and measures"
)]
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use acceptance::city::City;
use acceptance::figures::Stopwatch;
use acceptance::uvc::{self, Packing, State, Webcam};
use acceptance::{frames, programs};
use reader::Luma;
use serde_json::Value;
use station::camera::{Demo, Pace};
use station::picture::read_picture;

/// A story that waits this long for a line has failed.
const LONGEST: Duration = Duration::from_secs(30);
/// "Back within 2 s of the cause ending."
const BACK: Duration = Duration::from_secs(2);
/// Two seconds without a picture, and what it takes to say so.
const NOTICED: Duration = Duration::from_secs(3);
const ROUNDS: usize = 10;
/// Over the last half of the rounds, when the allocator has what it needs. Four buffers are 7 MiB.
const MOST_GROWTH_KIB: u64 = 4096;
/// Photographs of a sheet that are played round and round.
const HELD: usize = 8;

const RUNS: &str = "the camera gives pictures: Menshen virtual webcam";
const GONE: &str = "the camera was unplugged or failed";
const STALLED: &str = "the camera sends no pictures";
const BUSY: &str = "another program holds the camera";
const FORBIDDEN: &str = "the system forbids the camera";

/// The library by which the station asks for webcams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// `Video4Linux`, as on every Linux.
    Own,
    /// nokhwa, as on macOS and Windows.
    Nokhwa,
}

/// `menshen station --headless` with the virtual webcam. Dropping it kills it.
struct Station {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
    /// What it said of its camera first.
    first: String,
}

impl Station {
    /// None, and why on the output, where the programs have no camera.
    fn start(city: &City, webcam: &Webcam, way: Way) -> Option<Self> {
        let mut command = Command::new(programs::menshen().unwrap());
        command
            .args(["station", "--headless", "--camera", uvc::NAME, "--data"])
            .arg(city.data())
            .env_remove("MENSHEN_CAMERA")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if way == Way::Nokhwa {
            command.env("MENSHEN_CAMERA", "nokhwa");
        }
        webcam.show_to(&mut command);
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (tell, lines) = channel();
        thread::spawn(move || {
            for line in stdout.lines() {
                let Ok(line) = line else { return };
                println!("{line}");
                if tell.send(line).is_err() {
                    return;
                }
            }
        });

        let mut station = Self {
            child,
            stdin,
            lines,
            first: String::new(),
        };
        station.first = station.line_where(|line| line.contains("camera"), "its camera");
        if station.first.contains("built without one") {
            println!("SKIPPED: the programs have no camera (cargo xtask test builds it in)");
            return None;
        }

        Some(station)
    }

    /// Waits for a line with this in it; how long that took.
    fn says(&self, words: &str) -> Duration {
        let watch = Stopwatch::start();
        self.line_where(|line| line.contains(words), words);

        watch.time()
    }

    /// The next line of which `fits` holds.
    fn line_where(&self, fits: impl Fn(&str) -> bool, awaited: &str) -> String {
        let watch = Stopwatch::start();
        let mut heard = Vec::new();
        loop {
            let left = LONGEST.saturating_sub(watch.time());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("no line came with: {awaited}; but: {heard:#?}");
            };
            if fits(&line) {
                return line;
            }
            heard.push(line);
        }
    }

    fn type_line(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").unwrap();
    }

    /// The verdict of the sheet before the webcam, staff having compared the ID document where that is asked;
    /// `verdict reason`.
    fn verdict(&mut self) -> String {
        loop {
            let line = self.line_where(|line| line.contains(" #") || compares(line), "a verdict");
            if compares(&line) {
                self.type_line("y");
            } else {
                let words: Vec<&str> = line.split_whitespace().skip(1).take(2).collect();
                return words.join(" ");
            }
        }
    }

    /// Resident memory in KiB, open files, threads.
    fn size(&self) -> (u64, usize, u64) {
        let of = format!("/proc/{}", self.child.id());
        let status = fs::read_to_string(format!("{of}/status")).unwrap();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            let number = line.split_whitespace().nth(1).unwrap();
            number.parse::<u64>().unwrap()
        };
        let files = fs::read_dir(format!("{of}/fd")).unwrap().count();

        (field("VmRSS:"), files, field("Threads:"))
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn compares(line: &str) -> bool {
    line.split_whitespace().nth(1) == Some("compare")
}

/// A webcam before an empty desk; none, and why on the output, where it cannot be.
fn webcam() -> Option<Webcam> {
    if let Some(why) = uvc::missing() {
        println!("SKIPPED: {why}");
        return None;
    }

    Some(Webcam::plug_in(&[frames::empty()], Packing::Jpeg).unwrap())
}

/// A station that admits without comparing, and codes that it admits.
fn gate(codes: usize) -> (City, Vec<String>) {
    let mut city = City::found().unwrap();
    city.set_policy(|policy| {
        policy.identity_check = false;
        policy.again_within = 0;
    })
    .unwrap();
    let texts = city.issue(codes).unwrap();
    city.start_server().unwrap();
    city.enrol().unwrap();

    (city, texts)
}

/// The demo camera's photographs of a demo sheet held up, and what it should give.
fn photographs(city: &City, sheet: usize) -> (Vec<Luma>, String) {
    let folder = city.data().join("sheets");
    let text = fs::read_to_string(folder.join("demo.json")).unwrap();
    let sheets: Vec<Value> = serde_json::from_str(&text).unwrap();
    let word = |name: &str| sheets[sheet]["expected"][name].as_str().unwrap().to_owned();
    let pictures = fs::read_dir(&folder).unwrap();
    let mut pictures: Vec<_> = pictures
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "png"))
        .filter(|path| !path.to_string_lossy().contains("-card"))
        .collect();
    pictures.sort();
    let demo = Demo {
        sheets: vec![read_picture(&pictures[sheet]).unwrap()],
        held: 30,
        away: 0,
        rounds: Some(1),
        pace: Pace::AsTaken,
        seed: 7,
    };
    let mut shown = demo.frames();
    let mut held = Vec::new();
    while held.len() < HELD {
        let frame = shown.next().unwrap();
        if shown.showing().is_some() {
            held.push(frame);
        }
    }

    (held, format!("{} {}", word("verdict"), word("reason")))
}

/// Shows sheets in packings that follow each other under a running stream.
fn reads(way: Way, packings: &[Packing]) {
    let Some(mut webcam) = webcam() else {
        return;
    };
    let mut city = City::with_residents().unwrap();
    city.start_server().unwrap();
    city.enrol().unwrap();
    let Some(mut station) = Station::start(&city, &webcam, way) else {
        return;
    };
    assert!(station.first.contains(RUNS), "{}", station.first);
    for (sheet, packing) in packings.iter().enumerate() {
        let (held, expected) = photographs(&city, sheet);
        let film = webcam
            .film(&format!("sheet-{sheet}"), &held, *packing)
            .unwrap();
        webcam.play(&film).unwrap();
        let verdict = station.verdict();
        let first = verdict.split(',').next().unwrap().to_owned();
        assert_eq!(first, expected, "{packing:?}");
    }
}

#[test]
fn demo_sheets_are_read_as_mjpeg_then_as_yuyv_and_with_gaps_between_rows_by_video4linux() {
    reads(
        Way::Own,
        &[
            Packing::Jpeg,
            Packing::Yuyv { gap: 0 },
            Packing::Yuyv { gap: 96 },
        ],
    );
}

#[test]
fn demo_sheets_are_read_as_mjpeg_then_as_yuyv_by_nokhwa() {
    reads(Way::Nokhwa, &[Packing::Jpeg, Packing::Yuyv { gap: 0 }]);
}

/// Everything that can happen to a cable, and that staff are not kept from their work by it.
fn comes_back(way: Way) {
    let Some(mut webcam) = webcam() else {
        return;
    };
    let (city, texts) = gate(1);
    webcam.be(State::Denied).unwrap();
    let Some(mut station) = Station::start(&city, &webcam, way) else {
        return;
    };
    let sheet = webcam.film("sheet", &[frames::clean(&texts[0])], Packing::Jpeg);
    assert!(station.first.contains(FORBIDDEN), "{}", station.first);
    webcam.be(State::Ok).unwrap();
    back(&station, "allowed");

    webcam.unplug().unwrap();
    assert!(station.says(GONE) < BACK);
    station.type_line("r 1941 123X 王小明");
    assert_eq!(station.verdict(), "attention by_hand");
    station.type_line("l");
    station.says("let_in #");
    webcam.replug().unwrap();
    back(&station, "plugged in again");
    webcam.play(&sheet.unwrap()).unwrap();
    assert!(station.verdict().starts_with("admit "));

    webcam.be(State::Stalled).unwrap();
    assert!(station.says(STALLED) < NOTICED);
    webcam.be(State::Ok).unwrap();
    back(&station, "frames again");

    webcam.unplug().unwrap();
    station.says(GONE);
    webcam.be(State::Busy).unwrap();
    webcam.replug().unwrap();
    station.says(BUSY);
    webcam.be(State::Ok).unwrap();
    back(&station, "free again");
}

fn back(station: &Station, what: &str) {
    let time = station.says(RUNS);
    println!("{what}: back after {time:?}");
    assert!(time <= BACK, "{what}: back after {time:?}");
}

#[test]
fn whatever_happens_to_the_webcam_the_station_says_so_and_is_back_in_two_seconds_by_video4linux() {
    comes_back(Way::Own);
}

#[test]
fn whatever_happens_to_the_webcam_the_station_says_so_and_is_back_in_two_seconds_by_nokhwa() {
    comes_back(Way::Nokhwa);
}

/// A frame that ends early is no picture, even where the one before still lies in its buffer.
#[test]
fn cut_off_frames_are_not_read_and_a_webcam_that_sends_nothing_else_counts_as_stalled() {
    let Some(mut webcam) = webcam() else {
        return;
    };
    let (city, texts) = gate(1);
    let packing = Packing::Yuyv { gap: 0 };
    let desk = webcam.film("desk", &[frames::empty()], packing).unwrap();
    let sheet = webcam
        .film("sheet", &[frames::clean(&texts[0])], packing)
        .unwrap();
    webcam.play(&desk).unwrap();
    let Some(mut station) = Station::start(&city, &webcam, Way::Own) else {
        return;
    };
    assert!(station.first.contains(RUNS), "{}", station.first);

    webcam.cut(frames::WIDTH * frames::HEIGHT).unwrap();
    webcam.play(&sheet).unwrap();
    let line = station.line_where(|_| true, "anything");
    assert!(line.contains(STALLED), "{line}");
    webcam.cut(0).unwrap();
    back(&station, "whole frames");
    assert!(station.verdict().starts_with("admit "));
}

/// Pulls the cable ten times.
fn is_flat(way: Way) {
    let Some(mut webcam) = webcam() else {
        return;
    };
    let (city, texts) = gate(1);
    let Some(mut station) = Station::start(&city, &webcam, way) else {
        return;
    };
    assert!(station.first.contains(RUNS), "{}", station.first);
    let mut sizes = Vec::new();
    for round in 0..ROUNDS {
        webcam.unplug().unwrap();
        station.says(GONE);
        webcam.replug().unwrap();
        back(&station, "round");
        let size = station.size();
        println!(
            "{way:?}, round {round}: {} KiB, {} files, {} threads",
            size.0, size.1, size.2
        );
        sizes.push(size);
    }
    let (warm, last) = (sizes[ROUNDS / 2 - 1], sizes[ROUNDS - 1]);
    assert!(last.0 <= warm.0 + MOST_GROWTH_KIB, "memory: {sizes:?}");
    assert!(last.1 <= warm.1, "files: {sizes:?}");
    assert!(last.2 <= warm.2, "threads: {sizes:?}");

    let sheet = webcam.film("sheet", &[frames::clean(&texts[0])], Packing::Jpeg);
    webcam.play(&sheet.unwrap()).unwrap();
    assert!(station.verdict().starts_with("admit "));
}

#[test]
fn ten_times_unplugged_and_plugged_in_again_nothing_grows_by_video4linux() {
    is_flat(Way::Own);
}

#[test]
fn ten_times_unplugged_and_plugged_in_again_nothing_grows_by_nokhwa() {
    is_flat(Way::Nokhwa);
}
