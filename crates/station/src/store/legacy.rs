//! What an epoch's log hands on to the next one: who went in here a short while ago, the totals of the day, what
//! the clock knows. The rows stay where they are: they are never sealed anew, and their epoch stays.

use domain::crypto::Secret;
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

impl Store {
    /// What the next epoch's log is to know. Values of the names `without` are not handed on.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn legacy(&self, without: &[&str]) -> Result<Legacy, StoreError> {
        let mut values = Vec::new();
        for name in self.ledger.values.keys() {
            let value = match name.as_str() {
                TAIL => Some(self.memory.without_verdicts()),
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
