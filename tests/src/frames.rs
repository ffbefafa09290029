//! Clean webcam frames with a code in them, drawn here, so that a figure never hangs on a file.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use reader::Luma;

/// Width of a frame in pixels.
pub const WIDTH: usize = 1280;
/// Height of a frame in pixels.
pub const HEIGHT: usize = 720;
/// Pixels a module: what a 720p webcam sees of an 80 mm code at 30 cm.
const MODULE: usize = 3;
const QUIET: usize = 4;
const DESK: u8 = 96;
const PAPER: u8 = 226;
const INK: u8 = 38;

/// A desk without a sheet.
#[must_use]
pub fn empty() -> Luma {
    luma(desk())
}

/// A sheet with `text` as a code of level Q, held flat before the desk.
#[must_use]
pub fn clean(text: &str) -> Luma {
    let code = QrCode::encode_segments_advanced(
        &QrSegment::make_segments(text),
        QrCodeEcc::Quartile,
        Version::MIN,
        Version::MAX,
        None,
        false,
    )
    .expect("a native code has at most 700 characters, which version 40 holds at level Q");
    let modules = usize::try_from(code.size()).unwrap_or(0);
    let side = (modules + 2 * QUIET) * MODULE;
    let (left, top) = ((WIDTH - side) / 2, (HEIGHT - side) / 2);
    let mut pixels = desk();
    for y in 0..side {
        for x in 0..side {
            let module = |at: usize| {
                i32::try_from(at / MODULE).unwrap_or(0) - i32::try_from(QUIET).unwrap_or(0)
            };
            let dark = code.get_module(module(x), module(y));
            pixels[(top + y) * WIDTH + left + x] = if dark { INK } else { PAPER };
        }
    }

    luma(pixels)
}

/// A desk is no flat grey: a slope of light and some grain, the same each time.
fn desk() -> Vec<u8> {
    let mut grain = 0x2545_f491_u32;
    let mut pixels = Vec::with_capacity(WIDTH * HEIGHT);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            grain ^= grain << 13;
            grain ^= grain >> 17;
            grain ^= grain << 5;
            let slope = (x * 24 / WIDTH + y * 16 / HEIGHT) % 64;
            let value = u32::from(DESK) + u32::try_from(slope).unwrap_or(0) + grain % 5;
            pixels.push(u8::try_from(value).unwrap_or(u8::MAX));
        }
    }

    pixels
}

fn luma(pixels: Vec<u8>) -> Luma {
    Luma::new(WIDTH, HEIGHT, pixels).expect("the frame was filled row by row")
}

/// A folder with a clean frame for each text, as PNG.
///
/// # Errors
/// The folder or a picture cannot be written.
pub fn folder(data: &Path, texts: &[String]) -> anyhow::Result<PathBuf> {
    let folder = data.join("frames");
    fs::create_dir_all(&folder)?;
    for (n, text) in texts.iter().enumerate() {
        write_png(&clean(text), &folder.join(format!("{n:03}.png")))?;
    }

    Ok(folder)
}

fn write_png(frame: &Luma, path: &Path) -> anyhow::Result<()> {
    let (width, height) = (u32::try_from(frame.width)?, u32::try_from(frame.height)?);
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(frame.pixels())?;

    Ok(())
}
