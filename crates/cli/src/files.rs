//! Files that are whole or not there, and closed to other accounts.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::Failure;

/// Makes a folder that only its owner may enter, and those above it.
///
/// # Errors
/// [`Failure::File`].
pub(crate) fn make_folder(path: &Path) -> Result<(), Failure> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);

    builder
        .create(path)
        .map_err(Failure::file(path, "make the folder"))
}

/// Makes a folder as [`make_folder`] does, and writes and removes a file in it: whoever is about to do what cannot be
/// undone learns first whether its outcome can be kept.
///
/// # Errors
/// [`Failure::File`].
pub(crate) fn make_writable(path: &Path) -> Result<(), Failure> {
    make_folder(path)?;
    let trial = beside(&path.join("trial"));

    private(&trial)
        .and_then(|file| fill(file, b"trial"))
        .and_then(|()| fs::remove_file(&trial))
        .map_err(Failure::file(path, "write into the folder"))
}

/// The bytes of a file.
///
/// # Errors
/// [`Failure::File`].
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(Failure::file(path, "read"))
}

/// The text of a file.
///
/// # Errors
/// [`Failure::File`], also where it is not UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(Failure::file(path, "read"))
}

/// Writes a file that must not be there yet, for its owner alone.
///
/// # Errors
/// [`Failure::File`].
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    private(path)
        .and_then(|file| fill(file, bytes))
        .map_err(Failure::file(path, "write"))
}

/// Puts `bytes` in place of a file as a whole: whoever reads sees the old or the new one.
///
/// # Errors
/// [`Failure::File`]; the old file is then untouched.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let part = beside(path);
    let written = private(&part)
        .and_then(|file| fill(file, bytes))
        .and_then(|()| fs::rename(&part, path))
        .and_then(|()| sync_folder(path));
    if written.is_err() {
        // The part is of no use to anyone, and the first failure is the one to report.
        let _ = fs::remove_file(&part);
    }

    written.map_err(Failure::file(path, "write"))
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);

    options.open(path)
}

fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;

    file.sync_all()
}

/// A name that no other process uses, in the same folder.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));

    path.with_file_name(name)
}

/// A rename lasts once its folder is written; Windows has no such call and needs none.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix)
        && let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
    {
        File::open(folder)?.sync_all()?;
    }

    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_never_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write_new(&path, b"one").unwrap();
        assert!(write_new(&path, b"two").is_err());
        assert_eq!(read(&path).unwrap(), b"one");
    }

    #[test]
    fn a_folder_found_writable_is_there_and_empty() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("x").join("y");
        make_writable(&inner).unwrap();
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 0);
        fs::write(folder.path().join("file"), b"").unwrap();
        assert!(make_writable(&folder.path().join("file")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn files_and_folders_are_closed_to_other_accounts() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("x").join("y");
        make_folder(&inner).unwrap();
        write_new(&inner.join("a"), b"one").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&inner), mode(&inner.join("a"))), (0o700, 0o600));
    }
}
