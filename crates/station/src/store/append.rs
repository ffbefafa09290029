//! Adding a row: first sealed, chained and signed, then committed with fsync. The two are apart so that
//! each can be timed.

use domain::entry::{
    Body, ChainHash, Detail, Flags, NewEntry, Place, Sealer, Witness, row_message,
};
use domain::ids::VenueId;
use domain::recent::Tag;
use domain::screen::Outcome;
use domain::time::Timestamp;
use rusqlite::{Transaction, params};
use tracing::warn;

use super::memory::{Memory, Values};
use super::{Head, Store, StoreError, to_sql};
use crate::random;

/// Where and to whom entries are made at this moment.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    /// The venue of the assignment.
    pub venue: VenueId,
    /// Its gate.
    pub gate: u64,
    /// Minutes that its local time is ahead of UTC: totals are of its local day.
    pub utc_offset_minutes: i32,
    /// The week's sealing key.
    pub sealer: Sealer,
}

/// What one commit writes beside the row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The person of this entry went in: the tag to know them by for the policy's window.
    pub remember: Option<Tag>,
    /// The total that it counts in.
    pub outcome: Option<Outcome>,
    /// The reserve of a full disk may be used.
    pub emergency: bool,
}

/// A row that is sealed, chained and signed, and not yet written.
pub struct Prepared {
    head: Head,
    signature: [u8; 64],
    day: u32,
    core_box: Vec<u8>,
    body_box: Vec<u8>,
    at: Timestamp,
    remember: Option<Tag>,
    undone: Option<u64>,
    memory: Memory,
    memory_boxes: Values,
}

impl Store {
    /// Adds an entry; when this returns, it is durable.
    ///
    /// # Errors
    /// See [`StoreError`]. An emergency takes of the reserve of a full disk before it fails.
    pub fn append(
        &mut self,
        entry: &NewEntry,
        seat: &Seat,
        witness: Witness,
        beside: Beside,
    ) -> Result<(u64, ChainHash), StoreError> {
        let prepared = self.prepare(entry, seat, witness, beside)?;
        match self.commit(prepared) {
            Err(error) if beside.emergency && error.is_about_room() => {
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
        let head = Head { epoch, seq, hash };
        let undone = match entry.body {
            Body::Detail(Detail::Undo { of }) => Some(of),
            Body::Detail(Detail::Clock { .. } | Detail::Gone { .. } | Detail::LetIn { .. })
            | Body::Personal(_) => None,
        };
        let (memory, changed) = self.remember(entry, seat, head, beside, undone)?;

        Ok(Prepared {
            head,
            signature: self
                .signing
                .sign(&row_message(self.station, epoch, seq, hash)),
            day,
            core_box: self.boxes.seal_core(epoch, seq, &sealed.core)?,
            body_box: self.boxes.seal_body(day, epoch, seq, &sealed)?,
            at: entry.at,
            remember: beside.remember,
            undone,
            memory,
            memory_boxes: changed,
        })
    }

    /// Writes the row and commits with fsync.
    ///
    /// # Errors
    /// See [`StoreError`]; nothing is then added, and the next attempt takes the same place.
    pub fn commit(&mut self, prepared: Prepared) -> Result<(u64, ChainHash), StoreError> {
        let write = self.db.transaction()?;
        prepared.write(&write, self.boxes.unsaved(prepared.day))?;
        write.commit()?;

        let head = prepared.head;
        self.boxes.saved(prepared.day);
        self.unsent.insert(head.seq, prepared.day);
        self.head = head;
        self.memory = prepared.memory;
        if !self.rolled_back
            && let Err(error) = self.anchor.write(head, &prepared.signature)
        {
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
        let flagged = NewEntry {
            flags: entry.flags | Flags::RESERVE,
            ..entry.clone()
        };
        while self.reserve.give().map_err(|_| StoreError::DiskFull)? {
            let prepared = self.prepare(&flagged, seat, witness, beside)?;
            match self.commit(prepared) {
                Err(error) if error.is_about_room() => {}
                outcome => return outcome,
            }
        }

        Err(StoreError::DiskFull)
    }
}

impl Prepared {
    fn write(
        &self,
        write: &Transaction<'_>,
        new_queue_key: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let head = &self.head;
        let seq = to_sql(head.seq);
        if let Some(wrapped) = new_queue_key {
            write
                .prepare_cached("INSERT INTO queue_keys (day, wrapped) VALUES (?1, ?2)")?
                .execute(params![self.day, wrapped])?;
        }
        write
            .prepare_cached(
                "INSERT INTO rows (epoch, seq, hash, signature, core_box, body_box)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                head.epoch,
                seq,
                head.hash.0,
                self.signature,
                self.core_box,
                self.body_box
            ])?;
        for (name, sealed) in &self.memory_boxes {
            write
                .prepare_cached("INSERT OR REPLACE INTO state (name, value) VALUES (?1, ?2)")?
                .execute(params![name, sealed])?;
        }
        if let Some(tag) = self.remember {
            write
                .prepare_cached("INSERT INTO seen (epoch, seq, tag, at) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![head.epoch, seq, tag.0, self.at.0])?;
        }
        if let Some(of) = self.undone {
            write
                .prepare_cached("UPDATE seen SET undone = 1 WHERE epoch = ?1 AND seq = ?2")?
                .execute(params![head.epoch, to_sql(of)])?;
        }

        Ok(())
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
