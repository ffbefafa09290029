//! `days/YYYY-MM-DD.db`: the entries of one UTC day, what of them makes no sense, and other branches.
//! Erasing a day at retention is erasing its file.

use std::collections::BTreeMap;
use std::path::Path;

use domain::entry::ChainHash;
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{chain_from, chain_params, number, numbered_hash, unsigned};
use super::{ChainId, StoreError, file, layouts};
use crate::day::Day;
use crate::store::{Purged, Skip};

/// One day's file. Between [`DayFile::begin`] and [`DayFile::commit`] nothing is on the disk for sure.
pub(super) struct DayFile {
    database: Connection,
    in_transaction: bool,
    numbers: BTreeMap<ChainId, Numbers>,
    entries: u64,
}

/// By what the rows of this file name a venue and a chain.
#[derive(Clone, Copy)]
struct Numbers {
    venue: i64,
    chain: i64,
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
        let database = file::open(path, layouts::DAY)?;
        database.set_prepared_statement_cache_capacity(STATEMENTS);
        let entries = meta(&database, "entries")?;

        Ok(Self {
            database,
            in_transaction: false,
            numbers: BTreeMap::new(),
            entries,
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
        for (name, value) in [("generation", generation), ("entries", self.entries)] {
            self.database
                .prepare_cached(
                    "INSERT INTO meta (name, value) VALUES (?1, ?2)
                     ON CONFLICT (name) DO UPDATE SET value = ?2",
                )?
                .execute(params![name, number(value)?])?;
        }
        self.database.execute_batch("COMMIT")?;
        self.in_transaction = false;

        Ok(true)
    }

    /// The last commit that this file took part in.
    pub(super) fn generation(&self) -> Result<u64, StoreError> {
        meta(&self.database, "generation")
    }

    pub(super) fn add(&mut self, entry: &Kept<'_>, bucket: i64) -> Result<(), StoreError> {
        let numbers = self.numbers(&entry.chain)?;
        self.database
            .prepare_cached(
                "INSERT INTO filed (venue, chain, seq, bucket, received, hash, token, core, sealed, detail)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                numbers.venue,
                numbers.chain,
                number(entry.seq)?,
                bucket,
                entry.received,
                entry.hash.0,
                entry.token,
                entry.core,
                entry.sealed,
                entry.detail,
            ])?;
        self.entries = self.entries.saturating_add(1);

        Ok(())
    }

    /// Keeps the hash alone of an entry that came after its own day was erased.
    pub(super) fn add_expired(
        &mut self,
        chain: &ChainId,
        seq: u64,
        hash: ChainHash,
        received: i64,
    ) -> Result<(), StoreError> {
        let numbers = self.numbers(chain)?;
        self.database
            .prepare_cached(
                "INSERT INTO expired (chain, seq, hash, received) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![numbers.chain, number(seq)?, hash.0, received])?;

        Ok(())
    }

    /// Keeps a hole in a chain with the station's signed word for it.
    pub(super) fn add_hole(&mut self, hole: &Skip, first: u64) -> Result<(), StoreError> {
        let numbers = self.numbers(&hole.chain)?;
        self.database
            .prepare_cached(
                "INSERT INTO holes (chain, first, last, hash, told, received)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                numbers.chain,
                number(first)?,
                number(hole.last)?,
                hole.hash.0,
                hole.told,
                hole.received.0,
            ])?;

        Ok(())
    }

    /// The hole in a chain that this number lies in, by its last number and hash.
    pub(super) fn hole_at(
        &self,
        chain: &ChainId,
        seq: u64,
    ) -> Result<Option<(u64, ChainHash)>, StoreError> {
        let Some(Numbers { chain, .. }) = self.known_numbers(chain)? else {
            return Ok(None);
        };

        Ok(self
            .database
            .prepare_cached(
                "SELECT last, hash FROM holes WHERE chain = ?1 AND first <= ?2 AND last >= ?2",
            )?
            .query_row(params![chain, number(seq)?], |row| numbered_hash(row, 0))
            .optional()?)
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

    /// Whether another branch's entry of this number and hash is kept.
    pub(super) fn has_branch(
        &self,
        chain: &ChainId,
        seq: u64,
        hash: ChainHash,
    ) -> Result<bool, StoreError> {
        let (venue, station, epoch) = chain_params(chain);
        let found = self
            .database
            .prepare_cached(
                "SELECT 1 FROM branches
                 WHERE venue = ?1 AND station = ?2 AND epoch = ?3 AND seq = ?4 AND hash = ?5 AND why = 'fork'",
            )?
            .exists(params![venue, station, epoch, number(seq)?, hash.0])?;

        Ok(found)
    }

    /// The hashes stored for a run of numbers, of poison, of what expired and of the ends of holes too.
    pub(super) fn hashes(
        &self,
        chain: &ChainId,
        first: u64,
        last: u64,
    ) -> Result<Vec<(u64, ChainHash)>, StoreError> {
        let (venue, station, epoch) = chain_params(chain);
        let mut statement = self.database.prepare_cached(
            "SELECT seq, hash FROM filed WHERE chain = ?6 AND seq BETWEEN ?4 AND ?5
             UNION ALL
             SELECT seq, hash FROM expired WHERE chain = ?6 AND seq BETWEEN ?4 AND ?5
             UNION ALL
             SELECT last, hash FROM holes WHERE chain = ?6 AND last BETWEEN ?4 AND ?5
             UNION ALL
             SELECT seq, hash FROM poison
             WHERE venue = ?1 AND station = ?2 AND epoch = ?3 AND seq BETWEEN ?4 AND ?5",
        )?;
        let chain = self.known_numbers(chain)?.map(|numbers| numbers.chain);
        let rows = statement.query_map(
            params![venue, station, epoch, number(first)?, number(last)?, chain],
            |row| numbered_hash(row, 0),
        )?;

        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The lowest number stored of a chain, of poison and of what expired too.
    pub(super) fn lowest(&self, chain: &ChainId) -> Result<Option<u64>, StoreError> {
        let (venue, station, epoch) = chain_params(chain);
        let chain = self.known_numbers(chain)?.map(|numbers| numbers.chain);
        let lowest = self
            .database
            .prepare_cached(
                "SELECT min(seq) FROM (
                     SELECT min(seq) AS seq FROM filed WHERE chain = ?4
                     UNION ALL SELECT min(seq) FROM expired WHERE chain = ?4
                     UNION ALL SELECT min(first) FROM holes WHERE chain = ?4
                     UNION ALL SELECT min(seq) FROM poison
                     WHERE venue = ?1 AND station = ?2 AND epoch = ?3
                 )",
            )?
            .query_row(params![venue, station, epoch, chain], |row| {
                row.get::<_, Option<i64>>(0)
            })?;

        Ok(lowest.and_then(|seq| u64::try_from(seq).ok()))
    }

    /// Every chain that has an entry here, and whether another branch of it lies here.
    pub(super) fn chains(&self) -> Result<Vec<(ChainId, bool)>, StoreError> {
        chains(&self.database)
    }

    /// What the day holds, for the record of its end.
    pub(super) fn contents(&self, day: Day) -> Result<Purged, StoreError> {
        let count = |table: &str| -> Result<u64, StoreError> {
            let sql = format!("SELECT count(*) FROM {table}");

            Ok(self.database.query_row(&sql, [], |row| unsigned(row, 0))?)
        };

        Ok(Purged {
            day,
            entries: self.entries,
            poison: count("poison")?,
            branches: count("branches")?,
            expired: count("expired")?,
        })
    }

    /// The highest number of each chain, of poison and of what expired too.
    pub(super) fn highest(&self) -> Result<Vec<(ChainId, u64)>, StoreError> {
        let mut statement = self.database.prepare(
            "SELECT venue, station, epoch, max(seq) FROM (
                 SELECT v.venue, c.station, c.epoch,
                     (SELECT max(seq) FROM filed WHERE chain = c.number) AS seq
                 FROM chains AS c JOIN venues AS v ON v.number = c.venue
                 UNION ALL
                 SELECT v.venue, c.station, c.epoch,
                     (SELECT max(seq) FROM expired WHERE chain = c.number)
                 FROM chains AS c JOIN venues AS v ON v.number = c.venue
                 UNION ALL
                 SELECT v.venue, c.station, c.epoch,
                     (SELECT max(last) FROM holes WHERE chain = c.number)
                 FROM chains AS c JOIN venues AS v ON v.number = c.venue
                 UNION ALL SELECT venue, station, epoch, seq FROM poison
             ) WHERE seq IS NOT NULL GROUP BY venue, station, epoch",
        )?;
        let rows = statement.query_map([], |row| Ok((chain_from(row)?, unsigned(row, 3)?)))?;

        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Sets aside the entries of a chain from this number on: the remains of a commit that was cut
    /// short. They stay as evidence and are not counted.
    pub(super) fn set_aside(&mut self, chain: &ChainId, from: u64) -> Result<usize, StoreError> {
        let (venue, station, epoch) = chain_params(chain);
        let from = number(from)?;
        let mut moved = 0;
        if let Some(Numbers { chain, .. }) = self.known_numbers(chain)? {
            moved = self.database.execute(
                "INSERT INTO branches (venue, station, epoch, seq, hash, why, token, core, sealed, detail, received)
                 SELECT ?1, ?2, ?3, seq, hash, 'remains', token, core, sealed, detail, received
                 FROM filed WHERE chain = ?5 AND seq >= ?4
                 ON CONFLICT DO NOTHING",
                params![venue, station, epoch, from, chain],
            )?;
            let gone = self.database.execute(
                "DELETE FROM filed WHERE chain = ?1 AND seq >= ?2",
                params![chain, from],
            )?;
            self.entries = self
                .entries
                .saturating_sub(u64::try_from(gone).unwrap_or(u64::MAX));
            self.database.execute(
                "DELETE FROM expired WHERE chain = ?1 AND seq >= ?2",
                params![chain, from],
            )?;
            self.database.execute(
                "DELETE FROM holes WHERE chain = ?1 AND last >= ?2",
                params![chain, from],
            )?;
        }
        self.database.execute(
            "DELETE FROM poison WHERE venue = ?1 AND station = ?2 AND epoch = ?3 AND seq >= ?4",
            params![venue, station, epoch, from],
        )?;

        Ok(moved)
    }

    /// The numbers of a chain, given to it with its first row.
    fn numbers(&mut self, chain: &ChainId) -> Result<Numbers, StoreError> {
        if let Some(numbers) = self.known_numbers(chain)? {
            self.numbers.insert(*chain, numbers);
            return Ok(numbers);
        }
        let (venue, station, epoch) = chain_params(chain);
        self.database
            .prepare_cached("INSERT INTO venues (venue) VALUES (?1) ON CONFLICT DO NOTHING")?
            .execute([venue])?;
        let venue: i64 = self
            .database
            .prepare_cached("SELECT number FROM venues WHERE venue = ?1")?
            .query_row([venue], |row| row.get(0))?;
        self.database
            .prepare_cached("INSERT INTO chains (venue, station, epoch) VALUES (?1, ?2, ?3)")?
            .execute(params![venue, station, epoch])?;
        let numbers = Numbers {
            venue,
            chain: self.database.last_insert_rowid(),
        };
        self.numbers.insert(*chain, numbers);

        Ok(numbers)
    }

    fn known_numbers(&self, chain: &ChainId) -> Result<Option<Numbers>, StoreError> {
        if let Some(numbers) = self.numbers.get(chain) {
            return Ok(Some(*numbers));
        }
        let (venue, station, epoch) = chain_params(chain);

        Ok(self
            .database
            .prepare_cached(
                "SELECT c.venue, c.number FROM chains AS c JOIN venues AS v ON v.number = c.venue
                 WHERE v.venue = ?1 AND c.station = ?2 AND c.epoch = ?3",
            )?
            .query_row(params![venue, station, epoch], |row| {
                Ok(Numbers {
                    venue: row.get(0)?,
                    chain: row.get(1)?,
                })
            })
            .optional()?)
    }
}

/// Every chain that has an entry in a day's file, and whether another branch of it lies there.
pub(super) fn chains(database: &Connection) -> Result<Vec<(ChainId, bool)>, StoreError> {
    let mut statement = database.prepare(
        "SELECT venue, station, epoch, max(forked) FROM (
             SELECT v.venue, c.station, c.epoch, 0 AS forked
             FROM chains AS c JOIN venues AS v ON v.number = c.venue
             UNION ALL SELECT DISTINCT venue, station, epoch, 0 FROM poison
             UNION ALL SELECT DISTINCT venue, station, epoch, 1 FROM branches WHERE why = 'fork'
         ) GROUP BY venue, station, epoch",
    )?;
    let rows = statement.query_map([], |row| Ok((chain_from(row)?, row.get(3)?)))?;

    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A number that the file keeps about itself; 0 if it does not.
pub(super) fn meta(database: &Connection, name: &str) -> Result<u64, StoreError> {
    let value = database
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([name], |row| unsigned(row, 0))
        .optional()?;

    Ok(value.unwrap_or(0))
}

/// Statements kept prepared: all of this file's.
const STATEMENTS: usize = 32;
