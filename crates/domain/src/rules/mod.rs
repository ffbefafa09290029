//! Rules as data: CertLogic 1.3.3, the dialect of `JsonLogic` in which the states of the EU write their rules for health
//! certificates.
//!
//! A rule's logic is parsed once ([`Logic::parse`]) and evaluated over the data of a case ([`Data`]) within the limits of
//! SECURITY.md §8; only the result `true` can lead to an admit ([`Outcome`]).

mod datetime;
mod eval;
mod expr;
mod limits;
mod operation;
mod outcome;
mod parse;
pub mod suite;
mod value;

pub use eval::{Data, EvalError};
pub use limits::{
    Beyond, MAX_ARRAY, MAX_DEPTH, MAX_ITEMS, MAX_RULE_BYTES, MAX_STEPS, MAX_STRING, MAX_TEST_ITEMS,
};
pub use operation::Operation;
pub use outcome::Outcome;
pub use parse::{Issue, Logic, Problem};
