//! From counting pixels to measuring in them, and back.

/// A number of pixels as a distance.
#[expect(
    clippy::cast_precision_loss,
    reason = "f32 counts to 2^24; a longer side is only measured less finely"
)]
pub(crate) fn distance(pixels: usize) -> f32 {
    pixels as f32
}

/// A coordinate as rxing and rqrr count them.
#[expect(
    clippy::cast_precision_loss,
    reason = "f32 counts to 2^24; beyond, a place is only less exact"
)]
pub(crate) fn coordinate(pixels: i32) -> f32 {
    pixels as f32
}

/// The whole pixels in a distance; none in a negative one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` keeps to the range of usize, and takes what is not a number for zero"
)]
pub(crate) fn whole(distance: f32) -> usize {
    distance as usize
}

/// Parts of a pixel in whole numbers: 65,536 make one.
const PARTS: f32 = 65_536.0;
/// Distances below this many pixels are counted in such parts.
pub(crate) const IN_PARTS: f32 = 32_000.0;

/// A distance in parts of a pixel.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the caller keeps below IN_PARTS; `as` keeps to the range of i32 anyway"
)]
pub(crate) fn parts(distance: f32) -> i32 {
    (distance * PARTS) as i32
}

/// The whole pixels before so many parts, and how far it is to the next in 256 steps; none of a negative number.
#[expect(clippy::cast_sign_loss, reason = "what is negative is taken for zero")]
pub(crate) fn split(parts: i32) -> (usize, i32) {
    let parts = parts.max(0);

    ((parts >> 16) as usize, parts >> 8 & 0xff)
}

/// A grey value in 65,536 steps each.
#[expect(
    clippy::cast_precision_loss,
    reason = "255 of them need the 24 bits that f32 has"
)]
pub(crate) fn grey(steps: i32) -> f32 {
    steps as f32 * (1.0 / PARTS)
}
