//! x
pub mod damage;
