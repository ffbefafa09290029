//! `menshen`: the authority's desk (keys, codes, sheets, status), the questions one asks of a picture or a
//! code, and a station without a window.
//!
//! Each command is a function that writes its answer to what it is given and says how it ended. No screen, no
//! server. The time is an argument from the command down.

pub mod args;
pub mod authority;
mod certificate;
pub mod clock;
mod command;
mod content_key;
pub mod demo;
mod failure;
mod files;
mod lines;
pub mod load;
mod mask;
mod passphrase;
mod random;
mod read;
mod residents;
pub mod sheet;
mod trust;
pub mod verify;

use std::io::Write;

pub use command::{Ending, run};
pub use failure::Failure;
pub use residents::{COLUMNS, LOOKUP_COLUMNS};

/// Where a command's answer goes.
pub type Out<'a> = &'a mut dyn Write;
