//! How much of the error correction a symbol needed (unused error correction, ISO/IEC 15415, 7.8.8).

use super::known::Known;

/// What correcting a symbol took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Correction {
    /// 1 for a symbol without errors, 0 for one that could only just be corrected: the least of its blocks.
    pub(crate) unused: f32,
    /// Codewords of all blocks that were wrong.
    pub(crate) errors: usize,
    /// Codewords of all blocks that were erased.
    pub(crate) erasures: usize,
}

impl Correction {
    pub(crate) fn of(known: &Known) -> Self {
        let kept_back = known.version().kept_back(known.format.level);
        let capacity = known.layout().parity().saturating_sub(kept_back);
        let used = known
            .blocks()
            .map(|block| 2 * block.errors + block.erasures)
            .max()
            .unwrap_or(0);

        Self {
            unused: (1.0 - share(used, capacity)).max(0.0),
            errors: known.blocks().map(|block| block.errors).sum(),
            erasures: known.blocks().map(|block| block.erasures).sum(),
        }
    }
}

fn share(used: usize, capacity: usize) -> f32 {
    let small = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));

    small(used) / small(capacity.max(1))
}
