//! `heads.db`: how far each chain is stored. Follows the day files; rebuilt from them.

use std::collections::BTreeMap;

use domain::entry::ChainHash;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{chain_from, chain_params, number, unsigned};
use super::{ChainId, Head, StoreError, file, layouts};
use crate::folder::Folder;

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
        let value = self
            .0
            .query_row(
                "SELECT value FROM meta WHERE name = 'generation'",
                [],
                |row| unsigned(row, 0),
            )
            .optional()?;

        Ok(value.unwrap_or(0))
    }

    /// Brings heads and generation forward in one commit.
    pub(super) fn write<'a>(
        &mut self,
        generation: u64,
        heads: impl Iterator<Item = (&'a ChainId, &'a Head)>,
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
        transaction.execute(
            "INSERT INTO meta (name, value) VALUES ('generation', ?1)
             ON CONFLICT (name) DO UPDATE SET value = ?1",
            [number(generation)?],
        )?;
        transaction.commit()?;

        Ok(())
    }
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

fn all(database: &Connection) -> Result<BTreeMap<ChainId, Head>, StoreError> {
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
