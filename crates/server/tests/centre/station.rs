//! A station's half of the wire.

use domain::crypto::{Fresh, OpeningKey, PublicKey, Secret, SigningKey};
use domain::document::Assignment;
use domain::entry::{
    Action, Body, ChainHash, Detail, Flags, Kind, NewEntry, Personal, Place, SealedEntry, Sealer,
    Witness, genesis,
};
use domain::ids::{Handle, StationId};
use domain::time::Timestamp;
use domain::verdict::Verdict;
use domain::wire::{Answer, Batch, EnrolRequest, Hello, Hole, PairingToken};

use crate::authority::{AUTHORITY, NOW, REGISTRY, SEALING, public};

pub(crate) const NONCE: [u8; 16] = [5; 16];

/// A station with keys of its own and, once assigned, a log.
pub(crate) struct Station {
    seed: u8,
    pub(crate) id: StationId,
    pub(crate) assignment: Option<Assignment>,
    hashes: Vec<ChainHash>,
    entries: Vec<SealedEntry>,
}

impl Station {
    pub(crate) fn new(seed: u8) -> Self {
        Self {
            seed,
            id: StationId::of(&public(seed)),
            assignment: None,
            hashes: Vec::new(),
            entries: Vec::new(),
        }
    }

    pub(crate) fn key(&self) -> SigningKey {
        SigningKey::new(Secret::new([self.seed; 32]))
    }

    pub(crate) fn opening(&self) -> OpeningKey {
        OpeningKey::new(&Secret::new([self.seed ^ 0xff; 32]))
    }

    pub(crate) fn enrol(&self, token: &[u8; 16]) -> Vec<u8> {
        let token = PairingToken::new(*token);

        EnrolRequest::new(token, &self.key(), self.opening().public()).encode()
    }

    pub(crate) fn code(&self, token: &[u8; 16]) -> String {
        let token = PairingToken::new(*token);

        EnrolRequest::new(token, &self.key(), self.opening().public()).code()
    }

    /// Takes an assignment and begins the epoch's log with it.
    pub(crate) fn begin(&mut self, bytes: &[u8]) {
        let assignment = self.check(bytes);
        self.id = assignment.station;
        self.hashes = vec![genesis(
            assignment.station,
            assignment.epoch,
            bytes,
            assignment.previous,
        )];
        self.entries.clear();
        self.assignment = Some(assignment);
    }

    pub(crate) fn check(&self, bytes: &[u8]) -> Assignment {
        let own: PublicKey = self.key().public();

        Assignment::verify(bytes, AUTHORITY, &[public(REGISTRY)], &own).unwrap()
    }

    /// A copy of the station as a thief of its disk has it.
    pub(crate) fn copy(&self) -> Self {
        Self {
            seed: self.seed,
            id: self.id,
            assignment: self.assignment.clone(),
            hashes: self.hashes.clone(),
            entries: self.entries.clone(),
        }
    }

    /// Writes `count` entries about this person at this time.
    pub(crate) fn admit(&mut self, count: u64, handle: u8, at: Timestamp) {
        for _ in 0..count {
            let entry = NewEntry {
                kind: Kind::Scan,
                verdict: Some(Verdict::Admit),
                action: Action::Admitted,
                flags: Flags::DEMO,
                at,
                body: Body::Personal(Personal {
                    name: Some("陈*".to_owned()),
                    handle: Some(Handle([handle; 16])),
                    ..Personal::default()
                }),
            };
            self.write(&entry);
        }
    }

    pub(crate) fn undo(&mut self, of: u64) {
        self.write(&NewEntry {
            kind: Kind::Undo,
            verdict: None,
            action: Action::Undone,
            flags: Flags::DEMO,
            at: NOW,
            body: Body::Detail(Detail::Undo { of }),
        });
    }

    /// Writes what is no entry.
    pub(crate) fn write_poison(&mut self, core: &[u8]) {
        self.push(SealedEntry {
            core: core.to_vec(),
            token: Some([7; 16]),
            sealed: Some(b"sealed".to_vec()),
            detail: None,
        });
    }

    pub(crate) fn length(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap()
    }

    pub(crate) fn hash(&self, seq: u64) -> ChainHash {
        self.hashes[usize::try_from(seq).unwrap()]
    }

    pub(crate) fn entry(&self, seq: u64) -> &SealedEntry {
        &self.entries[usize::try_from(seq).unwrap() - 1]
    }

    pub(crate) fn epoch(&self) -> u32 {
        self.assignment.as_ref().map_or(0, |given| given.epoch)
    }

    pub(crate) fn batch(&self, first: u64, last: u64) -> Vec<u8> {
        self.batch_signed_by(first, last, &self.key())
    }

    pub(crate) fn batch_signed_by(&self, first: u64, last: u64, key: &SigningKey) -> Vec<u8> {
        let (from, to) = (
            usize::try_from(first).unwrap() - 1,
            usize::try_from(last).unwrap(),
        );

        Batch::build(
            self.id,
            self.epoch(),
            first,
            self.hashes[from],
            &self.entries[from..to],
            NONCE,
            key,
        )
        .unwrap()
    }

    pub(crate) fn hello(&self) -> Vec<u8> {
        self.hello_under(NONCE)
    }

    pub(crate) fn hello_under(&self, nonce: [u8; 16]) -> Vec<u8> {
        Hello {
            station: self.id,
            epoch: self.epoch(),
            seq: self.length(),
            hash: self.hashes.last().map_or([0; 32], |hash| hash.0),
            nonce,
        }
        .sign(&self.key())
    }

    /// The word that nothing up to this number can be given.
    pub(crate) fn hole(&self, last: u64, receipt: Option<Vec<u8>>) -> Vec<u8> {
        Hole {
            station: self.id,
            epoch: self.epoch(),
            last,
            hash: self.hash(last).0,
            receipt,
            nonce: NONCE,
        }
        .sign(&self.key())
    }

    fn write(&mut self, entry: &NewEntry) {
        let assignment = self.assignment.as_ref().unwrap();
        let place = Place {
            station: self.id,
            epoch: assignment.epoch,
            seq: self.length() + 1,
            venue: assignment.venue.id,
            gate: assignment.gate,
        };
        let sealer = Sealer {
            authority: AUTHORITY,
            key: OpeningKey::new(&Secret::new([SEALING; 32])).public(),
        };
        let witness = Witness {
            boot: [1; 8],
            mono_ms: 1,
        };
        let mut fresh = [self.seed; 32];
        fresh[0..8].copy_from_slice(&place.seq.to_be_bytes());
        self.push(sealer.seal(entry, place, witness, Fresh::new(fresh)));
    }

    fn push(&mut self, entry: SealedEntry) {
        let last = *self.hashes.last().unwrap();
        self.hashes.push(last.next(&entry.core));
        self.entries.push(entry);
    }
}

/// The answer that the authority's centre signed.
pub(crate) fn answer(bytes: &[u8]) -> Answer {
    answer_to(NONCE, bytes)
}

/// The answer to a question under this nonce.
pub(crate) fn answer_to(nonce: [u8; 16], bytes: &[u8]) -> Answer {
    let (answer, _) = Answer::verify(bytes, &[public(crate::authority::RECEIPT)]).unwrap();
    assert_eq!(answer.nonce, nonce);

    answer
}
