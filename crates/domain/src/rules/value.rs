//! Values of an evaluation. Text and data are borrowed: a rule cannot make strings, only take parts of them.

use std::rc::Rc;

use serde_json::{Map, Number, Value};

use super::datetime::DateTime;
use super::limits::{Beyond, MAX_DEPTH};

/// What an expression evaluates to. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) enum Val<'a> {
    /// Of the data.
    Array(&'a [Value]),
    Bool(bool),
    Frame(Rc<Frame<'a>>),
    Int(i64),
    /// Made by the rule.
    Made(Rc<Made<'a>>),
    Null,
    /// A number that is no integer of 64 bits: neither truthy nor falsy, and no operand.
    Number(&'a Number),
    Object(&'a Map<String, Value>),
    Text(&'a str),
    /// Neither truthy nor falsy.
    Time(DateTime),
}

/// The data of a `reduce`'s lambda.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) current: Val<'a>,
    pub(super) accumulator: Val<'a>,
}

/// An array that a rule made, not deeper than `MAX_DEPTH`.
#[derive(Debug)]
pub(super) struct Made<'a> {
    pub(super) items: Vec<Val<'a>>,
    depth: usize,
}

impl<'a> Val<'a> {
    pub(super) fn of(json: &'a Value) -> Self {
        match json {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => integer(number).map_or(Self::Number(number), Self::Int),
            Value::String(text) => Self::Text(text),
            Value::Array(items) => Self::Array(items),
            Value::Object(fields) => Self::Object(fields),
        }
    }

    /// An array of `items`, so deep that recursion over it ends.
    pub(super) fn made(items: Vec<Self>) -> Result<Self, Beyond> {
        let depth = items.iter().map(Self::depth).max().unwrap_or(0);
        let depth = depth.saturating_add(1);
        if depth > MAX_DEPTH {
            return Err(Beyond::Depth);
        }

        Ok(Self::Made(Rc::new(Made { items, depth })))
    }

    /// A lambda's data, as deep as that.
    pub(super) fn frame(current: Self, accumulator: Self) -> Result<Self, Beyond> {
        let frame = Self::Frame(Rc::new(Frame {
            current,
            accumulator,
        }));
        if frame.depth() > MAX_DEPTH {
            return Err(Beyond::Depth);
        }

        Ok(frame)
    }

    /// Levels that a rule made; the data's own are bounded by themselves.
    fn depth(&self) -> usize {
        match self {
            Self::Made(made) => made.depth,
            Self::Frame(frame) => {
                let inside = frame.current.depth().max(frame.accumulator.depth());
                inside.saturating_add(1)
            }
            Self::Array(_)
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Null
            | Self::Number(_)
            | Self::Object(_)
            | Self::Text(_)
            | Self::Time(_) => 0,
        }
    }

    /// What the name or index of a path leads to; null where it leads nowhere.
    pub(super) fn step(&self, fragment: &str) -> Self {
        let found = match self {
            Self::Array(items) => index(fragment).and_then(|at| Some(Self::of(items.get(at)?))),
            Self::Made(made) => index(fragment).and_then(|at| made.items.get(at).cloned()),
            Self::Object(fields) => fields.get(fragment).map(Self::of),
            Self::Frame(frame) => match fragment {
                "accumulator" => Some(frame.accumulator.clone()),
                "current" => Some(frame.current.clone()),
                _ => None,
            },
            Self::Bool(_)
            | Self::Int(_)
            | Self::Null
            | Self::Number(_)
            | Self::Text(_)
            | Self::Time(_) => None,
        };

        found.unwrap_or(Self::Null)
    }

    /// Whether it is truthy, where it is either that or falsy.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Array(items) => Some(!items.is_empty()),
            Self::Bool(value) => Some(*value),
            Self::Frame(_) => Some(true),
            Self::Int(value) => Some(*value != 0),
            Self::Made(made) => Some(!made.items.is_empty()),
            Self::Null => Some(false),
            Self::Object(fields) => Some(!fields.is_empty()),
            Self::Text(text) => Some(!text.is_empty()),
            Self::Number(_) | Self::Time(_) => None,
        }
    }

    pub(super) fn integer(&self) -> Option<i64> {
        if let Self::Int(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    pub(super) fn time(&self) -> Option<DateTime> {
        if let Self::Time(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The items of an array, wherever it comes from.
    pub(super) fn items(&self) -> Option<Items<'_, 'a>> {
        match self {
            Self::Array(items) => Some(Items::Data(items)),
            Self::Made(made) => Some(Items::Made(&made.items)),
            Self::Bool(_)
            | Self::Frame(_)
            | Self::Int(_)
            | Self::Null
            | Self::Number(_)
            | Self::Object(_)
            | Self::Text(_)
            | Self::Time(_) => None,
        }
    }
}

/// Items of the data, or made by the rule.
#[derive(Clone, Copy)]
pub(super) enum Items<'v, 'a> {
    Data(&'a [Value]),
    Made(&'v [Val<'a>]),
}

impl<'a> Items<'_, 'a> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::Data(items) => items.len(),
            Self::Made(items) => items.len(),
        }
    }

    pub(super) fn get(self, at: usize) -> Option<Val<'a>> {
        match self {
            Self::Data(items) => items.get(at).map(Val::of),
            Self::Made(items) => items.get(at).cloned(),
        }
    }
}

/// The integer that a number is, however it is written: 42, 42.0, 4.2e1. Where it is written with a fraction or an
/// exponent, up to 2^53, from where on such numbers stand for several.
pub(super) fn integer(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
        if number.is_u64() || float.abs() > 9_007_199_254_740_992.0 {
            return None;
        }

        format!("{float:.0}").parse().ok()
    })
}

fn index(fragment: &str) -> Option<usize> {
    let digits = fragment.bytes().all(|byte| byte.is_ascii_digit());

    digits.then(|| fragment.parse().ok()).flatten()
}
