//! Tests of rules, rule files and test vectors, as one types the commands and as a shell sees them end.

use std::process::Command;

const AGREES: &str = r#"{"id":"A","logic":{"var":"x"},"data":{"x":true},"expected":true}"#;

/// Exit status, standard output and standard error of a command about a file with these bytes, which is called `file`.
fn ended(words: &[&str], bytes: &[u8]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), bytes).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_menshen"))
        .current_dir(folder.path())
        .args(words)
        .arg("file")
        .output()
        .unwrap();

    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn tested(text: &str) -> (Option<i32>, String, String) {
    ended(&["rules", "test"], text.as_bytes())
}

fn checked(bytes: &[u8]) -> (Option<i32>, String, String) {
    ended(&["rules", "check"], bytes)
}

#[test]
fn rules_of_which_nothing_was_tested_end_with_1_after_the_count() {
    for nothing in ["", "[]\n", "{\"cases\":[]}"] {
        let said = "file: no test is in it\nnothing was tested\nagree 0, differ 0\n";
        assert_eq!(tested(nothing), (Some(1), said.to_owned(), String::new()));
    }
    let skipped = format!(
        "[{}]",
        AGREES.replace("{\"id\"", "{\"directive\":\"skip\",\"id\"")
    );
    let said = "nothing was tested\nagree 0, differ 0\n";
    assert_eq!(tested(&skipped), (Some(1), said.to_owned(), String::new()));
}

#[test]
fn a_line_that_is_no_test_is_told_with_its_line_and_the_others_are_run() {
    for (lines, said) in [
        (
            format!("{AGREES}\nhello\n{AGREES}\n"),
            "line 2: got error: no JSON: expected value at column 1, want a test\n",
        ),
        (
            format!("{AGREES}\n[1]\n{AGREES}\n"),
            "line 2: got error: it is no object, want a test\n",
        ),
        (
            format!("{{\"id\":\"X\"}}\n{AGREES}\n{AGREES}\n"),
            "line 1: got error: no cases and no logic, want a test\n",
        ),
        (
            format!("{AGREES}\n{{\"id\":\"B\",\n{AGREES}\n"),
            "line 2: got error: no JSON: EOF while parsing a value at column 10, want a test\n",
        ),
    ] {
        let said = format!("{said}agree 2, differ 1\n");
        assert_eq!(tested(&lines), (Some(1), said, String::new()));
    }
}

#[test]
fn a_file_that_is_no_suite_at_all_is_refused_without_a_count() {
    for (text, why) in [
        (
            "hello\n",
            "neither a suite nor tests: no JSON: expected value at line 1 column 1",
        ),
        (
            "1",
            "value 1 is neither a suite nor a test: it is no object",
        ),
        (
            "{\n  \"name\": \"s\"\n}",
            "value 1 is neither a suite nor a test: no cases and no logic",
        ),
    ] {
        let why = format!("menshen: file: {why}\n");
        assert_eq!(tested(text), (Some(2), String::new(), why));
    }
}

#[test]
fn a_rule_file_may_begin_with_the_mark_of_utf_8_and_one_in_utf_16_is_told() {
    let rule = domain::rules::preset_text("residential").unwrap();
    let good = checked(format!("\u{feff}{rule}").as_bytes());
    assert_eq!(
        (good.0, good.1.as_str()),
        (Some(0), "file: good, rules: 2\n")
    );
    let utf16: Vec<u8> = format!("\u{feff}{rule}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let (status, said, _) = checked(&utf16);
    assert_eq!(status, Some(1));
    assert_eq!(
        said,
        "file, line 1, /: this is UTF-16, save the file as UTF-8\n"
    );
}

#[test]
fn an_empty_rule_file_and_one_of_a_hundred_levels_are_told_in_words_of_rules() {
    let (status, said, _) = checked(b"");
    assert_eq!(status, Some(1));
    assert_eq!(
        said,
        "file, line 1, /: the file is empty, write a rule or a set of rules\n"
    );
    let logic = format!("{}true{}", r#"{"!":["#.repeat(100), "]}".repeat(100));
    let (status, said, _) = checked(format!("{{\n\"logic\": {logic}}}").as_bytes());
    assert_eq!(status, Some(1));
    assert_eq!(
        said,
        "file, line 2, /: more than 32 levels lie within one another\n"
    );
}

#[test]
fn vectors_of_which_none_was_decided_end_with_1_after_the_count() {
    let (status, said, _) = ended(&["verify", "--vectors"], b"");
    assert_eq!(status, Some(1));
    assert_eq!(
        said,
        "nothing was tested\nagree 0, differ 0, not applicable 0\n"
    );
    let misspelt = br#"{"id":"A","qr":"HC1:","expects":{"decode":false}}"#;
    let (status, said, _) = ended(&["verify", "--vectors"], misspelt);
    assert_eq!(status, Some(1));
    assert_eq!(
        said,
        "line 1 is not applicable: it has no `expect`\n\
         nothing was tested\n\
         agree 0, differ 0, not applicable 1\n"
    );
}

#[test]
fn vectors_may_begin_with_the_mark_of_utf_8_and_utf_16_is_told() {
    let line = "{\"id\":\"A\",\"qr\":\"HC1:\",\"expect\":{\"decode\":false}}\r\n";
    let marked = format!("\u{feff}{line}");
    let said = "agree 1, differ 0, not applicable 0\n".to_owned();
    assert_eq!(
        ended(&["verify", "--vectors"], marked.as_bytes()),
        (Some(0), said, String::new())
    );
    let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let why = "menshen: file, line 1: this is UTF-16, save the file as UTF-8\n".to_owned();
    assert_eq!(
        ended(&["verify", "--vectors"], &utf16),
        (Some(2), String::new(), why)
    );
}
