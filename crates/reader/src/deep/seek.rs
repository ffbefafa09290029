//! Finder patterns by correlation: found too where a threshold breaks them, blurred, faded, written over.
//!
//! The pattern is taken as rings: whatever way it is turned, there is ink up to 1.5 modules from its middle,
//! paper around 2, ink around 3, paper around 4.3. A place is rated by the normalised correlation of a few
//! dozen points on these rings, for a handful of sizes, on pictures of half, a quarter and an eighth of the
//! size. The sums run over whole rows, point after point, which the compiler turns into wide instructions;
//! only their local peaks are normalised.

use crate::{
    deep::{
        point::{Point, point},
        texture::{Fineness, Texture},
    },
    luma::Luma,
    pixel,
};

/// Radii in modules and number of points of the rings of ink and of paper: as many of the one as of the other.
const INK: [(f32, usize); 3] = [(0.6, 4), (1.15, 8), (3.1, 12)];
const PAPER: [(f32, usize); 2] = [(2.05, 10), (4.3, 14)];
const EACH: f32 = 24.0;
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

/// The best peaks of a picture, the best first. `stop` ends the search early.
pub(crate) fn seek(
    half: &Luma,
    quarter: &Luma,
    eighth: &Luma,
    texture: &Texture,
    stop: &impl Fn() -> bool,
) -> Vec<Peak> {
    let mut peaks = Vec::new();
    let sizes: [(&Luma, Fineness, &[f32]); 3] = [
        (half, Fineness::Half, &FINE),
        (quarter, Fineness::Quarter, &COARSE),
        (eighth, Fineness::Eighth, &COARSE),
    ];
    for (luma, fineness, modules) in sizes {
        let padded = Padded::new(luma);
        for module in modules {
            if stop() {
                break;
            }
            padded.search(texture, fineness, *module, &mut peaks);
        }
    }

    best(peaks)
}

/// Peaks of patterns that are too small for [`seek`], and too small to be read: 1.1 to 1.6 pixels a module.
pub(crate) fn seek_small(whole: &Luma, half: &Luma) -> Vec<Peak> {
    let texture = Texture::of(half);
    let mut peaks = Vec::new();
    if texture.is_calm() {
        return peaks;
    }
    let padded = Padded::new(whole);
    for module in &FINE[..3] {
        // The texture of the half-size picture is to the whole as that of the quarter-size one is to the half.
        padded.search(&texture, Fineness::Half, *module, &mut peaks);
    }
    let smaller = 1.0 / Fineness::Half.scale();
    for peak in &mut peaks {
        peak.at = peak.at * smaller;
        peak.module *= smaller;
    }

    best(peaks)
}

/// The best, no two of them on the same spot.
pub(crate) fn best(mut peaks: Vec<Peak>) -> Vec<Peak> {
    peaks.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Peak> = Vec::new();
    for peak in peaks {
        let apart = |old: &Peak| (old.at - peak.at).length() > 4.0 * old.module.max(peak.module);
        if kept.iter().all(apart) {
            kept.push(peak);
            if kept.len() == MOST {
                break;
            }
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

    fn search(&self, texture: &Texture, fineness: Fineness, module: f32, peaks: &mut Vec<Peak>) {
        let ink = self.offsets(&INK, module);
        let paper = self.offsets(&PAPER, module);
        let skip = if module < LARGE { 1 } else { 2 };
        let mut sums = vec![0_i16; self.width * self.height];
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

        let least = LEAST_CONTRAST * 24;
        let rows = skip..self.height.saturating_sub(skip);
        for (y, spans) in spans.iter().enumerate().filter(|(y, _)| rows.contains(y)) {
            for span in spans {
                for x in span.start.max(1)..span.end.min(self.width - 1) {
                    let at = y * self.width + x;
                    if sums[at] >= least && is_peak(&sums, skip * self.width, at) {
                        let score = self.score(y * self.stride + x, sums[at], &ink, &paper);
                        if score > LEAST_SCORE {
                            let scale = fineness.scale();
                            let middle = finely(&sums, self.width, skip, at);
                            peaks.push(Peak {
                                at: (point(pixel::distance(x), pixel::distance(y)) + middle)
                                    * scale,
                                module: module * scale,
                                score,
                            });
                        }
                    }
                }
            }
        }
    }

    /// Normalised correlation at a place whose sum is known.
    fn score(&self, start: usize, sum: i16, ink: &[usize], paper: &[usize]) -> f32 {
        let (mut all, mut squares) = (0_u32, 0_u32);
        for offset in ink.iter().chain(paper) {
            let pixel = u32::from(self.pixels[start + offset]);
            all += pixel;
            squares += pixel * pixel;
        }
        let points = 2.0 * EACH;
        let (all, squares) = (
            pixel::distance(all as usize),
            pixel::distance(squares as usize),
        );
        let variance = (squares - all * all / points).max(1.0);

        f32::from(sum) / (points * variance).sqrt()
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

/// Whether none of the eight around is larger; of equals the last one counts.
fn is_peak(sums: &[i16], width: usize, at: usize) -> bool {
    let here = sums[at];
    let before = [at - width - 1, at - width, at - width + 1, at - 1];
    let after = [at + 1, at + width - 1, at + width, at + width + 1];

    before.iter().all(|other| sums[*other] <= here) && after.iter().all(|other| sums[*other] < here)
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
