//! Rules: checking them as they are authored, and running their tests.

use std::path::Path;

use domain::rules::RuleSet;
use domain::rules::suite::{self, Count};

use super::Ending;
use crate::args::{RulesCheckArgs, RulesTestArgs};
use crate::verify::printable;
use crate::{Failure, Out, files};

/// Says of each file what is wrong with it and on which line.
pub(super) fn check(args: &RulesCheckArgs, out: Out<'_>) -> Result<Ending, Failure> {
    let mut good = true;
    for path in &args.files {
        let text = files::read_text(path)?;
        let file = path.display();
        match RuleSet::read(&text) {
            Ok(set) => writeln!(out, "{file}: good, rules: {}", set.rules.len())?,
            Err(faults) => {
                good = false;
                for fault in faults {
                    writeln!(out, "{}", printable(&format!("{file}, {fault}")))?;
                }
            }
        }
    }

    Ok(Ending::of(good))
}

/// Runs the tests of all files.
pub(super) fn test(args: &RulesTestArgs, out: Out<'_>) -> Result<Ending, Failure> {
    let mut sum = Count::default();
    for path in &args.files {
        let count = test_file(path, out)?;
        sum.agree = sum.agree.saturating_add(count.agree);
        sum.differ = sum.differ.saturating_add(count.differ);
    }
    writeln!(out, "{sum}")?;

    Ok(Ending::of(sum.differ == 0))
}

/// Runs the tests of a file and prints a line for each that differs.
fn test_file(path: &Path, out: Out<'_>) -> Result<Count, Failure> {
    // A byte that is no UTF-8 spoils the test that it stands in and no other.
    let bytes = files::read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut printed = Ok(());
    let count = suite::run(&text, &mut |difference| {
        if printed.is_ok() {
            printed = writeln!(out, "{}", printable(&difference.to_string()));
        }
    });
    printed?;

    count.map_err(|error| Failure::Refused(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use domain::rules::{preset_ids, preset_text};

    use super::*;

    const AGREES: &str = r#"{"id":"A","logic":{"var":"x"},"data":{"x":true},"expected":true}"#;
    const DIFFERS: &str = r#"{"id":"B","logic":{"!":[true]},"data":null,"expected":true}"#;

    /// Files with these texts, in a folder that goes with the guard.
    fn files(texts: &[&str]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let paths = texts.iter().zip(0..).map(|(text, number)| {
            let path = folder.path().join(format!("{number}.json"));
            fs::write(&path, text).unwrap();
            path
        });
        let paths = paths.collect();
        (folder, paths)
    }

    fn tested(texts: &[&str]) -> (Result<Ending, Failure>, String) {
        let (_folder, files) = files(texts);
        let mut out = Vec::new();
        let ended = test(&RulesTestArgs { files }, &mut out);
        (ended, String::from_utf8(out).unwrap())
    }

    fn checked(text: &str) -> (Ending, String) {
        let (folder, files) = files(&[text]);
        let mut out = Vec::new();
        let ended = check(&RulesCheckArgs { files }, &mut out).unwrap();
        let said = String::from_utf8(out).unwrap();
        (
            ended,
            said.replace(&folder.path().display().to_string(), "."),
        )
    }

    #[test]
    fn tests_that_agree_are_counted_over_all_files_and_end_well() {
        let (ended, said) = tested(&[AGREES, AGREES]);
        assert_eq!(ended.unwrap(), Ending::Good);
        assert_eq!(said, "agree 2, differ 0\n");
    }

    #[test]
    fn a_test_that_differs_is_printed_before_the_count() {
        let (ended, said) = tested(&[&format!("{AGREES}\n{DIFFERS}\n")]);
        assert_eq!(ended.unwrap(), Ending::No);
        assert_eq!(said, "B: got false, want true\nagree 1, differ 1\n");
    }

    #[test]
    fn what_is_no_test_or_not_there_ends_without_a_count() {
        let (ended, said) = tested(&[AGREES, "no test"]);
        assert!(ended.is_err());
        assert_eq!(said, "");
        let files = vec![PathBuf::from("not/there")];
        assert!(test(&RulesTestArgs { files }, &mut Vec::new()).is_err());
    }

    #[test]
    fn every_preset_is_found_good() {
        for id in preset_ids() {
            let (ended, said) = checked(preset_text(id).unwrap());
            assert_eq!(ended, Ending::Good, "{said}");
        }
    }

    #[test]
    fn a_fault_is_told_with_file_line_and_path() {
        let text = preset_text("residential").unwrap();
        let (ended, said) = checked(&text.replacen("\"===\"", "\"==\"", 1));
        assert_eq!(ended, Ending::No);
        assert_eq!(
            said,
            "./0.json, line 12, /rules/0/logic: unrecognised operator: \"==\"\n"
        );
    }
}
