//! The figures as a page of the project's documents.

use std::{fs, path::Path, process};

use anyhow::Context;

use crate::{plot, report::Report};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
const HEAD: &str = "# What the reader reads of damaged sheets\n\n\
Made by `cargo xtask bench read --write`, in release, all readers in one run. `drawn` are the sheets that \
[tests/reading](../tests/reading/src/damage) draws: a model of paper, not paper.\n\n";
const PLOT: &str = "\n\n![Right reads by damage and severity](reader-figures.svg)\n\n\
A bar is as long as the share of sheets that were read right; red is what was read wrong; of empty desks those count in \
which nothing was read.\n\n";

/// Writes docs/reader-figures.md and the plot beside it.
pub(crate) fn keep(report: &Report) -> anyhow::Result<()> {
    let docs = Path::new(DOCS);
    let page = format!("{HEAD}{}{PLOT}{}\n", machine()?, report.text());
    for (name, text) in [
        ("reader-figures.md", page),
        ("reader-figures.svg", plot::plot(report.sets())),
    ] {
        let path = docs.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }

    Ok(())
}

/// Processor, cores, system and day.
fn machine() -> anyhow::Result<String> {
    let cores = std::thread::available_parallelism()?;
    let processor = fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|info| {
            let line = info.lines().find(|line| line.starts_with("model name"))?;
            line.split_once(':').map(|(_, name)| name.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let day = process::Command::new("date")
        .args(["-u", "+%Y-%m-%d"])
        .output();
    let day = day.map(|day| String::from_utf8_lossy(&day.stdout).trim().to_owned());

    Ok(format!(
        "{processor}, {cores} cores, {}, {}.",
        std::env::consts::OS,
        day.unwrap_or_default()
    ))
}
