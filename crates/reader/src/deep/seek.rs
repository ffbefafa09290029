//! Finder patterns by correlation: found too where a threshold breaks them, blurred, faded, written over.
//!
//! The pattern is taken as rings: whatever way it is turned, there is ink up to 1.5 modules from its middle,
//! paper around 2, ink around 3, paper around 4.3. A place is rated by the normalised correlation of a few
//! dozen points on these rings, for a handful of sizes, on pictures of half, a quarter and an eighth of the
//! size. The sums run over whole rows, point after point, which the compiler turns into wide instructions;
//! only their local peaks are normalised.

use std::ops::Range;

use crate::{
    deep::{
        point::{Point, point},
        texture::{Fineness, Texture},
    },
    luma::Luma,
    pixel,
};

/// Radii in modules and number of points of the rings of ink and of paper: as many of the one as of the other.
pub(super) const INK: [(f32, usize); 3] = [(0.6, 4), (1.15, 8), (3.1, 12)];
pub(super) const PAPER: [(f32, usize); 2] = [(2.05, 10), (4.3, 14)];
const EACH: f32 = 24.0;
/// Pixels a side of a tile.
const TILE: usize = 4;
/// Pixels a module that are tried at each size of the picture.
const FINE: [f32; 5] = [1.06, 1.3, 1.6, 1.96, 2.4];
const COARSE: [f32; 4] = [1.45, 1.75, 2.1, 2.5];
/// Pixels beyond the picture that the largest ring needs.
const BEYOND: usize = 12;
/// Less contrast than this, in grey levels, is grain.
const LEAST_CONTRAST: i16 = 5;
const LEAST_SCORE: f32 = 0.45;
/// Of patterns with modules so large, every other row is enough.
const LARGE: f32 = 1.5;
/// The best that are kept.
const MOST: usize = 16;

/// A place that looks like a finder pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Peak {
    pub(crate) at: Point,
    /// Pixels a module.
    pub(crate) module: f32,
    /// Correlation, up to 1.
    pub(crate) score: f32,
}

/// The best peaks of a picture, the best first, of patterns with modules of a size in pixels that is looked for.
///
/// The picture is given at a half, a quarter and an eighth of its size. `stop` ends the search early.
pub(crate) fn seek(
    [half, quarter, eighth]: [&Luma; 3],
    texture: &Texture,
    is_size: impl Fn(f32) -> bool,
    stop: &impl Fn() -> bool,
) -> Vec<Peak> {
    let mut peaks = Vec::new();
    let mut sums = Vec::new();
    let sizes: [(&Luma, Fineness, &[f32]); 3] = [
        (half, Fineness::Half, &FINE),
        (quarter, Fineness::Quarter, &COARSE),
        (eighth, Fineness::Eighth, &COARSE),
    ];
    for (luma, fineness, modules) in sizes {
        let mut sought = modules
            .iter()
            .filter(|module| is_size(**module * fineness.scale()))
            .peekable();
        if sought.peek().is_none() {
            continue;
        }
        let padded = Padded::new(luma);
        for module in sought {
            if stop() {
                break;
            }
            padded.search(texture, fineness, *module, &mut sums, &mut peaks);
        }
    }

    let mut peaks = apart(peaks);
    peaks.truncate(MOST);

    peaks
}

/// Peaks of patterns that are too small for [`seek`], and too small to be read: 1.1 to 1.6 pixels a module.
pub(crate) fn seek_small(whole: &Luma, half: &Luma) -> Vec<Peak> {
    let texture = Texture::of(half);
    let mut peaks = Vec::new();
    if texture.is_calm() {
        return peaks;
    }
    let padded = Padded::new(whole);
    let mut sums = Vec::new();
    for module in &FINE[..3] {
        // The texture of the half-size picture is to the whole as that of the quarter-size one is to the half.
        padded.search(&texture, Fineness::Half, *module, &mut sums, &mut peaks);
    }
    let smaller = 1.0 / Fineness::Half.scale();
    for peak in &mut peaks {
        peak.at = peak.at * smaller;
        peak.module *= smaller;
    }

    let mut peaks = apart(peaks);
    peaks.truncate(MOST);

    peaks
}

/// The best first, no two of them on the same spot.
pub(crate) fn apart(mut peaks: Vec<Peak>) -> Vec<Peak> {
    peaks.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Peak> = Vec::new();
    for peak in peaks {
        let away = |old: &Peak| (old.at - peak.at).length() > 4.0 * old.module.max(peak.module);
        if kept.iter().all(away) {
            kept.push(peak);
        }
    }

    kept
}

/// A picture with its outermost pixels repeated beyond its edges.
struct Padded {
    width: usize,
    height: usize,
    stride: usize,
    pixels: Vec<u8>,
}

impl Padded {
    fn new(luma: &Luma) -> Self {
        let stride = luma.width + 2 * BEYOND;
        let mut pixels = Vec::with_capacity(stride * (luma.height + 2 * BEYOND));
        for y in 0..luma.height + 2 * BEYOND {
            let y = y.saturating_sub(BEYOND).min(luma.height.saturating_sub(1));
            let Some(row) = luma.pixels().chunks_exact(luma.width.max(1)).nth(y) else {
                continue;
            };
            pixels.extend([row[0]; BEYOND]);
            pixels.extend_from_slice(row);
            pixels.extend([row[row.len() - 1]; BEYOND]);
        }

        Self {
            width: luma.width,
            height: luma.height,
            stride,
            pixels,
        }
    }

    /// Adds the peaks of one size; `sums` is only memory that is used again.
    fn search(
        &self,
        texture: &Texture,
        fineness: Fineness,
        module: f32,
        sums: &mut Vec<i16>,
        peaks: &mut Vec<Peak>,
    ) {
        let ink = self.offsets(&INK, module);
        let paper = self.offsets(&PAPER, module);
        let skip = if module < LARGE { 1 } else { 2 };
        sums.clear();
        sums.resize(self.width * self.height, 0);
        let mut spans = Vec::with_capacity(self.height);
        for (y, row) in sums.chunks_exact_mut(self.width.max(1)).enumerate() {
            let busy = if y.is_multiple_of(skip) {
                texture.spans(y, fineness, self.width)
            } else {
                Vec::new()
            };
            for span in &busy {
                let start = y * self.stride + span.start;
                let sums = &mut row[span.clone()];
                for offset in &paper {
                    let pixels = &self.pixels[start + offset..][..sums.len()];
                    sums.iter_mut()
                        .zip(pixels)
                        .for_each(|(sum, pixel)| *sum += i16::from(*pixel));
                }
                for offset in &ink {
                    let pixels = &self.pixels[start + offset..][..sums.len()];
                    sums.iter_mut()
                        .zip(pixels)
                        .for_each(|(sum, pixel)| *sum -= i16::from(*pixel));
                }
            }
            spans.push(busy);
        }

        let tiles = Tiles {
            width: self.width,
            skip,
            sums,
        };
        for (row, spans) in spans.iter().enumerate().step_by(TILE) {
            for at in tiles.peaks(row, spans) {
                let (x, y) = (at % self.width, at / self.width);
                let start = y * self.stride + x;
                let score = self.score(start, &ink, &paper);
                if score > LEAST_SCORE {
                    let scale = fineness.scale();
                    let corner = point(pixel::distance(x), pixel::distance(y));
                    peaks.push(Peak {
                        at: (corner + finely(sums, self.width, skip, at)) * scale,
                        module: module * scale,
                        score,
                    });
                }
            }
        }
    }

    /// Normalised correlation at a place, with all points.
    fn score(&self, start: usize, ink: &[usize], paper: &[usize]) -> f32 {
        let total = |offsets: &[usize]| {
            let pixels = offsets
                .iter()
                .map(|offset| u32::from(self.pixels[start + offset]));
            pixels.fold((0, 0), |(sum, squares), pixel| {
                (sum + pixel, squares + pixel * pixel)
            })
        };
        let ((dark, dark_squares), (bright, bright_squares)) = (total(ink), total(paper));
        if bright < dark + u32::from(LEAST_CONTRAST.unsigned_abs()) * 24 {
            return 0.0;
        }
        let points = 2.0 * EACH;
        let all = pixel::distance((dark + bright) as usize);
        let squares = pixel::distance((dark_squares + bright_squares) as usize);
        let variance = (squares - all * all / points).max(1.0);

        pixel::distance((bright - dark) as usize) / (points * variance).sqrt()
    }

    /// Where the points of rings lie in the padded pixels, from the place of the same unpadded one.
    fn offsets(&self, rings: &[(f32, usize)], module: f32) -> Vec<usize> {
        let middle = pixel::distance(BEYOND) + 0.5;
        rings
            .iter()
            .flat_map(|&(radius, count)| (0..count).map(move |index| (radius, count, index)))
            .map(|(radius, count, index)| {
                let turn = std::f32::consts::TAU * (pixel::distance(index) + 0.5 * radius.fract())
                    / pixel::distance(count);
                let (sin, cos) = turn.sin_cos();
                let along = |share: f32| pixel::whole(middle + radius * module * share);
                along(sin) * self.stride + along(cos)
            })
            .collect()
    }
}

/// Sums, looked through by tiles of which only the highest sum counts: finder patterns are farther apart.
struct Tiles<'a> {
    width: usize,
    /// Every how many rows there are sums.
    skip: usize,
    sums: &'a [i16],
}

impl Tiles<'_> {
    /// The local peaks of a row of tiles.
    fn peaks(&self, top: usize, spans: &[Range<usize>]) -> Vec<usize> {
        let rows: Vec<&[i16]> = self
            .sums
            .chunks_exact(self.width)
            .skip(top)
            .step_by(self.skip)
            .take(TILE / self.skip)
            .collect();
        let mut found = Vec::new();
        for span in spans {
            for left in span.clone().step_by(TILE) {
                let columns = left..(left + TILE).min(span.end);
                let mut best = LEAST_CONTRAST * 24;
                let mut place = None;
                for (index, row) in rows.iter().enumerate() {
                    for (x, sum) in columns.clone().zip(&row[columns.clone()]) {
                        if *sum > best {
                            best = *sum;
                            place = Some((top + index * self.skip) * self.width + x);
                        }
                    }
                }
                found.extend(place.filter(|at| self.is_peak(*at)));
            }
        }

        found
    }

    /// Whether none of the eight around is larger; of equals the last one counts.
    fn is_peak(&self, at: usize) -> bool {
        let down = self.skip * self.width;
        let column = at % self.width;
        if at < down || at + down >= self.sums.len() || column == 0 || column + 1 == self.width {
            return false;
        }
        let here = self.sums[at];
        let before = [at - down - 1, at - down, at - down + 1, at - 1];
        let after = [at + 1, at + down - 1, at + down, at + down + 1];
        let sum = |at: &usize| self.sums.get(*at).copied().unwrap_or(i16::MIN);

        before.iter().all(|other| sum(other) <= here) && after.iter().all(|other| sum(other) < here)
    }
}

/// The place of the top of the parabolas through a peak and its neighbours, within its pixel.
fn finely(sums: &[i16], width: usize, skip: usize, at: usize) -> Point {
    let top = |step: usize| {
        let (low, here, high) = (
            f32::from(sums[at - step]),
            f32::from(sums[at]),
            f32::from(sums[at + step]),
        );
        let bend = 2.0 * here - low - high;
        if bend > 0.0 {
            ((high - low) / (2.0 * bend)).clamp(-0.5, 0.5)
        } else {
            0.0
        }
    };

    point(
        0.5 + top(1),
        0.5 + pixel::distance(skip) * top(skip * width),
    )
}

/// The correlation at every place of a picture, for so many pixels a module: what [`seek`] knows at its peaks only.
#[cfg(feature = "inside")]
pub(super) fn response(luma: &Luma, module: f32) -> Vec<f32> {
    let padded = Padded::new(luma);
    let ink = padded.offsets(&INK, module);
    let paper = padded.offsets(&PAPER, module);
    let places = (0..luma.height).flat_map(|y| (0..luma.width).map(move |x| (x, y)));

    places
        .map(|(x, y)| padded.score(y * padded.stride + x, &ink, &paper))
        .collect()
}

#[cfg(test)]
mod tests;
