//! The pictures of a folder as frames, in the order of their names, each once.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{CameraEvent, CameraSender};
use crate::picture::read_picture;

/// A folder with pictures in it.
#[derive(Clone, Debug)]
pub struct PictureFolder {
    path: PathBuf,
    pictures: Vec<PathBuf>,
}

/// Why a folder cannot stand for a camera.
#[derive(Debug, thiserror::Error)]
pub enum PictureFolderError {
    /// Nothing to look at.
    #[error("there is no .png, .jpg or .jpeg in {}", .0.display())]
    Empty(PathBuf),
    /// No such folder, or no right to read it.
    #[error("the folder {} cannot be read: {error}", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl PictureFolder {
    /// Lists the pictures of a folder.
    ///
    /// # Errors
    /// When the folder cannot be read, or holds no picture.
    pub fn open(path: &Path) -> Result<Self, PictureFolderError> {
        let unreadable = |error| PictureFolderError::Unreadable {
            path: path.to_owned(),
            error,
        };
        let files = fs::read_dir(path).map_err(unreadable)?;
        let files = files
            .map(|file| file.map(|file| file.path()))
            .collect::<io::Result<Vec<_>>>();
        let mut pictures = files.map_err(unreadable)?;
        pictures.retain(|file| is_picture(file));
        pictures.sort();
        if pictures.is_empty() {
            return Err(PictureFolderError::Empty(path.to_owned()));
        }

        Ok(Self {
            path: path.to_owned(),
            pictures,
        })
    }

    /// Its pictures, in the order of their names.
    pub(crate) fn pictures(&self) -> &[PathBuf] {
        &self.pictures
    }

    pub(super) fn run(&self, sender: &CameraSender) {
        sender.opened(self.path.display().to_string(), false);
        for picture in &self.pictures {
            let wanted = match read_picture(picture) {
                Ok(frame) => sender.in_turn(frame),
                Err(error) => {
                    tracing::warn!(picture = %picture.display(), %error, "skipped");
                    true
                }
            };
            if !wanted {
                return;
            }
        }
        sender.end(CameraEvent::Ended);
    }
}

fn is_picture(file: &Path) -> bool {
    let ending = file
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();

    ["jpeg", "jpg", "png"]
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reader::Luma;

    use super::*;
    use crate::{
        camera::{Camera, Source, hand_over},
        picture::tests::grey_png,
    };

    #[test]
    fn the_pictures_come_in_order_then_the_end_and_a_bad_one_is_skipped() {
        let folder = tempfile::tempdir().unwrap();
        for (name, grey) in [("2.png", 20), ("1.PNG", 10), ("3.png", 30)] {
            fs::write(folder.path().join(name), grey_png(2, 2, &[grey; 4])).unwrap();
        }
        fs::write(folder.path().join("2b.png"), "no picture").unwrap();
        fs::write(folder.path().join("notes.txt"), "no picture either").unwrap();

        let (sender, receiver) = hand_over(|| ());
        let handle = Camera::start(
            Source::Folder(PictureFolder::open(folder.path()).unwrap()),
            sender,
        );
        let all: Vec<_> = std::iter::from_fn(|| receiver.next(Duration::from_secs(10))).collect();
        handle.stop();

        let frame = |grey| CameraEvent::Frame(Luma::new(2, 2, vec![grey; 4]).unwrap());
        let opened = CameraEvent::Opened {
            name: folder.path().display().to_string(),
            demo: false,
        };
        assert_eq!(
            all,
            [opened, frame(10), frame(20), frame(30), CameraEvent::Ended]
        );
    }

    #[test]
    fn a_folder_without_pictures_says_so() {
        let folder = tempfile::tempdir().unwrap();

        assert!(matches!(
            PictureFolder::open(folder.path()),
            Err(PictureFolderError::Empty(_))
        ));
        assert!(matches!(
            PictureFolder::open(&folder.path().join("nowhere")),
            Err(PictureFolderError::Unreadable { .. })
        ));
    }
}
