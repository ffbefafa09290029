//! The database's layout, by numbered migrations that are never edited once shipped.

use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

/// One step a release that changes the layout; `PRAGMA user_version` counts the steps taken.
const MIGRATIONS: [&str; 1] = [include_str!("migrations/0001_log.sql")];

/// Opens a database and sets what must hold on every connection.
pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    db.pragma_update(None, "secure_delete", "ON")?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "fullfsync", "ON")?;
    db.pragma_update(None, "checkpoint_fullfsync", "ON")?;
    db.pragma_update(None, "trusted_schema", "OFF")?;

    Ok(db)
}

/// Brings the layout up to this release's.
pub(super) fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let held: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let newest = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if held > newest {
        return Err(StoreError::TooNew(held));
    }
    for (number, sql) in (1_i64..).zip(MIGRATIONS) {
        if number > held {
            let step = db.transaction()?;
            step.execute_batch(sql)?;
            step.pragma_update(None, "user_version", number)?;
            step.commit()?;
        }
    }

    Ok(())
}
