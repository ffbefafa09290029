//! Which pixels are black.
//!
//! Thresholds follow the light: each 8 by 8 block has a black point, and a pixel is black when it is not above
//! the mean black point of the 5 by 5 blocks around it (the scheme of zxing's hybrid binarizer).

use rxing::common::{BIT_FIELD_BASE_BITS, BitArray, BitFieldBaseType, BitMatrix};

use crate::luma::Luma;

const BLOCK: usize = 8;
/// Blocks with less contrast than this have no black and white of their own.
const FLAT: u8 = 24;

/// The pixels that are dark for their surroundings; `None` for a picture without pixels.
pub(crate) fn local(luma: &Luma) -> Option<BitMatrix> {
    if luma.width < 5 * BLOCK || luma.height < 5 * BLOCK {
        return global(luma);
    }

    let columns = luma.width.div_ceil(BLOCK);
    let points = black_points(luma, columns);
    let mut thresholds = vec![0; luma.width];
    let mut band = usize::MAX;

    paint(luma, &mut thresholds, |y, thresholds| {
        if band != y / BLOCK {
            band = y / BLOCK;
            spread(&points, columns, band, thresholds);
        }
    })
}

/// The pixels that are dark for the whole picture: one threshold between its two kinds of pixels (Otsu).
pub(crate) fn global(luma: &Luma) -> Option<BitMatrix> {
    let mut thresholds = vec![otsu(luma.pixels()); luma.width];

    paint(luma, &mut thresholds, |_, _| ())
}

/// Sets a bit for each pixel that is not above its column's threshold; `turn` prepares the thresholds of a row.
fn paint(
    luma: &Luma,
    thresholds: &mut [u8],
    mut turn: impl FnMut(usize, &mut [u8]),
) -> Option<BitMatrix> {
    let (width, height) = (
        u32::try_from(luma.width).ok()?,
        u32::try_from(luma.height).ok()?,
    );
    let mut black = BitMatrix::new(width, height).ok()?;
    let mut bits = BitArray::with_size(luma.width);

    for (y, row) in (0..height).zip(luma.pixels().chunks_exact(luma.width)) {
        turn(y as usize, thresholds);
        let words = row
            .chunks(BIT_FIELD_BASE_BITS)
            .zip(thresholds.chunks(BIT_FIELD_BASE_BITS));
        for (word, (pixels, thresholds)) in words.enumerate() {
            bits.setBulk(word * BIT_FIELD_BASE_BITS, packed(pixels, thresholds));
        }
        black.setRow(y, &bits);
    }

    Some(black)
}

/// A bit for each of up to a word of pixels, the first lowest: whether it is not above its threshold. Compared byte by
/// byte, which the compiler turns into wide instructions; eight bytes of 0 and 1 become eight bits by one product.
fn packed(pixels: &[u8], thresholds: &[u8]) -> BitFieldBaseType {
    const GATHER: u64 = 0x0102_0408_1020_4080;

    let mut dark = [0; BIT_FIELD_BASE_BITS];
    for (dark, (pixel, threshold)) in dark.iter_mut().zip(pixels.iter().zip(thresholds)) {
        *dark = u8::from(pixel <= threshold);
    }
    let (eights, _) = dark.as_chunks();

    eights.iter().rev().fold(0, |set, eight| {
        let [.., gathered] = u64::from_le_bytes(*eight)
            .wrapping_mul(GATHER)
            .to_le_bytes();
        set << 8 | BitFieldBaseType::from(gathered)
    })
}

/// One black point a block, row after row of blocks; the last blocks of a row and the last row overlap the
/// ones before.
fn black_points(luma: &Luma, columns: usize) -> Vec<u16> {
    let mut points: Vec<u16> = Vec::with_capacity(columns * luma.height.div_ceil(BLOCK));
    let mut band = Band::new(luma.width);

    for top in (0..luma.height).step_by(BLOCK) {
        band.fill(luma, top.min(luma.height - BLOCK));
        for left in (0..luma.width).step_by(BLOCK) {
            let left = left.min(luma.width - BLOCK);
            let (mean, low, high) = band.block(left);
            let flat = high - low <= FLAT;
            points.push(if flat {
                flat_point(&points, columns, low)
            } else {
                mean
            });
        }
    }

    points
}

/// Sum, darkest and brightest of each column of eight pixels: whole rows at a time, which the compiler turns
/// into wide instructions.
struct Band {
    sum: Vec<u16>,
    low: Vec<u8>,
    high: Vec<u8>,
}

impl Band {
    fn new(width: usize) -> Self {
        Self {
            sum: vec![0; width],
            low: vec![0; width],
            high: vec![0; width],
        }
    }

    fn fill(&mut self, luma: &Luma, top: usize) {
        self.sum.fill(0);
        self.low.fill(u8::MAX);
        self.high.fill(u8::MIN);
        for row in luma.pixels().chunks_exact(luma.width).skip(top).take(BLOCK) {
            self.sum
                .iter_mut()
                .zip(row)
                .for_each(|(sum, pixel)| *sum += u16::from(*pixel));
            self.low
                .iter_mut()
                .zip(row)
                .for_each(|(low, pixel)| *low = (*low).min(*pixel));
            self.high
                .iter_mut()
                .zip(row)
                .for_each(|(high, pixel)| *high = (*high).max(*pixel));
        }
    }

    /// Mean, darkest and brightest of eight columns.
    fn block(&self, left: usize) -> (u16, u8, u8) {
        let columns = left..left + BLOCK;
        let sum: u16 = self.sum[columns.clone()].iter().sum();
        let low = self.low[columns.clone()]
            .iter()
            .copied()
            .fold(u8::MAX, u8::min);
        let high = self.high[columns].iter().copied().fold(u8::MIN, u8::max);

        (sum / 64, low, high)
    }
}

/// A flat block is white, unless the blocks before it (left, above, above left) say it is black.
fn flat_point(points: &[u16], columns: usize, low: u8) -> u16 {
    let here = points.len();
    let own = u16::from(low) / 2;
    if here < columns || here.is_multiple_of(columns) {
        return own;
    }

    let around = (points[here - columns] + 2 * points[here - 1] + points[here - columns - 1]) / 4;
    if u16::from(low) < around { around } else { own }
}

/// The thresholds of a row of blocks, one a pixel column: the mean of the 5 by 5 black points around.
fn spread(points: &[u16], columns: usize, band: usize, thresholds: &mut [u8]) {
    let bands = points.len() / columns;
    let first = band.clamp(2, bands - 3) - 2;
    let sums: Vec<u16> = (0..columns)
        .map(|column| {
            (first..first + 5)
                .map(|row| points[row * columns + column])
                .sum()
        })
        .collect();

    for (column, thresholds) in thresholds.chunks_mut(BLOCK).enumerate() {
        let left = column.clamp(2, columns - 3) - 2;
        let mean = sums[left..left + 5].iter().sum::<u16>() / 25;
        thresholds.fill(u8::try_from(mean).unwrap_or(u8::MAX));
    }
}

/// The threshold that parts dark from bright with the least spread in each part (Otsu 1979).
fn otsu(pixels: &[u8]) -> u8 {
    let mut counts = [0_u32; 256];
    for &pixel in pixels {
        counts[usize::from(pixel)] += 1;
    }

    let total = f64::from(counts.iter().sum::<u32>());
    let weight = |(grey, &count): (usize, &u32)| {
        f64::from(u32::try_from(grey).unwrap_or(0)) * f64::from(count)
    };
    let all: f64 = counts.iter().enumerate().map(weight).sum();
    let (mut dark, mut dark_sum, mut best, mut threshold) = (0.0, 0.0, 0.0, 127);
    for grey in 0..=u8::MAX {
        let count = f64::from(counts[usize::from(grey)]);
        dark += count;
        dark_sum += f64::from(grey) * count;
        let bright = total - dark;
        if dark == 0.0 || bright == 0.0 {
            continue;
        }
        let apart = dark_sum / dark - (all - dark_sum) / bright;
        let between = dark * bright * apart * apart;
        if between > best {
            (best, threshold) = (between, grey);
        }
    }

    threshold
}
