//! What an epoch's log hands on to the next one: who went in here a short while ago, the totals of the day, what
//! the clock knows. The rows stay where they are: they are never sealed anew, and their epoch stays.

use domain::cbor::{self, Value};
use domain::crypto::Secret;
use domain::entry::ChainHash;
use domain::ids::StationId;
use domain::recent::Seen;

use super::history::is_history;
use super::memory::TAIL;
use super::{Head, Store, StoreError};

/// The legacy of a log.
pub struct Legacy {
    /// Whose.
    pub station: StationId,
    /// Where the log ends, by its own word (`previous local head` of SECURITY.md §2, `h_0`).
    pub head: Head,
    /// Values under the log key, by their names.
    pub(super) values: Vec<(String, Vec<u8>)>,
    /// By which who went in is known again.
    pub(super) seen_key: Secret,
    /// Who went in.
    pub(super) seen: Vec<Seen>,
}

/// The name of what a log knows of the one before it.
const PREVIOUS: &str = "previous";

/// How the log of the epoch before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Previous {
    /// Its last entry.
    pub head: Head,
    /// Nothing was found amiss in it.
    pub whole: bool,
}

impl Previous {
    fn encode(self) -> Vec<u8> {
        cbor::encode(&Value::Array(vec![
            Value::from(self.head.epoch),
            Value::from(self.head.seq),
            Value::bytes(self.head.hash.0),
            Value::Bool(self.whole),
        ]))
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let value = cbor::decode(bytes, 8).ok()?;
        let [epoch, seq, hash, whole] = value.as_items()? else {
            return None;
        };

        Some(Self {
            head: Head {
                epoch: u32::try_from(epoch.as_u64()?).ok()?,
                seq: seq.as_u64()?,
                hash: ChainHash(hash.as_array()?),
            },
            whole: whole.as_bool()?,
        })
    }
}

impl Store {
    /// How the log of the epoch before ended; none for a first epoch.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn previous(&self) -> Result<Option<Previous>, StoreError> {
        let kept = self.saved(PREVIOUS)?;

        Ok(kept.and_then(|kept| Previous::decode(&kept)))
    }

    /// What the next epoch's log is to know. Values of the names `without` are not handed on; `whole`: nothing was found
    /// amiss in this log.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn legacy(&self, without: &[&str], whole: bool) -> Result<Legacy, StoreError> {
        let previous = Previous {
            head: self.head(),
            whole,
        };
        let mut values = vec![(PREVIOUS.to_owned(), previous.encode())];
        for name in self.ledger.values.keys() {
            let value = match name.as_str() {
                TAIL => Some(self.memory.without_verdicts()),
                PREVIOUS => None,
                name if without.contains(&name) || is_history(name) => None,
                name => self.saved(name)?,
            };
            values.extend(value.map(|value| (name.clone(), value)));
        }
        // Numbers that no entry will have: the new log counts from one again, and these lines are nobody's to undo.
        let numbers = (0..=i64::MAX.unsigned_abs()).rev();
        let seen = self
            .seen()?
            .into_iter()
            .zip(numbers)
            .map(|(line, seq)| Seen { seq, ..line })
            .collect();

        Ok(Legacy {
            station: self.station,
            head: self.head(),
            values,
            seen_key: Secret::new(*self.seen_key.expose()),
            seen,
        })
    }
}
