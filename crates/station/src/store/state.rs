//! Single values that outlive a restart, under the log key. Each is sealed to the turn that it was written
//! in, and the ledger names every value with its turn: one that is missing, altered or older is found.

use domain::entry::Ledger;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use tracing::warn;

use super::anchor::slot;
use super::{Head, Store, StoreError, from_sql, to_sql};

/// The name of the station's id in the table `state`: the one value in clear.
pub(super) const STATION: &str = "station";
/// The name of the ledger there.
pub(super) const LEDGER: &str = "ledger";

impl Store {
    /// Keeps a value under the log key.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn save(&mut self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let mut ledger = self.next_ledger();
        let sealed = self.boxes.seal_value(ledger.turn, name, value)?;
        ledger.values.insert(name.to_owned(), ledger.turn);

        self.commit_beside(ledger, |write, turn| put(write, name, &sealed, turn))
    }

    /// A kept value; none if it was never kept. One that was altered since is none either, and was found at
    /// the opening.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn saved(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sealed = taken(&self.db, name)?;

        Ok(sealed.and_then(|(value, turn)| self.boxes.open_value(turn, name, &value).ok()))
    }

    /// The ledger as the next commit leaves it, before anything else is changed in it.
    pub(super) fn next_ledger(&self) -> Ledger {
        let mut ledger = self.ledger.clone();
        ledger.turn = ledger.turn.saturating_add(1);
        ledger
    }

    /// One commit that adds no row. `change` is told the turn.
    pub(super) fn commit_beside(
        &mut self,
        ledger: Ledger,
        change: impl FnOnce(&Transaction<'_>, u64) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sealed = self.boxes.seal_ledger(&ledger)?;
        let write = self.db.transaction()?;
        change(&write, ledger.turn)?;
        put(&write, LEDGER, &sealed, ledger.turn)?;
        write.commit()?;
        self.ledger = ledger;
        self.write_anchor();

        Ok(())
    }

    /// After every commit. While the log is rolled back the anchor stays as it is: it is the proof.
    pub(super) fn write_anchor(&mut self) {
        let slot = self.anchor_slot();
        if !self.rolled_back
            && let Some(anchor) = &mut self.anchor
            && let Err(error) = anchor.write(&slot)
        {
            warn!(%error, "the head anchor could not be written; a restored copy would not be noticed");
        }
    }

    /// Gives the keychain the newest head, where the station's key lies in one. For every minute: what a commit changes is
    /// in the anchor at once.
    pub fn keep_head(&mut self) {
        let turn = self.ledger.turn;
        let Some((epoch, slot)) = self.head_to_keep() else {
            return;
        };
        if self
            .keeper
            .as_ref()
            .is_some_and(|keeper| keeper.keep(epoch, slot))
        {
            self.kept_turn = turn;
        }
    }

    /// As [`Self::keep_head`], at the end: waits a moment for the keychain.
    pub fn keep_last_head(&mut self) {
        let turn = self.ledger.turn;
        let Some((epoch, slot)) = self.head_to_keep() else {
            return;
        };
        if let Some(keeper) = &self.keeper {
            keeper.keep_last(epoch, slot);
            self.kept_turn = turn;
        }
    }

    /// What the keychain does not have yet. A log that was put back leaves it its newer head: it is the proof.
    fn head_to_keep(&mut self) -> Option<(u32, Vec<u8>)> {
        if self.rolled_back || self.kept_turn >= self.ledger.turn {
            return None;
        }
        if self.keeper.is_none() {
            match self.kek.head_keeper() {
                Ok(keeper) => self.keeper = keeper,
                Err(error) => warn!(%error, "the head of the log is not kept in the keychain"),
            }
        }
        self.keeper.as_ref()?;

        Some((self.ledger.epoch, self.anchor_slot()))
    }

    /// What the anchor is to say now.
    pub(super) fn anchor_slot(&self) -> Vec<u8> {
        slot(
            self.head(),
            &self.head_signature,
            self.ledger.turn,
            self.station,
            self.boxes.mac_key(),
        )
    }

    /// What the station signs of a head, as it does of each row.
    pub(super) fn sign_head(&self, head: Head) -> [u8; 64] {
        let message = domain::entry::row_message(self.station, head.epoch, head.seq, head.hash);

        self.signing.sign(&message)
    }
}

/// Writes a value.
pub(super) fn put(
    write: &Transaction<'_>,
    name: &str,
    sealed: &[u8],
    turn: u64,
) -> Result<(), StoreError> {
    write
        .prepare_cached("INSERT OR REPLACE INTO state (name, value, turn) VALUES (?1, ?2, ?3)")?
        .execute(params![name, sealed, to_sql(turn)])?;

    Ok(())
}

/// A value as it lies there, and its turn.
pub(super) fn taken(db: &Connection, name: &str) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
    let found = db
        .prepare_cached("SELECT value, turn FROM state WHERE name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, from_sql(row.get(1)?))))
        .optional()?;

    Ok(found)
}
