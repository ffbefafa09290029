//! Reed-Solomon correction of one block, with codewords that are known to be doubtful (erasures).
//!
//! Berlekamp-Massey started from the erasures' locator, roots by trial, values by Forney's formula (Blahut, Algebraic
//! Codes for Data Transmission, 7.4). No memory is asked for: a block of a symbol has at most 30 codewords of parity.

use super::galois::{inverse, power, product, times};

/// Codewords of parity in a block at most.
pub(crate) const MOST_PARITY: usize = 30;
/// Codewords in a block at most: longer words repeat their locators.
pub(crate) const LONGEST: usize = 255;
/// A locator's coefficients, and those of what is shifted beside it.
const ROOM: usize = 2 * MOST_PARITY + 4;

type Polynomial = [u8; ROOM];

/// A word's remainders at the roots of the generator; all 0 for a word without errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syndromes {
    values: [u8; MOST_PARITY],
    parity: usize,
}

/// A word was corrected: wrong codewords apart from those that were erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errors(pub(crate) usize);

impl Syndromes {
    /// Of a word whose last `parity` codewords are for correction; `None` where no block has such a size.
    pub(crate) fn of(word: &[u8], parity: usize) -> Option<Self> {
        if parity > MOST_PARITY || word.len() > LONGEST || word.len() < parity {
            return None;
        }

        let mut values = [0; MOST_PARITY];
        let mut roots = [times(0); MOST_PARITY];
        for (exponent, root) in roots.iter_mut().enumerate() {
            *root = times(power(exponent));
        }
        for codeword in word {
            for (value, root) in values[..parity].iter_mut().zip(&roots) {
                *value = root[usize::from(*value)] ^ codeword;
            }
        }

        Some(Self { values, parity })
    }

    pub(crate) fn clean(&self) -> bool {
        self.values[..self.parity].iter().all(|value| *value == 0)
    }
}

/// Corrects a word in place, with `erased` codewords that may have any value, as long as `spare` codewords of parity
/// stay unused: `parity - 2 * errors - erased >= spare`. A word that is further from all valid ones stays as it is.
pub(crate) fn correct(
    word: &mut [u8],
    syndromes: &Syndromes,
    erased: &[usize],
    spare: usize,
) -> Option<Errors> {
    let parity = syndromes.parity;
    let left = parity.checked_sub(erased.len() + spare)?;
    if erased.iter().any(|at| *at >= word.len()) {
        return None;
    }
    if syndromes.clean() {
        return Some(Errors(0));
    }

    let last = word.len() - 1;
    let (locator, degree) = locator(syndromes, last, erased, left / 2)?;
    let evaluator = evaluator(syndromes, &locator, degree);
    let mut changes = [(0, 0); MOST_PARITY];
    let mut found = 0;
    roots(&locator[..=degree], word.len(), |exponent| {
        if let Some(change) = changes.get_mut(found) {
            let value = magnitude(&locator, &evaluator, degree, exponent);
            *change = (last - exponent, value);
        }
        found += 1;
    });
    let changes = changes.get(..found).filter(|_| found == degree)?;
    let is_new = |at: usize| !erased.contains(&at);
    if changes.iter().any(|&(at, value)| value == 0 && is_new(at))
        || !fits(syndromes, changes, last)
    {
        return None;
    }

    for &(at, value) in changes {
        word[at] ^= value;
    }
    Some(Errors(degree - erased.len()))
}

/// The polynomial whose roots are the places of erasures and errors, and its degree; `None` with more than `most`
/// errors.
fn locator(
    syndromes: &Syndromes,
    last: usize,
    erased: &[usize],
    most: usize,
) -> Option<(Polynomial, usize)> {
    let mut locator = [0; ROOM];
    locator[0] = 1;
    for (degree, at) in erased.iter().enumerate() {
        let place = times(power(last - at));
        for i in (0..=degree).rev() {
            locator[i + 1] ^= place[usize::from(locator[i])];
        }
    }

    let start = erased.len();
    let (mut other, mut length) = (locator, start);
    for step in start..syndromes.parity {
        let past = syndromes.values[..=step].iter().rev();
        let discrepancy = past
            .zip(&locator[..=length])
            .fold(0, |sum, (value, factor)| sum ^ product(*value, *factor));
        other.copy_within(..=MOST_PARITY + 1, 1);
        other[0] = 0;
        if discrepancy == 0 {
            continue;
        }

        let before = locator;
        let factor = times(discrepancy);
        for (own, other) in locator[..=MOST_PARITY + 2].iter_mut().zip(&other) {
            *own ^= factor[usize::from(*other)];
        }
        if 2 * length <= step + start {
            length = step + 1 + start - length;
            if length - start > most {
                return None;
            }
            let factor = times(inverse(discrepancy));
            other = before.map(|value| factor[usize::from(value)]);
        }
    }

    let degree = locator.iter().rposition(|value| *value != 0)?;
    (degree == length).then_some((locator, degree))
}

/// Syndromes times locator, as far as there are syndromes.
fn evaluator(syndromes: &Syndromes, locator: &Polynomial, degree: usize) -> Polynomial {
    let mut evaluator = [0; ROOM];
    for (i, value) in syndromes.values[..syndromes.parity].iter().enumerate() {
        let times = times(*value);
        let sums = evaluator[i..syndromes.parity].iter_mut();
        for (sum, factor) in sums.zip(&locator[..=degree]) {
            *sum ^= times[usize::from(*factor)];
        }
    }

    evaluator
}

/// Tells the exponents below `length` whose inverse power of 2 is a root.
fn roots(locator: &[u8], length: usize, mut tell: impl FnMut(usize)) {
    let mut terms = [0; MOST_PARITY + 1];
    let mut steps = [times(1); MOST_PARITY + 1];
    for (i, term) in locator.iter().enumerate() {
        terms[i] = *term;
        steps[i] = times(power(255 - i % 255));
    }
    let terms = &mut terms[..locator.len()];

    for exponent in 0..length {
        if terms.iter().fold(0, |sum, term| sum ^ term) == 0 {
            tell(exponent);
        }
        for (term, step) in terms.iter_mut().zip(&steps) {
            *term = step[usize::from(*term)];
        }
    }
}

/// Forney's formula for a generator whose first root is 1.
fn magnitude(locator: &Polynomial, evaluator: &Polynomial, degree: usize, exponent: usize) -> u8 {
    let place = times(power(255 - exponent % 255));
    let at_place = |polynomial: &[u8], every: usize| {
        let terms = polynomial.iter().rev().step_by(every);
        terms.fold(0, |sum: u8, term| {
            let mut sum = sum;
            for _ in 0..every {
                sum = place[usize::from(sum)];
            }
            sum ^ term
        })
    };
    let above = at_place(&evaluator[..MOST_PARITY], 1);
    // In this field a derivative keeps the odd powers only, each one lower.
    let odd = if degree.is_multiple_of(2) {
        degree - 1
    } else {
        degree
    };
    let below = at_place(&locator[1..=odd], 2);

    product(power(exponent), product(above, inverse(below)))
}

/// The changes have the word's syndromes, so that the changed word has none.
fn fits(syndromes: &Syndromes, changes: &[(usize, u8)], last: usize) -> bool {
    let mut values = [0; MOST_PARITY];
    for &(at, change) in changes {
        let step = times(power(last - at));
        let mut value = change;
        for sum in &mut values[..syndromes.parity] {
            *sum ^= value;
            value = step[usize::from(value)];
        }
    }

    values == syndromes.values
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*, sample::subsequence};

    /// Appends parity: what is left of the data divided by the generator.
    fn encoded(data: &[u8], parity: usize) -> Vec<u8> {
        let mut generator = vec![1];
        for exponent in 0..parity {
            let mut next = vec![0; generator.len() + 1];
            for (i, factor) in generator.iter().enumerate() {
                next[i] ^= factor;
                next[i + 1] ^= product(*factor, power(exponent));
            }
            generator = next;
        }
        let mut rest = data.to_vec();
        rest.resize(data.len() + parity, 0);
        for at in 0..data.len() {
            let factor = rest[at];
            for (i, own) in generator.iter().enumerate() {
                rest[at + i] ^= product(*own, factor);
            }
        }

        [data, &rest[data.len()..]].concat()
    }

    /// A word, its parity, and places with other values there; how many of the places are told as erased.
    fn damaged() -> impl Strategy<Value = (Vec<u8>, usize, Vec<usize>, Vec<u8>, usize)> {
        let sizes = (1..=123_usize, 1..=15_usize);
        sizes.prop_flat_map(|(data, half)| {
            let parity = 2 * half;
            let places = subsequence(
                (0..data + parity).collect::<Vec<_>>(),
                0..=parity.min(data + parity),
            );
            (
                vec(any::<u8>(), data),
                places,
                vec(1..=255_u8, parity),
                0..=parity,
            )
                .prop_map(move |(data, places, values, told)| {
                    let told = told.min(places.len());
                    (encoded(&data, parity), parity, places, values, told)
                })
        })
    }

    proptest! {
        #[test]
        fn what_is_within_reach_is_corrected_and_all_else_left((right, parity, places, values, told) in damaged()) {
            let mut word = right.clone();
            for (at, value) in places.iter().zip(&values) {
                word[*at] ^= value;
            }
            let before = word.clone();
            let syndromes = Syndromes::of(&word, parity).unwrap();
            let (erased, wrong) = places.split_at(told);
            let outcome = correct(&mut word, &syndromes, erased, 0);

            if 2 * wrong.len() + erased.len() <= parity {
                prop_assert_eq!(outcome, Some(Errors(wrong.len())));
                prop_assert_eq!(word, right);
            } else if outcome.is_none() {
                prop_assert_eq!(word, before);
            } else {
                prop_assert!(Syndromes::of(&word, parity).unwrap().clean());
            }
        }

        #[test]
        fn erasing_what_was_right_does_no_harm((right, parity, places, _values, _told) in damaged()) {
            let mut word = right.clone();
            let syndromes = Syndromes::of(&word, parity).unwrap();

            prop_assert_eq!(correct(&mut word, &syndromes, &places, 0), Some(Errors(0)));
            prop_assert_eq!(word, right);
        }

        #[test]
        fn what_must_stay_spare_is_not_used((right, parity, places, values, told) in damaged(), spare in 0..6_usize) {
            let mut word = right;
            for (at, value) in places.iter().zip(&values) {
                word[*at] ^= value;
            }
            let syndromes = Syndromes::of(&word, parity).unwrap();
            let erased = &places[..told];
            if let Some(Errors(errors)) = correct(&mut word, &syndromes, erased, spare) {
                prop_assert!(2 * errors + erased.len() + spare <= parity);
            }
        }

        #[test]
        fn any_word_and_any_erasures_give_an_answer(
            word in vec(any::<u8>(), 0..300), parity in 0..40_usize, erased in vec(0..300_usize, 0..40), spare in 0..40_usize,
        ) {
            let mut word = word;
            if let Some(syndromes) = Syndromes::of(&word, parity) {
                let corrected = correct(&mut word, &syndromes, &erased, spare).is_some();
                prop_assert!(!corrected || Syndromes::of(&word, parity).unwrap().clean());
            }
        }
    }

    /// From ISO/IEC 18004, annex I.2.
    #[test]
    fn the_example_of_the_standard_is_a_word_without_errors() {
        let word = [
            0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
            0xEC, 0x11, 0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55,
        ];

        assert!(Syndromes::of(&word, 10).unwrap().clean());
        assert_eq!(encoded(&word[..16], 10), word);
    }
}
