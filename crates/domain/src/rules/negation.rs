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
    let mut search = Search {
        kinds,
        at: String::new(),
        found: Vec::new(),
    };
    search.look(expr);

    search.found
}

struct Search<'a> {
    kinds: &'a [CodeKind],
    at: String,
    found: Vec<Negation>,
}

impl Search<'_> {
    fn look(&mut self, expr: &Expr) {
        if let Some(path) = self.holds_without(expr) {
            self.found.push(Negation {
                at: self.at.clone(),
                path,
            });
        }
        for (step, part) in expr.parts() {
            let length = self.at.len();
            self.at.push_str(&step);
            self.look(part);
            self.at.truncate(length);
        }
    }

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
                let path = self.missing(wanted)?;
                (!is_plain(wanted) || self.missing(array).is_some()).then_some(path)
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

    /// The first path in `expr` that not every code of the kinds has. What a lambda reads is never sure.
    fn missing(&self, expr: &Expr) -> Option<String> {
        if let Expr::Var(path) = expr {
            let sure = !self.kinds.is_empty() && self.kinds.iter().all(|kind| kind.requires(path));
            return (!sure).then(|| path.clone());
        }

        expr.parts()
            .into_iter()
            .find_map(|(_, part)| self.missing(part))
    }
}

fn reads(expr: &Expr) -> bool {
    matches!(expr, Expr::Var(_)) || expr.parts().into_iter().any(|(_, part)| reads(part))
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
