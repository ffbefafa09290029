//! The preview: at most 15 small grey JPEGs a second, one on its way at a time.
//!
//! The reader's thread only shrinks the picture, and only when the page waits for one; a thread of its own encodes.
//! Nothing of a picture is kept.

use std::{
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::Instant,
};

use jpeg_encoder::{ColorType, Encoder};
use tauri::ipc::{Channel, InvokeResponseBody};
use tracing::warn;

use crate::pace::Pace;

/// The largest preview.
const WIDTH: usize = 640;
const HEIGHT: usize = 360;
/// Good enough to see oneself, at about 15 kB.
const QUALITY: u8 = 60;
/// Codes outlined at most.
const CODES: usize = 8;

/// Four corners of a code, in pixels of the picture.
pub(crate) type Corners = [(f32, f32); 4];

/// A picture as the reader has it.
pub(crate) struct Grey<'a> {
    /// Pixels in a row.
    pub(crate) width: usize,
    /// Rows.
    pub(crate) height: usize,
    /// The pixels, row after row.
    pub(crate) pixels: &'a [u8],
}

/// What is to be encoded.
#[derive(Debug, PartialEq)]
struct Small {
    width: u16,
    height: u16,
    pixels: Vec<u8>,
    codes: Vec<Corners>,
}

/// The page's end.
#[derive(Default)]
struct Page {
    channel: Mutex<Option<Channel<InvokeResponseBody>>>,
    pace: Mutex<Pace>,
}

/// Where frames go.
pub(crate) struct Preview {
    page: Arc<Page>,
    work: SyncSender<Small>,
}

impl Preview {
    /// Starts the thread that encodes.
    pub(crate) fn start() -> std::io::Result<Self> {
        let page = Arc::new(Page::default());
        let (work, waiting) = sync_channel(1);
        let at_work = Arc::clone(&page);
        thread::Builder::new()
            .name("preview".to_owned())
            .spawn(move || encode_all(&waiting, &at_work))?;

        Ok(Self { page, work })
    }

    /// From now on frames go to this channel.
    pub(crate) fn watch(&self, channel: Channel<InvokeResponseBody>) {
        *lock(&self.page.channel) = Some(channel);
        self.drawn();
    }

    /// The page has drawn the last frame.
    pub(crate) fn drawn(&self) {
        lock(&self.page.pace).arrived();
    }

    /// Takes a frame, if the page waits for one and it is time.
    pub(crate) fn frame(&self, picture: &Grey<'_>, codes: impl Iterator<Item = Corners>) {
        if !self.due() {
            return;
        }
        let sent = shrink(picture, codes).map(|small| self.work.try_send(small));
        match sent {
            Some(Ok(())) => {}
            None | Some(Err(TrySendError::Full(_) | TrySendError::Disconnected(_))) => self.drawn(),
        }
    }

    /// Whether it is time for a frame.
    #[expect(
        clippy::disallowed_methods,
        reason = "the window is a shell: how often it draws is nobody's rule"
    )]
    fn due(&self) -> bool {
        lock(&self.page.pace).takes(Instant::now())
    }
}

fn encode_all(waiting: &Receiver<Small>, page: &Page) {
    while let Ok(small) = waiting.recv() {
        let Some(channel) = lock(&page.channel).clone() else {
            lock(&page.pace).arrived();
            continue;
        };
        let sent = encode(&small).map(|bytes| channel.send(InvokeResponseBody::Raw(bytes)));
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                warn!(%error, "a preview frame did not reach the window");
                lock(&page.pace).arrived();
            }
            Err(error) => {
                warn!(%error, "a preview frame could not be encoded");
                lock(&page.pace).arrived();
            }
        }
    }
}

/// The number of codes, their corners as 16-bit numbers with the little end first, then the JPEG.
fn encode(small: &Small) -> Result<Vec<u8>, jpeg_encoder::EncodingError> {
    let mut bytes = vec![u8::try_from(small.codes.len()).unwrap_or(0)];
    for (x, y) in small.codes.iter().flatten() {
        bytes.extend_from_slice(&pixel(*x).to_le_bytes());
        bytes.extend_from_slice(&pixel(*y).to_le_bytes());
    }
    Encoder::new(&mut bytes, QUALITY).encode(
        &small.pixels,
        small.width,
        small.height,
        ColorType::Luma,
    )?;

    Ok(bytes)
}

/// Fits a picture into the preview; its shape is kept. None for a picture without pixels.
fn shrink(picture: &Grey<'_>, codes: impl Iterator<Item = Corners>) -> Option<Small> {
    let (width, height) = fit(picture.width, picture.height)?;
    let columns: Vec<_> = (0..width)
        .map(|at| covered(at, width, picture.width))
        .collect();
    let mut pixels = Vec::with_capacity(width * height);
    let mut sums = vec![0_u32; picture.width];
    for row in 0..height {
        let rows = covered(row, height, picture.height);
        let lines = rows.start * picture.width..rows.end * picture.width;
        sums.fill(0);
        for line in picture.pixels.get(lines)?.chunks_exact(picture.width) {
            for (sum, pixel) in sums.iter_mut().zip(line) {
                *sum += u32::from(*pixel);
            }
        }
        for column in &columns {
            let area = u32::try_from(column.len() * rows.len()).ok()?;
            let sum: u32 = sums.get(column.clone())?.iter().sum();
            pixels.push(u8::try_from(sum / area).ok()?);
        }
    }
    let scale = (ratio(width, picture.width), ratio(height, picture.height));
    let codes = codes
        .take(CODES)
        .map(|code| code.map(|(x, y)| (x * scale.0, y * scale.1)))
        .collect();

    Some(Small {
        width: u16::try_from(width).ok()?,
        height: u16::try_from(height).ok()?,
        pixels,
        codes,
    })
}

/// The largest size of the same shape that the preview holds; nothing is made larger.
fn fit(width: usize, height: usize) -> Option<(usize, usize)> {
    if width == 0 || height == 0 {
        return None;
    }
    if width <= WIDTH && height <= HEIGHT {
        return Some((width, height));
    }
    if width * HEIGHT >= height * WIDTH {
        return Some((WIDTH, ((height * WIDTH + width / 2) / width).max(1)));
    }

    Some((((width * HEIGHT + height / 2) / height).max(1), HEIGHT))
}

/// The pixels of a side that one of the smaller side stands for, those included of which it covers a part.
fn covered(at: usize, small: usize, large: usize) -> Range<usize> {
    at * large / small..((at + 1) * large).div_ceil(small)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the sides of a picture are small whole numbers"
)]
fn ratio(small: usize, large: usize) -> f32 {
    small as f32 / large as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what fits; a corner outside the picture is drawn at its edge"
)]
fn pixel(at: f32) -> u16 {
    at.round().clamp(0.0, 4_095.0) as u16
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn grey(width: usize, height: usize, pixels: &[u8]) -> Grey<'_> {
        Grey {
            width,
            height,
            pixels,
        }
    }

    #[test]
    fn a_large_picture_is_halved_and_its_corners_with_it() {
        let pixels = vec![10_u8; 1_280 * 720];
        let code = [(100.0, 50.0), (300.0, 50.0), (300.0, 250.0), (100.0, 250.0)];
        let small = shrink(&grey(1_280, 720, &pixels), [code].into_iter()).unwrap();
        assert_eq!((small.width, small.height), (640, 360));
        assert!(small.pixels.iter().all(|pixel| *pixel == 10));
        assert_eq!(
            small.codes,
            [[(50.0, 25.0), (150.0, 25.0), (150.0, 125.0), (50.0, 125.0)]]
        );
    }

    #[test]
    fn a_pixel_is_the_mean_of_what_it_stands_for() {
        let pixels: Vec<u8> = (0..720)
            .flat_map(|row| {
                (0..1_280).map(move |column| [[0, 200], [100, 101]][row % 2][column % 2])
            })
            .collect();
        let small = shrink(&grey(1_280, 720, &pixels), std::iter::empty()).unwrap();
        assert!(small.pixels.iter().all(|pixel| *pixel == 100));
        assert_eq!(
            (0..4).map(|at| covered(at, 3, 4)).collect::<Vec<_>>()[..3],
            [0..2, 1..3, 2..4]
        );
    }

    #[test]
    fn every_shape_is_drawn_as_large_as_it_fits_and_none_is_enlarged() {
        let sizes = [
            ((1_280, 720), (640, 360)),
            ((1_920, 1_080), (640, 360)),
            ((640, 480), (480, 360)),
            ((1_600, 1_200), (480, 360)),
            ((720, 1_280), (203, 360)),
            ((320, 240), (320, 240)),
            ((3, 2_000), (1, 360)),
        ];
        for ((width, height), small) in sizes {
            assert_eq!(fit(width, height), Some(small), "{width}x{height}");
        }
    }

    #[test]
    fn a_code_stays_where_it_is_in_a_picture_of_another_shape() {
        let pixels = vec![10_u8; 640 * 480];
        let code = [(40.0, 80.0), (80.0, 80.0), (80.0, 120.0), (40.0, 120.0)];
        let small = shrink(&grey(640, 480, &pixels), [code].into_iter()).unwrap();
        assert_eq!(
            small.codes,
            [[(30.0, 60.0), (60.0, 60.0), (60.0, 90.0), (30.0, 90.0)]]
        );
    }

    #[test]
    fn any_size_fits_and_none_breaks() {
        for (width, height) in [(1, 1), (640, 480), (641, 361), (1_920, 1_080), (3, 2_000)] {
            let pixels = vec![0; width * height];
            if let Some(small) = shrink(&grey(width, height, &pixels), std::iter::empty()) {
                assert!(usize::from(small.width) <= WIDTH);
                assert!(usize::from(small.height) <= HEIGHT);
                assert_eq!(
                    small.pixels.len(),
                    usize::from(small.width) * usize::from(small.height)
                );
            }
        }
        assert_eq!(shrink(&grey(0, 9, &[]), std::iter::empty()), None);
    }

    #[test]
    fn a_frame_is_the_corners_and_then_a_jpeg() {
        let bytes = encode(&Small {
            width: 2,
            height: 2,
            pixels: vec![0, 255, 255, 0],
            codes: vec![[(1.0, 2.4), (-3.0, 0.0), (258.0, 1.0), (0.0, 0.0)]],
        })
        .unwrap();
        assert_eq!(
            bytes[..17],
            [1, 1, 0, 2, 0, 0, 0, 0, 0, 2, 1, 1, 0, 0, 0, 0, 0]
        );
        assert_eq!(bytes[17..19], [0xff, 0xd8]);
    }

    #[test]
    fn the_next_frame_waits_until_the_last_one_was_drawn() {
        let preview = Preview::start().unwrap();
        let (sender, frames) = mpsc::channel();
        preview.watch(Channel::new(move |body| {
            sender
                .send(matches!(body, InvokeResponseBody::Raw(_)))
                .unwrap();
            Ok(())
        }));
        let pixels = [0; 4];
        preview.frame(&grey(2, 2, &pixels), std::iter::empty());
        assert_eq!(frames.recv(), Ok(true));
        preview.frame(&grey(2, 2, &pixels), std::iter::empty());
        assert_eq!(frames.try_recv(), Err(mpsc::TryRecvError::Empty));
        *lock(&preview.page.pace) = Pace::default();
        preview.frame(&grey(2, 2, &pixels), std::iter::empty());
        assert_eq!(frames.recv(), Ok(true));
    }

    #[test]
    fn a_frame_that_cannot_be_sent_does_not_hold_up_the_next() {
        let preview = Preview::start().unwrap();
        let (sender, tried) = mpsc::channel();
        preview.watch(Channel::new(move |_| {
            sender.send(()).unwrap();
            Err(tauri::Error::WebviewNotFound)
        }));
        let pixels = [0; 4];
        for _ in 0..3 {
            // Frames come for as long as the camera runs: one of them finds the way free again.
            while tried.try_recv().is_err() {
                preview.frame(&grey(2, 2, &pixels), std::iter::empty());
                thread::yield_now();
            }
        }
    }
}
