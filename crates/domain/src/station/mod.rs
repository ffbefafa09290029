//! The state machine of a station: events in, actions out. It reads no clock, draws no random byte and
//! writes nothing; whoever drives it performs what it asks for and tells it what came of it.
//!
//! A verdict takes this way: a reading -> decode, verify, decide -> where the rules say admit, the ID
//! document is compared -> [`Action::Store`] -> [`Event::EntryStored`] -> [`Action::Show`] with the
//! verdict. Commands that confirm something are guarded by time (SECURITY.md §9): not within 600 ms of a
//! change of stage, nor within 300 ms of any other key.

mod beside;
mod cards;
mod coach;
mod event;
mod gaze;
mod guard;
mod machine;
mod phase;
mod scan;
mod screen_of;
mod staff;
mod stored;
mod tally;

pub use coach::Hint;
pub use event::{Action, Event, Knowledge, Setup, Sighting, Ticket};
pub use machine::Machine;

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails, which is what it is for"
)]
mod tests;
