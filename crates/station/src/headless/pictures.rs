//! A folder of pictures as a camera: each is shown once, and everything pending is resolved before the
//! next.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use domain::screen::Stage;

use super::HeadlessError;
use super::desk::{Desk, Summary};
use super::orders::Order;
use crate::camera::PictureFolder;
use crate::controller::CameraChoice;
use crate::keys::Unlock;
use crate::picture::read_picture;

pub(super) fn run(
    data: PathBuf,
    unlock: Unlock,
    folder: &Path,
    lines: impl BufRead + Send + 'static,
    out: &mut dyn Write,
) -> Result<Summary, HeadlessError> {
    let folder = PictureFolder::open(folder)?;
    let mut desk = Desk::open(data, unlock, CameraChoice::None, out)?;
    desk.listen(lines);
    for path in folder.pictures() {
        match read_picture(path) {
            Ok(frame) => {
                desk.show(frame)?;
                resolve(&mut desk)?;
            }
            Err(error) => desk.write(&format!("-  skipped {}: {error}", path.display()))?,
        }
    }

    desk.close()
}

/// In a demonstration a scripted operator finds that the document matches; elsewhere a line answers.
fn resolve(desk: &mut Desk<'_>) -> Result<(), HeadlessError> {
    while matches!(desk.stage(), Stage::Comparing { .. }) {
        if desk.is_demo() {
            desk.order(&Order::Matches)?;
        } else if let Some(line) = desk.next_line()? {
            desk.obey(&line)?;
        } else {
            return desk.leave_no_one();
        }
    }
    if desk.next_line_if(&Order::LetIn) {
        desk.order(&Order::LetIn)?;
    }

    Ok(())
}
