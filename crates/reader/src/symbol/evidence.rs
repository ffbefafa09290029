//! What a sampler saw of a symbol.

use super::version::Version;

/// No module is surer than this, whatever the sampler says.
const LEAST_DOUBT: f32 = 1e-3;
const MOST_DOUBT: f32 = 0.5;

/// What a sampler believes of each module of a square symbol.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    version: Version,
    black: Vec<bool>,
    doubt: Vec<f32>,
    mirrored: bool,
}

impl Evidence {
    /// `black[i]` is above 0 for a black module, about 1 or -1 when sure; `doubt[i]`, 0 to 0.5, is the probability that
    /// its sign is wrong. Row after row; `None` unless both have a value for each module.
    pub(crate) fn new(version: Version, black: Vec<f32>, doubt: Vec<f32>) -> Option<Self> {
        let modules = version.side() * version.side();
        if black.len() != modules || doubt.len() != modules {
            return None;
        }

        let mut doubt = doubt;
        for (doubt, black) in doubt.iter_mut().zip(&black) {
            *doubt = if doubt.is_nan() || black.is_nan() {
                MOST_DOUBT
            } else {
                doubt.clamp(LEAST_DOUBT, MOST_DOUBT)
            };
        }

        Some(Self {
            version,
            black: black.into_iter().map(|black| black > 0.0).collect(),
            doubt,
            mirrored: false,
        })
    }

    /// The same seen in a mirror: rows become columns.
    pub(crate) fn transposed(&self) -> Self {
        let side = self.version.side();
        let from = (0..side).flat_map(|y| (0..side).map(move |x| x * side + y));

        Self {
            version: self.version,
            black: from.clone().map(|at| self.black[at]).collect(),
            doubt: from.map(|at| self.doubt[at]).collect(),
            mirrored: !self.mirrored,
        }
    }

    pub(crate) fn version(&self) -> Version {
        self.version
    }

    pub(crate) fn mirrored(&self) -> bool {
        self.mirrored
    }

    /// Whether the module is rather black.
    pub(crate) fn black(&self, at: usize) -> bool {
        self.black[at]
    }

    /// The probability that it is not.
    pub(crate) fn doubt(&self, at: usize) -> f32 {
        self.doubt[at]
    }

    /// For each module the logarithm of how much likelier black is than white.
    pub(crate) fn odds(&self) -> impl Iterator<Item = f32> {
        self.black.iter().zip(&self.doubt).map(|(black, doubt)| {
            let surer = (1.0 / doubt - 1.0).ln();
            if *black { surer } else { -surer }
        })
    }

    /// How well colours fit what was seen, each weighed with how sure that is: from -1 to 1, 0 by chance.
    pub(crate) fn agreement(&self, modules: impl Iterator<Item = (usize, bool)>) -> f32 {
        let (mut fit, mut whole) = (0.0, 0.0);
        for (at, black) in modules {
            let weight = 1.0 - 2.0 * self.doubt[at];
            fit += if self.black[at] == black {
                weight
            } else {
                -weight
            };
            whole += weight;
        }

        if whole > 0.0 { fit / whole } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_module_has_a_value_and_a_doubt() {
        let version = Version::new(1).unwrap();
        let new = |black, doubt| Evidence::new(version, vec![1.0; black], vec![0.1; doubt]);

        assert!(new(441, 441).is_some());
        assert!(new(440, 441).is_none());
        assert!(new(441, 442).is_none());
    }

    #[test]
    fn what_is_no_number_is_not_known() {
        let version = Version::new(1).unwrap();
        let mut black = vec![1.0; 441];
        let mut doubt = vec![0.1; 441];
        (black[0], doubt[1], doubt[2], doubt[3]) = (f32::NAN, f32::NAN, 7.0, -1.0);
        let evidence = Evidence::new(version, black, doubt).unwrap();

        assert_eq!(
            [0, 1, 2].map(|at| evidence.doubt(at).to_bits()),
            [0.5_f32.to_bits(); 3]
        );
        assert!(evidence.doubt(3) > 0.0);
    }

    #[test]
    fn two_mirrors_show_what_was_there() {
        let version = Version::new(1).unwrap();
        let black: Vec<f32> = (0..441_u16)
            .map(|at| if at % 5 < 2 { 1.0 } else { -1.0 })
            .collect();
        let evidence = Evidence::new(version, black, vec![0.1; 441]).unwrap();
        let mirrored = evidence.transposed();

        assert!(mirrored.mirrored() && !mirrored.transposed().mirrored());
        assert_eq!(mirrored.black(3 * 21 + 5), evidence.black(5 * 21 + 3));
        assert_eq!(mirrored.transposed().black, evidence.black);
    }
}
