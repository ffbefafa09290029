//! The first pass: rxing's port of zxing-cpp's QR reader, driven step by step so that what was located but not
//! decoded is known. What it says can be read, our own decoder reads.

use rxing::{
    Point,
    common::{
        BitMatrix, DetectorRXingResult,
        cpp_essentials::{ConcentricPattern, DecoderResult},
    },
    qrcode::cpp_port::{
        decoder::Decode,
        detector::{EstimateModuleSize, FinderPatternSet, GenerateFinderPatternSets, SampleQR},
    },
};

use crate::{
    finder,
    guard::guarded,
    pixel,
    reading::{Code, Corner, Level, Place},
    symbol::{Decoded, Known, sampled},
};

/// Sets of three finder patterns tried in one picture; a picture full of squares has thousands.
const MOST_SETS: usize = 200;
const CROWD: usize = 60;
/// A code's sign for its layout (ISO/IEC 18004, annex F).
const MODEL_1: u8 = b'0';
/// Pixels that rxing's corners lie too far right and down, whatever the size of the modules.
const AHEAD: f32 = 0.5;

/// What a picture of black and white gave.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) codes: Vec<Sampled>,
    pub(crate) unread: Vec<Place>,
    /// Finder patterns that belong to no code that was read.
    pub(crate) loose: Vec<Pattern>,
    /// So many finder patterns that they are hardly codes, but wallpaper.
    pub(crate) crowded: bool,
}

/// A code that was read, not graded yet, and the symbol as it was printed.
pub(crate) struct Sampled {
    pub(crate) code: Code,
    pub(crate) known: Option<Known>,
}

impl Sampled {
    pub(crate) fn of(decoded: Decoded, place: Place) -> Self {
        Self {
            code: Code {
                content: decoded.content.bytes,
                place,
                version: decoded.version.number(),
                level: decoded.level,
                mirrored: decoded.mirrored,
                grade: None,
            },
            known: Some(decoded.known),
        }
    }
}

/// The middle of a finder pattern, and the side of a module.
pub(crate) struct Pattern {
    pub(crate) middle: Corner,
    pub(crate) module: f32,
}

/// Looks for codes; `stop` ends the search early.
pub(crate) fn search(black: &BitMatrix, stop: &impl Fn() -> bool) -> Found {
    let mut found = Found::default();
    let mut all = Vec::new();
    let sets = guarded(|| {
        let mut patterns = finder::find(black, stop);
        found.crowded = patterns.len() > CROWD;
        all.clone_from(&patterns);
        GenerateFinderPatternSets(&mut patterns)
    });
    let Ok(sets) = sets else {
        found.unread.push(whole(black));
        return found;
    };

    let mut used = Vec::new();
    for set in sets.iter().take(MOST_SETS) {
        if [set.bl, set.tl, set.tr]
            .iter()
            .any(|pattern| used.contains(pattern))
        {
            continue;
        }
        if stop() {
            break;
        }
        match guarded(|| decode(black, set)) {
            Ok(Some(code)) => {
                used.extend([set.bl, set.tl, set.tr]);
                found.codes.push(code);
            }
            Ok(None) if !looks_like_a_code(black, set) => {}
            Ok(None) | Err(_) => found.unread.push(outline(set)),
        }
    }

    let loose = all.iter().filter(|pattern| !used.contains(*pattern));
    found.loose.extend(loose.take(CROWD).map(|pattern| Pattern {
        middle: corner(pattern.p),
        module: pixel::coordinate(pattern.size) / 7.0,
    }));

    found
}

fn decode(black: &BitMatrix, set: &FinderPatternSet) -> Option<Sampled> {
    let sampled = SampleQR(black, set).ok()?;
    let bits = sampled.getBits();
    let other = Decode(bits).ok().filter(DecoderResult::isValid)?;
    let place = match sampled.getPoints() {
        &[tl, tr, bl, br] => Place {
            corners: [tl, tr, br, bl].map(|corner| Corner {
                x: corner.x - AHEAD,
                y: corner.y - AHEAD,
            }),
        },
        _ => outline(set),
    };
    if other.content().symbology.modifier == MODEL_1 {
        return of_model_1(&other, place);
    }

    let along = 0..bits.width();
    let modules = along
        .clone()
        .flat_map(|y| along.clone().map(move |x| bits.get(x, y)));
    let decoded = sampled::read(bits.width() as usize, modules, other.isMirrored())?;

    Some(Sampled::of(decoded, place))
}

/// A code in the layout of before 2000, which rxing alone knows; in plain letters, as it may print others twice.
fn of_model_1(decoded: &DecoderResult<bool>, place: Place) -> Option<Sampled> {
    let level = match decoded.ecLevel() {
        "L" => Level::L,
        "M" => Level::M,
        "Q" => Level::Q,
        "H" => Level::H,
        _ => return None,
    };

    let code = Code {
        content: Some(decoded.content().bytes().to_vec()).filter(|bytes| bytes.is_ascii())?,
        place,
        version: u8::try_from(decoded.versionNumber()).ok()?,
        level,
        mirrored: decoded.isMirrored(),
        grade: None,
    };

    Some(Sampled { code, known: None })
}

/// Whether the lines between three finder patterns alternate the way a code's timing patterns do
/// (ISO/IEC 18004, 6.3.5): three squares in a photograph are seldom a code.
fn looks_like_a_code(black: &BitMatrix, set: &FinderPatternSet) -> bool {
    guarded(|| {
        let across = timing(black, set.tl, set.tr, set.bl);
        let down = timing(black, set.tl, set.bl, set.tr);
        matches!((across, down), (Some(across), Some(down)) if across.min(down) < 0.35 && across.max(down) < 0.6)
    })
    .unwrap_or(false)
}

/// How far the changes between black and white from `from` to `to` are from those of a timing pattern that
/// lies three modules towards `side`, as a share; `None` when the patterns' modules have no size.
fn timing(
    black: &BitMatrix,
    from: ConcentricPattern,
    to: ConcentricPattern,
    side: ConcentricPattern,
) -> Option<f32> {
    let module = EstimateModuleSize(black, from, to) + EstimateModuleSize(black, to, from);
    let module = narrow(module / 2.0);
    let modules = (Point::distance(from.p, to.p) / module).round();
    if !(module > 0.5 && (12.0..=180.0).contains(&modules)) {
        return None;
    }

    let step = (to.p - from.p) / modules;
    let start = from.p + (side.p - from.p) * (3.0 * module / Point::distance(from.p, side.p));
    let samples = (0..pixel::whole(4.0 * modules - 40.0))
        .map(|i| start + step * (5.0 + pixel::distance(i) / 4.0));
    let colours: Vec<bool> = samples
        .map(|point| black.try_get_point(point).unwrap_or(false))
        .collect();
    let changes = colours.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let wanted = modules - 11.0;

    Some((pixel::distance(changes) - wanted).abs() / wanted)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "only digits behind the point are lost"
)]
fn narrow(size: f64) -> f32 {
    size as f32
}

/// The corners of the code three finder patterns belong to, as if seen flat.
fn outline(set: &FinderPatternSet) -> Place {
    let module = pixel::coordinate(set.tl.size + set.tr.size + set.bl.size) / 21.0;
    let across = (set.tr.p - set.tl.p) * (1.0 / Point::distance(set.tl.p, set.tr.p).max(1.0));
    let down = (set.bl.p - set.tl.p) * (1.0 / Point::distance(set.tl.p, set.bl.p).max(1.0));
    let out = |point: Point, right: f32, below: f32| {
        corner(point + across * (3.5 * module * right) + down * (3.5 * module * below))
    };
    let last = set.tr.p + set.bl.p - set.tl.p;

    Place {
        corners: [
            out(set.tl.p, -1.0, -1.0),
            out(set.tr.p, 1.0, -1.0),
            out(last, 1.0, 1.0),
            out(set.bl.p, -1.0, 1.0),
        ],
    }
}

fn whole(black: &BitMatrix) -> Place {
    let (right, bottom) = (
        pixel::distance(black.width() as usize),
        pixel::distance(black.height() as usize),
    );
    let corners = [(0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom)];

    Place {
        corners: corners.map(|(x, y)| Corner { x, y }),
    }
}

fn corner(point: Point) -> Corner {
    Corner {
        x: point.x,
        y: point.y,
    }
}

#[cfg(test)]
mod tests {
    use qrcodegen::QrSegment;

    use super::*;
    use crate::symbol::{
        Version,
        drawn::{self, Drawn},
    };

    /// The decoder of rxing corrects three codewords of 1-L, the standard two (ISO/IEC 18004, table 9): the fourth
    /// codeword of parity is there to tell such a word from another's.
    #[test]
    fn no_more_is_corrected_than_the_standard_allows() {
        let version = Version::new(1).unwrap();
        for (errors, read) in [(2, vec![b"ADMIT: 1".to_vec()]), (3, Vec::new())] {
            let mut shown = drawn::symbol(version, Level::L, 0, b"ADMIT: 1");
            let other = drawn::symbol(version, Level::L, 0, b"ADMIT: 2");
            shown.take_codewords(&other, &[22, 23, 24, 25][..errors]);

            assert_eq!(contents(&shown), read, "{errors}");
        }
    }

    #[test]
    fn an_empty_segment_doubles_no_text() {
        let version = Version::new(2).unwrap();
        let [word, empty] =
            ["r\u{e9}sum\u{e9}", ""].map(|text| QrSegment::make_bytes(text.as_bytes()));
        for (case, segments) in [
            vec![word.clone(), empty.clone()],
            vec![empty.clone(), word.clone()],
            vec![QrSegment::make_eci(26), empty.clone(), word.clone()],
            vec![QrSegment::make_numeric(""), word.clone(), empty],
            vec![word, QrSegment::make_alphanumeric("")],
        ]
        .into_iter()
        .enumerate()
        {
            let shown = drawn::segments(version, Level::L, 0, &segments);

            assert_eq!(contents(&shown), ["r\u{e9}sum\u{e9}".as_bytes()], "{case}");
        }
    }

    /// What the first pass reads of a symbol that is printed without a flaw.
    fn contents(drawn: &Drawn) -> Vec<Vec<u8>> {
        const MODULE: usize = 4;

        let side = drawn.version.side();
        let width = u32::try_from(MODULE * (side + 8)).unwrap();
        let mut black = BitMatrix::with_single_dimension(width).unwrap();
        for at in (0..side * side).filter(|at| drawn.modules[*at]) {
            let [left, top] = [at % side, at / side].map(|module| MODULE * (module + 4));
            let [left, top, module] = [left, top, MODULE].map(|side| u32::try_from(side).unwrap());
            black.setRegion(left, top, module, module).unwrap();
        }

        let codes = search(&black, &|| false).codes;
        codes.into_iter().map(|found| found.code.content).collect()
    }
}
