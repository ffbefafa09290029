//! Where a picture is busy enough to hold a code: a cheap look that spares an empty desk everything else.
//!
//! In a code dark and bright change everywhere and both ways, on a desk nowhere, and along an edge only
//! across it. So each block of a quarter-size picture is measured by the smaller of its two mean differences
//! between neighbours, and is busy where that stands out from the picture's own grain.

use std::ops::Range;

use crate::{deep::point::Point, luma::Luma, pixel};

/// Pixels a side of a block of the quarter-size picture.
pub(crate) const BLOCK: usize = 8;
/// The least mean difference between neighbours of a busy block, in grey levels.
const LEAST: f32 = 2.2;
/// How much a busy block stands out from the calmest quarter of the picture.
const OUT_OF_GRAIN: f32 = 1.7;
/// Busy blocks among the 25 around a block that is looked at: a code has them side by side.
const TOGETHER: usize = 5;

/// The busy blocks of a picture.
pub(crate) struct Texture {
    columns: usize,
    rows: usize,
    busy: Vec<bool>,
}

impl Texture {
    /// Looks at a quarter-size picture.
    pub(crate) fn of(quarter: &Luma) -> Self {
        let (columns, rows) = (quarter.width / BLOCK, quarter.height / BLOCK);
        let restless: Vec<f32> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (column, row)))
            .map(|(column, row)| restlessness(quarter, column * BLOCK, row * BLOCK))
            .collect();
        let mut sorted = restless.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let grain = sorted.get(sorted.len() / 4).copied().unwrap_or(0.0);
        let enough = LEAST.max(OUT_OF_GRAIN * grain.min(8.0));

        let busy: Vec<bool> = restless.iter().map(|value| *value > enough).collect();
        let texture = Self {
            columns,
            rows,
            busy,
        };
        let together = texture.count(2, |count| count >= TOGETHER);
        let dense = Self {
            busy: together
                .iter()
                .zip(&texture.busy)
                .map(|(together, busy)| *together && *busy)
                .collect(),
            ..texture
        };

        Self {
            busy: dense.count(1, |count| count > 0),
            ..dense
        }
    }

    /// The same with nothing busy but what lies around points of the whole picture, within so many pixels of each.
    pub(crate) fn only(self, around: &[(Point, f32)]) -> Self {
        let block = Fineness::Quarter.scale() * pixel::distance(BLOCK);
        let columns = self.columns;
        let is_near = |index: usize| {
            let middle = |place: usize| (pixel::distance(place) + 0.5) * block;
            let (x, y) = (middle(index % columns), middle(index / columns));
            around
                .iter()
                .any(|(at, reach)| (at.x - x).abs().max((at.y - y).abs()) < reach + 0.5 * block)
        };
        let busy = self.busy.iter().enumerate();

        Self {
            busy: busy.map(|(index, busy)| *busy && is_near(index)).collect(),
            ..self
        }
    }

    /// Whether nothing is busy.
    pub(crate) fn is_calm(&self) -> bool {
        !self.busy.contains(&true)
    }

    /// Whether the block in this column and row is.
    pub(crate) fn is_busy(&self, column: usize, row: usize) -> bool {
        self.busy
            .get(row * self.columns + column)
            .is_some_and(|busy| *busy)
    }

    /// The busy spans of a row of a picture whose pixels are this many to a quarter-size pixel.
    pub(crate) fn spans(&self, y: usize, fineness: Fineness, width: usize) -> Vec<Range<usize>> {
        let block = fineness.block();
        let Some(row) = self.busy.chunks_exact(self.columns.max(1)).nth(y / block) else {
            return Vec::new();
        };

        let mut spans: Vec<Range<usize>> = Vec::new();
        for (column, _) in row.iter().enumerate().filter(|(_, busy)| **busy) {
            let (start, end) = (column * block, ((column + 1) * block).min(width));
            match spans.last_mut() {
                Some(last) if last.end == start => last.end = end,
                Some(_) | None => spans.push(start..end),
            }
        }
        spans.retain(|span| span.start < span.end);

        spans
    }

    /// For each block whether the number of busy ones within `reach` is enough.
    fn count(&self, reach: usize, enough: impl Fn(usize) -> bool) -> Vec<bool> {
        let around = |at: usize, end: usize| at.saturating_sub(reach)..(at + reach + 1).min(end);
        let busy = |column: usize, row: usize| {
            around(row, self.rows)
                .flat_map(|row| {
                    around(column, self.columns).map(move |column| row * self.columns + column)
                })
                .filter(|block| self.busy[*block])
                .count()
        };

        (0..self.rows)
            .flat_map(|row| (0..self.columns).map(move |column| (column, row)))
            .map(|(column, row)| enough(busy(column, row)))
            .collect()
    }
}

/// The size of a picture beside the quarter-size one that the texture was measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fineness {
    /// Twice as wide and high.
    Half,
    /// The same.
    Quarter,
    /// Half as wide and high.
    Eighth,
}

impl Fineness {
    fn block(self) -> usize {
        match self {
            Self::Half => 2 * BLOCK,
            Self::Quarter => BLOCK,
            Self::Eighth => BLOCK / 2,
        }
    }

    /// Pixels of the whole picture to a pixel of this one.
    pub(crate) fn scale(self) -> f32 {
        match self {
            Self::Half => 2.0,
            Self::Quarter => 4.0,
            Self::Eighth => 8.0,
        }
    }
}

/// The smaller of the mean differences between neighbours across and down, in a block with this corner.
pub(crate) fn restlessness(luma: &Luma, left: usize, top: usize) -> f32 {
    let (mut across, mut down) = (0_u32, 0_u32);
    let mut above: Option<&[u8]> = None;
    for row in luma.pixels().chunks_exact(luma.width).skip(top).take(BLOCK) {
        let row = &row[left..left + BLOCK];
        across += row
            .windows(2)
            .map(|pair| u32::from(pair[0].abs_diff(pair[1])))
            .sum::<u32>();
        if let Some(above) = above {
            down += row
                .iter()
                .zip(above)
                .map(|(a, b)| u32::from(a.abs_diff(*b)))
                .sum::<u32>();
        }
        above = Some(row);
    }

    pixel::distance(across.min(down) as usize) / pixel::distance(BLOCK * (BLOCK - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deep::point::point;

    #[test]
    fn a_desk_with_an_edge_and_grain_is_calm_and_a_chequered_place_is_not() {
        let grain = |x: usize, y: usize| u8::try_from((x * 7 + y * 13) % 3).unwrap_or(0);
        let desk = |x: usize, y: usize| if x < 150 { 90 } else { 180 } + grain(x, y);
        let chequered = |x: usize, y: usize| {
            if (64..120).contains(&x) && (64..120).contains(&y) && (x / 2 + y / 2).is_multiple_of(2)
            {
                20
            } else {
                desk(x, y)
            }
        };

        assert!(Texture::of(&drawn(desk)).is_calm());
        let texture = Texture::of(&drawn(chequered));
        let spans = |y, fineness, width| -> Vec<(usize, usize)> {
            let spans = texture.spans(y, fineness, width);
            spans.iter().map(|span| (span.start, span.end)).collect()
        };
        assert_eq!(spans(80, Fineness::Quarter, 320), [(56, 128)]);
        assert_eq!(spans(160, Fineness::Half, 640), [(112, 256)]);
        assert_eq!(spans(10, Fineness::Quarter, 320), []);
    }

    #[test]
    fn only_what_lies_around_the_points_asked_for_stays_busy() {
        let chequered = |x: usize, y: usize| {
            let corner = x % 160 < 48 && y < 48;
            if corner && (x / 2 + y / 2).is_multiple_of(2) {
                20
            } else {
                180
            }
        };
        let texture = Texture::of(&drawn(chequered));
        assert!(texture.is_busy(1, 1) && texture.is_busy(21, 1));

        let only = texture.only(&[(point(700.0, 60.0), 40.0)]);
        assert!(only.is_busy(21, 1) && !only.is_busy(1, 1));
        assert!(only.only(&[]).is_calm());
    }

    #[test]
    fn a_picture_smaller_than_a_block_is_calm() {
        let luma = Luma::new(3, 3, vec![0; 9]).expect("nine pixels");

        assert!(Texture::of(&luma).is_calm());
        assert_eq!(Texture::of(&luma).spans(0, Fineness::Half, 3), []);
    }

    fn drawn(grey: impl Fn(usize, usize) -> u8) -> Luma {
        let pixels = (0..180)
            .flat_map(|y| (0..320).map(move |x| (x, y)))
            .map(|(x, y)| grey(x, y))
            .collect();
        Luma::new(320, 180, pixels).expect("as many pixels as announced")
    }
}
