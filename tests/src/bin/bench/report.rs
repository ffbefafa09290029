//! The table of a run.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, process};

use anyhow::Context;

const HEAD: &str = "# Figures\n\nMade by `cargo xtask bench --write`, in release, on an otherwise idle machine. Ratios are within one run; a line \
that does not hold says so.\n\n";

/// The figures of a run, in the order they were measured.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
    left_out: Vec<String>,
}

struct Line {
    what: String,
    measured: String,
    baseline: String,
    wanted: String,
    holds: bool,
}

impl Report {
    /// Adds a figure: what, what was measured, beside which baseline, what the project wants, and whether
    /// that holds.
    pub(crate) fn add(
        &mut self,
        what: &str,
        measured: &str,
        baseline: &str,
        wanted: &str,
        holds: bool,
    ) {
        self.lines.push(Line {
            what: what.to_owned(),
            measured: measured.to_owned(),
            baseline: baseline.to_owned(),
            wanted: wanted.to_owned(),
            holds,
        });
    }

    /// Says that a figure cannot be taken here, and why.
    pub(crate) fn leave_out(&mut self, what: &str, why: &str) {
        self.left_out.push(format!("left out: {what}: {why}"));
    }

    /// Whether every figure holds.
    pub(crate) fn holds(&self) -> bool {
        self.lines.iter().all(|line| line.holds)
    }

    #[expect(clippy::print_stdout, reason = "the table is what this program is for")]
    pub(crate) fn print(&self) {
        println!("{}", self.table());
    }

    /// Puts the table into docs/benchmarks.md.
    pub(crate) fn keep(&self) -> anyhow::Result<()> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
        let text = format!("{HEAD}{}\n\n{}\n", machine()?, self.table());
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    fn table(&self) -> String {
        let mut table =
            String::from("| figure | measured | baseline | wanted | |\n|---|---|---|---|---|\n");
        for line in &self.lines {
            let mark = if line.holds {
                "holds"
            } else {
                "**does not hold**"
            };
            // Writing to a String cannot fail.
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {mark} |",
                line.what, line.measured, line.baseline, line.wanted
            );
        }
        for words in &self.left_out {
            let _ = writeln!(table, "\n{words}");
        }
        table.truncate(table.trim_end().len());
        table
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the one way to say why there is no table"
)]
pub(crate) fn complain(words: &str) {
    eprintln!("bench: {words}");
}

/// Processor, cores, system and day.
fn machine() -> anyhow::Result<String> {
    let output = |program: &str, args: &[&str]| -> anyhow::Result<String> {
        let output = process::Command::new(program).args(args).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let cores = std::thread::available_parallelism()?;
    let cpu = fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|info| {
            let line = info.lines().find(|line| line.starts_with("model name"))?;
            line.split_once(':').map(|(_, name)| name.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let date = output("date", &["-u", "+%Y-%m-%d"]).unwrap_or_default();

    Ok(format!(
        "{cpu}, {cores} cores, {}, {date}.",
        std::env::consts::OS
    ))
}
