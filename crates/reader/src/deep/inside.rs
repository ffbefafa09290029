//! A look at what the stages make of a picture, for those who draw or time it. No part of the crate's interface.
//!
//! Every step is the one that the reader takes; only the order is the caller's.

use crate::{
    black,
    deep::{
        attempt::{self, Attempt, Learned},
        belief::{self, Sight},
        doubt::doubt,
        equaliser, field,
        flat::Flat,
        hypothesis::{self, Hypothesis},
        lattice::Lattice,
        point::{Point, point},
        raster::Raster,
        seek, sought,
        texture::{Fineness, Texture},
        tone::Tone,
    },
    luma::Luma,
    pyramid::Pyramid,
    reading::{Corner, Place},
    stages::Stages,
    symbol::{Evidence, Outcome, Tried, Version, decode, function_patterns},
};

pub use crate::symbol::inside::Block;

/// A picture that is looked into.
pub struct Picture<'a> {
    pyramid: Pyramid<'a>,
}

/// A place that looks like a finder pattern.
#[derive(Clone, Copy, Debug)]
pub struct Peak {
    /// Its middle.
    pub at: Corner,
    /// Pixels a module.
    pub module: f32,
    /// Normalised correlation, up to 1.
    pub score: f32,
}

/// Values of a picture, row after row.
#[derive(Clone, Debug)]
pub struct Map {
    /// Values in a row.
    pub width: usize,
    /// The values.
    pub values: Vec<f32>,
}

/// A symbol that may be there.
pub struct Guess(Hypothesis);

/// A guess that is worked on.
pub struct Work<'a> {
    attempt: Attempt<'a>,
    raster: Raster<'a>,
    version: Version,
    colours: Vec<Option<bool>>,
}

/// A net over the symbol.
pub struct Net {
    lattice: Lattice,
    anchors: Vec<Point>,
}

/// What was sampled along a net, and what became of it; row after row, one value a module.
pub struct Sampled {
    flat: Flat,
    tone: Tone,
    /// Grey values.
    pub cells: Vec<f32>,
    /// The probability that a colour is wrong.
    pub doubt: Vec<f32>,
}

/// What the decoder says.
pub struct Decoding {
    /// The content, if all blocks are known.
    pub content: Option<Vec<u8>>,
    /// The colour of each module that is known afterwards.
    pub modules: Vec<Option<bool>>,
}

/// The pixels that are black by the threshold of their surroundings, or by one for the whole picture.
#[must_use]
pub fn black(luma: &Luma, local: bool) -> Option<Vec<bool>> {
    let black = if local {
        black::local(luma)?
    } else {
        black::global(luma)?
    };
    let at = |index: usize| {
        let of = |along: usize| u32::try_from(along).unwrap_or(0);
        black.get(of(index % luma.width), of(index / luma.width))
    };

    Some((0..luma.width * luma.height).map(at).collect())
}

/// The rings of the finder pattern's template: radius in modules, number of points; those of ink, those of paper.
#[must_use]
pub fn rings() -> [Vec<(f32, usize)>; 2] {
    [seek::INK.to_vec(), seek::PAPER.to_vec()]
}

impl<'a> Picture<'a> {
    /// Of these pixels.
    #[must_use]
    pub fn new(luma: &'a Luma) -> Self {
        Self {
            pyramid: Pyramid::new(luma),
        }
    }

    /// Rows of blocks of 32 pixels, and which of them are busy.
    #[must_use]
    pub fn busy(&self) -> Vec<Vec<bool>> {
        let Some(quarter) = self.pyramid.level(2) else {
            return Vec::new();
        };
        let texture = Texture::of(&quarter.luma);

        (0..quarter.luma.height / 8)
            .map(|row| {
                let spans = texture.spans(8 * row, Fineness::Quarter, quarter.luma.width);
                (0..quarter.luma.width / 8)
                    .map(|column| spans.iter().any(|span| span.contains(&(8 * column))))
                    .collect()
            })
            .collect()
    }

    /// The normalised correlation with the rings everywhere in the picture at half the size, for so many of its pixels a
    /// module.
    #[must_use]
    pub fn response(&self, module: f32) -> Option<Map> {
        let half = self.pyramid.level(1)?;

        Some(Map {
            width: half.luma.width,
            values: seek::response(&half.luma, module),
        })
    }

    /// The peaks of the search by correlation.
    #[must_use]
    pub fn peaks(&self) -> Vec<Peak> {
        let peaks = seek::apart(sought(&self.pyramid, Vec::new(), &|| false));

        peaks
            .into_iter()
            .map(|peak| Peak {
                at: peak.at.into(),
                module: peak.module,
                score: peak.score,
            })
            .collect()
    }

    /// The symbols that may lie between these peaks, the likeliest first: of three of them, or of two.
    #[must_use]
    pub fn guesses(&self, peaks: &[Peak], of_pairs: bool) -> Vec<Guess> {
        let Some(whole) = self
            .pyramid
            .level(0)
            .and_then(|view| Raster::new(&view.luma, 1.0))
        else {
            return Vec::new();
        };
        let peaks: Vec<seek::Peak> = peaks
            .iter()
            .map(|peak| seek::Peak {
                at: peak.at.into(),
                module: peak.module,
                score: peak.score,
            })
            .collect();
        let finders = hypothesis::finders(&whole, &peaks, &|| false);
        let of = if of_pairs {
            hypothesis::of_pairs
        } else {
            hypothesis::of_triples
        };

        of(&whole, &finders).into_iter().map(Guess).collect()
    }

    /// Starts to work on a guess.
    #[must_use]
    pub fn work<'b>(&'b self, guess: &'b Guess) -> Option<Work<'b>> {
        let raster = super::raster(&self.pyramid, guess.0.module())?;

        Some(Work {
            attempt: Attempt::new(raster, &guess.0, &NOTHING_LEARNED, Stages::all()),
            raster,
            version: guess.0.version,
            colours: function_patterns(guess.0.version),
        })
    }
}

/// A first picture comes after none.
const NOTHING_LEARNED: Learned = Learned {
    known: None,
    votes: None,
    track: None,
};

impl Guess {
    /// 1 to 40.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.0.version.number()
    }

    /// How well what is printed between the corners fits.
    #[must_use]
    pub fn rank(&self) -> f32 {
        self.0.rank
    }

    /// Where it would be.
    #[must_use]
    pub fn place(&self) -> Place {
        self.0.place()
    }

    /// Its net as if the sheet were flat.
    #[must_use]
    pub fn flat(&self) -> Net {
        Net {
            lattice: Lattice::new(self.0.version.side(), |u, v| self.0.projection.at(u, v)),
            anchors: Vec::new(),
        }
    }
}

impl Work<'_> {
    /// The net through finder and alignment patterns.
    #[must_use]
    pub fn anchored(&self) -> Option<Net> {
        let (lattice, anchors) = self.attempt.anchored(&|| false)?;

        Some(Net { lattice, anchors })
    }

    /// The net grown from the finder patterns.
    #[must_use]
    pub fn grown(&self) -> Option<Net> {
        let (lattice, anchors) = self.attempt.grown(&|| false)?;

        Some(Net { lattice, anchors })
    }

    /// The net after the print was followed.
    #[must_use]
    pub fn followed(&self, net: &Net) -> Net {
        let lattice = field::follow(
            &self.raster,
            net.lattice.clone(),
            &self.colours,
            &net.anchors,
            &|| false,
        );

        Net {
            lattice,
            anchors: net.anchors.clone(),
        }
    }

    /// The net where belief lays it, each change taken by its strength.
    #[must_use]
    pub fn believed(&self, net: &Net) -> Option<Net> {
        let lattice = belief::settle(
            &self.raster,
            &net.lattice,
            &self.colours,
            Sight::Plain,
            &|| false,
        )?;

        Some(Net {
            lattice,
            anchors: attempt::everywhere(self.version),
        })
    }

    /// Samples the picture along a net.
    #[must_use]
    pub fn sampled(&self, net: &Net) -> Sampled {
        let flat = Flat::new(&self.raster, &net.lattice);
        let cells = flat.cells();
        let tone = Tone::new(&cells, &self.colours, flat.side);

        Sampled::new(flat, tone, cells)
    }

    /// The same with the blur undone, and the weights of the half modules around, the constant last.
    #[must_use]
    pub fn equalised(&self, sampled: &Sampled) -> Option<(Sampled, Vec<f32>)> {
        let Sampled {
            flat, tone, cells, ..
        } = sampled;
        let equalised = equaliser::equalise(flat, tone, &self.colours)?;
        let halves = equaliser::halves(flat, tone);
        let weights = equaliser::learn(&halves, flat.side, &equalised.black, &self.colours)?;

        Some((
            Sampled::new(flat.clone(), equalised, cells.clone()),
            weights.to_vec(),
        ))
    }

    /// Decodes.
    #[must_use]
    pub fn decoded(&self, sampled: &Sampled) -> Option<Decoding> {
        let evidence = self.evidence(sampled)?;

        match decode(&evidence, None, &mut Tried::default()) {
            Outcome::Read(decoded) => Some(Decoding {
                content: Some(decoded.content.bytes),
                modules: decoded.known.modules(),
            }),
            Outcome::Partly(known) => Some(Decoding {
                content: None,
                modules: known.modules(),
            }),
            Outcome::Nothing => None,
        }
    }

    /// What became of each block in the likeliest format.
    #[must_use]
    pub fn blocks(&self, sampled: &Sampled) -> Vec<Block> {
        self.evidence(sampled)
            .map(|evidence| crate::symbol::inside::blocks(&evidence))
            .unwrap_or_default()
    }

    /// From now on these colours are known.
    pub fn know(&mut self, modules: Vec<Option<bool>>) {
        self.colours = modules;
    }

    /// The picture's grey value at a place of the symbol by a net, in modules.
    #[must_use]
    pub fn grey(&self, net: &Net, u: f32, v: f32) -> f32 {
        self.raster.grey(net.lattice.at(u, v))
    }

    fn evidence(&self, sampled: &Sampled) -> Option<Evidence> {
        Evidence::new(
            self.version,
            sampled.tone.black.clone(),
            sampled.doubt.clone(),
        )
    }
}

impl Net {
    /// Modules on a side.
    #[must_use]
    pub fn side(&self) -> usize {
        self.lattice.side()
    }

    /// The picture's point for a place in the symbol, in modules.
    #[must_use]
    pub fn at(&self, u: f32, v: f32) -> Corner {
        self.lattice.at(u, v).into()
    }

    /// Places in the symbol that were found in the picture, in modules.
    #[must_use]
    pub fn anchors(&self) -> Vec<Corner> {
        self.anchors.iter().copied().map(Into::into).collect()
    }

    /// The place in the symbol for a point of the picture, near `u` and `v`, in modules: by Newton's steps.
    #[must_use]
    pub fn inverse(&self, at: Corner, mut u: f32, mut v: f32) -> Corner {
        for _ in 0..8 {
            let here = self.lattice.at(u, v);
            let right = self.lattice.at(u + 0.25, v) - here;
            let down = self.lattice.at(u, v + 0.25) - here;
            let area = right.cross(down);
            if area.abs() < 1e-3 {
                break;
            }
            let off = point(at.x, at.y) - here;
            u += 0.25 * (off.cross(down) / area).clamp(-4.0, 4.0);
            v += 0.25 * (right.cross(off) / area).clamp(-4.0, 4.0);
        }

        Corner { x: u, y: v }
    }
}

impl Sampled {
    fn new(flat: Flat, tone: Tone, cells: Vec<f32>) -> Self {
        Self {
            doubt: doubt(&tone, flat.side),
            flat,
            tone,
            cells,
        }
    }

    /// Modules on a side.
    #[must_use]
    pub fn side(&self) -> usize {
        self.flat.side
    }

    /// About 1 for black, -1 for white.
    #[must_use]
    pub fn black(&self) -> &[f32] {
        &self.tone.black
    }

    /// The grey value halfway between black and white.
    #[must_use]
    pub fn middle(&self) -> &[f32] {
        &self.tone.middle
    }

    /// Half of what black and white differ by.
    #[must_use]
    pub fn amplitude(&self) -> &[f32] {
        &self.tone.amplitude
    }
}
