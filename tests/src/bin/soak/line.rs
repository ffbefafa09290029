//! Entries through a line on which everything goes wrong that can: each must arrive once, in order, with its receipt.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use acceptance::line::{Hold, Passed, Run, through};
use anyhow::Context;

/// Faults of one life of a station.
const FAULTS_A_START: usize = 10;
/// Most silent sockets are let go soon, so that the many are not all waited for; every so many only by the station.
const HOLD: Hold = Hold {
    usually: Duration::from_millis(50),
    to_the_end_every: 10,
};

/// Sends so many entries through so many faults; the report is kept if there were at least as many as `kept_from`.
pub(crate) fn send(
    (entries, faults): (usize, usize),
    kept_from: (usize, usize),
    seed: u64,
    today: &str,
) -> anyhow::Result<String> {
    let run = Run {
        entries,
        faults,
        starts: faults.div_ceil(FAULTS_A_START),
        seed,
        hold: HOLD,
    };
    let passed = through(&run)?;
    let text = report(&run, &passed, today)?;
    if (entries, faults) >= kept_from {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/soak-line.md");
        fs::write(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
    }

    Ok(text)
}

fn report(run: &Run, passed: &Passed, today: &str) -> anyhow::Result<String> {
    let mut text = format!(
        "# Soak: a line on which everything goes wrong\n\nMade by `cargo xtask soak line`, {today}, in {:.0} minutes: a station is \
         started {} times with its share of the entries waiting, and sends them to a real server through a line that plays its share of \
         the faults, in an order and at bytes that the seed decides. Staff press *sync now* all the while, so that the station's own pauses are \
         cut short; what 429 and 503 ask for is waited for. A socket on which nothing comes is let go after {} ms, every {}th only \
         once the station gives up by itself.\n\n\
         At the end: every entry is at the server under its number, with the hash that the station has and with everything that it carries, in the order of \
         the numbers; no poison, branch, hole or contradiction; `menshen-server verify` and `menshen log verify` find nothing; the station's last receipt is \
         signed and covers all.\n\n\
         | entries | faults | questions | kept by the server | with a receipt | lost, doubled or altered | seed |\n|---|---|---|---|---|---|---|\n\
         | {} | {} | {} | {} | {} | 0 | {} |\n\n| fault | played | of them with entries under way |\n|---|---|---|\n",
        passed.time.as_secs_f64() / 60.0,
        run.starts,
        run.hold.usually.as_millis(),
        run.hold.to_the_end_every,
        run.entries,
        run.faults,
        passed.questions,
        passed.arrived.kept,
        passed.arrived.receipted,
        run.seed,
    );
    if cfg!(debug_assertions) {
        text = text.replacen(
            " minutes: ",
            " minutes, with programs that were built without optimisation: ",
            1,
        );
    }
    for (fault, count) in &passed.faults {
        writeln!(
            text,
            "| {} | {} | {} |",
            fault.words(),
            count.times,
            count.with_entries
        )?;
    }
    text.push_str(
        "\nWhere a connection fails before its question was read, nobody knows what would have been asked: it is not counted in the last column.\n",
    );

    Ok(text)
}
