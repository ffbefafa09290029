//! Corrects one block: first as it is, then with more and more of its doubtful codewords erased (generalised minimum
//! distance decoding), and takes nothing that chance could have made.

use super::{
    codewords::Codewords,
    correct::{Errors, LONGEST, Syndromes, correct},
    format::Format,
    layout::Layout,
};

/// A block as it was printed, and what it took to know that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) codewords: Vec<u8>,
    /// Codewords that were wrong without being erased.
    pub(crate) errors: usize,
    pub(crate) erasures: usize,
}

/// Codewords of parity that must stay unused where any was erased.
const SPARE: usize = 3;
/// Erasures are added in steps of two: each pair costs as much as one error.
const STEP: usize = 2;
/// Bits that a correction must be better than chance: once in 10^9 blocks of noise. A correction without erasures has
/// as many wherever the standard allows it.
const STRENGTH: f32 = 30.0;
/// The share of the modules, weighed with how sure they are, that must be as seen where any was erased; without, a third
/// of the codewords may be wrong, and the standard says so.
const AGREEMENT: f32 = 0.8;

/// Corrects a block of the symbol; `steps` counts the attempts.
pub(crate) fn decode(
    seen: &Codewords<'_>,
    layout: Layout,
    format: Format,
    block: usize,
    steps: &mut usize,
) -> Option<Block> {
    let places: Vec<usize> = layout.printed(block).collect();
    let mut word: Vec<u8> = places
        .iter()
        .map(|&at| seen.value(at, format.mask))
        .collect();
    let syndromes = Syndromes::of(&word, layout.parity())?;
    *steps += 1;
    if let Some(Errors(errors)) = correct(&mut word, &syndromes, &[], 0) {
        let strength = strength(layout, word.len(), errors, 0);
        if strength >= STRENGTH {
            return Some(Block {
                codewords: word,
                errors,
                erasures: 0,
            });
        }
        restore(&mut word, seen, &places, format);
    }

    let doubtful = doubtful(seen, &places);
    for erasures in (STEP..=layout.parity().checked_sub(SPARE)?).step_by(STEP) {
        let erased = doubtful.get(..erasures)?;
        *steps += 1;
        let Some(Errors(errors)) = correct(&mut word, &syndromes, erased, SPARE) else {
            continue;
        };
        let support = support(seen, &places, format, &word, erased);
        if strength(layout, word.len(), errors, erasures) + support >= STRENGTH
            && agreement(seen, &places, format, &word) >= AGREEMENT
        {
            return Some(Block {
                codewords: word,
                errors,
                erasures,
            });
        }
        restore(&mut word, seen, &places, format);
    }

    None
}

/// What the erased codewords say for their corrected values, in bits. They may as well say nothing: under ink or glare
/// a sampler's doubts mean little. As a mean of both this never takes more than one bit away, and adds `n` by chance
/// only once in `2^n`.
fn support(
    seen: &Codewords<'_>,
    places: &[usize],
    format: Format,
    word: &[u8],
    erased: &[usize],
) -> f32 {
    let said = erased
        .iter()
        .map(|&at| seen.support(places[at], format.mask, word[at]))
        .sum::<f32>();

    f32::midpoint(1.0, said.exp2()).log2()
}

/// The share of sure modules that are as seen.
fn agreement(seen: &Codewords<'_>, places: &[usize], format: Format, word: &[u8]) -> f32 {
    let sums = places
        .iter()
        .zip(word)
        .fold((0.0, 0.0), |sum, (&at, &value)| {
            let (agree, all) = seen.agreement(at, format.mask, value);
            (sum.0 + agree, sum.1 + all)
        });

    if sums.1 > 0.0 { sums.0 / sums.1 } else { 0.0 }
}

/// How unlikely it is that a word of noise is corrected with so many errors and erasures, in bits: there are
/// `C(n - erasures, errors)` choices of wrong codewords, and each unused codeword of parity fits once in 256.
fn strength(layout: Layout, length: usize, errors: usize, erasures: usize) -> f32 {
    let unused = bits(layout.parity().saturating_sub(errors + erasures));
    let choices: f32 = (0..errors)
        .map(|chosen| (whole(length - erasures - chosen) / whole(errors - chosen)).log2())
        .sum();

    unused - choices
}

/// The codewords of a block, those most likely wrong first.
fn doubtful(seen: &Codewords<'_>, places: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|&a, &b| seen.risk(places[b]).total_cmp(&seen.risk(places[a])));

    order
}

fn restore(word: &mut [u8], seen: &Codewords<'_>, places: &[usize], format: Format) {
    for (codeword, &at) in word.iter_mut().zip(places) {
        *codeword = seen.value(at, format.mask);
    }
}

fn bits(codewords: usize) -> f32 {
    8.0 * whole(codewords)
}

fn whole(count: usize) -> f32 {
    f32::from(u8::try_from(count.min(LONGEST)).unwrap_or(u8::MAX))
}
