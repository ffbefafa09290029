//! A new log at enrolment: whole, or not there.

use domain::crypto::{Secret, SigningKey};
use domain::entry::{ChainHash, GENESIS_SEQ, Ledger, row_message};
use domain::ids::StationId;
use rusqlite::{Connection, params};

use super::anchor::{ANCHOR, Anchor, slot};
use super::boxes::Boxes;
use super::legacy::Legacy;
use super::{DATABASE, Head, StoreError, schema, seen, state, to_sql};
use crate::folder::{Folder, FolderError};
use crate::keys::Kek;
use crate::random;

/// What a new log begins with.
pub struct NewStation {
    /// Whose log.
    pub station: StationId,
    /// Its epoch, from the assignment.
    pub epoch: u32,
    /// `h_0`.
    pub genesis: ChainHash,
    /// The key that signs.
    pub signing: SigningKey,
    /// The secret half of the key that things are sealed to.
    pub opening: Secret,
    /// Values to keep from the first day, under the log key.
    pub notes: Vec<(&'static str, Vec<u8>)>,
    /// What the epoch before hands on; none at a first enrolment.
    pub legacy: Option<Legacy>,
}

/// Names of the wrapped keys.
pub(super) const KEYS: [&str; 4] = ["signing", "opening", "log", "seen"];

/// Writes a new database beside its place and renames it in: a cut leaves none.
///
/// # Errors
/// [`StoreError::AlreadyThere`]: no new key over an existing database. Otherwise see [`StoreError`].
pub fn create(folder: &Folder, kek: &Kek, new: &NewStation) -> Result<(), StoreError> {
    if folder.has(DATABASE) {
        return Err(StoreError::AlreadyThere);
    }
    let name = format!("{DATABASE}.new");
    for rest in ["", "-wal", "-shm"] {
        folder.remove(&format!("{name}{rest}"))?;
    }
    folder.remove(ANCHOR)?;
    folder.make_last()?;
    let mut db = schema::connect(&folder.path(&name))?;
    schema::migrate(&mut db, &mut |_, _| Ok(()))?;
    let first = fill(&mut db, kek, new)?;
    into_one_file(&db)?;
    db.close().map_err(|(_, error)| error)?;
    Anchor::make(folder, &first).map_err(|source| FolderError::Io {
        path: folder.path(ANCHOR).display().to_string(),
        source,
    })?;
    folder.rename(&name, DATABASE)?;

    Ok(())
}

/// The rename takes the database along and not its write-ahead log. Closing empties that too, but says nothing where it
/// fails.
fn into_one_file(db: &Connection) -> Result<(), StoreError> {
    let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy != 0 {
        return Err(StoreError::Damaged("its first rows stay behind"));
    }

    Ok(())
}

/// Gives the first slot of the anchor.
fn fill(db: &mut Connection, kek: &Kek, new: &NewStation) -> Result<Vec<u8>, StoreError> {
    let log = Secret::generate(random::fresh()?);
    let seen_key = match &new.legacy {
        Some(legacy) => Secret::new(*legacy.seen_key.expose()),
        None => Secret::generate(random::fresh()?),
    };
    let write = db.transaction()?;
    for (name, secret) in KEYS
        .into_iter()
        .zip([new.signing.seed(), &new.opening, &log, &seen_key])
    {
        let wrapped = kek.wrap(name, secret, random::fresh()?);
        write.execute(
            "INSERT INTO keys (name, wrapped) VALUES (?1, ?2)",
            params![name, wrapped],
        )?;
    }
    write.execute(
        "INSERT INTO state (name, value) VALUES (?1, ?2)",
        params![state::STATION, new.station.0],
    )?;
    let boxes = Boxes::new(new.station, &log);
    let mut ledger = Ledger::new(new.epoch, new.genesis);
    ledger.turn = 1;
    let handed = new.legacy.iter().flat_map(|legacy| &legacy.values);
    let handed = handed.map(|(name, value)| (name.as_str(), value));
    let notes = new.notes.iter().map(|(name, value)| (*name, value));
    for (name, value) in handed.chain(notes) {
        let sealed = boxes.seal_value(ledger.turn, name, value)?;
        state::put(&write, name, &sealed, ledger.turn)?;
        ledger.values.insert(name.to_owned(), ledger.turn);
    }
    for line in new.legacy.iter().flat_map(|legacy| &legacy.seen) {
        let mac = boxes.seen_mac(new.epoch, line);
        seen::put(&write, new.epoch, line, &mac)?;
        ledger.seen.add(&boxes.seen_element(new.epoch, line));
    }
    let sealed = boxes.seal_ledger(&ledger)?;
    state::put(&write, state::LEDGER, &sealed, ledger.turn)?;
    write.execute(
        "INSERT INTO epochs (epoch, genesis, acked_seq, acked_hash) VALUES (?1, ?2, ?3, ?2)",
        params![new.epoch, new.genesis.0, to_sql(GENESIS_SEQ)],
    )?;
    write.commit()?;
    let head = Head {
        epoch: new.epoch,
        seq: GENESIS_SEQ,
        hash: new.genesis,
    };
    let message = row_message(new.station, head.epoch, head.seq, head.hash);
    let signature = new.signing.sign(&message);

    Ok(slot(
        head,
        &signature,
        ledger.turn,
        new.station,
        boxes.mac_key(),
    ))
}
