//! The table of a run.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, process};

use anyhow::Context;

const HEAD: &str = "# Figures\n\nMade by `cargo xtask bench --write`, in release, on an otherwise idle machine unless a section says \
otherwise. Ratios are within one run; a line that does not hold says so. A run replaces the sections that it measured and no other.\n";

/// The figures of a run, in the order they were measured.
#[derive(Default)]
pub(crate) struct Report(Vec<Section>);

/// What one word of the command line measures.
struct Section {
    word: &'static str,
    title: &'static str,
    lines: Vec<Line>,
    notes: Vec<String>,
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
    /// Begins the section of a word; what is added from here on is in it.
    pub(crate) fn begin(&mut self, word: &'static str, title: &'static str) {
        self.0.push(Section {
            word,
            title,
            lines: Vec::new(),
            notes: Vec::new(),
            left_out: Vec::new(),
        });
    }

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
        self.section().lines.push(Line {
            what: what.to_owned(),
            measured: measured.to_owned(),
            baseline: baseline.to_owned(),
            wanted: wanted.to_owned(),
            holds,
        });
    }

    /// Says under the figures how they were taken.
    pub(crate) fn note(&mut self, words: &str) {
        self.section().notes.push(words.to_owned());
    }

    /// Says that a figure cannot be taken here, and why.
    pub(crate) fn leave_out(&mut self, what: &str, why: &str) {
        let words = format!("left out: {what}: {why}");
        self.section().left_out.push(words);
    }

    /// Whether every figure holds.
    pub(crate) fn holds(&self) -> bool {
        self.0
            .iter()
            .flat_map(|section| &section.lines)
            .all(|line| line.holds)
    }

    #[expect(clippy::print_stdout, reason = "the table is what this program is for")]
    pub(crate) fn print(&self) {
        for section in &self.0 {
            println!("## {}\n\n{}\n", section.title, section.text());
        }
    }

    /// Puts what was measured into docs/benchmarks.md, and leaves the rest of it as it is.
    pub(crate) fn keep(&self) -> anyhow::Result<()> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
        let before =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let text = self.merged(&before, &machine()?);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    fn section(&mut self) -> &mut Section {
        if self.0.is_empty() {
            self.begin("", "Other");
        }
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    /// The page with what was measured in place of what it said of that.
    fn merged(&self, before: &str, machine: &str) -> String {
        let mut parts: Vec<String> = before
            .split("\n## ")
            .skip(1)
            .map(|part| part.trim_end().to_owned())
            .collect();
        for section in self.0.iter().filter(|section| !section.lines.is_empty()) {
            let (word, title) = (section.word, section.title);
            let text = format!(
                "{title}\n\n`cargo xtask bench {word}`, {machine}\n\n{}",
                section.text()
            );
            match parts
                .iter_mut()
                .find(|part| part.lines().next() == Some(title))
            {
                Some(part) => *part = text,
                None => parts.push(text),
            }
        }

        parts
            .iter()
            .fold(HEAD.to_owned(), |page, part| format!("{page}\n## {part}\n"))
    }
}

impl Section {
    fn text(&self) -> String {
        let mut text =
            String::from("| figure | measured | baseline | wanted | |\n|---|---|---|---|---|\n");
        for line in &self.lines {
            let mark = if line.holds {
                "holds"
            } else {
                "**does not hold**"
            };
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {mark} |",
                line.what, line.measured, line.baseline, line.wanted
            );
        }
        for words in self.notes.iter().chain(&self.left_out) {
            let _ = writeln!(text, "\n{words}");
        }
        text.truncate(text.trim_end().len());
        text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_replaces_the_section_that_it_measured_and_leaves_the_others_word_for_word() {
        let mut report = Report::default();
        report.begin("receive", "Receiving");
        report.add("entries a second", "7", "-", ">= 5", true);
        report.note("Beside a soak.");
        report.begin("window", "The window");
        report.leave_out("the window", "no display");
        let before = "# Figures\n\nOld head.\n\n## The window\n\nold window\n\n## Receiving\n\nold\n\n## Log\n\n| x |\n";
        let after = report.merged(before, "a machine.");
        let wanted = format!(
            "{HEAD}\n## The window\n\nold window\n\n## Receiving\n\n`cargo xtask bench receive`, a machine.\n\n\
             | figure | measured | baseline | wanted | |\n|---|---|---|---|---|\n| entries a second | 7 | - | >= 5 | holds |\n\n\
             Beside a soak.\n\n## Log\n\n| x |\n"
        );
        assert_eq!(after, wanted);
        assert_eq!(report.merged(&after, "a machine."), wanted);
    }

    #[test]
    fn what_was_never_measured_before_comes_last() {
        let mut report = Report::default();
        report.begin("drain", "Draining");
        report.add("a", "1", "-", "-", false);
        assert!(!report.holds());
        let after = report.merged("head\n\n## Log\n\nkept\n", "m.");
        assert!(after.contains("## Log\n\nkept\n\n## Draining\n"), "{after}");
    }
}
