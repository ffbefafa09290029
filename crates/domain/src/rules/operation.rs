//! The operations of CertLogic 1.3.3 and what they are told by.

use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeInclusive;

/// An operation with its operands in an array: every one but `var`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `after`
    After,
    /// `and`
    And,
    /// `before`
    Before,
    /// `dccDateOfBirth`
    DateOfBirth,
    /// `===`
    Equal,
    /// `extractFromUVCI`
    ExtractFromUvci,
    /// `>`
    Greater,
    /// `if`
    If,
    /// `in`
    In,
    /// `<`
    Less,
    /// `!`
    Not,
    /// `not-after`
    NotAfter,
    /// `not-before`
    NotBefore,
    /// `>=`
    NotLess,
    /// `<=`
    NotMore,
    /// `+`
    Plus,
    /// `plusTime`
    PlusTime,
    /// `reduce`
    Reduce,
}

const OPERATIONS: [(&str, Operation); 18] = [
    ("!", Operation::Not),
    ("+", Operation::Plus),
    ("<", Operation::Less),
    ("<=", Operation::NotMore),
    ("===", Operation::Equal),
    (">", Operation::Greater),
    (">=", Operation::NotLess),
    ("after", Operation::After),
    ("and", Operation::And),
    ("before", Operation::Before),
    ("dccDateOfBirth", Operation::DateOfBirth),
    ("extractFromUVCI", Operation::ExtractFromUvci),
    ("if", Operation::If),
    ("in", Operation::In),
    ("not-after", Operation::NotAfter),
    ("not-before", Operation::NotBefore),
    ("plusTime", Operation::PlusTime),
    ("reduce", Operation::Reduce),
];

impl Operation {
    pub(super) fn from_id(id: &str) -> Option<Self> {
        let at = OPERATIONS.iter().find(|(known, _)| *known == id)?;

        Some(at.1)
    }

    /// Its id in a rule.
    #[must_use]
    pub fn id(self) -> &'static str {
        OPERATIONS
            .iter()
            .find(|(_, operation)| *operation == self)
            .map_or("", |(id, _)| id)
    }

    /// How many operands it takes.
    pub(super) fn operands(self) -> RangeInclusive<usize> {
        match self {
            Self::DateOfBirth | Self::Not => 1..=1,
            Self::Equal | Self::ExtractFromUvci | Self::In | Self::Plus => 2..=2,
            Self::If | Self::PlusTime | Self::Reduce => 3..=3,
            Self::After
            | Self::Before
            | Self::Greater
            | Self::Less
            | Self::NotAfter
            | Self::NotBefore
            | Self::NotLess
            | Self::NotMore => 2..=3,
            Self::And => 2..=usize::MAX,
        }
    }
}

impl Operation {
    /// How many operands evaluators read, of an operation that says nothing of those beyond.
    pub(super) fn operands_read(self) -> Option<usize> {
        matches!(
            self,
            Self::ExtractFromUvci | Self::If | Self::Not | Self::PlusTime | Self::Reduce
        )
        .then(|| *self.operands().end())
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// How two neighbours must stand to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Greater,
    Less,
    NotLess,
    NotMore,
}

impl Order {
    pub(super) fn holds(self, found: Ordering) -> bool {
        match self {
            Self::Greater => found.is_gt(),
            Self::Less => found.is_lt(),
            Self::NotLess => found.is_ge(),
            Self::NotMore => found.is_le(),
        }
    }
}

/// What `plusTime` counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Hour,
    Month,
    Year,
}

impl Unit {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word {
            "day" => Some(Self::Day),
            "hour" => Some(Self::Hour),
            "month" => Some(Self::Month),
            "year" => Some(Self::Year),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_own_id() {
        for (id, operation) in OPERATIONS {
            assert_eq!(Operation::from_id(id), Some(operation));
            assert_eq!(operation.id(), id);
        }
        assert_eq!(Operation::from_id("all"), None);
    }
}
