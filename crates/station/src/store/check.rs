//! Looking a log over: every row against the one before and against its body, and everything else against
//! the ledger. A start leaves out what takes long, the signature of every row and the database's own
//! structure; the walk through the whole log leaves out nothing.

use std::collections::{BTreeMap, BTreeSet};

use domain::crypto::sha256;
use domain::entry::{ChainHash, Core, SealedEntry, Sum, row_message};
use rusqlite::Row as SqlRow;

use super::anchor::{Anchored, Found};
use super::finding::{AnchorFault, Finding, RowFault, SeenFault, ValueFault};
use super::{Store, StoreError, from_sql, schema, seen, state};

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// What every start can afford.
    Start,
    /// Everything.
    Whole,
}

/// What the walk along the rows gathers.
pub(super) struct Walk {
    pub(super) findings: BTreeSet<Finding>,
    /// The last row and, where it can be told, its hash.
    pub(super) last: (u64, Option<ChainHash>),
    /// The UTC day of every row whose body lies under that day's key.
    pub(super) bodies: BTreeMap<u64, u32>,
    /// Hashes that stand altered in their rows, as they truly are.
    pub(super) mended: BTreeMap<u64, ChainHash>,
    /// Rows that were never receipted and gave up what they carried of a person at retention.
    pub(super) lost: BTreeSet<u64>,
    last_signature: Vec<u8>,
}

struct Row {
    epoch: i64,
    seq: u64,
    hash: Option<ChainHash>,
    signature: Vec<u8>,
    core_box: Vec<u8>,
    body_box: Option<Vec<u8>>,
}

impl Store {
    /// Walks along the rows.
    pub(super) fn walk(&self, depth: Depth) -> Result<Walk, StoreError> {
        let (gone, hash) = self.ledger.gone;
        let mut walk = Walk {
            findings: BTreeSet::new(),
            last: (gone, self.is_known.then_some(hash)),
            bodies: BTreeMap::new(),
            mended: BTreeMap::new(),
            lost: BTreeSet::new(),
            last_signature: Vec::new(),
        };
        let mut query = self.db.prepare(
            "SELECT epoch, seq, hash, signature, core_box, body_box FROM rows ORDER BY epoch, seq",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let row = Row::read(row)?;
            if row.epoch != i64::from(self.ledger.epoch) || row.seq <= gone {
                walk.find(row.seq, RowFault::Stray);
            } else {
                self.look_at(&mut walk, row, depth);
            }
        }
        self.look_at_the_end(&mut walk, depth);

        Ok(walk)
    }

    /// Everything beside the rows.
    pub(super) fn look_beside(
        &self,
        walk: &mut Walk,
        anchored: &Found,
        kept: Option<&Anchored>,
        depth: Depth,
    ) -> Result<(), StoreError> {
        self.look_at_the_anchor(walk, anchored, depth)?;
        if let Some(kept) = kept
            && self.contradicts(kept, walk)?
        {
            walk.findings.insert(Finding::RolledBack);
        }
        self.look_at_epochs(walk)?;
        self.look_at_values(walk)?;
        self.look_at_seen(walk)?;
        self.look_at_keys(walk)?;
        if !schema::is_ours(&self.db)? {
            walk.findings.insert(Finding::Layout);
        }
        if depth == Depth::Whole {
            let mut query = self.db.prepare("PRAGMA integrity_check(20)")?;
            for said in query.query_map([], |row| row.get::<_, String>(0))? {
                let said = said?;
                if said != "ok" {
                    walk.findings.insert(Finding::Database(said));
                }
            }
        }

        Ok(())
    }

    fn look_at(&self, walk: &mut Walk, row: Row, depth: Depth) {
        let (last, before) = walk.last;
        let expected = last.saturating_add(1);
        if row.seq > expected {
            let last = row.seq.saturating_sub(1);
            walk.find(expected, RowFault::Missing { last });
        }
        let before = before.filter(|_| row.seq == expected);
        let core = self.core_of(&row);
        if core.is_none() {
            walk.find(row.seq, RowFault::Core);
        }
        let hash = match (&core, before) {
            (Some((bytes, _)), Some(before)) => self.follow(walk, &row, before.next(bytes)),
            (Some(_), None) | (None, _) => row.hash,
        };
        if depth == Depth::Whole && !self.is_signed(&row, hash) {
            walk.find(row.seq, RowFault::Signature);
        }
        if let Some((_, core)) = core {
            self.look_at_body(walk, &row, &core);
        }
        walk.last = (row.seq, hash);
        walk.last_signature = row.signature;
    }

    fn core_of(&self, row: &Row) -> Option<(Vec<u8>, Core)> {
        let epoch = self.ledger.epoch;
        let bytes = self.boxes.open_core(epoch, row.seq, &row.core_box).ok()?;
        let core = Core::decode(&bytes).ok()?;
        let place = core.place;
        let here = place.station == self.station && place.epoch == epoch && place.seq == row.seq;

        here.then_some((bytes, core))
    }

    /// The row's hash. Where what stands there does not follow, its signature says which of the two is true.
    fn follow(&self, walk: &mut Walk, row: &Row, follows: ChainHash) -> Option<ChainHash> {
        if row.hash == Some(follows) {
            return row.hash;
        }
        walk.find(row.seq, RowFault::Hash);
        if row.hash.is_some() && self.is_signed(row, row.hash) {
            return row.hash;
        }
        if self.is_signed(row, Some(follows)) {
            walk.mended.insert(row.seq, follows);
        }

        Some(follows)
    }

    fn is_signed(&self, row: &Row, hash: Option<ChainHash>) -> bool {
        self.is_row_signed(row.seq, hash, &row.signature)
    }

    /// Whether a row of this number with this hash is ours.
    pub(super) fn is_row_signed(
        &self,
        seq: u64,
        hash: Option<ChainHash>,
        signature: &[u8],
    ) -> bool {
        hash.is_some_and(|hash| {
            let message = row_message(self.station, self.ledger.epoch, seq, hash);
            let key = self.signing.public();
            key.verify(&message, signature).is_ok()
        })
    }

    fn look_at_body(&self, walk: &mut Walk, row: &Row, core: &Core) {
        let seq = row.seq;
        let given_up = seq <= self.ledger.shredded && core.kind.is_about_a_person();
        if seq <= self.ledger.acked.0 || given_up {
            if row.body_box.is_some() {
                walk.find(seq, RowFault::Body);
            }
            if seq > self.ledger.acked.0 {
                walk.lost.insert(seq);
            }
            return;
        }
        match super::open::day_of(core) {
            Some(day) if self.carried(core, day, row.body_box.as_deref()).is_some() => {
                if seq > self.ledger.shredded {
                    walk.bodies.insert(seq, day);
                }
            }
            Some(_) | None => walk.find(seq, RowFault::Body),
        }
    }

    /// What a row carries, if it opens and is what the core was hashed over. Its core is left empty.
    pub(super) fn carried(
        &self,
        core: &Core,
        day: u32,
        body_box: Option<&[u8]>,
    ) -> Option<SealedEntry> {
        let (epoch, seq) = (self.ledger.epoch, core.place.seq);
        let carried = self.boxes.open_body(day, epoch, seq, body_box?).ok()?;

        carried.matches(core).then_some(carried)
    }

    fn look_at_the_end(&self, walk: &mut Walk, depth: Depth) {
        let (seq, hash) = walk.last;
        let (head, head_hash) = self.ledger.head;
        if seq > self.ledger.gone.0 && depth == Depth::Start {
            let signed = hash.is_some_and(|hash| {
                let message = row_message(self.station, self.ledger.epoch, seq, hash);
                let key = self.signing.public();
                key.verify(&message, &walk.last_signature).is_ok()
            });
            if !signed {
                walk.find(seq, RowFault::Signature);
            }
        }
        if !self.is_known {
            return;
        }
        if seq < head {
            walk.find(seq.saturating_add(1), RowFault::Missing { last: head });
        } else if seq > head {
            walk.findings.insert(Finding::Ledger);
        } else if hash != Some(head_hash) {
            walk.find(seq, RowFault::Hash);
        }
    }

    fn look_at_the_anchor(
        &self,
        walk: &mut Walk,
        found: &Found,
        depth: Depth,
    ) -> Result<(), StoreError> {
        let fault = match found {
            Found::Missing => Some(AnchorFault::Missing),
            Found::Unreadable => Some(AnchorFault::Unreadable),
            Found::Newest(anchored, amiss) => {
                if self.contradicts(anchored, walk)? {
                    walk.findings.insert(Finding::RolledBack);
                }
                (*amiss && depth == Depth::Whole).then_some(AnchorFault::Slot)
            }
        };
        walk.findings.extend(fault.map(Finding::Anchor));

        Ok(())
    }

    /// The anchor is of a later commit, or names an entry that has another hash here: it stays true of an
    /// older copy however far that has gone on since.
    fn contradicts(&self, anchored: &Anchored, walk: &Walk) -> Result<bool, StoreError> {
        let head = anchored.head;
        if anchored.turn.is_some_and(|turn| turn > self.ledger.turn) {
            return Ok(true);
        }
        if head.epoch != self.ledger.epoch {
            return Ok(head.epoch > self.ledger.epoch);
        }
        if let Some(hash) = walk.mended.get(&head.seq) {
            return Ok(*hash != head.hash);
        }
        match self.hash_at(head.seq) {
            Ok(hash) => Ok(hash != head.hash),
            Err(StoreError::NotOurs) => Ok(head.seq > walk.last.0),
            Err(error) => Err(error),
        }
    }

    fn look_at_epochs(&self, walk: &mut Walk) -> Result<(), StoreError> {
        let ledger = &self.ledger;
        let mut query = self.db.prepare(
            "SELECT epoch, genesis, acked_seq, acked_hash, last_receipt, receipt FROM epochs",
        )?;
        let mut rows = query.query([])?;
        let mut ours = false;
        while let Some(row) = rows.next()? {
            let genesis: Vec<u8> = row.get(1)?;
            let acked: Vec<u8> = row.get(3)?;
            let same = row.get::<_, i64>(0)? == i64::from(ledger.epoch)
                && genesis == ledger.genesis.0
                && from_sql(row.get(2)?) == ledger.acked.0
                && acked == ledger.acked.1.0
                && row.get::<_, Option<i64>>(4)? == ledger.last_receipt.map(|at| at.0);
            if !same || ours {
                walk.findings.insert(Finding::Epochs);
                continue;
            }
            ours = true;
            let receipt: Option<Vec<u8>> = row.get(5)?;
            if receipt.map(|answer| sha256(&[&answer])) != ledger.receipt {
                walk.findings.insert(Finding::Receipt);
            }
        }
        if !ours {
            walk.findings.insert(Finding::Epochs);
        }

        Ok(())
    }

    fn look_at_values(&self, walk: &mut Walk) -> Result<(), StoreError> {
        let mut missing = self.ledger.values.clone();
        let mut query = self.db.prepare("SELECT name, value, turn FROM state")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (name, value): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let turn = from_sql(row.get(2)?);
            match name.as_str() {
                state::STATION => {
                    if turn != 0 || value != self.station.0 {
                        walk.find_value(name, ValueFault::Altered);
                    }
                    continue;
                }
                state::LEDGER => {
                    if turn != self.ledger.turn {
                        walk.findings.insert(Finding::Ledger);
                    }
                    continue;
                }
                _ => {}
            }
            let opens = self.boxes.open_value(turn, &name, &value).is_ok();
            let fault = match missing.remove(&name) {
                None => Some(ValueFault::Unknown),
                Some(_) if !opens => Some(ValueFault::Altered),
                Some(wanted) if wanted != turn => Some(ValueFault::Older),
                Some(_) => None,
            };
            if let Some(fault) = fault.filter(|_| self.is_known) {
                walk.find_value(name, fault);
            }
        }
        for name in missing.into_keys() {
            walk.find_value(name, ValueFault::Missing);
        }

        Ok(())
    }

    fn look_at_seen(&self, walk: &mut Walk) -> Result<(), StoreError> {
        let mut sum = Sum::default();
        let (mut altered, mut count) = (false, 0_u64);
        for line in seen::lines(&self.db, "ORDER BY epoch, seq", [])? {
            count = count.saturating_add(1);
            if let Some(seen) = self.whole(&line) {
                sum.add(&self.boxes.seen_element(self.ledger.epoch, &seen));
            } else {
                altered = true;
                walk.findings
                    .insert(Finding::Seen(SeenFault::Line(line.seq)));
            }
        }
        let explained = altered && count == self.ledger.seen.count;
        if self.is_known && sum != self.ledger.seen && !explained {
            walk.findings.insert(Finding::Seen(SeenFault::Lines));
        }

        Ok(())
    }

    /// A day's key without a row that needs it came back after it was erased; unless it is a row that tells
    /// its day no more.
    fn look_at_keys(&self, walk: &mut Walk) -> Result<(), StoreError> {
        let needed: BTreeSet<u32> = walk.bodies.values().copied().collect();
        let certain = !walk.findings.iter().any(|finding| {
            matches!(
                finding,
                Finding::Row {
                    fault: RowFault::Core | RowFault::Body | RowFault::Missing { .. },
                    ..
                }
            )
        });
        for day in self.boxes.days() {
            if certain && !needed.contains(&day) {
                walk.findings.insert(Finding::QueueKey(day));
            }
        }
        let kept: i64 = self
            .db
            .query_row("SELECT count(*) FROM keys", [], |row| row.get(0))?;
        if i64::try_from(super::create::KEYS.len()) != Ok(kept) {
            walk.findings.insert(Finding::Layout);
        }

        Ok(())
    }
}

impl Walk {
    fn find(&mut self, seq: u64, fault: RowFault) {
        self.findings.insert(Finding::Row { seq, fault });
    }

    fn find_value(&mut self, name: String, fault: ValueFault) {
        self.findings.insert(Finding::Value { name, fault });
    }
}

impl Row {
    fn read(row: &SqlRow<'_>) -> Result<Self, StoreError> {
        let hash: Vec<u8> = row.get(2)?;

        Ok(Self {
            epoch: row.get(0)?,
            seq: from_sql(row.get(1)?),
            hash: hash.try_into().ok().map(ChainHash),
            signature: row.get(3)?,
            core_box: row.get(4)?,
            body_box: row.get(5)?,
        })
    }
}
