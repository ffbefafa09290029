//! The station without a window: one line a verdict, commands by lines, and a summary at the end.
//!
//! | line | means |
//! |---|---|
//! | `y` `n` `m` | the ID document matches, differs, is missing |
//! | `l` | let in |
//! | `d` | dismiss |
//! | `u` | undo the last admit or let in |
//! | `c` | take the next webcam, now and from the next start on |
//! | `e 1 note` | emergency with reason 1 to 6 and a note |
//! | `r 1941 123X name` | register a person without a code |

mod demo;
mod desk;
mod orders;
mod pictures;
mod say;

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use thiserror::Error;

use crate::camera::PictureFolderError;
use crate::controller::{CameraChoice, OpenError, Stopped};
use crate::keys::Unlock;
use crate::picture::PictureError;
use desk::Desk;

pub use desk::Summary;

/// What a headless station is started with.
pub struct Headless {
    /// The data folder.
    pub data: PathBuf,
    /// What opens the keys.
    pub unlock: Unlock,
    /// Where pictures come from.
    pub pictures: Pictures,
    /// Who answers.
    pub script: Script,
}

/// Where pictures come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// A camera, until input ends.
    Camera(CameraChoice),
    /// The pictures of a folder in the order of their names, each once; then it ends.
    Folder(PathBuf),
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// The scripted demonstration: every sheet of the data folder, every answer, and moved clocks.
    Demo,
    /// Lines of input. In a demonstration with a folder of pictures, a scripted operator confirms.
    Operator,
}

/// Why a headless station ends early.
#[derive(Debug, Error)]
pub enum HeadlessError {
    /// It does not start.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It stopped by itself.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// Something that should come at once did not come.
    #[error(
        "the station does not react ({0}): start it again with MENSHEN_LOG=debug, and report what it then says on standard error"
    )]
    NoReaction(&'static str),
    /// The folder of pictures.
    #[error(transparent)]
    Pictures(#[from] PictureFolderError),
    /// The demonstration's sheets.
    #[error("the scripted demonstration needs sheets ({0}): make them first (menshen demo)")]
    Sheets(PictureError),
    /// No sheets at all.
    #[error("the scripted demonstration finds no sheets: make them first (menshen demo)")]
    NoSheets,
    /// A demonstration is asked for elsewhere.
    #[error("the script is for a demonstration only: this station belongs to a real authority")]
    NotADemo,
    /// The output is gone.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

/// Runs a station until its pictures or its script end, and sums up.
///
/// # Errors
/// See [`HeadlessError`].
pub fn run_headless(
    headless: Headless,
    lines: impl BufRead + Send + 'static,
    out: &mut dyn Write,
) -> Result<Summary, HeadlessError> {
    tracing::info!(data = %headless.data.display(), "a station without a window");
    match (headless.script, headless.pictures) {
        (Script::Demo, _) => demo::run(&headless.data, headless.unlock, out),
        (Script::Operator, Pictures::Folder(folder)) => {
            pictures::run(headless.data, headless.unlock, &folder, lines, out)
        }
        (Script::Operator, Pictures::Camera(camera)) => {
            let mut desk = Desk::open(headless.data, headless.unlock, camera, out)?;
            desk.listen(lines);
            desk.serve()?;
            desk.close()
        }
    }
}
