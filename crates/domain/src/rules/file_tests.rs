use serde_json::json;

use super::*;

/// A good rule, with `from` in its text exchanged for `to`.
fn faults(from: &str, to: &str) -> Vec<String> {
    const GOOD: &str = r#"{
  "id": "R-1", // its name
  "sentence": {
    "zh": "不行。",
    "en": "No."
  },
  "kinds": ["vaccination"],
  "logic": {
    "and": [
      true,
      {"===": [{"var": "payload.v.0.mp"}, "x"]}
    ]
  }
}"#;
    assert!(GOOD.contains(from), "{from}");
    let read = RuleSet::read(&GOOD.replacen(from, to, 1));
    let faults = read.err().unwrap_or_default();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_good_rule_is_read_as_a_set_of_one() {
    assert_eq!(faults("R-1", "R-1"), [""; 0]);
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_its_path() {
    for (from, to, want) in [
        (
            r#""R-1""#,
            r#""R 1""#,
            "line 2, /id: an id has 1 to 32 letters of A-Z, a-z, 0-9, - . _",
        ),
        (
            r#"    "zh": "不行。","#,
            "",
            "line 3, /sentence: \"zh\" is missing",
        ),
        (
            r#""No.""#,
            r#"" ""#,
            "line 5, /sentence/en: a sentence has 1 to 200 letters",
        ),
        (r#""en""#, r#""de""#, "line 3, /sentence: \"en\" is missing"),
        (
            r#"["vaccination"]"#,
            "[]",
            "line 7, /kinds: write the kinds of code: icvp, identity, nzcp, recovery, resident, shc_test, shc_vaccination, slip, test, ticket, vaccination, vds_test, vds_vaccination",
        ),
        (
            r#"["vaccination"]"#,
            r#"["test",
 "pass"]"#,
            "line 8, /kinds/1: write the kinds of code: icvp, identity, nzcp, recovery, resident, shc_test, shc_vaccination, slip, test, ticket, vaccination, vds_test, vds_vaccination",
        ),
        (
            "===",
            "==",
            "line 11, /logic/and/1: unrecognised operator: \"==\"",
        ),
        (
            "\"x\"]",
            "\"x\", 1]",
            "line 11, /logic/and/1: \"===\" must have exactly 2 operands, but it has 3",
        ),
        (
            "true",
            "null",
            "line 10, /logic/and/0: invalid CertLogic expression",
        ),
        (
            "true",
            r#"{"!": [{"var": "payload.t"}]}"#,
            "line 10, /logic/and/0: this could hold where \"payload.t\" is missing, which not every code of these kinds has",
        ),
        (r#""id""#, r#""Id""#, "line 1, /: \"id\" is missing"),
        (
            "true,",
            "true,,",
            "line 10, /: expected value at line 10 column 12",
        ),
        (
            r#""en": "No.""#,
            r#""en": "No.", "en": "Yes.""#,
            "line 5, /sentence/en: this name stands here twice",
        ),
    ] {
        let faults = faults(from, to);
        assert!(faults.iter().any(|fault| fault == want), "{faults:?}");
    }
}

#[test]
fn an_expression_too_deep_is_told_where_it_begins() {
    let deep = format!("{}true{}", r#"{"!":["#.repeat(32), "]}".repeat(32));
    let faults = faults("true", &deep);
    assert_eq!(faults.len(), 1);
    assert!(
        faults[0].starts_with("line 10, /logic/and/0/!/0/")
            && faults[0].ends_with("more than 32 levels lie within one another"),
        "{faults:?}"
    );
}

#[test]
fn nesting_beyond_what_json_is_read_to_is_told_by_the_limit_of_a_rule() {
    for levels in [63, 100, 10_000] {
        let deep = format!("{}true{}", r#"{"!":["#.repeat(levels), "]}".repeat(levels));
        let faults = faults("true", &deep);
        assert_eq!(
            faults,
            ["line 10, /: more than 32 levels lie within one another"]
        );
    }
}

#[test]
fn a_file_in_which_no_rule_stands_is_told_as_empty() {
    for text in ["", " \n\t\r\n", "\u{feff}", "// a rule\n\n  // another"] {
        assert_eq!(
            told(text.as_bytes()),
            ["line 1, /: the file is empty, write a rule or a set of rules"],
            "{text:?}"
        );
    }
    let cut = told(b"// a rule\n{");
    assert!(cut[0].starts_with("line 2, /: EOF"), "{cut:?}");
}

#[test]
fn a_mark_of_utf_8_may_precede_a_rule_and_shifts_no_line() {
    let rule = r#"{"id": "A", "sentence": {"zh": "不", "en": "no"},
 "kinds": ["test"], "logic": true}"#;
    let marked = format!("\u{feff}{rule}");
    assert!(RuleSet::read(&marked).is_ok());
    assert_eq!(told(marked.as_bytes()), [""; 0]);
    assert_eq!(
        told(marked.replace("true", "null").as_bytes()),
        ["line 2, /logic: invalid CertLogic expression"]
    );
}

#[test]
fn a_file_in_another_encoding_is_told_where_it_begins_and_what_to_do() {
    let utf16 = ["line 1, /: this is UTF-16, save the file as UTF-8"];
    assert_eq!(told(b"\xff\xfe{\0}\0"), utf16);
    assert_eq!(told(b"\xfe\xff\0{\0}"), utf16);
    // The sentence in GBK.
    assert_eq!(
        told(b"{\n\"sentence\": {\n\"zh\": \"\xb2\xbb\"}}"),
        ["line 3, /: this is no UTF-8, save the file as UTF-8"]
    );
}

#[test]
fn a_file_beyond_the_limit_is_refused_whatever_it_holds() {
    let long = vec![0xff; MAX_RULE_BYTES + 1];
    assert_eq!(told(&long), ["line 1, /: there are more than 256 KiB"]);
    let blank = " ".repeat(MAX_RULE_BYTES + 1);
    assert_eq!(
        RuleSet::read(&blank).unwrap_err()[0].wrong,
        Wrong::Logic(Beyond::Size.into())
    );
}

/// What is wrong with a file of these bytes.
fn told(bytes: &[u8]) -> Vec<String> {
    let faults = RuleSet::read_bytes(bytes).err().unwrap_or_default();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn every_fault_is_told_in_the_order_of_the_text() {
    let text = r#"{"id": "", "sentence": 1, "kinds": [1], "logic": [null, {"all": []}],
 "note": ""}"#;
    let faults = RuleSet::read(text).unwrap_err();
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/id",
            "/sentence",
            "/kinds/0",
            "/logic/0",
            "/logic/1",
            "/note"
        ]
    );
}

#[test]
fn a_set_has_rules_with_ids_of_their_own() {
    let rule =
        r#"{"id": "A", "sentence": {"zh": "不", "en": "no"}, "kinds": ["test"], "logic": true}"#;
    let of = |rules: &str| RuleSet::read(&format!(r#"{{"id": "S", "rules": [{rules}]}}"#));
    let other = rule.replace("\"A\"", "\"B\"");
    let set = of(&format!("{rule}, {other}")).unwrap();
    assert_eq!((set.id.as_str(), set.rules.len()), ("S", 2));
    assert_eq!(of("").unwrap_err()[0].wrong, Wrong::NoRules);
    let twice = of(&format!("{rule},\n{rule}")).unwrap_err();
    assert_eq!(
        twice[0].to_string(),
        "line 2, /rules/1/id: another rule of the set has this id"
    );
    assert_eq!(of("1").unwrap_err()[0].wrong, Wrong::NoObject);
}

#[test]
fn the_first_rule_for_the_kind_that_does_not_hold_decides() {
    let rule = |id: &str, kind: &str, path: &str| {
        format!(
            r#"{{"id": "{id}", "sentence": {{"zh": "不", "en": "no"}}, "kinds": ["{kind}"],
            "logic": {{"var": "{path}"}}}}"#
        )
    };
    let rules = [
        rule("A", "test", "a"),
        rule("B", "test", "b"),
        rule("C", "slip", "c"),
    ];
    let set = format!(r#"{{"id": "S", "rules": [{}]}}"#, rules.join(","));
    let set = RuleSet::read(&set).unwrap();
    let judged = |kind, data: &Value| {
        let judgement = set.judge(kind, Data::new(data).unwrap());
        match judgement {
            Judgement::Hold => "hold".to_owned(),
            Judgement::Fails(rule) => format!("fails {}", rule.id),
            Judgement::Undecided(rule) => {
                format!("undecided {}", rule.map_or("", |rule| rule.id.as_str()))
            }
        }
    };
    let test = |data: Value| judged(CodeKind::Test, &data);
    assert_eq!(test(json!({"a": true, "b": true})), "hold");
    assert_eq!(test(json!({"a": true, "b": false})), "fails B");
    assert_eq!(test(json!({"a": false, "b": false})), "fails A");
    assert_eq!(test(json!({"a": 1, "b": false})), "undecided A");
    assert_eq!(test(json!({"a": true, "b": null})), "undecided B");
    assert_eq!(judged(CodeKind::Slip, &json!({"c": true})), "hold");
    assert_eq!(judged(CodeKind::Ticket, &json!({"c": true})), "undecided ");
}
