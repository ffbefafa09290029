//! Webcams on Linux, by `Video4Linux` itself.
//!
//! `nokhwa` stands on the same library, but keeps to itself how many bytes of a buffer belong to a frame and how
//! long its rows are, cannot be called back from a webcam that sends nothing, knows grey by a name that no driver
//! uses, and lists a webcam's other nodes (metadata) as webcams. The ways of the other systems are in `portable`.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::Duration,
};

use domain::screen::CameraFault;
use v4l::{
    Device as Node, Format, FourCC, Fraction,
    buffer::{Flags, Type},
    frameinterval::FrameIntervalEnum,
    framesize::FrameSizeEnum,
    io::{
        mmap::Stream,
        traits::{CaptureStream, Stream as _},
    },
    video::{Capture, capture::Parameters},
};

use super::{
    Wanted,
    format::{Offer, Packing, choose},
    lens::{Device, Look},
    names::{Told, distinct},
    raw::{self, Layout},
};
use crate::clock::monotonic;

/// For one frame, before it is said that none came.
const FRAME_MS: i32 = 100;
/// `POLLIN` of `poll.h`.
const READABLE: i16 = 1;
/// Between two looks at whether the device still sends what was agreed.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
const BUFFERS: u32 = 4;
/// Asked of a device that scales to any size.
const SIZES: [(u32, u32); 3] = [(1920, 1080), (1280, 720), (640, 480)];
/// Assumed of a device that does not tell how fast it is.
const RATE: u32 = 30;

/// A webcam and its nodes, of which one gives pictures.
struct Listed {
    name: String,
    nodes: Vec<PathBuf>,
}

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

/// Opens the webcam that is wanted, in its best format.
pub(super) fn open(wanted: &Wanted) -> Result<Box<dyn Device>, CameraFault> {
    let listed = listed();
    let names: Vec<&str> = listed.iter().map(|webcam| webcam.name.as_str()).collect();
    for webcam in wanted.among(&names).into_iter().map(|at| &listed[at]) {
        for path in &webcam.nodes {
            match Webcam::open(path, &webcam.name) {
                Ok(open) => return Ok(Box::new(open)),
                // One that is there but may not be used is what staff have to see to.
                Err(error) => match fault(&error) {
                    CameraFault::Gone => {}
                    other @ (CameraFault::Busy | CameraFault::Forbidden | CameraFault::Stalled) => {
                        return Err(other);
                    }
                },
            }
        }
    }

    Err(CameraFault::Gone)
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
        let offers = offers(&node)?;
        let only: Vec<Offer> = offers.iter().map(|(offer, _)| *offer).collect();
        let best = choose(&only).and_then(|best| offers.iter().find(|(offer, _)| *offer == best));
        let Some((best, interval)) = best else {
            return Err(io::Error::new(ErrorKind::NotFound, "no format of ours"));
        };
        let code = FourCC::new(code(best.packing));
        let agreed = node.set_format(&Format::new(best.width, best.height, code))?;
        // Some devices have one rate only and refuse to hear of it.
        if let Err(error) = node.set_params(&Parameters::new(*interval)) {
            tracing::debug!(%error, "the webcam keeps its own rate");
        }
        let mut stream = Stream::with_buffers(&node, Type::VideoCapture, BUFFERS)?;
        // The first is handed in with the first look, as each later look hands in what the one before gave.
        for index in 1..BUFFERS as usize {
            CaptureStream::queue(&mut stream, index)?;
        }
        stream.start()?;

        Ok(Self {
            stream,
            node,
            name: name.to_owned(),
            agreed: Agreed::of(&agreed),
            look_again: monotonic().saturating_add(LOOK_AGAIN),
        })
    }

    fn see(&mut self) -> io::Result<Look> {
        if monotonic() >= self.look_again {
            self.look_again = monotonic().saturating_add(LOOK_AGAIN);
            if Agreed::of(&self.node.format()?) != self.agreed {
                return Ok(Look::Changed);
            }
        }
        if self.stream.handle().poll(READABLE, FRAME_MS)? == 0 {
            return Ok(Look::Nothing);
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

/// The nodes in the order of their numbers; those of the same name at the same place are one webcam's.
fn listed() -> Vec<Listed> {
    let files = fs::read_dir("/dev").into_iter().flatten();
    let number = |file: io::Result<fs::DirEntry>| {
        let name = file.ok()?.file_name();
        name.to_str()?.strip_prefix("video")?.parse::<u32>().ok()
    };
    let mut numbers: Vec<u32> = files.filter_map(number).collect();
    numbers.sort_unstable();

    let mut webcams: Vec<(Told, Vec<PathBuf>)> = Vec::new();
    for number in numbers {
        let node = PathBuf::from(format!("/dev/video{number}"));
        let told = told(number);
        match webcams.iter_mut().find(|(known, _)| *known == told) {
            Some((_, nodes)) => nodes.push(node),
            None => webcams.push((told, vec![node])),
        }
    }
    let (told, nodes): (Vec<Told>, Vec<Vec<PathBuf>>) = webcams.into_iter().unzip();
    let named = distinct(&told).into_iter().zip(nodes);

    named.map(|(name, nodes)| Listed { name, nodes }).collect()
}

/// From the kernel's own files, which tell of a webcam that may not be opened too.
fn told(number: u32) -> Told {
    let about = PathBuf::from(format!("/sys/class/video4linux/video{number}"));
    let name = fs::read_to_string(about.join("name")).unwrap_or_default();
    let place = fs::read_link(about.join("device")).ok();
    let place = place.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));

    Told {
        name: match name.trim() {
            "" => format!("video{number}"),
            name => name.to_owned(),
        },
        place: place.unwrap_or_else(|| format!("video{number}")),
    }
}

/// Everything that a node offers in a packing that is read here, with the time between two frames.
fn offers(node: &Node) -> io::Result<Vec<(Offer, Fraction)>> {
    let mut offers = Vec::new();
    for format in node.enum_formats()? {
        let Some(packing) = packing(format.fourcc.repr) else {
            continue;
        };
        let told = node.enum_framesizes(format.fourcc).unwrap_or_default();
        let sizes = told.into_iter().flat_map(|told| sizes(&told.size));
        for (width, height) in sizes {
            for interval in intervals(node, format.fourcc, width, height) {
                let rate = rate(interval);
                offers.push((
                    Offer {
                        packing,
                        width,
                        height,
                        rate,
                    },
                    interval,
                ));
            }
        }
    }

    Ok(offers)
}

fn sizes(size: &FrameSizeEnum) -> Vec<(u32, u32)> {
    match size {
        FrameSizeEnum::Discrete(size) => vec![(size.width, size.height)],
        FrameSizeEnum::Stepwise(range) => {
            let fits = |&(width, height): &(u32, u32)| {
                (range.min_width..=range.max_width).contains(&width)
                    && (range.min_height..=range.max_height).contains(&height)
            };
            let known: Vec<_> = SIZES.into_iter().filter(fits).collect();
            if known.is_empty() {
                vec![(range.max_width, range.max_height)]
            } else {
                known
            }
        }
    }
}

fn intervals(node: &Node, code: FourCC, width: u32, height: u32) -> Vec<Fraction> {
    let told = node
        .enum_frameintervals(code, width, height)
        .unwrap_or_default();
    let shortest = |told: FrameIntervalEnum| match told {
        FrameIntervalEnum::Discrete(interval) => interval,
        FrameIntervalEnum::Stepwise(range) => range.min,
    };
    let mut intervals: Vec<Fraction> = told
        .into_iter()
        .map(|told| shortest(told.interval))
        .collect();
    if intervals.is_empty() {
        intervals.push(Fraction::new(1, RATE));
    }

    intervals
}

/// Frames a second, to the nearest: 29.97 are 30.
fn rate(interval: Fraction) -> u32 {
    let (time, frames) = (
        u64::from(interval.numerator),
        u64::from(interval.denominator),
    );
    let rate = (frames + time / 2).checked_div(time).unwrap_or(0);

    u32::try_from(rate).unwrap_or(u32::MAX)
}

fn packing(code: [u8; 4]) -> Option<Packing> {
    match &code {
        b"GREY" => Some(Packing::Grey),
        b"MJPG" | b"JPEG" => Some(Packing::Jpeg),
        b"NV12" => Some(Packing::Nv12),
        b"YUYV" => Some(Packing::Yuyv),
        _ => None,
    }
}

fn code(packing: Packing) -> &'static [u8; 4] {
    match packing {
        Packing::Grey => b"GREY",
        Packing::Jpeg => b"MJPG",
        Packing::Nv12 => b"NV12",
        Packing::Yuyv => b"YUYV",
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
    fn broken_rates_are_rounded_and_no_time_is_no_rate() {
        assert_eq!(rate(Fraction::new(1001, 30_000)), 30);
        assert_eq!(rate(Fraction::new(2, 15)), 8);
        assert_eq!(rate(Fraction::new(0, 30)), 0);
    }

    #[test]
    fn a_device_that_scales_is_asked_for_common_sizes_within_its_range() {
        let range = |max_width, max_height| {
            FrameSizeEnum::Stepwise(v4l::framesize::Stepwise {
                min_width: 32,
                max_width,
                step_width: 1,
                min_height: 32,
                max_height,
                step_height: 1,
            })
        };

        assert_eq!(sizes(&range(1280, 720)), [(1280, 720), (640, 480)]);
        assert_eq!(sizes(&range(160, 120)), [(160, 120)]);
    }

    #[test]
    fn the_systems_numbers_become_faults() {
        let from = |number| fault(&io::Error::from_raw_os_error(number));

        assert_eq!(from(16), CameraFault::Busy);
        assert_eq!(from(13), CameraFault::Forbidden);
        assert_eq!(from(19), CameraFault::Gone);
    }
}
