//! What came on a stick, perhaps after newer things.

use domain::crypto::PublicKey;
use domain::ids::StationId;
use domain::wire::{AnswerKind, Hole};

use super::{Centre, Refused, chain};

impl Centre {
    /// As [`Self::head`], for a hello off a stick. One that ends before what is stored was written before newer entries
    /// came: it is no sign that the log was put back.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn late_head(&self, bytes: &[u8]) -> Result<Vec<u8>, Refused> {
        let (hello, known) = self.hello(bytes)?;
        let chain = chain(&known, hello.station, hello.epoch);
        let head = self.store.head(chain).await?;
        if head.is_none_or(|head| head.seq <= hello.seq) {
            return self.head(bytes).await;
        }
        let kind = if hello.epoch < known.newest_epoch {
            AnswerKind::Fenced
        } else if head.is_some_and(|head| head.forked) {
            AnswerKind::Fork
        } else {
            AnswerKind::Ok
        };

        Ok(self.answer(kind, chain, head, &known, hello.nonce))
    }

    /// As [`Self::hole`], for one off a stick whose export begins with entry `first`. Where that leaves entries out,
    /// another export may still bring them, and nothing is recorded.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn late_hole(&self, bytes: &[u8], first: u64) -> Result<Vec<u8>, Refused> {
        let (hole, signature) = Hole::read(bytes).ok_or(Refused::Shape)?;
        let known = self.known(hole.station, hole.epoch)?;
        hole.verify(&signature, &known.signing_key)
            .map_err(|_| Refused::Unknown)?;
        let chain = chain(&known, hole.station, hole.epoch);
        let head = self.store.head(chain).await?;
        if first <= head.map_or(0, |head| head.seq).saturating_add(1) {
            return self.hole(bytes).await;
        }

        Ok(self.answer(AnswerKind::Gap, chain, head, &known, hole.nonce))
    }

    /// The key that a station of this epoch signs with.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn signing_key(&self, station: StationId, epoch: u32) -> Result<PublicKey, Refused> {
        Ok(self.known(station, epoch)?.signing_key)
    }
}
