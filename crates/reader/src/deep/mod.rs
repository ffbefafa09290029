//! Reads what the first passes cannot: creased, blurred, faded, written over.
//!
//! From places that look like finder patterns to hypotheses of symbols, and from the likeliest of these through
//! sampling along a bent lattice to evidence of each module, which [`crate::symbol`] decodes.

mod anchors;
mod attempt;
mod belief;
mod doubt;
#[cfg(test)]
mod drawn;
mod equaliser;
mod field;
mod flat;
mod grow;
mod hypothesis;
#[cfg(feature = "inside")]
pub mod inside;
mod lattice;
mod near;
mod point;
mod pose;
mod raster;
mod seek;
mod sight;
mod smooth;
mod solve;
mod spline;
mod stencil;
mod texture;
mod tone;

pub(crate) use lattice::{Lattice, Projection};
pub(crate) use near::is_filled;
pub(crate) use point::{Point, point};
pub(crate) use raster::Raster;
pub(crate) use seek::{Peak, seek_small};
pub(crate) use sight::sight;

use crate::{
    pyramid::Pyramid,
    reading::{Code, Place, Sight},
    stages::{Stage, Stages},
};
use attempt::{Attempt, Attempted, Learned};
use texture::Texture;

/// Hypotheses that are sampled in one picture, and those that go through all stages.
const MOST_ATTEMPTS: usize = 12;
const MOST_THOROUGH: usize = 4;
/// Hypotheses in a row whose function patterns do not agree, after which there is no code: the right one is the first or
/// the second.
const MOST_IN_VAIN: usize = 4;
/// Peaks of which a hint is made.
const MOST_SIGHTED: usize = 16;
/// Frames for which votes count after the last in which the code was seen: a third of a second.
const LASTING: u8 = 10;
/// Frames without a search after one that found nothing: an empty desk stays empty for a tenth of a second.
const REST: u8 = 3;

/// What the deep stages saw of one picture.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) codes: Vec<Code>,
    /// Surely a code, though not read.
    pub(crate) unread: Vec<Place>,
    /// Perhaps a code.
    pub(crate) sighted: Vec<Sight>,
    /// Finder patterns beyond doubt, the clearest first.
    pub(crate) finders: Vec<Place>,
}

/// What one picture taught for the next.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    learned: Learned,
    /// Frames since then.
    age: u8,
    /// Frames in which the search by correlation rests, unless the first pass saw pieces.
    rest: u8,
}

impl Memory {
    /// Blocks of an earlier picture stay where there are no newer ones: each is checked before it counts. Of several
    /// hypotheses in one picture the first to be a code is the likeliest.
    fn keep(&mut self, learned: Learned) {
        let is_first = self.age > 0;
        self.age = 0;
        if learned.known.is_some() {
            self.learned.known = learned.known;
        }
        if is_first {
            self.learned.votes = learned.votes;
        }
    }

    /// Another picture; what was seen of single modules is soon of another code, or of the same bent in another way.
    fn grow_older(&mut self) {
        self.age = self.age.saturating_add(1);
        if self.age > LASTING {
            self.learned.votes = None;
        }
    }
}

/// Looks at a picture in which `places` were read already and `peaks` are known to look like finder patterns.
pub(crate) fn read(
    pyramid: &Pyramid<'_>,
    mut peaks: Vec<Peak>,
    places: &[Place],
    memory: &mut Memory,
    stages: Stages,
    stop: &impl Fn() -> bool,
) -> Seen {
    let mut seen = Seen::default();
    let Some(whole) = pyramid
        .level(0)
        .and_then(|view| Raster::new(&view.luma, 1.0))
    else {
        return seen;
    };
    if !stages.has(Stage::Memory) {
        *memory = Memory::default();
    }
    memory.grow_older();
    let rests = peaks.is_empty() && memory.rest > 0;
    memory.rest = memory.rest.saturating_sub(1);
    if stages.has(Stage::Seek) && !rests {
        peaks = sought(pyramid, peaks, stop);
    }
    // Finder patterns of a code that was read are no corners of another.
    peaks.retain(|peak| !places.iter().any(|place| place.holds(peak.at.into())));
    let peaks = seek::apart(peaks);
    if peaks.len() < 2 || stop() {
        if !rests {
            memory.rest = REST;
        }
        return seen;
    }

    let mut attempts = 0;
    let mut thorough = 0;
    seen.sighted = sight(&[], &peaks[..peaks.len().min(MOST_SIGHTED)]);
    let finders = hypothesis::finders(&whole, &peaks, stop);
    seen.finders = finders
        .iter()
        .filter_map(hypothesis::Finder::surely)
        .collect();
    if finders.len() < 2 {
        memory.rest = REST;
        return seen;
    }
    for with_pairs in [false, true] {
        if stop() || (with_pairs && !(seen.codes.is_empty() && stages.has(Stage::Pairs))) {
            break;
        }
        let hypotheses = if with_pairs {
            hypothesis::of_pairs(&whole, &finders)
        } else {
            hypothesis::of_triples(&whole, &finders)
        };
        let mut in_vain = 0;
        if !with_pairs {
            seen.sighted = sight(&hypotheses, &peaks[..peaks.len().min(MOST_SIGHTED)]);
        }
        for hypothesis in hypotheses {
            let place = hypothesis.place();
            let read = places
                .iter()
                .chain(seen.codes.iter().map(|code| &code.place));
            if read.clone().any(|read| read.meets(&place)) {
                continue;
            }
            if attempts >= MOST_ATTEMPTS || thorough >= MOST_THOROUGH || stop() {
                return seen;
            }
            if in_vain >= MOST_IN_VAIN {
                break;
            }
            attempts += 1;
            let Some(raster) = raster(pyramid, hypothesis.module()) else {
                continue;
            };
            let attempt = Attempt::new(raster, &hypothesis, &memory.learned, stages);
            match attempt.run(stop) {
                Attempted::Read(code, known) => {
                    in_vain = 0;
                    seen.unread.retain(|place| !place.meets(&code.place));
                    seen.codes.push(*code);
                    memory.keep(Learned {
                        known: Some(known),
                        votes: None,
                    });
                }
                Attempted::Located(place, learned) => {
                    in_vain = 0;
                    thorough += 1;
                    if !seen.unread.iter().any(|old| old.meets(&place)) {
                        seen.unread.push(place);
                    }
                    memory.keep(learned);
                }
                Attempted::Nothing => in_vain += 1,
            }
        }
    }

    seen
}

/// The peaks with those that a search by correlation adds.
fn sought(pyramid: &Pyramid<'_>, mut peaks: Vec<Peak>, stop: &impl Fn() -> bool) -> Vec<Peak> {
    let levels = [1, 2, 3].map(|halvings| pyramid.level(halvings));
    let [Some(half), Some(quarter), Some(eighth)] = levels else {
        return peaks;
    };
    let texture = Texture::of(&quarter.luma);
    if texture.is_calm() {
        return peaks;
    }
    peaks.extend(seek::seek(
        &half.luma,
        &quarter.luma,
        &eighth.luma,
        &texture,
        stop,
    ));

    peaks
}

/// The level of a picture in which a module has at most eight pixels.
fn raster<'a>(pyramid: &'a Pyramid<'_>, module: f32) -> Option<Raster<'a>> {
    let (halvings, smaller) = match module {
        ..=8.0 => (0, 1.0),
        ..=16.0 => (1, 2.0),
        ..=32.0 => (2, 4.0),
        _ => (3, 8.0),
    };

    Raster::new(&pyramid.level(halvings)?.luma, smaller)
}

#[cfg(test)]
mod tests;
