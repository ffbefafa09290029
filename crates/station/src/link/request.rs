//! What can be asked of the centre: the route table of `domain::wire`.

use std::time::Duration;

use domain::hex;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A hello: is there an assignment for us?
    Assignment(Vec<u8>),
    /// A batch of entries.
    Batch(Vec<u8>),
    /// The wish to be enrolled.
    Enrol(Vec<u8>),
    /// A hello: where does our log end at the centre?
    Head(Vec<u8>),
    /// A hole: entries that can never be given.
    Hole(Vec<u8>),
    /// The manifest in force.
    Manifest,
    /// A batch of entries of an epoch that is over.
    Tail(Vec<u8>),
    /// A list of what an issuer took back, and the length that the trust list gives it.
    RevocationFile {
        /// Its SHA-256.
        sha256: [u8; 32],
        /// In bytes.
        length: usize,
    },
    /// A status file by its SHA-256.
    StatusFile([u8; 32]),
    /// The trust list in force.
    Trust,
}

/// A 2xx answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status: 200, or 204 for "not yet".
    pub status: u16,
    /// The body, within the limit of its kind.
    pub body: Vec<u8>,
}

impl Request {
    /// The path below the centre's address.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Assignment(_) => "/v1/assignments".to_owned(),
            Self::Batch(_) => "/v1/batches".to_owned(),
            Self::Enrol(_) => "/v1/enrolments".to_owned(),
            Self::Head(_) => "/v1/head".to_owned(),
            Self::Hole(_) => "/v1/holes".to_owned(),
            Self::Manifest => "/v1/knowledge/manifest".to_owned(),
            Self::RevocationFile { sha256, .. } => {
                format!("/v1/revocation/{}", hex::encode(sha256))
            }
            Self::StatusFile(hash) => format!("/v1/status/{}", hex::encode(hash)),
            Self::Tail(_) => "/v1/tails".to_owned(),
            Self::Trust => "/v1/knowledge/trust".to_owned(),
        }
    }

    /// The body to post; none for a GET.
    pub(super) fn into_body(self) -> Option<Vec<u8>> {
        match self {
            Self::Assignment(body)
            | Self::Batch(body)
            | Self::Enrol(body)
            | Self::Head(body)
            | Self::Hole(body)
            | Self::Tail(body) => Some(body),
            Self::Manifest | Self::RevocationFile { .. } | Self::StatusFile(_) | Self::Trust => {
                None
            }
        }
    }

    /// The longest that the whole may take: a status file of 64 MiB comes over a slow line.
    pub(super) fn within(&self) -> Duration {
        let seconds = match self {
            Self::Assignment(_)
            | Self::Batch(_)
            | Self::Enrol(_)
            | Self::Head(_)
            | Self::Hole(_)
            | Self::Tail(_) => 60,
            Self::Manifest | Self::RevocationFile { .. } | Self::Trust => 120,
            Self::StatusFile(_) => 600,
        };

        Duration::from_secs(seconds)
    }

    /// The most bytes of an answer (SECURITY.md §8).
    pub(super) fn limit(&self) -> usize {
        match self {
            Self::Assignment(_)
            | Self::Batch(_)
            | Self::Head(_)
            | Self::Hole(_)
            | Self::Tail(_) => 64 * KIB,
            // root and trust together
            Self::Enrol(_) => 4 * MIB + 128 * KIB,
            Self::Manifest => 256 * KIB,
            Self::RevocationFile { length, .. } => *length,
            Self::StatusFile(_) => 64 * MIB,
            Self::Trust => 4 * MIB,
        }
    }
}
