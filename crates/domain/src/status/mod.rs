//! What the authority knows of each resident today: one byte each (DESIGN.md §4, SECURITY.md §5).

mod cell;
mod file;
mod lookup;
mod snapshot;

pub use cell::{Cell, SLOT_SECONDS, Sample, Standing};
pub use file::{FileError, pack_full, pack_lookup, unpack_full, unpack_lookup};
pub use lookup::{LOOKUP_ROW, LookupRow, lookup_table};
pub use snapshot::{LookedUp, Snapshot, SnapshotError};
