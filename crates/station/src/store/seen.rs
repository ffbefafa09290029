//! Who went in here a short while ago, by a keyed hash. Untouched by what is sent. Each line carries a MAC,
//! and the ledger holds what all of them come to.

use domain::crypto::Secret;
use domain::entry::Ledger;
use domain::recent::{Recent, Seen, Tag};
use domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Transaction, params};

use super::{Store, StoreError, from_sql, to_sql};

/// A line as it lies there.
pub(super) struct Line {
    pub(super) epoch: i64,
    pub(super) seq: u64,
    /// None if its fields are not what they may be.
    pub(super) seen: Option<Seen>,
    pub(super) mac: Vec<u8>,
}

impl Store {
    /// Everyone who went in, as far as it is not forgotten yet.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn recent(&self) -> Result<Recent, StoreError> {
        let seen = self.seen()?;

        Ok(Recent::new(Secret::new(*self.seen_key.expose()), seen))
    }

    /// Forgets who went in before `time`. The caller takes a time that somebody signed: a wall clock that
    /// was set ahead for a moment must not open the door for second visits.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn forget_seen_before(&mut self, time: Timestamp) -> Result<(), StoreError> {
        let old = lines(&self.db, "WHERE at < ?1", params![time.0])?;
        if old.is_empty() {
            return Ok(());
        }
        let mut ledger = self.next_ledger();
        for seen in old.iter().filter_map(|line| self.whole(line)) {
            ledger
                .seen
                .take(&self.boxes.seen_element(ledger.epoch, &seen));
        }

        self.commit_beside(ledger, |write, _| {
            write
                .prepare_cached("DELETE FROM seen WHERE at < ?1")?
                .execute(params![time.0])?;
            Ok(())
        })
    }

    pub(super) fn seen(&self) -> Result<Vec<Seen>, StoreError> {
        let lines = lines(&self.db, "ORDER BY epoch, seq", [])?;

        Ok(lines.iter().filter_map(|line| self.whole(line)).collect())
    }

    /// The line's content, if it is of this epoch and as it was written.
    pub(super) fn whole(&self, line: &Line) -> Option<Seen> {
        let epoch = self.ledger.epoch;
        line.seen.filter(|seen| {
            line.epoch == i64::from(epoch) && self.boxes.is_seen(epoch, seen, &line.mac)
        })
    }

    /// What an entry changes in the table: who went in with it, and whose visit it takes back.
    pub(super) fn seen_after(
        &self,
        ledger: &mut Ledger,
        remember: Option<Seen>,
        undone: Option<u64>,
    ) -> Result<Vec<Seen>, StoreError> {
        let mut changed = Vec::new();
        if let Some(seen) = remember {
            ledger
                .seen
                .add(&self.boxes.seen_element(ledger.epoch, &seen));
            changed.push(seen);
        }
        let taken_back = match undone {
            Some(of) => line_of(&self.db, ledger.epoch, of)?,
            None => None,
        };
        if let Some(before) = taken_back.and_then(|line| self.whole(&line)) {
            let after = Seen {
                undone: true,
                ..before
            };
            ledger
                .seen
                .take(&self.boxes.seen_element(ledger.epoch, &before));
            ledger
                .seen
                .add(&self.boxes.seen_element(ledger.epoch, &after));
            changed.push(after);
        }

        Ok(changed)
    }
}

/// Writes a line, or writes it anew.
pub(super) fn put(
    write: &Transaction<'_>,
    epoch: u32,
    seen: &Seen,
    mac: &[u8; 32],
) -> Result<(), StoreError> {
    write
        .prepare_cached(
            "INSERT OR REPLACE INTO seen (epoch, seq, tag, at, undone, mac)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            epoch,
            to_sql(seen.seq),
            seen.tag.0,
            seen.at.0,
            seen.undone,
            mac
        ])?;

    Ok(())
}

/// The lines that `which` selects.
pub(super) fn lines(
    db: &Connection,
    which: &str,
    with: impl Params,
) -> Result<Vec<Line>, StoreError> {
    let sql = format!("SELECT epoch, seq, tag, at, undone, mac FROM seen {which}");
    let mut query = db.prepare_cached(&sql)?;
    let lines = query.query_map(with, read)?.collect::<Result<_, _>>()?;

    Ok(lines)
}

fn line_of(db: &Connection, epoch: u32, seq: u64) -> Result<Option<Line>, StoreError> {
    let line = db
        .prepare_cached(
            "SELECT epoch, seq, tag, at, undone, mac FROM seen WHERE epoch = ?1 AND seq = ?2",
        )?
        .query_row(params![epoch, to_sql(seq)], read)
        .optional()?;

    Ok(line)
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Line> {
    let seq = from_sql(row.get(1)?);
    let tag: Vec<u8> = row.get(2)?;
    let at = Timestamp(row.get(3)?);
    let undone: i64 = row.get(4)?;
    let seen = tag.try_into().ok().map(Tag).map(|tag| Seen {
        tag,
        at,
        seq,
        undone: undone == 1,
    });

    Ok(Line {
        epoch: row.get(0)?,
        seq,
        seen: seen.filter(|_| matches!(undone, 0 | 1)),
        mac: row.get(5)?,
    })
}
