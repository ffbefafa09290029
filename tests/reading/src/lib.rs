//! What the figures of the reader are taken from: sheets that are drawn here.

pub mod damage;
