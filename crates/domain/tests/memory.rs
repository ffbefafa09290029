//! What hostile bytes make us keep in memory. A file of its own, since the peak is the whole process's.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "formats/authority.rs"]
#[expect(dead_code, reason = "shared with the fixed vectors, which use it all")]
mod authority;
#[path = "limits/by_hand.rs"]
#[expect(dead_code, reason = "shared with the limits, which use it all")]
mod by_hand;
#[path = "formats/spec.rs"]
mod spec;

use std::fs;
use std::path::Path;

use domain::document::{DocumentError, Trust};
use domain::wire::{BatchError, MAX_BATCH_BYTES};

use by_hand::{BEFORE, batch_around, bomb, check};

/// The most that a limit lets through is a trust document's 400,000 items.
const ALLOWED_KIB: u64 = 64 * 1024;

/// A body of 1 MiB that says it is 32 GiB, 4 MiB of lists that each say they are long, and as many items as
/// the limit lets through.
#[test]
fn neither_a_bomb_nor_a_document_of_empty_promises_takes_64_mebibytes() {
    let Some(before) = peak_kib() else {
        println!("skipped: this system does not tell a process its peak of memory");
        return;
    };
    let batch = batch_around(&bomb(MAX_BATCH_BYTES - 1_024), 1, BEFORE);
    assert_eq!(check(&batch), Err(BatchError::Unpack));
    let of_64 = [0x98, 0x40].repeat(2 * 1024 * 1024);
    let of_393216 = [0x9a, 0x00, 0x06, 0x00, 0x00].repeat(800_000);
    let of_one = vec![0x81; 4 * 1024 * 1024];
    let mut full = vec![0x9a, 0x00, 0x06, 0x00, 0x00];
    full.resize(5 + 0x0006_0000, 0x80);
    for promises in [of_64, of_393216, of_one, full] {
        let refused = Trust::verify(&promises, &authority::root());
        assert!(
            matches!(refused, Err(DocumentError::Cose(_))),
            "{refused:?}"
        );
    }
    let grown = peak_kib().unwrap() - before;
    assert!(grown < ALLOWED_KIB, "{grown} KiB");
}

/// The most that this process has held so far.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string(Path::new("/proc/self/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;

    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
