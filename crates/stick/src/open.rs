//! Opening what a stranger may have laid there.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::Read;
use std::path::Path;

use crate::{Name, Unusable};

/// The length of a file that may be opened.
pub(crate) fn length(path: &Path, name: &Name) -> Result<u64, Unusable> {
    let about = fs::symlink_metadata(path).map_err(Unusable::Unreadable)?;
    check(&about, name)?;

    Ok(about.len())
}

/// The bytes of a file. What is opened is looked at again: a link or pipe may have been put there since.
pub(crate) fn read(path: &Path, name: &Name) -> Result<Vec<u8>, Unusable> {
    let before = fs::symlink_metadata(path).map_err(Unusable::Unreadable)?;
    check(&before, name)?;
    let file = unfollowed().open(path).map_err(Unusable::Unreadable)?;
    let opened = file.metadata().map_err(Unusable::Unreadable)?;
    check(&opened, name)?;
    if !is_same(&before, &opened) {
        return Err(Unusable::Exchanged);
    }

    whole(file, name.most_bytes())
}

fn check(about: &Metadata, name: &Name) -> Result<(), Unusable> {
    if about.file_type().is_symlink() {
        return Err(Unusable::Link);
    }
    if !about.is_file() {
        return Err(Unusable::NotAFile);
    }
    if about.len() > name.most_bytes() {
        return Err(Unusable::TooLarge);
    }

    Ok(())
}

/// A file may grow while it is read.
fn whole(file: File, most: u64) -> Result<Vec<u8>, Unusable> {
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(Unusable::Unreadable)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        return Err(Unusable::TooLarge);
    }

    Ok(bytes)
}

/// Neither follows a link in the last place nor waits for a pipe's other end.
#[cfg(unix)]
fn unfollowed() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut options = File::options();
    options
        .read(true)
        .custom_flags(i32::try_from(flags.bits()).unwrap_or(0));
    options
}

/// Opens a link itself, which is then no regular file.
#[cfg(windows)]
fn unfollowed() -> OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;

    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    let mut options = File::options();
    options
        .read(true)
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    options
}

#[cfg(unix)]
fn is_same(before: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    (before.dev(), before.ino()) == (opened.dev(), opened.ino())
}

/// The flag alone keeps links out here.
#[cfg(windows)]
fn is_same(before: &Metadata, opened: &Metadata) -> bool {
    before.len() == opened.len()
}
