//! Our words as columns and back.

use domain::entry::ChainHash;
use domain::ids::{StationId, VenueId};
use rusqlite::Row;

use super::{ChainId, StoreError};

/// The columns of a [`ChainId`] as parameters, in the order of every primary key.
pub(super) fn chain_params(chain: &ChainId) -> ([u8; 16], [u8; 16], u32) {
    (chain.venue.0, chain.station.0, chain.epoch)
}

/// A [`ChainId`] from the first three columns.
pub(super) fn chain_from(row: &Row<'_>) -> rusqlite::Result<ChainId> {
    Ok(ChainId {
        venue: VenueId(row.get(0)?),
        station: StationId(row.get(1)?),
        epoch: row.get(2)?,
    })
}

/// A number and a hash from two columns.
pub(super) fn numbered_hash(row: &Row<'_>, at: usize) -> rusqlite::Result<(u64, ChainHash)> {
    Ok((unsigned(row, at)?, ChainHash(row.get(at + 1)?)))
}

/// A number that counts from zero.
pub(super) fn unsigned(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(at)?;

    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, value))
}

/// `SQLite` counts to 2^63; a number beyond it is nowhere reached by counting from 1.
pub(super) fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Failed(format!("{value} is beyond counting")))
}
