//! What a log asks of the centre, signed by the key of its epoch.

use domain::entry::SealedEntry;
use domain::wire::{Batch, BatchError, Hello, Hole, MAX_BATCH_ENTRIES};
use tracing::{error, warn};

use crate::clock::Clock;
use crate::random;
use crate::store::{Store, StoreError};

/// What an answer must repeat, and when it was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) nonce: [u8; 16],
    pub(super) mono_ms: u64,
}

impl Asked {
    fn now(clock: Clock) -> Option<Self> {
        Some(Self {
            nonce: random::fresh().ok()?.into_bytes(),
            mono_ms: clock.now().mono_ms,
        })
    }
}

/// Why a batch was not even posted.
pub(super) enum NotSent {
    TooLarge,
    /// The first entry does not open: nothing up to this number can be given.
    Unreadable {
        upto: u64,
    },
    Failed,
}

/// A batch of the log's entries `first..=last`, each as `change` makes it.
pub(super) fn batch(
    store: &Store,
    clock: Clock,
    first: u64,
    last: u64,
    change: impl Fn(SealedEntry) -> SealedEntry,
) -> Result<(Vec<u8>, Asked), NotSent> {
    let most = usize::try_from(last.saturating_sub(first).saturating_add(1))
        .unwrap_or(usize::MAX)
        .min(MAX_BATCH_ENTRIES);
    let unread = |error: StoreError| {
        error!(%error, "entries could not be read for sending");
        NotSent::Failed
    };
    let stored = store.batch(first, most).map_err(unread)?;
    let entries: Vec<_> = stored
        .entries
        .into_iter()
        .map(|row| change(row.entry))
        .collect();
    if entries.is_empty() {
        let upto = store.unreadable(first).map_err(unread)?;
        return Err(upto.map_or(NotSent::Failed, |upto| NotSent::Unreadable { upto }));
    }
    let asked = Asked::now(clock).ok_or(NotSent::Failed)?;
    let head = store.head();
    let built = Batch::build(
        store.station(),
        head.epoch,
        first,
        stored.before,
        &entries,
        asked.nonce,
        store.signing_key(),
    );
    match built {
        Ok(body) => Ok((body, asked)),
        Err(BatchError::TooLarge) => Err(NotSent::TooLarge),
        Err(error) => {
            warn!(%error, first, "no batch could be made");
            Err(NotSent::Failed)
        }
    }
}

/// That the entries up to `upto` can never be given. What the centre had acknowledged comes with its own receipt.
pub(super) fn hole(store: &Store, clock: Clock, upto: u64) -> Option<(Vec<u8>, Asked)> {
    let asked = Asked::now(clock)?;
    let receipted = store.acked();
    let read = || -> Result<_, StoreError> {
        let receipt = if upto <= receipted.seq {
            store.receipt()?
        } else {
            None
        };
        Ok((store.hash_at(upto)?, receipt))
    };
    match read() {
        Ok((hash, receipt)) => {
            let hole = Hole {
                station: store.station(),
                epoch: receipted.epoch,
                last: upto,
                hash: hash.0,
                receipt,
                nonce: asked.nonce,
            };
            Some((hole.sign(store.signing_key()), asked))
        }
        Err(error) => {
            error!(%error, upto, "a hole could not be told");
            None
        }
    }
}

/// Where the log ends.
pub(super) fn hello(store: &Store, clock: Clock) -> Option<(Vec<u8>, Asked)> {
    let asked = Asked::now(clock)?;
    let head = store.head();
    let hello = Hello {
        station: store.station(),
        epoch: head.epoch,
        seq: head.seq,
        hash: head.hash.0,
        nonce: asked.nonce,
    };

    Some((hello.sign(store.signing_key()), asked))
}
