//! What lies under which key: cores and single values under the log key, bodies under the queue key of their
//! UTC day. Lines that lie in clear carry a MAC.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::cbor::{self, Value};
use domain::crypto::{Aead256, CannotOpen, Secret, equal, label};
use domain::entry::{
    Ledger, SealedEntry, detail_aad, ledger_aad, local_aad, local_mac_key, seen_element, seen_mac,
    value_aad,
};
use domain::ids::StationId;
use domain::recent::Seen;

use crate::keys::{Kek, KeyError};
use crate::random::{self, NoRandomness};

/// The ciphers of one log.
pub(super) struct Boxes {
    station: StationId,
    log: Aead256,
    mac_key: Secret,
    queue: BTreeMap<u32, QueueKey>,
}

/// One UTC day's key.
struct QueueKey {
    cipher: Aead256,
    wrapped: Vec<u8>,
    saved: bool,
}

impl Boxes {
    pub(super) fn new(station: StationId, log: &Secret) -> Self {
        Self {
            station,
            log: Aead256::new(log),
            mac_key: Secret::new(local_mac_key(log.expose())),
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

    /// The days whose keys are here.
    pub(super) fn days(&self) -> impl Iterator<Item = u32> {
        self.queue.keys().copied()
    }

    /// The key of the MACs.
    pub(super) fn mac_key(&self) -> &[u8; 32] {
        self.mac_key.expose()
    }

    pub(super) fn seal_core(
        &self,
        epoch: u32,
        seq: u64,
        core: &[u8],
    ) -> Result<Vec<u8>, NoRandomness> {
        let aad = local_aad(self.station, epoch, seq);

        Ok(self.log.seal(core, &aad, random::fresh()?))
    }

    pub(super) fn open_core(
        &self,
        epoch: u32,
        seq: u64,
        core_box: &[u8],
    ) -> Result<Vec<u8>, CannotOpen> {
        self.log
            .open(core_box, &local_aad(self.station, epoch, seq))
    }

    pub(super) fn seal_body(
        &self,
        day: u32,
        epoch: u32,
        seq: u64,
        entry: &SealedEntry,
    ) -> Result<Vec<u8>, NoRandomness> {
        let body = body_of(
            entry.token.as_ref(),
            entry.sealed.as_ref(),
            entry.detail.as_ref(),
        );
        let aad = local_aad(self.station, epoch, seq);
        let key = self
            .queue
            .get(&day)
            .expect("the caller made the day's key ready");

        Ok(key.cipher.seal(&body, &aad, random::fresh()?))
    }

    /// A detail that outlives its day's queue key: under the log key, in the body's place.
    pub(super) fn seal_detail(
        &self,
        epoch: u32,
        seq: u64,
        detail: &Vec<u8>,
    ) -> Result<Vec<u8>, NoRandomness> {
        let aad = detail_aad(self.station, epoch, seq);

        Ok(self
            .log
            .seal(&body_of(None, None, Some(detail)), &aad, random::fresh()?))
    }

    /// Token, sealed text and detail of an entry: what leaves with its receipt. Its core is left empty.
    pub(super) fn open_body(
        &self,
        day: u32,
        epoch: u32,
        seq: u64,
        body_box: &[u8],
    ) -> Result<SealedEntry, CannotOpen> {
        let aad = local_aad(self.station, epoch, seq);
        let by_day = self
            .queue
            .get(&day)
            .and_then(|key| key.cipher.open(body_box, &aad).ok());
        let body = match by_day {
            Some(body) => body,
            None => self
                .log
                .open(body_box, &detail_aad(self.station, epoch, seq))?,
        };

        body_from(&body).ok_or(CannotOpen)
    }

    /// A single value of the table `state`.
    pub(super) fn seal_value(
        &self,
        turn: u64,
        name: &str,
        value: &[u8],
    ) -> Result<Vec<u8>, NoRandomness> {
        let aad = value_aad(self.station, turn, name);

        Ok(self.log.seal(value, &aad, random::fresh()?))
    }

    pub(super) fn open_value(
        &self,
        turn: u64,
        name: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, CannotOpen> {
        self.log.open(sealed, &value_aad(self.station, turn, name))
    }

    /// A value as layout 1 sealed it: to its name alone.
    pub(super) fn open_value_of_layout_1(
        &self,
        name: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, CannotOpen> {
        let mut aad = label("local-state");
        aad.extend_from_slice(name.as_bytes());

        self.log.open(sealed, &aad)
    }

    pub(super) fn seal_ledger(&self, ledger: &Ledger) -> Result<Vec<u8>, NoRandomness> {
        let aad = ledger_aad(self.station);

        Ok(self.log.seal(&ledger.encode(), &aad, random::fresh()?))
    }

    /// The ledger; none if it is not one of this station's.
    pub(super) fn open_ledger(&self, sealed: &[u8]) -> Option<Ledger> {
        let bytes = self.log.open(sealed, &ledger_aad(self.station)).ok()?;

        Ledger::decode(&bytes)
    }

    /// What a seen-here line carries.
    pub(super) fn seen_mac(&self, epoch: u32, seen: &Seen) -> [u8; 32] {
        seen_mac(self.mac_key(), self.station, epoch, seen)
    }

    /// Whether a seen-here line is as it was written.
    pub(super) fn is_seen(&self, epoch: u32, seen: &Seen, mac: &[u8]) -> bool {
        equal(&self.seen_mac(epoch, seen), mac)
    }

    /// What a seen-here line adds to the ledger's sum.
    pub(super) fn seen_element(&self, epoch: u32, seen: &Seen) -> [u8; 32] {
        seen_element(self.mac_key(), self.station, epoch, seen)
    }
}

fn body_from(bytes: &[u8]) -> Option<SealedEntry> {
    let value = cbor::decode(bytes, 4).ok()?;
    let [token, sealed, detail] = value.as_items()? else {
        return None;
    };
    let token = optional(token)?;

    Some(SealedEntry {
        core: Vec::new(),
        token: token.map(TryInto::try_into).transpose().ok()?,
        sealed: optional(sealed)?,
        detail: optional(detail)?,
    })
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

/// cbor([token, sealed, detail]).
fn body_of(
    token: Option<&[u8; 16]>,
    sealed: Option<&Vec<u8>>,
    detail: Option<&Vec<u8>>,
) -> Vec<u8> {
    cbor::encode(&Value::Array(vec![
        token.map_or(Value::Null, Value::bytes),
        sealed.map_or(Value::Null, Value::bytes),
        detail.map_or(Value::Null, Value::bytes),
    ]))
}
