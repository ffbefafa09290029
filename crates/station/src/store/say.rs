//! What a log says to the centre, signed by the key of its epoch; by the line or by a stick, the bytes are the same.

use domain::entry::{ChainHash, SealedEntry};
use domain::wire::{Batch, BatchError, Hello, Hole};

use super::{Store, StoreError};

impl Store {
    /// Where the log ends.
    #[must_use]
    pub fn signed_hello(&self, nonce: [u8; 16]) -> Vec<u8> {
        let head = self.head();
        let hello = Hello {
            station: self.station,
            epoch: head.epoch,
            seq: head.seq,
            hash: head.hash.0,
            nonce,
        };

        hello.sign(&self.signing)
    }

    /// That the entries up to `upto` can never be given. What the centre had acknowledged comes with its own receipt.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] where no row has that number; otherwise see [`StoreError`].
    pub fn signed_hole(&self, upto: u64, nonce: [u8; 16]) -> Result<Vec<u8>, StoreError> {
        let acked = self.acked();
        let receipt = if upto <= acked.seq {
            self.receipt()?
        } else {
            None
        };
        let hole = Hole {
            station: self.station,
            epoch: acked.epoch,
            last: upto,
            hash: self.hash_at(upto)?.0,
            receipt,
            nonce,
        };

        Ok(hole.sign(&self.signing))
    }

    /// A batch of these entries, the first of which has number `first` and follows `before`.
    ///
    /// # Errors
    /// See [`BatchError`].
    pub fn signed_batch(
        &self,
        first: u64,
        before: ChainHash,
        entries: &[SealedEntry],
        nonce: [u8; 16],
    ) -> Result<Vec<u8>, BatchError> {
        let epoch = self.head().epoch;

        Batch::build(
            self.station,
            epoch,
            first,
            before,
            entries,
            nonce,
            &self.signing,
        )
    }
}
