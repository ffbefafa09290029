//! Small pictures of damaged codes and of chance, one after another before one reader.

use std::{rc::Rc, time::Duration};

use reader::{Budget, Luma, Reader, trial::Matrix};

use crate::{
    trials::{Chance, Kind, Outcome, Trials},
    watch::worked,
};

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A code to which this was done, turned and of any size.
    Code(Kind),
    /// Noise, stripes, or nothing.
    Nothing,
}

pub(crate) const WHAT: [What; 8] = [
    What::Code(Kind::Alike),
    What::Code(Kind::Covered),
    What::Code(Kind::Filled),
    What::Code(Kind::Half),
    What::Code(Kind::Mutated),
    What::Code(Kind::Noise),
    What::Code(Kind::Slipped),
    What::Nothing,
];

/// Time for a frame, as at the station.
const BUDGET: Duration = Duration::from_millis(33);
const SIZES: [(u16, u16); 3] = [(160, 120), (240, 180), (320, 240)];

/// One reader, that remembers what it saw in earlier pictures.
pub(crate) struct Frames {
    trials: Trials,
    reader: Reader,
    begun: Rc<std::cell::Cell<Duration>>,
}

impl Frames {
    pub(crate) fn new() -> Self {
        Self {
            trials: Trials::new(),
            reader: Reader::new(),
            begun: Rc::default(),
        }
    }

    /// Reads the picture of this number.
    pub(crate) fn run(&mut self, what: What, seed: u64) -> Outcome {
        let mut chance = Chance::new(seed);
        let (picture, allowed) = match what {
            What::Code(kind) => {
                let (matrix, allowed) = self.trials.damaged(kind, &mut chance);
                (shown(&matrix, &mut chance), allowed)
            }
            What::Nothing => (nothing(&mut chance), Vec::new()),
        };

        self.begun.set(worked());
        let begun = Rc::clone(&self.begun);
        let budget = Budget::from_fn(move || (begun.get() + BUDGET).saturating_sub(worked()));
        let reading = self.reader.read(&picture, budget);
        let took = worked().saturating_sub(self.begun.get());
        let wrong = reading
            .codes
            .iter()
            .find(|code| !allowed.contains(&code.content));

        Outcome {
            runs: 1,
            read: !reading.codes.is_empty(),
            wrong: wrong.map(|code| {
                String::from_utf8_lossy(&code.content)
                    .chars()
                    .take(60)
                    .collect()
            }),
            kept: 0,
            took,
        }
    }
}

/// The code in a frame, upright or turned, with grain and uneven light; what the sampler would doubt is grey.
fn shown(matrix: &Matrix, chance: &mut Chance) -> Luma {
    let (width, height) = SIZES[chance.below(SIZES.len())];
    let side = 17 + 4 * u16::from(matrix.version.clamp(1, 40));
    let largest = f32::from(height) / f32::from(side + 8);
    let module = (largest * (0.6 + 0.5 * chance.share())).min(8.0);
    let angle = [0.0, 0.0, 0.1, 6.3][chance.below(4)] * chance.share();
    let (across, down) = (angle.cos() / module, angle.sin() / module);
    let (paper, ink) = (160.0 + 80.0 * chance.share(), 20.0 + 90.0 * chance.share());
    let shade = 0.6 * (chance.share() - 0.5) / f32::from(width);
    let grain = 30.0 * chance.share();
    let black = |u: f32, v: f32| {
        let inside = |at: f32| (at >= 0.0 && at < f32::from(side)).then(|| whole(at));
        let at = inside(v)? * usize::from(side) + inside(u)?;
        let sure = 1.0 - 2.0 * matrix.doubt.get(at)?.clamp(0.0, 0.5);
        let black = matrix.black.get(at)?;
        Some(0.5 + if *black > 0.0 { 0.5 } else { -0.5 } * sure)
    };

    let middle = [width, height, side].map(|length| f32::from(length) / 2.0);
    painted((width, height), |x, y| {
        let (x, y) = (x - middle[0], y - middle[1]);
        let (u, v) = (across * x + down * y, across * y - down * x);
        let black = black(u + middle[2], v + middle[2]).unwrap_or(0.0);
        let light = paper + black * (ink - paper);
        light * (1.0 + shade * x) + grain * (chance.share() - 0.5)
    })
}

fn nothing(chance: &mut Chance) -> Luma {
    let size = SIZES[chance.below(SIZES.len())];
    let (noise, period) = (255.0 * chance.share(), 2.0 + 20.0 * chance.share());
    let (along, across) = (chance.share(), chance.share());
    let stripes = 120.0 * chance.share();

    painted(size, |x, y| {
        let stripe = ((along * x + across * y) / period).sin().signum();
        128.0 + stripes * stripe + noise * (chance.share() - 0.5)
    })
}

fn painted((width, height): (u16, u16), mut grey: impl FnMut(f32, f32) -> f32) -> Luma {
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height));
    for y in 0..height {
        for x in 0..width {
            let grey = whole(grey(f32::from(x) + 0.5, f32::from(y) + 0.5));
            pixels.push(u8::try_from(grey).unwrap_or(u8::MAX));
        }
    }

    Luma::new(width.into(), height.into(), pixels).unwrap_or_else(|error| unreachable!("{error}"))
}

/// The whole of a number; none of a negative one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` keeps to the range of usize"
)]
fn whole(number: f32) -> usize {
    number as usize
}
