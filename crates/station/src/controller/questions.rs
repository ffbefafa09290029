//! What the outbox of a log lets it ask of the centre, be its epoch in force or over.

use domain::entry::SealedEntry;
use domain::sync::{SyncAction, SyncEvent};
use domain::wire::{BatchError, MAX_BATCH_ENTRIES};
use tracing::{error, warn};

use crate::clock::Clock;
use crate::link::Request;
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

/// Why a question was not even made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotSent {
    /// The entries do not fit a batch.
    TooLarge,
    /// The first entry does not open: nothing up to this number can be given.
    Unreadable {
        /// The number.
        upto: u64,
    },
    /// Something else, which was logged.
    Failed,
}

impl From<NotSent> for SyncEvent {
    fn from(why: NotSent) -> Self {
        match why {
            NotSent::TooLarge => Self::Refused {
                status: 413,
                retry_after: None,
            },
            NotSent::Unreadable { upto } => Self::Unreadable { upto },
            NotSent::Failed => Self::Failed,
        }
    }
}

/// A question that is ready to be posted.
pub(super) type Question = (Request, Asked);

/// The question that `action` stands for; `entries` says where batches go. What kept it from being made is
/// the next event of the outbox.
pub(super) fn question(
    store: &Store,
    clock: Clock,
    action: SyncAction,
    entries: fn(Vec<u8>) -> Request,
) -> Result<Question, NotSent> {
    let asked = Asked::now(clock).ok_or(NotSent::Failed)?;
    let request = match action {
        SyncAction::Send { first, last } => {
            entries(batch(store, first, last, asked.nonce, |entry| entry)?)
        }
        SyncAction::SendBare { seq } => {
            let epoch = store.head().epoch;
            error!(
                epoch,
                seq, "the centre takes the entry without what it carries alone: tell the authority"
            );
            let bare = |entry: SealedEntry| SealedEntry::lost(entry.core);
            entries(batch(store, seq, seq, asked.nonce, bare)?)
        }
        SyncAction::TellHole { upto } => match store.signed_hole(upto, asked.nonce) {
            Ok(hole) => Request::Hole(hole),
            Err(error) => {
                error!(%error, upto, "a hole could not be told");
                return Err(NotSent::Failed);
            }
        },
        SyncAction::Greet => Request::Head(store.signed_hello(asked.nonce)),
        SyncAction::Acknowledge { .. }
        | SyncAction::Changed(_)
        | SyncAction::Dispute(_)
        | SyncAction::EntryTooLarge { .. }
        | SyncAction::Keep(_) => return Err(NotSent::Failed),
    };

    Ok((request, asked))
}

/// A batch of the log's entries `first..=last`, each as `change` makes it.
fn batch(
    store: &Store,
    first: u64,
    last: u64,
    nonce: [u8; 16],
    change: impl Fn(SealedEntry) -> SealedEntry,
) -> Result<Vec<u8>, NotSent> {
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

    store
        .signed_batch(first, stored.before, &entries, nonce)
        .map_err(|error| {
            if error == BatchError::TooLarge {
                return NotSent::TooLarge;
            }
            warn!(%error, first, "no batch could be made");
            NotSent::Failed
        })
}
