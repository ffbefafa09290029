//! Everything also travels by USB stick (DESIGN.md §4): entries to the centre, receipts and newer documents back.
//! What comes is judged by the same code as what comes over the line; only, an answer off a stick is always late.

mod answers;
mod export;
mod import;
mod pack;

use std::path::Path;

use domain::cbor::{self, Value};
use domain::clock::{Clock as Floor, ClockState};
use domain::time::Moment;
use stick::StickError;
use thiserror::Error;

use crate::clock::Clock;
use crate::controller::CLOCK_STATE;
use crate::enrol::ROOT_STATE;
use crate::folder::{Folder, FolderError};
use crate::keys::Unlock;
use crate::knowledge::{KnowledgeError, Library};
use crate::random::NoRandomness;
use crate::store::{DATABASE, Finding, Head, Store, StoreError};

pub use export::{Exported, ExportedFile, export};
pub use import::{Came, Document, Imported, import};

/// The name of what is kept between two sticks, which ends with its epoch.
pub(crate) const STICK_STATE: &str = "stick";

/// Why nothing was carried.
#[derive(Debug, Error)]
pub enum UsbError {
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder; also where a station runs on it.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The documents.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    /// The stick.
    #[error(transparent)]
    Stick(#[from] StickError),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// Enrolment did not say whom this station trusts.
    #[error("the log does not say which root it trusts: enrol the station again")]
    NoRoot,
    /// Nobody can open what would be exported.
    #[error(
        "the trust list names no exchange key, so that nothing can be sealed to the centre: bring a newer trust list"
    )]
    NoExchangeKey,
}

/// A station that does not run, and a stick.
struct Visit {
    store: Store,
    library: Library,
    findings: Vec<Finding>,
    floor: Floor,
    now: Moment,
    pending: Pending,
}

/// What the centre needs again, as the last stick said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pending {
    /// The next export begins with this entry, though it has a receipt.
    resend: Option<u64>,
    /// The next export tells that the entries up to this one can never be given.
    hole: Option<u64>,
}

impl Visit {
    fn open(data: &Path, unlock: &Unlock, clock: Clock) -> Result<Self, UsbError> {
        crate::crash::forbid_core_dumps();
        let folder = Folder::holding(data, DATABASE)?.ok_or(StoreError::NotEnrolled)?;
        let (store, findings) = Store::open(folder, unlock)?;
        let root = store
            .saved(ROOT_STATE)?
            .and_then(|hash| hash.try_into().ok())
            .ok_or(UsbError::NoRoot)?;
        let own = store.signing_key().public();
        let library = Library::load(store.folder(), &root, own, store.opening_key())?;
        let now = clock.now();
        let kept = store.saved(CLOCK_STATE)?;
        let kept = kept.and_then(|bytes| ClockState::decode(&bytes).ok());
        let mut floor = Floor::new(kept.unwrap_or_default(), now);
        floor.trust(library.trust());
        let kept = store.saved(STICK_STATE)?;
        let pending = Pending::read(kept.as_deref(), store.acked(), store.gone());

        Ok(Self {
            store,
            library,
            findings,
            floor,
            now,
            pending,
        })
    }
}

impl Pending {
    /// cbor(\[epoch, acked, resend, hole\]), 0 for none, or cbor(null) where nothing is pending. `acked` is the last
    /// receipted entry when the answer came.
    fn encode(self, acked: Head) -> Vec<u8> {
        if self == Self::default() {
            return cbor::encode(&Value::Null);
        }
        let number = |number: Option<u64>| Value::from(number.unwrap_or(0));

        cbor::encode(&Value::Array(vec![
            Value::from(acked.epoch),
            Value::from(acked.seq),
            number(self.resend),
            number(self.hole),
        ]))
    }

    /// Nothing is pending where nothing is kept that can be read, nor where it is about another epoch, a receipt came
    /// since, or retention took what was to be given since: the next answer says it again.
    fn read(kept: Option<&[u8]>, acked: Head, gone: Head) -> Self {
        let read = || {
            let value = cbor::decode(kept?, 8).ok()?;
            let [epoch, seq, resend, hole] = value.as_items()? else {
                return None;
            };
            if (epoch.as_u64()?, seq.as_u64()?) != (u64::from(acked.epoch), acked.seq) {
                return None;
            }
            let number =
                |value: &Value| value.as_u64().map(|number| (number > 0).then_some(number));

            Some(Self {
                resend: number(resend)?,
                hole: number(hole)?,
            })
        };

        read()
            .filter(|pending| pending.can_be_given(gone.seq))
            .unwrap_or_default()
    }

    /// A hole that ends before `gone` would leave entries between them that are here no more.
    fn can_be_given(self, gone: u64) -> bool {
        match self.hole {
            Some(upto) => upto == gone,
            None => self.resend.is_none_or(|first| first > gone),
        }
    }
}
