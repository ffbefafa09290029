//! Whether a corrected block is what was printed, or what chance makes of any block.

use super::{codewords::Codewords, correct::LONGEST, layout::Layout};

/// What speaks for the values of one block's codewords.
pub(crate) struct Proof<'a> {
    seen: &'a Codewords<'a>,
    layout: Layout,
    mask: u8,
    /// Where the codewords are printed.
    places: Vec<usize>,
}

/// Codewords of parity that must stay unused where any was erased and the evidence alone is no proof.
const SPARE: usize = 3;
/// Bits that a correction must be better than chance: once in 10^9 blocks of noise. A correction without erasures has
/// as many wherever the standard allows it.
const STRENGTH: f32 = 30.0;
/// Bits by which the evidence must be likelier than with the likeliest of all other blocks together: once in 10^12.
const EVIDENCE: f32 = 40.0;
/// The share of the modules, weighed with how sure they are, that must be as seen where any was erased; without, a third
/// of the codewords may be wrong, and the standard says so.
const AGREEMENT: f32 = 0.8;

impl<'a> Proof<'a> {
    pub(crate) fn new(
        seen: &'a Codewords<'a>,
        layout: Layout,
        mask: u8,
        places: Vec<usize>,
    ) -> Self {
        Self {
            seen,
            layout,
            mask,
            places,
        }
    }

    pub(crate) fn parity(&self) -> usize {
        self.layout.parity()
    }

    /// The likeliest misreading of each codeword: which bit is wrong, and how likely it is that only this one is.
    pub(crate) fn misread(&self) -> impl Iterator<Item = (u8, f32)> {
        self.places.iter().map(|&at| self.seen.misread(at))
    }

    /// Whether these codewords, found after so many tries with `errors` and `erased` ones, are what was printed.
    pub(crate) fn holds(&self, word: &[u8], errors: usize, erased: &[usize], tries: u16) -> bool {
        let strength = self.strength(errors, erased.len()) - f32::from(tries).log2();
        let as_is = erased.is_empty() && tries == 1;
        if as_is && strength >= STRENGTH {
            return true;
        }

        let spare = self.parity().saturating_sub(2 * errors + erased.len());
        let strong = || spare >= SPARE && strength + self.erased_support(word, erased) >= STRENGTH;
        let evident = || self.evidence(word) >= EVIDENCE;
        (strong() || evident()) && (as_is || self.agreement(word) >= AGREEMENT)
    }

    /// How unlikely it is that a word of noise is corrected with so many errors and erasures, in bits: there are
    /// `C(n - erasures, errors)` choices of wrong codewords, and each unused codeword of parity fits once in 256.
    fn strength(&self, errors: usize, erasures: usize) -> f32 {
        let unused = bits(self.parity().saturating_sub(errors + erasures));
        let choices: f32 = (0..errors)
            .map(|chosen| {
                let from = self.places.len() - erasures - chosen;
                (whole(from) / whole(errors - chosen)).log2()
            })
            .sum();

        unused - choices
    }

    /// How much likelier what was seen is with these codewords than with any, less the bits it takes to choose one of
    /// all blocks there are. Over all blocks the sum of its power of two is 1, whatever the doubts and however the
    /// block was found: `n` bits come by chance once in `2^n`.
    fn evidence(&self, word: &[u8]) -> f32 {
        let data = word.len() - self.parity();

        self.support(word, 0..word.len()) - bits(data)
    }

    /// What the erased codewords say for their corrected values, in bits. They may as well say nothing: under ink or
    /// glare a sampler's doubts mean little. As a mean of both this never takes more than one bit away.
    fn erased_support(&self, word: &[u8], erased: &[usize]) -> f32 {
        let said = self.support(word, erased.iter().copied());

        f32::midpoint(1.0, said.exp2()).log2()
    }

    fn support(&self, word: &[u8], codewords: impl Iterator<Item = usize>) -> f32 {
        codewords
            .map(|at| self.seen.support(self.places[at], self.mask, word[at]))
            .sum()
    }

    /// The share of sure modules that are as seen.
    fn agreement(&self, word: &[u8]) -> f32 {
        let sums = self
            .places
            .iter()
            .zip(word)
            .fold((0.0, 0.0), |sum, (&at, &value)| {
                let (agree, all) = self.seen.agreement(at, self.mask, value);
                (sum.0 + agree, sum.1 + all)
            });

        if sums.1 > 0.0 { sums.0 / sums.1 } else { 0.0 }
    }
}

fn bits(codewords: usize) -> f32 {
    8.0 * whole(codewords)
}

fn whole(count: usize) -> f32 {
    f32::from(u8::try_from(count.min(LONGEST)).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            drawn::{self, Chance},
            format::Format,
            version::Version,
        },
        *,
    };
    use crate::reading::Level;

    const LEVELS: [Level; 4] = [Level::L, Level::M, Level::Q, Level::H];

    /// Table 9: as many errors as a block may have, and one more is only taken where chance has no part in it.
    #[test]
    fn without_erasures_just_what_the_standard_allows_is_strong_enough() {
        for version in Version::all() {
            for level in LEVELS {
                let layout = Layout::new(version, level);
                let allowed = (layout.parity() - version.kept_back(level)) / 2;

                assert!(strength(version, level, allowed, 0) >= STRENGTH);
            }
        }
        let (one, two) = (Version::new(1).unwrap(), Version::new(2).unwrap());
        assert!(strength(one, Level::L, 3, 0) < STRENGTH);
        assert!(strength(one, Level::M, 5, 0) < STRENGTH);
        assert!(strength(two, Level::L, 5, 0) < STRENGTH);
    }

    #[test]
    fn each_error_and_each_erasure_makes_a_correction_weaker() {
        let version = Version::new(13).unwrap();
        let strengths = [(0, 0), (1, 0), (1, 2), (2, 2), (2, 18)]
            .map(|(errors, erasures)| strength(version, Level::Q, errors, erasures));

        assert!(strengths.is_sorted_by(|stronger, weaker| stronger > weaker));
        assert!((strengths[0] - 8.0 * 24.0).abs() < 1e-3);
    }

    /// The codewords that were printed have nearly all bits of the parity for them, others nothing.
    #[test]
    fn only_what_was_printed_is_evident() {
        let version = Version::new(2).unwrap();
        let mut chance = Chance::new(7);
        for mask in 0..8 {
            let format = Format {
                level: Level::M,
                mask,
            };
            let evidence = drawn::symbol(version, Level::M, mask, b"evident").evidence();
            let seen = Codewords::seen(&evidence);
            let layout = Layout::new(version, Level::M);
            let places: Vec<usize> = layout.printed(0).collect();
            let mut word: Vec<u8> = places
                .iter()
                .map(|&at| seen.value(at, format.mask))
                .collect();
            let proof = Proof::new(&seen, layout, mask, places);
            assert!(proof.evidence(&word) > 8.0 * 16.0 - 44.0);

            word.fill_with(|| chance.byte());
            assert!(proof.evidence(&word) < -8.0 * 28.0);
        }
    }

    fn strength(version: Version, level: Level, errors: usize, erasures: usize) -> f32 {
        let evidence = drawn::symbol(version, level, 0, b"7").evidence();
        let seen = Codewords::seen(&evidence);
        let layout = Layout::new(version, level);

        Proof::new(&seen, layout, 0, layout.printed(0).collect()).strength(errors, erasures)
    }
}
