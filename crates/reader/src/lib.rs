//! The eye: grey pictures in, the contents of the QR codes in them out.
//!
//! No camera, no credential, no clock: the caller hands over a [`Luma`] and a [`Budget`] that knows how much
//! time is left. Nothing here trusts the picture: whatever is drawn in it, [`Reader::read`] returns.

mod black;
mod coach;
mod deep;
mod finder;
mod first;
mod grade;
mod guard;
mod luma;
mod pixel;
mod pyramid;
mod reader;
mod reading;
mod second;
mod stages;
mod symbol;
mod view;

pub use coach::{Hint, Sights, advise};
#[cfg(feature = "inside")]
#[doc(hidden)]
pub use deep::inside;
pub use grade::{Grade, Letter, Measure};
pub use luma::{Luma, MAX_PIXELS, WrongSize};
pub use reader::Reader;
pub use reading::{Budget, Code, Corner, Level, Place, Reading, Sight};
pub use stages::{Stage, Stages};
#[doc(hidden)]
pub use symbol::trial;
