//! One hypothesis through all stages, until it is read or shows that it is none.

use crate::{
    deep::{
        anchors::{self, Anchored},
        belief::{self, Sight},
        doubt::doubt,
        equaliser, field,
        flat::Flat,
        grow::{self, Seed},
        hypothesis::Hypothesis,
        lattice::Lattice,
        point::{Point, point},
        raster::Raster,
        tone::Tone,
        track::Track,
    },
    grade::Grade,
    pixel,
    reading::{Code, Place},
    stages::{Stage, Stages},
    symbol::{
        Decoded, Evidence, Known, Outcome, Tried, Version, Votes, decode, function_patterns,
        version_lead,
    },
};

/// Function patterns that agree less than this, in the mean, are none.
const LEAST_AGREEMENT: f32 = 0.45;
/// Of a hypothesis that ranks below this no lattice is grown where the spline's agreement is by chance: of the sheets that
/// growth alone read so, all ranked above 0.8.
const NOTHING: f32 = 0.3;
const LIKELY: f32 = 0.75;
/// How much better another version must fit what is written before this one is given up.
const OTHER_VERSION: f32 = -0.15;
/// Function patterns that agree so much lie as flat as the spline has them.
const FLAT: f32 = 0.9;
/// Function patterns that agree so much leave only the mirror as a reason why nothing can be decoded.
const CLEAR: f32 = 0.55;
/// Rounds with the colours of corrected blocks.
const FEEDBACK: usize = 2;

/// A hypothesis that is worked on.
pub(crate) struct Attempt<'a> {
    raster: Raster<'a>,
    version: Version,
    hypothesis: &'a Hypothesis,
    stages: Stages,
    /// Colours that are known: the function patterns, then the blocks.
    colours: Vec<Option<bool>>,
    known: Option<Known>,
    /// What earlier pictures showed.
    votes: Option<&'a Votes>,
    /// An earlier picture showed that it lies bent: the spline is only a loss of time then.
    is_bent: bool,
    /// What this one shows, sampled along the lattice on which the function patterns agree best, and how well.
    best: Option<(f32, Evidence)>,
}

/// What came of it.
pub(crate) enum Attempted {
    Read(Box<Code>, Learned),
    /// A code, with what was seen of it.
    Located(Place, Learned),
    /// Perhaps a code, had there been more time.
    Unfinished(Track),
    Nothing,
}

/// What one picture of a symbol teaches for the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Learned {
    /// What was read.
    pub(crate) known: Option<Known>,
    /// What was seen of each module.
    pub(crate) votes: Option<Votes>,
    /// Where its corners were.
    pub(crate) track: Option<Track>,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(
        raster: Raster<'a>,
        hypothesis: &'a Hypothesis,
        before: &'a Learned,
        stages: Stages,
    ) -> Self {
        let version = hypothesis.version;

        Self {
            raster,
            version,
            hypothesis,
            stages,
            colours: function_patterns(version),
            known: before
                .known
                .as_ref()
                .filter(|known| known.version() == version)
                .cloned(),
            votes: before.votes.as_ref(),
            is_bent: false,
            best: None,
        }
    }

    /// The same of a code that an earlier picture showed bent: what the spline makes of it is looked at last.
    pub(crate) fn bent(mut self) -> Self {
        self.is_bent = true;

        self
    }

    pub(crate) fn run(mut self, stop: &impl Fn() -> bool) -> Attempted {
        let mut lattices = Vec::new();
        let mut smooth = None;
        let stages = self.stages;
        let mut ways = [Stage::Anchors, Stage::Growth];
        if self.is_bent {
            ways.reverse();
        }
        let mut straight = None;
        let mut is_cut_off = false;
        for way in ways.into_iter().filter(|way| stages.has(*way)) {
            let is_hopeless = straight.is_some_and(|agreement| agreement < NOTHING)
                && self.hypothesis.rank < LIKELY;
            if is_hopeless || (straight.is_some() && stop()) {
                break;
            }
            let laid = if way == Stage::Growth {
                self.grown(stop)
            } else {
                self.anchored(stop)
            };
            let Some((lattice, anchors)) = laid else {
                is_cut_off |= stop();
                continue;
            };
            if way == Stage::Anchors {
                smooth = Some(lattice.clone());
            }
            if stop() {
                is_cut_off = true;
                break;
            }
            let flat = Flat::new(&self.raster, &lattice);
            let tone = Tone::new(&flat.cells(), &self.colours, self.version.side());
            let agreement = self.agreement(&tone);
            straight = straight.or(Some(agreement));
            if agreement < LEAST_AGREEMENT || self.is_another_version(&tone) {
                continue;
            }
            if let Some(decoded) = self
                .decode(&tone)
                .or_else(|| self.mirrored(&tone, agreement, stop))
            {
                return self.read(&lattice, *decoded);
            }
            if let Some(decoded) = self.equalised(&flat, &tone, agreement, stop) {
                return self.read(&lattice, *decoded);
            }
            lattices.push((agreement, lattice, anchors, way));
            if agreement > FLAT {
                break;
            }
        }
        lattices.sort_by(|a, b| b.0.total_cmp(&a.0));
        let Some((_, best, _, way)) = lattices.first() else {
            return if is_cut_off {
                Attempted::Unfinished(Track::of(self.hypothesis, true))
            } else {
                Attempted::Nothing
            };
        };
        let outline = place(best.corners());
        self.is_bent = is_cut_off || *way == Stage::Growth;

        for (turn, (_, lattice, anchors, _)) in lattices.into_iter().enumerate() {
            if let Some((lattice, decoded)) = self.followed(lattice, &anchors, stop) {
                return self.read(&lattice, *decoded);
            }
            // What the likeliest lattice does not show at all has slipped.
            if turn == 0
                && let Some((lattice, decoded)) = self.believed(smooth.as_ref(), stop)
            {
                return self.read(&lattice, *decoded);
            }
        }

        Attempted::Located(outline, self.learned())
    }

    /// The lattice through finder and alignment patterns.
    pub(super) fn anchored(&self, _: &impl Fn() -> bool) -> Option<(Lattice, Vec<Point>)> {
        let Anchored { lattice, anchors } = anchors::anchor(&self.raster, self.hypothesis)?;

        Some((lattice, anchors))
    }

    /// The lattice grown from the finder patterns.
    pub(super) fn grown(&self, stop: &impl Fn() -> bool) -> Option<(Lattice, Vec<Point>)> {
        let far = pixel::distance(self.version.side()) - 3.5;
        let places = [point(3.5, 3.5), point(far, 3.5), point(3.5, far)];
        let seeds: Vec<Seed> = places
            .into_iter()
            .zip(self.hypothesis.poses)
            .filter_map(|(place, pose)| {
                Some(Seed {
                    place,
                    pose: pose?,
                    reach: 4.0,
                })
            })
            .collect();
        let grown = grow::grow(&self.raster, self.version, &seeds, stop)?;

        Some((grown.lattice, everywhere(self.version)))
    }

    /// The print followed with a displacement field, as long as that shows more of it.
    fn followed(
        &mut self,
        mut lattice: Lattice,
        anchors: &[Point],
        stop: &impl Fn() -> bool,
    ) -> Option<(Lattice, Box<Decoded>)> {
        for _ in 0..=FEEDBACK {
            if stop() {
                break;
            }
            let before = self.progress();
            if self.stages.has(Stage::Field) {
                lattice = field::follow(&self.raster, lattice, &self.colours, anchors, stop);
            }
            if let Some(decoded) = self.sample(&lattice, stop) {
                return Some((lattice, decoded));
            }
            if self.progress() == before || !self.stages.has(Stage::Feedback) {
                break;
            }
        }

        None
    }

    /// The print where belief lays it, starting from a smooth lattice: one that follows the print from place to place
    /// has slipped by whole modules, and holds what is around in its wake.
    fn believed(
        &mut self,
        smooth: Option<&Lattice>,
        stop: &impl Fn() -> bool,
    ) -> Option<(Lattice, Box<Decoded>)> {
        if !self.stages.has(Stage::Belief) || stop() {
            return None;
        }
        let laid;
        let smooth = if let Some(smooth) = smooth {
            smooth
        } else {
            laid = self.anchored(stop)?.0;
            &laid
        };
        let anchors = everywhere(self.version);
        for sight in Sight::ALL {
            for _ in 0..=FEEDBACK {
                let before = self.progress();
                let lattice = belief::settle(&self.raster, smooth, &self.colours, sight, stop)?;
                if let Some(decoded) = self.sample(&lattice, stop) {
                    return Some((lattice, decoded));
                }
                if let Some(read) = self.followed(lattice, &anchors, stop) {
                    return Some(read);
                }
                if self.progress() == before || !self.stages.has(Stage::Feedback) {
                    break;
                }
            }
        }

        None
    }

    /// Decodes what the lattice shows, as it is and equalised.
    fn sample(&mut self, lattice: &Lattice, stop: &impl Fn() -> bool) -> Option<Box<Decoded>> {
        let flat = Flat::new(&self.raster, lattice);
        let tone = Tone::new(&flat.cells(), &self.colours, self.version.side());
        if let Some(decoded) = self.decode(&tone) {
            return Some(decoded);
        }
        self.equalised(&flat, &tone, 0.0, stop)
    }

    fn equalised(
        &mut self,
        flat: &Flat,
        tone: &Tone,
        agreement: f32,
        stop: &impl Fn() -> bool,
    ) -> Option<Box<Decoded>> {
        if stop() || !self.stages.has(Stage::Equaliser) {
            return None;
        }

        let tone = equaliser::equalise(flat, tone, &self.colours)?;
        if stop() {
            return None;
        }
        self.decode(&tone)
            .or_else(|| self.mirrored(&tone, agreement, stop))
    }

    /// Whether another version is written in the symbol.
    fn is_another_version(&self, tone: &Tone) -> bool {
        let lead = self
            .evidence(tone)
            .and_then(|evidence| version_lead(&evidence));

        lead.is_some_and(|lead| lead < OTHER_VERSION)
    }

    /// Decodes what the symbol is in a mirror, where it is clear enough for that.
    fn mirrored(
        &self,
        tone: &Tone,
        agreement: f32,
        stop: &impl Fn() -> bool,
    ) -> Option<Box<Decoded>> {
        if agreement < CLEAR || self.known.is_some() || stop() {
            return None;
        }
        let evidence = self.evidence(tone)?.transposed();
        match decode(&evidence, None, &mut Tried::default()) {
            Outcome::Read(decoded) => Some(decoded),
            Outcome::Partly(_) | Outcome::Nothing => None,
        }
    }

    fn evidence(&self, tone: &Tone) -> Option<Evidence> {
        let doubt = doubt(tone, self.version.side());

        Evidence::new(self.version, tone.black.clone(), doubt)
    }

    /// Decodes what is seen, and what that and earlier pictures show together, as far as this one shows it too: another
    /// sheet that hardly differs may have been there before.
    fn decode(&mut self, tone: &Tone) -> Option<Box<Decoded>> {
        let evidence = self.evidence(tone)?;
        let together = self
            .votes
            .and_then(|votes| votes.with(&evidence))
            .and_then(|votes| votes.evidence());
        let decoded = self.decode_evidence(&evidence).or_else(|| {
            let decoded = self.decode_evidence(&together?)?;
            decoded.known.is_confirmed(&evidence).then_some(decoded)
        });
        let agreement = self.agreement(tone);
        if self.best.as_ref().is_none_or(|(best, _)| *best < agreement) {
            self.best = Some((agreement, evidence));
        }

        decoded
    }

    fn decode_evidence(&mut self, evidence: &Evidence) -> Option<Box<Decoded>> {
        match decode(evidence, self.known.as_ref(), &mut Tried::default()) {
            Outcome::Read(decoded) => Some(decoded),
            Outcome::Partly(known) => {
                if self.stages.has(Stage::Feedback) {
                    self.colours = known.modules();
                }
                self.known = Some(known);
                None
            }
            Outcome::Nothing => None,
        }
    }

    /// What is left for the next picture.
    fn learned(self) -> Learned {
        let votes = self.best.map(|(_, evidence)| {
            let more = self.votes.and_then(|votes| votes.with(&evidence));
            more.unwrap_or_else(|| Votes::of(&evidence))
        });

        Learned {
            known: self.known,
            votes,
            track: Some(Track::of(self.hypothesis, self.is_bent)),
        }
    }

    fn read(&self, lattice: &Lattice, decoded: Decoded) -> Attempted {
        let [upper_left, upper_right, lower_right, lower_left] = lattice.corners();
        let corners = if decoded.mirrored {
            [upper_left, lower_left, lower_right, upper_right]
        } else {
            lattice.corners()
        };
        let grade = Grade::bent(&self.raster, lattice, decoded.mirrored, &decoded.known);
        let code = Code {
            content: decoded.content.bytes,
            place: place(corners),
            version: decoded.version.number(),
            level: decoded.level,
            mirrored: decoded.mirrored,
            grade: Some(grade),
        };

        let learned = Learned {
            known: Some(decoded.known),
            votes: None,
            track: Some(Track::of(self.hypothesis, self.is_bent)),
        };
        Attempted::Read(Box::new(code), learned)
    }

    fn progress(&self) -> usize {
        self.known.as_ref().map_or(0, |known| known.progress().0)
    }

    /// How well the function patterns agree, 1 at best and 0 by chance.
    fn agreement(&self, tone: &Tone) -> f32 {
        let mut sum = 0.0;
        let mut count = 0.0_f32;
        for (black, colour) in tone.black.iter().zip(&self.colours) {
            if let Some(colour) = colour {
                sum += if *colour { *black } else { -black }.clamp(-1.0, 1.0);
                count += 1.0;
            }
        }

        sum / count.max(1.0)
    }
}

/// Places all over a symbol, in modules.
pub(super) fn everywhere(version: Version) -> Vec<Point> {
    let end = pixel::distance(version.side());
    let middles = [0.1, 0.3, 0.5, 0.7, 0.9].map(|share| share * end);

    middles
        .iter()
        .flat_map(|v| middles.iter().map(|u| point(*u, *v)))
        .collect()
}

fn place(corners: [Point; 4]) -> Place {
    Place {
        corners: corners.map(Into::into),
    }
}

#[cfg(test)]
mod tests;
