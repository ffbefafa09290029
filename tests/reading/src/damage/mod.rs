//! Damaged sheets, drawn: webcam frames of printed QR codes with known text, each with one kind of damage.
//!
//! Drawn from how paper bends, ink fades, light falls, lenses blur and sensors count: a model of paper, not paper.
//! A frame is a pure function of its [`Scene`], so that a figure never hangs on a file.

pub(crate) mod chance;
pub(crate) mod desk;
mod hand;
pub(crate) mod ink;
mod lens;
mod light;
mod paper;
pub(crate) mod plane;
mod pose;
pub(crate) mod print;
mod raster;
mod scene;
mod sensor;
mod setup;

pub(crate) use sensor::Sensor;
pub(crate) use setup::Setup;

pub use scene::{Kind, SEVERITIES, Scene};

#[cfg(test)]
mod tests;
