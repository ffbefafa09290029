//! A city's codes that are only looked up: what opening its list takes, and one look-up in it. A file of its own, since the
//! peak of memory is the whole process's. Figures: docs/lookups.md.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "formats/authority.rs"]
#[expect(dead_code, reason = "shared with the fixed vectors, which use it all")]
mod authority;

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use domain::code::lookup::{Alphabet, Fingerprint, LookupScheme, OpaqueCode};
use domain::crypto::{Secret, sha256};
use domain::document::{LookupFile, Manifest, Shard};
use domain::status::{LookupRow, Snapshot, lookup_table, pack_full, pack_lookup};

const ISSUER: &str = "harbour-city";
const ASKED: u32 = 100_000;

#[test]
#[ignore = "takes half a minute: run it by its name for the figures"]
fn a_look_up_takes_microseconds_and_a_table_no_more_memory_than_its_bytes() {
    for rows in [1_000_000, 2_500_000] {
        let (manifest, files) = list(rows);
        let raw = manifest.lookups[0].full.raw_length;
        let packed = manifest.lookups[0].full.length;
        let before = kib("VmRSS:");
        let begun = now();
        let open = |hash: &[u8; 32]| files.iter().find(|file| sha256(&[file]) == *hash).cloned();
        let snapshot = Snapshot::open(manifest, open, Some(&secret())).unwrap();
        let opened = begun.elapsed();
        let held = kib("VmRSS:")
            .zip(before)
            .map(|(now, before)| now.saturating_sub(before));

        let codes: Vec<OpaqueCode> = (0..ASKED)
            .map(|n| OpaqueCode::read(&[scheme()], &text(n * (rows / ASKED))).unwrap())
            .collect();
        let begun = now();
        let found = codes
            .iter()
            .filter(|code| snapshot.look_up(code).is_some())
            .count();
        let each = begun.elapsed() / ASKED;
        assert_eq!(found, codes.len());
        println!(
            "{rows} rows: {raw} bytes, packed {packed}; opened in {opened:?}, {held:?} KiB more in memory; a look-up {each:?}"
        );
        assert!(each.as_micros() < 100, "{each:?}");
    }
}

fn list(rows: u32) -> (Manifest, Vec<Vec<u8>>) {
    let row = |index| LookupRow {
        index,
        birth_year: Some(u16::try_from(1_930 + index % 90).unwrap()),
        last_four: format!("{:04}", index.wrapping_mul(7_919) % 10_000)
            .as_bytes()
            .try_into()
            .ok(),
    };
    let rows: BTreeMap<Fingerprint, LookupRow> = (0..rows)
        .map(|n| (Fingerprint::of(ISSUER, &text(n)), row(n)))
        .collect();
    let table = lookup_table(&rows);
    let (file, full) = pack_lookup(&table, authority::URI, 0, 1, &secret()).unwrap();
    let (cells, shard) = pack_full(&[0x7f], authority::URI, 0, 1, &secret()).unwrap();
    let lookup = LookupFile {
        issuer: ISSUER.to_owned(),
        version: 1,
        sha256: sha256(&[&table]),
        full,
    };
    let manifest = Manifest {
        lookups: vec![lookup],
        ..authority::manifest(vec![Shard {
            first: 0,
            count: 1,
            version: 1,
            sha256: sha256(&[&[0x7f]]),
            full: shard,
            deltas: Vec::new(),
        }])
    };

    (manifest, vec![cells, file])
}

fn scheme() -> LookupScheme {
    LookupScheme {
        issuer: ISSUER.to_owned(),
        prefix: "https://code.city.example/p/".to_owned(),
        alphabet: Alphabet::Hex,
        least: 32,
        most: 32,
        country: None,
    }
}

fn text(n: u32) -> String {
    format!(
        "{}{:032x}",
        scheme().prefix,
        u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    )
}

fn secret() -> Secret {
    Secret::new([5; 32])
}

/// A line of what Linux tells of this process; none elsewhere.
fn kib(line: &str) -> Option<u64> {
    let told = fs::read_to_string("/proc/self/status").ok()?;
    let value = told.lines().find_map(|told| told.strip_prefix(line))?;

    value.trim().trim_end_matches(" kB").parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "what is measured is time")]
fn now() -> Instant {
    Instant::now()
}
