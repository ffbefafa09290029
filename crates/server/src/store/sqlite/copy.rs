//! A copy of a database as it is at one moment, while others read and write it.

use std::path::Path;

use super::{StoreError, file};
use crate::folder::make_private_file;

/// Writes a whole and compact copy to `to`, on the disk when this returns; false if there is no such database
/// (any more).
///
/// # Errors
/// [`StoreError::Failed`].
pub fn copy_database(from: &Path, to: &Path) -> Result<bool, StoreError> {
    let Some(database) = file::open_existing(from)? else {
        return Ok(false);
    };
    let name = to
        .to_str()
        .ok_or_else(|| StoreError::Failed(format!("{} is not named in UTF-8", to.display())))?;
    // VACUUM fills an empty file and leaves it its mode.
    make_private_file(to)?;
    database
        .execute("VACUUM INTO ?1", [name])
        .map_err(|error| file::at(from, &error))?;
    std::fs::File::options().write(true).open(to)?.sync_all()?;

    Ok(true)
}
