//! A symbol as a matrix of modules, without any picture: from what a sampler saw of each module to the content
//! (ISO/IEC 18004).
//!
//! Nothing that chance could have made is taken: a block counts as corrected only where noise would pass once in 10^9
//! times, a content only where all of its segments are what a writer may write.

mod bits;
mod block;
mod codewords;
mod content;
mod correct;
mod decode;
#[cfg(test)]
pub(crate) mod drawn;
mod evidence;
mod format;
mod galois;
mod grade;
mod guess;
#[cfg(feature = "inside")]
pub(crate) mod inside;
mod known;
mod layout;
mod mixture;
mod pattern;
mod place;
mod proof;
pub(crate) mod sampled;
mod text;
pub mod trial;
mod version;
mod votes;

pub(crate) use decode::{Decoded, Outcome, Tried, decode};
pub(crate) use evidence::Evidence;
pub(crate) use format::version_lead;
pub(crate) use grade::Correction;
pub(crate) use known::Known;
pub(crate) use pattern::function_patterns;
pub(crate) use version::Version;
pub(crate) use votes::Votes;
