//! What the evidence says of each codeword.

use std::sync::Arc;

use super::{evidence::Evidence, place::Places};

/// The codewords in the order of printing, as they were seen.
#[derive(Debug)]
pub(crate) struct Codewords<'a> {
    evidence: &'a Evidence,
    places: Arc<Places>,
    /// The mask is still on.
    masked: Vec<u8>,
    risk: Vec<f32>,
}

/// A codeword is clear when all eight modules are right with a probability of four in five.
const CLEAR: f32 = 0.22;
/// A codeword may be wrong as a whole, whatever its modules say, with this probability: damage comes in stains.
const STAINED: f32 = 0.1;

impl<'a> Codewords<'a> {
    pub(crate) fn seen(evidence: &'a Evidence) -> Self {
        let places = Places::of(evidence.version());
        let (masked, risk) = places
            .codewords()
            .map(|modules| {
                let (mut bits, mut right) = (0, 1.0);
                for at in modules {
                    bits = bits << 1 | u8::from(evidence.black(usize::from(*at)));
                    right *= 1.0 - evidence.doubt(usize::from(*at));
                }
                (bits, -f32::ln(right))
            })
            .unzip();

        Self {
            evidence,
            places,
            masked,
            risk,
        }
    }

    /// A codeword without the mask.
    pub(crate) fn value(&self, printed: usize, mask: u8) -> u8 {
        self.masked[printed] ^ self.places.mask(mask)[printed]
    }

    /// How likely a codeword is wrong: the sum of `-ln(1 - p)` over its modules.
    pub(crate) fn risk(&self, printed: usize) -> f32 {
        self.risk[printed]
    }

    /// Sure enough that another value than seen speaks against that value.
    pub(crate) fn clear(&self, printed: usize) -> bool {
        self.risk[printed] < CLEAR
    }

    /// What the modules of a codeword, if it had this value, add to an agreement: sureness of those that agree, and
    /// of all.
    pub(crate) fn agreement(&self, printed: usize, mask: u8, value: u8) -> (f32, f32) {
        let wrong = self.value(printed, mask) ^ value;
        let modules = self.places.codeword(printed).iter().enumerate();

        modules.fold((0.0, 0.0), |(agree, all), (bit, at)| {
            let sure = 1.0 - 2.0 * self.evidence.doubt(usize::from(*at));
            let agrees = wrong & 0x80 >> bit == 0;
            (agree + if agrees { sure } else { 0.0 }, all + sure)
        })
    }

    /// How many times likelier what was seen is if the codeword has this value than if it has any, in bits. Over all
    /// values its power of two has the mean 1, however wrong the doubts are: `n` bits come by chance once in `2^n`.
    pub(crate) fn support(&self, printed: usize, mask: u8, value: u8) -> f32 {
        let wrong = self.value(printed, mask) ^ value;
        let modules = self.places.codeword(printed).iter().enumerate();
        let likelier: f32 = modules
            .map(|(bit, at)| {
                let doubt = self.evidence.doubt(usize::from(*at));
                2.0 * if wrong & 0x80 >> bit == 0 {
                    1.0 - doubt
                } else {
                    doubt
                }
            })
            .product();

        (STAINED + (1.0 - STAINED) * likelier).log2()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{drawn, version::Version},
        *,
    };
    use crate::reading::Level;

    #[test]
    fn the_support_of_all_values_has_the_mean_one() {
        let version = Version::new(1).unwrap();
        let mut drawn = drawn::symbol(version, Level::L, 2, b"7");
        for (doubt, step) in drawn.doubt.iter_mut().zip(0_u16..) {
            *doubt = f32::from(step % 11) / 20.0;
        }
        let evidence = drawn.evidence();
        let codewords = Codewords::seen(&evidence);

        for printed in 0..26 {
            let sum: f32 = (0..=255)
                .map(|value| codewords.support(printed, 2, value).exp2())
                .sum();
            assert!((sum / 256.0 - 1.0).abs() < 1e-3, "{sum}");
        }
    }
}
