//! Opening a database so that a commit is on the disk when it returns.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use crate::folder::{make_private_file, sync_folder};

/// Another process of ours (`pair`, `approve`, a backup) holds a database for moments only.
const PATIENCE: Duration = Duration::from_secs(5);

/// `secure_delete`: what retention erases must not lie about in free pages. `fullfsync` is what macOS
/// needs for a commit to survive power loss.
const SETTINGS: &str = "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; \
     PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;";

/// Opens or makes a database and brings it to the newest layout. Layouts are numbered steps that are
/// never edited.
pub(super) fn open(path: &Path, layouts: &[&str]) -> Result<Connection, StoreError> {
    // SQLite gives the files beside it the mode of this one.
    make_private_file(path)
        .map_err(|error| StoreError::Failed(format!("{}: {error}", path.display())))?;
    let at = |error: rusqlite::Error| at(path, &error);
    let mut database = Connection::open(path).map_err(at)?;
    database.busy_timeout(PATIENCE).map_err(at)?;
    database.execute_batch(SETTINGS).map_err(at)?;
    if write_ahead(&database).map_err(at)? != "wal" {
        return Err(StoreError::Failed(format!(
            "{}: no write-ahead log can be made: check the disk",
            path.display()
        )));
    }
    migrate(&mut database, path, layouts)?;
    // The write-ahead log was made just now, and SQLite passes over a folder that could not be synced.
    if let Some(folder) = path.parent() {
        sync_folder(folder)
            .map_err(|error| StoreError::Failed(format!("{}: {error}", folder.display())))?;
    }

    Ok(database)
}

/// SQLite gives the new mode first and commits it afterwards: only whoever asks to the end hears that this failed. It would go
/// on with a rollback journal, and a power loss may undo a commit of those, as nobody syncs that the journal was removed.
fn write_ahead(database: &Connection) -> rusqlite::Result<String> {
    let mut pragma = database.prepare("PRAGMA journal_mode = WAL")?;
    let mut rows = pragma.query([])?;
    let mut mode = String::new();
    while let Some(row) = rows.next()? {
        mode = row.get(0)?;
    }

    Ok(mode)
}

/// Opens a database that is there; none if it is not.
pub(super) fn open_existing(path: &Path) -> Result<Option<Connection>, StoreError> {
    if !path.exists() {
        return Ok(None);
    }
    let at = |error: rusqlite::Error| at(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags).map_err(at)?;
    database.busy_timeout(PATIENCE).map_err(at)?;

    Ok(Some(database))
}

/// Opens a database that is there to read what only the newest layout has; none if it is not there.
pub(super) fn open_newest(path: &Path, layouts: &[&str]) -> Result<Option<Connection>, StoreError> {
    let Some(database) = open_existing(path)? else {
        return Ok(None);
    };
    let held: i64 = database
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|error| at(path, &error))?;
    if usize::try_from(held) != Ok(layouts.len()) {
        return Err(StoreError::Failed(format!(
            "{} was made by another release: start this release's server on it once",
            path.display()
        )));
    }

    Ok(Some(database))
}

fn migrate(database: &mut Connection, path: &Path, layouts: &[&str]) -> Result<(), StoreError> {
    let at = |error: rusqlite::Error| at(path, &error);
    let transaction = database
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(at)?;
    let held: i64 = transaction
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(at)?;
    let held = usize::try_from(held).unwrap_or(usize::MAX);
    if held > layouts.len() {
        return Err(StoreError::Failed(format!(
            "{} was made by a newer release: run that one",
            path.display()
        )));
    }
    for layout in layouts.iter().skip(held) {
        transaction.execute_batch(layout).map_err(at)?;
    }
    transaction
        .pragma_update(
            None,
            "user_version",
            i64::try_from(layouts.len()).unwrap_or(i64::MAX),
        )
        .map_err(at)?;

    transaction.commit().map_err(at)
}

/// An error of the database, with the file that it is about.
pub(super) fn at(path: &Path, error: &rusqlite::Error) -> StoreError {
    StoreError::Failed(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_a_newer_release_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.db");
        let steps = ["CREATE TABLE a (x) STRICT", "CREATE TABLE b (x) STRICT"];
        let broken = open(&path, &steps);
        assert!(
            matches!(broken, Err(StoreError::Failed(_))),
            "STRICT wants types"
        );
        let steps = [
            "CREATE TABLE a (x INTEGER) STRICT",
            "CREATE TABLE b (x INTEGER) STRICT",
        ];
        open(&path, &steps[..1]).unwrap();
        let database = open(&path, &steps).unwrap();
        let tables: i64 = database
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .unwrap();
        assert_eq!(tables, 2);
        drop(database);
        let error = open(&path, &steps[..1]).unwrap_err();
        assert!(error.to_string().contains("newer release"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_database_and_the_files_beside_it_are_for_this_account_only() {
        use std::os::unix::fs::PermissionsExt;

        let place = tempfile::tempdir().unwrap();
        let _database = open(
            &place.path().join("a.db"),
            &["CREATE TABLE a (x INTEGER) STRICT"],
        );
        let modes: Vec<u32> = std::fs::read_dir(place.path())
            .unwrap()
            .map(|file| file.unwrap().metadata().unwrap().permissions().mode() & 0o777)
            .collect();
        assert_eq!(modes, [0o600; 3]);
    }

    #[test]
    fn every_database_keeps_its_commits_through_power_loss() {
        let place = tempfile::tempdir().unwrap();
        let database = open(&place.path().join("a.db"), &[]).unwrap();
        let mode: String = database
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))
            .unwrap();
        let synchronous: i64 = database
            .query_row("PRAGMA synchronous", [], |row| row.get(0))
            .unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2));
    }
}
