//! Desk, light, lens and sensor of the demo camera.

use reader::Luma;

use super::{chance::Chance, pose::View, sheet::Sheet};

pub(super) const WIDTH: usize = 1280;
pub(super) const HEIGHT: usize = 720;
/// Grey of ink and of paper where the light is full.
const INK: u32 = 34;
const PAPER: u32 = 226;
/// Sensor noise is drawn once; each row of each frame begins at another place of it.
const NOISE: usize = 1 << 16;

#[derive(Debug)]
pub(super) struct Scene {
    desk: Vec<u8>,
    /// How much of the light reaches each pixel, of 256.
    light: Vec<u16>,
    noise: Vec<u8>,
}

impl Scene {
    pub(super) fn new(chance: &mut Chance) -> Self {
        let side = chance.swing();
        let light = pixels().map(|(x, y)| {
            let slope = 0.16 * side * (x - 0.5) - 0.12 * (y - 0.5);
            let corner = 0.22 * ((x - 0.5).powi(2) + (y - 0.5).powi(2));
            whole(256.0 * (0.86 + slope - corner))
        });
        let desk = pixels().map(|(x, y)| {
            let grain = (90.0 * y + 5.0 * (7.0 * x).sin() + 2.0 * (31.0 * x).cos()).sin();
            let board = if (x * 2.3 + 0.1).fract() < 0.004 {
                -25.0
            } else {
                0.0
            };
            whole(118.0 + 9.0 * grain + 5.0 * (211.0 * y + 3.0 * x).sin() + board)
        });

        Self {
            light: light.collect(),
            desk: desk
                .map(|grey| u8::try_from(grey).unwrap_or(u8::MAX))
                .collect(),
            noise: (0..NOISE).map(|_| noise(chance.next())).collect(),
        }
    }

    /// The desk with nobody there.
    pub(super) fn empty(&self, frame: u32, chance: &mut Chance) -> Luma {
        self.exposed(self.desk.clone(), frame, chance)
    }

    /// The desk behind a sheet.
    pub(super) fn with(&self, sheet: &Sheet, view: &View, frame: u32, chance: &mut Chance) -> Luma {
        let mut picture = self.desk.clone();
        for (y, row) in picture.chunks_exact_mut(WIDTH).enumerate() {
            paint(row, y, sheet, view);
        }

        self.exposed(picture, frame, chance)
    }

    /// Light, lens and sensor.
    fn exposed(&self, mut picture: Vec<u8>, frame: u32, chance: &mut Chance) -> Luma {
        for (grey, light) in picture.iter_mut().zip(&self.light) {
            *grey = u8::try_from((u32::from(*grey) * u32::from(*light)) >> 8).unwrap_or(u8::MAX);
        }
        // The lens hunts for focus: from sharp to a pixel of blur and back within two seconds.
        let blur = (frame % 30).abs_diff(15) * 4;
        picture = blurred(&picture, blur);
        self.add_noise(&mut picture, chance);

        Luma::new(WIDTH, HEIGHT, picture)
            .unwrap_or_else(|_| unreachable!("the desk fills the picture"))
    }

    fn add_noise(&self, picture: &mut [u8], chance: &mut Chance) {
        for row in picture.chunks_exact_mut(WIDTH) {
            let start = usize::try_from(chance.next() % (NOISE - WIDTH) as u64).unwrap_or(0);
            for (grey, noise) in row.iter_mut().zip(&self.noise[start..start + WIDTH]) {
                *grey = grey.saturating_add(*noise).saturating_sub(MEAN_NOISE);
            }
        }
    }
}

const MEAN_NOISE: u8 = 8;

/// About a bell: the sum of four draws, 0 to 16, [`MEAN_NOISE`] on average.
fn noise(draw: u64) -> u8 {
    let [a, b, c, d, ..] = draw.to_be_bytes().map(|byte| byte % 5);
    a + b + c + d
}

/// Lays the sheet over a row of the desk where it covers it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "coordinates are within the page when they are cut to whole pixels"
)]
fn paint(row: &mut [u8], y: usize, sheet: &Sheet, view: &View) {
    let (width, height) = sheet.size();
    let page = sheet.pixels();
    let (right, bottom) = (
        width.saturating_sub(1) as f32,
        height.saturating_sub(1) as f32,
    );
    let [across, down, depth] = view.0;
    let begin = |line: [f32; 3]| line[1] * (y as f32 + 0.5) + line[2] + 0.5 * line[0];
    let (mut u, mut v, mut w) = (begin(across), begin(down), begin(depth));

    for grey in row {
        let scale = sheet.fine / w;
        let (at_x, at_y) = (u * scale - 0.5, v * scale - 0.5);
        if w > 0.0 && at_x >= 0.0 && at_x < right && at_y >= 0.0 && at_y < bottom {
            let (left, top) = (at_x as usize, at_y as usize);
            let share_x = (256.0 * (at_x - left as f32)) as u32;
            let share_y = (256.0 * (at_y - top as f32)) as u32;
            let corner = top * width + left;
            let line = |from: usize| {
                u32::from(page[from]) * (256 - share_x) + u32::from(page[from + 1]) * share_x
            };
            let mixed = (line(corner) * (256 - share_y) + line(corner + width) * share_y) >> 16;
            *grey = (INK + mixed * (PAPER - INK) / 255) as u8;
        }
        u += across[0];
        v += down[0];
        w += depth[0];
    }
}

/// Each pixel mixed with its neighbours, `share` of 256 from each of the two beside it, then above and below.
fn blurred(picture: &[u8], share: u32) -> Vec<u8> {
    if share == 0 {
        return picture.to_vec();
    }
    let mix = |before: u8, here: u8, after: u8| {
        let mixed =
            u32::from(here) * (256 - 2 * share) + (u32::from(before) + u32::from(after)) * share;
        u8::try_from(mixed >> 8).unwrap_or(u8::MAX)
    };

    let mut across = picture.to_vec();
    for (row, old) in across
        .chunks_exact_mut(WIDTH)
        .zip(picture.chunks_exact(WIDTH))
    {
        for (grey, near) in row[1..WIDTH - 1].iter_mut().zip(old.windows(3)) {
            *grey = mix(near[0], near[1], near[2]);
        }
    }
    let mut down = across.clone();
    for (y, row) in down
        .chunks_exact_mut(WIDTH)
        .enumerate()
        .skip(1)
        .take(HEIGHT - 2)
    {
        let (above, below) = (&across[(y - 1) * WIDTH..], &across[(y + 1) * WIDTH..]);
        for ((grey, above), below) in row.iter_mut().zip(above).zip(below) {
            *grey = mix(*above, *grey, *below);
        }
    }

    down
}

/// Every pixel's place, as shares of the picture's sides.
fn pixels() -> impl Iterator<Item = (f32, f32)> {
    let share = |at: usize, of: usize| {
        f32::from(u16::try_from(at).unwrap_or(0)) / f32::from(u16::try_from(of).unwrap_or(1))
    };

    (0..HEIGHT).flat_map(move |y| (0..WIDTH).map(move |x| (share(x, WIDTH), share(y, HEIGHT))))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "light and desk are small and not negative"
)]
fn whole(value: f32) -> u16 {
    value as u16
}
