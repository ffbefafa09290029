//! Measuring a code where it lies: the size of its modules, its contrast, edges and noise, from some thousand of its pixels.

use crate::{
    luma::Luma,
    pixel,
    reading::{Corner, Place},
};

/// A place in its picture.
pub(super) struct Spot<'a> {
    pub(super) luma: &'a Luma,
    pub(super) place: &'a Place,
}

/// How large a code's modules are.
pub(super) struct Size {
    /// Pixels a module.
    pub(super) module: f32,
    /// How like finder patterns its three corners are: 1 at best.
    pub(super) likeness: f32,
}

/// Grey values of a small part of the code.
pub(super) struct Block {
    pub(super) dark: f32,
    pub(super) bright: f32,
}

impl Block {
    pub(super) fn contrast(&self) -> f32 {
        self.bright - self.dark
    }

    /// Nothing but light, and brighter than paper unless paper is as bright as can be.
    pub(super) fn is_glare(&self, white: f32, contrast: f32) -> bool {
        self.dark > 235.0 || (self.dark > white + 0.15 * contrast && self.dark > 200.0)
    }
}

/// What the edges of a place tell.
pub(super) struct Edges {
    pub(super) evenness: f32,
    /// Greys a pixel that one edge in fifty exceeds.
    pub(super) steepest: f32,
}

/// The median of the size of a normal second difference, in deviations: 0.6745 times the root of 6.
const BEND: f32 = 1.652;
/// Blocks a side.
const BLOCKS: usize = 10;
/// Samples of a block's side.
const SAMPLES: usize = 6;
/// Samples of a place's side where edges are looked for.
const FINE: usize = 80;

impl<'a> Spot<'a> {
    /// `None` for a place without extent.
    pub(super) fn new(luma: &'a Luma, place: &'a Place) -> Option<Self> {
        let side = place.side();
        let has_extent = side >= 8.0 && side.is_finite() && luma.width > 2 && luma.height > 2;

        has_extent.then_some(Self { luma, place })
    }

    /// The point of the picture at shares of the code's width and height.
    fn point(&self, u: f32, v: f32) -> (f32, f32) {
        let shares = [(1.0 - u) * (1.0 - v), u * (1.0 - v), u * v, (1.0 - u) * v];
        let mix = |of: fn(&Corner) -> f32| {
            let corners = self.place.corners.iter().map(of);
            corners.zip(shares).map(|(at, share)| at * share).sum()
        };

        (mix(|corner| corner.x), mix(|corner| corner.y))
    }

    /// The grey of a pixel; the border goes on outside.
    fn grey(&self, x: f32, y: f32) -> f32 {
        let column = pixel::whole(x).min(self.luma.width - 1);
        let row = pixel::whole(y).min(self.luma.height - 1);

        f32::from(self.luma.pixels()[row * self.luma.width + column])
    }

    fn at(&self, u: f32, v: f32) -> f32 {
        let (x, y) = self.point(u, v);

        self.grey(x, y)
    }

    pub(super) fn is_cut(&self) -> bool {
        let (width, height) = (
            pixel::distance(self.luma.width),
            pixel::distance(self.luma.height),
        );

        self.place.corners.iter().any(|corner| {
            corner.x < 1.0 || corner.y < 1.0 || corner.x > width - 1.0 || corner.y > height - 1.0
        })
    }

    pub(super) fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::with_capacity(BLOCKS * BLOCKS);
        let step = 1.0 / pixel::distance(BLOCKS * SAMPLES);
        for row in 0..BLOCKS {
            for column in 0..BLOCKS {
                let mut greys: Vec<f32> = (0..SAMPLES * SAMPLES)
                    .map(|sample| {
                        let x = column * SAMPLES + sample % SAMPLES;
                        let y = row * SAMPLES + sample / SAMPLES;
                        self.at(
                            (pixel::distance(x) + 0.5) * step,
                            (pixel::distance(y) + 0.5) * step,
                        )
                    })
                    .collect();
                greys.sort_unstable_by(f32::total_cmp);
                blocks.push(Block {
                    dark: greys[greys.len() / 10],
                    bright: greys[greys.len() * 9 / 10],
                });
            }
        }

        blocks
    }

    /// Of all sizes the one at which the diagonals of the three finder patterns, 1:1:3:1:1 from the code's corners
    /// inwards, agree best with the picture.
    pub(super) fn size(&self) -> Size {
        const ENDS: [[f32; 4]; 3] = [
            [0.0, 0.0, 1.0, 1.0],
            [1.0, 0.0, -1.0, 1.0],
            [0.0, 1.0, 1.0, -1.0],
        ];
        let mut best = Size {
            module: self.place.side() / 45.0,
            likeness: f32::MIN,
        };
        for version in 1..=40_u16 {
            let modules = f32::from(17 + 4 * version);
            let mut likeness = 0.0;
            for [u, v, right, down] in ENDS {
                let along =
                    |place: f32| self.at(u + right * place / modules, v + down * place / modules);
                likeness += [-0.6, 0.0, 0.6]
                    .map(|shift| finder_like(|place| along(place + shift)))
                    .into_iter()
                    .fold(f32::MIN, f32::max)
                    / 3.0;
            }
            if likeness > best.likeness {
                best = Size {
                    module: self.place.side() / modules,
                    likeness,
                };
            }
        }

        best
    }

    /// Structure tensor and the steepest edges.
    pub(super) fn edges(&self) -> Edges {
        let mut slopes = Vec::with_capacity(FINE * FINE);
        let evenness = self.tensor(FINE, |slope| slopes.push(slope));
        let at = slopes.len() * 98 / 100;
        let (_, steepest, _) = slopes.select_nth_unstable_by(at, f32::total_cmp);

        Edges {
            evenness,
            steepest: *steepest,
        }
    }

    /// The same evenness as [`Spot::edges`] tells, from a quarter of the samples.
    pub(super) fn evenness(&self) -> f32 {
        self.tensor(FINE / 2, |_| ())
    }

    /// The smaller eigenvalue of the structure tensor as a share of the larger, from so many samples a side; the slope at
    /// each is told.
    fn tensor(&self, side: usize, mut slope: impl FnMut(f32)) -> f32 {
        let (mut across, mut down, mut both) = (0.0, 0.0, 0.0);
        let step = 1.0 / pixel::distance(side);
        for row in 0..side {
            for column in 0..side {
                let (x, y) = self.point(
                    (pixel::distance(column) + 0.5) * step,
                    (pixel::distance(row) + 0.5) * step,
                );
                let right = (self.grey(x + 1.0, y) - self.grey(x - 1.0, y)) / 2.0;
                let below = (self.grey(x, y + 1.0) - self.grey(x, y - 1.0)) / 2.0;
                across += right * right;
                down += below * below;
                both += right * below;
                slope(right.hypot(below));
            }
        }
        let spread = ((across - down) / 2.0).hypot(both);
        let mean = f32::midpoint(across, down);

        (mean - spread).max(0.0) / (mean + spread).max(1.0)
    }

    /// Deviation of the grey of bare paper, along the quiet zone.
    pub(super) fn noise(&self, module: f32) -> f32 {
        let out = 2.0 * module / self.place.side();
        let mut bends = Vec::new();
        for step in 0..60 {
            let along = pixel::distance(step) / 60.0;
            for (u, v) in [
                (along, -out),
                (along, 1.0 + out),
                (-out, along),
                (1.0 + out, along),
            ] {
                let (x, y) = self.point(u, v);
                let bend = self.grey(x - 1.0, y) - 2.0 * self.grey(x, y) + self.grey(x + 1.0, y);
                bends.push(bend.abs());
            }
        }

        middle(bends) / BEND
    }
}

/// How like a finder pattern's diagonal a line is that starts in its outer corner, in modules: normalised correlation
/// with a module of the quiet zone and the seven of the pattern.
fn finder_like(line: impl Fn(f32) -> f32) -> f32 {
    const BRIGHT: [f32; 9] = [1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0];
    let mean = 4.0 / 9.0;
    let (mut sum, mut squares, mut common) = (0.0, 0.0, 0.0);
    for (place, bright) in (0_u8..).zip(BRIGHT) {
        for part in [-0.25, 0.25] {
            let grey = line(f32::from(place) - 0.5 + part);
            sum += grey;
            squares += grey * grey;
            common += grey * (bright - mean);
        }
    }
    let variance = (squares - sum * sum / 18.0).max(1.0);

    // The pattern's own variance over the 18 samples is 40 / 9.
    common / (variance * 40.0 / 9.0).sqrt()
}

/// Deviation of the grey of a picture in which most is flat.
pub(super) fn grain(luma: &Luma) -> f32 {
    const APART: usize = 61;
    let triples = luma.pixels().windows(3).step_by(APART);
    let bends = triples.map(|pixels| {
        let [left, middle, right] = [0, 1, 2].map(|at| f32::from(pixels[at]));
        (left - 2.0 * middle + right).abs()
    });

    middle(bends.collect()) / BEND
}

/// The grey that one pixel in fifty exceeds; that of a picture without pixels is white.
pub(super) fn brightest(luma: &Luma) -> f32 {
    const APART: usize = 251;
    let mut greys: Vec<u8> = luma.pixels().iter().copied().step_by(APART).collect();
    if greys.is_empty() {
        return f32::from(u8::MAX);
    }
    let at = greys.len() * 49 / 50;

    f32::from(*greys.select_nth_unstable(at).1)
}

pub(super) fn middle(mut values: Vec<f32>) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let at = values.len() / 2;

    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

/// From the darkest to the brightest blocks, a few apart.
pub(super) fn extent(blocks: &[Block]) -> f32 {
    let mut dark: Vec<f32> = blocks.iter().map(|block| block.dark).collect();
    let mut bright: Vec<f32> = blocks.iter().map(|block| block.bright).collect();
    dark.sort_unstable_by(f32::total_cmp);
    bright.sort_unstable_by(f32::total_cmp);
    let few = blocks.len() / 25;

    bright[blocks.len() - 1 - few] - dark[few]
}

pub(super) fn share(blocks: &[Block], is: impl Fn(&Block) -> bool) -> f32 {
    let count = blocks.iter().filter(|block| is(block)).count();

    pixel::distance(count) / pixel::distance(blocks.len().max(1))
}
