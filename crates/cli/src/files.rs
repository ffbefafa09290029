//! Files that are whole or not there, and closed to other accounts.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
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
/// [`Failure::File`], also where it is longer than a gibibyte, which is what a list of a large city takes.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_within(path, MOST_BYTES).map_err(Failure::file(path, "read"))
}

/// The text of a file.
///
/// # Errors
/// [`Failure::File`], also where it is not UTF-8 or longer than 64 MiB.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    read_within(path, MOST_TEXT)
        .and_then(|bytes| {
            String::from_utf8(bytes)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
        })
        .map_err(Failure::file(path, "read"))
}

const MOST_BYTES: u64 = 1024 * 1024 * 1024;
const MOST_TEXT: u64 = 64 * 1024 * 1024;

/// The bytes of a file, of at most `most`: a file may have no end.
///
/// # Errors
/// What the system says; [`io::ErrorKind::FileTooLarge`] for a longer one.
pub(crate) fn read_within(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let too_large = || {
        let why = format!("it is longer than {} MiB", most >> 20);
        io::Error::new(io::ErrorKind::FileTooLarge, why)
    };
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > most {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // A pipe has no length, and a file may grow.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
        return Err(too_large());
    }

    Ok(bytes)
}

/// Writes a file that must not be there yet, for its owner alone. It is there as a whole or not at all.
///
/// # Errors
/// [`Failure::File`].
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    put(path, bytes, place_new)
}

/// Puts `bytes` in place of a file as a whole: whoever reads sees the old or the new one.
///
/// # Errors
/// [`Failure::File`]; the old file is then untouched.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    put(path, bytes, |part, path| fs::rename(part, path))
}

/// Removes what writers left in a folder that were stopped half way. Nobody else may write there meanwhile. Where nothing
/// can be written at all, as in a backup that is only looked at, it stays.
///
/// # Errors
/// [`Failure::File`].
pub(crate) fn sweep(folder: &Path) -> Result<(), Failure> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(Failure::file(folder, "read"))? {
        let path = entry.map_err(Failure::file(folder, "read"))?.path();
        if !is_part(&path) || !path.is_file() {
            continue;
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {}
            removed => removed.map_err(Failure::file(&path, "remove"))?,
        }
    }

    Ok(())
}

fn put(
    path: &Path,
    bytes: &[u8],
    place: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> Result<(), Failure> {
    let part = beside(path);
    let written = private(&part)
        .and_then(|file| fill(file, bytes))
        .and_then(|()| place(&part, path))
        .and_then(|()| sync_folder(path));
    if written.is_err() {
        // The part is of no use to anyone, and the first failure is the one to report.
        let _ = fs::remove_file(&part);
    }

    written.map_err(Failure::file(path, "write"))
}

/// A second name takes no other file's place. Sticks have no second names: there the place is looked at first.
fn place_new(part: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(part, path) {
        Ok(()) => fs::remove_file(part),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) if path.try_exists()? => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(part, path),
    }
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
    name.push(format!(".{}{PART}", std::process::id()));

    path.with_file_name(name)
}

/// Whether this is a name that [`beside`] gives.
fn is_part(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| name.strip_suffix(PART)?.rsplit_once('.'))
        .is_some_and(|(_, id)| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}

const PART: &str = ".part";

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
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_writer_left_that_was_stopped_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.cbor.31.part", "a.cbor", "a.part", "a.3f.part", ".part"] {
            fs::write(folder.path().join(name), b"half").unwrap();
        }
        fs::create_dir(folder.path().join("b.31.part")).unwrap();
        sweep(folder.path()).unwrap();
        sweep(&folder.path().join("none")).unwrap();
        assert!(!folder.path().join("a.cbor.31.part").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 5);
    }

    #[test]
    fn a_file_without_an_end_is_read_to_the_limit_and_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let file = File::create(&path).unwrap();
        file.set_len(MOST_TEXT).unwrap();
        assert!(read_text(&path).is_ok());
        file.set_len(MOST_TEXT + 1).unwrap();
        let refused = read_text(&path).unwrap_err().to_string();
        assert!(refused.contains("longer than 64 MiB"), "{refused}");
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
