//! Who went in here a short while ago, by a keyed hash. Untouched by what is sent.

use domain::crypto::Secret;
use domain::recent::{Recent, Seen, Tag};
use domain::time::Timestamp;
use rusqlite::params;

use super::{Store, StoreError, from_sql};

impl Store {
    /// Everyone who went in, as far as it is not forgotten yet.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn recent(&self) -> Result<Recent, StoreError> {
        let seen = self.seen()?;

        Ok(Recent::new(Secret::new(*self.seen_key.expose()), seen))
    }

    /// Forgets who went in before `time`. The caller takes a time that somebody signed: a wall clock that
    /// was set ahead for a moment must not open the door for second visits.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn forget_seen_before(&mut self, time: Timestamp) -> Result<(), StoreError> {
        self.db
            .prepare_cached("DELETE FROM seen WHERE at < ?1")?
            .execute(params![time.0])?;

        Ok(())
    }

    pub(super) fn seen(&self) -> Result<Vec<Seen>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT tag, at, seq, undone FROM seen WHERE epoch = ?1 ORDER BY seq",
        )?;
        let seen = query
            .query_map(params![self.head.epoch], |row| {
                Ok(Seen {
                    tag: Tag(row.get(0)?),
                    at: Timestamp(row.get(1)?),
                    seq: from_sql(row.get(2)?),
                    undone: row.get(3)?,
                })
            })?
            .collect::<Result<_, _>>()?;

        Ok(seen)
    }
}
