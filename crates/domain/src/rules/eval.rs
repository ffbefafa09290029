//! What a [`Logic`] evaluates to over its data, in a bounded number of steps.
//!
//! Recursion follows the logic, which is at most `MAX_DEPTH` deep, and values, which are as deep.

use serde_json::{Map, Value, json};
use thiserror::Error;

use super::datetime::DateTime;
use super::expr::Expr;
use super::limits::{Beyond, Bounds, MAX_ITEMS, MAX_RULE_BYTES, MAX_STEPS, MAX_TEST_STEPS};
use super::operation::{Operation, Order};
use super::parse::{Logic, Problem};
use super::value::{Items, Val};

/// Why an evaluation gives no value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EvalError {
    /// A limit was passed.
    #[error(transparent)]
    Beyond(#[from] Beyond),
    /// What was reached is no expression.
    #[error(transparent)]
    Invalid(Problem),
    /// A string is no date, or none in an allowed form.
    #[error("\"{0}\" has a string that is not a date or date-time in an allowed form")]
    NoDate(Operation),
    /// An operand has to be an array.
    #[error("an operand of \"{0}\" is not an array")]
    NotAnArray(Operation),
    /// All operands have to be integers.
    #[error("an operand of \"{0}\" is not an integer")]
    NotAnInteger(Operation),
    /// All operands have to be date-times.
    #[error("an operand of \"{0}\" is not a date-time")]
    NotATime(Operation),
    /// An operand has to be a string.
    #[error("an operand of \"{0}\" is not a string")]
    NotAString(Operation),
    /// A date-time or a number with a fraction says neither yes nor no.
    #[error("an operand of \"{0}\" is neither truthy nor falsy")]
    NotATruth(Operation),
    /// A sum beyond 64 bits, or a date-time beyond the years that there are.
    #[error("the result of \"{0}\" is out of range")]
    OutOfRange(Operation),
}

/// What a rule is asked about: JSON of bounded depth and size.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    json: &'a Value,
    steps: usize,
}

impl<'a> Data<'a> {
    /// The data of a decision.
    ///
    /// # Errors
    /// [`Beyond`]: deeper than 32 levels, more than 10,000 values, or a string over 8 KiB.
    pub fn new(json: &'a Value) -> Result<Self, Beyond> {
        Bounds::DATA.hold(json)?;

        Ok(Self {
            json,
            steps: MAX_STEPS,
        })
    }

    /// The data of a test, which bring all value sets with them.
    ///
    /// # Errors
    /// As [`Data::new`], with 100,000 values and strings up to 256 KiB.
    pub fn of_test(json: &'a Value) -> Result<Self, Beyond> {
        Bounds::TEST_DATA.hold(json)?;

        Ok(Self {
            json,
            steps: MAX_TEST_STEPS,
        })
    }
}

impl Logic {
    /// What it evaluates to. A date-time is written as in 2026-11-24T08:00:00.000Z.
    ///
    /// # Errors
    /// [`EvalError`].
    pub fn evaluate(&self, data: Data<'_>) -> Result<Value, EvalError> {
        let mut evaluation = Evaluation {
            left: data.steps.saturating_mul(STEP),
        };
        let value = evaluation.expr(&self.0, &Val::of(data.json))?;

        let mut room = Room {
            items: MAX_ITEMS,
            bytes: MAX_RULE_BYTES,
        };

        room.copy(&value)
    }
}

/// What a step costs, in values compared.
const STEP: usize = 16;
/// Bytes that are compared at the cost of a value.
const BYTES: usize = 64;
/// Bytes of a date or an identifier that are read at the cost of a value.
const READ: usize = 4;

struct Evaluation {
    left: usize,
}

impl Evaluation {
    fn spend(&mut self, cost: usize) -> Result<(), Beyond> {
        self.left = self.left.checked_sub(cost).ok_or(Beyond::Steps)?;

        Ok(())
    }

    fn expr<'a>(&mut self, expr: &'a Expr, data: &Val<'a>) -> Result<Val<'a>, EvalError> {
        self.spend(STEP)?;
        match expr {
            Expr::Array(items) => Ok(Val::made(self.each(items, data)?)?),
            Expr::And(operands) => self.and(operands, data),
            Expr::Bool(literal) => Ok(Val::Bool(*literal)),
            Expr::Compare(operation, order, operands) => {
                let wrong = EvalError::NotAnInteger(*operation);
                let integers = self.all(operands, data, wrong, Val::integer)?;
                Ok(in_order(*order, &integers))
            }
            Expr::CompareTimes(operation, order, operands) => {
                let wrong = EvalError::NotATime(*operation);
                let times = self.all(operands, data, wrong, Val::time)?;
                Ok(in_order(*order, &times))
            }
            Expr::DateOfBirth(day) => {
                let text = self.text(day, data, Operation::DateOfBirth)?;
                let time =
                    DateTime::parse_date(text).ok_or(EvalError::NoDate(Operation::DateOfBirth))?;
                Ok(Val::Time(time))
            }
            Expr::Equal(pair) => {
                let [left, right] = self.pair(pair, data)?;
                Ok(Val::Bool(self.equal(&left, &right)?))
            }
            Expr::If(parts) => {
                let [guard, then, otherwise] = &**parts;
                let guard = self.truth(guard, data, Operation::If)?;
                self.expr(if guard { then } else { otherwise }, data)
            }
            Expr::In(pair) => self.is_in(pair, data),
            Expr::Int(literal) => Ok(Val::Int(*literal)),
            Expr::Invalid(problem) => Err(EvalError::Invalid((**problem).clone())),
            Expr::Not(operand) => {
                let truth = self.truth(operand, data, Operation::Not)?;
                Ok(Val::Bool(!truth))
            }
            Expr::Plus(pair) => self.plus(pair, data),
            Expr::PlusTime(from, amount, unit) => {
                let operation = Operation::PlusTime;
                let text = self.text(from, data, operation)?;
                let time = DateTime::parse(text).ok_or(EvalError::NoDate(operation))?;
                let moved = time.plus(*amount, *unit);
                Ok(Val::Time(moved.ok_or(EvalError::OutOfRange(operation))?))
            }
            Expr::Reduce(parts) => self.reduce(parts, data),
            Expr::Text(literal) => Ok(Val::Text(literal)),
            Expr::UciPart(uci, index) => self.uci_part(uci, *index, data),
            Expr::Var(path) => Ok(self.var(path, data)?),
        }
    }

    fn each<'a>(&mut self, exprs: &'a [Expr], data: &Val<'a>) -> Result<Vec<Val<'a>>, EvalError> {
        exprs.iter().map(|expr| self.expr(expr, data)).collect()
    }

    fn pair<'a>(&mut self, pair: &'a [Expr; 2], data: &Val<'a>) -> Result<[Val<'a>; 2], EvalError> {
        let [left, right] = pair;

        Ok([self.expr(left, data)?, self.expr(right, data)?])
    }

    /// Every operand, if all are what `read` reads.
    fn all<'a, T>(
        &mut self,
        operands: &'a [Expr],
        data: &Val<'a>,
        wrong: EvalError,
        read: impl Fn(&Val<'a>) -> Option<T>,
    ) -> Result<Vec<T>, EvalError> {
        let operands = self.each(operands, data)?;
        let read: Option<Vec<T>> = operands.iter().map(read).collect();

        read.ok_or(wrong)
    }

    fn truth<'a>(
        &mut self,
        expr: &'a Expr,
        data: &Val<'a>,
        operation: Operation,
    ) -> Result<bool, EvalError> {
        let value = self.expr(expr, data)?;

        value.truth().ok_or(EvalError::NotATruth(operation))
    }

    fn text<'a>(
        &mut self,
        expr: &'a Expr,
        data: &Val<'a>,
        operation: Operation,
    ) -> Result<&'a str, EvalError> {
        let Val::Text(text) = self.expr(expr, data)? else {
            return Err(EvalError::NotAString(operation));
        };
        self.spend(text.len() / READ)?;

        Ok(text)
    }

    fn and<'a>(&mut self, operands: &'a [Expr], data: &Val<'a>) -> Result<Val<'a>, EvalError> {
        let mut last = Val::Bool(true);
        for operand in operands {
            last = self.expr(operand, data)?;
            let truth = last.truth();
            if !truth.ok_or(EvalError::NotATruth(Operation::And))? {
                return Ok(last);
            }
        }

        Ok(last)
    }

    fn is_in<'a>(&mut self, pair: &'a [Expr; 2], data: &Val<'a>) -> Result<Val<'a>, EvalError> {
        let [wanted, array] = self.pair(pair, data)?;
        let items = array.items().ok_or(EvalError::NotAnArray(Operation::In))?;
        for at in 0..items.len() {
            if let Some(item) = items.get(at)
                && self.equal(&item, &wanted)?
            {
                return Ok(Val::Bool(true));
            }
        }

        Ok(Val::Bool(false))
    }

    fn plus<'a>(&mut self, pair: &'a [Expr; 2], data: &Val<'a>) -> Result<Val<'a>, EvalError> {
        let [Val::Int(left), Val::Int(right)] = self.pair(pair, data)? else {
            return Err(EvalError::NotAnInteger(Operation::Plus));
        };
        let sum = left.checked_add(right);

        Ok(Val::Int(sum.ok_or(EvalError::OutOfRange(Operation::Plus))?))
    }

    /// A left fold; nothing to fold over is the initial value.
    fn reduce<'a>(&mut self, parts: &'a [Expr; 3], data: &Val<'a>) -> Result<Val<'a>, EvalError> {
        let [array, lambda, initial] = parts;
        let array = self.expr(array, data)?;
        let items = match (&array, array.items()) {
            (Val::Null, _) => Items::Data(&[]),
            (_, Some(items)) => items,
            (_, None) => return Err(EvalError::NotAnArray(Operation::Reduce)),
        };
        let mut accumulator = self.expr(initial, data)?;
        for at in 0..items.len() {
            let current = items.get(at).unwrap_or(Val::Null);
            let frame = Val::frame(current, accumulator)?;
            accumulator = self.expr(lambda, &frame)?;
        }

        Ok(accumulator)
    }

    /// The fragment between `/`, `#` and `:` with this index, after `URN:UVCI:` where it begins so.
    fn uci_part<'a>(
        &mut self,
        uci: &'a Expr,
        index: i64,
        data: &Val<'a>,
    ) -> Result<Val<'a>, EvalError> {
        let uci = self.expr(uci, data)?;
        if matches!(uci, Val::Null) {
            return Ok(Val::Null);
        }
        let Val::Text(uci) = uci else {
            return Err(EvalError::NotAString(Operation::ExtractFromUvci));
        };
        self.spend(uci.len() / READ)?;
        let uci = uci.strip_prefix("URN:UVCI:").unwrap_or(uci);
        let part = usize::try_from(index)
            .ok()
            .and_then(|index| uci.split(['/', '#', ':']).nth(index));

        Ok(part.map_or(Val::Null, Val::Text))
    }

    fn var<'a>(&mut self, path: &str, data: &Val<'a>) -> Result<Val<'a>, Beyond> {
        if path.is_empty() {
            return Ok(data.clone());
        }
        self.spend(path.len() / BYTES)?;
        let mut value = data.clone();
        for fragment in path.split('.') {
            self.spend(1)?;
            value = value.step(fragment);
            if matches!(value, Val::Null) {
                break;
            }
        }

        Ok(value)
    }

    /// Equality without coercion, also of what lies in arrays and objects; date-times are equal at the same moment.
    fn equal(&mut self, left: &Val<'_>, right: &Val<'_>) -> Result<bool, Beyond> {
        self.spend(1)?;
        match (left, right) {
            (Val::Null, Val::Null) => Ok(true),
            (Val::Bool(left), Val::Bool(right)) => Ok(left == right),
            (Val::Int(left), Val::Int(right)) => Ok(left == right),
            (Val::Number(left), Val::Number(right)) => Ok(left == right),
            (Val::Time(left), Val::Time(right)) => Ok(left == right),
            (Val::Text(left), Val::Text(right)) => {
                if left.len() != right.len() {
                    return Ok(false);
                }
                self.spend(left.len() / BYTES)?;
                Ok(left == right)
            }
            (Val::Object(left), Val::Object(right)) => self.same_fields(left, right),
            (Val::Frame(left), Val::Frame(right)) => Ok(self
                .equal(&left.current, &right.current)?
                && self.equal(&left.accumulator, &right.accumulator)?),
            _ => match (left.items(), right.items()) {
                (Some(left), Some(right)) => self.same_items(left, right),
                (None, _) | (_, None) => Ok(false),
            },
        }
    }

    fn same_fields(
        &mut self,
        left: &Map<String, Value>,
        right: &Map<String, Value>,
    ) -> Result<bool, Beyond> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for (name, value) in left {
            self.spend(1_usize.saturating_add(name.len() / BYTES))?;
            let Some(other) = right.get(name) else {
                return Ok(false);
            };
            if !self.equal(&Val::of(value), &Val::of(other))? {
                return Ok(false);
            }
        }

        Ok(true)
    }

    fn same_items(&mut self, left: Items<'_, '_>, right: Items<'_, '_>) -> Result<bool, Beyond> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for at in 0..left.len() {
            let (Some(left), Some(right)) = (left.get(at), right.get(at)) else {
                return Ok(false);
            };
            if !self.equal(&left, &right)? {
                return Ok(false);
            }
        }

        Ok(true)
    }
}

/// Each neighbour in its order to the next.
fn in_order<'a, T: Ord>(order: Order, values: &[T]) -> Val<'a> {
    let mut neighbours = values.iter().zip(values.iter().skip(1));

    Val::Bool(neighbours.all(|(left, right)| order.holds(left.cmp(right))))
}

/// What a result may still hold. Inside an evaluation arrays share their items; outside they do so no longer.
struct Room {
    items: usize,
    bytes: usize,
}

impl Room {
    fn copy(&mut self, value: &Val<'_>) -> Result<Value, EvalError> {
        self.items = self.items.checked_sub(1).ok_or(Beyond::Items)?;
        Ok(match value {
            Val::Array(items) => {
                let copied = items.iter().map(|item| self.copy(&Val::of(item)));
                Value::Array(copied.collect::<Result<_, _>>()?)
            }
            Val::Bool(value) => Value::Bool(*value),
            Val::Frame(frame) => {
                let current = self.copy(&frame.current)?;
                let accumulator = self.copy(&frame.accumulator)?;
                json!({ "accumulator": accumulator, "current": current })
            }
            Val::Int(value) => Value::from(*value),
            Val::Made(made) => {
                let copied = made.items.iter().map(|item| self.copy(item));
                Value::Array(copied.collect::<Result<_, _>>()?)
            }
            Val::Null => Value::Null,
            Val::Number(number) => Value::Number((*number).clone()),
            Val::Object(fields) => {
                let copied = fields.iter().map(|(name, value)| {
                    Ok::<_, EvalError>((self.text(name)?, self.copy(&Val::of(value))?))
                });
                Value::Object(copied.collect::<Result<_, _>>()?)
            }
            Val::Text(text) => Value::String(self.text(text)?),
            Val::Time(time) => Value::String(time.to_string()),
        })
    }

    fn text(&mut self, text: &str) -> Result<String, Beyond> {
        self.bytes = self.bytes.checked_sub(text.len()).ok_or(Beyond::Size)?;

        Ok(text.to_owned())
    }
}

#[cfg(test)]
#[path = "eval_tests.rs"]
mod tests;
