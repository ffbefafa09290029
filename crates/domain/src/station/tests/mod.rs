//! Stories of the machine: events in, actions out, time by hand.

mod bench;
mod compare;
mod emergency;
mod foreign;
mod go_in;
mod look;
mod lookup;
mod random;
mod screen;
mod turn_away;
