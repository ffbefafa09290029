//! Answers that no station may believe.

use std::fs;
use std::path::Path;

use anyhow::Context;
use domain::crypto::{Secret, SigningKey};
use domain::ids::StationId;
use domain::keyfile::KeyFile;
use domain::time::Timestamp;
use domain::wire::{Answer, AnswerKind, Batch, Hello};

use super::http::Question;

/// Signs what the centre never said.
pub(super) struct Forger {
    receipt: SigningKey,
    foreign: SigningKey,
}

/// What a question says of itself, unverified.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    station: StationId,
    epoch: u32,
    last: u64,
    hash: [u8; 32],
    nonce: [u8; 16],
    /// Entries that it carries.
    pub(super) entries: u64,
}

impl Claim {
    /// Of a batch or a greeting.
    pub(super) fn of(question: &Question) -> Option<Self> {
        match question.path.as_str() {
            "/v1/batches" => {
                let header = Batch::read(question.body()).ok()?.header;

                Some(Self {
                    station: header.station,
                    epoch: header.epoch,
                    last: header.last,
                    hash: header.after.0,
                    nonce: header.nonce,
                    entries: header.last.saturating_sub(header.first).saturating_add(1),
                })
            }
            "/v1/head" => {
                let (hello, _) = Hello::read(question.body())?;

                Some(Self {
                    station: hello.station,
                    epoch: hello.epoch,
                    last: hello.seq,
                    hash: hello.hash,
                    nonce: hello.nonce,
                    entries: 0,
                })
            }
            _ => None,
        }
    }
}

impl Forger {
    /// With the receipt key of the authority in this data folder.
    pub(super) fn of(data: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(data.join("authority/receipt.key"))?;
        let file = KeyFile::read(&text, None).context("the receipt key")?;

        Ok(Self {
            receipt: file.into_signing_key(),
            foreign: SigningKey::new(Secret::new([0x66; 32])),
        })
    }

    /// A true receipt for all of it, but to another station.
    pub(super) fn to_another(&self, claim: &Claim, now: Timestamp) -> Vec<u8> {
        let mut other = claim.station;
        other.0 = other.0.map(|byte| !byte);
        let claim = Claim {
            station: other,
            ..*claim
        };

        receipt(&claim, now).sign(&self.receipt)
    }

    /// A receipt for all of it by nobody.
    pub(super) fn by_another_key(&self, claim: &Claim, now: Timestamp) -> Vec<u8> {
        receipt(claim, now).sign(&self.foreign)
    }
}

fn receipt(claim: &Claim, now: Timestamp) -> Answer {
    Answer {
        kind: AnswerKind::Ok,
        station: claim.station,
        epoch: claim.epoch,
        acked_seq: claim.last,
        acked_hash: claim.hash,
        nonce: claim.nonce,
        server_time: now,
        next_after: 0,
    }
}
