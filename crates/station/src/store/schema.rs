//! The database's layout, by numbered migrations that are never edited once shipped.

use std::path::Path;

use rusqlite::{Connection, Transaction, ffi};

use super::StoreError;

/// One step a release that changes the layout; `PRAGMA user_version` counts the steps taken.
const MIGRATIONS: [&str; 2] = [
    include_str!("migrations/0001_log.sql"),
    include_str!("migrations/0002_ledger.sql"),
];

/// Opens a database and sets what must hold on every connection.
pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    db.pragma_update(None, "secure_delete", "ON")?;
    write_ahead(&db)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "fullfsync", "ON")?;
    db.pragma_update(None, "checkpoint_fullfsync", "ON")?;
    db.pragma_update(None, "trusted_schema", "OFF")?;

    Ok(db)
}

/// SQLite gives the new mode first and commits it afterwards: only whoever asks to the end hears that this failed. It would go
/// on with a rollback journal, and a power loss may undo a commit of those, as nobody syncs that the journal was removed.
fn write_ahead(db: &Connection) -> Result<(), StoreError> {
    let mut pragma = db.prepare("PRAGMA journal_mode = WAL")?;
    let mut rows = pragma.query([])?;
    let mut mode = String::new();
    while let Some(row) = rows.next()? {
        mode = row.get(0)?;
    }
    if mode != "wal" {
        let failed = ffi::Error::new(ffi::SQLITE_IOERR);
        let what = "no write-ahead log can be made".to_owned();
        return Err(rusqlite::Error::SqliteFailure(failed, Some(what)).into());
    }

    Ok(())
}

/// The layout that the database has now.
pub(super) fn held(db: &Connection) -> Result<i64, StoreError> {
    Ok(db.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Brings the layout up to this release's. `carry` is called within each step, after its SQL, with its
/// number: it does what needs keys.
pub(super) fn migrate(
    db: &mut Connection,
    carry: &mut dyn FnMut(&Transaction<'_>, i64) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let held = held(db)?;
    let newest = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if held > newest {
        return Err(StoreError::TooNew(held));
    }
    for (number, sql) in (1_i64..).zip(MIGRATIONS) {
        if number > held {
            let step = db.transaction()?;
            step.execute_batch(sql)?;
            carry(&step, number)?;
            step.pragma_update(None, "user_version", number)?;
            step.commit()?;
        }
    }

    Ok(())
}

/// Whether tables, columns and all else are those that the migrations make: a trigger or a default that
/// somebody added would act in our name.
pub(super) fn is_ours(db: &Connection) -> Result<bool, StoreError> {
    let mut fresh = Connection::open_in_memory()?;
    migrate(&mut fresh, &mut |_, _| Ok(()))?;

    Ok(layout(db)? == layout(&fresh)?)
}

type Made = (String, String, String, Option<String>);

fn layout(db: &Connection) -> Result<Vec<Made>, StoreError> {
    let mut query =
        db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")?;
    let made = query
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;

    Ok(made)
}

#[cfg(test)]
mod tests {
    use domain::crypto::sha256;

    use super::*;

    /// Whoever ships a layout adds its line here, and no line ever changes.
    #[test]
    fn a_shipped_migration_is_never_edited() {
        let shipped = MIGRATIONS.map(|sql| domain::hex::encode(sha256(&[sql.as_bytes()])));
        assert_eq!(shipped, FROZEN);
    }

    const FROZEN: [&str; 2] = [
        "2a0895583f2aba6534dd792b21dc1d0f78409774dc70912b721f459c7ae3060c",
        "d375b25cbbf2f82ac8a6b38b185e691c503a856c3f56eafb229bfd210a262a9d",
    ];
}
