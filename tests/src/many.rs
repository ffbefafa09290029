//! Many stations at one centre, and their batches: chained, signed and with the right hashes, while what is
//! sealed in them is chance, as sealing would cost the client more than receiving costs the centre.

use std::path::Path;

use anyhow::Context;
use domain::crypto::{Kid, OpeningKey, Secret, SigningKey, label, sha256};
use domain::entry::{Action, ChainHash, Core, Flags, Kind, Place, SealedEntry};
use domain::ids::VenueId;
use domain::screen::Preset;
use domain::time::Timestamp;
use domain::verdict::Verdict;
use domain::wire::{Batch, EnrolRequest};
use server::authority::Authority;
use server::folder::Folder;
use server::registrar::{self, PairingOrder};
use server::store::sqlite::SqliteRegister;
use server::store::{AssignmentRow, ChainId, Register};

/// Bytes of a sealed text: what most entries have.
pub const SEALED: usize = 208;
/// Gates of a venue.
const GATES: u8 = 4;

/// Enrolled stations.
pub struct Many(Vec<Station>);

struct Station {
    key: SigningKey,
    assignment: AssignmentRow,
    /// Its last entry's number and hash.
    stand: (u64, ChainHash),
}

impl Many {
    /// Enrols stations straight in the register of a data folder, four gates at a venue.
    ///
    /// # Errors
    /// The folder's authority or register does not serve.
    pub fn enrol(data: &Path, stations: u8, now: Timestamp) -> anyhow::Result<Self> {
        let folder = Folder::new(data);
        folder.create()?;
        let authority = Authority::open(&folder, None, now)?;
        let register = SqliteRegister::open(&folder)?;
        let stations = (0..stations)
            .map(|number| enrolled(&register, &authority, number, now))
            .collect::<anyhow::Result<_>>()?;

        Ok(Self(stations))
    }

    /// The venues that they stand at, once for each station.
    pub fn venues(&self) -> impl Iterator<Item = VenueId> {
        self.0.iter().map(|station| station.assignment.venue.id)
    }

    /// Their chains, in order.
    pub fn chains(&self) -> impl Iterator<Item = ChainId> {
        self.0.iter().map(|station| ChainId {
            venue: station.assignment.venue.id,
            station: station.assignment.station,
            epoch: station.assignment.epoch,
        })
    }

    /// For each station its next batches in order: `entries` in all, `size` in each.
    ///
    /// # Errors
    /// A batch would be larger than allowed.
    pub fn batches(
        &mut self,
        entries: u64,
        size: u64,
        at: Timestamp,
    ) -> anyhow::Result<Vec<Vec<Vec<u8>>>> {
        self.0
            .iter_mut()
            .map(|station| station.batches(entries, size, at))
            .collect()
    }
}

impl Station {
    fn batches(&mut self, entries: u64, size: u64, at: Timestamp) -> anyhow::Result<Vec<Vec<u8>>> {
        let (done, mut hash) = self.stand;
        let last = done + entries;
        let mut batches = Vec::new();
        let mut next = done + 1;
        while next <= last {
            let (first, before) = (next, hash);
            let mut batch = Vec::new();
            while next <= last && next < first + size {
                let entry = self.entry(next, &hash, at)?;
                hash = hash.next(&entry.core);
                batch.push(entry);
                next += 1;
            }
            let given = &self.assignment;
            batches.push(Batch::build(
                given.station,
                given.epoch,
                first,
                before,
                &batch,
                [7; 16],
                &self.key,
            )?);
        }
        self.stand = (last, hash);

        Ok(batches)
    }

    fn entry(&self, seq: u64, before: &ChainHash, at: Timestamp) -> anyhow::Result<SealedEntry> {
        let token: [u8; 16] = chance(before, b"token");
        let sealed: [u8; SEALED] = chance(before, b"sealed");
        let given = &self.assignment;
        let core = Core {
            place: Place {
                station: given.station,
                epoch: given.epoch,
                seq,
                venue: given.venue.id,
                gate: given.gate,
            },
            bucket: u64::try_from(at.bucket())?,
            kind: Kind::Scan,
            verdict: Some(Verdict::Admit),
            action: Action::Admitted,
            seal_kid: Some(Kid([9; 8])),
            flags: Flags::IDENTITY_CHECKED,
            body_hash: sha256(&[&label("body"), &token, &sealed]),
        };

        Ok(SealedEntry {
            core: core.encode(),
            token: Some(token),
            sealed: Some(sealed.to_vec()),
            detail: None,
        })
    }
}

fn enrolled(
    register: &SqliteRegister,
    authority: &Authority,
    number: u8,
    now: Timestamp,
) -> anyhow::Result<Station> {
    let order = PairingOrder {
        kind: Preset::PublicPlace,
        name: format!("venue {}", number / GATES),
        address: "1 Long Street".to_owned(),
        utc_offset_minutes: 480,
        gate: u64::from(number % GATES) + 1,
        district: String::new(),
        station: None,
    };
    let token = registrar::pair(register, &order, now)?;
    let seed = sha256(&[b"one of many", &[number]]);
    let key = SigningKey::new(Secret::new(seed));
    let opening = OpeningKey::new(&Secret::new(sha256(&[&seed])));
    let request = EnrolRequest::new(token, &key, opening.public());
    register
        .take_token(
            &request.token.hash(),
            (&request.signing_key, &request.sealing_key),
            &request.code(),
            now,
        )
        .context("taking a token")?;
    let assignment = registrar::approve(register, authority, &request.code(), |_| Ok(None), now)?;

    Ok(Station {
        key,
        stand: (0, assignment.start),
        assignment,
    })
}

/// Bytes that do not repeat and cannot be packed.
fn chance<const N: usize>(from: &ChainHash, word: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    for (number, part) in (0_u8..).zip(bytes.chunks_mut(32)) {
        let hash = sha256(&[&from.0, word, &[number]]);
        for (byte, chance) in part.iter_mut().zip(hash) {
            *byte = chance;
        }
    }
    bytes
}
