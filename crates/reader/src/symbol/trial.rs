//! Ways into the decoder for those who try to break it: soaks and fuzzers. No part of the crate's interface.

use super::{
    Evidence, Known, Outcome, Tried, Version, content,
    correct::{self, Syndromes},
    decode,
};

/// What a sampler might hand over, right or wrong.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// 1 to 40, or anything else.
    pub version: u8,
    /// Above 0 for a black module, row after row.
    pub black: Vec<f32>,
    /// The probability that the colour is wrong.
    pub doubt: Vec<f32>,
}

/// The decoder as it is used on one picture after another.
#[derive(Debug, Default)]
pub struct Decoder {
    known: Option<Known>,
    tried: Tried,
}

impl Decoder {
    /// The content, if it was read; what else came of the matrix is kept for the next.
    pub fn decode(&mut self, matrix: Matrix) -> Option<Vec<u8>> {
        let version = Version::new(matrix.version)?;
        let evidence = Evidence::new(version, matrix.black, matrix.doubt)?;

        match decode(&evidence, self.known.as_ref(), &mut self.tried) {
            Outcome::Read(decoded) => {
                self.known = Some(decoded.known);
                Some(decoded.content.bytes)
            }
            Outcome::Partly(known) => {
                self.known = Some(known);
                None
            }
            Outcome::Nothing => None,
        }
    }

    /// Blocks known, of how many.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        self.known.as_ref().map_or((0, 0), Known::progress)
    }

    /// Formats, blocks and corrections that were tried.
    #[must_use]
    pub fn tried(&self) -> [usize; 3] {
        [self.tried.formats, self.tried.blocks, self.tried.steps]
    }
}

/// Corrects a word of which the last `parity` codewords are for correction.
#[must_use]
pub fn corrected(word: &[u8], parity: usize, erased: &[usize], spare: usize) -> Option<Vec<u8>> {
    let mut word = word.to_vec();
    let syndromes = Syndromes::of(&word, parity)?;
    correct::correct(&mut word, &syndromes, erased, spare)?;

    Some(word)
}

/// The content of codewords.
#[must_use]
pub fn content(data: &[u8], version: u8) -> Option<Vec<u8>> {
    Some(content::read(data, Version::new(version)?)?.bytes)
}
