//! What hostile codes make us keep in memory. A file of its own, since the peak is the whole process's.

#[path = "foreign/signed.rs"]
#[expect(
    dead_code,
    reason = "shared with the tests of the formats, which use it all"
)]
mod signed;

use std::fs;

use domain::code::MAX_TEXT;
use domain::code::foreign::{pretix, shc, vds_nc};

/// What a code may take (SECURITY.md §8).
const ALLOWED_KIB: u64 = 1_024;

/// Cards whose payload unpacks to 64 KiB of what takes most room, one that takes as much as is let through, a seal and a
/// ticket as long as a code.
#[test]
fn no_code_of_these_formats_takes_a_megabyte() {
    let hostile = [
        card(&full(r#"{"":0}"#)),
        card(&full("{}")),
        card(&full("[]")),
        card(&full("0")),
        card(&full(r#""""#)),
        card(&" ".repeat(65_536)),
        card(&" ".repeat(1_000_000)),
    ];
    let most = card(&format!(r#"{{"a":[{}]}}"#, [r#"{"":0}"#; 690].join(",")));
    let seal = signed::vds_nc(&format!("[{}]", [r#"{"":0}"#; 550].join(",")));
    let ticket = signed::pretix(&[0x3a, 0x00].repeat(1_500));
    assert!(vds_nc::decode(&signed::vds_nc(signed::VDS_DATA)).is_ok());

    // What the fixtures took is forgotten.
    let forgotten = fs::write("/proc/self/clear_refs", "5");
    let Some(before) = forgotten.ok().and_then(|()| peak_kib()) else {
        println!("skipped: this system does not tell a process its peak of memory");
        return;
    };
    assert_eq!(hostile.map(|card| shc::decode(&card).is_ok()), [false; 7]);
    assert!(shc::decode(&most).is_ok());
    assert!(vds_nc::decode(&seal).is_err() && pretix::decode(&ticket).is_err());
    let grown = peak_kib().unwrap() - before;
    assert!(grown < ALLOWED_KIB, "{grown} KiB");
}

/// A card in one code around `plain`.
fn card(plain: &str) -> String {
    let card = signed::shc(&miniz_oxide::deflate::compress_to_vec(plain.as_bytes(), 9));
    assert!(card.len() <= MAX_TEXT);

    card
}

/// A list of `item` that fills 64 KiB.
fn full(item: &str) -> String {
    let count = (65_536 - 2) / (item.len() + 1);

    format!("[{}]", vec![item; count].join(","))
}

/// The most that this process has held so far.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;

    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
