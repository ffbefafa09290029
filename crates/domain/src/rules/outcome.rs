//! What an evaluation means at a door.

use serde_json::Value;

use super::eval::EvalError;

/// What became of a rule for one holder at one moment (SECURITY.md §3 "Policy").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It evaluated to `true`: the only one that can lead to an admit.
    Holds,
    /// It evaluated to `false`: its sentence is the reason for a refusal.
    Fails,
    /// Anything else: null, another truthy or falsy value, an error. The door stays closed, and nobody is refused.
    Undecided,
}

impl Outcome {
    /// The outcome of an evaluation.
    #[must_use]
    pub fn of(evaluated: &Result<Value, EvalError>) -> Self {
        match evaluated {
            Ok(Value::Bool(true)) => Self::Holds,
            Ok(Value::Bool(false)) => Self::Fails,
            Ok(
                Value::Null
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_),
            )
            | Err(_) => Self::Undecided,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::Beyond;

    #[test]
    fn a_rule_holds_by_true_alone_and_fails_by_false_alone() {
        assert_eq!(Outcome::of(&Ok(json!(true))), Outcome::Holds);
        assert_eq!(Outcome::of(&Ok(json!(false))), Outcome::Fails);
    }

    #[test]
    fn null_truthy_values_falsy_values_and_errors_decide_nothing() {
        for value in [
            json!(null),
            json!(1),
            json!(0),
            json!("true"),
            json!(""),
            json!([true]),
            json!([]),
            json!({"true": true}),
            json!({}),
        ] {
            assert_eq!(Outcome::of(&Ok(value)), Outcome::Undecided);
        }
        assert_eq!(Outcome::of(&Err(Beyond::Steps.into())), Outcome::Undecided);
    }
}
