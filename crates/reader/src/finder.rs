//! Finder patterns: the three squares in a code's corners, 1:1:3:1:1 along any line through their middle
//! (ISO/IEC 18004, 6.3.3).
//!
//! The rows are scanned here and not by rxing's own loop, which neither stops nor bounds what it collects: a
//! picture tiled with squares would hold the reader for minutes.

use rxing::{
    Point,
    common::{
        BitFieldBaseType, BitMatrix,
        cpp_essentials::{ConcentricPattern, LocateConcentricPattern},
    },
    point,
};

use crate::pixel;

/// The narrowest centre square is 3 modules of a pixel: no row in between can be the only one to meet it.
const ROW_STEP: u32 = 3;
/// Far more than any real picture shows.
const MOST: usize = 1_000;
const RATIO: [u16; 5] = [1, 1, 3, 1, 1];

/// The finder patterns of a picture, from the top; fewer when `stop` says so.
pub(crate) fn find(black: &BitMatrix, stop: &impl Fn() -> bool) -> Vec<ConcentricPattern> {
    let mut found: Vec<ConcentricPattern> = Vec::new();
    let mut runs = Vec::new();

    for y in (ROW_STEP - 1..black.height()).step_by(ROW_STEP as usize) {
        if y % 64 < ROW_STEP && stop() {
            break;
        }
        runs_of(black, y, &mut runs);
        let mut left = runs.first().copied().unwrap_or(0);
        for five in runs.get(1..).unwrap_or_default().windows(5).step_by(2) {
            if like_a_finder(five) {
                add(&mut found, black, left, five, y);
                if found.len() >= MOST {
                    return found;
                }
            }
            left += five[0] + five[1];
        }
    }

    found
}

/// Lengths of the runs of equal pixels in a row: white, black, white ...; the first may be empty.
fn runs_of(black: &BitMatrix, y: u32, runs: &mut Vec<u32>) {
    runs.clear();
    let (mut start, mut colour, mut at) = (0, 0, 0);

    for word in black.getRow(y).getBitArray() {
        let end = (at + BitFieldBaseType::BITS).min(black.width());
        let mut x = at;
        while x < end {
            let ahead = (word ^ colour) >> (x - at);
            x = end.min(x.saturating_add(ahead.trailing_zeros()));
            if x < end {
                runs.push(x - start);
                (start, colour) = (x, !colour);
            }
        }
        at = end;
    }
    runs.push(black.width() - start);
}

/// Bars and spaces are measured apart, since ink and light spread (zxing-cpp's edge-to-edge rule).
fn like_a_finder(five: &[u32]) -> bool {
    let [first, gap, centre, other_gap, last] = *five else {
        return false;
    };
    if centre < 3 || centre < 2 * first.max(last) || centre < gap.max(other_gap) {
        return false;
    }

    let bar = f64::from(first + centre + last) / 5.0;
    let space = f64::from(gap + other_gap) / 2.0;
    let off = |run: u32, wanted: f64| (f64::from(run) - wanted).abs();

    bar.max(space) <= 4.0 * bar.min(space)
        && [off(first, bar), off(centre, 3.0 * bar), off(last, bar)]
            .iter()
            .all(|off| *off <= 0.75 * bar + 0.5)
        && [off(gap, space), off(other_gap, space)]
            .iter()
            .all(|off| *off <= space / 3.0 + 0.5)
}

/// Keeps what is a finder pattern in all directions and not yet known.
fn add(found: &mut Vec<ConcentricPattern>, black: &BitMatrix, left: u32, five: &[u32], y: u32) {
    let twice = 2 * (left + five[0] + five[1]) + five[2];
    let across = pixel::distance(twice as usize) / 2.0;
    let centre = point(across, pixel::distance(y as usize) + 0.5);
    let known = |old: &ConcentricPattern| {
        Point::distance(centre, old.p) < pixel::coordinate(old.size) / 2.0
    };
    if found.iter().any(known) {
        return;
    }

    let range = i32::try_from(3 * five.iter().sum::<u32>()).unwrap_or(i32::MAX);
    found.extend(LocateConcentricPattern::<true, 5, 7>(
        black, &RATIO, centre, range,
    ));
}
