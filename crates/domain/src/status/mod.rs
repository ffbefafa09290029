//! What the authority knows of each resident today: one byte each (DESIGN.md §4, SECURITY.md §5).

mod cell;
mod file;
mod snapshot;

pub use cell::{Cell, SLOT_SECONDS, Sample, Standing};
pub use file::{FileError, pack_full, unpack_full};
pub use snapshot::{Snapshot, SnapshotError};
