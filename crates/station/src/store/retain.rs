//! Retention (SECURITY.md §7): what is older than the trust list allows goes in one commit, and one signed
//! entry takes its place. Rows with a receipt go whole. Rows without one keep core, hash and signature and
//! give up what they carry of a person: retention beats sync.

use std::collections::BTreeMap;

use domain::entry::{Action, Body, Core, Detail, Flags, Kind, NewEntry, SealedEntry, Witness};
use domain::time::Timestamp;
use rusqlite::{Transaction, params};

use super::append::{Beside, Seat};
use super::send::erase_days;
use super::{Store, StoreError, from_sql, to_sql};

/// What a pass took away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retained {
    /// The number of the entry that says so.
    pub entry: u64,
    /// Rows that went whole.
    pub erased: u64,
    /// Rows without a receipt that gave up what they carried of a person.
    pub shredded: u64,
}

/// What a pass is to do.
struct Plan {
    detail: Detail,
    /// Rows up to this number go whole.
    erase: u64,
    /// Rows after `erase` up to this number are shredded.
    shred: u64,
    bodies: Bodies,
}

/// What becomes of the bodies of rows that are shredded.
#[derive(Default)]
struct Bodies {
    /// Details that outlive their day's key, sealed anew.
    details: BTreeMap<u64, Vec<u8>>,
    /// Rows that lose what they carry of a person.
    emptied: Vec<u64>,
}

impl Store {
    /// Takes away what was written before `until`; none if nothing was. `at` is the wall clock, which the caller
    /// believes: with a clock in doubt nothing is erased.
    ///
    /// # Errors
    /// See [`StoreError`]; nothing was then changed.
    pub fn retain(
        &mut self,
        until: Timestamp,
        at: Timestamp,
        flags: Flags,
        seat: &Seat,
        witness: Witness,
    ) -> Result<Option<Retained>, StoreError> {
        let Some(plan) = self.plan(until, at)? else {
            return Ok(None);
        };
        let entry = NewEntry {
            kind: Kind::Gone,
            verdict: None,
            action: Action::None,
            flags,
            at,
            body: Body::Detail(plan.detail),
        };
        let gone = (plan.erase, self.hash_at(plan.erase)?);
        let erased = plan.erase.saturating_sub(self.ledger.gone.0);
        let prepared = self.prepare_with(&entry, seat, witness, Beside::default(), |ledger| {
            ledger.gone = gone;
            ledger.shredded = ledger.shredded.max(plan.shred);
        })?;
        let still = self.bodies.split_off(&plan.shred.saturating_add(1));
        let done = std::mem::replace(&mut self.bodies, still);
        let today = entry.at.utc_day();
        let mut days = self.days_without_bodies(done.values());
        days.remove(&today);
        let epoch = self.ledger.epoch;
        let outcome = self.commit_with(prepared, |write| {
            plan.write(write, epoch)?;
            erase_days(write, &days)
        });
        let seq = match outcome {
            Ok((seq, _)) => seq,
            Err(error) => {
                self.bodies.extend(done);
                return Err(error);
            }
        };
        for day in days {
            self.boxes.forget(day);
        }
        self.mended = self.mended.split_off(&plan.erase.saturating_add(1));
        let shredded = u64::try_from(plan.bodies.emptied.len()).unwrap_or(u64::MAX);
        self.lost.extend(plan.bodies.emptied);
        self.empty_wal();

        Ok(Some(Retained {
            entry: seq,
            erased,
            shredded,
        }))
    }

    fn plan(&self, until: Timestamp, at: Timestamp) -> Result<Option<Plan>, StoreError> {
        let (gone, acked) = (self.ledger.gone.0, self.ledger.acked.0);
        let last = self.last_due(until, at)?;
        let erase = last.min(acked).max(gone);
        let settled = acked.max(self.ledger.shredded);
        if erase == gone && last <= settled {
            return Ok(None);
        }
        let first = if erase > gone { gone } else { settled }.saturating_add(1);

        Ok(Some(Plan {
            detail: Detail::Gone {
                first,
                last,
                before: self.hash_at(first.saturating_sub(1))?.0,
                after: self.hash_at(last)?.0,
            },
            erase,
            shred: last,
            bodies: self.shred(settled.saturating_add(1), last)?,
        }))
    }

    /// The last row of those that are all older than `until`. A row whose time says nothing, because the clock
    /// was in doubt or ahead of now, or because it does not open, is older if the next one is.
    fn last_due(&self, until: Timestamp, at: Timestamp) -> Result<u64, StoreError> {
        let mut due = self.ledger.gone.0;
        let mut query = self.db.prepare_cached(
            "SELECT seq, core_box FROM rows WHERE epoch = ?1 AND seq > ?2 ORDER BY seq",
        )?;
        let mut rows = query.query(params![self.ledger.epoch, to_sql(due)])?;
        while let Some(row) = rows.next()? {
            let seq = from_sql(row.get(0)?);
            let core_box: Vec<u8> = row.get(1)?;
            let core = self.boxes.open_core(self.ledger.epoch, seq, &core_box);
            let ended = core
                .ok()
                .and_then(|core| Core::decode(&core).ok())
                .and_then(|core| ended(&core, at));
            match ended {
                Some(ended) if ended <= until => due = seq,
                Some(_) => break,
                None => {}
            }
        }

        Ok(due)
    }

    /// What the rows without a receipt from `first` to `last` keep and lose.
    fn shred(&self, first: u64, last: u64) -> Result<Bodies, StoreError> {
        let mut bodies = Bodies::default();
        let epoch = self.ledger.epoch;
        let mut query = self.db.prepare_cached(
            "SELECT seq, core_box, body_box FROM rows
             WHERE epoch = ?1 AND seq >= ?2 AND seq <= ?3 ORDER BY seq",
        )?;
        let mut rows = query.query(params![epoch, to_sql(first), to_sql(last)])?;
        while let Some(row) = rows.next()? {
            let seq = from_sql(row.get(0)?);
            let (core_box, body_box): (Vec<u8>, Option<Vec<u8>>) = (row.get(1)?, row.get(2)?);
            let core = self.boxes.open_core(epoch, seq, &core_box).ok();
            let Some(core) = core.and_then(|core| Core::decode(&core).ok()) else {
                bodies.emptied.push(seq);
                continue;
            };
            if core.kind.is_about_a_person() {
                bodies.emptied.push(seq);
                continue;
            }
            let carried = super::open::day_of(&core)
                .and_then(|day| self.carried(&core, day, body_box.as_deref()));
            if let Some(SealedEntry {
                detail: Some(detail),
                ..
            }) = carried
            {
                bodies
                    .details
                    .insert(seq, self.boxes.seal_detail(epoch, seq, &detail)?);
            }
        }

        Ok(bodies)
    }
}

impl Plan {
    fn write(&self, write: &Transaction<'_>, epoch: u32) -> Result<(), StoreError> {
        write.execute(
            "DELETE FROM rows WHERE epoch = ?1 AND seq <= ?2",
            params![epoch, to_sql(self.erase)],
        )?;
        for seq in &self.bodies.emptied {
            write
                .prepare_cached("UPDATE rows SET body_box = NULL WHERE epoch = ?1 AND seq = ?2")?
                .execute(params![epoch, to_sql(*seq)])?;
        }
        for (seq, sealed) in &self.bodies.details {
            write
                .prepare_cached("UPDATE rows SET body_box = ?3 WHERE epoch = ?1 AND seq = ?2")?
                .execute(params![epoch, to_sql(*seq), sealed])?;
        }

        Ok(())
    }
}

/// When the quarter of an hour of an entry ended; none where its time says nothing.
fn ended(core: &Core, now: Timestamp) -> Option<Timestamp> {
    let begun = i64::try_from(core.bucket.checked_mul(900)?).ok()?;

    (begun <= now.0 && !core.flags.contains(Flags::CLOCK_DOUBT)).then(|| Timestamp(begun).plus(900))
}
