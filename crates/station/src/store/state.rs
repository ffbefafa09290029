//! Single values that outlive a restart, under the log key.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};

/// The name of the station's id in the table `state`: the one value in clear.
pub(super) const STATION: &str = "station";

impl Store {
    /// Keeps a value under the log key.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn save(&mut self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let sealed = self.boxes.seal_state(name, value)?;
        self.db.execute(
            "INSERT OR REPLACE INTO state (name, value) VALUES (?1, ?2)",
            params![name, sealed],
        )?;

        Ok(())
    }

    /// A kept value; none if it was never kept, or was altered since.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn saved(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sealed: Option<Vec<u8>> = self
            .db
            .query_row("SELECT value FROM state WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()?;

        Ok(sealed.and_then(|sealed| self.boxes.open_state(name, &sealed).ok()))
    }
}
