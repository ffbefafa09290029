//! Who was where when, as far as the centre can see: cores, no names. For tracing, beside a running server.

use domain::entry::{ChainHash, Core};
use domain::ids::{StationId, VenueId};
use domain::time::Timestamp;
use rusqlite::{Connection, Row, params};

use super::rows::unsigned;
use super::{ChainId, StoreError, file, layouts};
use crate::day::Day;
use crate::folder::Folder;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// At which venue.
    pub venue: VenueId,
    /// From this time on; entries tell theirs to a quarter of an hour.
    pub from: Timestamp,
    /// Before this time.
    pub to: Timestamp,
    /// The most visits that are given.
    pub limit: usize,
}

/// An entry as the centre sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Its chain.
    pub chain: ChainId,
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub hash: ChainHash,
    /// What stays readable of it.
    pub core: Core,
    /// When it came.
    pub received: Timestamp,
}

/// The entries of a venue in a time, in its order, at most `limit` of them. An entry that was made by a
/// clock far off lies under its arrival and is found by its own time there alone if that is in the same day.
///
/// # Errors
/// [`StoreError::Failed`].
pub fn visits(folder: &Folder, question: &Question) -> Result<Vec<Visit>, StoreError> {
    let mut found = Vec::new();
    if question.to <= question.from {
        return Ok(found);
    }
    let last = Day::of(question.to.plus(-1));
    for day in super::books::days_in(folder)? {
        let left = question.limit.saturating_sub(found.len());
        if day < Day::of(question.from) || day > last || left == 0 {
            continue;
        }
        if let Some(database) = file::open_newest(&folder.day(day), layouts::DAY)? {
            found.extend(of_day(&database, question, left)?);
        }
    }

    Ok(found)
}

fn of_day(
    database: &Connection,
    question: &Question,
    limit: usize,
) -> Result<Vec<Visit>, StoreError> {
    let mut statement = database.prepare(
        "SELECT c.station, c.epoch, f.seq, f.hash, f.core, f.received
         FROM filed AS f JOIN chains AS c ON c.number = f.chain
         WHERE f.venue = (SELECT number FROM venues WHERE venue = ?1) AND f.bucket BETWEEN ?2 AND ?3
         ORDER BY f.bucket, f.arrival LIMIT ?4",
    )?;
    let rows = statement.query_map(
        params![
            question.venue.0,
            question.from.bucket(),
            question.to.plus(-1).bucket(),
            i64::try_from(limit).unwrap_or(i64::MAX)
        ],
        |row| visit(row, question.venue),
    )?;

    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn visit(row: &Row<'_>, venue: VenueId) -> rusqlite::Result<Visit> {
    let core: Vec<u8> = row.get(4)?;
    let core = Core::decode(&core).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Blob, Box::new(error))
    })?;

    Ok(Visit {
        chain: ChainId {
            venue,
            station: StationId(row.get(0)?),
            epoch: row.get(1)?,
        },
        seq: unsigned(row, 2)?,
        hash: ChainHash(row.get(3)?),
        core,
        received: Timestamp(row.get(5)?),
    })
}
