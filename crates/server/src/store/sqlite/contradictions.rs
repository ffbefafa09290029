//! What stations signed that contradicts what is stored: logs that were put back, copies, entries that can never
//! be given, and entries that came after their epoch was over.

use std::collections::{BTreeMap, VecDeque};

use domain::entry::ChainHash;
use domain::ids::StationId;
use domain::time::{HOUR, Timestamp};
use rusqlite::{Connection, Transaction, params};

use super::books::Books;
use super::rows::{chain_from, chain_params, number, unsigned};
use super::{ChainId, Filing, Greeted, Head, Said, Skip, StoreError, file, layouts};
use crate::day::Day;
use crate::folder::Folder;
use crate::store::{RecordedHole, RecordedTail, Rollback};

/// Hellos of a chain that are remembered.
const HEARD: usize = 32;

/// What is known of it, and what the next commit writes.
#[derive(Default)]
pub(super) struct Contradictions {
    rollbacks: BTreeMap<ChainId, Rollback>,
    heard: BTreeMap<ChainId, Heard>,
    notes: Vec<Note>,
}

/// The newest hellos of a chain since the start, by their nonces, and what those said that ended behind the head.
#[derive(Default)]
struct Heard {
    nonces: VecDeque<[u8; 16]>,
    behind: VecDeque<(u64, ChainHash)>,
}

/// One line to be written into the file of the heads.
pub(super) enum Note {
    Hole(ChainId, RecordedHole),
    Rollback(ChainId, Rollback, Vec<u8>),
    Tail(ChainId, RecordedTail),
}

impl Contradictions {
    pub(super) fn read(database: &Connection) -> Result<Self, StoreError> {
        Ok(Self {
            rollbacks: all_rollbacks(database)?,
            heard: BTreeMap::new(),
            notes: Vec::new(),
        })
    }

    pub(super) fn wait(&self) -> bool {
        !self.notes.is_empty()
    }

    pub(super) fn notes(&self) -> &[Note] {
        &self.notes
    }

    pub(super) fn written(&mut self) {
        self.notes.clear();
    }

    /// Whether a hello that ends behind the head is the station's word of now. One may have been held up on its way and overtaken by the entries
    /// that it knows nothing of, and one may come again: neither contradicts anything. A log that was put back says the same number
    /// once more, under another nonce, as soon as it has heard where the head is.
    fn is_meant(&mut self, said: &Said, behind: bool) -> bool {
        let heard = self.heard.entry(said.chain).or_default();
        if !heard.is_new(said) || !behind {
            return false;
        }
        let end = (said.seq, said.hash);
        let known = self.rollbacks.get(&said.chain);
        let meant = known.is_some_and(|known| (known.seq, known.hash) == end)
            || heard.behind.contains(&end);
        push(&mut heard.behind, end);

        meant
    }

    /// The same hello again is written once an hour: whoever says it all day fills no disk.
    fn note(&mut self, said: &Said, head: u64, forked: bool) {
        let known = self.rollbacks.get(&said.chain);
        let same = known.is_some_and(|known| {
            (known.seq, known.hash, known.head, known.forked) == (said.seq, said.hash, head, forked)
                && said.received.since(known.last_at).saturating_abs() < HOUR
        });
        if same {
            return;
        }
        let rollback = Rollback {
            seq: said.seq,
            hash: said.hash,
            head,
            forked,
            first_at: known.map_or(said.received, |known| known.first_at),
            last_at: said.received,
        };
        self.notes.push(Note::Rollback(
            said.chain,
            rollback.clone(),
            said.hello.clone(),
        ));
        self.rollbacks.insert(said.chain, rollback);
    }
}

impl Heard {
    fn is_new(&mut self, said: &Said) -> bool {
        let new = !self.nonces.contains(&said.nonce);
        if new {
            push(&mut self.nonces, said.nonce);
        }

        new
    }
}

fn push<T>(to: &mut VecDeque<T>, new: T) {
    if to.len() == HEARD {
        to.pop_front();
    }
    to.push_back(new);
}

impl Books {
    /// Compares where a station says that its log ends with what is stored of it.
    pub(super) fn greet(&mut self, said: &Said) -> Result<Greeted, StoreError> {
        let head = self.head(&said.chain);
        let stored = head.map_or(0, |head| head.seq);
        let behind = said.seq < stored;
        let ours = match head {
            Some(head) if head.seq > 0 && head.seq == said.seq => Some(head.hash),
            Some(_) if behind && said.seq > 0 => {
                let mut found = self.hashes(&said.chain, said.seq, said.seq)?;
                found.remove(&said.seq)
            }
            Some(_) | None => None,
        };
        let forked = ours.is_some_and(|ours| ours != said.hash);
        let behind = self.contradictions_mut().is_meant(said, behind);
        if behind || forked {
            self.contradictions_mut().note(said, stored, forked);
        }

        Ok(Greeted {
            head,
            behind,
            forked,
        })
    }

    /// Records a hole and moves the head to its end. What is stored already stays, and so does a fork.
    pub(super) fn skip(&mut self, skip: &Skip) -> Result<Option<Head>, StoreError> {
        let head = self.head(&skip.chain);
        let stored = head.map_or(0, |head| head.seq);
        if skip.last <= stored || head.is_some_and(|head| head.forked) {
            return Ok(head);
        }
        let first = stored.saturating_add(1);
        let day = self.day(Day::of(skip.received))?;
        day.begin()?;
        day.add_hole(skip, first)?;
        let hole = RecordedHole {
            first,
            last: skip.last,
            proven: skip.proven,
            at: skip.received,
        };
        let notes = &mut self.contradictions_mut().notes;
        notes.push(Note::Hole(skip.chain, hole));
        let head = Head {
            seq: skip.last,
            hash: skip.hash,
            forked: false,
        };
        self.set_head(skip.chain, head);

        Ok(Some(head))
    }

    /// Records that a batch came after its epoch was over.
    pub(super) fn note_tail(&mut self, filing: &Filing, branch: bool) {
        let tail = RecordedTail {
            first: filing.batch.header.first,
            last: filing.batch.header.last,
            branch,
            at: filing.received,
        };
        let notes = &mut self.contradictions_mut().notes;
        notes.push(Note::Tail(filing.chain, tail));
    }
}

impl Note {
    pub(super) fn write(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        match self {
            Self::Hole(chain, hole) => {
                let (venue, station, epoch) = chain_params(chain);
                transaction
                    .prepare_cached(
                        "INSERT INTO holes (venue, station, epoch, first, last, proven, at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                         ON CONFLICT (venue, station, epoch, first)
                         DO UPDATE SET last = ?5, proven = ?6, at = ?7",
                    )?
                    .execute(params![
                        venue,
                        station,
                        epoch,
                        number(hole.first)?,
                        number(hole.last)?,
                        hole.proven,
                        hole.at.0,
                    ])?;
            }
            Self::Rollback(chain, rollback, hello) => {
                let (venue, station, epoch) = chain_params(chain);
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO rollbacks
                             (venue, station, epoch, seq, hash, head, forked, first_at, last_at, hello)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                    )?
                    .execute(params![
                        venue,
                        station,
                        epoch,
                        number(rollback.seq)?,
                        rollback.hash.0,
                        number(rollback.head)?,
                        rollback.forked,
                        rollback.first_at.0,
                        rollback.last_at.0,
                        hello,
                    ])?;
            }
            Self::Tail(chain, tail) => {
                let (venue, station, epoch) = chain_params(chain);
                transaction
                    .prepare_cached(
                        "INSERT INTO tails (venue, station, epoch, first, last, branch, at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                         ON CONFLICT (venue, station, epoch, first)
                         DO UPDATE SET last = max(last, ?5), branch = max(branch, ?6)",
                    )?
                    .execute(params![
                        venue,
                        station,
                        epoch,
                        number(tail.first)?,
                        number(tail.last)?,
                        tail.branch,
                        tail.at.0,
                    ])?;
            }
        }

        Ok(())
    }
}

/// The newest contradicting hello of each chain, for the commands beside a server.
///
/// # Errors
/// [`StoreError::Failed`].
pub fn rollbacks(folder: &Folder) -> Result<BTreeMap<ChainId, Rollback>, StoreError> {
    match file::open_newest(&folder.heads(), layouts::HEADS)? {
        Some(database) => all_rollbacks(&database),
        None => Ok(BTreeMap::new()),
    }
}

/// The holes of each chain, for the commands beside a server.
///
/// # Errors
/// [`StoreError::Failed`].
pub fn holes(folder: &Folder) -> Result<BTreeMap<ChainId, Vec<RecordedHole>>, StoreError> {
    let mut holes: BTreeMap<ChainId, Vec<RecordedHole>> = BTreeMap::new();
    let Some(database) = file::open_newest(&folder.heads(), layouts::HEADS)? else {
        return Ok(holes);
    };
    let mut statement = database.prepare(
        "SELECT venue, station, epoch, first, last, proven, at FROM holes ORDER BY first",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let hole = RecordedHole {
            first: unsigned(row, 3)?,
            last: unsigned(row, 4)?,
            proven: row.get(5)?,
            at: Timestamp(row.get(6)?),
        };
        holes.entry(chain_from(row)?).or_default().push(hole);
    }

    Ok(holes)
}

/// The tails of each station, over its epochs, for the commands beside a server.
///
/// # Errors
/// [`StoreError::Failed`].
pub fn tails(folder: &Folder) -> Result<BTreeMap<StationId, Vec<(u32, RecordedTail)>>, StoreError> {
    let mut tails: BTreeMap<StationId, Vec<(u32, RecordedTail)>> = BTreeMap::new();
    let Some(database) = file::open_newest(&folder.heads(), layouts::HEADS)? else {
        return Ok(tails);
    };
    let mut statement = database.prepare(
        "SELECT venue, station, epoch, first, last, branch, at FROM tails ORDER BY epoch, first",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let chain = chain_from(row)?;
        let tail = RecordedTail {
            first: unsigned(row, 3)?,
            last: unsigned(row, 4)?,
            branch: row.get(5)?,
            at: Timestamp(row.get(6)?),
        };
        tails
            .entry(chain.station)
            .or_default()
            .push((chain.epoch, tail));
    }

    Ok(tails)
}

fn all_rollbacks(database: &Connection) -> Result<BTreeMap<ChainId, Rollback>, StoreError> {
    let mut statement = database.prepare(
        "SELECT venue, station, epoch, seq, hash, head, forked, first_at, last_at FROM rollbacks",
    )?;
    let rows = statement.query_map([], |row| {
        let rollback = Rollback {
            seq: unsigned(row, 3)?,
            hash: ChainHash(row.get(4)?),
            head: unsigned(row, 5)?,
            forked: row.get(6)?,
            first_at: Timestamp(row.get(7)?),
            last_at: Timestamp(row.get(8)?),
        };

        Ok((chain_from(row)?, rollback))
    })?;

    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
