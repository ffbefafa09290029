//! Whether a symbol shows parts of two codes that differ in a few letters.
//!
//! Each block may then be corrected to what either of them holds, and the blocks together to a text that nobody wrote.
//! No block tells, but its errors do: where the codewords for correction are wrong, they are right for another block that
//! differs in a few codewords of content. So the difference between what was seen and the block is itself corrected, all
//! codewords for correction erased that are as seen; chance makes no block of so few codewords.

use super::{
    block::Block,
    codewords::Codewords,
    correct::{Errors, LONGEST, Syndromes, correct},
    known::Known,
};

/// Codewords of parity that stay unused: damage makes such a difference in one block of 10^4 at most, and costs a frame.
const SPARE: usize = 2;

/// Whether what is wrong in any block is right for another.
pub(crate) fn shows_two(known: &Known, seen: &Codewords<'_>) -> bool {
    let blocks = known.layout().blocks();

    // The only block of a symbol is not mixed with any.
    blocks > 1
        && (0..blocks).any(|number| {
            let block = known.block(number);
            block.is_some_and(|block| hides_another(known, number, block, seen))
        })
}

fn hides_another(known: &Known, number: usize, block: &Block, seen: &Codewords<'_>) -> bool {
    let layout = known.layout();
    let mut difference = [0; LONGEST];
    let mut length = 0;
    let printed = layout.printed(number).zip(&block.codewords);
    for (own, (at, codeword)) in difference.iter_mut().zip(printed) {
        *own = seen.value(at, known.format.mask) ^ codeword;
        length += 1;
    }
    let difference = &mut difference[..length];
    let as_seen: Vec<usize> = (layout.data(number)..length)
        .filter(|&at| difference[at] == 0)
        .collect();
    if layout.parity() < as_seen.len() + SPARE {
        return false;
    }

    Syndromes::of(difference, layout.parity())
        .and_then(|syndromes| correct(difference, &syndromes, &as_seen, SPARE))
        .is_some_and(|Errors(_)| difference.iter().any(|codeword| *codeword != 0))
}

#[cfg(test)]
mod tests {
    use super::super::{
        Evidence, Outcome, Tried, Version, decode,
        drawn::{self, Chance, Drawn},
        layout::Layout,
    };
    use crate::reading::Level;

    const MASK: u8 = 3;

    /// Blocks 0 and 3 of 5-Q, of 18 codewords of parity each; half of it is the other code's.
    #[test]
    fn blocks_of_two_codes_make_no_text() {
        let [one, other] = codes();
        let layout = Layout::new(one.version, Level::Q);
        let mut mixed = one;
        mixed.take_codewords(&other, &parity(layout, 0)[..9]);
        assert_eq!(text(&mixed), None);

        let third: Vec<usize> = layout.printed(3).collect();
        mixed.take_codewords(&other, &third[..layout.data(3)]);
        mixed.take_codewords(&other, &parity(layout, 3)[9..]);
        assert_eq!(text(&mixed), None);
    }

    #[test]
    fn a_code_with_as_many_other_errors_is_read() {
        let mut chance = Chance::new(3);
        let [one, _] = codes();
        let layout = Layout::new(one.version, Level::Q);
        for _ in 0..200 {
            let mut spoilt = one.clone();
            for block in 0..layout.blocks() {
                let first = layout.data(block);
                let wrong: Vec<usize> = chance.some(18, 9).iter().map(|at| first + at).collect();
                spoilt.spoil(layout, block, &wrong, &mut chance);
            }

            assert_eq!(text(&spoilt), text(&one));
        }
        assert!(text(&one).is_some());
    }

    /// They differ in one letter of block 0 and one of block 3.
    fn codes() -> [Drawn; 2] {
        let version = Version::new(5).unwrap();
        let text = *b"MS1:0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDE";
        let mut other = text;
        (other[5], other[52]) = (b'x', b'x');

        [text, other].map(|text| drawn::symbol(version, Level::Q, MASK, &text))
    }

    fn parity(layout: Layout, block: usize) -> Vec<usize> {
        layout.printed(block).skip(layout.data(block)).collect()
    }

    fn text(drawn: &Drawn) -> Option<Vec<u8>> {
        let evidence: Evidence = drawn.evidence();

        match decode(&evidence, None, &mut Tried::default()) {
            Outcome::Read(decoded) => Some(decoded.content.bytes),
            Outcome::Partly(_) | Outcome::Nothing => None,
        }
    }
}
