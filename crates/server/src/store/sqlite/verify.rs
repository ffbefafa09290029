//! Whether what is stored is whole: files undamaged, chains unbroken, heads equal to the rows.
//!
//! A server that was killed may leave days that are one commit ahead of the heads. That is no fault: the next start brings the
//! heads up, and sets aside what of that commit did not reach every day.
//!
//! It cannot tell whether a sealed text is the one that came: its hash covers the token, of which only a
//! blinded form is kept. Where the text is changed it no longer opens for the authority.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::entry::{ChainHash, Core, SealedEntry};
use domain::hex;
use rusqlite::{Connection, Row, params};

use super::books::days_in;
use super::rows::{chain_params, number, unsigned};
use super::{ChainId, Head, StoreError, file, heads, layouts};
use crate::day::Day;
use crate::folder::Folder;

/// Rows of a chain that are read at once.
const RUN: u64 = 10_000;

/// What was looked through, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Days with a file.
    pub days: usize,
    /// Chains with a head or a row.
    pub chains: usize,
    /// Rows: entries, poison, hashes of what expired, and holes.
    pub rows: u64,
    /// Those of them that came with the last commit before the server was killed, which the heads do not follow yet.
    pub unfinished: u64,
    /// In order of chain and number.
    pub faults: Vec<Fault>,
}

/// Something that is not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The chain does not begin with any assignment of its first epoch.
    Beginning(ChainId),
    /// The row does not follow from the one before it.
    Broken(ChainId, u64),
    /// The file holds another number of entries than its commits counted.
    Counted(Day),
    /// The database itself says that the file is damaged.
    Damaged(String, String),
    /// The row is not what its core says, or its core names another place.
    Entry(ChainId, u64),
    /// Another branch is kept, and the head does not know of it.
    Fork(ChainId),
    /// The head is not the last row: its number, and that of the last row.
    Head(ChainId, u64, u64),
    /// The head has another hash than the row of its number.
    HeadHash(ChainId, u64),
    /// The rows from the first to the last of these numbers are missing, and no erased day had them.
    Missing(ChainId, u64, u64),
    /// The number stands in two rows.
    Twice(ChainId, u64),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |chain: &ChainId| {
            format!(
                "station {}, epoch {}",
                hex::encode(chain.station.0),
                chain.epoch
            )
        };
        match self {
            Self::Beginning(chain) => {
                write!(
                    f,
                    "{}: entry 1 does not follow from an assignment",
                    of(chain)
                )
            }
            Self::Broken(chain, seq) => {
                write!(
                    f,
                    "{}: entry {seq} does not follow from the one before it",
                    of(chain)
                )
            }
            Self::Counted(day) => write!(
                f,
                "{day}: the file holds more or fewer entries than were stored in it"
            ),
            Self::Damaged(file, word) => write!(f, "{file} is damaged: {word}"),
            Self::Entry(chain, seq) => {
                write!(f, "{}: entry {seq} is not what its core says", of(chain))
            }
            Self::Fork(chain) => write!(
                f,
                "{}: another branch is kept, and the head does not know of it",
                of(chain)
            ),
            Self::Head(chain, head, last) => {
                write!(
                    f,
                    "{}: the head says {head} and the last entry is {last}",
                    of(chain)
                )
            }
            Self::HeadHash(chain, seq) => {
                write!(
                    f,
                    "{}: the head has another hash than entry {seq}",
                    of(chain)
                )
            }
            Self::Missing(chain, first, last) => {
                write!(f, "{}: entries {first} to {last} are missing", of(chain))
            }
            Self::Twice(chain, seq) => write!(f, "{}: entry {seq} is there twice", of(chain)),
        }
    }
}

/// A row as the chain sees it.
struct Link {
    seq: u64,
    hash: ChainHash,
    /// The first number of the hole that this is the end of; else its own.
    first: u64,
    /// None where it is not kept whole.
    core: Option<Vec<u8>>,
    sound: bool,
    /// It lies in a day that is one commit ahead of the heads.
    ahead: bool,
}

/// A day's file as it is read.
struct DayRead {
    database: Connection,
    /// One commit ahead of the heads: the server was killed between the two.
    ahead: bool,
}

/// What is known of all chains, before the rows are read: heads come first, so that rows may be ahead of them
/// while a server runs, and never behind.
struct Ledger {
    heads: BTreeMap<ChainId, Head>,
    erased: BTreeMap<ChainId, u64>,
    /// The last commit that the heads follow.
    generation: u64,
    days: Vec<DayRead>,
    of_chain: BTreeMap<ChainId, Vec<usize>>,
    forked: BTreeSet<ChainId>,
}

/// Reads everything. `starts` gives what a chain of a first epoch may begin with, if that is known. While a
/// server runs (`live`) rows may be ahead of their heads.
///
/// # Errors
/// [`StoreError::Failed`]: a file does not open or read.
pub fn verify(
    folder: &Folder,
    live: bool,
    starts: impl Fn(&ChainId) -> Result<Vec<ChainHash>, StoreError>,
) -> Result<Verified, StoreError> {
    let mut verified = Verified::default();
    let ledger = Ledger::open(folder, &mut verified)?;
    let chains: BTreeSet<ChainId> = ledger
        .heads
        .keys()
        .chain(ledger.of_chain.keys())
        .copied()
        .collect();
    verified.chains = chains.len();
    for chain in chains {
        let starts = if chain.epoch == 1 {
            starts(&chain)?
        } else {
            Vec::new()
        };
        Walk::new(&ledger, chain, starts).go(live, &mut verified)?;
    }

    Ok(verified)
}

impl Ledger {
    fn open(folder: &Folder, verified: &mut Verified) -> Result<Self, StoreError> {
        let mut ledger = Self {
            heads: BTreeMap::new(),
            erased: BTreeMap::new(),
            generation: 0,
            days: Vec::new(),
            of_chain: BTreeMap::new(),
            forked: BTreeSet::new(),
        };
        if let Some(database) = file::open_newest(&folder.heads(), layouts::HEADS)? {
            check(&database, "heads.db", &mut verified.faults)?;
            ledger.heads = heads::all(&database)?;
            ledger.erased = heads::erased(&database)?;
            ledger.generation = heads::generation(&database)?;
        }
        if let Some(database) = file::open_newest(&folder.register(), layouts::REGISTER)? {
            check(&database, "register.db", &mut verified.faults)?;
        }
        for day in days_in(folder)? {
            // A day may be erased between the list and here.
            if let Some(database) = file::open_newest(&folder.day(day), layouts::DAY)? {
                ledger.add(day, database, verified)?;
            }
        }
        verified.days = ledger.days.len();

        Ok(ledger)
    }

    fn add(
        &mut self,
        day: Day,
        database: Connection,
        verified: &mut Verified,
    ) -> Result<(), StoreError> {
        check(&database, &format!("days/{day}.db"), &mut verified.faults)?;
        let counted: bool = database.query_row(
            "SELECT (SELECT count(*) FROM filed) = (SELECT value FROM meta WHERE name = 'entries')",
            [],
            |row| row.get(0),
        )?;
        if !counted {
            verified.faults.push(Fault::Counted(day));
        }
        let generation = super::day_file::meta(&database, "generation")?;
        let ahead = generation == self.generation.saturating_add(1);
        let at = self.days.len();
        for (chain, forked) in super::day_file::chains(&database)? {
            self.of_chain.entry(chain).or_default().push(at);
            // The mark of a fork comes with the heads.
            if forked && !ahead {
                self.forked.insert(chain);
            }
        }
        self.days.push(DayRead { database, ahead });

        Ok(())
    }

    /// The rows of a chain with these numbers, in order.
    fn links(&self, chain: &ChainId, first: u64, last: u64) -> Result<Vec<Link>, StoreError> {
        let mut links = Vec::new();
        for at in self.of_chain.get(chain).into_iter().flatten() {
            if let Some(day) = self.days.get(*at) {
                let found = links_of(&day.database, chain, first, last)?;
                links.extend(found.into_iter().map(|link| Link {
                    ahead: day.ahead,
                    ..link
                }));
            }
        }
        links.sort_by_key(|link| link.seq);

        Ok(links)
    }

    /// The lowest number of a chain from `from` on.
    fn next(&self, chain: &ChainId, from: u64) -> Result<Option<u64>, StoreError> {
        let mut lowest = None;
        for at in self.of_chain.get(chain).into_iter().flatten() {
            if let Some(day) = self.days.get(*at) {
                let here = next_of(&day.database, chain, from)?;
                lowest = lowest.into_iter().chain(here).min();
            }
        }

        Ok(lowest)
    }
}

/// The walk along one chain.
struct Walk<'a> {
    ledger: &'a Ledger,
    chain: ChainId,
    starts: Vec<ChainHash>,
    erased: u64,
    head: Option<Head>,
    last: Option<(u64, ChainHash)>,
    /// The last number that no unfinished commit brought.
    settled: u64,
    /// The hash of the row that the head names.
    at_head: Option<ChainHash>,
}

impl<'a> Walk<'a> {
    fn new(ledger: &'a Ledger, chain: ChainId, starts: Vec<ChainHash>) -> Self {
        Self {
            ledger,
            chain,
            starts,
            erased: ledger.erased.get(&chain).copied().unwrap_or(0),
            head: ledger.heads.get(&chain).copied(),
            last: None,
            settled: 0,
            at_head: None,
        }
    }

    fn go(mut self, live: bool, verified: &mut Verified) -> Result<(), StoreError> {
        let mut from = 1;
        while let Some(first) = self.ledger.next(&self.chain, from)? {
            let last = first.saturating_add(RUN);
            for link in self.ledger.links(&self.chain, first, last)? {
                verified.rows = verified.rows.saturating_add(1);
                if self.is_unfinished(&link, live) {
                    verified.unfinished = verified.unfinished.saturating_add(1);
                    // The rest of a commit that did not reach every day.
                    if link.first != self.before().saturating_add(1) {
                        continue;
                    }
                } else {
                    self.settled = link.seq;
                }
                self.step(&link, &mut verified.faults);
            }
            from = last.saturating_add(1);
        }
        self.compare_head(live, &mut verified.faults);

        Ok(())
    }

    /// Whether a row came with the commit that the heads miss. While a server runs they are about to follow.
    fn is_unfinished(&self, link: &Link, live: bool) -> bool {
        !live && link.ahead && link.seq > self.head.map_or(0, |head| head.seq)
    }

    /// The number before the next row.
    fn before(&self) -> u64 {
        self.last.map_or(0, |(seq, _)| seq).max(self.erased)
    }

    fn step(&mut self, link: &Link, faults: &mut Vec<Fault>) {
        let (chain, seq) = (self.chain, link.seq);
        let (before, known) = self.last.map_or((0, None), |(seq, hash)| (seq, Some(hash)));
        if seq == before {
            faults.push(Fault::Twice(chain, seq));
            return;
        }
        let follows = link.first == before.saturating_add(1);
        // Days that were erased may have had numbers in the middle: a clock moves back and forth.
        let missing = link.first.saturating_sub(1);
        if !follows && missing > before.max(self.erased) {
            let first = before.max(self.erased).saturating_add(1);
            faults.push(Fault::Missing(chain, first, missing));
        }
        match (&link.core, known) {
            (Some(core), Some(known)) if follows && known.next(core) != link.hash => {
                faults.push(Fault::Broken(chain, seq));
            }
            (Some(core), None) if seq == 1 && !self.begins_with(core, link.hash) => {
                faults.push(Fault::Beginning(chain));
            }
            _ => {}
        }
        if !link.sound {
            faults.push(Fault::Entry(chain, seq));
        }
        if self.head.is_some_and(|head| head.seq == seq) {
            self.at_head = Some(link.hash);
        }
        self.last = Some((seq, link.hash));
    }

    fn begins_with(&self, core: &[u8], hash: ChainHash) -> bool {
        self.starts.is_empty() || self.starts.iter().any(|start| start.next(core) == hash)
    }

    fn compare_head(&self, live: bool, faults: &mut Vec<Fault>) {
        let head = self.head.map_or(0, |head| head.seq);
        let last = self.settled;
        let ahead = head > last && head > self.erased;
        if ahead || head < last && !live {
            faults.push(Fault::Head(self.chain, head, last));
        }
        if let (Some(head), Some(hash)) = (self.head, self.at_head)
            && head.hash != hash
        {
            faults.push(Fault::HeadHash(self.chain, head.seq));
        }
        let known = self.head.is_some_and(|head| head.forked);
        if self.ledger.forked.contains(&self.chain) && !known && !live {
            faults.push(Fault::Fork(self.chain));
        }
    }
}

fn check(database: &Connection, name: &str, faults: &mut Vec<Fault>) -> Result<(), StoreError> {
    let word: String = database.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if word != "ok" {
        faults.push(Fault::Damaged(name.to_owned(), word));
    }

    Ok(())
}

/// A chain's number, and the highest row: all that the three tables are asked by.
const CHAIN: &str = "(SELECT c.number FROM chains AS c JOIN venues AS v ON v.number = c.venue
     WHERE v.venue = ?1 AND c.station = ?2 AND c.epoch = ?3)";

fn links_of(
    database: &Connection,
    chain: &ChainId,
    first: u64,
    last: u64,
) -> Result<Vec<Link>, StoreError> {
    let (venue, station, epoch) = chain_params(chain);
    let mut statement = database.prepare_cached(&format!(
        "SELECT 1, seq, hash, core, sealed, detail, token IS NOT NULL, seq FROM filed
         WHERE chain = {CHAIN} AND seq BETWEEN ?4 AND ?5
         UNION ALL SELECT 2, seq, hash, NULL, NULL, NULL, 0, seq FROM expired
         WHERE chain = {CHAIN} AND seq BETWEEN ?4 AND ?5
         UNION ALL SELECT 2, last, hash, NULL, NULL, NULL, 0, first FROM holes
         WHERE chain = {CHAIN} AND last BETWEEN ?4 AND ?5
         UNION ALL SELECT 3, seq, hash, core, NULL, NULL, 0, seq FROM poison
         WHERE venue = ?1 AND station = ?2 AND epoch = ?3 AND seq BETWEEN ?4 AND ?5"
    ))?;
    let rows = statement.query_map(
        params![venue, station, epoch, number(first)?, bounded(last)],
        |row| link(row, chain),
    )?;

    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn link(row: &Row<'_>, chain: &ChainId) -> rusqlite::Result<Link> {
    let table: i64 = row.get(0)?;
    let seq = unsigned(row, 1)?;
    let hash = ChainHash(row.get(2)?);
    let (core, sound) = match table {
        1 => {
            let core: Vec<u8> = row.get(3)?;
            let entry = SealedEntry {
                core: core.clone(),
                token: None,
                sealed: row.get(4)?,
                detail: row.get(5)?,
            };
            let sound = is_sound(&entry, chain, seq, row.get(6)?);

            (Some(core), sound)
        }
        2 => (None, true),
        _ => (whole(&row.get::<_, String>(3)?), true),
    };

    Ok(Link {
        seq,
        first: unsigned(row, 7)?,
        hash,
        core,
        sound,
        ahead: false,
    })
}

/// Whether an entry is in its place and, where that can be told, carries what its core says.
fn is_sound(entry: &SealedEntry, chain: &ChainId, seq: u64, has_token: bool) -> bool {
    Core::decode(&entry.core).is_ok_and(|core| {
        let place = core.place;
        let at_home = (place.venue, place.station, place.epoch, place.seq)
            == (chain.venue, chain.station, chain.epoch, seq);
        let empty = entry.sealed.is_none() && entry.detail.is_none();

        at_home && (has_token || empty || entry.matches(&core))
    })
}

/// Poison is kept in hexadecimal and up to a length; what may have been cut is not taken for whole.
fn whole(digits: &str) -> Option<Vec<u8>> {
    let bytes = hex::decode(digits)?;

    (bytes.len() < super::books::POISON_CAP).then_some(bytes)
}

fn next_of(database: &Connection, chain: &ChainId, from: u64) -> Result<Option<u64>, StoreError> {
    let (venue, station, epoch) = chain_params(chain);
    let next = database
        .prepare_cached(&format!(
            "SELECT min(seq) FROM (
                 SELECT min(seq) AS seq FROM filed WHERE chain = {CHAIN} AND seq >= ?4
                 UNION ALL SELECT min(seq) FROM expired WHERE chain = {CHAIN} AND seq >= ?4
                 UNION ALL SELECT min(last) FROM holes WHERE chain = {CHAIN} AND last >= ?4
                 UNION ALL SELECT min(seq) FROM poison
                 WHERE venue = ?1 AND station = ?2 AND epoch = ?3 AND seq >= ?4
             )"
        ))?
        .query_row(params![venue, station, epoch, bounded(from)], |row| {
            row.get::<_, Option<i64>>(0)
        })?;

    Ok(next.and_then(|seq| u64::try_from(seq).ok()))
}

/// As far as `SQLite` counts.
fn bounded(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
