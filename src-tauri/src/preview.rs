//! The preview: at most 15 small grey JPEGs a second, one on its way at a time.
//!
//! The reader's thread only halves the picture, and only when the page waits for one; a thread of its own encodes.
//! Nothing of a picture is kept.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
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
    /// A frame is on its way, or nobody watches.
    busy: AtomicBool,
}

/// Where frames go.
pub(crate) struct Preview {
    page: Arc<Page>,
    work: SyncSender<Small>,
    pace: Mutex<Pace>,
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

        Ok(Self {
            page,
            work,
            pace: Mutex::new(Pace::default()),
        })
    }

    /// From now on frames go to this channel.
    pub(crate) fn watch(&self, channel: Channel<InvokeResponseBody>) {
        *lock(&self.page.channel) = Some(channel);
        self.page.busy.store(false, Ordering::Release);
    }

    /// The page has drawn the last frame.
    pub(crate) fn drawn(&self) {
        self.page.busy.store(false, Ordering::Release);
    }

    /// Takes a frame, if the page waits for one and it is time.
    pub(crate) fn frame(&self, picture: &Grey<'_>, codes: impl Iterator<Item = Corners>) {
        if self.page.busy.load(Ordering::Acquire) || !self.due() {
            return;
        }
        let Some(small) = shrink(picture, codes) else {
            return;
        };
        self.page.busy.store(true, Ordering::Release);
        match self.work.try_send(small) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.page.busy.store(false, Ordering::Release);
            }
        }
    }

    /// Whether it is time for a frame.
    #[expect(
        clippy::disallowed_methods,
        reason = "the window is a shell: how often it draws is nobody's rule"
    )]
    fn due(&self) -> bool {
        lock(&self.pace).takes(Instant::now())
    }
}

fn encode_all(waiting: &Receiver<Small>, page: &Page) {
    while let Ok(small) = waiting.recv() {
        let Some(channel) = lock(&page.channel).clone() else {
            continue;
        };
        let sent = encode(&small).map(|bytes| channel.send(InvokeResponseBody::Raw(bytes)));
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(%error, "a preview frame did not reach the window"),
            Err(error) => {
                warn!(%error, "a preview frame could not be encoded");
                page.busy.store(false, Ordering::Release);
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
    if picture.width == 0 || picture.height == 0 {
        return None;
    }
    // The whole step by which both sides fit: every pixel drawn is then a mean of whole pixels.
    let step = picture
        .width
        .div_ceil(WIDTH)
        .max(picture.height.div_ceil(HEIGHT));
    let (width, height) = (picture.width / step, picture.height / step);
    let mut pixels = Vec::with_capacity(width * height);
    for row in 0..height {
        for column in 0..width {
            pixels.push(mean(picture, column * step, row * step, step)?);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a step is a small whole number")]
    let scale = 1.0 / step as f32;
    let codes = codes
        .take(CODES)
        .map(|code| code.map(|(x, y)| (x * scale, y * scale)))
        .collect();

    Some(Small {
        width: u16::try_from(width).ok()?,
        height: u16::try_from(height).ok()?,
        pixels,
        codes,
    })
}

/// The mean of a square of pixels.
fn mean(picture: &Grey<'_>, x: usize, y: usize, side: usize) -> Option<u8> {
    let mut sum = 0;
    for row in y..y + side {
        let from = row * picture.width + x;
        sum += picture
            .pixels
            .get(from..from + side)?
            .iter()
            .map(|pixel| usize::from(*pixel))
            .sum::<usize>();
    }

    u8::try_from(sum / (side * side)).ok()
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
        let pixels: Vec<u8> = [[0, 200], [100, 100]].concat();
        assert_eq!(mean(&grey(2, 2, &pixels), 0, 0, 2), Some(100));
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
        *lock(&preview.pace) = Pace::default();
        preview.frame(&grey(2, 2, &pixels), std::iter::empty());
        assert!(preview.page.busy.load(Ordering::Acquire));
        assert_eq!(frames.try_recv(), Err(mpsc::TryRecvError::Empty));
        preview.drawn();
        preview.frame(&grey(2, 2, &pixels), std::iter::empty());
        assert_eq!(frames.recv(), Ok(true));
    }
}
