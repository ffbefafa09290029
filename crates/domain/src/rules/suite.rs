//! Tests of rules as the world publishes them: the suite files of CertLogic's specification, for evaluation and for
//! validation, and one `{id, logic, data, expected}` after another, as in JSON lines, or in one array.

use std::fmt;

use serde::de::IgnoredAny;
use serde_json::{Deserializer, Map, Value};
use thiserror::Error;

use super::eval::{Data, EvalError};
use super::parse::{Issue, Logic};
use crate::byte_order::without_mark;

/// How many tests agreed and differed; those that their authors skip are in neither, and not told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// What was got is what was wanted.
    pub agree: u64,
    /// It is not.
    pub differ: u64,
    /// Suites, cases and tests that their authors skip.
    pub skipped: u64,
}

impl Count {
    /// No test was run, so that nothing is known of the rules.
    #[must_use]
    pub fn tested_nothing(&self) -> bool {
        self.agree == 0 && self.differ == 0
    }

    /// Tests were run, and all of them agree.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.agree > 0 && self.differ == 0
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            agree: self.agree.saturating_add(other.agree),
            differ: self.differ.saturating_add(other.differ),
            skipped: self.skipped.saturating_add(other.skipped),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "agree {}, differ {}", self.agree, self.differ)
    }
}

/// A test that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its id, or the names of suite and case and its number in it.
    pub id: String,
    /// JSON, or `error: ` and why.
    pub got: String,
    /// JSON.
    pub want: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: got {}, want {}", self.id, self.got, self.want)
    }
}

/// Why a text holds no tests.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SuiteError {
    /// It is not JSON.
    #[error("neither a suite nor tests: no JSON: {0}")]
    Json(String),
    /// The value with this number, from 1, is neither a suite nor a test.
    #[error("value {number} is neither a suite nor a test: {missing}")]
    Shape {
        /// Which.
        number: u64,
        /// What it lacks.
        missing: &'static str,
    },
}

/// Runs every test in `text` and tells of each that differs.
///
/// # Errors
/// [`SuiteError`]; what came before it was run.
pub fn run(text: &str, tell: &mut dyn FnMut(Difference)) -> Result<Count, SuiteError> {
    let mut run = Run {
        count: Count::default(),
        tell,
    };
    let text = without_mark(text);
    if are_lines(text) {
        run.lines(text);
        return Ok(run.count);
    }
    let values = Deserializer::from_str(text).into_iter::<Value>();
    for (number, value) in (1_u64..).zip(values) {
        let value = value.map_err(|error| SuiteError::Json(error.to_string()))?;
        run.value(&value, number)
            .map_err(|missing| SuiteError::Shape { number, missing })?;
    }

    Ok(run.count)
}

/// Whether tests stand on lines of their own, so that a line that is none costs no other: one line is a test, and the
/// text is no array over many lines.
fn are_lines(text: &str) -> bool {
    let begun = text.trim_start();
    let (first, _) = first_line(begun);
    let is_array = begun.starts_with('[') && serde_json::from_str::<IgnoredAny>(first).is_err();

    !is_array && text.lines().any(is_test)
}

fn is_test(line: &str) -> bool {
    line.trim_start().starts_with('{')
        && serde_json::from_str::<Value>(line).is_ok_and(|value| value.get("logic").is_some())
}

/// The value on the first line of `text`, or else the one that begins there and ends on a later line; and what follows.
fn first_value(text: &str) -> (serde_json::Result<Value>, &str) {
    let (line, after) = first_line(text);
    match serde_json::from_str(line.trim_end()) {
        Err(error) if error.is_eof() => match value_over_lines(text) {
            Some((value, after)) => (Ok(value), after),
            None => (Err(error), after),
        },
        read => (read, after),
    }
}

fn value_over_lines(text: &str) -> Option<(Value, &str)> {
    let mut values = Deserializer::from_str(text).into_iter();
    let value = values.next()?.ok()?;
    let (rest, after) = first_line(text.get(values.byte_offset()..)?);

    rest.trim().is_empty().then_some((value, after))
}

fn first_line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

/// Why a line is no JSON. `serde_json` counts it as the first of its text, which it is not of the file.
fn no_json(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let why = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(why, _)| why);

    format!("no JSON: {why} at column {}", error.column())
}

/// What a suite, a case or an assertion lacks.
type Lacks = Result<(), &'static str>;

struct Run<'a> {
    count: Count,
    tell: &'a mut dyn FnMut(Difference),
}

impl Run<'_> {
    fn lines(&mut self, text: &str) {
        let (mut rest, mut number) = (text, 1_u64);
        while !rest.is_empty() {
            let (line, after) = first_line(rest);
            if line.trim().is_empty() {
                (rest, number) = (after, number.saturating_add(1));
                continue;
            }
            let (value, after) = first_value(rest);
            let ran = value
                .map_err(|error| no_json(&error))
                .and_then(|value| self.value(&value, number).map_err(str::to_owned));
            if let Err(error) = ran {
                self.note(false, || Difference {
                    id: format!("line {number}"),
                    got: format!("error: {error}"),
                    want: "a test".to_owned(),
                });
            }
            let taken = rest.len().saturating_sub(after.len());
            let lines = rest.bytes().take(taken).filter(|byte| *byte == b'\n');
            number = lines.fold(number, |number, _| number.saturating_add(1));
            rest = after;
        }
    }

    fn value(&mut self, value: &Value, number: u64) -> Lacks {
        if let Some(tests) = value.as_array() {
            return (1_u64..)
                .zip(tests)
                .try_for_each(|(number, test)| self.test_or_suite(test, number));
        }

        self.test_or_suite(value, number)
    }

    fn test_or_suite(&mut self, value: &Value, number: u64) -> Lacks {
        let fields = value.as_object().ok_or("it is no object")?;
        if self.skips(fields) {
            return Ok(());
        }
        let Some(cases) = fields.get("cases") else {
            let logic = fields.get("logic").ok_or("no cases and no logic")?;
            let id = fields.get("id").map_or_else(|| number.to_string(), name);
            return self.test(id, logic, fields);
        };
        let suite = fields.get("name").map_or_else(String::new, name);
        for (number, case) in (1_u64..).zip(cases.as_array().ok_or("cases is no array")?) {
            let case = case.as_object().ok_or("a case is no object")?;
            let name = case.get("name").map_or_else(|| number.to_string(), name);
            self.case(&format!("{suite} / {name}"), case)?;
        }

        Ok(())
    }

    fn case(&mut self, id: &str, case: &Map<String, Value>) -> Lacks {
        if self.skips(case) {
            return Ok(());
        }
        let logic = case.get("certLogicExpression");
        if let Some(issues) = case.get("issues") {
            self.validation(id, logic.unwrap_or(&Value::Null), issues);
            return Ok(());
        }
        let assertions = case.get("assertions").and_then(Value::as_array);
        for (number, assertion) in (1_u64..).zip(assertions.ok_or("a case has no assertions")?) {
            let assertion = assertion.as_object().ok_or("an assertion is no object")?;
            let logic = assertion.get("certLogicExpression").or(logic);
            let logic = logic.ok_or("an assertion has no expression")?;
            if !self.skips(assertion) {
                self.test(format!("{id} / {number}"), logic, assertion)?;
            }
        }

        Ok(())
    }

    fn test(&mut self, id: String, logic: &Value, fields: &Map<String, Value>) -> Lacks {
        let want = fields.get("expected").ok_or("nothing is expected")?;
        let data = fields.get("data").unwrap_or(&Value::Null);
        let got = Data::of_test(data)
            .map_err(EvalError::from)
            .and_then(|data| Logic::parse_as_reached(logic).evaluate(data));
        let agrees = got.as_ref().is_ok_and(|got| same(got, want));
        self.note(agrees, || Difference {
            id,
            got: got.map_or_else(|error| format!("error: {error}"), |got| got.to_string()),
            want: want.to_string(),
        });

        Ok(())
    }

    /// A validation gives exactly these issues, each with its expression and its message.
    fn validation(&mut self, id: &str, logic: &Value, want: &Value) {
        let found = Logic::parse(logic).err().unwrap_or_default();
        let got = found.iter().map(|issue| shown(issue, logic)).collect();
        let got = Value::Array(got);
        self.note(same(&got, want), || Difference {
            id: id.to_owned(),
            got: got.to_string(),
            want: want.to_string(),
        });
    }

    /// Whether its authors skip it.
    fn skips(&mut self, fields: &Map<String, Value>) -> bool {
        let skips = fields.get("directive").and_then(Value::as_str) == Some("skip");
        if skips {
            self.count.skipped = self.count.skipped.saturating_add(1);
        }

        skips
    }

    fn note(&mut self, agrees: bool, difference: impl FnOnce() -> Difference) {
        let counted = if agrees {
            &mut self.count.agree
        } else {
            (self.tell)(difference());
            &mut self.count.differ
        };
        *counted = counted.saturating_add(1);
    }
}

fn shown(issue: &Issue, logic: &Value) -> Value {
    let expr = logic.pointer(&issue.path).unwrap_or(&Value::Null);

    serde_json::json!({ "expr": expr, "message": issue.problem.to_string() })
}

fn name(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether two values are the same, numbers by what they stand for: 42 is 42.0.
fn same(got: &Value, want: &Value) -> bool {
    match (got, want) {
        (Value::Number(got), Value::Number(want)) => got == want || got.as_f64() == want.as_f64(),
        (Value::Array(got), Value::Array(want)) => {
            got.len() == want.len() && got.iter().zip(want).all(|(got, want)| same(got, want))
        }
        (Value::Object(got), Value::Object(want)) => {
            got.len() == want.len()
                && got
                    .iter()
                    .all(|(name, got)| want.get(name).is_some_and(|want| same(got, want)))
        }
        (got, want) => got == want,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(text: &str) -> (Result<Count, SuiteError>, Vec<String>) {
        let mut told = Vec::new();
        let count = run(text, &mut |difference| told.push(difference.to_string()));
        (count, told)
    }

    fn count(agree: u64, differ: u64) -> Count {
        Count {
            agree,
            differ,
            skipped: 0,
        }
    }

    #[test]
    fn a_line_that_is_no_test_counts_as_one_that_differs_and_costs_no_other() {
        let lines = "\u{feff}{\"id\":\"A\",\"logic\":true,\"expected\":true}\r\n{\"id\":\"B\",\n\n{\"logic\":true}\n{\"id\":\"C\",\"logic\":true,\"expected\":true,\"directive\":\"skip\"}\n{\"id\":\"D\",\"logic\":true,\"expected\":true}";
        let (counted, told) = ran(lines);
        assert_eq!(counted.unwrap().to_string(), "agree 2, differ 2");
        assert_eq!(
            told,
            [
                "line 2: got error: no JSON: EOF while parsing a value at column 10, want a test",
                "line 4: got error: nothing is expected, want a test",
            ]
        );
    }

    #[test]
    fn whatever_a_line_is_instead_of_a_test_the_others_are_run() {
        for (wrong, why) in [
            ("hello", "no JSON: expected value at column 1"),
            ("[1]", "it is no object"),
            ("[", "no JSON: EOF while parsing a list at column 1"),
            ("1", "it is no object"),
            ("{\"id\":\"X\"}", "no cases and no logic"),
            ("{\"cases\":1}", "cases is no array"),
            (
                "{\"id\":\"X\",\"logic\":",
                "no JSON: EOF while parsing a value at column 18",
            ),
            (
                "{\"logic\":true,\"expected\":true} x",
                "no JSON: trailing characters at column 32",
            ),
        ] {
            let test = r#"{"logic":true,"expected":true}"#;
            let told = |line: u64| vec![format!("line {line}: got error: {why}, want a test")];
            let second = ran(&format!("{test}\n{wrong}\n{test}\n"));
            assert_eq!(second, (Ok(count(2, 1)), told(2)), "{wrong}");
            if wrong != "[" {
                let first = ran(&format!("\n{wrong}\r\n{test}\n{test}"));
                assert_eq!(first, (Ok(count(2, 1)), told(2)), "{wrong}");
            }
            let last = ran(&format!("{test}\n\n{test}\n{wrong}"));
            assert_eq!(last, (Ok(count(2, 1)), told(4)), "{wrong}");
        }
    }

    #[test]
    fn a_test_over_many_lines_may_stand_among_lines_and_those_after_it_have_their_number() {
        let line = r#"{"logic":true,"expected":true}"#;
        let broad = "{\n\"logic\": true,\n\"expected\": true\n}";
        assert_eq!(
            ran(&format!("{line}\n{broad}\n{line}\nhello\n{line}")),
            (
                Ok(count(4, 1)),
                vec!["line 7: got error: no JSON: expected value at column 1, want a test".into()]
            )
        );
        assert_eq!(ran(&format!("{broad}\n{broad}")).0, Ok(count(2, 0)));
    }

    #[test]
    fn an_array_over_many_lines_is_one_value_and_not_a_line_for_each_test() {
        let test = r#"{"logic":true,"expected":true}"#;
        let whole = format!("[\n{test},\n{test}\n]\n");
        assert_eq!(ran(&whole), (Ok(count(2, 0)), Vec::new()));
        let broken = format!("[\n{test}\n{test}\n]\n");
        assert_eq!(
            ran(&broken).0.unwrap_err().to_string(),
            "neither a suite nor tests: no JSON: expected `,` or `]` at line 3 column 1"
        );
    }

    #[test]
    fn a_count_is_good_only_where_something_was_tested() {
        assert!(count(1, 0).is_good() && !count(1, 1).is_good());
        for nothing in ["", " \n", "\u{feff}", "[]", r#"{"cases":[]}"#] {
            let counted = ran(nothing).0.unwrap();
            assert_eq!(counted, count(0, 0), "{nothing:?}");
            assert!(counted.tested_nothing() && !counted.is_good());
        }
        let skip = r#"{"logic":true,"expected":true,"directive":"skip"}"#;
        let skipped = ran(&format!("{skip}\n{skip}")).0.unwrap();
        assert_eq!(skipped.skipped, 2);
        assert!(skipped.tested_nothing() && !skipped.is_good());
        let all = skipped.and(count(3, 1)).and(count(1, 0));
        assert_eq!((all.agree, all.differ, all.skipped), (4, 1, 2));
    }

    #[test]
    fn tests_in_one_array_are_run_as_well() {
        let text = r#"[{"logic":true,"expected":true},
            {"id":"B","logic":false,"expected":true}]"#;
        assert_eq!(
            ran(text),
            (Ok(count(1, 1)), vec!["B: got false, want true".to_owned()])
        );
    }

    #[test]
    fn a_test_has_room_for_what_a_station_refuses() {
        let chain = (0..50).fold(
            serde_json::json!(true),
            |inner, at| serde_json::json!({"if": [{"===": [{"var": "x"}, at]}, false, inner]}),
        );
        let long = vec!["x"; 5_000];
        let reduce = serde_json::json!({"reduce": [{"var": "long"}, {"if": [{"===": [{"var": "current"}, "y"]}, true, {"var": "accumulator"}]}, false]});
        for (logic, want) in [
            (chain, true),
            (serde_json::json!({"in": ["y", long]}), false),
            (reduce, false),
            (serde_json::json!({"if": [false, 1, true, false, 2]}), true),
            (serde_json::json!({"!": [{"var": "payload."}, 1]}), true),
        ] {
            assert!(Logic::parse(&logic).is_err() || logic.get("reduce").is_some());
            let data = serde_json::json!({"x": 99, "long": long, "raw": "x".repeat(9_000)});
            let test =
                serde_json::json!({"id": "A", "logic": logic, "data": data, "expected": want});
            assert_eq!(ran(&test.to_string()), (Ok(count(1, 0)), Vec::new()));
        }
    }

    #[test]
    fn json_lines_are_run_one_by_one_and_those_that_differ_are_told() {
        let lines = r#"{"id":"A-1","logic":{"var":"payload.x"},"data":{"payload":{"x":true}},"expected":true}

{"id":"A-2","logic":{"var":"payload.x"},"data":{"payload":{"x":true}},"expected":false}
{"id":"A-3","logic":{"+":[1,"1"]},"data":null,"expected":false}
{"logic":{"+":[1,1]},"data":null,"expected":2.0}
"#;
        let (counted, told) = ran(lines);
        assert_eq!(counted, Ok(count(2, 2)));
        assert_eq!(
            told,
            [
                "A-2: got true, want false",
                "A-3: got error: an operand of \"+\" is not an integer, want false"
            ]
        );
    }

    #[test]
    fn what_authors_skip_counts_in_neither_at_every_level() {
        let suite = |whole: &str, case: &str, one: &str| {
            format!(
                r#"{{"name":"s",{whole} "cases":[{{"name":"c",{case} "certLogicExpression":1,
                "assertions":[{{{one} "data":null,"expected":2}}, {{"data":null,"expected":1}}]}}]}}"#
            )
        };
        let skip = r#""directive":"skip","#;
        let counts = |text: &str| {
            let counted = ran(text).0.unwrap();
            (counted.agree, counted.differ, counted.skipped)
        };
        assert_eq!(counts(&suite("", "", "")), (1, 1, 0));
        assert_eq!(counts(&suite("", "", skip)), (1, 0, 1));
        assert_eq!(counts(&suite("", skip, "")), (0, 0, 1));
        assert_eq!(counts(&suite(skip, "", "")), (0, 0, 1));
        assert_eq!(ran(&suite("", "", "")).1, ["s / c / 1: got 1, want 2"]);
    }

    #[test]
    fn an_assertion_may_bring_its_own_expression() {
        let suite = r#"{"name":"s","cases":[{"name":"c","assertions":[
            {"certLogicExpression":[{"var":"x"}],"data":{"x":2},"expected":[2]}]}]}"#;
        assert_eq!(ran(suite), (Ok(count(1, 0)), Vec::new()));
    }

    #[test]
    fn a_validation_case_wants_each_issue_at_its_expression() {
        let case = |issues: &str| {
            format!(
                r#"{{"name":"v","cases":[{{"certLogicExpression":{{"!":[null]}},"issues":{issues}}}]}}"#
            )
        };
        let right = r#"[{"expr":null,"message":"invalid CertLogic expression"}]"#;
        assert_eq!(ran(&case(right)).0, Ok(count(1, 0)));
        assert_eq!(ran(&case("[]")).0, Ok(count(0, 1)));
        let elsewhere = r#"[{"expr":{"!":[null]},"message":"invalid CertLogic expression"}]"#;
        assert_eq!(ran(&case(elsewhere)).0, Ok(count(0, 1)));
    }

    #[test]
    fn what_is_no_test_is_an_error_and_no_difference() {
        for wrong in ["{", "hello", "hello\nhello", "{\n\"cases\": [\n]", "[1"] {
            assert!(
                matches!(ran(wrong).0, Err(SuiteError::Json(_))),
                "{wrong:?}"
            );
        }
        assert!(matches!(
            ran("{} {").0,
            Err(SuiteError::Shape { number: 1, .. })
        ));
        for wrong in [
            "1",
            "{}",
            r#"[{"logic":1,"data":null}]"#,
            r#"{"cases":1}"#,
            r#"{"cases":[1]}"#,
            r#"{"cases":[{}]}"#,
            r#"{"cases":[{"assertions":[1]}]}"#,
            r#"{"cases":[{"assertions":[{"data":1,"expected":1}]}]}"#,
        ] {
            assert!(
                matches!(ran(wrong).0, Err(SuiteError::Shape { .. })),
                "{wrong}"
            );
        }
        assert_eq!(ran("").0, Ok(count(0, 0)));
    }
}
