//! The centre through its routes, without a socket but for one test: stations enrol, send, are copied,
//! cut off and refused.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod authority;
mod backup;
mod batches;
mod contradictions;
mod crash;
mod crowd;
mod enrolment;
mod kill;
mod late;
mod layout;
mod limits;
mod log;
mod made;
mod many;
mod openapi;
mod operation;
mod public;
mod renewal;
mod retention;
mod socket;
mod station;
mod stop;
mod town;
mod usb;
mod verify;
mod visits;
