//! A demo sheet as the camera's scene needs it: about as fine as the camera sees it.

use reader::{Budget, Luma, Reader};

/// An A4 page is this wide, in millimetres.
const PAGE_WIDTH: f32 = 210.0;
/// Finer than this would flicker: the camera has about 2.6 pixels a millimetre.
const FINEST: f32 = 4.5;
/// Thumbs hold the page at both sides, below the middle: this far in, this long, and this dark.
const THUMB: (f32, f32, u8) = (14.0, 20.0, 130);

#[derive(Clone, Debug)]
pub(super) struct Sheet {
    page: Luma,
    /// Pixels a millimetre.
    pub(super) fine: f32,
    /// What is held before the camera: the code's middle, in millimetres from the page's corner.
    aim: (f32, f32),
}

impl Sheet {
    pub(super) fn new(picture: &Luma) -> Self {
        let mut page = picture.clone();
        while distance(page.width) / PAGE_WIDTH > FINEST {
            let Some(half) = halved(&page) else { break };
            page = half;
        }

        let fine = distance(page.width).max(1.0) / PAGE_WIDTH;
        let code = Reader::new()
            .read(&page, Budget::unlimited())
            .codes
            .into_iter()
            .next();
        let middle = (distance(page.width) / 2.0, distance(page.height) / 2.0);
        let aim = code.map_or(middle, |code| {
            (code.place.middle().x, code.place.middle().y)
        });
        let aim = (aim.0 / fine, aim.1 / fine);

        Self {
            page: held(page, fine),
            fine,
            aim,
        }
    }

    pub(super) fn aim(&self) -> (f32, f32) {
        self.aim
    }

    pub(super) fn size(&self) -> (usize, usize) {
        (self.page.width, self.page.height)
    }

    pub(super) fn pixels(&self) -> &[u8] {
        self.page.pixels()
    }
}

/// Half as wide and high, each pixel the mean of four.
fn halved(page: &Luma) -> Option<Luma> {
    let (width, height) = (page.width / 2, page.height / 2);
    let mut pixels = Vec::with_capacity(width * height);
    for rows in page.pixels().chunks_exact(2 * page.width).take(height) {
        let (upper, lower) = rows.split_at(page.width);
        let squares = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        pixels.extend(squares.map(|(a, b)| a[0].midpoint(a[1]).midpoint(b[0].midpoint(b[1]))));
    }

    Luma::new(width, height, pixels).ok()
}

/// The page with a thumb at each side.
fn held(page: Luma, fine: f32) -> Luma {
    let (width, height) = (page.width, page.height);
    let (reach, length, grey) = (THUMB.0 * fine, THUMB.1 * fine, THUMB.2);
    let middle = 0.7 * distance(height);
    let mut pixels = page.into_pixels();

    for (y, row) in pixels.chunks_exact_mut(width.max(1)).enumerate() {
        let off = (distance(y) - middle) / length;
        let inside = |x: usize| (distance(x) / reach).powi(2) + off * off < 1.0;
        for x in (0..width).take_while(|x| inside(*x)) {
            row[x] = grey;
            row[width - 1 - x] = grey;
        }
    }

    Luma::new(width, height, pixels).unwrap_or_else(|_| unreachable!("the page keeps its size"))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a side is short of the 2^24 pixels an f32 counts"
)]
fn distance(pixels: usize) -> f32 {
    pixels as f32
}
