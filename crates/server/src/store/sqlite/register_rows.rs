//! The register's rows as our words.

use domain::crypto::{PublicKey, SealingKey, WeakKey};
use domain::document::{PreviousEpoch, Venue};
use domain::entry::ChainHash;
use domain::ids::{StationId, VenueId};
use domain::screen::Preset;
use domain::time::Timestamp;
use rusqlite::Row;
use rusqlite::types::Type;

use super::rows::unsigned;
use crate::store::{AssignmentRow, Enrolment, EnrolmentState, PairingRow};

pub(super) const ENROLMENT_COLUMNS: &str = "token_hash, created, venue, kind, name, address, utc_offset, gate, \
     district, station, state, signing_key, sealing_key, code";

pub(super) const ASSIGNMENT_COLUMNS: &str = "station, epoch, version, signing_key, sealing_key, venue, kind, \
     name, address, utc_offset, gate, district, previous_seq, previous_hash, start, expires, last_week, bytes, content_keys";

/// A row in [`ENROLMENT_COLUMNS`].
pub(super) fn enrolment_from(row: &Row<'_>) -> rusqlite::Result<Enrolment> {
    let state: String = row.get(10)?;
    let station: Option<[u8; 16]> = row.get(9)?;

    Ok(Enrolment {
        pairing: PairingRow {
            token_hash: row.get(0)?,
            created: Timestamp(row.get(1)?),
            venue: venue_from(row, 2)?,
            gate: unsigned(row, 7)?,
            district: row.get(8)?,
            station: station.map(StationId),
        },
        signing_key: signing_key(row, 11)?,
        sealing_key: sealing_key(row, 12)?,
        code: row.get(13)?,
        state: match state.as_str() {
            "approved" => EnrolmentState::Approved,
            "stopped" => EnrolmentState::Stopped,
            "waiting" => EnrolmentState::Waiting,
            _ => return Err(unfit(10, "an unknown state")),
        },
    })
}

/// A row in [`ASSIGNMENT_COLUMNS`].
pub(super) fn assignment_from(row: &Row<'_>) -> rusqlite::Result<AssignmentRow> {
    Ok(AssignmentRow {
        station: StationId(row.get(0)?),
        epoch: row.get(1)?,
        version: unsigned(row, 2)?,
        signing_key: signing_key(row, 3)?,
        sealing_key: sealing_key(row, 4)?,
        venue: venue_from(row, 5)?,
        gate: unsigned(row, 10)?,
        district: row.get(11)?,
        previous: PreviousEpoch {
            seq: unsigned(row, 12)?,
            hash: row.get(13)?,
        },
        start: ChainHash(row.get(14)?),
        expires: Timestamp(row.get(15)?),
        last_week: unsigned(row, 16)?,
        bytes: row.get(17)?,
        content_keys: row.get(18)?,
    })
}

/// A venue from the five columns id, kind, name, address, offset.
pub(super) fn venue_from(row: &Row<'_>, at: usize) -> rusqlite::Result<Venue> {
    let kind: String = row.get(at + 1)?;

    Ok(Venue {
        id: VenueId(row.get(at)?),
        kind: kind_from(&kind).ok_or_else(|| unfit(at + 1, "an unknown kind of venue"))?,
        name: row.get(at + 2)?,
        address: row.get(at + 3)?,
        utc_offset_minutes: row.get(at + 4)?,
    })
}

/// A key that was checked when it came in, and is checked again where it comes back.
pub(super) fn signing_key(row: &Row<'_>, at: usize) -> rusqlite::Result<PublicKey> {
    PublicKey::new(row.get(at)?).map_err(|WeakKey| unfit(at, "a weak key"))
}

/// The word of a kind of venue in the register.
pub(super) fn kind_word(kind: Preset) -> &'static str {
    match kind {
        Preset::PublicPlace => "public_place",
        Preset::Residential => "residential",
        Preset::Event => "event",
    }
}

fn kind_from(word: &str) -> Option<Preset> {
    match word {
        "public_place" => Some(Preset::PublicPlace),
        "residential" => Some(Preset::Residential),
        "event" => Some(Preset::Event),
        _ => None,
    }
}

fn sealing_key(row: &Row<'_>, at: usize) -> rusqlite::Result<SealingKey> {
    SealingKey::new(row.get(at)?).map_err(|WeakKey| unfit(at, "a weak key"))
}

fn unfit(at: usize, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, Type::Blob, what.into())
}
