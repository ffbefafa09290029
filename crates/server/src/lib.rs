//! The centre of the stations: takes sealed entries, keeps them, signs receipts, and hands out what the
//! authority signed.
//!
//! `http` is the socket, `centre` judges and answers, `store` keeps, `registrar` enrols. It cannot read a
//! name: what is about a person is sealed to the authority, whose sealing keys are not here.

pub mod attempts;
pub mod authority;
pub mod backup;
pub mod centre;
pub mod clock;
mod content_keys;
mod crash;
pub mod crowd;
pub mod day;
pub mod day_keys;
pub mod desk;
pub mod folder;
pub mod http;
pub mod metrics;
pub mod random;
pub mod registrar;
mod retention;
mod running;
pub mod store;
pub mod tls;
pub mod usb;

pub use running::{Config, Ready, Running, StartError, start};
