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
