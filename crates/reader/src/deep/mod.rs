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
mod track;

pub(crate) use lattice::{Lattice, Projection};
pub(crate) use near::is_filled;
pub(crate) use point::{Point, point};
pub(crate) use raster::Raster;
pub(crate) use seek::{Peak, seek_small};
pub(crate) use sight::sight;

use crate::{
    luma::Luma,
    pyramid::Pyramid,
    reading::{Code, Place, Sight},
    stages::{Stage, Stages},
};
use attempt::{Attempt, Attempted, Learned};
use hypothesis::Hypothesis;
use texture::Texture;
use track::Track;

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
            self.learned.track = learned.track;
        }
    }

    /// Another picture; what was seen of single modules is soon of another code, or of the same bent in another way.
    fn grow_older(&mut self) {
        self.age = self.age.saturating_add(1);
        if self.age > LASTING {
            self.learned.votes = None;
            self.learned.track = None;
        }
    }
}

/// Looks at a picture in which `places` were read already and `peaks` are known to look like finder patterns.
pub(crate) fn read(
    pyramid: &Pyramid<'_>,
    peaks: Vec<Peak>,
    places: &[Place],
    memory: &mut Memory,
    stages: Stages,
    stop: &impl Fn() -> bool,
) -> Seen {
    if !stages.has(Stage::Memory) {
        *memory = Memory::default();
    }
    memory.grow_older();
    let Some(mut look) = Look::new(pyramid, places, stages) else {
        return Seen::default();
    };
    look.again(&peaks, memory, stop);
    look.everywhere(peaks, memory, stop);

    look.seen
}

/// A look at one picture.
struct Look<'a> {
    pyramid: &'a Pyramid<'a>,
    whole: Raster<'a>,
    /// Where codes were read before.
    places: &'a [Place],
    stages: Stages,
    seen: Seen,
    /// What was worked on in vain.
    tried: Vec<Hypothesis>,
    attempts: usize,
    thorough: usize,
}

impl<'a> Look<'a> {
    fn new(pyramid: &'a Pyramid<'a>, places: &'a [Place], stages: Stages) -> Option<Self> {
        let whole = Raster::new(&pyramid.level(0)?.luma, 1.0)?;

        Some(Self {
            pyramid,
            whole,
            places,
            stages,
            seen: Seen::default(),
            tried: Vec::new(),
            attempts: 0,
            thorough: 0,
        })
    }

    /// Works on the code that an earlier picture showed, where it was then.
    fn again(&mut self, peaks: &[Peak], memory: &mut Memory, stop: &impl Fn() -> bool) {
        let Some(track) = memory.learned.track.take() else {
            return;
        };
        if !self.stages.has(Stage::Seek) || self.places.iter().any(|place| track.lies_on(place)) {
            return;
        }
        let peaks = self.apart(track.peaks(self.pyramid, peaks, stop));
        let finders = hypothesis::finders(&self.whole, &peaks, stop);
        let mut hypotheses = hypothesis::of_triples(&self.whole, &finders);
        hypotheses.retain(|hypothesis| track.may_be(hypothesis));
        if hypotheses.is_empty() {
            memory.learned.track = Some(track);
            return;
        }
        self.work(hypotheses, Some(&track), memory, stop);
    }

    /// Works on whatever is in the picture.
    fn everywhere(&mut self, mut peaks: Vec<Peak>, memory: &mut Memory, stop: &impl Fn() -> bool) {
        let rests = peaks.is_empty() && memory.rest > 0;
        memory.rest = memory.rest.saturating_sub(1);
        if self.stages.has(Stage::Seek) && !rests {
            peaks = sought(self.pyramid, peaks, stop);
        }
        let peaks = self.apart(peaks);
        if peaks.len() < 2 || stop() {
            if !rests {
                memory.rest = REST;
            }
            return;
        }

        let sighted = &peaks[..peaks.len().min(MOST_SIGHTED)];
        self.seen.sighted = sight(&[], sighted);
        let finders = hypothesis::finders(&self.whole, &peaks, stop);
        self.seen.finders = finders
            .iter()
            .filter_map(hypothesis::Finder::surely)
            .collect();
        if finders.len() < 2 {
            memory.rest = REST;
            return;
        }
        let hypotheses = hypothesis::of_triples(&self.whole, &finders);
        self.seen.sighted = sight(&hypotheses, sighted);
        self.work(hypotheses, None, memory, stop);
        if stop() || !self.seen.codes.is_empty() || !self.stages.has(Stage::Pairs) {
            return;
        }
        self.work(
            hypothesis::of_pairs(&self.whole, &finders),
            None,
            memory,
            stop,
        );
    }

    /// Finder patterns of a code that was read are no corners of another.
    fn apart(&self, mut peaks: Vec<Peak>) -> Vec<Peak> {
        peaks.retain(|peak| !self.read().any(|place| place.holds(peak.at.into())));

        seek::apart(peaks)
    }

    /// Where codes were read.
    fn read(&self) -> impl Iterator<Item = &Place> {
        let codes = self.seen.codes.iter().map(|code| &code.place);

        self.places.iter().chain(codes)
    }

    fn work(
        &mut self,
        hypotheses: Vec<Hypothesis>,
        track: Option<&Track>,
        memory: &mut Memory,
        stop: &impl Fn() -> bool,
    ) {
        let mut in_vain = 0;
        for hypothesis in hypotheses {
            let place = hypothesis.place();
            let is_tried = self.tried.iter().any(|tried| tried.is_like(&hypothesis));
            if is_tried || self.read().any(|read| read.meets(&place)) {
                continue;
            }
            let is_much = self.attempts >= MOST_ATTEMPTS || self.thorough >= MOST_THOROUGH;
            if is_much || in_vain >= MOST_IN_VAIN || stop() {
                return;
            }
            self.attempts += 1;
            let Some(raster) = raster(self.pyramid, hypothesis.module()) else {
                continue;
            };
            let mut attempt = Attempt::new(raster, &hypothesis, &memory.learned, self.stages);
            if track.is_some_and(|track| track.is_bent) {
                attempt = attempt.bent();
            }
            let seen = &mut self.seen;
            match attempt.run(stop) {
                Attempted::Read(code, learned) => {
                    in_vain = 0;
                    seen.unread.retain(|place| !place.meets(&code.place));
                    seen.codes.push(*code);
                    memory.keep(learned);
                }
                Attempted::Located(place, learned) => {
                    in_vain = 0;
                    self.thorough += 1;
                    if !seen.unread.iter().any(|old| old.meets(&place)) {
                        seen.unread.push(place);
                    }
                    memory.keep(learned);
                }
                Attempted::Unfinished(unfinished) => {
                    let left = &mut memory.learned.track;
                    *left = left.take().or(unfinished.once_more(track));
                }
                Attempted::Nothing => in_vain += 1,
            }
            self.tried.push(hypothesis);
        }
    }
}

/// The peaks with those that a search by correlation adds.
fn sought(pyramid: &Pyramid<'_>, mut peaks: Vec<Peak>, stop: &impl Fn() -> bool) -> Vec<Peak> {
    let Some(levels) = smaller(pyramid) else {
        return peaks;
    };
    let texture = Texture::of(levels[1]);
    if texture.is_calm() {
        return peaks;
    }
    peaks.extend(seek::seek(levels, &texture, |_| true, stop));

    peaks
}

/// A picture at a half, a quarter and an eighth of its size.
fn smaller<'a>(pyramid: &'a Pyramid<'_>) -> Option<[&'a Luma; 3]> {
    let level = |halvings| pyramid.level(halvings).map(|view| &view.luma);

    Some([level(1)?, level(2)?, level(3)?])
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
