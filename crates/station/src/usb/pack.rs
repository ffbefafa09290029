//! The messages of the line, gathered into files.

use domain::entry::SealedEntry;
use domain::wire::{BatchError, MAX_MESSAGES, Message};
use tracing::error;

use super::Pending;
use crate::store::{Store, StoreError};

/// The messages of one file.
pub(super) struct Packed {
    /// The first entry that it tells of.
    pub(super) first: u64,
    /// The last one; `first` - 1 where it tells of none.
    pub(super) last: u64,
    /// In the order in which they are to be judged.
    pub(super) messages: Vec<Message>,
}

/// How much goes into a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Bytes of messages.
    pub(super) bytes: usize,
    /// Entries of a batch.
    pub(super) entries: usize,
}

/// A message and the entries that it is about.
struct Said {
    message: Message,
    first: u64,
    last: u64,
}

/// What is to be said, file by file.
pub(super) struct Packer<'a> {
    store: &'a Store,
    nonce: [u8; 16],
    /// The next entry to be given.
    next: u64,
    /// Up to here nothing can be given, and the centre is to be told first of all.
    hole: Option<u64>,
    /// Only the first file greets.
    greeted: bool,
    /// Entries were given: a hole behind them waits until those have a receipt, or the centre would take them for
    /// missing where this file comes before the one with them.
    gave: bool,
    /// What did not fit into the file before.
    over: Option<Said>,
    size: Size,
}

impl<'a> Packer<'a> {
    /// Everything from entry `first` on.
    pub(super) fn new(store: &'a Store, first: u64, pending: Pending, size: Size) -> Self {
        Self {
            store,
            nonce: store.export_nonce(),
            next: first,
            hole: pending.hole.filter(|upto| *upto >= first),
            greeted: false,
            gave: false,
            over: None,
            size,
        }
    }

    /// The messages of the next file; none when everything is said.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(super) fn next_file(&mut self) -> Result<Option<Packed>, StoreError> {
        let first = self.over.as_ref().map_or(self.next, |said| said.first);
        let mut packed = Packed {
            first,
            last: first.saturating_sub(1),
            messages: Vec::new(),
        };
        let mut bytes = 0_usize;
        while let Some(said) = self.next_message()? {
            let length = said.message.bytes().len();
            let fits = bytes.saturating_add(length) <= self.size.bytes
                && packed.messages.len() < MAX_MESSAGES;
            // A file is named by its first entry, so a greeting is never cut off from it.
            if !fits && packed.last >= packed.first {
                self.over = Some(said);
                break;
            }
            bytes = bytes.saturating_add(length);
            packed.messages.push(said.message);
            packed.last = said.last;
        }

        Ok((!packed.messages.is_empty()).then_some(packed))
    }

    fn next_message(&mut self) -> Result<Option<Said>, StoreError> {
        if let Some(over) = self.over.take() {
            return Ok(Some(over));
        }
        if !self.greeted {
            self.greeted = true;
            return Ok(Some(Said {
                message: Message::Hello(self.store.signed_hello(self.nonce)),
                first: self.next,
                last: self.next.saturating_sub(1),
            }));
        }
        if let Some(upto) = self.hole.take() {
            return self.tell_hole(upto).map(Some);
        }
        if self.next > self.store.head().seq {
            return Ok(None);
        }
        if let Some(batch) = self.batch()? {
            self.gave = true;
            return Ok(Some(batch));
        }
        match self.store.unreadable(self.next)? {
            Some(upto) if !self.gave => self.tell_hole(upto).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    /// As many entries as fit a batch; none if the first of them does not open. One that is too large alone goes
    /// without what it carries.
    fn batch(&mut self) -> Result<Option<Said>, StoreError> {
        let stored = self.store.batch(self.next, self.size.entries)?;
        let mut entries: Vec<SealedEntry> =
            stored.entries.into_iter().map(|row| row.entry).collect();
        while !entries.is_empty() {
            let built = self
                .store
                .signed_batch(self.next, stored.before, &entries, self.nonce);
            match built {
                Ok(bytes) => {
                    let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
                    let first = self.next;
                    self.next = first.saturating_add(count);
                    return Ok(Some(Said {
                        message: Message::Batch(bytes),
                        first,
                        last: self.next.saturating_sub(1),
                    }));
                }
                Err(BatchError::TooLarge) if entries.len() > 1 => {
                    entries.truncate(entries.len() / 2);
                }
                Err(error) => {
                    error!(%error, seq = self.next, "an entry goes without what it carries: tell the authority");
                    entries = entries
                        .into_iter()
                        .take(1)
                        .map(|entry| SealedEntry::lost(entry.core))
                        .collect();
                }
            }
        }

        Ok(None)
    }

    fn tell_hole(&mut self, upto: u64) -> Result<Said, StoreError> {
        let message = Message::Hole(self.store.signed_hole(upto, self.nonce)?);
        let first = self.next;
        self.next = upto.saturating_add(1);

        Ok(Said {
            message,
            first,
            last: upto,
        })
    }
}

#[cfg(test)]
#[path = "pack_tests.rs"]
mod tests;
