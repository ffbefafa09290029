//! Draws codes into grey pictures.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use reader::Luma;

/// Dark and bright print on paper, and a desk.
pub(crate) const INK: u8 = 40;
pub(crate) const PAPER: u8 = 210;
pub(crate) const DESK: u8 = 120;

/// A picture that is still painted.
#[derive(Clone)]
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<u8>,
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize, grey: u8) -> Self {
        Self {
            width,
            height,
            pixels: vec![grey; width * height],
        }
    }

    /// Paints a code with its quiet zone of four modules; `left` and `top` are the quiet zone's.
    pub(crate) fn draw(&mut self, code: &QrCode, left: usize, top: usize, module: usize) {
        let modules = usize::try_from(code.size()).unwrap() + 8;
        for y in 0..modules * module {
            for x in 0..modules * module {
                let at = |pixel: usize| i32::try_from(pixel / module).unwrap() - 4;
                let grey = if code.get_module(at(x), at(y)) {
                    INK
                } else {
                    PAPER
                };
                self.pixels[(top + y) * self.width + left + x] = grey;
            }
        }
    }

    pub(crate) fn fill(&mut self, left: usize, top: usize, width: usize, height: usize, grey: u8) {
        for y in top..top + height {
            self.pixels[y * self.width + left..][..width].fill(grey);
        }
    }

    /// Each pixel from another place of this picture.
    pub(crate) fn moved(
        &self,
        width: usize,
        height: usize,
        from: impl Fn(usize, usize) -> (usize, usize),
    ) -> Self {
        let mut moved = Self::new(width, height, 0);
        for y in 0..height {
            for x in 0..width {
                let (old_x, old_y) = from(x, y);
                moved.pixels[y * width + x] = self.pixels[old_y * self.width + old_x];
            }
        }
        moved
    }

    /// Each pixel the mean of the nine around it.
    pub(crate) fn blurred(&self) -> Self {
        let mut blurred = self.clone();
        for y in 1..self.height - 1 {
            for x in 1..self.width - 1 {
                let rows =
                    (y - 1..=y + 1).map(|row| &self.pixels[row * self.width..][x - 1..=x + 1]);
                let sum: u16 = rows.flatten().map(|pixel| u16::from(*pixel)).sum();
                blurred.pixels[y * self.width + x] = u8::try_from(sum / 9).unwrap();
            }
        }
        blurred
    }

    /// Less contrast around a middle grey, and grain of a few levels up and down; another `seed`, other grain.
    pub(crate) fn faded(mut self, percent: i32, grain: u32, mut seed: u32) -> Self {
        for pixel in &mut self.pixels {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            let noise =
                i32::try_from(seed % (2 * grain + 1)).unwrap() - i32::try_from(grain).unwrap();
            let grey = 125 + (i32::from(*pixel) - 125) * percent / 100 + noise;
            *pixel = u8::try_from(grey.clamp(0, 255)).unwrap();
        }
        self
    }

    pub(crate) fn luma(self) -> Luma {
        Luma::new(self.width, self.height, self.pixels).unwrap()
    }
}

/// A code of this version with this text.
pub(crate) fn code(text: &str, version: u8, level: QrCodeEcc) -> QrCode {
    segments(&QrSegment::make_segments(text), version, level)
}

/// A code of this version with these segments.
pub(crate) fn segments(segments: &[QrSegment], version: u8, level: QrCodeEcc) -> QrCode {
    let version = Version::new(version);
    QrCode::encode_segments_advanced(segments, level, version, version, None, false).unwrap()
}
