//! What the stories and the figures across the crates share.

pub mod figures;
pub mod frames;
