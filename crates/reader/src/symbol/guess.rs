//! Other values for the codewords that were most likely misread: a codeword of which one module is doubtful need not be
//! erased, as it has only one other likely value.

use super::proof::Proof;

/// Codewords for which another value is tried, in all combinations.
const CODEWORDS: usize = 4;

/// Which codewords of the block to change, and how, the likeliest combination first.
pub(crate) fn likely(proof: &Proof<'_>) -> Vec<Vec<(usize, u8)>> {
    let mut single: Vec<(f32, usize, u8)> = proof
        .misread()
        .enumerate()
        .map(|(at, (bit, likely))| (likely, at, bit))
        .collect();
    single.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    single.truncate(CODEWORDS);

    let all = 1..1_u32 << single.len();
    let mut combined: Vec<(f32, Vec<(usize, u8)>)> = all
        .map(|chosen| {
            let of = |number: &usize| chosen >> number & 1 == 1;
            let of = (0..single.len()).filter(of).map(|number| single[number]);
            let likely = of.clone().map(|(likely, ..)| likely).product();
            (likely, of.map(|(_, at, bit)| (at, bit)).collect())
        })
        .collect();
    combined.sort_by(|(a, _), (b, _)| b.total_cmp(a));

    combined.into_iter().map(|(_, changes)| changes).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{codewords::Codewords, drawn, layout::Layout, place::Places, version::Version},
        *,
    };
    use crate::reading::Level;

    #[test]
    fn single_doubtful_modules_are_turned_over_the_most_doubtful_first() {
        let version = Version::new(2).unwrap();
        let layout = Layout::new(version, Level::M);
        let places = Places::of(version);
        let mut drawn = drawn::symbol(version, Level::M, 0, b"7");
        for (codeword, bit, doubt) in [(3, 0, 0.4), (9, 7, 0.45), (20, 2, 0.3), (30, 5, 0.2)] {
            drawn.doubt[usize::from(places.codeword(codeword)[bit])] = doubt;
        }
        // Doubtful as a whole: it is for erasing.
        for module in places.codeword(12) {
            drawn.doubt[usize::from(*module)] = 0.45;
        }
        let evidence = drawn.evidence();
        let seen = Codewords::seen(&evidence);
        let guesses = likely(&Proof::new(&seen, layout, 0, layout.printed(0).collect()));

        assert_eq!(guesses.len(), 15);
        assert_eq!(
            guesses[..3],
            [vec![(9, 0x01)], vec![(3, 0x80)], vec![(20, 0x20)]]
        );
        assert!(guesses.iter().flatten().all(|(at, _)| *at != 12));
    }
}
