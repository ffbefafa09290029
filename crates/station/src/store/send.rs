//! What waits for the centre, and what a receipt lets go.

use std::collections::BTreeSet;

use domain::entry::{ChainHash, Core, SealedEntry};
use domain::time::Timestamp;
use rusqlite::{OptionalExtension, params};
use tracing::{error, warn};

use super::{Store, StoreError, from_sql, to_sql};

/// An entry as it goes into a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub hash: ChainHash,
    /// Its bytes.
    pub entry: SealedEntry,
}

/// What waits: the hash before the first, and entries in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unacknowledged {
    /// The hash before the first entry.
    pub before: ChainHash,
    /// The entries.
    pub entries: Vec<StoredEntry>,
}

impl Store {
    /// At most `most` entries from number `first` on. A body that no longer opens goes without: the
    /// centre keeps such an entry apart and acknowledges it. A core that no longer opens ends the batch
    /// before it, and is reported: nothing after it can be chained by anyone else.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn batch(&self, first: u64, most: usize) -> Result<Unacknowledged, StoreError> {
        let before = self.hash_at(first.saturating_sub(1))?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut query = self.db.prepare_cached(
            "SELECT seq, hash, core_box, body_box FROM rows
             WHERE epoch = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3",
        )?;
        let mut rows = query.query(params![self.head.epoch, to_sql(first), most])?;
        let mut entries = Vec::new();
        let mut next = first;
        while let Some(row) = rows.next()? {
            let seq = from_sql(row.get(0)?);
            let core_box: Vec<u8> = row.get(2)?;
            let body_box: Option<Vec<u8>> = row.get(3)?;
            let Ok(core) = self.boxes.open_core(self.head.epoch, seq, &core_box) else {
                error!(
                    seq,
                    "a row of the log does not open: it and what follows waits for a new epoch"
                );
                break;
            };
            if seq != next {
                error!(seq = next, "a row of the log is missing");
                break;
            }
            next = next.saturating_add(1);
            entries.push(StoredEntry {
                seq,
                hash: ChainHash(row.get(1)?),
                entry: self.with_body(seq, core, body_box),
            });
        }

        Ok(Unacknowledged { before, entries })
    }

    /// The hash of our entry with this number; the genesis for 0.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] if there is none.
    pub fn hash_at(&self, seq: u64) -> Result<ChainHash, StoreError> {
        if seq == self.acked.seq {
            return Ok(self.acked.hash);
        }
        let hash: Option<[u8; 32]> = if seq == 0 {
            self.db
                .prepare_cached("SELECT genesis FROM epochs WHERE epoch = ?1")?
                .query_row(params![self.head.epoch], |row| row.get(0))
                .optional()?
        } else {
            self.db
                .prepare_cached("SELECT hash FROM rows WHERE epoch = ?1 AND seq = ?2")?
                .query_row(params![self.head.epoch, to_sql(seq)], |row| row.get(0))
                .optional()?
        };

        hash.map(ChainHash).ok_or(StoreError::NotOurs)
    }

    /// Takes a receipt: token and sealed text of every entry up to `seq` go at once, core, hash and
    /// signature stay. A day's queue key is erased with its last waiting row.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] where number or hash are not ours; nothing was changed.
    pub fn ack(&mut self, seq: u64, hash: ChainHash, at: Timestamp) -> Result<(), StoreError> {
        if seq < self.acked.seq || self.hash_at(seq)? != hash {
            return Err(StoreError::NotOurs);
        }
        let days = |from: u64| -> BTreeSet<u32> {
            self.unsent.range(from..).map(|(_, day)| *day).collect()
        };
        let still = days(seq.saturating_add(1));
        let erased: Vec<u32> = days(0).difference(&still).copied().collect();
        let write = self.db.transaction()?;
        write
            .prepare_cached(
                "UPDATE rows SET body_box = NULL
                 WHERE epoch = ?1 AND seq > ?2 AND seq <= ?3",
            )?
            .execute(params![
                self.head.epoch,
                to_sql(self.acked.seq),
                to_sql(seq)
            ])?;
        write
            .prepare_cached(
                "UPDATE epochs SET acked_seq = ?2, acked_hash = ?3, last_receipt = ?4
                 WHERE epoch = ?1",
            )?
            .execute(params![self.head.epoch, to_sql(seq), hash.0, at.0])?;
        for day in &erased {
            write
                .prepare_cached("DELETE FROM queue_keys WHERE day = ?1")?
                .execute(params![day])?;
        }
        write.commit()?;

        self.unsent = self.unsent.split_off(&seq.saturating_add(1));
        for day in erased {
            self.boxes.forget(day);
        }
        self.acked.seq = seq;
        self.acked.hash = hash;
        self.last_receipt = Some(at);
        self.empty_wal();

        Ok(())
    }

    /// What a receipt let go must not survive in the write-ahead log.
    fn empty_wal(&self) {
        let emptied = self
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            });
        match emptied {
            Ok(0) => {}
            Ok(busy) => warn!(busy, "the write-ahead log could not be emptied yet"),
            Err(error) => warn!(%error, "the write-ahead log could not be emptied yet"),
        }
    }

    fn with_body(&self, seq: u64, core: Vec<u8>, body_box: Option<Vec<u8>>) -> SealedEntry {
        let day = Core::decode(&core)
            .ok()
            .and_then(|core| super::open::day_of(&core));
        let carried = day.zip(body_box).and_then(|(day, body_box)| {
            self.boxes
                .open_body(day, self.head.epoch, seq, &body_box)
                .ok()
        });
        let Some(carried) = carried else {
            if seq > self.acked.seq {
                warn!(
                    seq,
                    "a row's body does not open: the entry is sent without it"
                );
            }
            return SealedEntry {
                core,
                token: None,
                sealed: None,
                detail: None,
            };
        };

        SealedEntry {
            core,
            token: carried.token,
            sealed: carried.sealed,
            detail: carried.detail,
        }
    }
}
