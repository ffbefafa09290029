//! Matrices of chance, and codes with the damage of chance: whatever is read must be what was printed.

use std::{collections::BTreeMap, fmt, rc::Rc, time::Duration};

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};
use reader::trial::{self, Decoder, Matrix};

/// What is done to the decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A code that differs in a few letters lies over a part of the code, module on module.
    Alike,
    /// Any bytes for the corrector and the content parser.
    Bytes,
    /// Another code lies over a part of the code, module on module.
    Covered,
    /// Patterns and format of a code, all else chance.
    Filled,
    /// Up to all of the code is chance, of which the sampler knows much, little or nothing.
    Half,
    /// Modules of a code turned over one by one, and values that are no numbers.
    Mutated,
    /// Nothing but chance.
    Noise,
    /// Parts of the code have slipped by a module, and the sampler is sure of them.
    Slipped,
    /// Two codes that differ in one letter in turn, both damaged, in one memory.
    Turns,
}

/// What came of one trial.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Matrices, words or pictures that were decoded.
    pub(crate) runs: u32,
    pub(crate) read: bool,
    pub(crate) wrong: Option<String>,
    pub(crate) kept: usize,
    pub(crate) took: Duration,
}

/// What came of many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) rounds: u32,
    pub(crate) runs: u32,
    pub(crate) read: u32,
    pub(crate) wrong: u32,
    pub(crate) kept: usize,
    pub(crate) took: Duration,
    pub(crate) longest: Duration,
}

/// Codes to damage, drawn once.
pub(crate) struct Trials {
    drawn: BTreeMap<(u8, u8, u8), Rc<Drawn>>,
}

/// Matrix and what may be read of it.
pub(crate) type Damaged = (Matrix, Vec<Vec<u8>>);

struct Drawn {
    text: Vec<u8>,
    matrix: Matrix,
}

/// What the sampler thinks of a clean module.
const SURE: f32 = 0.01;

impl Kind {
    pub(crate) const ALL: [Self; 9] = [
        Self::Alike,
        Self::Bytes,
        Self::Covered,
        Self::Filled,
        Self::Half,
        Self::Mutated,
        Self::Noise,
        Self::Slipped,
        Self::Turns,
    ];
}

impl Trials {
    pub(crate) fn new() -> Self {
        Self {
            drawn: BTreeMap::new(),
        }
    }

    /// One trial; the same seed gives the same. `watch` is asked how long it took.
    pub(crate) fn run(
        &mut self,
        kind: Kind,
        seed: u64,
        watch: &mut dyn FnMut() -> Duration,
    ) -> Outcome {
        let mut chance = Chance::new(seed);
        if kind == Kind::Bytes {
            return bytes(&mut chance, watch);
        }
        if kind == Kind::Turns {
            let size = size(&mut chance);
            let [own, other] = [0, 1].map(|text| self.drawn(size, text));
            return turns(&own, &other, &mut chance, watch);
        }

        let (matrix, allowed) = self.damaged(kind, &mut chance);
        let mut decoder = Decoder::default();
        let before = watch();
        let read = decoder.decode(matrix);
        judge(
            read.as_ref(),
            &allowed,
            &decoder,
            watch().saturating_sub(before),
        )
    }

    /// A code to which this was done, and what may be read of it; one in its place where there is none of this kind.
    pub(crate) fn damaged(&mut self, kind: Kind, chance: &mut Chance) -> Damaged {
        let size = size(chance);
        let own = self.drawn(size, 0);
        let mut matrix = own.matrix.clone();
        let mut allowed = vec![own.text.clone()];
        match kind {
            Kind::Alike | Kind::Covered => {
                let other = self.drawn(size, if kind == Kind::Alike { 3 } else { 2 });
                cover(&mut matrix, &other.matrix, chance);
                allowed.push(other.text.clone());
            }
            Kind::Filled => {
                fill(&mut matrix, 1.0, chance);
                print_patterns(&mut matrix, &own.matrix);
                allowed.clear();
            }
            Kind::Half => {
                let share = chance.share();
                fill(&mut matrix, share, chance);
                print_patterns(&mut matrix, &own.matrix);
            }
            Kind::Mutated => mutate(&mut matrix, chance),
            Kind::Noise => {
                fill(&mut matrix, 1.0, chance);
                allowed.clear();
            }
            Kind::Slipped => slip(&mut matrix, chance),
            Kind::Bytes | Kind::Turns => {}
        }

        (matrix, allowed)
    }

    /// A code of this size with one of four texts.
    fn drawn(&mut self, (version, level): (u8, u8), text: u8) -> Rc<Drawn> {
        let drawn = self
            .drawn
            .entry((version, level, text))
            .or_insert_with(|| Rc::new(draw(version, level, text)));

        Rc::clone(drawn)
    }
}

/// Smaller codes far more often: they are the ones that chance could make, and take least time.
fn size(chance: &mut Chance) -> (u8, u8) {
    let version = match chance.byte() {
        0..=239 => 1 + chance.byte() % 3,
        240..=253 => 4 + chance.byte() % 7,
        254 => 11 + chance.byte() % 5,
        _ => [16, 20, 25, 30, 40][usize::from(chance.byte() % 5)],
    };

    (version, chance.byte() % 4)
}

fn draw(version: u8, level: u8, text: u8) -> Drawn {
    let level = [
        QrCodeEcc::Low,
        QrCodeEcc::Medium,
        QrCodeEcc::Quartile,
        QrCodeEcc::High,
    ][usize::from(level)];
    let size = Version::new(version);
    let written = |length: usize| {
        let text = letters(length, text);
        let segments = [QrSegment::make_bytes(&text)];
        let mask = Some(Mask::new(version % 8));
        let code = QrCode::encode_segments_advanced(&segments, level, size, size, mask, false);
        Some((code.ok()?, text))
    };
    // The longest text that fits, so that no block holds only padding, which all codes have in common.
    let longest = (0..12).rev().fold(0, |length, bit| {
        let longer = length | 1 << bit;
        if written(longer).is_some() {
            longer
        } else {
            length
        }
    });
    let Some((code, text)) = written(longest) else {
        return Drawn {
            text: Vec::new(),
            matrix: Matrix {
                version,
                black: Vec::new(),
                doubt: Vec::new(),
            },
        };
    };
    let along = 0..code.size();
    let modules = along
        .clone()
        .flat_map(|y| along.clone().map(move |x| (x, y)))
        .map(|(x, y)| if code.get_module(x, y) { 1.0 } else { -1.0 });
    let black: Vec<f32> = modules.collect();

    Drawn {
        text,
        matrix: Matrix {
            version,
            doubt: vec![SURE; black.len()],
            black,
        },
    }
}

/// Texts 0 and 1 differ in one letter, 0 and 3 in six all over, 2 from all others in nearly all.
fn letters(length: usize, text: u8) -> Vec<u8> {
    let mut chance = Chance::new(u64::from(text == 2));
    let mut letters: Vec<u8> = (0..length).map(|_| b'A' + chance.byte() % 26).collect();
    let others: &[usize] = match text {
        1 => &[6],
        3 => &[1, 3, 5, 7, 9, 11],
        _ => &[],
    };
    for twelfths in others {
        if let Some(letter) = letters.get_mut(length * twelfths / 12) {
            *letter = b'1';
        }
    }

    letters
}

fn judge(
    read: Option<&Vec<u8>>,
    allowed: &[Vec<u8>],
    decoder: &Decoder,
    took: Duration,
) -> Outcome {
    let wrong = read
        .filter(|read| !allowed.contains(read))
        .map(|read| String::from_utf8_lossy(read).chars().take(60).collect());

    Outcome {
        runs: 1,
        read: read.is_some(),
        wrong,
        kept: decoder.progress().0,
        took,
    }
}

/// Chance in a rectangle with this share of the code, or in all of it; what the sampler thinks of it differs.
fn fill(matrix: &mut Matrix, share: f32, chance: &mut Chance) {
    let side = side(matrix);
    let honest = chance.share();
    let inside = rectangle(side, share, chance);
    for at in 0..matrix.black.len() {
        if inside(at % side, at / side) {
            matrix.black[at] = chance.colour();
            matrix.doubt[at] = if chance.share() < honest {
                0.35 + 0.15 * chance.share()
            } else {
                0.3 * chance.share()
            };
        }
    }
}

/// Finder patterns, format and timing lines as in the code.
fn print_patterns(matrix: &mut Matrix, code: &Matrix) {
    let side = side(matrix);
    for at in 0..matrix.black.len() {
        let (x, y) = (at % side, at / side);
        let corner = (x < 9 || x >= side - 8) && y < 9 || x < 9 && y >= side - 8;
        if corner || x == 6 || y == 6 {
            (matrix.black[at], matrix.doubt[at]) = (code.black[at], code.doubt[at]);
        }
    }
}

/// Modules of another code in a rectangle, as sure as all others or rather unsure.
fn cover(matrix: &mut Matrix, other: &Matrix, chance: &mut Chance) {
    let side = side(matrix);
    let doubt = [SURE, 0.1, 0.3, 0.45][usize::from(chance.byte() % 4)];
    let share = chance.share();
    let inside = rectangle(side, share, chance);
    for at in 0..matrix.black.len() {
        if inside(at % side, at / side) {
            matrix.black[at] = other.black[at];
            matrix.doubt[at] = doubt;
        }
    }
}

fn slip(matrix: &mut Matrix, chance: &mut Chance) {
    let side = side(matrix);
    let from = matrix.black.clone();
    for _ in 0..=chance.byte() % 3 {
        let step = [1, side, side + 1, side - 1][usize::from(chance.byte() % 4)];
        let share = chance.share() / 2.0;
        let inside = rectangle(side, share, chance);
        for at in 0..from.len() {
            if inside(at % side, at / side) {
                matrix.black[at] = from[(at + step) % from.len()];
                matrix.doubt[at] = 0.15 * chance.share();
            }
        }
    }
}

fn mutate(matrix: &mut Matrix, chance: &mut Chance) {
    let odd = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        0.0,
        -0.0,
        7.0,
        0.5,
    ];
    let rate = chance.share() / 3.0;
    for at in 0..matrix.black.len() {
        if chance.share() < rate {
            matrix.black[at] *= -1.0;
            matrix.doubt[at] = 0.5 * chance.share();
        }
        if chance.byte() == 0 {
            let value = odd[usize::from(chance.byte()) % odd.len()];
            let place = if chance.byte() < 128 {
                &mut matrix.black
            } else {
                &mut matrix.doubt
            };
            place[at] = value;
        }
    }
    match chance.byte() {
        0 => matrix.version = chance.byte(),
        1 => matrix.black.truncate(usize::from(chance.byte())),
        2 => matrix.doubt.push(0.1),
        _ => {}
    }
}

/// The two codes in turn, each picture damaged anew: what is read is one of them, and never a mixture.
fn turns(
    own: &Drawn,
    other: &Drawn,
    chance: &mut Chance,
    watch: &mut dyn FnMut() -> Duration,
) -> Outcome {
    let mut decoder = Decoder::default();
    let mut last = Outcome::default();
    let before = watch();
    for _ in 0..4 {
        let shown = if chance.byte() < 128 { own } else { other };
        let mut matrix = shown.matrix.clone();
        let share = 0.3 + 0.6 * chance.share();
        fill(&mut matrix, share, chance);
        print_patterns(&mut matrix, &shown.matrix);
        let read = decoder.decode(matrix);
        let outcome = judge(
            read.as_ref(),
            std::slice::from_ref(&shown.text),
            &decoder,
            Duration::ZERO,
        );
        last = Outcome {
            runs: last.runs + 1,
            read: last.read || outcome.read,
            wrong: last.wrong.or(outcome.wrong),
            ..outcome
        };
    }

    Outcome {
        took: watch().saturating_sub(before) / last.runs.max(1),
        ..last
    }
}

fn bytes(chance: &mut Chance, watch: &mut dyn FnMut() -> Duration) -> Outcome {
    let parity = usize::from(chance.byte() % 40);
    let length = usize::from(chance.byte()) + usize::from(chance.byte() % 8);
    let word: Vec<u8> = (0..length).map(|_| chance.byte()).collect();
    let erased: Vec<usize> = (0..chance.byte() % 32)
        .map(|_| usize::from(chance.byte()))
        .collect();
    let long: Vec<u8> = (0..chance.below(3_000)).map(|_| chance.byte()).collect();
    let (spare, version) = (usize::from(chance.byte() % 6), chance.byte() % 44);
    let before = watch();
    let corrected = trial::corrected(&word, parity, &erased, spare);
    let content = trial::content(&long, version);

    Outcome {
        runs: 1,
        read: corrected.is_some() || content.is_some(),
        took: watch().saturating_sub(before),
        ..Outcome::default()
    }
}

fn side(matrix: &Matrix) -> usize {
    17 + 4 * usize::from(matrix.version)
}

/// Whether a module lies in a rectangle with this share of the square.
fn rectangle(
    side: usize,
    share: f32,
    chance: &mut Chance,
) -> impl Fn(usize, usize) -> bool + use<> {
    let whole = f32::from(u16::try_from(side).unwrap_or(u16::MAX));
    let stretch = 0.7 + 0.6 * chance.share();
    let length = |part: f32| {
        (1..=side)
            .rev()
            .find(|end| f32::from(u16::try_from(*end).unwrap_or(u16::MAX)) <= part * whole)
    };
    let width = length((share.sqrt() * stretch).clamp(share, 1.0)).unwrap_or(1);
    let height = length((share.sqrt() / stretch).clamp(share, 1.0)).unwrap_or(1);
    let (left, top) = (
        chance.below(side - width + 1),
        chance.below(side - height + 1),
    );

    move |x, y| (left..left + width).contains(&x) && (top..top + height).contains(&y)
}

impl Tally {
    pub(crate) fn add(&mut self, outcome: &Outcome) {
        self.rounds += 1;
        self.runs += outcome.runs;
        self.read += u32::from(outcome.read);
        self.wrong += u32::from(outcome.wrong.is_some());
        self.kept += outcome.kept;
        self.took += outcome.took;
        self.longest = self.longest.max(outcome.took);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mean = self.took / self.rounds.max(1);
        write!(
            f,
            "{} | {} | {} | {} | {} | {} | {:.1}",
            self.rounds,
            self.runs,
            self.read,
            self.wrong,
            self.kept,
            mean.as_micros(),
            1_000.0 * self.longest.as_secs_f64()
        )
    }
}

/// Numbers that look like chance and are the same in every run (splitmix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or(0) % end.max(1)
    }

    /// From 0 to 1.
    pub(crate) fn share(&mut self) -> f32 {
        let [high, low, ..] = self.next().to_be_bytes();
        f32::from(u16::from_be_bytes([high, low])) / 65_536.0
    }

    fn colour(&mut self) -> f32 {
        if self.byte() < 128 { 1.0 } else { -1.0 }
    }
}
