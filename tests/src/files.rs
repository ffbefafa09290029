//! Folders as wholes.

use std::fs;
use std::path::Path;

/// Copies what lies in a folder, with its folders.
///
/// # Errors
/// Something cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }

    Ok(())
}
