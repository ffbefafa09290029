//! `heads.db`: how far each chain is stored. Follows the day files; rebuilt from them.

use std::collections::BTreeMap;

use domain::entry::ChainHash;
use domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::contradictions::Note;
use super::rows::{chain_from, chain_params, number, unsigned};
use super::{ChainId, Head, StoreError, file, layouts};
use crate::day::Day;
use crate::folder::Folder;
use crate::store::Purged;

/// The file, open for the writer.
pub(super) struct HeadsFile(Connection);

impl HeadsFile {
    pub(super) fn open(folder: &Folder) -> Result<Self, StoreError> {
        file::open(&folder.heads(), layouts::HEADS).map(Self)
    }

    pub(super) fn all(&self) -> Result<BTreeMap<ChainId, Head>, StoreError> {
        all(&self.0)
    }

    /// The last commit that these heads follow.
    pub(super) fn generation(&self) -> Result<u64, StoreError> {
        generation(&self.0)
    }

    pub(super) fn database(&self) -> &Connection {
        &self.0
    }

    /// Brings heads and generation forward in one commit, and keeps what stations signed against them.
    pub(super) fn write<'a>(
        &mut self,
        generation: u64,
        heads: impl Iterator<Item = (&'a ChainId, &'a Head)>,
        notes: &[Note],
    ) -> Result<(), StoreError> {
        let transaction = self
            .0
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        for (chain, head) in heads {
            let (venue, station, epoch) = chain_params(chain);
            transaction
                .prepare_cached(
                    "INSERT INTO heads (venue, station, epoch, seq, hash, forked)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT (venue, station, epoch)
                     DO UPDATE SET seq = ?4, hash = ?5, forked = ?6",
                )?
                .execute(params![
                    venue,
                    station,
                    epoch,
                    number(head.seq)?,
                    head.hash.0,
                    head.forked
                ])?;
        }
        for note in notes {
            note.write(&transaction)?;
        }
        transaction.execute(
            "INSERT INTO meta (name, value) VALUES ('generation', ?1)
             ON CONFLICT (name) DO UPDATE SET value = ?1",
            [number(generation)?],
        )?;
        transaction.commit()?;

        Ok(())
    }
}

impl HeadsFile {
    /// Writes down what is about to be erased, and how far each chain is then gone.
    pub(super) fn begin_purge(
        &mut self,
        purged: &Purged,
        highest: &[(ChainId, u64)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let transaction = self
            .0
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        for (chain, seq) in highest {
            let (venue, station, epoch) = chain_params(chain);
            transaction
                .prepare_cached(
                    "INSERT INTO erased (venue, station, epoch, seq) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (venue, station, epoch) DO UPDATE SET seq = max(seq, ?4)",
                )?
                .execute(params![venue, station, epoch, number(*seq)?])?;
        }
        transaction.execute(
            "INSERT INTO purges (day, began, ended, entries, poison, branches, expired)
             VALUES (?1, ?2, NULL, ?3, ?4, ?5, ?6)
             ON CONFLICT (day) DO UPDATE SET
                 began = ?2, ended = NULL, entries = ?3, poison = ?4, branches = ?5, expired = ?6",
            params![
                purged.day.to_string(),
                now.0,
                number(purged.entries)?,
                number(purged.poison)?,
                number(purged.branches)?,
                number(purged.expired)?,
            ],
        )?;
        transaction.commit()?;

        Ok(())
    }

    /// The day's files are gone.
    pub(super) fn end_purge(&mut self, day: Day, now: Timestamp) -> Result<(), StoreError> {
        self.0.execute(
            "UPDATE purges SET ended = ?2 WHERE day = ?1",
            params![day.to_string(), now.0],
        )?;

        Ok(())
    }
}

/// The last commit that the heads follow; 0 before the first.
pub(super) fn generation(database: &Connection) -> Result<u64, StoreError> {
    let value = database
        .query_row(
            "SELECT value FROM meta WHERE name = 'generation'",
            [],
            |row| unsigned(row, 0),
        )
        .optional()?;

    Ok(value.unwrap_or(0))
}

/// How far each chain was erased at retention.
pub(super) fn erased(database: &Connection) -> Result<BTreeMap<ChainId, u64>, StoreError> {
    let mut statement = database.prepare("SELECT venue, station, epoch, seq FROM erased")?;
    let rows = statement.query_map([], |row| Ok((chain_from(row)?, unsigned(row, 3)?)))?;

    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The heads as the file has them, for the commands beside a server; empty before the first entry.
///
/// # Errors
/// [`StoreError::Failed`].
pub fn read(folder: &Folder) -> Result<BTreeMap<ChainId, Head>, StoreError> {
    match file::open_existing(&folder.heads())? {
        Some(database) => all(&database),
        None => Ok(BTreeMap::new()),
    }
}

pub(super) fn all(database: &Connection) -> Result<BTreeMap<ChainId, Head>, StoreError> {
    let mut statement =
        database.prepare("SELECT venue, station, epoch, seq, hash, forked FROM heads")?;
    let rows = statement.query_map([], |row| Ok((chain_from(row)?, head_from(row)?)))?;

    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn head_from(row: &Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head {
        seq: unsigned(row, 3)?,
        hash: ChainHash(row.get(4)?),
        forked: row.get(5)?,
    })
}
