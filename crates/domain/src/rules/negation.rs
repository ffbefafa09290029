//! Whether a rule could hold because something is missing (SECURITY.md §3 "Policy"): negation, and what comes to the same,
//! over a path that a code of its kinds need not have.

use super::expr::Expr;
use super::kind::CodeKind;

/// Where, and the path that may lead nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Negation {
    /// A JSON Pointer into the logic.
    pub(super) at: String,
    pub(super) path: String,
}

/// Every place at which `expr` may hold because a path of `kinds` leads nowhere.
pub(super) fn negations(expr: &Expr, kinds: &[CodeKind]) -> Vec<Negation> {
    let mut found = Vec::new();
    expr.walk(&mut |place, part| {
        let sight = Sight {
            kinds,
            in_lambda: place.in_lambda,
        };
        if let Some(path) = sight.holds_without(part) {
            found.push(Negation {
                at: place.at.clone(),
                path,
            });
        }
    });

    found
}

/// What may be missing where an expression stands.
#[derive(Clone, Copy)]
struct Sight<'a> {
    kinds: &'a [CodeKind],
    in_lambda: bool,
}

impl Sight<'_> {
    /// The path whose absence `expr` itself, and not what lies in it, may turn into something that holds.
    fn holds_without(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Not(operand) => self.missing(operand),
            Expr::If(parts) => {
                let [guard, then, otherwise] = &**parts;
                let path = self.missing(guard)?;
                let refuses = *otherwise == Expr::Bool(false);
                let asks = reads(otherwise) && (reads(then) || *then == Expr::Bool(true));
                (!(refuses || asks)).then_some(path)
            }
            Expr::Equal(pair) => {
                let [left, right] = &**pair;
                self.equal_without(left, right)
                    .or_else(|| self.equal_without(right, left))
            }
            Expr::In(pair) => {
                let [wanted, array] = &**pair;
                self.in_without(wanted, array)
            }
            Expr::Reduce(parts) => {
                let [array, _, initial] = &**parts;
                let path = self.missing(array)?;
                (*initial != Expr::Bool(false)).then_some(path)
            }
            Expr::And(_)
            | Expr::Array(_)
            | Expr::Bool(_)
            | Expr::Compare(..)
            | Expr::CompareTimes(..)
            | Expr::DateOfBirth(_)
            | Expr::Int(_)
            | Expr::Invalid(_)
            | Expr::Plus(_)
            | Expr::PlusTime(..)
            | Expr::Text(_)
            | Expr::UciPart(..)
            | Expr::Var(_) => None,
        }
    }

    /// A path that is missing equals nothing that is there; what was made of it may equal whatever is no literal.
    fn equal_without(&self, side: &Expr, other: &Expr) -> Option<String> {
        let path = self.missing(side)?;
        let equals_nothing = if is_plain(side) {
            self.missing(other).is_none()
        } else {
            matches!(other, Expr::Bool(true) | Expr::Text(_) | Expr::Int(1..))
        };

        (!equals_nothing).then_some(path)
    }

    /// Whether something is found in an array because a path leads nowhere.
    fn in_without(&self, wanted: &Expr, array: &Expr) -> Option<String> {
        if let Some(path) = self.missing(wanted) {
            let is_nowhere = is_plain(wanted) && self.missing(array).is_none();
            return (!is_nowhere).then_some(path);
        }
        // An array that is missing is an error.
        if is_plain(array) {
            return None;
        }
        let items = if let Expr::Array(items) = array {
            items
        } else {
            std::slice::from_ref(array)
        };
        // An item that is missing is null, so that nothing equals it that is there: it only makes the list shorter, as where a
        // country has no fourth vaccine. Whatever else was made from the path is a value without it too, as the `false` of a
        // comparison, and with that in the list looking for `false` is negation.
        items.iter().find_map(|item| {
            let path = self.missing(item)?;
            let equals_nothing = is_plain(item) && self.missing(wanted).is_none();
            (!equals_nothing).then_some(path)
        })
    }

    /// The first path in `expr` that not every code of the kinds has, or of an identifier that may have fewer parts. What a
    /// lambda reads is never sure.
    fn missing(&self, expr: &Expr) -> Option<String> {
        if let Expr::Var(path) = expr {
            let sure = !self.in_lambda || path.is_empty();
            let sure = sure && !self.kinds.is_empty();
            let sure = sure && self.kinds.iter().all(|kind| kind.requires(path));
            return (!sure).then(|| path.clone());
        }
        if let Expr::UciPart(uci, _) = expr {
            return Some(first_path(uci));
        }
        if let Expr::Reduce(parts) = expr {
            let [array, lambda, initial] = &**parts;
            let inside = Self {
                in_lambda: true,
                ..*self
            };
            return self
                .missing(array)
                .or_else(|| inside.missing(lambda))
                .or_else(|| self.missing(initial));
        }

        expr.parts()
            .into_iter()
            .find_map(|(_, part)| self.missing(part))
    }
}

fn reads(expr: &Expr) -> bool {
    matches!(expr, Expr::Var(_)) || expr.parts().into_iter().any(|(_, part)| reads(part))
}

/// The path that an identifier is read from.
fn first_path(uci: &Expr) -> String {
    let mut found = None;
    uci.walk(&mut |_, part| {
        if let Expr::Var(path) = part {
            found.get_or_insert_with(|| path.clone());
        }
    });

    found.unwrap_or_else(|| "extractFromUVCI".to_owned())
}

/// Null where its path is missing.
fn is_plain(expr: &Expr) -> bool {
    if let Expr::UciPart(uci, _) = expr {
        return is_plain(uci);
    }

    matches!(expr, Expr::Var(_))
}

#[cfg(test)]
#[path = "negation_tests.rs"]
mod tests;
