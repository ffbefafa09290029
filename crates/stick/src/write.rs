//! Writing so that a stick that is pulled out holds the old file or the new one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::StickError;

/// The end of the name of a file that is being written.
pub(crate) const PART: &str = ".part";

pub(crate) fn replace(path: &Path, name: &str, bytes: &[u8]) -> Result<(), StickError> {
    refuse_what_is_no_file(path)?;
    let part = part_of(path);
    remove(&part)?;
    let written = fill(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .and_then(|()| sync_folder_of(path));
    if written.is_err() {
        // The first failure is the one to tell; on a stick that is gone nothing can be removed either.
        let _ = fs::remove_file(&part);
    }

    written.map_err(failed(path, name))
}

pub(crate) fn remove(path: &Path) -> Result<(), StickError> {
    refuse_what_is_no_file(path)?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path, "")(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// In words that say what to do where a stick has no room.
pub(crate) fn failed(path: &Path, name: &str) -> impl FnOnce(io::Error) -> StickError {
    let (path, name) = (path.to_owned(), name.to_owned());
    move |source| {
        let kind = source.kind();
        if kind == io::ErrorKind::StorageFull || kind == io::ErrorKind::QuotaExceeded {
            StickError::Full { name }
        } else {
            StickError::Io { path, source }
        }
    }
}

fn refuse_what_is_no_file(path: &Path) -> Result<(), StickError> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_file() => Ok(()),
        Ok(_) => Err(StickError::Occupied(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(path, "")(error)),
    }
}

fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;

    file.sync_all()
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(PART);

    path.with_file_name(name)
}

/// A rename lasts once its folder is written. Some file systems of sticks cannot be asked to, and then do it by
/// themselves.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> io::Result<()> {
    match File::open(path.parent().unwrap_or(path))?.sync_all() {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

/// A folder cannot be opened for syncing here.
#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}
