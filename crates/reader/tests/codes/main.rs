//! Codes drawn by another library, and pictures meant to do harm.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod complete;
mod contents;
mod deep;
mod draw;
mod drawn;
mod hostile;
