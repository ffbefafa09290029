//! The only door to `nokhwa`: opens a webcam in the best format it offers and hands its frames over.

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
    CameraEvent, CameraSender,
    format::{Offer, Packing, choose},
    raw,
};

/// Between two looks at whether the camera is still wanted while the user is asked to allow it.
const GLANCE: Duration = Duration::from_millis(200);
const FORMATS: &[FrameFormat] = &[
    FrameFormat::MJPEG,
    FrameFormat::YUYV,
    FrameFormat::NV12,
    FrameFormat::GRAY,
];

pub(super) fn names() -> Vec<String> {
    devices().iter().map(CameraInfo::human_name).collect()
}

pub(super) fn run(name: Option<&str>, sender: &CameraSender) {
    if let Err(fault) = watch(name, sender) {
        sender.end(CameraEvent::Lost(fault));
    }
}

/// Hands frames over until nobody wants more.
fn watch(name: Option<&str>, sender: &CameraSender) -> Result<(), CameraFault> {
    if !allowed(sender) {
        return Err(CameraFault::Forbidden);
    }
    let mut camera =
        open(name).inspect_err(|fault| tracing::warn!(?fault, "the webcam does not open"))?;
    sender.opened(camera.info().human_name(), false);

    loop {
        let frame = camera.frame().map_err(|error| fault(&error))?;
        let Resolution { width_x, height_y } = frame.resolution();
        let Some(packing) = packing(frame.source_frame_format()) else {
            return Err(CameraFault::Gone);
        };
        let luma = raw::luma(packing, width_x as usize, height_y as usize, frame.buffer());
        let wanted = luma.map_or_else(|| sender.wait(Duration::ZERO), |luma| sender.latest(luma));
        if !wanted {
            return Ok(());
        }
    }
}

fn devices() -> Vec<CameraInfo> {
    nokhwa::query(ApiBackend::Auto).unwrap_or_else(|error| {
        tracing::warn!(%error, "the webcams cannot be listed");
        Vec::new()
    })
}

/// Asks the system, and where it asks the user, waits for the answer; at once but on macOS.
fn allowed(sender: &CameraSender) -> bool {
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

fn open(name: Option<&str>) -> Result<Camera, CameraFault> {
    let mut devices = devices().into_iter();
    let device = devices.find(|device| name.is_none_or(|name| device.human_name() == name));
    let index = device.ok_or(CameraFault::Gone)?.index().clone();
    let any = RequestedFormat::with_formats(RequestedFormatType::None, FORMATS);
    let mut camera = Camera::new(index, any).map_err(|error| fault(&error))?;

    let offered = camera
        .compatible_camera_formats()
        .map_err(|error| fault(&error))?;
    let offers: Vec<Offer> = offered.iter().filter_map(offer).collect();
    if let Some(best) = choose(&offers) {
        let format = wanted(best);
        let exact = RequestedFormat::with_formats(RequestedFormatType::Exact(format), FORMATS);
        camera
            .set_camera_requset(exact)
            .map_err(|error| fault(&error))?;
    }
    camera.open_stream().map_err(|error| fault(&error))?;

    Ok(camera)
}

fn offer(format: &CameraFormat) -> Option<Offer> {
    Some(Offer {
        packing: packing(format.format())?,
        width: format.width(),
        height: format.height(),
        rate: format.frame_rate(),
    })
}

fn wanted(offer: Offer) -> CameraFormat {
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
}
