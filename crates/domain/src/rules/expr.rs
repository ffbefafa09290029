//! A rule's logic, taken apart.

use super::operation::{Operation, Order, Unit};
use super::parse::Problem;

/// An expression. Not deeper than `MAX_DEPTH`, so that recursion over it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expr {
    /// Each item evaluated.
    Array(Vec<Expr>),
    /// The first falsy operand, or the last.
    And(Vec<Expr>),
    /// A literal.
    Bool(bool),
    /// Integers in their order.
    Compare(Operation, Order, Vec<Expr>),
    /// Date-times in their order.
    CompareTimes(Operation, Order, Vec<Expr>),
    /// A birth date.
    DateOfBirth(Box<Expr>),
    /// Equality without coercion.
    Equal(Box<[Expr; 2]>),
    /// Guard, then, else.
    If(Box<[Expr; 3]>),
    /// Member, array.
    In(Box<[Expr; 2]>),
    /// A literal.
    Int(i64),
    /// What is not of the form of an expression: an error where it is evaluated.
    Invalid(Box<Problem>),
    /// Negation.
    Not(Box<Expr>),
    /// The sum of two integers.
    Plus(Box<[Expr; 2]>),
    /// A date-time and what to add to it.
    PlusTime(Box<Expr>, i64, Unit),
    /// Array, lambda, initial.
    Reduce(Box<[Expr; 3]>),
    /// A literal.
    Text(String),
    /// A certificate's identifier and which of its parts.
    UciPart(Box<Expr>, i64),
    /// A path into the data.
    Var(String),
}

impl Expr {
    /// The expressions in it, each with the step of a JSON Pointer that leads to it.
    pub(super) fn parts(&self) -> Vec<(String, &Self)> {
        let (id, parts): (&str, &[Self]) = match self {
            Self::Array(items) => ("", items),
            Self::And(operands) => ("/and", operands),
            Self::Compare(operation, _, operands) | Self::CompareTimes(operation, _, operands) => {
                return steps(&format!("/{operation}"), operands);
            }
            Self::DateOfBirth(part) => ("/dccDateOfBirth", std::slice::from_ref(&**part)),
            Self::Equal(pair) => ("/===", &**pair),
            Self::If(parts) => ("/if", &**parts),
            Self::In(pair) => ("/in", &**pair),
            Self::Not(part) => ("/!", std::slice::from_ref(&**part)),
            Self::Plus(pair) => ("/+", &**pair),
            Self::PlusTime(part, ..) => ("/plusTime", std::slice::from_ref(&**part)),
            Self::Reduce(parts) => ("/reduce", &**parts),
            Self::UciPart(part, _) => ("/extractFromUVCI", std::slice::from_ref(&**part)),
            Self::Bool(_) | Self::Int(_) | Self::Invalid(_) | Self::Text(_) | Self::Var(_) => {
                ("", &[])
            }
        };

        steps(id, parts)
    }

    /// Shows each expression in it, itself first, with its place.
    pub(super) fn walk(&self, visit: &mut impl FnMut(&Place, &Self)) {
        self.walk_at(&mut Place::default(), visit);
    }

    fn walk_at(&self, place: &mut Place, visit: &mut impl FnMut(&Place, &Self)) {
        visit(place, self);
        for (at, (step, part)) in (0_usize..).zip(self.parts()) {
            let (length, outside) = (place.at.len(), place.in_lambda);
            place.at.push_str(&step);
            place.in_lambda |= matches!(self, Self::Reduce(_)) && at == LAMBDA;
            part.walk_at(place, visit);
            place.at.truncate(length);
            place.in_lambda = outside;
        }
    }
}

/// Whether `path` is `to`, or something that `to` lies in.
pub(super) fn leads_to(path: &str, to: &str) -> bool {
    let rest = to.strip_prefix(path);

    path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Where in a rule's logic an expression stands.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// A JSON Pointer.
    pub(super) at: String,
    /// Within a lambda, which sees nothing of the data around it.
    pub(super) in_lambda: bool,
}

/// Which part of a `reduce` its lambda is.
const LAMBDA: usize = 1;

fn steps<'a>(id: &str, parts: &'a [Expr]) -> Vec<(String, &'a Expr)> {
    (0_usize..)
        .zip(parts)
        .map(|(at, part)| (format!("{id}/{at}"), part))
        .collect()
}
