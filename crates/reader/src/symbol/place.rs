//! Where each bit of each codeword is printed (ISO/IEC 18004, 7.7.3), worked out once a version.

use std::sync::{Arc, OnceLock};

use super::{
    format,
    pattern::{function_patterns, mask},
    version::Version,
};

/// The places of a version's codewords.
#[derive(Debug)]
pub(crate) struct Places {
    /// Eight modules a codeword, its highest bit first, in the order of printing.
    modules: Vec<u16>,
    /// What each mask turns over in each codeword.
    masks: [Vec<u8>; 8],
}

impl Places {
    pub(crate) fn of(version: Version) -> Arc<Self> {
        static KNOWN: [OnceLock<Arc<Places>>; Version::LARGEST as usize] =
            [const { OnceLock::new() }; Version::LARGEST as usize];
        let known = &KNOWN[usize::from(version.number() - 1)];

        known
            .get_or_init(|| Arc::new(Self::work_out(version)))
            .clone()
    }

    /// The eight modules of each codeword.
    pub(crate) fn codewords(&self) -> impl Iterator<Item = &[u16]> {
        self.modules.chunks_exact(8)
    }

    /// The eight modules of one codeword.
    pub(crate) fn codeword(&self, index: usize) -> &[u16] {
        &self.modules[8 * index..][..8]
    }

    /// What a mask, 0 to 7, turns over in each codeword.
    pub(crate) fn mask(&self, number: u8) -> &[u8] {
        &self.masks[usize::from(number & 7)]
    }

    fn work_out(version: Version) -> Self {
        let side = version.side();
        let mut modules = order(version);
        modules.truncate(8 * version.codewords());
        let masks = std::array::from_fn(|number| {
            let number = u8::try_from(number).unwrap_or(0);
            let turned = |at: u16| mask(number, usize::from(at) / side, usize::from(at) % side);
            modules
                .chunks_exact(8)
                .map(|byte| {
                    byte.iter()
                        .fold(0, |bits, at| bits << 1 | u8::from(turned(*at)))
                })
                .collect()
        });

        Self { modules, masks }
    }
}

/// The free modules in pairs of columns from the right, up and down in turn; the column of the timing pattern is
/// left out.
fn order(version: Version) -> Vec<u16> {
    let side = version.side();
    let mut free: Vec<bool> = function_patterns(version)
        .iter()
        .map(Option::is_none)
        .collect();
    for at in format::places(side).into_iter().flatten() {
        free[at] = false;
    }

    let rights = (1..side)
        .rev()
        .step_by(2)
        .map(|right| if right <= 6 { right - 1 } else { right });
    let pairs = rights.enumerate().flat_map(|(turn, right)| {
        (0..side).flat_map(move |step| {
            let row = if turn.is_multiple_of(2) {
                side - 1 - step
            } else {
                step
            };
            [row * side + right, row * side + right - 1]
        })
    });

    pairs
        .filter(|at| free[*at])
        .filter_map(|at| u16::try_from(at).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_codeword_has_eight_modules_of_its_own() {
        for version in Version::all() {
            let places = Places::of(version);
            let mut modules: Vec<u16> = places.codewords().flatten().copied().collect();
            modules.sort_unstable();
            modules.dedup();

            assert_eq!(modules.len(), 8 * version.codewords());
            assert_eq!(places.mask(7).len(), version.codewords());
        }
    }

    #[test]
    fn the_first_bit_is_in_the_lower_right_corner() {
        let places = Places::of(Version::new(1).unwrap());

        assert_eq!(places.codeword(0), [440, 439, 419, 418, 398, 397, 377, 376]);
    }
}
