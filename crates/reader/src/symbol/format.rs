//! Level and mask, written twice beside the finder patterns in a BCH code (ISO/IEC 18004, 7.9), and the version,
//! written twice as well (7.10). With so few words the likeliest is found by comparing all of them with what was seen.

use super::{evidence::Evidence, version::Version};
use crate::reading::Level;

/// What must be known before the codewords can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) level: Level,
    /// 0 to 7.
    pub(crate) mask: u8,
}

/// Formats tried for one symbol at most.
const MOST: usize = 3;
/// The next format is tried only if it fits the modules nearly as well as the best: two formats differ in 7 of
/// 15 modules, so that one undamaged copy of two already sets them 0.46 apart.
const NEAR: f32 = 0.45;

/// The formats worth trying, the likeliest first.
pub(crate) fn likely(evidence: &Evidence) -> Vec<Format> {
    let mut ranked: Vec<(f32, Format)> = all()
        .map(|format| (fit(evidence, format), format))
        .collect();
    ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let best = ranked.first().map_or(0.0, |(fit, _)| *fit);
    let near = ranked.into_iter().take(MOST);

    near.take_while(|(fit, _)| *fit >= best - NEAR)
        .map(|(_, format)| format)
        .collect()
}

/// How well the modules fit a format: 1 if all agree, about 0 by chance, -1 if all contradict.
pub(crate) fn fit(evidence: &Evidence, format: Format) -> f32 {
    let bits = format.bits();
    let modules = places(evidence.version().side()).map(|copy| {
        let black = |bit: usize| bits >> bit & 1 == 1;
        copy.into_iter()
            .enumerate()
            .map(move |(bit, at)| (at, black(bit)))
    });

    evidence.agreement(modules.into_iter().flatten())
}

/// How much better the evidence fits its own version's information than any other version's: near 1 if it is right,
/// below 0 if another fits better. `None` for the versions that have none.
pub(crate) fn version_lead(evidence: &Evidence) -> Option<f32> {
    let side = evidence.version().side();
    let fit = |bits: u32| {
        let modules = (0..18).flat_map(|bit| {
            let (far, near) = (side - 11 + bit % 3, bit / 3);
            let black = bits >> bit & 1 == 1;
            [(near * side + far, black), (far * side + near, black)]
        });
        evidence.agreement(modules)
    };
    let own = fit(evidence.version().information()?);
    let others = Version::all().filter(|version| *version != evidence.version());
    let rival = others
        .filter_map(Version::information)
        .map(fit)
        .fold(-1.0, f32::max);

    Some(own - rival)
}

impl Format {
    /// The 15 bits as printed, first bit lowest.
    pub(crate) fn bits(self) -> u32 {
        let level = match self.level {
            Level::L => 1,
            Level::M => 0,
            Level::Q => 3,
            Level::H => 2,
        };
        let data = level << 3 | u32::from(self.mask);
        let rest = (0..10).fold(data, |rest, _| (rest << 1) ^ ((rest >> 9) * 0x537));

        (data << 10 | rest) ^ 0x5412
    }

    /// The printed modules of both copies: where, and whether black.
    pub(crate) fn modules(self, version: Version) -> impl Iterator<Item = (usize, bool)> {
        let bits = self.bits();
        let copies = places(version.side()).into_iter();

        copies.flat_map(move |copy| {
            copy.into_iter()
                .enumerate()
                .map(move |(bit, at)| (at, bits >> bit & 1 == 1))
        })
    }
}

/// Where the bits of the two copies are, counted row after row (figure 25).
pub(crate) fn places(side: usize) -> [[usize; 15]; 2] {
    let at = |(x, y): (usize, usize)| y * side + x;
    let around = std::array::from_fn(|bit| {
        at(match bit {
            0..=5 => (8, bit),
            6 | 7 => (8, bit + 1),
            8 => (7, 8),
            _ => (14 - bit, 8),
        })
    });
    let apart = std::array::from_fn(|bit| {
        at(match bit {
            0..=7 => (side - 1 - bit, 8),
            _ => (8, side - 15 + bit),
        })
    });

    [around, apart]
}

fn all() -> impl Iterator<Item = Format> {
    [Level::L, Level::M, Level::Q, Level::H]
        .into_iter()
        .flat_map(|level| (0..8).map(move |mask| Format { level, mask }))
}

#[cfg(test)]
mod tests {
    use super::{super::drawn, *};

    #[test]
    fn every_format_is_known_from_a_drawn_symbol() {
        let version = Version::new(2).unwrap();
        for format in all() {
            let evidence = drawn::symbol(version, format.level, format.mask, b"7").evidence();

            assert_eq!(likely(&evidence), [format]);
            assert!((fit(&evidence, format) - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn one_copy_is_enough() {
        let version = Version::new(7).unwrap();
        for format in all() {
            let mut drawn = drawn::symbol(version, format.level, format.mask, b"7");
            for at in places(version.side())[1] {
                drawn.modules[at] = false;
            }

            assert_eq!(likely(&drawn.evidence())[0], format);
        }
    }

    #[test]
    fn a_version_leads_over_all_others_where_it_is_printed() {
        for version in Version::all() {
            let evidence = drawn::symbol(version, Level::L, 3, b"7").evidence();

            let lead = version_lead(&evidence);
            assert_eq!(lead.is_some(), version.number() >= 7);
            assert!(lead.is_none_or(|lead| lead > 0.8), "{version:?}: {lead:?}");
        }
    }
}
