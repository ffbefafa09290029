//! The forty sizes of a symbol and what follows from them (ISO/IEC 18004, 6.1 and 6.5.1, tables 1, 9 and E.1).

use crate::reading::Level;

/// The size of a symbol, 1 to 40.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(u8);

/// How the codewords of a symbol are shared out: `count` blocks of about the same length, the shorter ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blocks {
    pub(crate) count: usize,
    /// Codewords for correction in each block.
    pub(crate) parity: usize,
    /// Codewords of all blocks together.
    pub(crate) total: usize,
}

impl Version {
    pub(crate) const LARGEST: u8 = 40;

    pub(crate) fn new(number: u8) -> Option<Self> {
        (1..=Self::LARGEST)
            .contains(&number)
            .then_some(Self(number))
    }

    /// The version with so many modules on a side.
    pub(crate) fn of_side(side: usize) -> Option<Self> {
        let number = side.checked_sub(17).filter(|more| more.is_multiple_of(4))? / 4;

        Self::new(u8::try_from(number).ok()?)
    }

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (1..=Self::LARGEST).map(Self)
    }

    pub(crate) fn number(self) -> u8 {
        self.0
    }

    /// Modules on a side, the quiet zone apart.
    pub(crate) fn side(self) -> usize {
        17 + 4 * usize::from(self.0)
    }

    /// Rows, which are also the columns, in which alignment patterns have their middle.
    pub(crate) fn alignment_lines(self) -> Vec<usize> {
        let number = usize::from(self.0);
        if number == 1 {
            return Vec::new();
        }

        let count = number / 7 + 2;
        let step = (8 * number + 3 * count + 5) / (4 * count - 4) * 2;
        let last = self.side() - 7;
        let others = (0..count - 1).rev().map(|back| last - back * step);

        std::iter::once(6).chain(others).collect()
    }

    /// Column and row of the middle module of each alignment pattern, row after row.
    pub(crate) fn alignment_centres(self) -> Vec<(usize, usize)> {
        let lines = self.alignment_lines();
        let last = self.side() - 7;
        let in_a_finder = |at| [(6, 6), (last, 6), (6, last)].contains(&at);
        let all = lines
            .iter()
            .flat_map(|&y| lines.iter().map(move |&x| (x, y)));

        all.filter(|&at| !in_a_finder(at)).collect()
    }

    /// Codewords of the whole symbol.
    pub(crate) fn codewords(self) -> usize {
        let number = usize::from(self.0);
        let square = (16 * number + 128) * number + 64;
        let patterns = match number {
            1 => 0,
            2..=6 => alignment_modules(number),
            _ => alignment_modules(number) + 36,
        };

        (square - patterns) / 8
    }

    pub(crate) fn blocks(self, level: Level) -> Blocks {
        let (parity, count) = match level {
            Level::L => (&PARITY_L, &COUNT_L),
            Level::M => (&PARITY_M, &COUNT_M),
            Level::Q => (&PARITY_Q, &COUNT_Q),
            Level::H => (&PARITY_H, &COUNT_H),
        };
        let row = usize::from(self.0 - 1);

        Blocks {
            count: usize::from(count[row]),
            parity: usize::from(parity[row]),
            total: self.codewords(),
        }
    }

    /// Codewords of correction that the standard keeps back against a wrong correction (table 9, note b).
    pub(crate) fn kept_back(self, level: Level) -> usize {
        match (self.0, level) {
            (1, Level::L) => 3,
            (1, Level::M) | (2, Level::L) => 2,
            (1, Level::Q | Level::H) | (3, Level::L) => 1,
            _ => 0,
        }
    }

    /// The 18 bits that say the version (BCH code, annex D), first bit lowest; the smallest six have none.
    pub(crate) fn information(self) -> Option<u32> {
        if self.0 < 7 {
            return None;
        }

        let number = u32::from(self.0);
        let rest = (0..12).fold(number, |rest, _| (rest << 1) ^ ((rest >> 11) * 0x1F25));
        Some(number << 12 | rest)
    }
}

/// Modules of the alignment patterns, less those they share with the timing patterns.
fn alignment_modules(number: usize) -> usize {
    let count = number / 7 + 2;

    (25 * count - 10) * count - 55
}

const PARITY_L: [u8; 40] = [
    7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30,
    26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const PARITY_M: [u8; 40] = [
    10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
];
const PARITY_Q: [u8; 40] = [
    13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30,
    30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const PARITY_H: [u8; 40] = [
    17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30,
    30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const COUNT_L: [u8; 40] = [
    1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14,
    15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
];
const COUNT_M: [u8; 40] = [
    1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25,
    26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
];
const COUNT_Q: [u8; 40] = [
    1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34,
    34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68,
];
const COUNT_H: [u8; 40] = [
    1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37,
    40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_has_17_modules_and_4_more_for_each_version() {
        assert_eq!(Version::new(0), None);
        assert_eq!(Version::new(41), None);
        assert_eq!(Version::all().count(), 40);
        for version in Version::all() {
            assert_eq!(Version::of_side(version.side()), Some(version));
        }
        assert_eq!(Version::of_side(22), None);
        assert_eq!(Version::of_side(17), None);
        assert_eq!(Version::of_side(181), None);
    }

    /// From table E.1.
    #[test]
    fn alignment_patterns_lie_where_the_standard_puts_them() {
        let lines = |number| Version::new(number).map(Version::alignment_lines);

        assert_eq!(lines(1), Some(vec![]));
        assert_eq!(lines(2), Some(vec![6, 18]));
        assert_eq!(lines(7), Some(vec![6, 22, 38]));
        assert_eq!(lines(32), Some(vec![6, 34, 60, 86, 112, 138]));
        assert_eq!(lines(40), Some(vec![6, 30, 58, 86, 114, 142, 170]));
        let centres = Version::new(7).map(Version::alignment_centres);
        assert_eq!(
            centres,
            Some(vec![
                (22, 6),
                (6, 22),
                (22, 22),
                (38, 22),
                (22, 38),
                (38, 38)
            ])
        );
    }

    /// From tables 1 and 9.
    #[test]
    fn codewords_are_counted_and_shared_out_as_in_the_standard() {
        let blocks = |number, level| Version::new(number).map(|version| version.blocks(level));
        let told = |count, parity, total| {
            Some(Blocks {
                count,
                parity,
                total,
            })
        };

        assert_eq!(blocks(1, Level::L), told(1, 7, 26));
        assert_eq!(blocks(5, Level::Q), told(4, 18, 134));
        assert_eq!(blocks(13, Level::Q), told(12, 24, 532));
        assert_eq!(blocks(15, Level::L), told(6, 22, 655));
        assert_eq!(blocks(40, Level::H), told(81, 30, 3706));
    }

    /// From annex D.
    #[test]
    fn the_version_is_written_in_18_bits_from_7_up() {
        let information = |number| Version::new(number).map(Version::information);

        assert_eq!(information(6), Some(None));
        assert_eq!(information(7), Some(Some(0x07C94)));
        assert_eq!(information(40), Some(Some(0x28C69)));
    }
}
