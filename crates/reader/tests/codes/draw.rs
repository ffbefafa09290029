//! Draws codes into grey pictures.

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};
use reader::{Level, Luma};

/// Dark and bright print on paper, and a desk.
pub(crate) const INK: u8 = 40;
pub(crate) const PAPER: u8 = 210;
pub(crate) const DESK: u8 = 120;

/// The levels as they are drawn and as they are told.
pub(crate) const LEVELS: [(QrCodeEcc, Level); 4] = [
    (QrCodeEcc::Low, Level::L),
    (QrCodeEcc::Medium, Level::M),
    (QrCodeEcc::Quartile, Level::Q),
    (QrCodeEcc::High, Level::H),
];

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

    /// Paints a code with its quiet zone of four modules as a camera sees it.
    pub(crate) fn hold(&mut self, code: &QrCode, held: Held) {
        let side = distance(usize::try_from(code.size()).unwrap());
        let near = |along: f32, margin: f32| along > -margin && along < side + margin;
        let place = held.place(side);
        for at in 0..self.pixels.len() {
            let (left, top) = (distance(at % self.width), distance(at / self.width));
            let (u, v) = place(left + 0.5, top + 0.5);
            if !(near(u, 6.0) && near(v, 6.0)) {
                continue;
            }
            let samples = (0..EACH * EACH).map(|sample| {
                let along = |index: usize| (distance(index) + 0.5) / distance(EACH);
                let (x, y) = (left + along(sample % EACH), top + along(sample / EACH));
                let (u, v) = place(x, y);
                u32::from(if !(near(u, 4.0) && near(v, 4.0)) {
                    self.pixels[at]
                } else if code.get_module(module(u), module(v)) {
                    INK
                } else {
                    PAPER
                })
            });
            let count = u32::try_from(EACH * EACH).unwrap();
            self.pixels[at] = u8::try_from(samples.sum::<u32>() / count).unwrap();
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

    /// Out of focus by a Gaussian of so many pixels.
    pub(crate) fn defocused(&self, sigma: f32) -> Self {
        let reach = module((3.0 * sigma).ceil());
        let taps: Vec<(i32, f32)> = (-reach..=reach)
            .map(|away| {
                let share = f32::from(i16::try_from(away).unwrap()) / sigma;
                (away, (-0.5 * share * share).exp())
            })
            .collect();
        let all: f32 = taps.iter().map(|(_, weight)| weight).sum();
        let mut grey: Vec<f32> = self.pixels.iter().map(|pixel| f32::from(*pixel)).collect();
        for (step, end) in [(1, self.width), (self.width, self.height)] {
            let before = grey.clone();
            for (at, grey) in grey.iter_mut().enumerate() {
                let here = at / step % end;
                let sum: f32 = taps
                    .iter()
                    .map(|&(away, weight)| {
                        let there = here.saturating_add_signed(isize::try_from(away).unwrap());
                        let there = at - here * step + there.min(end - 1) * step;
                        weight * before[there]
                    })
                    .sum();
                *grey = sum / all;
            }
        }

        Self {
            pixels: grey.into_iter().map(rounded).collect(),
            ..*self
        }
    }

    /// Black for white.
    pub(crate) fn inverted(mut self) -> Self {
        for pixel in &mut self.pixels {
            *pixel = 255 - *pixel;
        }
        self
    }

    /// Seen in a mirror.
    pub(crate) fn mirrored(&self) -> Self {
        self.moved(self.width, self.height, |x, y| (self.width - 1 - x, y))
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

/// Samples a pixel, both ways.
const EACH: usize = 3;

/// A camera before a flat sheet: how far the sheet is turned in its plane and tilted out of it to the right, in degrees,
/// how many pixels a module has in its middle, and where that is.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    pub(crate) turned: f32,
    pub(crate) tilted: f32,
    pub(crate) module: f32,
    pub(crate) middle: (f32, f32),
}

impl Held {
    /// Before the middle of the camera, upright.
    pub(crate) fn flat(canvas: &Canvas, module: f32) -> Self {
        Self {
            turned: 0.0,
            tilted: 0.0,
            module,
            middle: (distance(canvas.width) / 2.0, distance(canvas.height) / 2.0),
        }
    }

    pub(crate) fn turned(self, turned: f32) -> Self {
        Self { turned, ..self }
    }

    pub(crate) fn tilted(self, tilted: f32) -> Self {
        Self { tilted, ..self }
    }

    /// The place in a code of so many modules a side for a point of the picture.
    fn place(self, modules: f32) -> impl Fn(f32, f32) -> (f32, f32) {
        let (sine, cosine) = self.tilted.to_radians().sin_cos();
        let (turn, straight) = self.turned.to_radians().sin_cos();
        move |x, y| {
            let (x, y) = (x - self.middle.0, y - self.middle.1);
            let depth = cosine - x / FOCAL * sine;
            if depth <= 0.0 {
                return (f32::INFINITY, f32::INFINITY);
            }
            // Where the ray meets the sheet, in pixels of its middle.
            let (across, down) = (x / depth, y * cosine / depth);

            (
                (across * straight + down * turn) / self.module + modules / 2.0,
                (down * straight - across * turn) / self.module + modules / 2.0,
            )
        }
    }
}

/// Pixels to a webcam's depth of one: 65 degrees across 1280 pixels.
const FOCAL: f32 = 1000.0;

/// A code of this version with this text.
pub(crate) fn code(text: &str, version: u8, level: QrCodeEcc) -> QrCode {
    segments(&QrSegment::make_segments(text), version, level)
}

/// A code of this version with these segments.
pub(crate) fn segments(segments: &[QrSegment], version: u8, level: QrCodeEcc) -> QrCode {
    let version = Version::new(version);
    QrCode::encode_segments_advanced(segments, level, version, version, None, false).unwrap()
}

/// A code of this version with this text in this mask.
pub(crate) fn masked(text: &str, version: u8, level: QrCodeEcc, mask: u8) -> QrCode {
    let (version, mask) = (Version::new(version), Some(Mask::new(mask)));
    let segments = QrSegment::make_segments(text);

    QrCode::encode_segments_advanced(&segments, level, version, version, mask, false).unwrap()
}

/// A code of version 3 and level M with these bits, which another library would not write.
pub(crate) fn raw(bits: &[(u32, usize)]) -> QrCode {
    const CODEWORDS: usize = 44;
    let all: Vec<bool> = bits
        .iter()
        .flat_map(|&(number, count)| (0..count).rev().map(move |bit| number >> bit & 1 == 1))
        .collect();
    let byte = |bits: &[bool]| {
        (0..8).fold(0, |byte, at| {
            byte << 1 | u8::from(bits.get(at).copied().unwrap_or(false))
        })
    };
    let mut codewords: Vec<u8> = all.chunks(8).map(byte).collect();
    // Four zero bits end the segments, and padding follows.
    if all.len().is_multiple_of(8) || all.len() % 8 > 4 {
        codewords.push(0);
    }
    let padding = [0xEC, 0x11].into_iter().cycle();
    let left = CODEWORDS - codewords.len();
    codewords.extend(padding.take(left));

    QrCode::encode_codewords(Version::new(3), QrCodeEcc::Medium, &codewords, None)
}

fn distance(pixels: usize) -> f32 {
    f32::from(u16::try_from(pixels).unwrap())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a code has a few hundred modules at most"
)]
fn module(along: f32) -> i32 {
    along.floor() as i32
}

fn rounded(grey: f32) -> u8 {
    u8::try_from(module(grey + 0.5).clamp(0, 255)).unwrap()
}
