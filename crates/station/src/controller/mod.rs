//! The one loop: events in, the machine's decision, actions out. Camera, link and window only send it
//! messages; only the loop touches the log.

mod eye;
mod open;
mod perform;
mod questions;
mod refresh;
mod retain;
mod second;
mod source;
mod station;
mod sync;
mod tails;
mod webcams;

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;

use domain::screen::{Command, OperatorScreen};
use reader::{Luma, Place};
use thiserror::Error;

use crate::camera::PictureFolderError;
use crate::folder::FolderError;
use crate::keys::Unlock;
use crate::knowledge::KnowledgeError;
use crate::link::LinkError;
use crate::picture::PictureError;
use crate::random::NoRandomness;
use crate::store::StoreError;
use station::Message;

pub(crate) use open::{CLOCK_STATE, Network, open_on};
pub use open::{open, open_watched};
pub(crate) use source::demo_sheets;

/// What a station is started with.
pub struct StationConfig {
    /// The data folder (`--data`).
    pub data: PathBuf,
    /// With [`CameraChoice::Auto`]: the demo camera instead of a webcam.
    pub demo_camera: bool,
    /// What opens the keys. What enrolment recorded counts; only a passphrase has to be given.
    pub unlock: Unlock,
    /// Seconds added to the wall clock; refused outside a demonstration.
    pub clock_offset: i64,
    /// Where pictures come from.
    pub camera: CameraChoice,
}

/// Where pictures come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameraChoice {
    /// The first webcam.
    Auto,
    /// The demo camera, with the sheets of the data folder.
    Demo,
    /// The pictures of a folder, each once.
    Folder(PathBuf),
    /// The webcam with this name.
    Named(String),
    /// None: frames come by [`Handle::frame`].
    None,
}

/// Takes a frame and the places of the codes in it.
pub type PreviewListener = Box<dyn FnMut(&Luma, &[Place]) + Send>;

/// Who is told.
pub struct Listener {
    /// Every new screen, from the loop's thread.
    pub screens: Box<dyn FnMut(OperatorScreen) + Send>,
    /// Every frame with the places of the codes in it, from the reader's thread.
    pub preview: PreviewListener,
}

/// What tests, figures and the headless station want to know beside the screens. No person in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// An entry is durable.
    Durable {
        /// Its number.
        seq: u64,
    },
    /// A frame was read, and whatever it led to was done.
    FrameRead,
    /// The camera has no more pictures.
    CameraEnded,
}

/// A running station. Dropping it stops it.
pub struct Handle {
    messages: SyncSender<Message>,
    frames: Option<SyncSender<Luma>>,
    thread: Option<JoinHandle<()>>,
}

/// The station runs no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the station has stopped: start it again")]
pub struct Stopped;

/// Why a station does not start.
#[derive(Debug, Error)]
pub enum OpenError {
    /// An offset of the clock outside a demonstration.
    #[error("the clock can be moved in a demonstration only: set the system's clock instead")]
    ClockOffset,
    /// The log lacks what enrolment kept in it.
    #[error("the log does not say where its centre is: enrol the station again")]
    NoCentre,
    /// The folder that stands for a camera.
    #[error(transparent)]
    Pictures(#[from] PictureFolderError),
    /// A sheet of the demo camera.
    #[error("the demo camera has no usable sheets ({0}): make them again (menshen demo)")]
    DemoSheets(PictureError),
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Documents.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    /// The link.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// No thread.
    #[error("the station's loop could not be started ({0}): close other programs and start again")]
    Thread(std::io::Error),
}

impl Handle {
    /// Asks for something, as staff do.
    ///
    /// # Errors
    /// See [`Stopped`].
    pub fn send(&self, command: Command) -> Result<(), Stopped> {
        self.messages
            .send(Message::Command(command))
            .map_err(|_| Stopped)
    }

    /// Hands a frame over in a camera's place; waits while the one before is still to be taken.
    ///
    /// # Errors
    /// See [`Stopped`]; also where the station has a camera of its own.
    pub fn frame(&self, frame: Luma) -> Result<(), Stopped> {
        let frames = self.frames.as_ref().ok_or(Stopped)?;

        frames.send(frame).map_err(|_| Stopped)
    }

    /// Stops the station; when this returns, its folder is free.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.frames = None;
        // An error means that the loop has already ended.
        let _ = self.messages.send(Message::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the station's loop ended in a panic");
        }
    }
}
