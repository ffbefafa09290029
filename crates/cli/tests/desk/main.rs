//! The authority's desk from the outside: the commands as one types them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod content_key;
mod demo;
mod issue;
mod keys;
mod lookups;
mod paper;
mod questions;
mod rules;
mod stopped;
mod trust;

use std::path::{Path, PathBuf};

use clap::Parser;
use cli::args::Cli;
use cli::{Ending, Failure};
use tempfile::TempDir;

/// 2026-11-24T08:00:00Z.
const NOW: &str = "1795507200";

/// A folder with a demo authority of [`NOW`] in `authority`.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        desk.run(&["keys", "--demo", "--at", NOW, "--out", "authority"]);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command that must do its work; words that name a folder or file of the desk are completed.
    fn run(&self, words: &[&str]) -> (Ending, String) {
        self.try_run(words).unwrap()
    }

    fn try_run(&self, words: &[&str]) -> Result<(Ending, String), Failure> {
        let mut out = Vec::new();
        let ending = cli::run(&self.parsed(words), &mut out)?;

        Ok((ending, String::from_utf8_lossy(&out).into_owned()))
    }

    fn parsed(&self, words: &[&str]) -> Cli {
        let mut line = vec!["menshen".to_owned()];
        let mut path = false;
        for word in words {
            line.push(if path {
                self.path(word).display().to_string()
            } else {
                (*word).to_owned()
            });
            path = PATHS.contains(word);
        }

        Cli::try_parse_from(line).unwrap()
    }

    fn issue(&self, table: &str) -> Result<(Ending, String), Failure> {
        std::fs::write(self.path("residents.csv"), table)?;
        self.try_run(&[
            "issue",
            "--at",
            NOW,
            "--authority",
            "authority",
            "--residents",
            "residents.csv",
            "--out",
            "sheets",
        ])
    }
}

const PATHS: [&str; 6] = [
    "--out",
    "--authority",
    "--residents",
    "--data",
    "--image",
    "--vectors",
];

/// Runs a command that the program itself advised, word for word.
fn follow(advice: &str) -> String {
    let mut out = Vec::new();
    let cli = Cli::try_parse_from(advice.split(' ')).unwrap();
    cli::run(&cli, &mut out).unwrap();

    String::from_utf8_lossy(&out).into_owned()
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}
