//! `register.db`: pairings, waiting stations and assignments. Small, and written by several processes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::crypto::{PublicKey, SealingKey, equal};
use domain::entry::ChainHash;
use domain::ids::{StationId, VenueId};
use domain::screen::Preset;
use domain::time::{DAY, Timestamp};
use domain::wire::PairingToken;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::register_rows::{
    ASSIGNMENT_COLUMNS, ENROLMENT_COLUMNS, assignment_from, enrolment_from, kind_word, venue_from,
};
use super::rows::{number, unsigned};
use super::{StoreError, file, layouts};
use crate::folder::Folder;
use crate::store::{AssignmentRow, Enrolment, Known, PairingRow, Register, StationRow, TokenUse};

/// The register in the file of a folder.
pub struct SqliteRegister(Mutex<Connection>);

impl SqliteRegister {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    pub fn open(folder: &Folder) -> Result<Self, StoreError> {
        let database = file::open(&folder.register(), layouts::REGISTER)?;

        Ok(Self(Mutex::new(database)))
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Register for SqliteRegister {
    fn venue(
        &self,
        kind: Preset,
        name: &str,
        address: &str,
    ) -> Result<Option<VenueId>, StoreError> {
        let id: Option<[u8; 16]> = self
            .database()
            .query_row(
                "SELECT venue FROM pairings WHERE kind = ?1 AND name = ?2 AND address = ?3
                 UNION ALL
                 SELECT venue FROM assignments WHERE kind = ?1 AND name = ?2 AND address = ?3
                 LIMIT 1",
                params![kind_word(kind), name, address],
                |row| row.get(0),
            )
            .optional()?;

        Ok(id.map(VenueId))
    }

    fn pair(&self, pairing: &PairingRow) -> Result<(), StoreError> {
        let mut database = self.database();
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "DELETE FROM pairings WHERE state = 'open' AND created < ?1",
            [pairing.created.plus(-DAY).0],
        )?;
        transaction.execute(
            "INSERT INTO pairings (token_hash, created, venue, kind, name, address, utc_offset, gate, district, station, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'open')",
            params![
                pairing.token_hash,
                pairing.created.0,
                pairing.venue.id.0,
                kind_word(pairing.venue.kind),
                pairing.venue.name,
                pairing.venue.address,
                pairing.venue.utc_offset_minutes,
                number(pairing.gate)?,
                pairing.district,
                pairing.station.map(|station| station.0),
            ],
        )?;

        Ok(transaction.commit()?)
    }

    fn take_token(
        &self,
        token_hash: &[u8; 32],
        (signing_key, sealing_key): (&PublicKey, &SealingKey),
        code: &str,
        now: Timestamp,
    ) -> Result<TokenUse, StoreError> {
        let mut database = self.database();
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(held) = find_token(&transaction, token_hash)? else {
            return Ok(TokenUse::Unknown);
        };
        let keys = (*signing_key.as_bytes(), *sealing_key.as_bytes());
        if held.state == "open" {
            let age = now.since(held.created);
            if !(0..PairingToken::LIFE).contains(&age) {
                return Ok(TokenUse::Unknown);
            }
            transaction.execute(
                "UPDATE pairings SET state = 'waiting', key_station = ?2, signing_key = ?3, sealing_key = ?4, code = ?5
                 WHERE token_hash = ?1",
                params![
                    token_hash,
                    StationId::of(signing_key).0,
                    keys.0,
                    keys.1,
                    code
                ],
            )?;
            transaction.commit()?;

            return Ok(TokenUse::First);
        }
        if held.keys == Some(keys) && held.state != "stopped" {
            return Ok(TokenUse::Again);
        }
        transaction.execute(
            "UPDATE pairings SET state = 'stopped' WHERE token_hash = ?1 AND state = 'waiting'",
            [token_hash],
        )?;
        transaction.commit()?;

        Ok(TokenUse::ByAnother)
    }

    fn not_approved(&self) -> Result<Vec<Enrolment>, StoreError> {
        let database = self.database();
        let mut statement = database.prepare_cached(&format!(
            "SELECT {ENROLMENT_COLUMNS} FROM pairings WHERE state IN ('waiting', 'stopped') ORDER BY created"
        ))?;
        let rows = statement.query_map([], enrolment_from)?;

        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn enrolled_by(&self, id_of_key: StationId) -> Result<Option<Enrolment>, StoreError> {
        Ok(self
            .database()
            .prepare_cached(&format!(
                "SELECT {ENROLMENT_COLUMNS} FROM pairings WHERE key_station = ?1 ORDER BY created DESC LIMIT 1"
            ))?
            .query_row([id_of_key.0], enrolment_from)
            .optional()?)
    }

    fn newest(&self, station: StationId) -> Result<Option<AssignmentRow>, StoreError> {
        Ok(self
            .database()
            .prepare_cached(&format!(
                "SELECT {ASSIGNMENT_COLUMNS} FROM assignments WHERE station = ?1
                 ORDER BY epoch DESC, version DESC LIMIT 1"
            ))?
            .query_row([station.0], assignment_from)
            .optional()?)
    }

    fn newest_for_key(&self, key: &PublicKey) -> Result<Option<AssignmentRow>, StoreError> {
        Ok(self
            .database()
            .prepare_cached(&format!(
                "SELECT {ASSIGNMENT_COLUMNS} FROM assignments WHERE signing_key = ?1
                 ORDER BY epoch DESC, version DESC LIMIT 1"
            ))?
            .query_row([key.as_bytes()], assignment_from)
            .optional()?)
    }

    fn known(&self, station: StationId, epoch: u32) -> Result<Option<Known>, StoreError> {
        let database = self.database();
        let mut statement = database.prepare_cached(
            "SELECT venue, signing_key, start, (SELECT max(epoch) FROM assignments WHERE station = ?1)
             FROM assignments WHERE station = ?1 AND epoch = ?2 ORDER BY version",
        )?;
        let mut rows = statement.query(params![station.0, epoch])?;
        let mut known: Option<Known> = None;
        while let Some(row) = rows.next()? {
            let start = ChainHash(row.get(2)?);
            if let Some(known) = &mut known {
                known.starts.push(start);
            } else {
                known = Some(Known {
                    venue: VenueId(row.get(0)?),
                    signing_key: super::register_rows::signing_key(row, 1)?,
                    newest_epoch: row.get(3)?,
                    starts: vec![start],
                });
            }
        }

        Ok(known)
    }

    fn assign(
        &self,
        assignment: &AssignmentRow,
        answers: Option<&[u8; 32]>,
    ) -> Result<(), StoreError> {
        let mut database = self.database();
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(token_hash) = answers {
            let marked = transaction.execute(
                "UPDATE pairings SET state = 'approved' WHERE token_hash = ?1 AND state = 'waiting'",
                [token_hash],
            )?;
            if marked != 1 {
                return Err(StoreError::Taken);
            }
        }
        transaction.execute(
            "INSERT INTO assignments (station, epoch, version, signing_key, sealing_key, venue, kind, name, address,
                 utc_offset, gate, district, previous_seq, previous_hash, start, expires, last_week, bytes, content_keys)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
            params![
                assignment.station.0,
                assignment.epoch,
                number(assignment.version)?,
                assignment.signing_key.as_bytes(),
                assignment.sealing_key.as_bytes(),
                assignment.venue.id.0,
                kind_word(assignment.venue.kind),
                assignment.venue.name,
                assignment.venue.address,
                assignment.venue.utc_offset_minutes,
                number(assignment.gate)?,
                assignment.district,
                number(assignment.previous.seq)?,
                assignment.previous.hash,
                assignment.start.0,
                assignment.expires.0,
                number(assignment.last_week)?,
                assignment.bytes,
                assignment.content_keys,
            ],
        )?;

        Ok(transaction.commit()?)
    }

    fn stations(&self) -> Result<Vec<StationRow>, StoreError> {
        let database = self.database();
        let mut statement = database.prepare_cached(&format!(
            "SELECT {ASSIGNMENT_COLUMNS} FROM assignments AS a WHERE NOT EXISTS (
                 SELECT 1 FROM assignments AS b WHERE b.station = a.station
                 AND (b.epoch > a.epoch OR b.epoch = a.epoch AND b.version > a.version)
             ) ORDER BY name, gate, station"
        ))?;
        let rows = statement.query_map([], |row| {
            Ok(StationRow {
                station: StationId(row.get(0)?),
                epoch: row.get(1)?,
                venue: venue_from(row, 5)?,
                gate: unsigned(row, 10)?,
                expires: Timestamp(row.get(15)?),
            })
        })?;

        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

struct HeldToken {
    created: Timestamp,
    state: String,
    keys: Option<([u8; 32], [u8; 32])>,
}

/// Compares with every token there is, each in a time that does not tell where two hashes differ.
fn find_token(
    database: &Connection,
    token_hash: &[u8; 32],
) -> Result<Option<HeldToken>, StoreError> {
    let mut statement = database.prepare_cached(
        "SELECT token_hash, created, state, signing_key, sealing_key FROM pairings",
    )?;
    let mut rows = statement.query([])?;
    let mut found = None;
    while let Some(row) = rows.next()? {
        let hash: [u8; 32] = row.get(0)?;
        if equal(&hash, token_hash) {
            let signing: Option<[u8; 32]> = row.get(3)?;
            let sealing: Option<[u8; 32]> = row.get(4)?;
            found = Some(HeldToken {
                created: Timestamp(row.get(1)?),
                state: row.get(2)?,
                keys: signing.zip(sealing),
            });
        }
    }

    Ok(found)
}
