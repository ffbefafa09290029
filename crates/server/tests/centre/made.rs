//! Entries by the thousand: chained and with the right hashes, but what is sealed in them is chance.

use domain::crypto::{Kid, label, sha256};
use domain::entry::{Action, ChainHash, Core, Flags, Kind, Place, SealedEntry};
use domain::ids::{StationId, VenueId};
use domain::time::Timestamp;
use domain::verdict::Verdict;
use domain::wire::{BatchHeader, CheckedBatch, CheckedEntry, EntryCheck};
use server::day::Day;
use server::store::{ChainId, Filing, Start};

/// A chain that grows.
pub(crate) struct Made {
    pub(crate) chain: ChainId,
    pub(crate) hash: ChainHash,
    pub(crate) seq: u64,
}

impl Made {
    pub(crate) fn new(venue: u16, station: u16) -> Self {
        let id = |number: u16| {
            let hash = sha256(&[&number.to_be_bytes()]);
            let mut id = [0; 16];
            id.copy_from_slice(&hash[..16]);
            id
        };

        Self {
            chain: ChainId {
                venue: VenueId(id(venue)),
                station: StationId(id(station)),
                epoch: 1,
            },
            hash: ChainHash([0; 32]),
            seq: 0,
        }
    }

    /// The next `count` entries, all made at `at`.
    pub(crate) fn batch(&mut self, count: u64, at: Timestamp) -> Filing {
        let (first, before) = (self.seq + 1, self.hash);
        let entries: Vec<CheckedEntry> = (0..count).map(|_| self.entry(at)).collect();

        Filing {
            tail: false,
            chain: self.chain,
            start: Start::OneOf(vec![ChainHash([0; 32])]),
            batch: CheckedBatch {
                header: BatchHeader {
                    station: self.chain.station,
                    epoch: self.chain.epoch,
                    first,
                    last: self.seq,
                    before,
                    after: self.hash,
                    body_sha256: [0; 32],
                    nonce: [0; 16],
                },
                entries,
            },
            received: at,
            kept_from: Day::of(at).back(14),
        }
    }

    fn entry(&mut self, at: Timestamp) -> CheckedEntry {
        self.seq += 1;
        let token: [u8; 16] = chance(&self.hash, "token");
        let sealed: [u8; 208] = chance(&self.hash, "sealed");
        let core = Core {
            place: Place {
                station: self.chain.station,
                epoch: self.chain.epoch,
                seq: self.seq,
                venue: self.chain.venue,
                gate: 2,
            },
            bucket: u64::try_from(at.bucket()).unwrap(),
            kind: Kind::Scan,
            verdict: Some(Verdict::Admit),
            action: Action::Admitted,
            seal_kid: Some(Kid([9; 8])),
            flags: Flags::IDENTITY_CHECKED,
            body_hash: sha256(&[&label("body"), &token, &sealed]),
        };
        let bytes = core.encode();
        self.hash = self.hash.next(&bytes);

        CheckedEntry {
            seq: self.seq,
            hash: self.hash,
            entry: SealedEntry {
                core: bytes,
                token: Some(token),
                sealed: Some(sealed.to_vec()),
                detail: None,
            },
            check: EntryCheck::Good(core),
        }
    }
}

/// Bytes that do not repeat and cannot be packed.
fn chance<const N: usize>(from: &ChainHash, word: &str) -> [u8; N] {
    let mut bytes = [0; N];
    for (number, part) in (0_u8..).zip(bytes.chunks_mut(32)) {
        let hash = sha256(&[&from.0, word.as_bytes(), &[number]]);
        part.copy_from_slice(&hash[..part.len()]);
    }
    bytes
}
