//! `days/YYYY-MM-DD.db`: the entries of one UTC day, what of them makes no sense, and other branches.
//! Erasing a day at retention is erasing its file.

use std::path::Path;

use domain::entry::ChainHash;
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{chain_from, chain_params, number, numbered_hash, unsigned};
use super::{ChainId, StoreError, file};

const LAYOUTS: &[&str] = &["
CREATE TABLE entries (
    venue BLOB NOT NULL,
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    bucket INTEGER NOT NULL,
    token BLOB,
    core BLOB NOT NULL,
    sealed BLOB,
    detail BLOB,
    received INTEGER NOT NULL,
    PRIMARY KEY (venue, station, epoch, seq)
) STRICT;
CREATE TABLE poison (
    venue BLOB NOT NULL,
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    core TEXT NOT NULL,
    sealed TEXT,
    detail TEXT,
    received INTEGER NOT NULL,
    PRIMARY KEY (venue, station, epoch, seq)
) STRICT;
CREATE TABLE branches (
    venue BLOB NOT NULL,
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    why TEXT NOT NULL,
    token BLOB,
    core BLOB NOT NULL,
    sealed BLOB,
    detail BLOB,
    received INTEGER NOT NULL,
    PRIMARY KEY (venue, station, epoch, seq, hash)
) STRICT;
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"];

/// One day's file. Between [`DayFile::begin`] and [`DayFile::commit`] nothing is on the disk for sure.
pub(super) struct DayFile {
    database: Connection,
    in_transaction: bool,
}

/// An entry or branch as it is kept: with the blinded token only.
pub(super) struct Kept<'a> {
    pub(super) chain: ChainId,
    pub(super) seq: u64,
    pub(super) hash: ChainHash,
    pub(super) token: Option<[u8; 32]>,
    pub(super) core: &'a [u8],
    pub(super) sealed: Option<&'a [u8]>,
    pub(super) detail: Option<&'a [u8]>,
    pub(super) received: i64,
}

/// An entry that makes no sense, as it is kept: in hexadecimal, so that nothing ever reads it by mistake.
pub(super) struct KeptPoison {
    pub(super) chain: ChainId,
    pub(super) seq: u64,
    pub(super) hash: ChainHash,
    pub(super) bytes: u64,
    pub(super) core: String,
    pub(super) sealed: Option<String>,
    pub(super) detail: Option<String>,
    pub(super) received: i64,
}

impl DayFile {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            database: file::open(path, LAYOUTS)?,
            in_transaction: false,
        })
    }

    /// Opens a transaction unless one is open.
    pub(super) fn begin(&mut self) -> Result<(), StoreError> {
        if !self.in_transaction {
            self.database.execute_batch("BEGIN IMMEDIATE")?;
            self.in_transaction = true;
        }

        Ok(())
    }

    /// Ends the transaction, if one is open, under the number of this commit. Tells whether one was.
    pub(super) fn commit(&mut self, generation: u64) -> Result<bool, StoreError> {
        if !self.in_transaction {
            return Ok(false);
        }
        self.database.execute(
            "INSERT INTO meta (name, value) VALUES ('generation', ?1)
             ON CONFLICT (name) DO UPDATE SET value = ?1",
            [number(generation)?],
        )?;
        self.database.execute_batch("COMMIT")?;
        self.in_transaction = false;

        Ok(true)
    }

    /// The last commit that this file took part in.
    pub(super) fn generation(&self) -> Result<u64, StoreError> {
        let value = self
            .database
            .query_row(
                "SELECT value FROM meta WHERE name = 'generation'",
                [],
                |row| unsigned(row, 0),
            )
            .optional()?;

        Ok(value.unwrap_or(0))
    }

    pub(super) fn add(&self, entry: &Kept<'_>, bucket: i64) -> Result<(), StoreError> {
        let (venue, station, epoch) = chain_params(&entry.chain);
        self.database
            .prepare_cached(
                "INSERT INTO entries (venue, station, epoch, seq, hash, bucket, token, core, sealed, detail, received)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                venue,
                station,
                epoch,
                number(entry.seq)?,
                entry.hash.0,
                bucket,
                entry.token,
                entry.core,
                entry.sealed,
                entry.detail,
                entry.received,
            ])?;

        Ok(())
    }

    pub(super) fn add_poison(&self, entry: &KeptPoison) -> Result<(), StoreError> {
        let (venue, station, epoch) = chain_params(&entry.chain);
        self.database
            .prepare_cached(
                "INSERT INTO poison (venue, station, epoch, seq, hash, bytes, core, sealed, detail, received)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                venue,
                station,
                epoch,
                number(entry.seq)?,
                entry.hash.0,
                number(entry.bytes)?,
                entry.core,
                entry.sealed,
                entry.detail,
                entry.received,
            ])?;

        Ok(())
    }

    /// Keeps an entry of another branch; true if it was not kept before.
    pub(super) fn add_branch(&self, entry: &Kept<'_>) -> Result<bool, StoreError> {
        let (venue, station, epoch) = chain_params(&entry.chain);
        let added = self
            .database
            .prepare_cached(
                "INSERT INTO branches (venue, station, epoch, seq, hash, why, token, core, sealed, detail, received)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'fork', ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                venue,
                station,
                epoch,
                number(entry.seq)?,
                entry.hash.0,
                entry.token,
                entry.core,
                entry.sealed,
                entry.detail,
                entry.received,
            ])?;

        Ok(added > 0)
    }

    /// The hashes stored for a run of numbers, poison included.
    pub(super) fn hashes(
        &self,
        chain: &ChainId,
        first: u64,
        last: u64,
    ) -> Result<Vec<(u64, ChainHash)>, StoreError> {
        let (venue, station, epoch) = chain_params(chain);
        let mut statement = self.database.prepare_cached(
            "SELECT seq, hash FROM entries
             WHERE venue = ?1 AND station = ?2 AND epoch = ?3 AND seq BETWEEN ?4 AND ?5
             UNION ALL
             SELECT seq, hash FROM poison
             WHERE venue = ?1 AND station = ?2 AND epoch = ?3 AND seq BETWEEN ?4 AND ?5",
        )?;
        let rows = statement.query_map(
            params![venue, station, epoch, number(first)?, number(last)?],
            |row| numbered_hash(row, 0),
        )?;

        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The lowest number stored of a chain, poison included.
    pub(super) fn lowest(&self, chain: &ChainId) -> Result<Option<u64>, StoreError> {
        let (venue, station, epoch) = chain_params(chain);
        let lowest = self
            .database
            .prepare_cached(
                "SELECT min(seq) FROM (
                     SELECT min(seq) AS seq FROM entries
                     WHERE venue = ?1 AND station = ?2 AND epoch = ?3
                     UNION ALL SELECT min(seq) FROM poison
                     WHERE venue = ?1 AND station = ?2 AND epoch = ?3
                 )",
            )?
            .query_row(params![venue, station, epoch], |row| {
                row.get::<_, Option<i64>>(0)
            })?;

        Ok(lowest.and_then(|seq| u64::try_from(seq).ok()))
    }

    /// Every chain that has an entry here, and whether another branch of it lies here.
    pub(super) fn chains(&self) -> Result<Vec<(ChainId, bool)>, StoreError> {
        let mut statement = self.database.prepare(
            "SELECT venue, station, epoch, max(forked) FROM (
                 SELECT DISTINCT venue, station, epoch, 0 AS forked FROM entries
                 UNION ALL SELECT DISTINCT venue, station, epoch, 0 FROM poison
                 UNION ALL SELECT DISTINCT venue, station, epoch, 1 FROM branches WHERE why = 'fork'
             ) GROUP BY venue, station, epoch",
        )?;
        let rows = statement.query_map([], |row| Ok((chain_from(row)?, row.get(3)?)))?;

        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Sets aside the entries of a chain from this number on: the remains of a commit that was cut
    /// short. They stay as evidence and are not counted.
    pub(super) fn set_aside(&self, chain: &ChainId, from: u64) -> Result<usize, StoreError> {
        let (venue, station, epoch) = chain_params(chain);
        let range = params![venue, station, epoch, number(from)?];
        let moved = self.database.execute(
            "INSERT INTO branches (venue, station, epoch, seq, hash, why, token, core, sealed, detail, received)
             SELECT venue, station, epoch, seq, hash, 'remains', token, core, sealed, detail, received
             FROM entries WHERE venue = ?1 AND station = ?2 AND epoch = ?3 AND seq >= ?4
             ON CONFLICT DO NOTHING",
            range,
        )?;
        for table in ["entries", "poison"] {
            self.database.execute(
                &format!(
                    "DELETE FROM {table} WHERE venue = ?1 AND station = ?2 AND epoch = ?3 AND seq >= ?4"
                ),
                range,
            )?;
        }

        Ok(moved)
    }
}
