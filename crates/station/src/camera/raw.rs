//! From the bytes a webcam sends to a grey picture: the brightness plane only, colour is never made.

use reader::Luma;
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use super::format::Packing;

/// A side longer than this is no webcam's.
const LONGEST: usize = 8192;

/// The picture in a frame's bytes; nothing when they are too few or broken. What follows the picture is
/// whatever the driver's buffer held before, and is not looked at.
pub(super) fn luma(packing: Packing, width: usize, height: usize, bytes: &[u8]) -> Option<Luma> {
    let pixels = width.checked_mul(height)?;
    let plane = match packing {
        Packing::Grey | Packing::Nv12 => bytes.get(..pixels)?.to_vec(),
        Packing::Jpeg => return jpeg(bytes),
        Packing::Yuyv => bytes
            .get(..pixels.checked_mul(2)?)?
            .iter()
            .copied()
            .step_by(2)
            .collect(),
    };

    Luma::new(width, height, plane).ok()
}

fn jpeg(bytes: &[u8]) -> Option<Luma> {
    let options = DecoderOptions::default()
        .set_max_width(LONGEST)
        .set_max_height(LONGEST)
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let plane = decoder.decode().ok()?;
    let size = decoder.info()?;

    Luma::new(usize::from(size.width), usize::from(size.height), plane).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brightness_plane_is_taken_and_the_tail_left() {
        let two = |luma: Option<Luma>| luma.unwrap().into_pixels();

        assert_eq!(two(luma(Packing::Grey, 2, 1, &[1, 2, 9, 9])), [1, 2]);
        assert_eq!(two(luma(Packing::Nv12, 2, 1, &[1, 2, 128, 128])), [1, 2]);
        assert_eq!(two(luma(Packing::Yuyv, 2, 1, &[1, 128, 2, 128, 9])), [1, 2]);
    }

    #[test]
    fn too_few_bytes_are_no_picture() {
        assert_eq!(luma(Packing::Grey, 2, 2, &[1, 2, 3]), None);
        assert_eq!(luma(Packing::Yuyv, 2, 1, &[1, 128, 2]), None);
        assert_eq!(luma(Packing::Yuyv, usize::MAX, 2, &[1]), None);
        assert_eq!(luma(Packing::Jpeg, 2, 1, b"\xff\xd8 no jpeg"), None);
    }

    #[test]
    fn a_jpeg_frame_with_a_tail_is_read_as_grey() {
        let colours = [[200, 30, 30], [30, 200, 30]].concat().repeat(128);
        let mut bytes = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
        encoder
            .encode(&colours, 16, 16, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        bytes.extend([7; 1000]);

        let luma = luma(Packing::Jpeg, 16, 16, &bytes).unwrap();
        assert_eq!((luma.width, luma.height), (16, 16));
        assert!(luma.pixels().iter().all(|grey| (60..170).contains(grey)));
    }

    #[test]
    fn a_cut_off_jpeg_does_not_panic() {
        let mut bytes = Vec::new();
        let grey: Vec<u8> = (0..=255).cycle().take(64 * 64).collect();
        jpeg_encoder::Encoder::new(&mut bytes, 80)
            .encode(&grey, 64, 64, jpeg_encoder::ColorType::Luma)
            .unwrap();

        for end in 0..bytes.len() {
            let _ = luma(Packing::Jpeg, 64, 64, &bytes[..end]);
        }
    }
}
