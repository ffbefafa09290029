//! What waits for the centre, and what a receipt lets go.

use std::collections::BTreeSet;

use domain::crypto::sha256;
use domain::entry::{ChainHash, Core, SealedEntry};
use domain::time::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
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
    /// At most `most` entries from number `first` on. One whose body is gone or altered goes as
    /// [`SealedEntry::lost`]: the centre keeps it apart and acknowledges it. A core that no longer opens ends the batch
    /// before it, and is reported: the centre is told of it as a hole ([`Self::unreadable`]).
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
        let mut rows = query.query(params![self.ledger.epoch, to_sql(first), most])?;
        let mut entries = Vec::new();
        let mut next = first;
        while let Some(row) = rows.next()? {
            let seq = from_sql(row.get(0)?);
            let core_box: Vec<u8> = row.get(2)?;
            let body_box: Option<Vec<u8>> = row.get(3)?;
            let Ok(core) = self.boxes.open_core(self.ledger.epoch, seq, &core_box) else {
                error!(
                    seq,
                    "a row of the log does not open: the centre is told that it is missing for good"
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
                entry: self.with_body(seq, core, body_box.as_deref()),
            });
        }

        Ok(Unacknowledged { before, entries })
    }

    /// Where the log goes on behind rows that do not open or are gone, from number `first` on: the first row
    /// whose hash its signature proves and from which the next one follows. None if row `first` is whole or
    /// nothing behind it can be proven.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn unreadable(&self, first: u64) -> Result<Option<u64>, StoreError> {
        let epoch = self.ledger.epoch;
        let mut query = self.db.prepare_cached(
            "SELECT seq, hash, signature, core_box FROM rows
             WHERE epoch = ?1 AND seq >= ?2 ORDER BY seq",
        )?;
        let mut rows = query.query(params![epoch, to_sql(first)])?;
        let mut end: Option<(u64, ChainHash)> = None;
        while let Some(row) = rows.next()? {
            let seq = from_sql(row.get(0)?);
            let hash: Option<ChainHash> = row.get::<_, Vec<u8>>(1)?.try_into().ok().map(ChainHash);
            let signature: Vec<u8> = row.get(2)?;
            let core = self.boxes.open_core(epoch, seq, &row.get::<_, Vec<u8>>(3)?);
            let before = match end {
                Some((last, hash)) if last.saturating_add(1) == seq => Some(hash),
                None if seq == first => self.hash_at(first.saturating_sub(1)).ok(),
                Some(_) | None => None,
            };
            let follows = before
                .zip(core.ok())
                .map(|(before, core)| before.next(&core));
            if follows.is_some() && self.is_row_signed(seq, follows, &signature) {
                return Ok(end.map(|(last, _)| last));
            }
            end = hash
                .filter(|_| self.is_row_signed(seq, hash, &signature))
                .map(|hash| (seq, hash));
        }

        Ok(end.map(|(last, _)| last))
    }

    /// The hash of our entry with this number; the genesis for 0.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] if there is none.
    pub fn hash_at(&self, seq: u64) -> Result<ChainHash, StoreError> {
        let ledger = &self.ledger;
        for (known, hash) in [(0, ledger.genesis), ledger.acked, ledger.gone, ledger.head] {
            if seq == known {
                return Ok(hash);
            }
        }
        if let Some(hash) = self.mended.get(&seq) {
            return Ok(*hash);
        }
        let hash: Option<Vec<u8>> = self
            .db
            .prepare_cached("SELECT hash FROM rows WHERE epoch = ?1 AND seq = ?2")?
            .query_row(params![ledger.epoch, to_sql(seq)], |row| row.get(0))
            .optional()?;

        hash.and_then(|hash| hash.try_into().ok())
            .map(ChainHash)
            .ok_or(StoreError::NotOurs)
    }

    /// Takes a receipt, the centre's signed answer as it came: token and sealed text of every entry up to
    /// `seq` go at once, core, hash and signature stay. A day's queue key is erased with its last waiting row.
    /// The caller has verified that the answer names this number and hash.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] where number or hash are not ours; nothing was changed.
    pub fn ack(
        &mut self,
        seq: u64,
        hash: ChainHash,
        receipt: &[u8],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let before = self.ledger.acked.0;
        if seq < before || self.hash_at(seq)? != hash {
            return Err(StoreError::NotOurs);
        }
        let still = self.bodies.split_off(&seq.saturating_add(1));
        let done = std::mem::replace(&mut self.bodies, still);
        let erased = self.days_without_bodies(done.values());
        let mut ledger = self.next_ledger();
        ledger.acked = (seq, hash);
        ledger.last_receipt = Some(at);
        ledger.receipt = Some(sha256(&[receipt]));
        let epoch = ledger.epoch;
        let outcome = self.commit_beside(ledger, |write, _| {
            write
                .prepare_cached(
                    "UPDATE rows SET body_box = NULL
                     WHERE epoch = ?1 AND seq > ?2 AND seq <= ?3",
                )?
                .execute(params![epoch, to_sql(before), to_sql(seq)])?;
            write
                .prepare_cached(
                    "UPDATE epochs SET acked_seq = ?2, acked_hash = ?3, last_receipt = ?4, receipt = ?5
                     WHERE epoch = ?1",
                )?
                .execute(params![epoch, to_sql(seq), hash.0, at.0, receipt])?;
            erase_days(write, &erased)
        });
        if let Err(error) = outcome {
            self.bodies.extend(done);
            return Err(error);
        }
        for day in erased {
            self.boxes.forget(day);
        }
        self.lost = self.lost.split_off(&seq.saturating_add(1));
        self.empty_wal();

        Ok(())
    }

    /// The signed answer that acknowledged the last receipted row; none before the first that was kept.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn receipt(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let receipt = self
            .db
            .prepare_cached("SELECT receipt FROM epochs WHERE epoch = ?1")?
            .query_row(params![self.ledger.epoch], |row| row.get(0))
            .optional()?;

        Ok(receipt.flatten())
    }

    /// Those of `days` that no body needs any more.
    pub(super) fn days_without_bodies<'a>(
        &self,
        days: impl Iterator<Item = &'a u32>,
    ) -> BTreeSet<u32> {
        let still: BTreeSet<u32> = self.bodies.values().copied().collect();

        days.copied().filter(|day| !still.contains(day)).collect()
    }

    /// What a receipt let go must not survive in the write-ahead log.
    pub(super) fn empty_wal(&self) {
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

    /// A row without its body is sent so where the receipt or retention took the body: then it carries
    /// nothing. Otherwise it is marked.
    fn with_body(&self, seq: u64, bytes: Vec<u8>, body_box: Option<&[u8]>) -> SealedEntry {
        let core = Core::decode(&bytes).ok();
        let carried = core
            .zip(core.as_ref().and_then(super::open::day_of))
            .and_then(|(core, day)| self.carried(&core, day, body_box));
        if let Some(carried) = carried {
            return SealedEntry {
                core: bytes,
                ..carried
            };
        }
        let about_a_person = core.is_some_and(|core| core.kind.is_about_a_person());
        let given_up = about_a_person && seq <= self.ledger.shredded;
        if seq <= self.ledger.acked.0 || given_up {
            return SealedEntry::bare(bytes);
        }
        error!(
            seq,
            "a row's body is gone or altered: the entry is sent without it, and marked"
        );

        SealedEntry::lost(bytes)
    }
}

/// Erases the queue keys of these days.
pub(super) fn erase_days(write: &Transaction<'_>, days: &BTreeSet<u32>) -> Result<(), StoreError> {
    for day in days {
        write
            .prepare_cached("DELETE FROM queue_keys WHERE day = ?1")?
            .execute(params![day])?;
    }

    Ok(())
}
