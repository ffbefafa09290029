//! Whether everything arrived exactly once, in order and whole, and the station has the receipt.

use std::fs;
use std::process::Command;

use anyhow::{Context, ensure};
use rusqlite::Connection;
use station::{ReceiptCheck, Unlock};

use crate::city::{City, run};
use crate::crowd::verify;
use crate::programs;

/// What is kept at the end, on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Entries of the station's log, all with a receipt.
    pub receipted: u64,
    /// Entries that the centre keeps, with everything that they carry.
    pub kept: u64,
}

/// Compares both sides, once station and server have ended.
pub(super) fn arrived(city: &City, entries: usize) -> anyhow::Result<Arrived> {
    let entries = u64::try_from(entries)?;
    let inspection = station::inspect(city.data(), &Unlock::KeyFile, None)?;
    ensure!(
        inspection.findings.is_empty(),
        "the log is not whole: {:?}",
        inspection.findings
    );
    let (head, acked) = (inspection.head.seq, inspection.acked.seq);
    ensure!(
        (head, acked, inspection.lost) == (entries, entries, 0),
        "the log ends at {head}, its receipts at {acked}, and {} entries were lost",
        inspection.lost
    );
    ensure!(
        inspection.receipt == ReceiptCheck::Verified,
        "the last receipt is {:?}",
        inspection.receipt
    );
    // The same by the program that people run.
    run(Command::new(programs::menshen()?)
        .args(["log", "verify", "--data"])
        .arg(city.data()))?;

    let kept = rows(city)?;
    let (store, _) = city.store()?;
    for (number, row) in (1..).zip(&kept) {
        ensure!(row.0 == number, "entry {number} is missing: {}", row.0);
        ensure!(row.1 == store.hash_at(number)?.0, "entry {number} differs");
        ensure!(row.2, "entry {number} came without what it carries");
    }
    for (table, condition) in [
        ("poison", "true"),
        ("branches", "true"),
        ("expired", "true"),
        ("holes", "true"),
    ] {
        let found = city.kept(table, condition)?;
        ensure!(found == 0, "{found} rows in {table}");
    }
    undisputed(city, entries)?;
    verify(city)?;
    let kept = u64::try_from(kept.len())?;
    ensure!(kept == entries, "{kept} of {entries} entries are kept");

    Ok(Arrived {
        receipted: acked,
        kept,
    })
}

/// Number, hash, and whether it has its sealed text: everything that is kept, in the order of the numbers.
fn rows(city: &City) -> anyhow::Result<Vec<(u64, [u8; 32], bool)>> {
    let mut rows = Vec::new();
    for day in fs::read_dir(city.data().join("server/days"))? {
        let path = day?.path();
        if path.extension().is_some_and(|ending| ending == "db") {
            let database = Connection::open(path)?;
            let mut all =
                database.prepare("SELECT seq, hash, sealed IS NOT NULL FROM (SELECT e.seq, e.hash, e.sealed FROM filed AS e ORDER BY e.arrival)")?;
            let found = all.query_map([], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))
            })?;
            let mut before = 0;
            for row in found {
                let (seq, hash, sealed) = row?;
                ensure!(seq > before, "entry {seq} came after {before}");
                before = seq;
                rows.push((u64::try_from(seq)?, hash, sealed));
            }
        }
    }
    rows.sort_unstable();

    Ok(rows)
}

/// The operator's list says that all is well.
fn undisputed(city: &City, entries: u64) -> anyhow::Result<()> {
    let listed = run(Command::new(programs::menshen_server()?)
        .args(["stations", "--data"])
        .arg(city.data()))?;
    let mut lines = listed.lines();
    let line = lines.next().context("an approved station")?;
    ensure!(
        line.contains(&format!(": {entries} entries ")) && lines.next().is_none(),
        "{listed}"
    );

    Ok(())
}
