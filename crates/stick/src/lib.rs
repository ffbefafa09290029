//! The pocket: the folder `menshen/` of a USB stick, read and written as something that a stranger may have had in
//! hand (SECURITY.md §8).
//!
//! Only files of fixed names count, only regular ones, no link is followed, and each is read once into memory: the
//! bytes that are verified are the bytes that are used. What the bytes say is for whoever asked.

mod name;
mod open;
mod write;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use name::{Name, Part};

/// The folder on the stick.
pub const FOLDER: &str = "menshen";
/// The most bytes of all files together (SECURITY.md §8).
pub const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// The most files (SECURITY.md §8).
pub const MAX_FILES: usize = 1_000;

/// A stick whose folder is there.
#[derive(Debug)]
pub struct Stick {
    folder: PathBuf,
}

/// What lies on a stick.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Files with a name of ours, in the order in which they are to be read, each with its length.
    pub files: Vec<(Name, u64)>,
    /// What is left alone, by name, with the reason.
    pub left: Vec<(String, Unusable)>,
}

/// Why a file is not used. It is left as it is.
#[derive(Debug, Error)]
pub enum Unusable {
    /// Its name is none of ours.
    #[error("it is none of Menshen's files")]
    Foreign,
    /// The stick was pulled out while it was written.
    #[error("its writing was cut short; the next export takes it away")]
    HalfWritten,
    /// A link, which may lead anywhere.
    #[error("it is a link, which is never followed")]
    Link,
    /// A folder, pipe or device.
    #[error("it is no regular file")]
    NotAFile,
    /// Larger than such a file may be.
    #[error("it is larger than such a file may be")]
    TooLarge,
    /// Another file took its place while it was opened.
    #[error("it was exchanged while it was read")]
    Exchanged,
    /// The system does not give it.
    #[error("it cannot be read ({0})")]
    Unreadable(io::Error),
}

/// Why a stick cannot be used.
#[derive(Debug, Error)]
pub enum StickError {
    /// Nothing of ours is on it.
    #[error("{} is not there: name the folder of the stick, in which {FOLDER}/ lies", .0.display())]
    NoFolder(PathBuf),
    /// The folder is a link or no folder.
    #[error("{} is no folder of its own but a link or a file: take another stick", .0.display())]
    NotAFolder(PathBuf),
    /// More files than a stick may carry.
    #[error(
        "{} holds more than {MAX_FILES} files: nothing of it was used; take another stick", .0.display()
    )]
    TooMany(PathBuf),
    /// More bytes than a stick may carry.
    #[error(
        "the files in {} have more than 256 MiB together: nothing of it was used; take another stick", .0.display()
    )]
    TooMuch(PathBuf),
    /// No room.
    #[error(
        "the stick is full: {name} was not written, and nothing of it was left there; make room or take another stick"
    )]
    Full {
        /// What was not written.
        name: String,
    },
    /// Something that is no regular file stands where ours belongs.
    #[error("{} is a link or no regular file and is left alone: take another stick", .0.display())]
    Occupied(PathBuf),
    /// The system says no.
    #[error("{} cannot be used ({source}): check that the stick is whole and may be written", .path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl PartialEq for Unusable {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl Eq for Unusable {}

impl Clone for Unusable {
    fn clone(&self) -> Self {
        match self {
            Self::Foreign => Self::Foreign,
            Self::HalfWritten => Self::HalfWritten,
            Self::Link => Self::Link,
            Self::NotAFile => Self::NotAFile,
            Self::TooLarge => Self::TooLarge,
            Self::Exchanged => Self::Exchanged,
            Self::Unreadable(error) => Self::Unreadable(error.kind().into()),
        }
    }
}

impl Stick {
    /// The stick that is mounted at `at`.
    ///
    /// # Errors
    /// [`StickError::NoFolder`], [`StickError::NotAFolder`], [`StickError::Io`].
    pub fn open(at: &Path) -> Result<Self, StickError> {
        let folder = at.join(FOLDER);
        let about = match fs::symlink_metadata(&folder) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StickError::NoFolder(folder));
            }
            Err(source) => {
                return Err(StickError::Io {
                    path: folder,
                    source,
                });
            }
        };
        if !about.is_dir() {
            return Err(StickError::NotAFolder(folder));
        }

        Ok(Self { folder })
    }

    /// As [`Self::open`]; the folder is made where there is none.
    ///
    /// # Errors
    /// As [`Self::open`]; also where `at` itself is not there, so that nothing is written beside a stick that is not
    /// mounted.
    pub fn prepare(at: &Path) -> Result<Self, StickError> {
        if !at.is_dir() {
            return Err(StickError::NoFolder(at.to_owned()));
        }
        let folder = at.join(FOLDER);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(write::failed(&folder, FOLDER)(error))
            }
            Ok(()) | Err(_) => Self::open(at),
        }
    }

    /// What lies there.
    ///
    /// # Errors
    /// [`StickError::TooMany`], [`StickError::TooMuch`], [`StickError::Io`].
    pub fn content(&self) -> Result<Content, StickError> {
        let io_error = |source| StickError::Io {
            path: self.folder.clone(),
            source,
        };
        let mut content = Content::default();
        let mut bytes = 0_u64;
        for (at, entry) in fs::read_dir(&self.folder).map_err(io_error)?.enumerate() {
            if at >= MAX_FILES {
                return Err(StickError::TooMany(self.folder.clone()));
            }
            let name = entry.map_err(io_error)?.file_name();
            let text = name.to_string_lossy().into_owned();
            let judged = Name::parse(&text)
                .ok_or_else(|| foreign(&text))
                .and_then(|known| Ok((known, open::length(&self.folder.join(&name), &known)?)));
            match judged {
                Ok((known, length)) => {
                    bytes = bytes.saturating_add(length);
                    content.files.push((known, length));
                }
                Err(why) => content.left.push((text, why)),
            }
        }
        if bytes > MAX_BYTES {
            return Err(StickError::TooMuch(self.folder.clone()));
        }
        content.files.sort_unstable();
        content.left.sort_by(|a, b| a.0.cmp(&b.0));

        Ok(content)
    }

    /// The bytes of a file, read once.
    ///
    /// # Errors
    /// See [`Unusable`].
    pub fn read(&self, name: &Name) -> Result<Vec<u8>, Unusable> {
        open::read(&self.path(name), name)
    }

    /// Puts a file there as a whole, in the place of one of the same name; on the stick when this returns.
    ///
    /// # Errors
    /// [`StickError::Full`], [`StickError::Occupied`], [`StickError::Io`]: what stood there is untouched, and
    /// nothing is left beside it.
    pub fn write(&self, name: &Name, bytes: &[u8]) -> Result<(), StickError> {
        write::replace(&self.path(name), &name.to_string(), bytes)
    }

    /// Takes a file away.
    ///
    /// # Errors
    /// [`StickError::Occupied`], [`StickError::Io`].
    pub fn remove(&self, name: &Name) -> Result<(), StickError> {
        write::remove(&self.path(name))
    }

    /// Takes away what earlier writing left half done, where the stick was pulled out meanwhile.
    ///
    /// # Errors
    /// [`StickError::Io`].
    pub fn tidy(&self) -> Result<(), StickError> {
        let io_error = |source| StickError::Io {
            path: self.folder.clone(),
            source,
        };
        for entry in fs::read_dir(&self.folder)
            .map_err(io_error)?
            .take(MAX_FILES)
        {
            let entry = entry.map_err(io_error)?;
            let name = entry.file_name();
            let half = name.to_str().map(foreign) == Some(Unusable::HalfWritten);
            if half && entry.file_type().map_err(io_error)?.is_file() {
                write::remove(&entry.path())?;
            }
        }

        Ok(())
    }

    fn path(&self, name: &Name) -> PathBuf {
        self.folder.join(name.to_string())
    }
}

fn foreign(name: &str) -> Unusable {
    let whole = name.strip_suffix(write::PART).and_then(Name::parse);

    whole.map_or(Unusable::Foreign, |_| Unusable::HalfWritten)
}
