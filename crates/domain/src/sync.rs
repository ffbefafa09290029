//! When to send what, and what an answer allows. The shell posts, this decides.

mod judge;
mod outbox;

pub use judge::{Judgement, Question, judge};
pub use outbox::{Outbox, OutboxSetup, SyncAction, SyncEvent};
