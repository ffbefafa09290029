//! Finder patterns: the three squares in a code's corners, 1:1:3:1:1 along any line through their middle
//! (ISO/IEC 18004, 6.3.3).
//!
//! The rows are scanned here and not by rxing's own loop, which neither stops nor bounds what it collects: a
//! picture tiled with squares would hold the reader for minutes.

use rxing::{
    common::{
        BIT_FIELD_BASE_BITS, BitMatrix,
        cpp_essentials::{ConcentricPattern, LocateConcentricPattern},
    },
    point,
};

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
        let end = (at + BIT_FIELD_BASE_BITS as u32).min(black.width());
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
    let [a, b, c, d, e] = *five else { return false };
    if c < 3 || c < 2 * a.max(e) || c < b.max(d) {
        return false;
    }

    let bar = f64::from(a + c + e) / 5.0;
    let space = f64::from(b + d) / 2.0;
    let off = |run: u32, wanted: f64| (f64::from(run) - wanted).abs();

    bar.max(space) <= 4.0 * bar.min(space)
        && [off(a, bar), off(c, 3.0 * bar), off(e, bar)].iter().all(|off| *off <= 0.75 * bar + 0.5)
        && [off(b, space), off(d, space)].iter().all(|off| *off <= space / 3.0 + 0.5)
}

/// Keeps what is a finder pattern in all directions and not yet known.
fn add(found: &mut Vec<ConcentricPattern>, black: &BitMatrix, left: u32, five: &[u32], y: u32) {
    let centre = f64::from(left + five[0] + five[1]) + f64::from(five[2]) / 2.0;
    let centre = point(centre as f32, y as f32 + 0.5);
    let known = |old: &ConcentricPattern| {
        rxing::Point::distance(centre, old.p) < f64::from(old.size) as f32 / 2.0
    };
    if found.iter().any(known) {
        return;
    }

    let range = i32::try_from(3 * five.iter().sum::<u32>()).unwrap_or(i32::MAX);
    found.extend(LocateConcentricPattern::<true, 5, 7>(black, &RATIO, centre, range));
}
