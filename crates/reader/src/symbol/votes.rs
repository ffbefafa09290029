//! What earlier pictures showed of each module of a symbol: frames of a video differ in noise, in glare and in how a hand
//! shakes, and what one of them hides another may show.
//!
//! Votes are means and never sums: what is wrong with the paper is wrong in all frames, and must not become sure by being
//! seen often. They count only for a picture that shows the same symbol.

use super::{Evidence, Version, function_patterns};

/// How well a picture agrees with the votes in modules that differ from symbol to symbol: 0 by chance, with a deviation
/// of 0.05 in the smallest symbol.
const SAME: f32 = 0.35;
/// Frames that a vote speaks for at most, so that what was held there before is soon outvoted.
const MOST: f32 = 4.0;

/// The votes of some frames.
#[derive(Clone, Debug)]
pub(crate) struct Votes {
    version: Version,
    /// For each module the mean of the logarithms of how much likelier black is than white.
    black: Vec<f32>,
    frames: f32,
}

impl Votes {
    /// Those of one picture.
    pub(crate) fn of(evidence: &Evidence) -> Self {
        Self {
            version: evidence.version(),
            black: evidence.odds().collect(),
            frames: 1.0,
        }
    }

    /// The same and another picture's; `None` if that shows another symbol.
    pub(crate) fn with(&self, evidence: &Evidence) -> Option<Self> {
        if evidence.version() != self.version || evidence.mirrored() || !self.is_of(evidence) {
            return None;
        }
        let frames = self.frames.min(MOST);
        let mean = |(before, now): (&f32, f32)| (before * frames + now) / (frames + 1.0);

        Some(Self {
            version: self.version,
            black: self.black.iter().zip(evidence.odds()).map(mean).collect(),
            frames: frames + 1.0,
        })
    }

    /// What all of them show.
    pub(crate) fn evidence(&self) -> Option<Evidence> {
        let doubt = self.black.iter().map(|odds| 1.0 / (1.0 + odds.abs().exp()));

        Evidence::new(self.version, self.black.clone(), doubt.collect())
    }

    /// Whether the picture shows the symbol that was voted for: function patterns are the same in all.
    fn is_of(&self, evidence: &Evidence) -> bool {
        let patterns = function_patterns(self.version);
        let data = patterns.iter().zip(&self.black).enumerate();
        let voted = data.filter_map(|(at, (pattern, odds))| {
            (pattern.is_none() && *odds != 0.0).then_some((at, *odds > 0.0))
        });

        evidence.agreement(voted) > SAME
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        reading::Level,
        symbol::{
            Outcome, Tried, decode,
            drawn::{self, Chance, Drawn},
        },
    };

    const TEXT: &[u8] = b"MS1:VOTES";

    #[test]
    fn frames_that_are_each_too_noisy_are_read_together() {
        let symbol = symbol(TEXT);
        let mut chance = Chance::new(5);
        let first = noisy(&symbol, &mut chance);
        assert!(!is_read(&first));
        let mut votes = Votes::of(&first);
        for _ in 0..5 {
            let frame = noisy(&symbol, &mut chance);
            assert!(!is_read(&frame));
            votes = votes.with(&frame).expect("the same symbol");
        }

        assert!(is_read(&votes.evidence().expect("a value for each module")));
    }

    #[test]
    fn another_symbol_of_the_same_version_and_one_of_another_version_are_not_counted() {
        let mut chance = Chance::new(6);
        let votes = Votes::of(&noisy(&symbol(TEXT), &mut chance));
        let other = noisy(&symbol(b"MS1:OTHER CODE"), &mut chance);
        assert!(votes.with(&other).is_none());

        let version = Version::new(6).unwrap();
        let larger = drawn::symbol(version, Level::M, 2, TEXT).evidence();
        assert!(votes.with(&larger).is_none());
    }

    #[test]
    fn what_every_frame_shows_wrong_does_not_become_surer() {
        let frame = noisy(&symbol(TEXT), &mut Chance::new(7));
        let mut votes = Votes::of(&frame);
        for _ in 0..9 {
            votes = votes.with(&frame).expect("the same symbol");
        }
        let seen = votes.evidence().expect("a value for each module");

        for at in 0..37 * 37 {
            assert_eq!(seen.black(at), frame.black(at), "{at}");
            assert!((seen.doubt(at) - frame.doubt(at)).abs() < 1e-3, "{at}");
        }
    }

    fn symbol(text: &[u8]) -> Drawn {
        drawn::symbol(Version::new(5).unwrap(), Level::M, 2, text)
    }

    fn is_read(evidence: &Evidence) -> bool {
        matches!(
            decode(evidence, None, &mut Tried::default()),
            Outcome::Read(decoded) if decoded.content.bytes == TEXT
        )
    }

    /// A frame in which an eighth of the modules show their opposite, others in each.
    fn noisy(symbol: &Drawn, chance: &mut Chance) -> Evidence {
        let clear = symbol.evidence();
        let modules = 37 * 37;
        let wrong: Vec<bool> = (0..modules).map(|_| chance.byte() < 32).collect();
        let black = (0..modules).map(|at| {
            if clear.black(at) == wrong[at] {
                -0.6
            } else {
                0.6
            }
        });

        Evidence::new(clear.version(), black.collect(), vec![0.12; modules]).unwrap()
    }
}
