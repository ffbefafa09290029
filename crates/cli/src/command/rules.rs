//! Rules: checking them as they are authored, and running their tests.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use domain::byte_order::is_utf16;
use domain::rules::suite::{self, Count};
use domain::rules::{MAX_RULE_BYTES, RuleSet};

use super::Ending;
use crate::args::{RulesCheckArgs, RulesTestArgs};
use crate::verify::printable;
use crate::{Failure, Out, files};

/// Says of each file what is wrong with it and on which line.
pub(super) fn check(args: &RulesCheckArgs, out: Out<'_>) -> Result<Ending, Failure> {
    let mut good = true;
    for path in &args.files {
        let file = path.display();
        match RuleSet::read_bytes(&rule_bytes(path)?) {
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

/// A rule file's bytes, or one more of them than a rule may have.
fn rule_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let most = u64::try_from(MAX_RULE_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(Failure::file(path, "read"))?;

    Ok(bytes)
}

/// Runs the tests of all files. A file without any, and tests that are all skipped, are no success.
pub(super) fn test(args: &RulesTestArgs, out: Out<'_>) -> Result<Ending, Failure> {
    let mut sum = Count::default();
    let mut each_has_tests = true;
    for path in &args.files {
        let count = test_file(path, out)?;
        if count == Count::default() {
            each_has_tests = false;
            let file = path.display();
            writeln!(out, "{}", printable(&format!("{file}: no test is in it")))?;
        }
        sum = sum.and(count);
    }
    if sum.tested_nothing() {
        writeln!(out, "nothing was tested")?;
    }
    writeln!(out, "{sum}")?;

    Ok(Ending::of(each_has_tests && sum.is_good()))
}

/// Runs the tests of a file and prints a line for each that differs.
fn test_file(path: &Path, out: Out<'_>) -> Result<Count, Failure> {
    // A byte that is no UTF-8 spoils the test that it stands in and no other.
    let bytes = files::read(path)?;
    if is_utf16(&bytes) {
        let file = path.display();
        return Err(Failure::Refused(format!(
            "{file}: this is UTF-16, save the file as UTF-8"
        )));
    }
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

    /// Files with these contents, in a folder that goes with the guard.
    fn files(texts: &[impl AsRef<[u8]>]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let paths = texts.iter().zip(0..).map(|(text, number)| {
            let path = folder.path().join(format!("{number}.json"));
            fs::write(&path, text).unwrap();
            path
        });
        let paths = paths.collect();
        (folder, paths)
    }

    fn tested(texts: &[impl AsRef<[u8]>]) -> (Result<Ending, Failure>, String) {
        let (folder, files) = files(texts);
        let mut out = Vec::new();
        let ended = test(&RulesTestArgs { files }, &mut out);
        let said = String::from_utf8(out).unwrap();
        (
            ended,
            said.replace(&folder.path().display().to_string(), "."),
        )
    }

    fn checked(text: impl AsRef<[u8]>) -> (Ending, String) {
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
        let (ended, said) = tested(&[format!("{AGREES}\n{DIFFERS}\n")]);
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
    fn tests_that_are_all_skipped_are_no_success() {
        let skipped = AGREES.replace("\"id\"", "\"directive\":\"skip\",\"id\"");
        let (ended, said) = tested(&[&skipped]);
        assert_eq!(ended.unwrap(), Ending::No);
        assert_eq!(said, "nothing was tested\nagree 0, differ 0\n");
        let (ended, said) = tested(&[&skipped, AGREES]);
        assert_eq!(ended.unwrap(), Ending::Good);
        assert_eq!(said, "agree 1, differ 0\n");
    }

    #[test]
    fn a_file_without_a_test_is_no_success_also_among_others() {
        for empty in ["", "\u{feff}\r\n", "[]", "{\"cases\":[]}"] {
            let (ended, said) = tested(&[empty]);
            assert_eq!(ended.unwrap(), Ending::No);
            assert_eq!(
                said,
                "./0.json: no test is in it\nnothing was tested\nagree 0, differ 0\n"
            );
            let (ended, said) = tested(&[AGREES, empty]);
            assert_eq!(ended.unwrap(), Ending::No);
            assert_eq!(said, "./1.json: no test is in it\nagree 1, differ 0\n");
        }
    }

    #[test]
    fn utf_16_is_told_as_that_by_both_commands() {
        let (ended, said) = tested(&[b"\xff\xfe{\0}\0"]);
        let why = ended.unwrap_err().to_string();
        assert!(
            why.ends_with("0.json: this is UTF-16, save the file as UTF-8") && said.is_empty(),
            "{why}"
        );
        let (ended, said) = checked(b"\xfe\xff\0{\0}");
        assert_eq!(ended, Ending::No);
        assert_eq!(
            said,
            "./0.json, line 1, /: this is UTF-16, save the file as UTF-8\n"
        );
    }

    #[test]
    fn of_a_file_too_large_no_more_is_read_than_a_rule_may_have() {
        let (_folder, paths) = files(&[""]);
        let path = paths.first().unwrap();
        File::create(path).unwrap().set_len(1 << 20).unwrap();
        assert_eq!(rule_bytes(path).unwrap().len(), MAX_RULE_BYTES + 1);
        let (ended, said) = checked(vec![b' '; MAX_RULE_BYTES + 1]);
        assert_eq!(ended, Ending::No);
        assert_eq!(said, "./0.json, line 1, /: there are more than 256 KiB\n");
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
        let (ended, said) = checked(text.replacen("\"===\"", "\"==\"", 1));
        assert_eq!(ended, Ending::No);
        assert_eq!(
            said,
            "./0.json, line 12, /rules/0/logic: unrecognised operator: \"==\"\n"
        );
    }
}
