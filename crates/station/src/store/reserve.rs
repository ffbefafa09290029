//! One MiB kept on the disk, so that on a full one an emergency is still recorded.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::random;

/// The file's name within the station's folder.
pub(super) const RESERVE: &str = "reserve.bin";
const BLOCK_BYTES: usize = 64 * 1024;
const BLOCK: u64 = BLOCK_BYTES as u64;
const BLOCKS: u64 = 16;

/// The reserve: whole, in part, or used up.
pub(super) struct Reserve {
    path: PathBuf,
}

impl Reserve {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Whether it is there, whole.
    pub(super) fn is_there(&self) -> bool {
        self.length() == BLOCK * BLOCKS
    }

    /// Makes it, or fills up what is left of it, if there is room. It holds random bytes, so that no file
    /// system stores it as a hole.
    pub(super) fn make(&self) -> io::Result<()> {
        if self.is_there() {
            return Ok(());
        }
        let kept = self.length();
        let mut options = File::options();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        let made = fill(&mut file, kept / BLOCK);
        if made.is_err() {
            // What it took without becoming whole is worth more to the entries that come.
            file.set_len(kept)?;
        }

        made
    }

    /// Gives one piece of its room away, more than a commit takes: the rest is for the next emergency, and
    /// nobody who comes in between can use it up. False if there is nothing left.
    pub(super) fn give(&self) -> io::Result<bool> {
        let kept = self.length();
        if kept <= BLOCK {
            return match fs::remove_file(&self.path) {
                Ok(()) => Ok(kept > 0),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
                Err(error) => Err(error),
            };
        }
        let file = File::options().write(true).open(&self.path)?;
        file.set_len(kept - BLOCK)?;
        file.sync_all()?;

        Ok(true)
    }

    fn length(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |file| file.len())
    }
}

fn fill(file: &mut File, held: u64) -> io::Result<()> {
    for _ in held..BLOCKS {
        let block = random::fresh::<BLOCK_BYTES>().map_err(io::Error::other)?;
        file.write_all(&block.into_bytes())?;
    }

    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_given_away_piece_by_piece_and_filled_up_again() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::new(folder.path().join(RESERVE));
        assert!(!reserve.is_there());
        reserve.make().unwrap();
        assert!(reserve.is_there());
        for left in (0..BLOCKS).rev() {
            assert!(reserve.give().unwrap());
            assert_eq!(reserve.length(), left * BLOCK);
        }
        assert!(!reserve.give().unwrap());
        reserve.make().unwrap();
        assert!(reserve.give().unwrap());
        reserve.make().unwrap();
        assert!(reserve.is_there());
    }
}
