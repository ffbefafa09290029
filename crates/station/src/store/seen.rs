//! Who was admitted or let in here a short while ago, by a keyed hash. Untouched by what is sent.

use domain::crypto::hmac;
use domain::ids::Handle;
use domain::time::Timestamp;
use rusqlite::params;

use super::{Store, StoreError, from_sql};

/// One admit or let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// HMAC(local key, handle), first 16 bytes.
    pub tag: [u8; 16],
    /// When.
    pub at: Timestamp,
    /// The entry's number.
    pub seq: u64,
    /// It was taken back.
    pub undone: bool,
}

impl Store {
    /// What a person is known by in this log alone.
    #[must_use]
    pub fn tag(&self, handle: &Handle) -> [u8; 16] {
        let mac = hmac(self.seen_key.expose(), &[&handle.0]);
        let mut tag = [0; 16];
        tag.copy_from_slice(&mac[..16]);
        tag
    }

    /// Everyone seen since `from` in this epoch, oldest first; who was seen earlier is forgotten.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn seen_since(&mut self, from: Timestamp) -> Result<Vec<Seen>, StoreError> {
        self.db
            .execute("DELETE FROM seen WHERE at < ?1", params![from.0])?;
        let mut query = self.db.prepare_cached(
            "SELECT tag, at, seq, undone FROM seen WHERE epoch = ?1 ORDER BY seq",
        )?;
        let seen = query
            .query_map(params![self.head.epoch], |row| {
                Ok(Seen {
                    tag: row.get(0)?,
                    at: Timestamp(row.get(1)?),
                    seq: from_sql(row.get(2)?),
                    undone: row.get(3)?,
                })
            })?
            .collect::<Result<_, _>>()?;

        Ok(seen)
    }
}
