//! Two copies of one station, and an older copy of it.
