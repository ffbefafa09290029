//! Opening a log: the key first, then what the rows say of themselves.

use std::collections::BTreeMap;

use domain::crypto::{OpeningKey, Secret, SigningKey};
use domain::entry::{ChainHash, Core, row_message};
use domain::ids::StationId;
use domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::anchor::Anchor;
use super::boxes::Boxes;
use super::create::KEYS;
use super::memory::Memory;
use super::reserve::{RESERVE, Reserve};
use super::{DATABASE, Head, Store, StoreError, from_sql, schema, state, to_sql};
use crate::folder::{Folder, FolderError};
use crate::keys::{Kek, Unlock};

/// What an opening found amiss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The database is older than the anchor, or its last row is not signed by this station: a restored
    /// copy, or an edited one.
    RolledBack,
    /// This row does not open or does not follow from the one before.
    BrokenRow(u64),
}

impl Store {
    /// Opens the log of `folder`, and says what is amiss with it.
    ///
    /// # Errors
    /// See [`StoreError`]. Without the right key nothing was changed.
    pub fn open(folder: Folder, unlock: &Unlock) -> Result<(Self, Vec<Finding>), StoreError> {
        if !folder.has(DATABASE) {
            return Err(StoreError::NotEnrolled);
        }
        let kek = Kek::open(&folder, unlock)?;
        let mut db = schema::connect(&folder.path(DATABASE))?;
        let [signing, opening, log, seen_key] = own_keys(&db, &kek)?;
        schema::migrate(&mut db)?;
        let station = station(&db)?;
        let epoch = Epoch::last(&db)?;
        let mut boxes = Boxes::new(station, &log);
        add_queue_keys(&db, &kek, &mut boxes)?;
        let signing = SigningKey::new(signing);
        let anchor_path = folder.path("anchor.bin");
        let (anchor, anchored) =
            Anchor::open(&anchor_path, station, &signing.public()).map_err(|source| {
                FolderError::Io {
                    path: anchor_path.display().to_string(),
                    source,
                }
            })?;
        let mut store = Self {
            reserve: Reserve::new(folder.path(RESERVE)),
            db,
            folder,
            kek,
            station,
            signing,
            opening: OpeningKey::new(&opening),
            seen_key,
            boxes,
            head: epoch.genesis(),
            acked: epoch.acked(),
            last_receipt: epoch.last_receipt,
            unsent: BTreeMap::new(),
            memory: Memory::default(),
            anchor,
            rolled_back: false,
        };
        let findings = store.look_over(anchored)?;
        store.rolled_back = findings.contains(&Finding::RolledBack);
        store.memory = Memory::load(&store)?;
        store.tend_reserve();

        Ok((store, findings))
    }

    /// Walks the rows without a receipt, checks the last signature, and compares with the anchor.
    fn look_over(&mut self, anchored: Option<Head>) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        let rows = self.rows_after(self.acked.seq)?;
        let mut before = self.acked;
        let mut last_signature = None;
        for row in rows {
            let whole = self.follows(&before, &row);
            match whole {
                Some(day) => {
                    self.unsent.insert(row.seq, day);
                }
                None => findings.push(Finding::BrokenRow(row.seq)),
            }
            before = Head {
                seq: row.seq,
                hash: row.hash,
                ..before
            };
            last_signature = Some(row.signature);
        }
        self.head = before;
        if let Some(signature) = last_signature {
            let message = row_message(self.station, before.epoch, before.seq, before.hash);
            if self.signing.public().verify(&message, &signature).is_err() {
                findings.push(Finding::RolledBack);
            }
        }
        if let Some(anchored) = anchored
            && self.contradicts(&anchored)?
        {
            findings.push(Finding::RolledBack);
        }

        Ok(findings)
    }

    /// The UTC day of a row that opens and follows from the one before.
    fn follows(&self, before: &Head, row: &Row) -> Option<u32> {
        let core = self
            .boxes
            .open_core(before.epoch, row.seq, &row.core_box)
            .ok()?;
        if row.seq != before.seq.checked_add(1)? || before.hash.next(&core) != row.hash {
            return None;
        }

        day_of(&Core::decode(&core).ok()?)
    }

    /// The anchor names a later entry, or one that has another hash here: it stays true of an older copy
    /// however far that has gone on since.
    fn contradicts(&self, anchored: &Head) -> Result<bool, StoreError> {
        if anchored.epoch != self.head.epoch {
            return Ok(anchored.epoch > self.head.epoch);
        }
        match self.hash_at(anchored.seq) {
            Ok(hash) => Ok(hash != anchored.hash),
            Err(StoreError::NotOurs) => Ok(anchored.seq > self.head.seq),
            Err(error) => Err(error),
        }
    }

    fn rows_after(&self, seq: u64) -> Result<Vec<Row>, StoreError> {
        let mut query = self.db.prepare(
            "SELECT seq, hash, signature, core_box FROM rows
             WHERE epoch = ?1 AND seq > ?2 ORDER BY seq",
        )?;
        let rows = query
            .query_map(params![self.acked.epoch, to_sql(seq)], |row| {
                Ok(Row {
                    seq: from_sql(row.get(0)?),
                    hash: ChainHash(row.get(1)?),
                    signature: row.get(2)?,
                    core_box: row.get(3)?,
                })
            })?
            .collect::<Result<_, _>>()?;

        Ok(rows)
    }
}

/// The UTC day whose queue key an entry's body lies under.
pub(super) fn day_of(core: &Core) -> Option<u32> {
    u32::try_from(core.bucket / 96).ok()
}

struct Row {
    seq: u64,
    hash: ChainHash,
    signature: [u8; 64],
    core_box: Vec<u8>,
}

struct Epoch {
    number: u32,
    genesis: [u8; 32],
    acked_seq: u64,
    acked_hash: [u8; 32],
    last_receipt: Option<Timestamp>,
}

impl Epoch {
    fn last(db: &Connection) -> Result<Self, StoreError> {
        db.query_row(
            "SELECT epoch, genesis, acked_seq, acked_hash, last_receipt FROM epochs
             ORDER BY epoch DESC LIMIT 1",
            [],
            |row| {
                Ok(Self {
                    number: row.get(0)?,
                    genesis: row.get(1)?,
                    acked_seq: from_sql(row.get(2)?),
                    acked_hash: row.get(3)?,
                    last_receipt: row.get::<_, Option<i64>>(4)?.map(Timestamp),
                })
            },
        )
        .optional()?
        .ok_or(StoreError::Damaged("it has no epoch"))
    }

    fn genesis(&self) -> Head {
        Head {
            epoch: self.number,
            seq: 0,
            hash: ChainHash(self.genesis),
        }
    }

    fn acked(&self) -> Head {
        Head {
            epoch: self.number,
            seq: self.acked_seq,
            hash: ChainHash(self.acked_hash),
        }
    }
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

fn station(db: &Connection) -> Result<StationId, StoreError> {
    let id: Option<[u8; 16]> = db
        .query_row(
            "SELECT value FROM state WHERE name = ?1",
            [state::STATION],
            |row| row.get(0),
        )
        .optional()?;

    id.map(StationId)
        .ok_or(StoreError::Damaged("it does not say whose it is"))
}

fn add_queue_keys(db: &Connection, kek: &Kek, boxes: &mut Boxes) -> Result<(), StoreError> {
    let mut query = db.prepare("SELECT day, wrapped FROM queue_keys")?;
    let keys: Vec<(u32, Vec<u8>)> = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (day, wrapped) in keys {
        boxes.add(kek, day, wrapped)?;
    }

    Ok(())
}
