//! What the figures of the reader are taken from: pictures that are drawn here, so that no figure hangs on a file.

pub mod damage;
pub mod hints;
pub mod spoilt;
