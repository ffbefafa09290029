//! Opening a log: the key first, then what the log says of itself.

use std::collections::{BTreeMap, BTreeSet};

use domain::crypto::{OpeningKey, Secret, SigningKey};
use domain::entry::{ChainHash, Core, Ledger};
use domain::ids::StationId;
use domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use tracing::warn;

use super::anchor::{ANCHOR, Anchor, Anchored, Owner, read_slot};
use super::boxes::Boxes;
use super::check::Depth;
use super::create::KEYS;
use super::finding::{Finding, ValueFault};
use super::history::History;
use super::memory::Memory;
use super::reserve::{RESERVE, Reserve};
use super::{DATABASE, Store, StoreError, carry, from_sql, schema, state};
use crate::folder::{Folder, FolderError};
use crate::keys::{Kek, Unlock};

impl Store {
    /// Opens the log of `folder`, and says what is amiss with it. What is found stays known: later starts say
    /// [`Finding::Alarm`] where nothing else tells of it any more.
    ///
    /// # Errors
    /// See [`StoreError`]. Without the right key nothing was changed.
    pub fn open(folder: Folder, unlock: &Unlock) -> Result<(Self, Vec<Finding>), StoreError> {
        let (mut store, findings) = Self::look(folder, unlock, Depth::Start)?;
        store.remember_alarm(&findings)?;
        store.tend_anchor();
        store.tend_reserve();

        Ok((store, findings))
    }

    /// As [`Self::open`], and looks at everything: the signature of every row and the database's own structure
    /// too. It changes nothing; only a log of an earlier layout is carried over first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn inspect(folder: Folder, unlock: &Unlock) -> Result<(Self, Vec<Finding>), StoreError> {
        Self::look(folder, unlock, Depth::Whole)
    }

    fn look(
        folder: Folder,
        unlock: &Unlock,
        depth: Depth,
    ) -> Result<(Self, Vec<Finding>), StoreError> {
        if !folder.has(DATABASE) {
            return Err(StoreError::NotEnrolled);
        }
        let kek = Kek::open(&folder, unlock)?;
        let mut db = schema::connect(&folder.path(DATABASE))?;
        let [signing, opening, log, seen_key] = own_keys(&db, &kek)?;
        let signing = SigningKey::new(signing);
        // The write-ahead log was made just now, and SQLite passes over a folder that could not be synced.
        folder.make_names_last()?;
        schema::migrate(&mut db, &mut |step, number| match number {
            2 => {
                let station = station(step)?.ok_or(NO_STATION)?;
                carry::to_layout_2(step, &folder, &Boxes::new(station, &log), &signing, station)
            }
            _ => Ok(()),
        })?;
        let mut known = Known::read(&db, &log, StationId::of(&signing.public()))?;
        add_queue_keys(&db, &kek, &mut known)?;
        let own = signing.public();
        let owner = Owner {
            station: known.station,
            key: &own,
            mac_key: known.boxes.mac_key(),
        };
        let (anchor, anchored) =
            Anchor::open(&folder, owner).map_err(|source| FolderError::Io {
                path: folder.path(ANCHOR).display().to_string(),
                source,
            })?;
        let kept = kept_head(&kek, known.ledger.epoch, owner);
        let mut store = Self {
            reserve: Reserve::new(folder.path(RESERVE)),
            db,
            folder,
            kek,
            station: known.station,
            signing,
            opening: OpeningKey::new(&opening),
            seen_key,
            boxes: known.boxes,
            ledger: known.ledger,
            is_known: known.own,
            head_signature: [0; 64],
            bodies: BTreeMap::new(),
            mended: BTreeMap::new(),
            lost: BTreeSet::new(),
            memory: Memory::default(),
            history: History::default(),
            anchor,
            keeper: None,
            kept_turn: kept.and_then(|kept| kept.turn).unwrap_or(0),
            rolled_back: false,
        };
        let mut walk = store.walk(depth)?;
        walk.findings.extend(known.findings);
        store.look_beside(&mut walk, &anchored, kept.as_ref(), depth)?;
        store.begin(walk.last);
        store.bodies = walk.bodies;
        store.mended = walk.mended;
        store.lost = walk.lost;
        store.rolled_back = walk.findings.contains(&Finding::RolledBack);
        if walk.findings.is_empty() && store.ledger.alarm {
            walk.findings.insert(Finding::Alarm);
        }
        store.memory = Memory::load(&store)?;
        store.history = History::load(&store)?;

        Ok((store, walk.findings.into_iter().collect()))
    }

    /// The log goes on behind its last row, or behind what the centre receipted if that is more.
    fn begin(&mut self, last: (u64, Option<ChainHash>)) {
        let last = match last {
            (seq, Some(hash)) if seq >= self.ledger.acked.0 => (seq, hash),
            (seq, None) if seq >= self.ledger.acked.0 => (seq, self.ledger.head.1),
            (_, Some(_) | None) => self.ledger.acked,
        };
        self.ledger.head = last;
        self.head_signature = self.sign_head(self.head());
    }

    fn remember_alarm(&mut self, findings: &[Finding]) -> Result<(), StoreError> {
        if findings.is_empty() {
            return Ok(());
        }
        match self.raise_alarm() {
            Err(error @ StoreError::DiskFull) => {
                warn!(%error, "what was found amiss could not be kept for the next start");
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Whatever every later start finds whole: until a new epoch it says [`Finding::Alarm`].
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn raise_alarm(&mut self) -> Result<(), StoreError> {
        if self.ledger.alarm {
            return Ok(());
        }
        let mut ledger = self.next_ledger();
        ledger.alarm = true;

        self.commit_beside(ledger, |_, _| Ok(()))
    }

    /// Closes the log and gives its folder back, still locked.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn close(self) -> Result<Folder, StoreError> {
        self.db.close().map_err(|(_, error)| error)?;

        Ok(self.folder)
    }

    /// Makes the anchor where there is none that can be written on. A rolled back log keeps what it has.
    fn tend_anchor(&mut self) {
        if self.anchor.is_some() || self.rolled_back {
            return;
        }
        match Anchor::make(&self.folder, &self.anchor_slot()) {
            Ok(anchor) => self.anchor = Some(anchor),
            Err(error) => {
                warn!(%error, "the head anchor could not be made; a restored copy would not be noticed");
            }
        }
    }
}

/// The head that the keychain has of this epoch, if it is this station's. A keychain that does not answer contradicts
/// nothing.
fn kept_head(kek: &Kek, epoch: u32, owner: Owner<'_>) -> Option<Anchored> {
    match kek.kept_head(epoch) {
        Ok(slot) => slot.and_then(|slot| read_slot(&slot, owner)),
        Err(error) => {
            warn!(%error, "the head of the log in the keychain could not be compared");
            None
        }
    }
}

/// The UTC day whose queue key an entry's body lies under.
pub(super) fn day_of(core: &Core) -> Option<u32> {
    u32::try_from(core.bucket / 96).ok()
}

const NO_STATION: StoreError = StoreError::Damaged("it does not say whose it is");

/// What opens with the log key before anything else.
struct Known {
    station: StationId,
    boxes: Boxes,
    ledger: Ledger,
    /// The ledger is the station's own.
    own: bool,
    findings: BTreeSet<Finding>,
}

impl Known {
    /// Where the ledger does not open, the table `epochs` is taken at its word, and that is a finding.
    fn read(db: &Connection, log: &Secret, own: StationId) -> Result<Self, StoreError> {
        let named = station(db)?;
        let sealed = state::taken(db, state::LEDGER)?.map(|(sealed, _)| sealed);
        for id in named.into_iter().chain([own]) {
            let boxes = Boxes::new(id, log);
            let ledger = sealed.as_ref().and_then(|sealed| boxes.open_ledger(sealed));
            if let Some(ledger) = ledger {
                let fault = match named {
                    Some(named) if named == id => None,
                    Some(_) => Some(ValueFault::Altered),
                    None => Some(ValueFault::Missing),
                };
                let finding = fault.map(|fault| Finding::Value {
                    name: state::STATION.to_owned(),
                    fault,
                });
                return Ok(Self {
                    station: id,
                    boxes,
                    ledger,
                    own: true,
                    findings: finding.into_iter().collect(),
                });
            }
        }
        let station = named.ok_or(NO_STATION)?;

        Ok(Self {
            station,
            boxes: Boxes::new(station, log),
            ledger: by_the_tables(db)?,
            own: false,
            findings: BTreeSet::from([Finding::Ledger]),
        })
    }
}

/// A ledger from what lies there in clear.
fn by_the_tables(db: &Connection) -> Result<Ledger, StoreError> {
    let mut ledger = db
        .query_row(
            "SELECT epoch, genesis, acked_seq, acked_hash, last_receipt FROM epochs
             ORDER BY epoch DESC LIMIT 1",
            [],
            |row| {
                let mut ledger = Ledger::new(row.get(0)?, ChainHash(row.get(1)?));
                ledger.acked = (from_sql(row.get(2)?), ChainHash(row.get(3)?));
                ledger.last_receipt = row.get::<_, Option<i64>>(4)?.map(Timestamp);
                Ok(ledger)
            },
        )
        .optional()?
        .ok_or(StoreError::Damaged("it has no epoch"))?;
    let first: Option<i64> = db.query_row(
        "SELECT min(seq) FROM rows WHERE epoch = ?1",
        [ledger.epoch],
        |row| row.get(0),
    )?;
    ledger.gone.0 = first.map_or(0, |first| from_sql(first).saturating_sub(1));
    let mut query = db.prepare("SELECT name, turn FROM state WHERE name NOT IN (?1, ?2)")?;
    ledger.values = query
        .query_map([state::STATION, state::LEDGER], |row| {
            Ok((row.get(0)?, from_sql(row.get(1)?)))
        })?
        .collect::<Result<_, _>>()?;
    ledger.turn = ledger.values.values().copied().max().unwrap_or(0);

    Ok(ledger)
}

fn own_keys(db: &Connection, kek: &Kek) -> Result<[Secret; 4], StoreError> {
    let mut keys = Vec::with_capacity(KEYS.len());
    for name in KEYS {
        let wrapped: Vec<u8> = db
            .query_row("SELECT wrapped FROM keys WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()?
            .ok_or(StoreError::Damaged("a key is missing"))?;
        keys.push(kek.unwrap(name, &wrapped)?);
    }

    keys.try_into()
        .map_err(|_| StoreError::Damaged("a key is missing"))
}

/// The id that stands in clear, if one does.
fn station(db: &Connection) -> Result<Option<StationId>, StoreError> {
    let id: Option<Vec<u8>> = db
        .query_row(
            "SELECT value FROM state WHERE name = ?1",
            [state::STATION],
            |row| row.get(0),
        )
        .optional()?;

    Ok(id.and_then(|id| id.try_into().ok()).map(StationId))
}

/// A key that does not open is found, and the bodies under it are lost; the rest of the log is not.
fn add_queue_keys(db: &Connection, kek: &Kek, known: &mut Known) -> Result<(), StoreError> {
    let mut query = db.prepare("SELECT day, wrapped FROM queue_keys")?;
    let keys: Vec<(i64, Vec<u8>)> = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (day, wrapped) in keys {
        let day = u32::try_from(day).unwrap_or(u32::MAX);
        if known.boxes.add(kek, day, wrapped).is_err() {
            known.findings.insert(Finding::QueueKey(day));
        }
    }

    Ok(())
}
