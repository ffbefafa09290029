//! Webcams on Linux, by `Video4Linux` itself.
//!
//! `nokhwa` stands on the same library, but keeps to itself how many bytes of a buffer belong to a frame and how
//! long its rows are, cannot be called back from a webcam that sends nothing, knows grey by a name that no driver
//! uses, and lists a webcam's other nodes (metadata) as webcams. The ways of the other systems are in `portable`.

mod nodes;
mod offers;

use std::{
    io::{self, ErrorKind},
    path::Path,
    time::Duration,
};

use domain::screen::CameraFault;
use v4l::{
    Device as Node, Format, FourCC, Fraction,
    buffer::{Flags, Type},
    io::{
        mmap::Stream,
        traits::{CaptureStream, Stream as _},
    },
    video::{Capture, capture::Parameters},
};

use super::{
    format::{Offer, best_first},
    lens::{Device, Look, Said, Say},
    raw::{self, Layout},
    search::{Search, worse},
};
use crate::clock::monotonic;
use nodes::listed;
use offers::{code, offers, packing};

/// For one frame, before it is said that none came.
const FRAME_MS: i32 = 100;
/// `POLLIN` of `poll.h`.
const READABLE: i16 = 1;
/// Between two looks at whether the device still sends what was agreed.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
const BUFFERS: u32 = 4;

/// An open webcam. Fields are closed in their order.
struct Webcam {
    stream: Stream<'static>,
    node: Node,
    name: String,
    agreed: Agreed,
    look_again: Duration,
}

/// What it said it would send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Agreed {
    code: [u8; 4],
    width: u32,
    height: u32,
    stride: u32,
}

pub(super) fn names() -> Vec<String> {
    listed().into_iter().map(|webcam| webcam.name).collect()
}

/// Opens the best webcam that opens, in the best format that it streams.
pub(super) fn open(search: &Search, say: Say<'_>) -> Result<Box<dyn Device>, CameraFault> {
    let listed = listed();
    let names: Vec<String> = listed.iter().map(|webcam| webcam.name.clone()).collect();
    say(Said::Listed(names.clone()));

    search.open(&names, |at| {
        say(Said::Trying(names[at].clone()));
        let mut worst = CameraFault::Gone;
        for path in &listed[at].nodes {
            match Webcam::open(path, &names[at]) {
                Ok(open) => return Ok(Box::new(open) as Box<dyn Device>),
                Err(error) => worst = worse(worst, fault(&error)),
            }
        }

        Err(worst)
    })
}

impl Device for Webcam {
    fn name(&self) -> &str {
        &self.name
    }

    fn look(&mut self) -> Result<Look, CameraFault> {
        self.see().map_err(|error| fault(&error))
    }
}

impl Webcam {
    fn open(path: &Path, name: &str) -> io::Result<Self> {
        let node = Node::with_path(path)?;
        let mut offers = offers(&node)?;
        best_first(&mut offers, |(offer, _)| *offer);
        let mut refused = io::Error::new(ErrorKind::NotFound, "no format of ours");
        for (offer, interval) in offers {
            match start(&node, offer, interval) {
                Ok((stream, agreed)) => {
                    return Ok(Self {
                        stream,
                        node,
                        name: name.to_owned(),
                        agreed,
                        look_again: monotonic().saturating_add(LOOK_AGAIN),
                    });
                }
                Err(error) if is_about_the_webcam(&error) => return Err(error),
                Err(error) => {
                    tracing::info!(%error, ?offer, "the webcam does not stream what it offers");
                    refused = error;
                }
            }
        }

        Err(refused)
    }

    fn see(&mut self) -> io::Result<Look> {
        if monotonic() >= self.look_again {
            self.look_again = monotonic().saturating_add(LOOK_AGAIN);
            if Agreed::of(&self.node.format()?) != self.agreed {
                return Ok(Look::Changed);
            }
        }
        match self.stream.handle().poll(READABLE, FRAME_MS) {
            Ok(0) => return Ok(Look::Nothing),
            // A signal, not the webcam.
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(Look::Nothing),
            Ok(_) => {}
            Err(error) => return Err(error),
        }
        let layout = self.agreed.layout();
        let (buffer, about) = CaptureStream::next(&mut self.stream)?;
        let bytes = buffer.get(..about.bytesused as usize).unwrap_or_default();
        let broken = about.flags.contains(Flags::ERROR);
        let luma = layout
            .filter(|_| !broken)
            .and_then(|layout| raw::luma(layout, bytes));
        if luma.is_none() {
            // It may have changed: that is looked at now.
            self.look_again = Duration::ZERO;
        }

        Ok(luma.map_or(Look::Nothing, Look::Frame))
    }
}

/// Has it stream this; what it agreed to send.
fn start(node: &Node, offer: Offer, interval: Fraction) -> io::Result<(Stream<'static>, Agreed)> {
    let code = FourCC::new(code(offer.packing));
    let agreed = node.set_format(&Format::new(offer.width, offer.height, code))?;
    // Some devices have one rate only and refuse to hear of it.
    if let Err(error) = node.set_params(&Parameters::new(interval)) {
        tracing::debug!(%error, "the webcam keeps its own rate");
    }
    let mut stream = Stream::with_buffers(node, Type::VideoCapture, BUFFERS)?;
    // The first is handed in with the first look, as each later look hands in what the one before gave. The driver
    // may have made fewer than were asked for.
    CaptureStream::queue(&mut stream, 1)?;
    for index in 2..BUFFERS as usize {
        if let Err(error) = CaptureStream::queue(&mut stream, index) {
            tracing::debug!(%error, index, "the webcam has fewer buffers");
        }
    }
    stream.start()?;

    Ok((stream, Agreed::of(&agreed)))
}

/// EPERM, EACCES, EBUSY, ENODEV of `errno.h`: no other format helps. Any other may be of this format alone: ENOSPC
/// where it needs more of the cable than is left, EIO and EINVAL where the webcam does not hold what it offers.
fn is_about_the_webcam(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(1 | 13 | 16 | 19))
}

impl Agreed {
    fn of(format: &Format) -> Self {
        Self {
            code: format.fourcc.repr,
            width: format.width,
            height: format.height,
            stride: format.stride,
        }
    }

    fn layout(self) -> Option<Layout> {
        Some(Layout {
            packing: packing(self.code)?,
            width: self.width as usize,
            height: self.height as usize,
            stride: self.stride as usize,
        })
    }
}

/// By the numbers of `errno.h`: EPERM, EACCES, EBUSY; anything else is a webcam that is not there as it should be.
fn fault(error: &io::Error) -> CameraFault {
    tracing::debug!(%error, "webcam");
    match error.raw_os_error() {
        Some(1 | 13) => CameraFault::Forbidden,
        Some(16) => CameraFault::Busy,
        Some(_) | None => CameraFault::Gone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_numbers_become_faults() {
        let from = |number| fault(&io::Error::from_raw_os_error(number));

        assert_eq!(from(16), CameraFault::Busy);
        assert_eq!(from(13), CameraFault::Forbidden);
        assert_eq!(from(19), CameraFault::Gone);
    }

    #[test]
    fn a_format_that_cannot_be_streamed_is_not_the_webcams_end_but_what_no_format_helps_is() {
        let about_the_webcam = |number| is_about_the_webcam(&io::Error::from_raw_os_error(number));
        let (enospc, eio, einval) = (28, 5, 22);

        assert!([1, 13, 16, 19].into_iter().all(about_the_webcam));
        assert!(![enospc, eio, einval].into_iter().any(about_the_webcam));
    }
}
