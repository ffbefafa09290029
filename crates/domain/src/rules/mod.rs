//! Rules as data: CertLogic 1.3.3, the dialect of `JsonLogic` in which the states of the EU write their rules for health
//! certificates.
//!
//! A rule's logic is parsed once ([`Logic::parse`]) and evaluated over the data of a case ([`Data`]) within the limits of
//! SECURITY.md §8; only the result `true` can lead to an admit ([`Outcome`]). Authored, it stands in a file with its sentences
//! and the kinds of code that it is about ([`RuleSet`]).

mod datetime;
mod eval;
mod expr;
mod external;
mod file;
mod kind;
mod limits;
mod negation;
mod operation;
mod outcome;
mod parse;
mod presets;
mod source;
pub mod suite;
mod value;
mod value_sets;

pub use datetime::{moment, written};
pub use eval::{Data, EvalError};
pub use file::{Fault, Judgement, Rule, RuleSet, Sentence, Wrong};
pub use kind::CodeKind;
pub use limits::{
    Beyond, MAX_ARRAY, MAX_DEPTH, MAX_ITEMS, MAX_RULE_BYTES, MAX_STEPS, MAX_STRING, MAX_TEST_ITEMS,
};
pub use operation::Operation;
pub use outcome::Outcome;
pub use parse::{Issue, Logic, Problem};
pub use presets::{preset, preset_ids, preset_text};
pub(crate) use value_sets::vaccine;
