//! Single values that outlive a restart: last entry's time with the day's totals, and the clock's floor.

use domain::cbor::{self, Value};
use domain::screen::Totals;
use domain::time::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError, Tail};

/// The name of the tail in the table `state`.
pub(super) const TAIL: &str = "tail";
/// The name of the station's id in the table `state`, in clear.
pub(super) const STATION: &str = "station";

impl Store {
    /// Keeps a value under the log key.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn save(&mut self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let sealed = self.boxes.seal_state(name, value)?;
        self.db.execute(
            "INSERT OR REPLACE INTO state (name, value) VALUES (?1, ?2)",
            params![name, sealed],
        )?;

        Ok(())
    }

    /// A kept value; none if it was never kept, or was altered since.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn saved(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sealed: Option<Vec<u8>> = self
            .db
            .query_row("SELECT value FROM state WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()?;

        Ok(sealed.and_then(|sealed| self.boxes.open_state(name, &sealed).ok()))
    }
}

impl Tail {
    pub(super) fn encode(&self) -> Vec<u8> {
        let totals = &self.totals;
        cbor::encode(&Value::Array(vec![
            Value::int(self.at.0),
            Value::int(self.day),
            Value::from(totals.admit),
            Value::from(totals.attention),
            Value::from(totals.refuse),
            Value::from(totals.undecided),
            Value::from(totals.let_in),
            Value::from(totals.emergency),
        ]))
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let value = cbor::decode(bytes, 9).ok()?;
        let [at, day, counts @ ..] = value.as_items()? else {
            return None;
        };
        let counts = counts
            .iter()
            .map(|count| u32::try_from(count.as_u64()?).ok())
            .collect::<Option<Vec<u32>>>()?;
        let [admit, attention, refuse, undecided, let_in, emergency] = counts.try_into().ok()?;

        Some(Self {
            at: Timestamp(at.as_i64()?),
            day: day.as_i64()?,
            totals: Totals {
                admit,
                attention,
                refuse,
                undecided,
                let_in,
                emergency,
            },
        })
    }
}
