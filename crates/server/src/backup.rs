//! Backup of a running server's folder, and its way back.
//!
//! A backup holds the heads, the register and the days, no key: neither the day keys of tokens nor those of TLS
//! and of the authority. Heads are copied first. Whatever was acknowledged before that moment is in the days,
//! which are copied after it; what came later may be there in part, and the next start makes the heads follow
//! as far as it reaches without a break.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use domain::crypto::sha256;
use domain::hex;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::day::Day;
use crate::folder::{Folder, make_private_file, private_folder, sync_folder, write_private};
use crate::store::StoreError;
use crate::store::sqlite::{copy_database, days_in};

/// The list of a backup; written last, so that a backup without it is none.
const LIST: &str = "backup.json";
/// The largest list that is read.
const MAX_LIST: u64 = 16 * 1024 * 1024;
/// Files are hashed in pieces of this size.
const PIECE: usize = 1024 * 1024;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// The version of this list.
    pub menshen_backup: u32,
    /// When it was begun, seconds since 1970.
    pub begun: i64,
    /// Its files.
    pub files: Vec<Listed>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// `heads.db`, `register.db` or `days/YYYY-MM-DD.db`.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 over the SHA-256 of each MiB, in hexadecimal.
    pub sha256: String,
}

/// Why there is no backup, or nothing was restored.
#[derive(Debug, Error)]
pub enum BackupError {
    /// A file differs from what the list says of it.
    #[error("{} is not as it was written: take another backup", .0.display())]
    Damaged(PathBuf),
    /// The file system.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something is there already.
    #[error("{} is not empty: name a new folder", .0.display())]
    NotEmpty(PathBuf),
    /// A server has run here.
    #[error("{} holds entries already: restore into a data folder that has only the authority in it, and move the old server's part away first", .0.display())]
    Occupied(PathBuf),
    /// No backup of ours.
    #[error("{} is no whole backup: it has no readable {LIST}", .0.display())]
    NoBackup(PathBuf),
    /// A server runs.
    #[error("a menshen-server runs on {}: stop it first", .0.display())]
    Running(PathBuf),
    /// A database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Copies everything but keys into the new folder `to`, while a server may run.
///
/// # Errors
/// See [`BackupError`]; what was written stays for the eye, without a list.
pub fn back_up(folder: &Folder, to: &Path, now: Timestamp) -> Result<List, BackupError> {
    if to.exists() && fs::read_dir(to).map_err(at(to))?.next().is_some() {
        return Err(BackupError::NotEmpty(to.to_owned()));
    }
    let days = to.join("days");
    for folder in [to, &days] {
        private_folder(folder).map_err(at(folder))?;
    }
    let mut files = Vec::new();
    let mut copy = |from: &Path, name: String| -> Result<(), BackupError> {
        if copy_database(from, &to.join(&name))? {
            files.push(listed(to, name)?);
        }

        Ok(())
    };
    copy(&folder.heads(), "heads.db".to_owned())?;
    copy(&folder.register(), "register.db".to_owned())?;
    for day in days_in(folder)? {
        copy(&folder.day(day), format!("days/{day}.db"))?;
    }
    sync_folder(&days).map_err(at(&days))?;
    let list = List {
        menshen_backup: 1,
        begun: now.0,
        files,
    };
    let path = to.join(LIST);
    let text = serde_json::to_vec_pretty(&list)
        .map_err(io::Error::from)
        .map_err(at(&path))?;
    write_private(&path, &text).map_err(at(&path))?;

    Ok(list)
}

/// Puts a backup into a data folder without a server's part. The authority and, if they are to go on, the keys
/// of TLS and of days are brought there by hand.
///
/// # Errors
/// See [`BackupError`]; nothing is left of a restore that failed but the folder `restoring`.
pub fn restore(from: &Path, folder: &Folder) -> Result<List, BackupError> {
    let list = read_list(from)?;
    folder.create().map_err(at(&folder.server()))?;
    let lock = folder.lock().map_err(at(&folder.server()))?;
    let _lock = lock.ok_or_else(|| BackupError::Running(folder.data().to_owned()))?;
    let occupied =
        folder.heads().exists() || folder.register().exists() || !days_in(folder)?.is_empty();
    if occupied {
        return Err(BackupError::Occupied(folder.server()));
    }
    let beside = folder.server().join("restoring");
    if beside.exists() {
        fs::remove_dir_all(&beside).map_err(at(&beside))?;
    }
    let days = beside.join("days");
    for folder in [&beside, &days] {
        private_folder(folder).map_err(at(folder))?;
    }
    for file in &list.files {
        bring(from, &beside, file)?;
    }
    sync_folder(&days).map_err(at(&days))?;
    move_in(&beside, folder, &list)?;

    Ok(list)
}

/// All is on the disk beside its place; heads go last, and without them the days count as a whole.
fn move_in(beside: &Path, folder: &Folder, list: &List) -> Result<(), BackupError> {
    let names = list.files.iter().map(|file| file.name.as_str());
    let (heads, others): (Vec<_>, Vec<_>) = names.partition(|name| *name == "heads.db");
    for name in others.into_iter().chain(heads) {
        let to = folder.server().join(name);
        fs::rename(beside.join(name), &to).map_err(at(&to))?;
    }
    for synced in [folder.days(), folder.server()] {
        sync_folder(&synced).map_err(at(&synced))?;
    }

    fs::remove_dir_all(beside).map_err(at(beside))
}

/// Copies a file and compares it with the list on the way.
fn bring(from: &Path, to: &Path, file: &Listed) -> Result<(), BackupError> {
    let (source, target) = (from.join(&file.name), to.join(&file.name));
    make_private_file(&target).map_err(at(&target))?;
    let mut writer = File::options()
        .write(true)
        .open(&target)
        .map_err(at(&target))?;
    let (bytes, hash) = pieces(&source, |piece| writer.write_all(piece))?;
    writer.sync_all().map_err(at(&target))?;
    if (bytes, hash) != (file.bytes, file.sha256.clone()) {
        return Err(BackupError::Damaged(source));
    }

    Ok(())
}

fn read_list(from: &Path) -> Result<List, BackupError> {
    let none = || BackupError::NoBackup(from.to_owned());
    let path = from.join(LIST);
    let about = fs::metadata(&path).map_err(|_| none())?;
    if about.len() > MAX_LIST {
        return Err(none());
    }
    let text = fs::read(&path).map_err(at(&path))?;
    let list: List = serde_json::from_slice(&text).map_err(|_| none())?;
    let fits = list.menshen_backup == 1 && list.files.iter().all(|file| is_name(&file.name));

    if fits { Ok(list) } else { Err(none()) }
}

/// No other file is ever written by a restore, wherever its name may lead.
fn is_name(name: &str) -> bool {
    let day = || {
        name.strip_prefix("days/")
            .and_then(|name| name.strip_suffix(".db"))
            .and_then(Day::from_stem)
    };

    name == "heads.db" || name == "register.db" || day().is_some()
}

fn listed(folder: &Path, name: String) -> Result<Listed, BackupError> {
    let (bytes, sha256) = pieces(&folder.join(&name), |_| Ok(()))?;

    Ok(Listed {
        name,
        bytes,
        sha256,
    })
}

/// Length and hash of a file; `each` is given every piece.
fn pieces(
    path: &Path,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<(u64, String), BackupError> {
    let mut file = File::open(path).map_err(at(path))?;
    let (mut bytes, mut hashes) = (0, Vec::new());
    loop {
        let mut piece = Vec::new();
        let limit = u64::try_from(PIECE).unwrap_or(u64::MAX);
        Read::by_ref(&mut file)
            .take(limit)
            .read_to_end(&mut piece)
            .map_err(at(path))?;
        if piece.is_empty() {
            return Ok((bytes, hex::encode(sha256(&[&hashes]))));
        }
        bytes += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        hashes.extend_from_slice(&sha256(&[&piece]));
        each(&piece).map_err(at(path))?;
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_only_databases_of_ours() {
        for name in ["heads.db", "register.db", "days/2026-11-24.db"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "days/../../authority/receipt.key",
            "/etc/passwd",
            "days/2026-13-24.db",
            "keys/2026-11-24.key",
            "",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
