//! A played station's own part: a chain of entries, and batches of it, as a station makes them.

use domain::crypto::{Kid, SigningKey, label, sha256};
use domain::document::Assignment;
use domain::entry::{Action, ChainHash, Core, Flags, Kind, Place, SealedEntry, genesis};
use domain::time::Timestamp;
use domain::verdict::Verdict;
use domain::wire::{Batch, BatchError, Hello};

use crate::{Failure, random};

/// Bytes of a sealed text: what most entries have.
const SEALED: usize = 208;
/// More than a batch may hold, so that no batch packs better than a real one.
const BODIES: usize = 1024;

/// What entries carry beside their cores: tokens and sealed texts of chance, made beforehand and used again and again.
/// Sealing is a station's work and would take the processor from the server beside it; a sealed text of chance is to
/// a server what a real one is, since it opens none.
pub(super) struct Bodies(Vec<Body>);

struct Body {
    token: [u8; 16],
    sealed: [u8; SEALED],
    hash: [u8; 32],
}

/// Where a chain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    /// The last entry's number.
    pub(super) seq: u64,
    /// Its hash.
    pub(super) hash: ChainHash,
}

/// A batch that is to be sent until it is acknowledged.
pub(super) struct Made {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// What its answer must repeat.
    pub(super) nonce: [u8; 16],
    /// Where the chain stands after it.
    pub(super) after: Stand,
}

/// A station's chain.
pub(super) struct Chain {
    assignment: Assignment,
    key: SigningKey,
    stand: Stand,
}

impl Bodies {
    /// Bytes from the system, once.
    ///
    /// # Errors
    /// [`Failure::Random`].
    pub(super) fn make() -> Result<Self, Failure> {
        let bodies = (0..BODIES).map(|_| {
            let token: [u8; 16] = random::fresh()?.into_bytes();
            let sealed: [u8; SEALED] = random::fresh()?.into_bytes();

            Ok(Body {
                hash: sha256(&[&label("body"), &token, &sealed]),
                token,
                sealed,
            })
        });

        Ok(Self(bodies.collect::<Result<_, Failure>>()?))
    }
}

impl Chain {
    /// At its beginning.
    pub(super) fn new(assignment: Assignment, document: &[u8], key: SigningKey) -> Self {
        let (station, epoch) = (assignment.station, assignment.epoch);
        let hash = genesis(station, epoch, document, assignment.previous);

        Self {
            assignment,
            key,
            stand: Stand { seq: 0, hash },
        }
    }

    /// Whose.
    pub(super) fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// Where it stands.
    pub(super) fn stand(&self) -> Stand {
        self.stand
    }

    /// Goes on from what the server holds of an earlier run.
    pub(super) fn go_on_from(&mut self, stand: Stand) {
        self.stand = stand;
    }

    /// A signed hello.
    pub(super) fn hello(&self, nonce: [u8; 16]) -> Vec<u8> {
        Hello {
            station: self.assignment.station,
            epoch: self.assignment.epoch,
            seq: self.stand.seq,
            hash: self.stand.hash.0,
            nonce,
        }
        .sign(&self.key)
    }

    /// The next `count` entries.
    ///
    /// # Errors
    /// [`BatchError`] for none or too many.
    pub(super) fn batch(
        &mut self,
        count: usize,
        bodies: &Bodies,
        at: Timestamp,
        nonce: [u8; 16],
    ) -> Result<Made, BatchError> {
        let before = self.stand;
        let mut after = before;
        let from = usize::try_from(before.seq).unwrap_or_default();
        let entries: Vec<SealedEntry> = (bodies.0.iter().cycle())
            .skip(from % BODIES)
            .take(count)
            .map(|body| {
                after.seq += 1;
                let entry = self.entry(after.seq, body, at);
                after.hash = after.hash.next(&entry.core);
                entry
            })
            .collect();
        let bytes = Batch::build(
            self.assignment.station,
            self.assignment.epoch,
            before.seq + 1,
            before.hash,
            &entries,
            nonce,
            &self.key,
        )?;
        self.stand = after;

        Ok(Made {
            bytes,
            nonce,
            after,
        })
    }

    fn entry(&self, seq: u64, body: &Body, at: Timestamp) -> SealedEntry {
        let core = Core {
            place: Place {
                station: self.assignment.station,
                epoch: self.assignment.epoch,
                seq,
                venue: self.assignment.venue.id,
                gate: self.assignment.gate,
            },
            bucket: u64::try_from(at.bucket()).unwrap_or_default(),
            kind: Kind::Scan,
            verdict: Some(Verdict::Admit),
            action: Action::Admitted,
            seal_kid: Some(Kid([0; 8])),
            flags: Flags::IDENTITY_CHECKED,
            body_hash: body.hash,
        };

        SealedEntry {
            core: core.encode(),
            token: Some(body.token),
            sealed: Some(body.sealed.to_vec()),
            detail: None,
        }
    }
}
