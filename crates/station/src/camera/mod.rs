//! Where pictures come from: a webcam, a folder of pictures, or the demo camera.
//!
//! Each source runs in a thread of its own and hands over [`CameraEvent`]s: [`CameraEvent::Opened`] first, then
//! frames, then how it ended. Nothing waits for a camera: [`CameraHandle::stop`] returns while a stalled one
//! still sleeps in its driver.

mod demo;
mod folder;
#[cfg(any(test, feature = "camera"))]
mod format;
mod handover;
mod huffman;
#[cfg(any(test, feature = "camera"))]
mod lens;
#[cfg(all(feature = "camera", target_os = "linux"))]
mod linux;
#[cfg(any(test, feature = "camera"))]
mod names;
#[cfg(feature = "camera")]
mod portable;
mod raw;
mod search;
#[cfg(any(test, feature = "camera"))]
mod watch;
#[cfg(feature = "camera")]
mod webcam;

use std::{sync::mpsc, thread, time::Duration};

use domain::screen::CameraFault;
use reader::Luma;

pub use demo::{Demo, Frames, Pace};
pub use folder::{PictureFolder, PictureFolderError};
pub use handover::{CameraReceiver, CameraSender, hand_over};
pub use raw::{Layout, Packing, luma};
pub(crate) use search::after;
pub use search::{Search, Wanted};

/// How long [`CameraHandle::stop`] gives a device to be let go.
const PATIENCE: Duration = Duration::from_millis(300);

/// What a camera tells.
#[derive(Clone, Debug, PartialEq)]
pub enum CameraEvent {
    /// The source has no more pictures.
    Ended,
    /// A picture.
    Frame(Luma),
    /// The webcams that there are: when one is about to be opened, so again whenever a lost one is tried, and before
    /// the demo camera begins.
    Listed(Vec<String>),
    /// No pictures come any more.
    Lost(CameraFault),
    /// Pictures will come.
    Opened {
        /// The device's name, the folder's path, or `demo`.
        name: String,
        /// The pictures are the program's own.
        demo: bool,
    },
}

/// Where pictures come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The program's own moving photographs of its demo sheets.
    Demo(Demo),
    /// The pictures of a folder, each once.
    Folder(PictureFolder),
    /// A webcam.
    Webcam(Search),
}

/// Whether this build can open webcams: the feature `camera`.
pub const AVAILABLE: bool = cfg!(feature = "camera");

/// The names of the webcams, in the system's order, also of those that are taken or forbidden now; none when this build has no camera.
#[must_use]
pub fn webcams() -> Vec<String> {
    #[cfg(feature = "camera")]
    return webcam::names();
    #[cfg(not(feature = "camera"))]
    Vec::new()
}

/// Starts cameras.
#[derive(Debug)]
pub struct Camera;

/// A camera that runs; dropping it stops it.
#[derive(Debug)]
pub struct CameraHandle {
    stop: handover::Stop,
    gone: mpsc::Receiver<()>,
}

impl Camera {
    /// Starts a source; what it gives arrives at `sender`'s receiver.
    ///
    /// A source that cannot be started says [`CameraEvent::Lost`].
    #[must_use]
    pub fn start(source: Source, sender: CameraSender) -> CameraHandle {
        let stop = sender.stopper();
        let (running, gone) = mpsc::channel();
        let thread = thread::Builder::new().name("camera".to_owned());
        let started = thread.spawn(move || {
            let _running: mpsc::Sender<()> = running;
            run(source, &sender);
        });
        if let Err(error) = started {
            tracing::error!(%error, "no thread for the camera");
        }

        CameraHandle { stop, gone }
    }
}

impl CameraHandle {
    /// Says whether staff are busy with what was shown: the demo camera then holds its sheet up a while longer, as a
    /// visitor would. Other cameras see what they see.
    pub fn busy(&self, busy: bool) {
        self.stop.busy(busy);
    }

    /// Ends the hand-over at once and gives the device a moment to be let go.
    pub fn stop(self) {
        self.stop.now();
        if self.gone.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            tracing::warn!("the camera does not answer; it is left behind");
        }
    }
}

impl Drop for CameraHandle {
    fn drop(&mut self) {
        self.stop.now();
    }
}

fn run(source: Source, sender: &CameraSender) {
    match source {
        Source::Demo(demo) => {
            #[cfg(feature = "camera")]
            webcam::list(sender);
            demo.run(sender);
        }
        Source::Folder(folder) => folder.run(sender),
        Source::Webcam(search) => webcam(&search, sender),
    }
}

#[cfg(feature = "camera")]
fn webcam(search: &Search, sender: &CameraSender) {
    webcam::run(search, sender);
}

#[cfg(not(feature = "camera"))]
fn webcam(_: &Search, sender: &CameraSender) {
    tracing::warn!("this build has no camera: build it with the feature `camera`");
    sender.end(CameraEvent::Lost(CameraFault::Gone));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody() -> Search {
        Search::new(Wanted::Named("no such camera".to_owned()))
    }

    #[test]
    fn a_camera_nobody_listens_to_ends_by_itself() {
        let (sender, receiver) = hand_over(|| ());
        drop(receiver);
        let handle = Camera::start(Source::Webcam(nobody()), sender);

        assert_eq!(
            handle.gone.recv_timeout(Duration::from_secs(10)),
            Err(mpsc::RecvTimeoutError::Disconnected)
        );
    }

    #[test]
    fn a_webcam_that_is_not_there_is_lost() {
        let (sender, receiver) = hand_over(|| ());
        let handle = Camera::start(Source::Webcam(nobody()), sender);

        let mut said = std::iter::from_fn(|| receiver.next(Duration::from_secs(10)))
            .filter(|event| !matches!(event, CameraEvent::Listed(_)));
        assert_eq!(said.next(), Some(CameraEvent::Lost(CameraFault::Gone)));
        handle.stop();
    }
}
