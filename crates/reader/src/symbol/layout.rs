//! Which codewords of a symbol belong to which block (ISO/IEC 18004, 7.6): they are printed in turn, so that a stain
//! takes a little from every block.

use super::version::{Blocks, Version};
use crate::reading::Level;

/// How the codewords of a symbol are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    blocks: Blocks,
}

impl Layout {
    pub(crate) fn new(version: Version, level: Level) -> Self {
        Self {
            blocks: version.blocks(level),
        }
    }

    pub(crate) fn blocks(&self) -> usize {
        self.blocks.count
    }

    pub(crate) fn parity(&self) -> usize {
        self.blocks.parity
    }

    /// Codewords of a block that carry content.
    pub(crate) fn data(&self, block: usize) -> usize {
        self.shorter() + usize::from(self.is_longer(block))
    }

    /// Codewords of a block.
    pub(crate) fn length(&self, block: usize) -> usize {
        self.data(block) + self.parity()
    }

    /// Where the codewords of a block are in the order of printing.
    pub(crate) fn printed(self, block: usize) -> impl Iterator<Item = usize> {
        let Blocks {
            count,
            parity,
            total,
        } = self.blocks;
        let data = (0..self.shorter()).map(move |turn| turn * count + block);
        let more = self
            .is_longer(block)
            .then(|| self.shorter() * count + block - self.first_longer());
        let correction = (0..parity).map(move |turn| total - count * (parity - turn) + block);

        data.chain(more).chain(correction)
    }

    fn shorter(&self) -> usize {
        self.blocks.total / self.blocks.count - self.blocks.parity
    }

    fn first_longer(&self) -> usize {
        self.blocks.count - self.blocks.total % self.blocks.count
    }

    fn is_longer(&self, block: usize) -> bool {
        block >= self.first_longer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_codeword_belongs_to_one_block() {
        for version in Version::all() {
            for level in [Level::L, Level::M, Level::Q, Level::H] {
                let layout = Layout::new(version, level);
                let mut all: Vec<usize> = (0..layout.blocks())
                    .flat_map(|block| layout.printed(block))
                    .collect();
                all.sort_unstable();

                assert!(all.into_iter().eq(0..version.codewords()));
                for block in 0..layout.blocks() {
                    assert_eq!(layout.printed(block).count(), layout.length(block));
                }
            }
        }
    }

    /// From 7.6, the example of version 5-H.
    #[test]
    fn blocks_take_turns_and_the_longer_ones_come_last() {
        let layout = Layout::new(Version::new(5).unwrap(), Level::H);
        let printed = |block| layout.printed(block).collect::<Vec<_>>();

        assert_eq!(
            [0, 1, 2, 3].map(|block| layout.data(block)),
            [11, 11, 12, 12]
        );
        assert_eq!(printed(0)[..3], [0, 4, 8]);
        assert_eq!(printed(2)[10..13], [42, 44, 48]);
        assert_eq!(printed(3).last(), Some(&133));
    }
}
