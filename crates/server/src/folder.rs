//! Where everything of the centre lies, and how a file gets there whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use domain::hex;

use crate::day::Day;
use crate::random;

/// The data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

/// Held while a server runs on a folder; a second one finds it taken.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "closing the file gives the lock back")] File);

impl Folder {
    /// The folder that `--data` names.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self(data.into())
    }

    /// The folder itself.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.0
    }

    /// The authority's keys and public documents, made by `menshen keys`.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.0.join("authority")
    }

    /// The server's own part.
    #[must_use]
    pub fn server(&self) -> PathBuf {
        self.0.join("server")
    }

    /// A database a UTC day.
    #[must_use]
    pub fn days(&self) -> PathBuf {
        self.server().join("days")
    }

    /// The database of a UTC day.
    #[must_use]
    pub fn day(&self, day: Day) -> PathBuf {
        self.days().join(format!("{day}.db"))
    }

    /// The heads of all chains.
    #[must_use]
    pub fn heads(&self) -> PathBuf {
        self.server().join("heads.db")
    }

    /// Pairings, waiting stations and assignments.
    #[must_use]
    pub fn register(&self) -> PathBuf {
        self.server().join("register.db")
    }

    /// The daily keys of tokens: outside the databases, and to be left out of their backups.
    #[must_use]
    pub fn day_keys(&self) -> PathBuf {
        self.server().join("keys")
    }

    /// Certificate and key of TLS.
    #[must_use]
    pub fn tls(&self) -> PathBuf {
        self.server().join("tls")
    }

    /// Address and pin, while the server listens.
    #[must_use]
    pub fn ready(&self) -> PathBuf {
        self.server().join("ready.json")
    }

    /// Where a running server is told of a stick, and the token that shows who may.
    #[must_use]
    pub fn usb(&self) -> PathBuf {
        self.server().join("usb.json")
    }

    /// The port that stations know, so that they find the next start.
    #[must_use]
    pub fn port(&self) -> PathBuf {
        self.server().join("port")
    }

    /// Makes the server's folders, for this account only.
    ///
    /// # Errors
    /// What the file system says.
    pub fn create(&self) -> io::Result<()> {
        for folder in [self.server(), self.days(), self.day_keys(), self.tls()] {
            private_folder(&folder)?;
        }

        Ok(())
    }

    /// Takes the folder for this process; none if another one has it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn lock(&self) -> io::Result<Option<Lock>> {
        let file = private_options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(self.server().join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Writes a file for this account only: whole or not at all, and on the disk before this returns.
///
/// # Errors
/// What the file system says.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let fresh = random::fresh::<8>().map_err(io::Error::other)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", hex::encode(fresh.into_bytes())));
    let temporary = path.with_file_name(name);
    let mut file = private_options()
        .create_new(true)
        .write(true)
        .open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;

    sync_folder(folder_of(path))
}

/// Makes a file for this account only, empty if it is not there. One that is there is not opened: closing it
/// would take this process's locks off a database.
///
/// # Errors
/// What the file system says.
pub fn make_private_file(path: &Path) -> io::Result<()> {
    match private_options().create_new(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => restrict(path, 0o600),
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a folder for this account only. One that is there may have been made by someone who thought less of
/// it.
///
/// # Errors
/// What the file system says.
#[cfg(unix)]
pub fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;

    restrict(folder, 0o700)
}

/// Makes a folder; in the user's profile it is the user's alone.
///
/// # Errors
/// What the file system says.
#[cfg(not(unix))]
pub fn private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// On Windows what lies in the user's profile is the user's alone.
#[cfg(not(unix))]
fn restrict(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn private_options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    let mut options = File::options();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private_options() -> OpenOptions {
    File::options()
}

/// A rename or an unlinking is on the disk once its folder is.
///
/// # Errors
/// What the file system says.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A rename or an unlinking is on the disk once its folder is; this system does that by itself.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Bytes that this account may still write where this folder lies; none where the system does not tell.
#[cfg(unix)]
#[must_use]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(folder).ok()?;

    Some(about.f_bavail.saturating_mul(about.f_frsize))
}

/// Bytes that this account may still write where this folder lies: this system is not asked.
#[cfg(not(unix))]
#[must_use]
pub fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// The folder of `name` alone is the one that we are in.
fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_finds_the_folder_taken_until_the_first_ends() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path());
        folder.create().unwrap();
        let first = folder.lock().unwrap();
        assert!(first.is_some());
        assert!(folder.lock().unwrap().is_none());
        drop(first);
        assert!(folder.lock().unwrap().is_some());
    }

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("key");
        write_private(&path, b"one").unwrap();
        write_private(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_name_alone_lies_in_the_folder_that_we_are_in() {
        assert_eq!(folder_of(Path::new("p.json")), Path::new("."));
        assert_eq!(folder_of(Path::new("a/p.json")), Path::new("a"));
        assert_eq!(folder_of(Path::new("/p.json")), Path::new("/"));
    }

    #[cfg(unix)]
    #[test]
    fn folders_and_files_are_for_this_account_only_whoever_made_them() {
        use std::os::unix::fs::PermissionsExt;

        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path());
        let open = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        fs::create_dir(folder.server()).unwrap();
        open(&folder.server(), 0o755);
        folder.create().unwrap();
        write_private(&folder.port(), b"1").unwrap();
        fs::write(folder.heads(), b"kept").unwrap();
        open(&folder.heads(), 0o644);
        make_private_file(&folder.heads()).unwrap();
        make_private_file(&folder.register()).unwrap();
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            [folder.server(), folder.days(), folder.day_keys()].map(mode),
            [0o700; 3]
        );
        assert_eq!(
            [folder.port(), folder.heads(), folder.register()].map(mode),
            [0o600; 3]
        );
        assert_eq!(fs::read(folder.heads()).unwrap(), b"kept");
    }
}
