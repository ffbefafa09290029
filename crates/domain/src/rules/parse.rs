//! JSON -> [`Logic`], or everything that is not of CertLogic's form and where.

use std::fmt;

use serde_json::{Number, Value};
use thiserror::Error;

use super::expr::Expr;
use super::limits::{Beyond, Bounds, MAX_DEPTH, MAX_RULE_BYTES, MAX_TEST_DEPTH};
use super::operation::{Operation, Order, Unit};
use super::value::integer;

/// An expression of CertLogic 1.3.3 in its form and its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logic(pub(super) Expr);

/// What is not of CertLogic's form. Where the validation suite of the specification has a message, it is this one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// The amount of `plusTime` is a literal.
    #[error("\"amount\" argument (#2) of \"plusTime\" must be an integer")]
    Amount,
    /// A limit was passed.
    #[error(transparent)]
    Beyond(#[from] Beyond),
    /// The index of `extractFromUVCI` is a literal.
    #[error("\"index\" argument (#2) of \"extractFromUVCI\" must be an integer")]
    Index,
    /// An operation has one name.
    #[error("expression object must have exactly one key, but it has {0}")]
    Keys(usize),
    /// `null`.
    #[error("invalid CertLogic expression")]
    NotAnExpression,
    /// A number with a fraction, or beyond 64 bits.
    #[error("{0} is a non-integer number")]
    NotAnInteger(Number),
    /// Operands stand in an array.
    #[error("operation not of the form {{ \"<operator>\": [ <values...> ] }}")]
    NotAnOperation,
    /// Too few or too many operands.
    #[error("\"{operation}\" must have {} operands, but it has {found}", count(*operation))]
    Operands {
        /// Of what.
        operation: Operation,
        /// How many.
        found: usize,
    },
    /// The text is no JSON.
    #[error("this is no JSON: {0}")]
    Text(String),
    /// The unit of `plusTime` is a literal.
    #[error(
        "\"unit\" argument (#3) of \"plusTime\" must be one of \"year\", \"month\", \"day\", \"hour\""
    )]
    Unit,
    /// No operation of CertLogic.
    #[error("unrecognised operator: \"{0}\"")]
    Unknown(String),
    /// `var` takes one string and no array.
    #[error("not of the form {{ \"var\": \"<path>\" }}")]
    Var,
    /// A path has names between single dots.
    #[error("data access path doesn't have a valid format: {0}")]
    VarPath(String),
}

/// A problem and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// A JSON Pointer (RFC 6901) into the logic.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return write!(f, "{}", self.problem);
        }

        write!(f, "{}: {}", self.path, self.problem)
    }
}

impl Logic {
    /// Takes a rule's logic as JSON text.
    ///
    /// # Errors
    /// As [`Logic::parse`], and where the text is no JSON.
    pub fn from_text(text: &str) -> Result<Self, Vec<Issue>> {
        let alone = |problem: Problem| {
            vec![Issue {
                path: String::new(),
                problem,
            }]
        };
        if text.len() > MAX_RULE_BYTES {
            return Err(alone(Beyond::Size.into()));
        }
        let json =
            serde_json::from_str(text).map_err(|error| alone(Problem::Text(error.to_string())))?;

        Self::parse(&json)
    }

    /// Takes a rule's logic.
    ///
    /// # Errors
    /// The first hundred [`Issue`]s in the order of the logic: what its form or a limit forbids.
    pub fn parse(json: &Value) -> Result<Self, Vec<Issue>> {
        let mut parser = Parser::default();
        let expr = parser.whole(json);
        if parser.issues.is_empty() {
            return Ok(Self(expr));
        }

        Err(parser.issues)
    }

    /// Takes a rule's logic as evaluators do that look at an expression when they come to it: what is not of the form is
    /// an error of the evaluation that reaches it, operands beyond those that an operation reads are passed over, and an
    /// empty step of a path finds nothing. For suites of tests, with room for what was published; a station takes
    /// [`Logic::parse`] alone.
    #[must_use]
    pub fn parse_as_reached(json: &Value) -> Self {
        let mut parser = Parser {
            as_reached: true,
            ..Parser::default()
        };

        Self(parser.whole(json))
    }
}

/// Issues beyond these are not looked for.
const MOST_ISSUES: usize = 100;

#[derive(Default)]
struct Parser {
    path: Vec<String>,
    issues: Vec<Issue>,
    as_reached: bool,
}

impl Parser {
    fn whole(&mut self, json: &Value) -> Expr {
        let bounds = if self.as_reached {
            Bounds::TEST_RULE
        } else {
            Bounds::RULE
        };
        match bounds.hold(json) {
            Ok(()) => self.expr(json, 1),
            Err(beyond) => self.wrong(beyond.into()),
        }
    }

    fn expr(&mut self, json: &Value, depth: usize) -> Expr {
        match json {
            Value::Null => self.wrong(Problem::NotAnExpression),
            Value::Bool(literal) => Expr::Bool(*literal),
            Value::Number(literal) => match integer(literal) {
                Some(literal) => Expr::Int(literal),
                None => self.wrong(Problem::NotAnInteger(literal.clone())),
            },
            Value::String(literal) => Expr::Text(literal.clone()),
            Value::Array(_) | Value::Object(_) if depth > self.max_depth() => {
                self.wrong(Beyond::Depth.into())
            }
            Value::Array(items) => Expr::Array(self.each(items, depth.saturating_add(1))),
            Value::Object(fields) => {
                let mut fields = fields.iter();
                match (fields.next(), fields.len()) {
                    (Some((id, operands)), 0) => self.under(id, |parser| {
                        parser.operation(id, operands, depth.saturating_add(1))
                    }),
                    (first, others) => {
                        let keys = others.saturating_add(usize::from(first.is_some()));
                        self.wrong(Problem::Keys(keys))
                    }
                }
            }
        }
    }

    fn max_depth(&self) -> usize {
        if self.as_reached {
            MAX_TEST_DEPTH
        } else {
            MAX_DEPTH
        }
    }

    fn each(&mut self, items: &[Value], depth: usize) -> Vec<Expr> {
        (0_usize..)
            .zip(items)
            .map(|(at, item)| self.at(at, item, depth))
            .collect()
    }

    fn at(&mut self, at: usize, json: &Value, depth: usize) -> Expr {
        self.under(&at.to_string(), |parser| parser.expr(json, depth))
    }

    fn under<T>(&mut self, step: &str, parse: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.replace('~', "~0").replace('/', "~1"));
        let parsed = parse(self);
        self.path.pop();

        parsed
    }

    /// `depth` is that of the operands. The path ends in the operation's id; what is wrong with an operation as a whole
    /// is told of the object around it.
    fn operation(&mut self, id: &str, json: &Value, depth: usize) -> Expr {
        if id == "var" {
            return self.var(json);
        }
        let Value::Array(operands) = json else {
            return self.wrong_around(Problem::NotAnOperation);
        };
        let Some(operation) = Operation::from_id(id) else {
            return self.wrong_around(Problem::Unknown(id.to_owned()));
        };
        let most = operation.operands_read().filter(|_| self.as_reached);
        let operands = most
            .and_then(|most| operands.get(..most))
            .unwrap_or(operands);
        let found = operands.len();
        if !operation.operands().contains(&found) {
            return self.wrong_around(Problem::Operands { operation, found });
        }
        match (operation, operands) {
            (Operation::ExtractFromUvci, [uci, index]) => self.uci_part(uci, index, depth),
            (Operation::PlusTime, [date, amount, unit]) => {
                self.plus_time(date, amount, unit, depth)
            }
            (operation, operands) => {
                let exprs = self.each(operands, depth);
                made_of(operation, exprs)
                    .unwrap_or_else(|| self.wrong_around(Problem::Operands { operation, found }))
            }
        }
    }

    fn var(&mut self, json: &Value) -> Expr {
        let Value::String(path) = json else {
            return self.wrong_around(Problem::Var);
        };
        let has_gap = !path.is_empty() && path.split('.').any(str::is_empty);
        if has_gap && !self.as_reached {
            return self.wrong_around(Problem::VarPath(path.clone()));
        }

        Expr::Var(path.clone())
    }

    fn uci_part(&mut self, uci: &Value, index: &Value, depth: usize) -> Expr {
        let uci = self.at(0, uci, depth);
        let Some(index) = as_integer(index) else {
            return self.under("1", |parser| parser.wrong(Problem::Index));
        };

        Expr::UciPart(Box::new(uci), index)
    }

    fn plus_time(&mut self, date: &Value, amount: &Value, unit: &Value, depth: usize) -> Expr {
        let date = self.at(0, date, depth);
        let amount = match as_integer(amount) {
            Some(amount) => Ok(amount),
            None => Err(self.under("1", |parser| parser.wrong(Problem::Amount))),
        };
        let unit = match unit.as_str().and_then(Unit::from_word) {
            Some(unit) => Ok(unit),
            None => Err(self.under("2", |parser| parser.wrong(Problem::Unit))),
        };
        match (amount, unit) {
            (Ok(amount), Ok(unit)) => Expr::PlusTime(Box::new(date), amount, unit),
            (Err(invalid), _) | (Ok(_), Err(invalid)) => invalid,
        }
    }

    /// Of the object around the last step.
    fn wrong_around(&mut self, problem: Problem) -> Expr {
        let last = self.path.pop();
        let invalid = self.wrong(problem);
        self.path.extend(last);

        invalid
    }

    fn wrong(&mut self, problem: Problem) -> Expr {
        if self.issues.len() < MOST_ISSUES {
            let path = self.path.iter().flat_map(|step| ["/", step]).collect();
            self.issues.push(Issue {
                path,
                problem: problem.clone(),
            });
        }

        Expr::Invalid(Box::new(problem))
    }
}

/// An operation whose operands are all expressions; none with another number of them than it takes.
fn made_of(operation: Operation, operands: Vec<Expr>) -> Option<Expr> {
    Some(match operation {
        Operation::After => Expr::CompareTimes(operation, Order::Greater, operands),
        Operation::And => Expr::And(operands),
        Operation::Before => Expr::CompareTimes(operation, Order::Less, operands),
        Operation::DateOfBirth => Expr::DateOfBirth(only(operands)?),
        Operation::Equal => Expr::Equal(operands.try_into().ok()?),
        Operation::ExtractFromUvci | Operation::PlusTime => return None,
        Operation::Greater => Expr::Compare(operation, Order::Greater, operands),
        Operation::If => Expr::If(operands.try_into().ok()?),
        Operation::In => Expr::In(operands.try_into().ok()?),
        Operation::Less => Expr::Compare(operation, Order::Less, operands),
        Operation::Not => Expr::Not(only(operands)?),
        Operation::NotAfter => Expr::CompareTimes(operation, Order::NotMore, operands),
        Operation::NotBefore => Expr::CompareTimes(operation, Order::NotLess, operands),
        Operation::NotLess => Expr::Compare(operation, Order::NotLess, operands),
        Operation::NotMore => Expr::Compare(operation, Order::NotMore, operands),
        Operation::Plus => Expr::Plus(operands.try_into().ok()?),
        Operation::Reduce => Expr::Reduce(operands.try_into().ok()?),
    })
}

fn only(mut operands: Vec<Expr>) -> Option<Box<Expr>> {
    operands.pop().map(Box::new)
}

fn as_integer(json: &Value) -> Option<i64> {
    if let Value::Number(number) = json {
        integer(number)
    } else {
        None
    }
}

/// `exactly 2`, `2 or 3`, `at least 2`.
fn count(operation: Operation) -> String {
    let range = operation.operands();
    match (*range.start(), *range.end()) {
        (least, most) if least == most => format!("exactly {least}"),
        (least, usize::MAX) => format!("at least {least}"),
        (least, most) => format!("{least} or {most}"),
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
