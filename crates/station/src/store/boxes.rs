//! What lies under which key: cores under the log key, bodies under the queue key of their UTC day.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::cbor::{self, Value};
use domain::crypto::{Aead256, CannotOpen, Secret, label};
use domain::entry::SealedEntry;
use domain::ids::StationId;

use crate::keys::{Kek, KeyError};
use crate::random::{self, NoRandomness};

/// The ciphers of one log.
pub(super) struct Boxes {
    station: StationId,
    log: Aead256,
    queue: BTreeMap<u32, QueueKey>,
}

/// One UTC day's key.
struct QueueKey {
    cipher: Aead256,
    wrapped: Vec<u8>,
    saved: bool,
}

/// Token, sealed text and detail of an entry: what leaves with its receipt.
pub(super) struct Carried {
    pub(super) token: Option<[u8; 16]>,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) detail: Option<Vec<u8>>,
}

impl Boxes {
    pub(super) fn new(station: StationId, log: &Secret) -> Self {
        Self {
            station,
            log: Aead256::new(log),
            queue: BTreeMap::new(),
        }
    }

    /// Takes a queue key from the database.
    pub(super) fn add(&mut self, kek: &Kek, day: u32, wrapped: Vec<u8>) -> Result<(), KeyError> {
        let cipher = Aead256::new(&kek.unwrap(&queue_name(day), &wrapped)?);
        self.queue.insert(
            day,
            QueueKey {
                cipher,
                wrapped,
                saved: true,
            },
        );

        Ok(())
    }

    /// Makes sure that there is a key for `day`.
    pub(super) fn ready(&mut self, kek: &Kek, day: u32) -> Result<(), NoRandomness> {
        let Entry::Vacant(place) = self.queue.entry(day) else {
            return Ok(());
        };
        let secret = Secret::generate(random::fresh()?);
        place.insert(QueueKey {
            cipher: Aead256::new(&secret),
            wrapped: kek.wrap(&queue_name(day), &secret, random::fresh()?),
            saved: false,
        });

        Ok(())
    }

    /// The wrapped key of `day`, if the database does not hold it yet.
    pub(super) fn unsaved(&self, day: u32) -> Option<&[u8]> {
        self.queue
            .get(&day)
            .filter(|key| !key.saved)
            .map(|key| key.wrapped.as_slice())
    }

    pub(super) fn saved(&mut self, day: u32) {
        if let Some(key) = self.queue.get_mut(&day) {
            key.saved = true;
        }
    }

    pub(super) fn forget(&mut self, day: u32) {
        self.queue.remove(&day);
    }

    pub(super) fn seal_core(
        &self,
        epoch: u32,
        seq: u64,
        core: &[u8],
    ) -> Result<Vec<u8>, NoRandomness> {
        let aad = self.place(epoch, seq);

        Ok(self.log.seal(core, &aad, random::fresh()?))
    }

    pub(super) fn open_core(
        &self,
        epoch: u32,
        seq: u64,
        core_box: &[u8],
    ) -> Result<Vec<u8>, CannotOpen> {
        self.log.open(core_box, &self.place(epoch, seq))
    }

    pub(super) fn seal_body(
        &self,
        day: u32,
        epoch: u32,
        seq: u64,
        entry: &SealedEntry,
    ) -> Result<Vec<u8>, NoRandomness> {
        let optional = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(Value::Null, Value::bytes);
        let body = cbor::encode(&Value::Array(vec![
            entry.token.map_or(Value::Null, Value::bytes),
            optional(&entry.sealed),
            optional(&entry.detail),
        ]));
        let key = self
            .queue
            .get(&day)
            .expect("the caller made the day's key ready");

        Ok(key
            .cipher
            .seal(&body, &self.place(epoch, seq), random::fresh()?))
    }

    pub(super) fn open_body(
        &self,
        day: u32,
        epoch: u32,
        seq: u64,
        body_box: &[u8],
    ) -> Result<Carried, CannotOpen> {
        let key = self.queue.get(&day).ok_or(CannotOpen)?;
        let body = key.cipher.open(body_box, &self.place(epoch, seq))?;

        Carried::decode(&body).ok_or(CannotOpen)
    }

    /// A single value of the table `state`.
    pub(super) fn seal_state(&self, name: &str, value: &[u8]) -> Result<Vec<u8>, NoRandomness> {
        Ok(self.log.seal(value, &state_aad(name), random::fresh()?))
    }

    pub(super) fn open_state(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        self.log.open(sealed, &state_aad(name))
    }

    /// L("local") ‖ station ‖ epoch ‖ seq.
    fn place(&self, epoch: u32, seq: u64) -> Vec<u8> {
        let mut aad = label("local");
        aad.extend_from_slice(&self.station.0);
        aad.extend_from_slice(&epoch.to_be_bytes());
        aad.extend_from_slice(&seq.to_be_bytes());
        aad
    }
}

impl Carried {
    fn decode(bytes: &[u8]) -> Option<Self> {
        let value = cbor::decode(bytes, 4).ok()?;
        let [token, sealed, detail] = value.as_items()? else {
            return None;
        };

        let token = optional(token)?;

        Some(Self {
            token: token.map(TryInto::try_into).transpose().ok()?,
            sealed: optional(sealed)?,
            detail: optional(detail)?,
        })
    }
}

#[expect(
    clippy::option_option,
    reason = "bytes, null, or neither of the two: the outer none is a wrong shape"
)]
fn optional(value: &Value) -> Option<Option<Vec<u8>>> {
    if *value == Value::Null {
        return Some(None);
    }

    Some(Some(value.as_bytes()?.to_vec()))
}

fn queue_name(day: u32) -> String {
    format!("queue/{day}")
}

fn state_aad(name: &str) -> Vec<u8> {
    let mut aad = label("local-state");
    aad.extend_from_slice(name.as_bytes());
    aad
}
