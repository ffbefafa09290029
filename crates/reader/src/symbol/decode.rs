//! From evidence to content: the likeliest formats, block after block, and the content if all blocks are known.

use super::{
    block::{Attempt, Block},
    codewords::Codewords,
    content::{self, Content},
    evidence::Evidence,
    format::{self, Format},
    grade::Correction,
    known::{Check, Known},
    version::Version,
};
use crate::reading::Level;

/// What came of a symbol.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Read(Box<Decoded>),
    /// Some blocks are known.
    Partly(Known),
    Nothing,
}

/// A symbol that was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decoded {
    pub(crate) content: Content,
    pub(crate) version: Version,
    pub(crate) level: Level,
    pub(crate) mask: u8,
    /// The evidence was transposed.
    pub(crate) mirrored: bool,
    pub(crate) correction: Correction,
    /// All blocks: the colour of every module as it was printed.
    pub(crate) known: Known,
}

/// What was tried, for those who must keep to a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tried {
    pub(crate) formats: usize,
    pub(crate) blocks: usize,
    /// Corrections, each with other erasures.
    pub(crate) steps: usize,
}

/// Blocks tried, the surest first, before a format is given up without any.
const PROBE: usize = 16;
/// Attempts with guessed values in one symbol, about a microsecond each.
const MOST_GUESSES: usize = 500;
/// A format that fits so well is the right one: the best of 32 fits noise by 0.4.
const CERTAIN: f32 = 0.55;

/// Tries the best formats and corrects each block with errors and erasures. Blocks that are `known`, perhaps from
/// another picture, are not corrected again where the evidence shows them.
pub(crate) fn decode(evidence: &Evidence, known: Option<&Known>, tried: &mut Tried) -> Outcome {
    let seen = Codewords::seen(evidence);
    let known = known.filter(|known| known.version() == evidence.version());
    let mut unclear = None;
    if let Some(known) = known {
        match go_on(evidence, &seen, known, tried) {
            Past::GoesOn(outcome) => return outcome,
            Past::Other => {}
            Past::Unclear => unclear = Some(known),
        }
    }

    for (format, fit) in format::likely(evidence) {
        let mut fresh = Known::nothing(evidence.version(), format);
        tried.formats += 1;
        fill(&mut fresh, &seen, tried);
        if fit >= CERTAIN || fresh.blocks().next().is_some() {
            guess(&mut fresh, &seen, tried);
        }
        if fresh.blocks().next().is_some() {
            return conclude(evidence, fresh, &[]);
        }
    }

    unclear.map_or(Outcome::Nothing, |known| Outcome::Partly(known.clone()))
}

/// What is known of a symbol that another decoder read, from the colours that it saw, row after row.
pub(crate) fn known(version: Version, black: &[bool], mirrored: bool) -> Option<Known> {
    let modules = black.iter().map(|black| if *black { 1.0 } else { -1.0 });
    let evidence = Evidence::new(version, modules.collect(), vec![0.0; black.len()])?;
    let evidence = if mirrored {
        evidence.transposed()
    } else {
        evidence
    };
    match decode(&evidence, None, &mut Tried::default()) {
        Outcome::Read(decoded) => Some(decoded.known),
        Outcome::Partly(_) | Outcome::Nothing => None,
    }
}

/// What the evidence is to what was known before.
enum Past {
    /// It shows the same code.
    GoesOn(Outcome),
    /// It shows another code.
    Other,
    /// It does not show enough of any.
    Unclear,
}

/// Works on where an earlier decoding stopped.
fn go_on(evidence: &Evidence, seen: &Codewords<'_>, before: &Known, tried: &mut Tried) -> Past {
    let mut now = Known::nothing(before.version(), before.format);
    let mut unclear = Vec::new();
    for number in 0..now.layout().blocks() {
        match (before.check(number, seen), before.block(number)) {
            (Some((Check::Contradicted, _)), _) => return Past::Other,
            (Some((Check::Confirmed, errors)), Some(block)) => now.set(
                number,
                Block {
                    codewords: block.codewords.clone(),
                    errors,
                    erasures: 0,
                },
            ),
            (Some((Check::Unclear, _)), _) => unclear.push(number),
            (Some((Check::Confirmed, _)), None) | (None, _) => {}
        }
    }

    tried.formats += 1;
    fill(&mut now, seen, tried);
    if now.blocks().next().is_some() {
        guess(&mut now, seen, tried);
    }
    let contradicted = unclear.iter().any(|&number| {
        let (Some(old), Some(new)) = (before.block(number), now.block(number)) else {
            return false;
        };
        old.codewords != new.codewords
    });
    if contradicted {
        return Past::Other;
    }
    if now.blocks().next().is_none() {
        return Past::Unclear;
    }

    unclear.retain(|&number| now.block(number).is_none());
    let unclear: Vec<(usize, Block)> = unclear
        .into_iter()
        .filter_map(|number| Some((number, before.block(number)?.clone())))
        .collect();
    Past::GoesOn(conclude(evidence, now, &unclear))
}

/// Corrects the missing blocks, the surest first; gives up if none of these can be.
fn fill(known: &mut Known, seen: &Codewords<'_>, tried: &mut Tried) {
    let layout = known.layout();
    for (turn, number) in by_risk(known, seen).into_iter().enumerate() {
        if turn >= PROBE && known.blocks().next().is_none() {
            return;
        }
        tried.blocks += 1;
        let attempt = Attempt::new(seen, layout, known.format, number);
        if let Some(block) = attempt.plain(&mut tried.steps) {
            known.set(number, block);
        }
    }
}

/// Tries other values in the blocks that are still missing, the surest first, while there are attempts left.
fn guess(known: &mut Known, seen: &Codewords<'_>, tried: &mut Tried) {
    let layout = known.layout();
    let last = tried.steps + MOST_GUESSES;
    for number in by_risk(known, seen) {
        if tried.steps >= last {
            return;
        }
        let attempt = Attempt::new(seen, layout, known.format, number);
        let left = last - tried.steps;
        if let Some(block) = attempt.guessed(left, &mut tried.steps) {
            known.set(number, block);
        }
    }
}

/// The missing blocks, the surest first.
fn by_risk(known: &Known, seen: &Codewords<'_>) -> Vec<usize> {
    let layout = known.layout();
    let risk = |number: &usize| -> f32 { layout.printed(*number).map(|at| seen.risk(at)).sum() };
    let mut missing: Vec<usize> = (0..layout.blocks())
        .filter(|number| known.block(*number).is_none())
        .collect();
    missing.sort_by_cached_key(|number| ordered(risk(number)));

    missing
}

/// Reads the content if no block is missing. Blocks that this evidence does not show are kept for the next, but
/// nothing is read with them.
fn conclude(evidence: &Evidence, mut known: Known, unclear: &[(usize, Block)]) -> Outcome {
    let Some(data) = known.data() else {
        for (number, block) in unclear {
            known.set(*number, block.clone());
        }
        return Outcome::Partly(known);
    };
    let Some(content) = content::read(&data, evidence.version()) else {
        return Outcome::Nothing;
    };

    let Format { level, mask } = known.format;
    Outcome::Read(Box::new(Decoded {
        content,
        version: evidence.version(),
        level,
        mask,
        mirrored: evidence.mirrored(),
        correction: Correction::of(&known),
        known,
    }))
}

/// Sums of risks are never negative, so that their bits have their order.
fn ordered(risk: f32) -> u32 {
    risk.to_bits()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            drawn::{self, Chance, Drawn},
            layout::Layout,
        },
        *,
    };

    const LEVELS: [Level; 4] = [Level::L, Level::M, Level::Q, Level::H];
    const TEXT: &[u8] = b"MS1:YES";

    #[test]
    fn every_version_level_and_mask_is_read() {
        for version in Version::all() {
            for level in LEVELS {
                for mask in 0..8 {
                    let decoded = read(&drawn::symbol(version, level, mask, TEXT)).unwrap();

                    assert_eq!(decoded.content.bytes, TEXT);
                    assert_eq!(
                        (decoded.version, decoded.level, decoded.mask),
                        (version, level, mask)
                    );
                    assert!((decoded.correction.unused - 1.0).abs() < 1e-6);
                }
            }
        }
    }

    #[test]
    fn a_full_symbol_is_read() {
        let mut chance = Chance::new(1);
        for (version, level, room) in [(1, Level::L, 17), (7, Level::H, 64), (40, Level::L, 2_953)]
        {
            let bytes: Vec<u8> = (0..room).map(|_| b' ' + chance.byte() % 64).collect();
            let version = Version::new(version).unwrap();

            let decoded = read(&drawn::symbol(version, level, 5, &bytes)).unwrap();
            assert_eq!(decoded.content.bytes, bytes);
        }
    }

    /// As many wrong codewords in every block as the standard allows, the sampler sure of all of them. Two more in a
    /// block are too many, unless by luck just wrong ones are erased.
    #[test]
    fn errors_up_to_capacity_are_corrected_and_more_are_refused() {
        let mut chance = Chance::new(2);
        let mut lucky = 0;
        for (version, level) in sizes() {
            let layout = Layout::new(version, level);
            let capacity = (layout.parity() - version.kept_back(level)) / 2;
            let mut drawn = drawn::symbol(version, level, 3, TEXT);
            for block in 0..layout.blocks() {
                let wrong = chance.some(layout.length(block), capacity);
                drawn.spoil(layout, block, &wrong, &mut chance);
            }
            let decoded = read(&drawn).unwrap();
            assert_eq!(decoded.content.bytes, TEXT);
            assert_eq!(decoded.correction.errors, capacity * layout.blocks());
            assert!(decoded.correction.unused < 0.1 + 1.0 / 7.0);

            let mut drawn = drawn::symbol(version, level, 3, TEXT);
            let wrong = chance.some(layout.length(0), layout.parity() / 2 + 2);
            drawn.spoil(layout, 0, &wrong, &mut chance);
            let decoded = read(&drawn);
            lucky += usize::from(decoded.is_some());
            assert!(decoded.is_none_or(|decoded| decoded.content.bytes == TEXT));
        }

        assert!(lucky < 10, "{lucky}");
    }

    /// Twice as many wrong codewords as without doubts, less what must stay spare, if the sampler knows which.
    #[test]
    fn doubtful_modules_are_erased_up_to_the_margin() {
        let mut chance = Chance::new(3);
        for (version, level) in sizes() {
            let layout = Layout::new(version, level);
            let mut drawn = drawn::symbol(version, level, 6, TEXT);
            let most = (layout.parity() - 4) / 2 * 2;
            for block in 0..layout.blocks() {
                let wrong = chance.some(layout.length(block), most);
                drawn.doubt(layout, block, &wrong, &mut chance);
            }
            let decoded = read(&drawn).unwrap();
            assert_eq!(decoded.content.bytes, TEXT);
            assert!(decoded.correction.erasures > 0 || most <= layout.parity() / 2);

            let wrong = chance.some(layout.length(0), layout.parity());
            drawn.doubt(layout, 0, &wrong, &mut chance);
            assert_eq!(read(&drawn), None, "{version:?} {level:?}");
        }
    }

    #[test]
    fn a_transposed_symbol_is_mirrored() {
        let drawn = drawn::symbol(Version::new(7).unwrap(), Level::Q, 1, TEXT);
        let mirror = drawn.evidence().transposed();
        let outcome = decode(&mirror, None, &mut Tried::default());
        assert_eq!(outcome, Outcome::Nothing);

        let Outcome::Read(decoded) = decode(&mirror.transposed(), None, &mut Tried::default())
        else {
            panic!("not read");
        };
        assert!(!decoded.mirrored);
        let mut twin = drawn;
        twin.transpose();
        let outcome = decode(&twin.evidence().transposed(), None, &mut Tried::default());
        assert!(matches!(outcome, Outcome::Read(decoded) if decoded.mirrored));
    }

    #[test]
    fn all_modules_of_a_read_symbol_are_known() {
        let mut chance = Chance::new(4);
        for (version, level) in sizes() {
            let clean = drawn::symbol(version, level, 2, TEXT);
            let mut damaged = clean.clone();
            let layout = Layout::new(version, level);
            damaged.spoil(layout, 0, &[0, 3], &mut chance);
            let modules = read(&damaged).unwrap().known.modules();

            // Left over bits belong to no codeword.
            let known = modules.iter().filter(|module| module.is_some()).count();
            assert!(modules.len() - known < 8);
            let same = |(known, printed): (&Option<bool>, &bool)| {
                known.is_none_or(|known| known == *printed)
            };
            assert!(modules.iter().zip(&clean.modules).all(same));
        }
    }

    #[test]
    fn a_sheet_in_the_colour_of_a_mask_holds_nothing() {
        let version = Version::new(4).unwrap();
        let mut drawn = drawn::symbol(version, Level::L, 0, TEXT);
        let layout = Layout::new(version, Level::L);
        let all: Vec<usize> = (0..layout.length(0)).collect();
        drawn.blank(layout, 0, &all, 0);

        assert_eq!(read(&drawn), None);
    }

    fn read(drawn: &Drawn) -> Option<Decoded> {
        match decode(&drawn.evidence(), None, &mut Tried::default()) {
            Outcome::Read(decoded) => Some(*decoded),
            Outcome::Partly(_) | Outcome::Nothing => None,
        }
    }

    fn sizes() -> impl Iterator<Item = (Version, Level)> {
        Version::all().flat_map(|version| LEVELS.map(|level| (version, level)))
    }
}
