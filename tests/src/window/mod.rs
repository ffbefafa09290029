//! The window itself under a driver: a display, a window manager and a bus of its own, keys in, screens out.

pub mod desk;
pub mod display;
pub mod driver;
pub mod page;
pub mod painted;
