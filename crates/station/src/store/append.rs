//! Adding a row: first sealed, chained and signed, then committed with fsync. The two are apart so that
//! each can be timed.

use domain::entry::{
    Body, ChainHash, Detail, Flags, Ledger, NewEntry, Place, Sealer, Witness, row_message,
};
use domain::ids::VenueId;
use domain::recent::{Seen, Tag};
use domain::screen::Outcome;
use rusqlite::{Transaction, params};
use tracing::warn;

use super::history::Quarter;
use super::memory::{Memory, Values};
use super::{Head, Store, StoreError, seen, state, to_sql};
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
    seen: Vec<(Seen, [u8; 32])>,
    memory: Memory,
    memory_boxes: Values,
    history: Vec<Quarter>,
    ledger: Ledger,
    ledger_box: Vec<u8>,
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
        self.prepare_with(entry, seat, witness, beside, |_| ())
    }

    /// As [`Self::prepare`]; `change` is what else the commit changes in the ledger.
    pub(super) fn prepare_with(
        &mut self,
        entry: &NewEntry,
        seat: &Seat,
        witness: Witness,
        beside: Beside,
        change: impl FnOnce(&mut Ledger),
    ) -> Result<Prepared, StoreError> {
        let (epoch, seq) = (self.ledger.epoch, self.ledger.head.0.saturating_add(1));
        let place = Place {
            station: self.station,
            epoch,
            seq,
            venue: seat.venue,
            gate: seat.gate,
        };
        let sealed = seat.sealer.seal(entry, place, witness, random::fresh()?);
        let hash = self.ledger.head.1.next(&sealed.core);
        let day = entry.at.utc_day();
        self.boxes.ready(&self.kek, day)?;
        let head = Head { epoch, seq, hash };
        let undone = match entry.body {
            Body::Detail(Detail::Undo { of }) => Some(of),
            Body::Detail(Detail::Clock { .. } | Detail::Gone { .. } | Detail::LetIn { .. })
            | Body::Personal(_) => None,
        };
        let mut ledger = self.next_ledger();
        ledger.head = (seq, hash);
        change(&mut ledger);
        let (memory, memory_boxes) = self.remember(entry, seat, &mut ledger, beside, undone)?;
        let history = self.history_after(entry, beside.outcome, undone, &mut ledger)?;
        let remember = beside.remember.map(|tag| Seen {
            tag,
            at: entry.at,
            seq,
            undone: false,
        });
        let seen = self.seen_after(&mut ledger, remember, undone)?;
        let with_mac = |seen| (seen, self.boxes.seen_mac(epoch, &seen));

        Ok(Prepared {
            head,
            signature: self
                .signing
                .sign(&row_message(self.station, epoch, seq, hash)),
            day,
            core_box: self.boxes.seal_core(epoch, seq, &sealed.core)?,
            body_box: self.boxes.seal_body(day, epoch, seq, &sealed)?,
            seen: seen.into_iter().map(with_mac).collect(),
            memory,
            memory_boxes,
            history,
            ledger_box: self.boxes.seal_ledger(&ledger)?,
            ledger,
        })
    }

    /// Writes the row and commits with fsync.
    ///
    /// # Errors
    /// See [`StoreError`]; nothing is then added, and the next attempt takes the same place.
    pub fn commit(&mut self, prepared: Prepared) -> Result<(u64, ChainHash), StoreError> {
        self.commit_with(prepared, |_| Ok(()))
    }

    /// As [`Self::commit`]; `change` is what else the commit writes.
    pub(super) fn commit_with(
        &mut self,
        prepared: Prepared,
        change: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError>,
    ) -> Result<(u64, ChainHash), StoreError> {
        let write = self.db.transaction()?;
        prepared.write(&write, self.boxes.unsaved(prepared.day))?;
        change(&write)?;
        write.commit()?;

        let head = prepared.head;
        self.boxes.saved(prepared.day);
        self.bodies.insert(head.seq, prepared.day);
        self.head_signature = prepared.signature;
        self.ledger = prepared.ledger;
        self.memory = prepared.memory;
        self.history.take(prepared.history);
        self.write_anchor();

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
        for (seen, mac) in &self.seen {
            seen::put(write, head.epoch, seen, mac)?;
        }
        let turn = self.ledger.turn;
        for (name, sealed) in &self.memory_boxes {
            state::put(write, name, sealed, turn)?;
        }
        for quarter in &self.history {
            state::put(write, &quarter.name, &quarter.sealed, turn)?;
        }

        state::put(write, state::LEDGER, &self.ledger_box, turn)
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
