//! What would help a code that was seen but not read: one hint, measured where the code lies.
//!
//! Nothing is measured where nothing was seen; elsewhere some thousand pixels of the place are looked at.

mod spot;

use std::{borrow::Borrow, ops::Range};

use self::spot::{Block, Size, Spot, brightest, extent, grain, middle, share};
use crate::{
    luma::Luma,
    pixel,
    reading::{Place, Sight},
};

/// What the person who holds the sheet can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// Bring it closer: a module has too few pixels.
    Closer,
    /// Flatten or uncover it: it is sharp and bright enough, and still its modules are not where they belong.
    Flatten,
    /// Hold it further away: it does not fit into the picture, or is too near to be sharp.
    Further,
    /// Hold it still: it is smeared, or not where it was a moment ago.
    HoldStill,
    /// More light: the picture is dark or noisy.
    MoreLight,
    /// Show one sheet at a time.
    OneSheet,
    /// Tilt it: a lamp is mirrored in it.
    Tilt,
}

impl Hint {
    /// A word for files and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closer => "closer",
            Self::Flatten => "flatten",
            Self::Further => "further",
            Self::HoldStill => "hold_still",
            Self::MoreLight => "more_light",
            Self::OneSheet => "one_sheet",
            Self::Tilt => "tilt",
        }
    }
}

/// Where codes are in a picture.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sights<'a> {
    /// Read.
    pub read: &'a [Place],
    /// Seen, and not read.
    pub unread: &'a [Place],
    /// Where there is perhaps one.
    pub perhaps: &'a [Sight],
    /// Finder patterns, that of a code or not: seven modules a side.
    pub finders: &'a [Place],
    /// Large dark and bright spots fill the picture.
    pub filled: bool,
    /// Where one was in the picture before.
    pub before: Option<&'a Place>,
}

/// The hint for a picture with codes in these places; a code that was read needs none, unless there is another. Where
/// nothing was seen, there is one in the dark only.
#[must_use]
pub fn advise(luma: &Luma, sights: &Sights<'_>) -> Option<Hint> {
    if sights.read.len() > 1 {
        return Some(Hint::OneSheet);
    }
    let unread = sized(luma, sights.unread, |_, _| true);
    if let [place] = sights.read {
        let another = unread.iter().any(|code| is_another(code, place));
        return another.then_some(Hint::OneSheet);
    }

    // Whatever else is seen in the dark is half noise, and much is not seen.
    if brightest(luma) < DARK || grain(luma) > GRAINY {
        return Some(Hint::MoreLight);
    }
    let likely = sized(luma, sights.perhaps, |sight, size| {
        sights.is_likely(sight, size)
    });
    let Some((place, size)) = unread.first().or(likely.first()) else {
        let is_smeared = sights
            .perhaps
            .iter()
            .any(|sight| is_smeared(luma, &sight.place));
        return if is_smeared {
            Some(Hint::HoldStill)
        } else {
            pieces(luma, sights)
        };
    };
    let spot = Spot::new(luma, place)?;
    let hint = judge(&Seen::measure(&spot, size.module, sights.before));
    // In the dark, noise gives places that are none.
    let mut others = unread.iter().chain(&likely);
    let is_beside = |finder: &Place| finder.middle().away(place.middle()) > AWAY * place.side();
    if hint != Hint::MoreLight
        && (others.any(|code| is_another(code, place)) || sights.finders.iter().any(is_beside))
    {
        return Some(Hint::OneSheet);
    }

    Some(hint)
}

/// The places that hold what they should and how large their modules are, the likeliest first.
fn sized<P: Borrow<Place>>(
    luma: &Luma,
    places: &[P],
    holds: impl Fn(&P, &Size) -> bool,
) -> Vec<(Place, Size)> {
    let mut sized: Vec<(Place, Size)> = places
        .iter()
        .take(MOST)
        .filter_map(|sight| {
            let place: &Place = sight.borrow();
            let size = Spot::new(luma, place)?.size();
            holds(sight, &size).then_some((*place, size))
        })
        .collect();
    sized.sort_by(|(_, one), (_, other)| other.likeness.total_cmp(&one.likeness));

    sized
}

impl Sights<'_> {
    /// What is large enough for that shows a finder pattern beyond doubt; of what is not, two measures tell more than one.
    fn is_likely(&self, sight: &Sight, size: &Size) -> bool {
        let is_sure = size.likeness > SURE;
        if size.module < FEWEST_PIXELS {
            return is_sure || size.likeness + sight.score > BOTH_SURE;
        }
        let is_of_it =
            |finder: &Place| finder.middle().away(sight.place.middle()) < sight.place.side();

        is_sure && self.finders.iter().any(is_of_it)
    }
}

/// The hint where no code was seen, but finder patterns perhaps, or what may be the middle of one.
fn pieces(luma: &Luma, sights: &Sights<'_>) -> Option<Hint> {
    let Some(finder) = sights.finders.first() else {
        return sights.filled.then_some(Hint::Further);
    };
    let module = finder.side() / 7.0;
    let spot = Spot::new(luma, finder)?;
    let blocks = spot.blocks();
    if grain(luma) > NOISY * extent(&blocks) {
        return Some(Hint::MoreLight);
    }
    if module * SMALLEST > NEAR * pixel::distance(luma.height) {
        return Some(Hint::Further);
    }
    if module < FEWEST_PIXELS {
        return Some(Hint::Closer);
    }

    Some(Hint::Flatten)
}

/// Print all over that is drawn out in one direction, as no other print is: a code that was moved too fast hardly shows a
/// finder pattern, but whatever was sighted there lies within it.
fn is_smeared(luma: &Luma, place: &Place) -> bool {
    let Some(spot) = Spot::new(luma, place) else {
        return false;
    };
    // First, as it costs less and most print is even.
    if !DRAWN_OUT.contains(&spot.evenness()) {
        return false;
    }
    let blocks = spot.blocks();
    let contrast = extent(&blocks);

    share(&blocks, |block| block.contrast() > PRINT * contrast) > PRINTED
}

/// A second code: as large, and beside the first, not a part of it that looks like one.
fn is_another((other, size): &(Place, Size), place: &Place) -> bool {
    let larger = other.side().max(place.side());

    size.likeness > LIKE
        && other.side() > 0.5 * place.side()
        && other.middle().away(place.middle()) > BESIDE * larger
}

/// Places that are looked at in one picture.
const MOST: usize = 4;
/// How like finder patterns the corners of a second code are.
const LIKE: f32 = 0.35;
/// How like them are those of a place where there is only perhaps a code: of a few pixels a module, other print has up to
/// 0.66.
const SURE: f32 = 0.68;
/// The same together with what a search over the whole picture says of them: other print has up to 1.25.
const BOTH_SURE: f32 = 1.26;
/// How far the middles of two codes are apart at least, in sides of the larger.
const BESIDE: f32 = 0.9;
/// How far a finder pattern is from the middle of a code at least that it does not belong to, in sides.
const AWAY: f32 = 1.1;
/// Modules a side of the smallest code that is held up to a camera.
const SMALLEST: f32 = 33.0;
/// Pixels a module that any reader needs.
const FEWEST_PIXELS: f32 = 2.2;
/// A share of the code's blocks in which a lamp drowns everything.
const GLARE: f32 = 0.04;
/// Noise as a share of the contrast.
const NOISY: f32 = 0.05;
/// Deviation of the grain of a picture in which more is noise than not.
const GRAINY: f32 = 10.0;
/// The brightest grey of a dark picture.
const DARK: f32 = 75.0;
/// How much weaker edges are across the direction of a movement.
const SMEARED: f32 = 0.5;
/// The same where nothing looks like a code: other sheets and desks have more where they are printed all over, and bars
/// have less, which change in one direction only.
const DRAWN_OUT: Range<f32> = 0.1..0.4;
/// Contrast of a printed block as a share of the place's, and the share of printed blocks in a code that is smeared.
const PRINT: f32 = 0.4;
const PRINTED: f32 = 0.6;
/// Deviation of the blur, in modules.
const BLURRED: f32 = 0.5;
/// Share of the picture's height from which a code is near.
const NEAR: f32 = 0.6;
/// Shares of the code's side by which a hand moves it from picture to picture at most.
const RESTLESS: f32 = 0.2;

/// What was measured of a place.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    /// Pixels a module.
    module: f32,
    /// The code's side as a share of the picture's height.
    size: f32,
    /// It is cut off by the picture's border.
    cut: bool,
    /// The grey of paper.
    white: f32,
    /// Noise as a share of the contrast.
    noise: f32,
    /// Share of blocks that are as bright as can be, with no ink to be seen.
    glare: f32,
    /// Edges along one direction as a share of those along the other; 1 where there is no smear.
    evenness: f32,
    /// Deviation of the blur in modules.
    blur: f32,
    /// How far it went since the picture before, as a share of its side.
    moved: f32,
}

fn judge(seen: &Seen) -> Hint {
    let near = seen.size > NEAR;
    if seen.cut {
        return Hint::Further;
    }
    if seen.glare > GLARE {
        return Hint::Tilt;
    }
    if seen.moved > RESTLESS {
        return Hint::HoldStill;
    }
    if seen.white < DARK || seen.noise > NOISY {
        return Hint::MoreLight;
    }
    if seen.module < FEWEST_PIXELS {
        return Hint::Closer;
    }
    if seen.evenness < SMEARED {
        return Hint::HoldStill;
    }
    if seen.blur > BLURRED {
        return if near { Hint::Further } else { Hint::HoldStill };
    }

    Hint::Flatten
}

impl Seen {
    fn measure(spot: &Spot<'_>, module: f32, before: Option<&Place>) -> Self {
        let place = spot.place;
        let side = place.side();
        let blocks = spot.blocks();
        let white = middle(blocks.iter().map(|block| block.bright).collect());
        let contrast = middle(blocks.iter().map(Block::contrast).collect()).max(1.0);
        let edges = spot.edges();
        let moved = before.map_or(0.0, |before| {
            let (now, then) = (place.middle(), before.middle());
            now.away(then) / side
        });

        Self {
            module,
            size: side / pixel::distance(spot.luma.height),
            cut: spot.is_cut(),
            white,
            noise: spot.noise(module) / contrast,
            glare: share(&blocks, |block| block.is_glare(white, contrast)),
            evenness: edges.evenness,
            // The steepest part of an edge that is blurred by a Gaussian; the finder patterns keep their black and white.
            blur: extent(&blocks) / (edges.steepest.max(0.5) * 2.507 * module),
            moved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Corner;

    #[test]
    fn what_stands_in_the_way_most_is_told_first() {
        let fine = || Seen {
            module: 4.0,
            size: 0.3,
            cut: false,
            white: 200.0,
            noise: 0.01,
            glare: 0.0,
            evenness: 0.9,
            blur: 0.3,
            moved: 0.01,
        };
        let near = || Seen {
            size: 0.8,
            blur: 0.7,
            ..fine()
        };

        for (seen, hint) in [
            (fine(), Hint::Flatten),
            (near(), Hint::Further),
            (
                Seen {
                    size: 0.3,
                    ..near()
                },
                Hint::HoldStill,
            ),
            (
                Seen {
                    evenness: 0.3,
                    ..fine()
                },
                Hint::HoldStill,
            ),
            (
                Seen {
                    module: 1.7,
                    ..fine()
                },
                Hint::Closer,
            ),
            (
                Seen {
                    module: 1.7,
                    noise: 0.1,
                    ..fine()
                },
                Hint::MoreLight,
            ),
            (
                Seen {
                    white: 60.0,
                    ..fine()
                },
                Hint::MoreLight,
            ),
            (
                Seen {
                    moved: 0.4,
                    noise: 0.1,
                    ..fine()
                },
                Hint::HoldStill,
            ),
            (
                Seen {
                    glare: 0.1,
                    moved: 0.4,
                    ..fine()
                },
                Hint::Tilt,
            ),
            (
                Seen {
                    cut: true,
                    glare: 0.1,
                    ..fine()
                },
                Hint::Further,
            ),
        ] {
            assert_eq!(judge(&seen), hint, "{seen:?}");
        }
    }

    #[test]
    fn nothing_seen_or_one_code_read_needs_no_hint_and_two_are_one_too_many() {
        let luma = Luma::new(200, 200, vec![128; 40_000]).unwrap();
        let place = |left: f32| Place {
            corners: [(0.0, 0.0), (80.0, 0.0), (80.0, 80.0), (0.0, 80.0)].map(|(x, y)| Corner {
                x: left + x,
                y: 50.0 + y,
            }),
        };

        let hint = |read: &[Place], unread: &[Place]| {
            let sights = Sights {
                read,
                unread,
                ..Sights::default()
            };
            advise(&luma, &sights)
        };
        assert_eq!(hint(&[], &[]), None);
        assert_eq!(hint(&[place(10.0)], &[]), None);
        assert_eq!(hint(&[place(10.0)], &[place(110.0)]), None);
        assert_eq!(
            hint(&[place(10.0), place(110.0)], &[]),
            Some(Hint::OneSheet)
        );
    }

    #[test]
    fn in_the_dark_and_in_noise_more_light_is_asked_for_before_all_else() {
        let grey = |at: usize| u8::try_from(40 + at * 7 % 23).unwrap();
        let dark = Luma::new(200, 200, (0..40_000).map(grey).collect()).unwrap();
        let noisy = |at: usize| u8::try_from(100 + at * at * 31 % 97).unwrap();
        let noisy = Luma::new(200, 200, (0..40_000).map(noisy).collect()).unwrap();
        let filled = Sights {
            filled: true,
            ..Sights::default()
        };

        assert_eq!(advise(&dark, &filled), Some(Hint::MoreLight));
        assert_eq!(advise(&noisy, &filled), Some(Hint::MoreLight));
        let bright = Luma::new(200, 200, vec![128; 40_000]).unwrap();
        assert_eq!(advise(&bright, &filled), Some(Hint::Further));
    }

    #[test]
    fn print_all_over_that_is_drawn_out_is_to_be_held_still_though_no_code_was_seen_in_it() {
        let place = Place {
            corners: [(40.0, 40.0), (160.0, 40.0), (160.0, 160.0), (40.0, 160.0)]
                .map(|(x, y)| Corner { x, y }),
        };
        let hint = |luma: &Luma| {
            let perhaps = [Sight { place, score: 0.5 }];
            let sights = Sights {
                perhaps: &perhaps,
                ..Sights::default()
            };
            advise(luma, &sights)
        };
        let all_over = |x: usize, y: usize| is_dark(x / 6, y / 6);
        let bars = |x: usize, _: usize| is_dark(x / 6, 0);

        assert_eq!(hint(&drawn_out(12, all_over)), Some(Hint::HoldStill));
        assert_eq!(hint(&drawn_out(1, all_over)), None, "sharp");
        assert_eq!(hint(&drawn_out(1, bars)), None, "bars");
        let half = |x: usize, y: usize| x < 90 && all_over(x, y);
        assert_eq!(hint(&drawn_out(12, half)), None, "half of it bare");
    }

    /// A module that is dark by chance.
    fn is_dark(column: usize, row: usize) -> bool {
        (column * 7 + row * 11 + column * row * 5) % 9 < 4
    }

    /// Black and white evened out over so many pixels along their rows.
    fn drawn_out(smear: usize, is_black: impl Fn(usize, usize) -> bool) -> Luma {
        let pixels = (0..200)
            .flat_map(|y| (0..200).map(move |x| (x, y)))
            .map(|(x, y)| {
                let black = (x..x + smear).filter(|x| is_black(*x, y)).count();
                u8::try_from(200 - 150 * black / smear).unwrap()
            })
            .collect();

        Luma::new(200, 200, pixels).unwrap()
    }

    #[test]
    fn a_place_far_outside_or_of_no_size_breaks_nothing() {
        let luma = Luma::new(50, 40, vec![9; 2_000]).unwrap();
        let at = |x: f32, y: f32| Corner { x, y };
        for corners in [
            [at(f32::NAN, 0.0), at(1.0, 0.0), at(1.0, 1.0), at(0.0, 1.0)],
            [at(-1e9, -1e9), at(1e9, -1e9), at(1e9, 1e9), at(-1e9, 1e9)],
            [at(5.0, 5.0); 4],
            [
                at(0.0, 0.0),
                at(f32::INFINITY, 0.0),
                at(9.0, 9.0),
                at(0.0, 9.0),
            ],
        ] {
            let hint = advise(
                &luma,
                &Sights {
                    unread: &[Place { corners }],
                    perhaps: &[Sight {
                        place: Place { corners },
                        score: 1.0,
                    }],
                    ..Sights::default()
                },
            );
            assert!(hint.is_none_or(|hint| hint != Hint::OneSheet), "{hint:?}");
        }
    }
}
