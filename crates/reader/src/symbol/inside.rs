//! A look at the blocks of a symbol, for those who draw it. No part of the crate's interface.

use super::{block::Attempt, codewords::Codewords, evidence::Evidence, format, layout::Layout};

/// A block as it was seen and as it was corrected.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its codewords as they were seen.
    pub seen: Vec<u8>,
    /// As they were printed, if that could be told.
    pub corrected: Option<Vec<u8>>,
    /// Codewords that were erased for that, the most doubtful first.
    pub erased: Vec<usize>,
    /// How doubtful each is: the sum of `-ln(1 - p)` over its modules.
    pub risk: Vec<f32>,
    /// Codewords of content; the rest is for correction.
    pub data: usize,
}

/// All blocks in the likeliest format.
pub(crate) fn blocks(evidence: &Evidence) -> Vec<Block> {
    let Some((format, _)) = format::likely(evidence).into_iter().next() else {
        return Vec::new();
    };
    let seen = Codewords::seen(evidence);
    let layout = Layout::new(evidence.version(), format.level);

    (0..layout.blocks())
        .map(|number| {
            let attempt = Attempt::new(&seen, layout, format, number);
            let corrected = attempt.plain(&mut 0);
            let erasures = corrected.as_ref().map_or(0, |block| block.erasures);
            Block {
                erased: attempt.doubtful.iter().copied().take(erasures).collect(),
                seen: attempt.word,
                corrected: corrected.map(|block| block.codewords),
                risk: layout.printed(number).map(|at| seen.risk(at)).collect(),
                data: layout.data(number),
            }
        })
        .collect()
}
