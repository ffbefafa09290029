//! Which camera a choice means.

use std::fs;
use std::path::{Path, PathBuf};

use super::{CameraChoice, OpenError};
use crate::camera::{Demo, Pace, PictureFolder, Search, Source, Wanted};
use crate::picture::{PictureError, read_picture};

/// Frames in which the demo camera holds a sheet, and in which its desk is empty: staff have some eight
/// seconds for each.
const HELD: u32 = 60;
const AWAY: u32 = 60;
const SEED: u64 = 0x6d65_6e73_6865_6e21;

/// The source that a choice means; none where frames are handed over.
pub(super) fn source(
    choice: &CameraChoice,
    remembered: Option<String>,
    data: &Path,
) -> Result<Option<Source>, OpenError> {
    Ok(match choice {
        CameraChoice::Auto => Some(Source::Webcam(Search::new(match remembered {
            Some(name) => Wanted::Rather(name),
            None => Wanted::First,
        }))),
        CameraChoice::Demo => Some(demo(data).map_err(OpenError::DemoSheets)?),
        CameraChoice::Folder(path) => Some(Source::Folder(PictureFolder::open(path)?)),
        CameraChoice::Named(name) => Some(Source::Webcam(Search::new(Wanted::Named(name.clone())))),
        CameraChoice::None => None,
    })
}

/// The demo camera with every sheet of the data folder; without one, the empty desk.
pub(super) fn demo(data: &Path) -> Result<Source, PictureError> {
    let sheets = demo_sheets(data)
        .iter()
        .map(|path| read_picture(path))
        .collect::<Result<_, _>>()?;

    Ok(Source::Demo(Demo {
        sheets,
        held: HELD,
        away: AWAY,
        rounds: None,
        pace: Pace::REAL_TIME,
        seed: SEED,
    }))
}

/// The A4 pages of `DIR/sheets`, in the order of their names; wallet cards are left out.
pub(crate) fn demo_sheets(data: &Path) -> Vec<PathBuf> {
    let Ok(files) = fs::read_dir(data.join("sheets")) else {
        return Vec::new();
    };
    let mut sheets: Vec<PathBuf> = files
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|kind| kind == "png"))
        .filter(|path| {
            path.file_stem()
                .is_some_and(|name| !name.to_string_lossy().ends_with("-card"))
        })
        .collect();
    sheets.sort();

    sheets
}
