//! Carrying a log of layout 1 over: what lay there without proof is taken as it stands, and proven from then
//! on. The rows and the anchor are looked over afterwards as at every opening.

use domain::crypto::SigningKey;
use domain::entry::{ChainHash, Ledger, row_message};
use domain::ids::StationId;
use domain::time::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::anchor::{ANCHOR, Anchor, Found, Owner, slot};
use super::boxes::Boxes;
use super::{Head, StoreError, from_sql, seen, state, to_sql};
use crate::folder::{Folder, FolderError};

/// Seals values to their turn, gives the seen-here lines their MACs, and writes the first ledger.
pub(super) fn to_layout_2(
    step: &Transaction<'_>,
    folder: &Folder,
    boxes: &Boxes,
    signing: &SigningKey,
    station: StationId,
) -> Result<(), StoreError> {
    let Some(mut ledger) = ledger_of(step)? else {
        return Ok(());
    };
    ledger.turn = 1;
    carry_values(step, boxes, &mut ledger)?;
    carry_seen(step, boxes, &mut ledger)?;
    state::put(
        step,
        state::LEDGER,
        &boxes.seal_ledger(&ledger)?,
        ledger.turn,
    )?;
    if ledger.head.0 > 0 {
        return Ok(());
    }

    anchor_the_young(folder, boxes, signing, station, &ledger).map_err(|source| {
        let path = folder.path(ANCHOR).display().to_string();
        FolderError::Io { path, source }.into()
    })
}

/// Layout 1 made the anchor at the first start, and left it empty until the first row. A log without a row gets its
/// anchor before the step is committed: whoever finds none afterwards knows that somebody took it away.
fn anchor_the_young(
    folder: &Folder,
    boxes: &Boxes,
    signing: &SigningKey,
    station: StationId,
    ledger: &Ledger,
) -> std::io::Result<()> {
    let owner = Owner {
        station,
        key: &signing.public(),
        mac_key: boxes.mac_key(),
    };
    if let (_, Found::Newest(..)) = Anchor::open(folder, owner)? {
        return Ok(());
    }
    let (seq, hash) = ledger.head;
    let head = Head {
        epoch: ledger.epoch,
        seq,
        hash,
    };
    let signature = signing.sign(&row_message(station, head.epoch, seq, hash));
    let first = slot(head, &signature, ledger.turn, station, boxes.mac_key());

    Anchor::make(folder, &first).map(drop)
}

/// None in a database that enrolment is only filling.
fn ledger_of(step: &Transaction<'_>) -> Result<Option<Ledger>, StoreError> {
    let epoch = step
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
        .optional()?;
    let Some(mut ledger) = epoch else {
        return Ok(None);
    };
    let head = step
        .query_row(
            "SELECT seq, hash FROM rows WHERE epoch = ?1 ORDER BY seq DESC LIMIT 1",
            [ledger.epoch],
            |row| Ok((from_sql(row.get(0)?), ChainHash(row.get(1)?))),
        )
        .optional()?;
    ledger.head = head.unwrap_or((0, ledger.genesis));

    Ok(Some(ledger))
}

/// One that does not open stays as it is, and is found to be altered.
fn carry_values(
    step: &Transaction<'_>,
    boxes: &Boxes,
    ledger: &mut Ledger,
) -> Result<(), StoreError> {
    let mut query = step.prepare("SELECT name, value FROM state WHERE name <> ?1")?;
    let values: Vec<(String, Vec<u8>)> = query
        .query_map([state::STATION], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (name, sealed) in values {
        if let Ok(value) = boxes.open_value_of_layout_1(&name, &sealed) {
            let sealed = boxes.seal_value(ledger.turn, &name, &value)?;
            state::put(step, &name, &sealed, ledger.turn)?;
        }
        ledger.values.insert(name, ledger.turn);
    }

    Ok(())
}

fn carry_seen(
    step: &Transaction<'_>,
    boxes: &Boxes,
    ledger: &mut Ledger,
) -> Result<(), StoreError> {
    step.execute("DELETE FROM seen WHERE epoch <> ?1", params![ledger.epoch])?;
    for line in seen::lines(step, "ORDER BY seq", [])? {
        let Some(seen) = line.seen else {
            step.execute("DELETE FROM seen WHERE seq = ?1", [to_sql(line.seq)])?;
            continue;
        };
        seen::put(
            step,
            ledger.epoch,
            &seen,
            &boxes.seen_mac(ledger.epoch, &seen),
        )?;
        ledger.seen.add(&boxes.seen_element(ledger.epoch, &seen));
    }

    Ok(())
}
