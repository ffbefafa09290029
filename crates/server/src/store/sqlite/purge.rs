//! Retention: a day goes by unlinking its files, its key first. Heads stay, and with them how far each chain
//! was erased, so that a chain whose beginning is gone is still known to be whole.

use std::fs;
use std::path::{Path, PathBuf};

use domain::time::Timestamp;

use super::StoreError;
use super::books::Books;
use crate::day::Day;
use crate::folder::sync_folder;
use crate::store::Purged;

impl Books {
    /// Erases every day before `kept_from`: entries, poison, other branches, and the key of its tokens. What is
    /// not yet committed is committed first.
    ///
    /// Whatever interrupts it, the next call ends it: the database itself goes last.
    pub(super) fn erase_before(
        &mut self,
        kept_from: Day,
        now: Timestamp,
    ) -> Result<Vec<Purged>, StoreError> {
        self.commit()?;
        self.set_erased_before(kept_from);
        let mut purged = Vec::new();
        for day in self.days().into_iter().take_while(|day| *day < kept_from) {
            purged.push(self.erase(day, now)?);
        }
        self.sweep(kept_from)?;

        Ok(purged)
    }

    fn erase(&mut self, day: Day, now: Timestamp) -> Result<Purged, StoreError> {
        let file = self.day(day)?;
        let purged = file.contents(day)?;
        let highest = file.highest()?;
        self.heads_mut().begin_purge(&purged, &highest, now)?;
        self.close_day(day);
        self.keys_mut().destroy(day)?;
        unlink(&files_of(&self.folder().days(), |found| found == day)?)?;
        sync_folder(&self.folder().days())?;
        self.forget_day(day);
        self.heads_mut().end_purge(day, now)?;

        Ok(purged)
    }

    /// What an interrupted purge, or a key without a database, left behind.
    fn sweep(&mut self, kept_from: Day) -> Result<(), StoreError> {
        for folder in [self.folder().day_keys(), self.folder().days()] {
            let left = files_of(&folder, |day| day < kept_from)?;
            if !left.is_empty() {
                unlink(&left)?;
                sync_folder(&folder)?;
            }
        }

        Ok(())
    }
}

/// The files whose names begin with a wanted day, databases last: as long as one is there, its day is erased
/// again.
fn files_of(folder: &Path, wanted: impl Fn(Day) -> bool) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = Vec::new();
    for item in fs::read_dir(folder)? {
        let path = item?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if stem.and_then(Day::from_stem).is_some_and(&wanted) {
            files.push(path);
        }
    }
    files.sort_by_key(|path| path.extension().is_some_and(|extension| extension == "db"));

    Ok(files)
}

fn unlink(files: &[PathBuf]) -> Result<(), StoreError> {
    for file in files {
        match fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Failed(format!("{}: {error}", file.display())));
            }
            Ok(()) | Err(_) => {}
        }
    }

    Ok(())
}
