//! The only door to `image`: a picture file becomes a grey picture, within limits.
//!
//! PNG and JPEG, told by their first bytes and not by their name. What is transparent is paper.

use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::Path,
};

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use reader::{Luma, MAX_PIXELS, WrongSize};

/// The largest file that is opened, in bytes.
pub const MAX_BYTES: u64 = 20_000_000;
/// What decoding may allocate: the largest picture at 8 bytes a pixel.
const MAX_ALLOCATED: u64 = 8 * MAX_PIXELS as u64;

/// Why a file gave no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It is damaged, or uses something its format does not have.
    #[error("the picture is damaged ({}); save it again as PNG or JPEG", in_one_line(.0))]
    Damaged(ImageError),
    /// Neither PNG nor JPEG.
    #[error("this is neither a PNG nor a JPEG picture; save it as one of these")]
    Format,
    /// A folder, a pipe or a device, which might never end or never begin.
    #[error("this is no regular file; name a PNG or JPEG file")]
    NotAFile,
    /// More than [`MAX_BYTES`].
    #[error("the file is larger than {} MB; make the picture smaller", MAX_BYTES / 1_000_000)]
    TooLarge,
    /// More than [`MAX_PIXELS`].
    #[error("{width} by {height} pixels are more than {} million; make the picture smaller", MAX_PIXELS / 1_000_000)]
    TooManyPixels {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// The file cannot be opened or read.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// Reads a picture file as grey.
///
/// # Errors
/// When the file cannot be read, is no regular file, is too large, has too many pixels, or is no whole PNG or JPEG.
pub fn read_picture(path: &Path) -> Result<Luma, PictureError> {
    // Before it is opened: opening a pipe waits for whoever writes to it.
    if !path.metadata()?.is_file() {
        return Err(PictureError::NotAFile);
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;

    decode_picture(&bytes)
}

/// Decodes the bytes of a picture file as grey.
///
/// # Errors
/// As [`read_picture`], the file apart.
pub fn decode_picture(bytes: &[u8]) -> Result<Luma, PictureError> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(PictureError::TooLarge);
    }

    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(PictureError::Format);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ALLOCATED);
    reader.limits(limits);

    let decoder = reader.into_decoder().map_err(PictureError::Damaged)?;
    let (width, height) = decoder.dimensions();
    let too_many = PictureError::TooManyPixels { width, height };
    if u64::from(width) * u64::from(height) > MAX_PIXELS as u64 {
        return Err(too_many);
    }
    let picture = DynamicImage::from_decoder(decoder).map_err(PictureError::Damaged)?;

    grey(picture).map_err(|WrongSize { .. }| too_many)
}

fn grey(picture: DynamicImage) -> Result<Luma, WrongSize> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if !picture.color().has_alpha() {
        return Luma::new(width, height, picture.into_luma8().into_raw());
    }

    let with_alpha = picture.into_luma_alpha8().into_raw();
    let pixels = with_alpha
        .chunks_exact(2)
        .map(|pixel| over_white(pixel[0], pixel[1]));
    Luma::new(width, height, pixels.collect())
}

fn over_white(grey: u8, alpha: u8) -> u8 {
    let (grey, alpha) = (u32::from(grey), u32::from(alpha));
    let mixed = (grey * alpha + 255 * (255 - alpha) + 127) / 255;

    u8::try_from(mixed).unwrap_or(u8::MAX)
}

/// The decoders' own words may end in a line break.
fn in_one_line(error: &ImageError) -> String {
    let words = error.to_string();

    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub(crate) mod tests {
    use image::{GrayImage, ImageEncoder, RgbaImage, codecs::png::PngEncoder};

    use super::*;

    fn png(width: u32, height: u32, pixels: &[u8], colour: image::ExtendedColorType) -> Vec<u8> {
        let mut bytes = Vec::new();
        PngEncoder::new(&mut bytes)
            .write_image(pixels, width, height, colour)
            .unwrap();
        bytes
    }

    pub(crate) fn grey_png(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
        png(width, height, pixels, image::ExtendedColorType::L8)
    }

    #[test]
    fn a_grey_png_comes_as_it_is() {
        let bytes = grey_png(3, 1, &[0, 128, 255]);

        assert_eq!(decode_picture(&bytes).unwrap().pixels(), [0, 128, 255]);
    }

    #[test]
    fn what_is_transparent_is_paper() {
        let clear_black = RgbaImage::from_raw(2, 1, vec![0, 0, 0, 0, 0, 0, 0, 255]).unwrap();
        let bytes = png(2, 1, &clear_black, image::ExtendedColorType::Rgba8);

        assert_eq!(decode_picture(&bytes).unwrap().pixels(), [255, 0]);
    }

    #[test]
    fn a_jpeg_is_told_by_its_bytes_not_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture.png");
        let grey = GrayImage::from_pixel(16, 8, image::Luma([90]));
        grey.save_with_format(&path, ImageFormat::Jpeg).unwrap();

        let luma = read_picture(&path).unwrap();
        assert_eq!((luma.width, luma.height), (16, 8));
        assert!(luma.pixels().iter().all(|pixel| pixel.abs_diff(90) < 3));
    }

    #[test]
    fn each_failure_says_what_to_do() {
        let whole = grey_png(64, 64, &[7; 64 * 64]);
        let said = |bytes: &[u8]| decode_picture(bytes).unwrap_err().to_string();

        assert!(said(&whole[..whole.len() / 2]).starts_with("the picture is damaged ("));
        assert_eq!(
            said(b"GIF89a nor anything else"),
            "this is neither a PNG nor a JPEG picture; save it as one of these"
        );
        assert_eq!(
            said(&vec![0; 20_000_001]),
            "the file is larger than 20 MB; make the picture smaller"
        );
        assert!(
            read_picture(Path::new("no such.png"))
                .unwrap_err()
                .to_string()
                .starts_with("the file cannot be read: ")
        );
    }

    #[test]
    fn a_damaged_jpeg_is_told_in_one_line() {
        let mut jpeg = Vec::new();
        GrayImage::from_pixel(64, 64, image::Luma([90]))
            .write_to(&mut Cursor::new(&mut jpeg), ImageFormat::Jpeg)
            .unwrap();
        for cut in [3, 20, 200, jpeg.len() / 2] {
            if let Err(error) = decode_picture(&jpeg[..cut]) {
                let words = error.to_string();
                assert!(words.starts_with("the picture is damaged ("), "{words}");
                assert!(!words.contains('\n'), "{words:?}");
            }
        }
        assert!(decode_picture(&jpeg[..20]).is_err());
    }

    #[test]
    fn a_folder_is_no_picture() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            read_picture(folder.path()).unwrap_err().to_string(),
            "this is no regular file; name a PNG or JPEG file"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_nobody_writes_to_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("picture.png");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());

        assert!(matches!(read_picture(&pipe), Err(PictureError::NotAFile)));
    }

    #[test]
    fn a_small_file_that_unpacks_to_too_many_pixels_is_refused_before_it_is_unpacked() {
        let mut bytes = grey_png(1, 1, &[7]);
        bytes[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
        let crc = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());

        assert!(matches!(
            decode_picture(&bytes),
            Err(PictureError::TooManyPixels {
                width: 16_384,
                height: 16_384
            })
        ));
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 {
                    (crc >> 1) ^ 0xEDB8_8320
                } else {
                    crc >> 1
                }
            })
        })
    }
}
