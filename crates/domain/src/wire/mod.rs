//! What travels between station and centre (SECURITY.md §2, DESIGN.md §4).
//!
//! | route | body | answer |
//! |---|---|---|
//! | `POST /v1/enrolments` | [`EnrolRequest`] | [`Enrolled`] (200), or a refusal without details |
//! | `POST /v1/assignments` | [`Hello`] | the assignment (200), 204 while it waits for approval |
//! | `POST /v1/head` | [`Hello`] | [`Answer`] |
//! | `POST /v1/holes` | [`Hole`] | [`Answer`] |
//! | `POST /v1/batches` | [`Batch`] | [`Answer`]; 413 halve, 422 never again, 429/503 later |
//! | `POST /v1/tails` | [`Batch`] of an epoch that is over, under its old key | as `/v1/batches` |
//! | `GET /v1/knowledge/{root,trust,manifest}` | | the document |
//! | `GET /v1/revocation/{sha256}` | | a list of what an issuer of another format took back |
//! | `GET /v1/status/{sha256}` | | a status file |
//! | `GET /healthz` | | `ok` |
//!
//! What goes to `/v1/head`, `/v1/holes` and `/v1/batches` also travels in an [`Export`] on a USB stick, and its answers
//! come back as [`Answers`].
//!
//! Bodies are CBOR (`application/cbor`) unless the table says otherwise.

mod answer;
mod batch;
mod bundle;
mod crowd;
mod enrol;
mod hello;
mod hole;

pub use answer::{Answer, AnswerKind};
pub use batch::{
    Batch, BatchError, BatchHeader, CheckedBatch, CheckedEntry, EntryCheck, MAX_BATCH_BYTES,
    MAX_BATCH_ENTRIES,
};
pub use bundle::{
    Answers, BundleError, CheckedExport, Export, ExportHeader, MAX_ANSWERS_BYTES, MAX_EXPORT_BYTES,
    MAX_MESSAGES, Message, asked_at, export_nonce,
};
pub use crowd::{Crowd, Played};
pub use enrol::{EnrolRequest, Enrolled, Pairing, PairingToken, pair_code};
pub use hello::Hello;
pub use hole::Hole;
