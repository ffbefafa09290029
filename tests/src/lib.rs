//! What the stories and the figures across the crates share.

pub mod carried;
pub mod city;
pub mod crowd;
pub mod disk;
pub mod entries;
pub mod figures;
pub mod files;
pub mod foreign;
pub mod frames;
pub mod headless;
#[cfg(target_os = "linux")]
pub mod keychain;
pub mod kill;
pub mod line;
pub mod load;
pub mod many;
pub mod programs;
pub mod rogue;
pub mod sheets;
pub mod slow;
pub mod station;
pub mod uvc;
#[cfg(target_os = "linux")]
pub mod window;
