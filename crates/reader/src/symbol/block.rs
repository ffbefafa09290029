//! Corrects one block: first as it is, then with more and more of its doubtful codewords erased (generalised minimum
//! distance decoding, Forney 1966), then with other values for the likeliest misread codewords (Chase 1972).

use super::{
    codewords::Codewords,
    correct::{Errors, Syndromes, correct},
    format::Format,
    guess,
    layout::Layout,
    proof::Proof,
};

/// A block as it was printed, and what it took to know that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) codewords: Vec<u8>,
    /// Codewords that were wrong without being erased.
    pub(crate) errors: usize,
    pub(crate) erasures: usize,
}

/// A block that is not corrected yet.
pub(crate) struct Attempt<'a> {
    proof: Proof<'a>,
    /// As seen.
    pub(super) word: Vec<u8>,
    /// Its codewords, the most doubtful first.
    pub(super) doubtful: Vec<usize>,
}

/// Erasures are added in steps of two: each pair costs as much as one error.
const STEP: usize = 2;
/// Guessed values need fewer tries: a wrong number of erasures is made up for by the next guess.
const GUESS_STEP: usize = 4;

/// Codewords of parity that stay unused with guessed values: with none left, every word would be corrected to some block,
/// and each costs a look at all of its modules.
const LEAST_SPARE: usize = 2;

impl<'a> Attempt<'a> {
    pub(crate) fn new(
        seen: &'a Codewords<'a>,
        layout: Layout,
        format: Format,
        block: usize,
    ) -> Self {
        let places: Vec<usize> = layout.printed(block).collect();
        let word = places
            .iter()
            .map(|&at| seen.value(at, format.mask))
            .collect();
        let mut doubtful: Vec<usize> = (0..places.len()).collect();
        doubtful.sort_by(|&a, &b| seen.risk(places[b]).total_cmp(&seen.risk(places[a])));

        Self {
            proof: Proof::new(seen, layout, format.mask, places),
            word,
            doubtful,
        }
    }

    /// Corrects it with the values that were seen; `steps` counts the attempts.
    pub(crate) fn plain(&self, steps: &mut usize) -> Option<Block> {
        let parity = self.proof.parity();
        let syndromes = Syndromes::of(&self.word, parity)?;

        (0..=parity - LEAST_SPARE)
            .step_by(STEP)
            .find_map(|erasures| {
                *steps += 1;
                self.corrected(&self.word, &syndromes, self.doubtful.get(..erasures)?, 1)
            })
    }

    /// Corrects it with other values for some codewords, the likeliest first, in no more than `most` attempts.
    pub(crate) fn guessed(&self, most: usize, steps: &mut usize) -> Option<Block> {
        let parity = self.proof.parity();
        let last = *steps + most;
        let mut tries = 1;
        for changes in guess::likely(&self.proof) {
            let mut word = self.word.clone();
            for &(at, change) in &changes {
                word[at] ^= change;
            }
            let syndromes = Syndromes::of(&word, parity)?;
            let is_kept = |at: &usize| changes.iter().all(|(guessed, _)| guessed != at);
            let doubtful: Vec<usize> = self.doubtful.iter().copied().filter(is_kept).collect();
            for left in (LEAST_SPARE..=parity).step_by(GUESS_STEP) {
                if *steps >= last {
                    return None;
                }
                *steps += 1;
                tries += 1;
                let erased = doubtful.get(..parity - left).unwrap_or(&doubtful);
                let block = self.corrected(&word, &syndromes, erased, tries);
                if block.is_some() {
                    return block;
                }
            }
        }

        None
    }

    /// What the word is corrected to, if chance could not have made that in so many `tries`.
    fn corrected(
        &self,
        word: &[u8],
        syndromes: &Syndromes,
        erased: &[usize],
        tries: u16,
    ) -> Option<Block> {
        let mut codewords = word.to_vec();
        let least = if tries == 1 { 0 } else { LEAST_SPARE };
        let Errors(errors) = correct(&mut codewords, syndromes, erased, least)?;
        if !self.proof.holds(&codewords, errors, erased, tries) {
            return None;
        }

        let differs = |at: &usize| codewords[*at] != self.word[*at] && !erased.contains(at);
        let errors = (0..codewords.len()).filter(differs).count();
        Some(Block {
            errors,
            erasures: erased.len(),
            codewords,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            drawn::{self, Chance},
            place::Places,
            version::Version,
        },
        *,
    };
    use crate::reading::Level;

    /// Codewords of chance, some of them doubtful, in the sizes of which chance could make a block soonest.
    #[test]
    fn chance_makes_no_block() {
        let mut chance = Chance::new(5);
        for (version, level) in [(1, Level::L), (1, Level::M), (2, Level::L), (3, Level::L)] {
            let version = Version::new(version).unwrap();
            let layout = Layout::new(version, level);
            let format = Format { level, mask: 0 };
            let mut drawn = drawn::symbol(version, level, 0, b"7");
            for _ in 0..2_000 {
                drawn.modules.fill_with(|| chance.byte() < 128);
                drawn.doubt.fill_with(|| chance.share() / 2.0);
                let evidence = drawn.evidence();
                let seen = Codewords::seen(&evidence);
                let attempt = Attempt::new(&seen, layout, format, 0);

                assert_eq!(attempt.plain(&mut 0), None);
                assert_eq!(attempt.guessed(1_000, &mut 0), None);
            }
        }
    }

    #[test]
    fn the_most_doubtful_codewords_are_erased_first() {
        let version = Version::new(1).unwrap();
        let layout = Layout::new(version, Level::H);
        let mut drawn = drawn::symbol(version, Level::H, 0, b"7");
        let mut chance = Chance::new(6);
        drawn.doubt(layout, 0, &[3, 20, 11, 25, 7, 1, 2, 9, 14, 16], &mut chance);
        let evidence = drawn.evidence();
        let format = Format {
            level: Level::H,
            mask: 0,
        };
        let seen = Codewords::seen(&evidence);
        let block = Attempt::new(&seen, layout, format, 0)
            .plain(&mut 0)
            .unwrap();

        assert!(block.errors + block.erasures <= 10);
        assert_eq!(block.codewords[..2], [0x40, 0x13]);
    }

    /// Twelve misread modules in as many codewords of 22: more than can be erased, but only one module each.
    #[test]
    fn single_doubtful_modules_are_guessed() {
        let version = Version::new(2).unwrap();
        let layout = Layout::new(version, Level::M);
        let format = Format {
            level: Level::M,
            mask: 0,
        };
        let mut chance = Chance::new(8);
        let (mut plain, mut guessed) = (0, 0);
        for _ in 0..200 {
            let mut drawn = drawn::symbol(version, Level::M, 0, b"7");
            for codeword in chance.some(layout.length(0), 18) {
                let module = usize::from(Places::of(version).codeword(codeword)[chance.below(8)]);
                drawn.doubt[module] = 0.35 + chance.share() / 10.0;
                drawn.modules[module] ^= true;
            }
            let evidence = drawn.evidence();
            let seen = Codewords::seen(&evidence);
            let attempt = Attempt::new(&seen, layout, format, 0);
            let first = attempt.plain(&mut 0);
            let second = attempt.guessed(1_000, &mut 0);

            for block in first.iter().chain(&second) {
                assert_eq!(block.codewords[..2], [0x40, 0x13]);
            }
            plain += usize::from(first.is_some());
            guessed += usize::from(second.is_some());
        }

        assert!(plain < 20 && guessed > 150, "{plain} {guessed}");
    }
}
