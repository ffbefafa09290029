use serde_json::json;

use super::*;

fn issues(logic: &Value) -> Vec<String> {
    let issues = Logic::parse(logic).err().unwrap_or_default();
    issues.iter().map(ToString::to_string).collect()
}

/// `depth` negations around `true`.
fn negations(depth: usize) -> Value {
    (0..depth).fold(json!(true), |inside, _| json!({"!": [inside]}))
}

#[test]
fn an_issue_names_its_place_by_a_pointer_into_the_logic() {
    let logic = json!({"and": [true, {"if": [{"var": "x"}, {"not/of~this": []}, null]}]});
    assert_eq!(
        issues(&logic),
        [
            "/and/1/if/1: unrecognised operator: \"not/of~this\"",
            "/and/1/if/2: invalid CertLogic expression",
        ]
    );
    assert_eq!(
        issues(&json!({"!": [{"plusTime": ["2021", "1", "days"]}]})),
        [
            "/!/0/plusTime/1: \"amount\" argument (#2) of \"plusTime\" must be an integer",
            "/!/0/plusTime/2: \"unit\" argument (#3) of \"plusTime\" must be one of \"year\", \
             \"month\", \"day\", \"hour\"",
        ]
    );
    for issue in Logic::parse(&logic).unwrap_err() {
        assert!(logic.pointer(&issue.path).is_some(), "{issue}");
    }
}

#[test]
fn expressions_may_lie_32_deep_in_one_another_and_no_more() {
    assert_eq!(issues(&negations(31)), [""; 0]);
    assert_eq!(issues(&negations(32)), [""; 0]);
    let deeper = issues(&negations(33));
    assert!(
        deeper.len() == 1 && deeper[0].ends_with("more than 32 levels lie within one another"),
        "{deeper:?}"
    );
    assert_eq!(issues(&negations(300)).len(), 1);
}

#[test]
fn a_text_is_refused_by_its_length_before_it_is_read() {
    let text = |length: usize| format!("{}1", " ".repeat(length - 1));
    assert!(Logic::from_text(&text(MAX_RULE_BYTES)).is_ok());
    let refused = Logic::from_text(&text(MAX_RULE_BYTES + 1)).unwrap_err();
    assert_eq!(refused[0].problem, Problem::Beyond(Beyond::Size));
}

#[test]
fn a_text_that_is_no_json_or_nested_without_end_is_a_problem_of_the_text() {
    for text in ["", "{", "{} {}", &"[".repeat(200_000)] {
        let issues = Logic::from_text(text).unwrap_err();
        assert!(matches!(issues[0].problem, Problem::Text(_)), "{issues:?}");
    }
}

#[test]
fn a_rule_of_nothing_but_faults_tells_a_hundred_of_them() {
    let logic = json!(vec![json!([null, null]); 1_000]);
    assert_eq!(issues(&logic).len(), MOST_ISSUES);
}

#[test]
fn long_arrays_and_strings_are_issues_of_the_whole() {
    assert_eq!(
        issues(&json!({"in": [1, vec![0; 1_001]]})),
        ["an array has more than 1000 items"]
    );
    assert_eq!(
        issues(&json!({"!": ["x".repeat(8_193)]})),
        ["a string is longer than 8 KiB"]
    );
}
