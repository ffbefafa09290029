//! Adding a row: first sealed, chained and signed, then committed with fsync. The two are apart so that
//! each can be timed.

use domain::entry::{ChainHash, NewEntry, Place, SealedEntry, Sealer, Witness, row_message};
use domain::ids::VenueId;
use domain::screen::Totals;
use domain::time::Timestamp;
use domain::{entry::Flags, entry::Kind};
use rusqlite::params;
use tracing::warn;

use super::{Head, Store, StoreError, to_sql};
use crate::random;

/// Where and to whom entries are made at this moment.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    /// The venue of the assignment.
    pub venue: VenueId,
    /// Its gate.
    pub gate: u64,
    /// The week's sealing key.
    pub sealer: Sealer,
}

/// What one commit writes beside the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The person of this entry was admitted or let in: the tag to know them by for the policy's window.
    pub seen: Option<[u8; 16]>,
    /// The entry with this number no longer counts as seen.
    pub undone: Option<u64>,
    /// The time and totals after this entry.
    pub tail: Tail,
}

/// The last entry's time, and the totals of that local day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// When.
    pub at: Timestamp,
    /// The venue's local day: days since 1970.
    pub day: i64,
    /// The day's totals.
    pub totals: Totals,
}

/// A row that is sealed, chained and signed, and not yet written.
pub struct Prepared {
    head: Head,
    signature: [u8; 64],
    day: u32,
    core_box: Vec<u8>,
    body_box: Vec<u8>,
    beside: Beside,
    tail_box: Vec<u8>,
}

impl Store {
    /// Adds an entry; when this returns, it is durable.
    ///
    /// # Errors
    /// See [`StoreError`]. An emergency takes the reserve of a full disk before it fails.
    pub fn append(
        &mut self,
        entry: &NewEntry,
        seat: &Seat,
        witness: Witness,
        beside: Beside,
    ) -> Result<(u64, ChainHash), StoreError> {
        let prepared = self.prepare(entry, seat, witness, beside)?;
        match self.commit(prepared) {
            Err(error) if entry.kind == Kind::Emergency && error.is_about_room() => {
                warn!("the disk is full: an emergency is written from the reserve");
                self.append_from_reserve(entry, seat, witness, beside)
            }
            outcome => outcome,
        }
    }

    /// Seals the entry to the next place, and chains and signs it.
    ///
    /// # Errors
    /// [`StoreError::Randomness`].
    pub fn prepare(
        &mut self,
        entry: &NewEntry,
        seat: &Seat,
        witness: Witness,
        beside: Beside,
    ) -> Result<Prepared, StoreError> {
        let (epoch, seq) = (self.head.epoch, self.head.seq.saturating_add(1));
        let place = Place {
            station: self.station,
            epoch,
            seq,
            venue: seat.venue,
            gate: seat.gate,
        };
        let sealed = seat.sealer.seal(entry, place, witness, random::fresh()?);
        let hash = self.head.hash.next(&sealed.core);
        let day = entry.at.utc_day();
        self.boxes.ready(&self.kek, day)?;

        Ok(Prepared {
            head: Head { epoch, seq, hash },
            signature: self
                .signing
                .sign(&row_message(self.station, epoch, seq, hash)),
            day,
            core_box: self.boxes.seal_core(epoch, seq, &sealed.core)?,
            body_box: self.seal_body(day, epoch, seq, &sealed)?,
            beside,
            tail_box: self.boxes.seal_state(super::state::TAIL, &beside.tail.encode())?,
        })
    }

    /// Writes the row and commits with fsync.
    ///
    /// # Errors
    /// See [`StoreError`]; nothing is then added, and the next attempt takes the same place.
    pub fn commit(&mut self, prepared: Prepared) -> Result<(u64, ChainHash), StoreError> {
        let Prepared {
            head,
            signature,
            day,
            core_box,
            body_box,
            beside,
            tail_box,
        } = prepared;
        let write = self.db.transaction()?;
        if let Some(wrapped) = self.boxes.unsaved(day) {
            write
                .prepare_cached("INSERT INTO queue_keys (day, wrapped) VALUES (?1, ?2)")?
                .execute(params![day, wrapped])?;
        }
        write
            .prepare_cached(
                "INSERT INTO rows (epoch, seq, hash, signature, core_box, body_box)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                head.epoch,
                to_sql(head.seq),
                head.hash.0,
                signature,
                core_box,
                body_box
            ])?;
        write
            .prepare_cached("INSERT OR REPLACE INTO state (name, value) VALUES (?1, ?2)")?
            .execute(params![super::state::TAIL, tail_box])?;
        if let Some(tag) = beside.seen {
            write
                .prepare_cached("INSERT INTO seen (epoch, seq, tag, at) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![
                    head.epoch,
                    to_sql(head.seq),
                    tag,
                    beside.tail.at.0
                ])?;
        }
        if let Some(seq) = beside.undone {
            write
                .prepare_cached("UPDATE seen SET undone = 1 WHERE epoch = ?1 AND seq = ?2")?
                .execute(params![head.epoch, to_sql(seq)])?;
        }
        write.commit()?;

        self.boxes.saved(day);
        self.unsent.insert(head.seq, day);
        self.head = head;
        self.tail = Some(beside.tail);
        if let Err(error) = self.anchor.write(head, &signature) {
            warn!(%error, "the head anchor could not be written; a restored copy would not be noticed");
        }

        Ok((head.seq, head.hash))
    }

    /// Makes the reserve again, where an emergency used it and there is room by now. Cheap while it is
    /// there.
    pub fn tend_reserve(&self) {
        if !self.reserve.is_there()
            && let Err(error) = self.reserve.make()
        {
            warn!(%error, "no room for the reserve: an emergency might not be recorded");
        }
    }

    fn append_from_reserve(
        &mut self,
        entry: &NewEntry,
        seat: &Seat,
        witness: Witness,
        beside: Beside,
    ) -> Result<(u64, ChainHash), StoreError> {
        self.reserve.release().map_err(|_| StoreError::DiskFull)?;
        let flagged = NewEntry {
            flags: entry.flags | Flags::RESERVE,
            ..entry.clone()
        };
        let prepared = self.prepare(&flagged, seat, witness, beside)?;

        self.commit(prepared)
    }

    fn seal_body(
        &self,
        day: u32,
        epoch: u32,
        seq: u64,
        entry: &SealedEntry,
    ) -> Result<Vec<u8>, StoreError> {
        Ok(self.boxes.seal_body(day, epoch, seq, entry)?)
    }
}

impl StoreError {
    /// More room may cure it.
    fn is_about_room(&self) -> bool {
        match self {
            Self::DiskFull => true,
            Self::Database(error) => {
                error.sqlite_error_code() == Some(rusqlite::ErrorCode::SystemIoFailure)
            }
            Self::TooNew(_)
            | Self::Damaged(_)
            | Self::AlreadyThere
            | Self::NotEnrolled
            | Self::NotOurs
            | Self::Key(_)
            | Self::Folder(_)
            | Self::Randomness(_) => false,
        }
    }
}
