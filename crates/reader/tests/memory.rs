//! What a look at a frame holds: alone in its process, as that is what the system tells.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use qrcodegen::{QrCode, QrCodeEcc};
use reader::{Budget, Luma, Reader};

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
const MOST_KIB: u64 = 64 * 1_024;

/// Frames that go through all stages: torn codes everywhere, and a large one out of place.
#[test]
fn a_look_at_a_frame_of_1280_by_720_holds_less_than_64_mebibytes() {
    let Some(before) = held("VmRSS:") else {
        println!("SKIPPED: this system does not tell what a process holds");
        return;
    };
    let mut reader = Reader::new();
    for version in [7, 25] {
        reader.read(&torn(version), Budget::unlimited());
    }
    let most = held("VmHWM:").unwrap();

    assert!(most < MOST_KIB, "{most} KiB at most, {before} before");
    println!("{most} KiB at most, {before} before");
}

/// As many codes of a version as fit, each with stripes across.
fn torn(version: u8) -> Luma {
    let version = qrcodegen::Version::new(version);
    let segments = qrcodegen::QrSegment::make_segments("TORN");
    let level = QrCodeEcc::Low;
    let code =
        QrCode::encode_segments_advanced(&segments, level, version, version, None, false).unwrap();
    let modules = usize::try_from(code.size()).unwrap() + 8;
    let grey = |at: usize| {
        let (x, y) = (at % WIDTH / 5, at / WIDTH / 5);
        let module = |along: usize| i32::try_from(along % modules).unwrap() - 4;
        match (x % 12, code.get_module(module(x), module(y))) {
            (9.., _) => 120,
            (_, true) => 40,
            (_, false) => 210,
        }
    };
    let pixels = (0..WIDTH * HEIGHT).map(grey).collect();

    Luma::new(WIDTH, HEIGHT, pixels).unwrap()
}

/// In KiB, on systems that tell.
fn held(word: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(word))?;

    line.split_whitespace().next()?.parse().ok()
}
