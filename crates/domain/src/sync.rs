//! When to send what, and what an answer allows. The shell posts, this decides.

mod dispute;
mod judge;
mod outbox;
mod pace;

pub use dispute::Standing;
pub use judge::{Judgement, Late, Question, judge, judge_late};
pub use outbox::{Outbox, OutboxSetup, SyncAction, SyncEvent};
pub use pace::{Pace, retry_after};
