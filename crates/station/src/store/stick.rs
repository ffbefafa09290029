//! Nonces of what goes by stick: the station knows its own again and keeps none.

use domain::wire::{asked_at, export_nonce};

use super::Store;

impl Store {
    /// The nonce of a question that goes by stick now.
    #[must_use]
    pub fn export_nonce(&self) -> [u8; 16] {
        let (epoch, acked) = (self.ledger.epoch, self.ledger.acked.0);

        export_nonce(self.boxes.mac_key(), self.station, epoch, acked)
    }

    /// The last receipted entry when this log asked the question of this nonce by stick; none if it never did.
    #[must_use]
    pub fn asked_at(&self, nonce: [u8; 16]) -> Option<u64> {
        asked_at(self.boxes.mac_key(), self.station, self.ledger.epoch, nonce)
    }
}
