//! What is known of a symbol so far: its format and the blocks that could be corrected.
//!
//! It may come from an earlier picture, and then perhaps from another code that was held there before. A block counts
//! only where the new evidence shows it as well; where that clearly shows another, everything old is forgotten.

use super::{
    block::Block, codewords::Codewords, evidence::Evidence, format::Format, layout::Layout,
    pattern::function_patterns, place::Places, version::Version,
};

/// Blocks that were corrected so far, so that they need not be corrected again, and the colours of their modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    version: Version,
    pub(crate) format: Format,
    blocks: Vec<Option<Block>>,
}

/// What new evidence says of a known block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// It shows the same block.
    Confirmed,
    /// It shows another one.
    Contradicted,
    /// It does not show enough.
    Unclear,
}

/// Bits by which the parity must be likelier that of the block than of any other: once in 10^12 pictures of another code.
const CONFIRMED: f32 = 40.0;
/// So much less likely, it is that of another block.
const CONTRADICTED: f32 = -10.0;

impl Known {
    pub(crate) fn nothing(version: Version, format: Format) -> Self {
        Self {
            version,
            format,
            blocks: vec![None; version.blocks(format.level).count],
        }
    }

    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// The colour of each module that is known: function patterns, format, all corrected blocks.
    pub(crate) fn modules(&self) -> Vec<Option<bool>> {
        let mut modules = function_patterns(self.version);
        for (at, black) in self.format.modules(self.version) {
            modules[at] = Some(black);
        }
        let places = Places::of(self.version);
        let layout = self.layout();
        for (number, block) in self.blocks.iter().enumerate() {
            let codewords = block.iter().flat_map(|block| &block.codewords);
            for (printed, codeword) in layout.printed(number).zip(codewords) {
                let printed_bits = codeword ^ places.mask(self.format.mask)[printed];
                for (bit, at) in places.codeword(printed).iter().enumerate() {
                    modules[usize::from(*at)] = Some(printed_bits & 0x80 >> bit != 0);
                }
            }
        }

        modules
    }

    /// Corrected blocks, and all.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.blocks().count(), self.blocks.len())
    }

    pub(crate) fn layout(&self) -> Layout {
        Layout::new(self.version, self.format.level)
    }

    pub(crate) fn block(&self, number: usize) -> Option<&Block> {
        self.blocks.get(number)?.as_ref()
    }

    pub(crate) fn set(&mut self, number: usize, block: Block) {
        if let Some(place) = self.blocks.get_mut(number) {
            *place = Some(block);
        }
    }

    /// The blocks that are known.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().flatten()
    }

    /// The codewords of content of all blocks; `None` while any block is missing.
    pub(crate) fn data(&self) -> Option<Vec<u8>> {
        let layout = self.layout();
        let mut data = Vec::with_capacity(self.version.codewords());
        for (number, block) in self.blocks.iter().enumerate() {
            data.extend_from_slice(block.as_ref()?.codewords.get(..layout.data(number))?);
        }

        Some(data)
    }

    /// Whether one picture alone shows each block: what several showed together may be another code's.
    pub(crate) fn is_confirmed(&self, evidence: &Evidence) -> bool {
        let seen = Codewords::seen(evidence);

        (0..self.blocks.len())
            .all(|number| matches!(self.check(number, &seen), Some((Check::Confirmed, _))))
    }

    /// Compares a known block with what is seen now, and counts the codewords that differ. The parity tells: that of two
    /// different blocks, even if one letter makes the difference, agrees in one codeword of 256.
    pub(crate) fn check(&self, number: usize, seen: &Codewords<'_>) -> Option<(Check, usize)> {
        let block = self.block(number)?;
        let layout = self.layout();
        let mask = self.format.mask;
        let printed = || layout.printed(number).zip(block.codewords.iter().copied());
        let parity = printed().skip(layout.data(number));
        let support: f32 = parity
            .map(|(at, codeword)| seen.support(at, mask, codeword))
            .sum();
        let other = printed().filter(|&(at, codeword)| seen.value(at, mask) != codeword);
        let check = if support >= CONFIRMED {
            Check::Confirmed
        } else if support <= CONTRADICTED {
            Check::Contradicted
        } else {
            Check::Unclear
        };

        Some((check, other.count()))
    }
}

#[cfg(test)]
mod tests;
