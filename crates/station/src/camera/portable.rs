//! Webcams by `nokhwa`, on macOS (`AVFoundation`) and Windows (Media Foundation).
//!
//! What its sources and its users tell, and what follows:
//! - `frame()` may block for ever, on macOS after the cable was pulled too: the watchdog listens from outside.
//! - `CallbackCamera` deadlocks on Windows when it is stopped; it is not used.
//! - On Windows it joins COM, and starts Media Foundation, in the thread that first asks for anything, once for the
//!   process, and leaves both in the thread that drops the last device. So the same thread opens, reads, drops and
//!   opens again (`lens`), and it has no window.
//! - On Windows `frame()` asks again for as long as a sample is missing, at the end of a stream for ever: such a
//!   webcam is stalled, and plugging it in again is what helps.
//! - Of a format that is asked for it does not say whether the device has it: the list is read first.
//! - On Linux it begins to stream with the first frame only: there, a format that is refused then is not left for
//!   another one.
//! - Buffers come whole and without the length of a row. Media Foundation hands over samples of the picture's own
//!   size. Of `AVFoundation` the pixel buffer is copied as it lies in memory, with a gap after each row where the
//!   system wants rows to begin at round addresses: how long they are follows from how many bytes there are.
//! - On macOS the list tells a webcam's own formats, `AVFoundation` turns all of them into the one that is asked for,
//!   and asking for one that it does not make (JPEG) raises an exception that ends the process. YUYV is asked for.

use std::{sync::mpsc, time::Duration};

use domain::screen::CameraFault;
use nokhwa::{
    Camera, NokhwaError,
    utils::{
        ApiBackend, CameraFormat, CameraInfo, FrameFormat, RequestedFormat, RequestedFormatType,
        Resolution,
    },
};

use super::{
    CameraSender,
    format::{Offer, best_first},
    lens::{Device, Look, Said, Say},
    names::{Told, distinct},
    raw::{self, Layout, Packing},
    search::Search,
};
use crate::clock::monotonic;

/// Between two looks at whether the camera is still wanted while the user is asked to allow it.
const GLANCE: Duration = Duration::from_millis(200);
/// Between two looks at whether the device still sends what was agreed.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
const PADS_ROWS: bool = cfg!(target_os = "macos");
const FORMATS: &[FrameFormat] = if cfg!(target_os = "macos") {
    &[FrameFormat::YUYV]
} else {
    &[
        FrameFormat::MJPEG,
        FrameFormat::YUYV,
        FrameFormat::NV12,
        FrameFormat::GRAY,
    ]
};

/// An open webcam.
struct Webcam {
    camera: Camera,
    name: String,
    agreed: CameraFormat,
    look_again: Duration,
}

#[cfg_attr(
    target_os = "linux",
    expect(dead_code, reason = "Linux lists webcams by itself")
)]
pub(super) fn names() -> Vec<String> {
    named(&devices())
}

/// Opens the best webcam that opens, in the best format that it streams.
pub(super) fn open(search: &Search, say: Say<'_>) -> Result<Box<dyn Device>, CameraFault> {
    let devices = devices();
    let names = named(&devices);
    say(Said::Listed(names.clone()));

    search.open(&names, |at| {
        say(Said::Trying(names[at].clone()));
        let open = Webcam::open(&devices[at], names[at].clone()).map_err(|error| fault(&error))?;

        Ok(Box::new(open) as Box<dyn Device>)
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
    fn open(device: &CameraInfo, name: String) -> Result<Self, NokhwaError> {
        let any = RequestedFormat::with_formats(RequestedFormatType::None, FORMATS);
        let mut camera = Camera::new(device.index().clone(), any)?;
        let offered = camera.compatible_camera_formats()?;
        let mut offers: Vec<Offer> = offered
            .iter()
            .filter(|format| FORMATS.contains(&format.format()))
            .filter_map(offer)
            .collect();
        best_first(&mut offers, |offer| *offer);
        start(&mut camera, &offers)?;

        Ok(Self {
            agreed: camera.camera_format(),
            camera,
            name,
            look_again: monotonic().saturating_add(LOOK_AGAIN),
        })
    }

    fn see(&mut self) -> Result<Look, NokhwaError> {
        if monotonic() >= self.look_again {
            self.look_again = monotonic().saturating_add(LOOK_AGAIN);
            self.camera.refresh_camera_format()?;
            if self.camera.camera_format() != self.agreed {
                return Ok(Look::Changed);
            }
        }
        let frame = self.camera.frame()?;
        let Resolution { width_x, height_y } = frame.resolution();
        let bytes = frame.buffer();
        let layout = packing(frame.source_frame_format()).map(|packing| Layout {
            packing,
            width: width_x as usize,
            height: height_y as usize,
            stride: 0,
        });
        let layout = layout.map(|layout| {
            if PADS_ROWS {
                padded(layout, bytes.len())
            } else {
                layout
            }
        });
        let luma = layout.and_then(|layout| raw::luma(layout, bytes));
        if luma.is_none() {
            // It may have changed: that is looked at now.
            self.look_again = Duration::ZERO;
        }

        Ok(luma.map_or(Look::Nothing, Look::Frame))
    }
}

/// With rows as long as the bytes make them, where these are of one plane and go up evenly.
fn padded(layout: Layout, bytes: usize) -> Layout {
    let row = match layout.packing {
        Packing::Grey => layout.width,
        Packing::Yuyv => layout.width * 2,
        Packing::Jpeg | Packing::Nv12 => return layout,
    };
    let even = bytes.checked_rem(layout.height) == Some(0);
    let stride = bytes.checked_div(layout.height).unwrap_or(0);
    if even && stride > row {
        Layout { stride, ..layout }
    } else {
        layout
    }
}

/// Has it stream the first of these that it does; where it offers nothing of ours, what it has.
fn start(camera: &mut Camera, offers: &[Offer]) -> Result<(), NokhwaError> {
    let mut refused = None;
    for offer in offers {
        let exact = RequestedFormatType::Exact(asked(*offer));
        let started = camera
            .set_camera_requset(RequestedFormat::with_formats(exact, FORMATS))
            .and_then(|_| camera.open_stream());
        match started {
            Ok(()) => return Ok(()),
            Err(error) if is_about_the_webcam(&error) => return Err(error),
            Err(error) => {
                tracing::info!(%error, ?offer, "the webcam does not stream what it offers");
                refused = Some(error);
            }
        }
    }

    match refused {
        Some(error) => Err(error),
        None => camera.open_stream(),
    }
}

/// No other format helps: it is taken, forbidden, or not there any more.
fn is_about_the_webcam(error: &NokhwaError) -> bool {
    let gone = error.to_string().contains("os error 19)");

    gone || fault(error) != CameraFault::Gone
}

/// Misc is what the system tells devices apart by: a link on Windows, an id on macOS, nothing on Linux.
fn named(devices: &[CameraInfo]) -> Vec<String> {
    let told: Vec<Told> = devices
        .iter()
        .map(|device| Told {
            name: device.human_name(),
            place: match device.misc() {
                misc if misc.is_empty() => device.index().as_string(),
                misc => misc,
            },
        })
        .collect();

    distinct(&told)
}

fn devices() -> Vec<CameraInfo> {
    nokhwa::query(ApiBackend::Auto).unwrap_or_else(|error| {
        tracing::warn!(%error, "the webcams cannot be listed");
        Vec::new()
    })
}

/// Asks the system, and where it asks the user, waits for the answer; at once but on macOS.
pub(super) fn allowed(sender: &CameraSender) -> bool {
    let (answer, answered) = mpsc::channel();
    nokhwa::nokhwa_initialize(move |allowed| {
        // Nobody waits for the answer any more: then it does not matter.
        let _ = answer.send(allowed);
    });

    loop {
        match answered.recv_timeout(GLANCE) {
            Ok(allowed) => return allowed,
            Err(mpsc::RecvTimeoutError::Disconnected) => return false,
            Err(mpsc::RecvTimeoutError::Timeout) if !sender.wait(Duration::ZERO) => return false,
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
    }
}

fn offer(format: &CameraFormat) -> Option<Offer> {
    Some(Offer {
        packing: packing(format.format())?,
        width: format.width(),
        height: format.height(),
        rate: format.frame_rate(),
    })
}

fn asked(offer: Offer) -> CameraFormat {
    let format = match offer.packing {
        Packing::Grey => FrameFormat::GRAY,
        Packing::Jpeg => FrameFormat::MJPEG,
        Packing::Nv12 => FrameFormat::NV12,
        Packing::Yuyv => FrameFormat::YUYV,
    };

    CameraFormat::new(
        Resolution::new(offer.width, offer.height),
        format,
        offer.rate,
    )
}

fn packing(format: FrameFormat) -> Option<Packing> {
    match format {
        FrameFormat::GRAY => Some(Packing::Grey),
        FrameFormat::MJPEG => Some(Packing::Jpeg),
        FrameFormat::NV12 => Some(Packing::Nv12),
        FrameFormat::YUYV => Some(Packing::Yuyv),
        FrameFormat::RAWBGR | FrameFormat::RAWRGB => None,
    }
}

/// nokhwa tells causes in words only: the system's own, by number (Linux) or text.
fn fault(error: &NokhwaError) -> CameraFault {
    let words = error.to_string().to_lowercase();
    let says = |known: &[&str]| known.iter().any(|known| words.contains(known));
    tracing::debug!(%error, "webcam");

    if says(&[
        "os error 16)",
        "busy",
        "in use",
        "0xc00d3704",
        "already taken",
    ]) {
        CameraFault::Busy
    } else if says(&[
        "os error 13)",
        "os error 1)",
        "permission",
        "denied",
        "not authorized",
        "0x80070005",
    ]) {
        CameraFault::Forbidden
    } else {
        CameraFault::Gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_words_become_faults() {
        let open = |words: &str| {
            fault(&NokhwaError::OpenDeviceError(
                "0".to_owned(),
                words.to_owned(),
            ))
        };

        assert_eq!(
            open("V4L2 Error: Device or resource busy (os error 16)"),
            CameraFault::Busy
        );
        assert_eq!(
            open("V4L2 Error: Permission denied (os error 13)"),
            CameraFault::Forbidden
        );
        assert_eq!(
            open("V4L2 Error: No such device (os error 19)"),
            CameraFault::Gone
        );
    }

    #[test]
    fn rows_are_as_long_as_the_bytes_make_them() {
        let layout = |packing, stride| Layout {
            packing,
            width: 10,
            height: 4,
            stride,
        };
        let stride = |packing, bytes| padded(layout(packing, 0), bytes).stride;

        assert_eq!(stride(Packing::Yuyv, 4 * 20), 0);
        assert_eq!(stride(Packing::Yuyv, 4 * 64), 64);
        assert_eq!(stride(Packing::Yuyv, 4 * 64 + 2), 0);
        assert_eq!(stride(Packing::Yuyv, 4), 0);
        assert_eq!(stride(Packing::Grey, 4 * 16), 16);
        assert_eq!(stride(Packing::Nv12, 4 * 64), 0);
        assert_eq!(stride(Packing::Jpeg, 4 * 64), 0);
        let nothing = Layout {
            height: 0,
            ..layout(Packing::Yuyv, 0)
        };
        assert_eq!(padded(nothing, 100), nothing);
    }
}
