//! A grey picture.

use std::fmt;

/// The largest picture that is looked at, in pixels.
pub const MAX_PIXELS: usize = 50_000_000;

/// A grey picture: one byte a pixel, row after row from the top left, no padding; 0 is black.
#[derive(Clone, PartialEq, Eq)]
pub struct Luma {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    pixels: Vec<u8>,
}

/// The pixels do not fill the picture that was announced, or it is larger than [`MAX_PIXELS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{pixels} bytes are no grey picture of {width} by {height} pixels with at most {MAX_PIXELS}"
)]
pub struct WrongSize {
    /// Announced pixels in a row.
    pub width: usize,
    /// Announced rows.
    pub height: usize,
    /// Bytes that came.
    pub pixels: usize,
}

impl Luma {
    /// Takes pixels for a picture of this size.
    ///
    /// # Errors
    /// When there are not exactly `width * height` pixels, or more than [`MAX_PIXELS`].
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Result<Self, WrongSize> {
        let wrong = WrongSize {
            width,
            height,
            pixels: pixels.len(),
        };
        let wanted = width.checked_mul(height).ok_or(wrong)?;
        if wanted != pixels.len() || wanted > MAX_PIXELS {
            return Err(wrong);
        }

        Ok(Self {
            width,
            height,
            pixels,
        })
    }

    /// The pixels, row after row.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Width and height are still those of the pixels.
    pub(crate) fn is_whole(&self) -> bool {
        self.width.checked_mul(self.height) == Some(self.pixels.len())
    }

    /// White for black.
    pub(crate) fn inverted(&self) -> Self {
        Self {
            pixels: self.pixels.iter().map(|pixel| !pixel).collect(),
            ..*self
        }
    }

    /// The pixels, given back for reuse.
    #[must_use]
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }
}

impl fmt::Debug for Luma {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Luma({} x {})", self.width, self.height)
    }
}
