//! From the bytes a webcam sends to a grey picture: the brightness plane only, colour is never made.

use reader::Luma;
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use super::huffman::with_tables;

/// A side longer than this is no webcam's.
const LONGEST: usize = 8192;

/// How a webcam packs a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// One byte a pixel.
    Grey,
    /// A JPEG picture a frame.
    Jpeg,
    /// All grey bytes first, then colour.
    Nv12,
    /// Grey and colour bytes in turn.
    Yuyv,
}

/// How a picture lies in a frame's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What a byte means.
    pub packing: Packing,
    /// Pixels in a row; a JPEG tells its own.
    pub width: usize,
    /// Rows; a JPEG tells its own.
    pub height: usize,
    /// Bytes from the beginning of a row to that of the next; 0 where rows follow each other without a gap.
    pub stride: usize,
}

/// The picture in a frame's bytes; nothing when they are too few or broken. What follows the picture is
/// whatever the driver's buffer held before, and is not looked at.
#[must_use]
pub fn luma(layout: Layout, bytes: &[u8]) -> Option<Luma> {
    let step = match layout.packing {
        Packing::Jpeg => return jpeg(bytes),
        Packing::Grey | Packing::Nv12 => 1,
        Packing::Yuyv => 2,
    };
    let (width, height) = (layout.width, layout.height);
    if width == 0 || height == 0 || width > LONGEST || height > LONGEST {
        return None;
    }
    let row = width * step;
    let stride = layout.stride.max(row);
    // The last row may end where its pixels end.
    let all = stride.checked_mul(height - 1)?.checked_add(row)?;
    let rows = bytes.get(..all)?.chunks(stride);
    let mut plane = Vec::with_capacity(width * height);
    for line in rows.filter_map(|line| line.get(..row)) {
        if step == 1 {
            plane.extend_from_slice(line);
        } else {
            plane.extend(line.chunks_exact(2).map(|pair| pair[0]));
        }
    }

    Luma::new(width, height, plane).ok()
}

fn jpeg(bytes: &[u8]) -> Option<Luma> {
    let bytes = with_tables(bytes);
    let options = DecoderOptions::default()
        .set_max_width(LONGEST)
        .set_max_height(LONGEST)
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&*bytes), options);
    let plane = decoder.decode().ok()?;
    let size = decoder.info()?;

    Luma::new(usize::from(size.width), usize::from(size.height), plane).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tight(packing: Packing, width: usize, height: usize) -> Layout {
        Layout {
            packing,
            width,
            height,
            stride: 0,
        }
    }

    #[test]
    fn the_brightness_plane_is_taken_and_the_tail_left() {
        let two = |packing, bytes| luma(tight(packing, 2, 1), bytes).unwrap().into_pixels();

        assert_eq!(two(Packing::Grey, &[1, 2, 9, 9]), [1, 2]);
        assert_eq!(two(Packing::Nv12, &[1, 2, 128, 128]), [1, 2]);
        assert_eq!(two(Packing::Yuyv, &[1, 128, 2, 128, 9]), [1, 2]);
    }

    #[test]
    fn a_gap_after_each_row_is_left_out_and_the_last_row_needs_none() {
        let wide = |packing, stride| Layout {
            stride,
            ..tight(packing, 2, 2)
        };
        let grey = luma(wide(Packing::Grey, 3), &[1, 2, 0, 3, 4]);
        let yuyv = luma(
            wide(Packing::Yuyv, 6),
            &[1, 128, 2, 128, 0, 0, 3, 128, 4, 128],
        );

        assert_eq!(grey.unwrap().into_pixels(), [1, 2, 3, 4]);
        assert_eq!(yuyv.unwrap().into_pixels(), [1, 2, 3, 4]);
        assert_eq!(luma(wide(Packing::Grey, 3), &[1, 2, 0, 3]), None);
    }

    #[test]
    fn too_few_bytes_are_no_picture() {
        assert_eq!(luma(tight(Packing::Grey, 2, 2), &[1, 2, 3]), None);
        assert_eq!(luma(tight(Packing::Yuyv, 2, 1), &[1, 128, 2]), None);
        assert_eq!(luma(tight(Packing::Yuyv, usize::MAX, 2), &[1]), None);
        assert_eq!(luma(tight(Packing::Jpeg, 2, 1), b"\xff\xd8 no jpeg"), None);
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

        let luma = luma(tight(Packing::Jpeg, 16, 16), &bytes).unwrap();
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
            let _ = luma(tight(Packing::Jpeg, 64, 64), &bytes[..end]);
        }
    }
}
