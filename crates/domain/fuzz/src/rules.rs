//! A rule's logic and what it is asked about.

use std::sync::LazyLock;

use domain::rules::{Data, EvalError, Logic, Outcome, RuleSet};
use serde_json::{Map, Value, json};

use super::edits::{How, spoilt};

const TEXT: &str = include_str!("rule.json");
/// Edits at most, so that something of the good rule stays.
const MOST_EDITS: usize = 8;
const IDS: [&str; 20] = [
    "!",
    "+",
    "<",
    "<=",
    "===",
    ">",
    ">=",
    "after",
    "all",
    "and",
    "before",
    "dccDateOfBirth",
    "extractFromUVCI",
    "if",
    "in",
    "not-after",
    "not-before",
    "plusTime",
    "reduce",
    "var",
];

/// A rule's logic with its data: as text, as edits of a good text, of its data, and of its logic.
pub fn rule(data: &[u8]) -> bool {
    static GOOD: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(TEXT).expect("it is JSON"));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let asked = match how {
        How::Raw => serde_json::from_slice(rest).ok(),
        How::Spoilt => serde_json::from_slice(&spoilt(TEXT.as_bytes(), rest)).ok(),
        How::Inside => Some(exchanged(&GOOD, "data", rest)),
        How::Values => Some(exchanged(&GOOD, "logic", rest)),
    };
    let Some(Value::Object(asked)) = asked else {
        // Of a text that is no rule the door for texts must say so as well.
        let text = String::from_utf8_lossy(rest);
        return RuleSet::read(&text).is_ok() || Logic::from_text(&text).is_ok();
    };

    asked_of(&asked)
}

/// Whether the logic is one, and gives a value.
fn asked_of(asked: &Map<String, Value>) -> bool {
    let nothing = Value::Null;
    let logic = asked.get("logic").unwrap_or(&nothing);
    let data = asked.get("data").unwrap_or(&nothing);
    let Ok(data) = Data::new(data) else {
        return false;
    };
    authored(logic);
    let as_reached = Logic::parse_as_reached(logic).evaluate(data);
    let parsed = match Logic::parse(logic) {
        Ok(parsed) => parsed,
        Err(issues) => {
            assert!(!issues.is_empty());
            for issue in issues {
                assert!(logic.pointer(&issue.path).is_some(), "{issue}");
            }
            return false;
        }
    };
    let evaluated = parsed.evaluate(data);
    assert!(!matches!(evaluated, Err(EvalError::Invalid(_))));
    assert_eq!(evaluated, as_reached);
    let holds = Outcome::of(&evaluated) == Outcome::Holds;
    assert_eq!(holds, evaluated == Ok(Value::Bool(true)));

    evaluated.is_ok()
}

/// A file with this logic is read only where the logic is; else each fault has its line.
fn authored(logic: &Value) {
    let sentence = json!({"zh": "不", "en": "no"});
    let rule = json!({"id": "F", "kinds": ["test"], "logic": logic, "sentence": sentence});
    let text = format!("{rule:#} // as text");
    match RuleSet::read(&text) {
        Ok(set) => assert!(set.rules.len() == 1 && Logic::parse(logic).is_ok()),
        Err(faults) => {
            assert!(!faults.is_empty());
            let lines = 1..=text.lines().count();
            assert!(faults.iter().all(|fault| lines.contains(&fault.line)));
        }
    }
}

/// `good` with some of the values under `name`, however deep, others.
fn exchanged(good: &Value, name: &str, edits: &[u8]) -> Value {
    let mut asked = good.clone();
    let Some(part) = asked.get_mut(name) else {
        return asked;
    };
    for edit in edits.chunks_exact(4).take(MOST_EDITS) {
        let &[what, high, low, by] = edit else {
            break;
        };
        let mut left = usize::from(u16::from_be_bytes([high, low])) % values(part);
        if let Some(value) = value(part, &mut left) {
            exchange(value, what, by);
        }
    }

    asked
}

fn values(within: &Value) -> usize {
    1 + match within {
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(fields) => fields.values().map(values).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn value<'a>(within: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(within);
    }
    *left -= 1;
    match within {
        Value::Array(items) => items.iter_mut().find_map(|item| value(item, left)),
        Value::Object(fields) => fields.values_mut().find_map(|field| value(field, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn exchange(value: &mut Value, what: u8, by: u8) {
    match (what % 4, &mut *value) {
        // Another operation with the same operands.
        (0, Value::Object(fields)) => {
            let operands = fields.values().next().cloned().unwrap_or_default();
            *value = json!({ IDS[usize::from(by) % IDS.len()]: operands });
        }
        // An operation around what was there.
        (1, within) => {
            let within = within.take();
            *value = json!({ IDS[usize::from(by) % IDS.len()]: [within, other(by >> 4), "day"] });
        }
        (2, Value::Array(items)) if !items.is_empty() => {
            let at = usize::from(by) % items.len();
            if by < 128 {
                items.push(items[at].clone());
            } else {
                items.remove(at);
            }
        }
        (2, Value::String(text)) => {
            let letter = char::from_u32(u32::from(by) << (by % 12)).unwrap_or('.');
            let at = text.char_indices().map(|(at, _)| at);
            let at = at.cycle().nth(usize::from(by >> 3)).unwrap_or(0);
            text.insert(at, letter);
        }
        _ => *value = other(by),
    }
}

/// A value of any kind.
fn other(by: u8) -> Value {
    let size = usize::from(by >> 4);
    match by % 16 {
        0 => Value::Null,
        1 => json!(by > 127),
        2 => json!(i64::MAX >> size),
        3 => json!(i64::MIN >> size),
        4 => json!(u64::MAX),
        5 => json!(0.5),
        6 => json!(1e300),
        7 => json!({"var": ""}),
        8 => json!({"var": "accumulator"}),
        9 => json!([{"var": "accumulator"}, {"var": "accumulator"}]),
        10 => json!(["2021-02", "0000", "9999-12-31", "2021-01-01T24:00:00-2359"][size % 4]),
        11 => json!("x".repeat(size * size * 40)),
        12 => json!(vec![0; size * 70]),
        13 => json!({"reduce": [vec![0; size], {"var": ""}, 0]}),
        14 => json!({"in": [{"var": ""}, [{"var": ""}]]}),
        _ => json!({}),
    }
}
