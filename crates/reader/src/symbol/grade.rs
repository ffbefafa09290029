//! How much of the error correction a symbol needed (unused error correction, ISO/IEC 15415, 7.8.8).

use super::{known::Known, place::Places};

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
        let used = known
            .blocks()
            .map(|block| 2 * block.errors + block.erasures)
            .max()
            .unwrap_or(0);

        Self {
            unused: known.unused(used),
            errors: known.blocks().map(|block| block.errors).sum(),
            erasures: known.blocks().map(|block| block.erasures).sum(),
        }
    }
}

impl Known {
    /// What would be left of the error correction with an error in each of the printed codewords that are `wrong`, in the
    /// worst block.
    pub(crate) fn unused_if(&self, wrong: impl Fn(usize) -> bool) -> f32 {
        let layout = self.layout();
        let errors = (0..layout.blocks())
            .map(|block| layout.printed(block).filter(|at| wrong(*at)).count())
            .max()
            .unwrap_or(0);

        self.unused(2 * errors)
    }

    /// The least that the modules of each codeword have, in the order of printing.
    pub(crate) fn least_of_codewords(&self, of_modules: &[f32]) -> Vec<f32> {
        let places = Places::of(self.version());
        let least = |modules: &[u16]| {
            let all = modules.iter().map(|at| of_modules[usize::from(*at)]);
            all.fold(f32::INFINITY, f32::min)
        };

        places.codewords().map(least).collect()
    }

    fn unused(&self, used: usize) -> f32 {
        let kept_back = self.version().kept_back(self.format.level);
        let capacity = self.layout().parity().saturating_sub(kept_back);

        (1.0 - share(used, capacity)).max(0.0)
    }
}

fn share(used: usize, capacity: usize) -> f32 {
    let small = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));

    small(used) / small(capacity.max(1))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{block::Block, format::Format, version::Version},
        *,
    };
    use crate::reading::Level;

    #[test]
    fn the_worst_block_says_how_much_is_left() {
        let version = Version::new(5).unwrap();
        let unused = |blocks: [(usize, usize); 4]| correction(version, Level::Q, &blocks).unused;

        assert!((unused([(0, 0); 4]) - 1.0).abs() < 1e-6);
        assert!((unused([(0, 0), (3, 3), (1, 0), (0, 8)]) - 0.5).abs() < 1e-6);
        assert!(unused([(9, 0), (0, 0), (0, 0), (0, 0)]).abs() < 1e-6);
    }

    #[test]
    fn what_the_standard_keeps_back_is_no_capacity() {
        let version = Version::new(1).unwrap();

        assert!((correction(version, Level::L, &[(1, 0)]).unused - 0.5).abs() < 1e-6);
    }

    fn correction(version: Version, level: Level, blocks: &[(usize, usize)]) -> Correction {
        let mut known = Known::nothing(version, Format { level, mask: 0 });
        for (number, &(errors, erasures)) in blocks.iter().enumerate() {
            known.set(
                number,
                Block {
                    codewords: Vec::new(),
                    errors,
                    erasures,
                },
            );
        }

        Correction::of(&known)
    }
}
