//! The station's folder: private, held by one process, and written so that a cut never leaves half a file.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;
use tracing::warn;

/// The station's part of the data folder.
const NAME: &str = "station";
/// Where the folder of a station's next epoch is made, before it takes the place of the one before.
const NEXT: &str = "station.next";
/// Within a station's folder: the folders of the epoch before, and in that the one before it.
const EPOCHS: &str = "epochs";

/// Why the folder cannot be used.
#[derive(Debug, Error)]
pub enum FolderError {
    /// Another process holds it.
    #[error("another station runs on this data folder: stop it first")]
    InUse,
    /// The operating system says no.
    #[error(
        "the data folder {path} cannot be used ({source}): check that it exists, is yours, and that the disk is not full"
    )]
    Io {
        /// Which file or folder.
        path: String,
        /// What it said.
        source: io::Error,
    },
    /// A file is larger than any of its kind may be.
    #[error("the file {name} in the data folder is larger than allowed: restore it from a copy")]
    TooLarge {
        /// Its name within the folder.
        name: String,
    },
}

/// `DIR/station`, locked for this process until dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    is_new: bool,
    _lock: File,
}

impl Folder {
    /// Makes `data/station` if it is not there, readable by its owner alone, and locks it.
    ///
    /// # Errors
    /// See [`FolderError`].
    pub fn open(data: &Path) -> Result<Self, FolderError> {
        finish_succession(data)?;

        Self::at(data.join(NAME))
    }

    fn at(path: PathBuf) -> Result<Self, FolderError> {
        let is_new = !path.exists();
        make_private(&path).map_err(|source| io_error(&path, source))?;
        let lock_path = path.join("lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|source| io_error(&lock_path, source))?;
        match lock.try_lock() {
            Ok(()) if !is_still_there(&lock, &lock_path) => Err(FolderError::InUse),
            Ok(()) => Ok(Self {
                path,
                is_new,
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse),
            Err(TryLockError::Error(source)) => Err(io_error(&lock_path, source)),
        }
    }

    /// As [`Self::open`] where `data/station` holds `name`; otherwise none, and nothing is made.
    ///
    /// # Errors
    /// See [`FolderError`].
    pub fn holding(data: &Path, name: &str) -> Result<Option<Self>, FolderError> {
        finish_succession(data)?;
        if !data.join(NAME).join(name).exists() {
            return Ok(None);
        }

        Self::open(data).map(Some)
    }

    /// Takes the folder away again if it was not there before it was opened: what was begun in it came to
    /// nothing.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn abandon(self) -> Result<(), FolderError> {
        if self.is_new {
            fs::remove_dir_all(&self.path).map_err(|source| io_error(&self.path, source))?;
        }

        Ok(())
    }

    /// An empty folder beside `data/station`, for the station's next epoch. What an earlier attempt left is removed.
    ///
    /// # Errors
    /// See [`FolderError`].
    pub fn next(data: &Path) -> Result<Self, FolderError> {
        let path = data.join(NEXT);
        match fs::remove_dir_all(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(io_error(&path, source)),
        }

        Self::at(path)
    }

    /// Puts `next`, which [`Self::next`] made, in the place of `before`, which is kept within it as that of `epoch`. Two
    /// renames: whoever opens the folder after a cut between them does the second.
    ///
    /// # Errors
    /// [`FolderError::Io`]: `before` is still in its place.
    pub fn succeed(data: &Path, before: Self, next: Self, epoch: u32) -> Result<(), FolderError> {
        // Nobody opens either meanwhile; where what is held open cannot be moved, nothing can keep them from it.
        let _held = cfg!(unix).then_some((before, next));
        let epochs = data.join(NEXT).join(EPOCHS);
        make_private(&epochs).map_err(|source| io_error(&epochs, source))?;
        let kept = epochs.join(epoch.to_string());
        fs::rename(data.join(NAME), &kept).map_err(|source| io_error(&kept, source))?;
        let finished = sync_folder(&epochs)
            .and_then(|()| sync_folder(data))
            .map_err(|source| io_error(data, source))
            .and_then(|()| finish_succession(data));
        if let Err(error) = finished {
            warn!(%error, "the new epoch takes its place at the next start");
        }

        Ok(())
    }

    /// The folders of the station's epochs that are over, the last one first; for one that is not to be had, why.
    ///
    /// # Errors
    /// See [`FolderError`].
    pub fn earlier(&self) -> Result<Vec<Result<Self, FolderError>>, FolderError> {
        let mut found = Vec::new();
        let mut within = self.path.clone();
        while let Some(path) = epoch_within(&within)? {
            found.push(Self::at(path.clone()));
            within = path;
        }

        Ok(found)
    }

    /// The path of `name` within the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether `name` is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The bytes of `name`, read once; none if it is not there.
    ///
    /// # Errors
    /// [`FolderError::Io`], or [`FolderError::TooLarge`] beyond `most` bytes.
    pub fn read(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, FolderError> {
        let path = self.path(name);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io_error(&path, source)),
        };
        let mut bytes = Vec::new();
        file.take(most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|source| io_error(&path, source))?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
            return Err(FolderError::TooLarge {
                name: name.to_owned(),
            });
        }

        Ok(Some(bytes))
    }

    /// Puts `bytes` in the place of `name`: written beside it, fsynced, renamed. What stood there before
    /// is kept as `name.previous`.
    ///
    /// # Errors
    /// [`FolderError::Io`]; the old file is then untouched.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let path = self.path(name);
        let fresh = self.path(&format!("{name}.new"));
        write_synced(&fresh, bytes).map_err(|source| io_error(&fresh, source))?;
        if path.exists() {
            let previous = self.path(&format!("{name}.previous"));
            fs::copy(&path, &previous).map_err(|source| io_error(&previous, source))?;
        }
        fs::rename(&fresh, &path).map_err(|source| io_error(&path, source))?;

        self.sync(&path)
    }

    /// Makes the folder `name` within the folder.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn make_folder(&self, name: &str) -> Result<(), FolderError> {
        let path = self.path(name);

        make_private(&path).map_err(|source| io_error(&path, source))
    }

    /// Makes a finished file stand under its name.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn rename(&self, from: &str, to: &str) -> Result<(), FolderError> {
        let to = self.path(to);
        fs::rename(self.path(from), &to).map_err(|source| io_error(&to, source))?;

        self.sync(&to)
    }

    /// The names in the folder `name`, each with that before it; none where it is not there.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn names(&self, name: &str) -> Result<Vec<String>, FolderError> {
        let path = self.path(name);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(io_error(&path, source)),
        };

        entries
            .map(|entry| {
                let file = entry.map_err(|source| io_error(&path, source))?.file_name();
                Ok(format!("{name}/{}", file.to_string_lossy()))
            })
            .collect()
    }

    /// Removes `name` if it is there.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn remove(&self, name: &str) -> Result<(), FolderError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(io_error(&path, source)),
        }
    }

    /// Makes the folder itself last, and the data folder that it was made in.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn make_last(&self) -> Result<(), FolderError> {
        for above in self.path.ancestors().skip(1).take(2) {
            let above = if above.as_os_str().is_empty() {
                Path::new(".")
            } else {
                above
            };
            match sync_folder(above) {
                // Whoever may not read a folder has made nothing in it.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
                outcome => outcome.map_err(|source| io_error(above, source))?,
            }
        }

        Ok(())
    }

    /// Makes the names in the folder last, whoever made them.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub fn make_names_last(&self) -> Result<(), FolderError> {
        sync_folder(&self.path).map_err(|source| io_error(&self.path, source))
    }

    /// A rename lasts only once the folder that holds the name is fsynced too.
    fn sync(&self, renamed: &Path) -> Result<(), FolderError> {
        let parent = renamed.parent().unwrap_or(&self.path);

        sync_folder(parent).map_err(|source| io_error(parent, source))
    }
}

/// Whether the file that was locked is the one under this name: a new epoch's folder may have taken its place meanwhile.
#[cfg(unix)]
fn is_still_there(lock: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let held = lock.metadata().map(|held| (held.dev(), held.ino()));
    let named = fs::metadata(path).map(|named| (named.dev(), named.ino()));

    matches!((held, named), (Ok(held), Ok(named)) if held == named)
}

/// What is open is not moved on Windows.
#[cfg(not(unix))]
fn is_still_there(_lock: &File, _path: &Path) -> bool {
    true
}

/// The second rename of [`Folder::succeed`], where a cut kept it from being done.
fn finish_succession(data: &Path) -> Result<(), FolderError> {
    let (path, next) = (data.join(NAME), data.join(NEXT));
    if path.exists() || epoch_within(&next)?.is_none() {
        return Ok(());
    }
    fs::rename(&next, &path).map_err(|source| io_error(&path, source))?;

    sync_folder(data).map_err(|source| io_error(data, source))
}

/// The folder of the epoch before, if there was one.
fn epoch_within(folder: &Path) -> Result<Option<PathBuf>, FolderError> {
    let epochs = folder.join(EPOCHS);
    let entries = match fs::read_dir(&epochs) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io_error(&epochs, source)),
    };
    let mut last: Option<(u32, PathBuf)> = None;
    for entry in entries {
        let entry = entry.map_err(|source| io_error(&epochs, source))?;
        let number = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        if let Some(number) = number
            && last.as_ref().is_none_or(|(last, _)| *last < number)
        {
            last = Some((number, entry.path()));
        }
    }

    Ok(last.map(|(_, path)| path))
}

fn io_error(path: &Path, source: io::Error) -> FolderError {
    FolderError::Io {
        path: path.display().to_string(),
        source,
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;

    file.sync_all()
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)?;

    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

/// On Windows a new folder in the user's profile is the user's alone.
#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// NTFS keeps renames in its own journal, and a folder cannot be opened for syncing.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_told_that_the_folder_is_in_use() {
        let data = tempfile::tempdir().unwrap();
        let first = Folder::open(data.path()).unwrap();
        assert!(matches!(Folder::open(data.path()), Err(FolderError::InUse)));
        drop(first);
        assert!(Folder::open(data.path()).is_ok());
    }

    #[test]
    fn a_folder_that_is_only_looked_for_is_not_made() {
        let data = tempfile::tempdir().unwrap();
        assert!(Folder::holding(data.path(), "a").unwrap().is_none());
        assert!(!data.path().join(NAME).exists());
        let made = Folder::open(data.path()).unwrap();
        made.replace("a", b"1").unwrap();
        drop(made);
        let found = Folder::holding(data.path(), "a").unwrap();
        found.unwrap().abandon().unwrap();
        assert!(data.path().join(NAME).exists(), "it was there before");
    }

    fn marked(folder: &Folder) -> Option<Vec<u8>> {
        folder.read("mark", 10).unwrap()
    }

    /// A station's folder, and beside it that of its next epoch.
    fn with_a_next_one() -> tempfile::TempDir {
        let data = tempfile::tempdir().unwrap();
        let (first, next) = (Folder::open(data.path()), Folder::next(data.path()));
        first.unwrap().replace("mark", b"1").unwrap();
        next.unwrap().replace("mark", b"2").unwrap();

        data
    }

    #[test]
    fn the_folder_of_a_new_epoch_takes_the_place_of_the_one_before_and_keeps_it() {
        let data = tempfile::tempdir().unwrap();
        let first = Folder::open(data.path()).unwrap();
        first.replace("mark", b"1").unwrap();
        drop(first);
        for epoch in [1, 2] {
            let next = Folder::next(data.path()).unwrap();
            next.replace("mark", &[b'1' + u8::try_from(epoch).unwrap()])
                .unwrap();
            let before = Folder::open(data.path()).unwrap();
            Folder::succeed(data.path(), before, next, epoch).unwrap();
        }
        let now = Folder::open(data.path()).unwrap();
        assert_eq!(marked(&now), Some(b"3".to_vec()));
        let earlier: Vec<_> = now.earlier().unwrap();
        let earlier: Vec<_> = earlier
            .iter()
            .map(|folder| marked(folder.as_ref().unwrap()))
            .collect();
        assert_eq!(earlier, [Some(b"2".to_vec()), Some(b"1".to_vec())]);
        assert!(!data.path().join(NEXT).exists());
    }

    #[test]
    fn a_cut_before_the_last_rename_is_made_good_at_the_next_opening() {
        let data = with_a_next_one();
        let epochs = data.path().join(NEXT).join(EPOCHS);
        fs::create_dir(&epochs).unwrap();
        fs::rename(data.path().join(NAME), epochs.join("1")).unwrap();

        let found = Folder::holding(data.path(), "mark").unwrap().unwrap();
        assert_eq!(marked(&found), Some(b"2".to_vec()));
        let earlier = found.earlier().unwrap();
        assert_eq!(earlier.len(), 1);
        let before = earlier[0].as_ref().unwrap();
        assert_eq!(marked(before), Some(b"1".to_vec()));
    }

    #[test]
    fn what_was_begun_and_came_to_nothing_takes_no_place() {
        let data = with_a_next_one();
        let found = Folder::open(data.path()).unwrap();
        assert_eq!(marked(&found), Some(b"1".to_vec()));
        assert_eq!(marked(&Folder::next(data.path()).unwrap()), None);
    }

    #[test]
    fn a_replaced_file_keeps_its_predecessor() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        folder.replace("trust.cbor", b"one").unwrap();
        folder.replace("trust.cbor", b"two").unwrap();
        let read = |name| folder.read(name, 10).unwrap();
        assert_eq!(read("trust.cbor"), Some(b"two".to_vec()));
        assert_eq!(read("trust.cbor.previous"), Some(b"one".to_vec()));
        assert_eq!(read("root.cbor"), None);
    }

    #[test]
    fn a_file_beyond_its_limit_is_not_read() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        folder.replace("root.cbor", b"12345").unwrap();
        assert!(folder.read("root.cbor", 5).unwrap().is_some());
        assert!(matches!(
            folder.read("root.cbor", 4),
            Err(FolderError::TooLarge { .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;

        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        folder.replace("a", b"1").unwrap();
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(data.path().join(NAME)), 0o700);
        assert_eq!(mode(folder.path("a")), 0o600);
    }
}
