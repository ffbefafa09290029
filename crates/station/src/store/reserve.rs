//! One MiB kept on the disk, so that on a full one an emergency is still recorded.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::random;

/// The file's name within the station's folder.
pub(super) const RESERVE: &str = "reserve.bin";
const BLOCK: usize = 64 * 1024;
const BLOCKS: usize = 16;

/// The reserve, there or used up.
pub(super) struct Reserve {
    path: PathBuf,
}

impl Reserve {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Whether it is there, whole.
    pub(super) fn is_there(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|file| file.len() == (BLOCK * BLOCKS) as u64)
    }

    /// Makes it if there is room. It holds random bytes, so that no file system stores it as a hole.
    pub(super) fn make(&self) -> io::Result<()> {
        if self.is_there() {
            return Ok(());
        }
        let made = self.fill();
        if made.is_err() {
            self.release()?;
        }

        made
    }

    /// Gives its room away.
    pub(super) fn release(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn fill(&self) -> io::Result<()> {
        let mut file = File::create(&self.path)?;
        for _ in 0..BLOCKS {
            let block = random::fresh::<BLOCK>().map_err(io::Error::other)?;
            file.write_all(&block.into_bytes())?;
        }

        file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_made_given_away_and_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::new(folder.path().join(RESERVE));
        assert!(!reserve.is_there());
        reserve.make().unwrap();
        assert!(reserve.is_there());
        reserve.release().unwrap();
        assert!(!reserve.is_there());
        reserve.make().unwrap();
        assert!(reserve.is_there());
    }
}
