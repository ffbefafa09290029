//! Pairings, stations that wait, and assignments: what a register keeps, whatever keeps it.

use domain::crypto::{PublicKey, SealingKey};
use domain::document::{PreviousEpoch, Venue};
use domain::entry::ChainHash;
use domain::ids::{StationId, VenueId};
use domain::screen::Preset;
use domain::time::Timestamp;

use super::StoreError;

/// A pairing token that was handed over, by its hash, and where its station will stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairingRow {
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// When it was made.
    pub created: Timestamp,
    /// Where the station will stand.
    pub venue: Venue,
    /// At which gate.
    pub gate: u64,
    /// In which district.
    pub district: String,
    /// A station that is enrolled anew, under a new epoch; none for a new station.
    pub station: Option<StationId>,
}

/// A station that used its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// Its pairing.
    pub pairing: PairingRow,
    /// Its key for rows, batches and hellos.
    pub signing_key: PublicKey,
    /// Its key for sealed secrets.
    pub sealing_key: SealingKey,
    /// The twelve digits that it shows.
    pub code: String,
    /// How far it is.
    pub state: EnrolmentState,
}

/// How far an enrolment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnrolmentState {
    /// Its assignment is signed.
    Approved,
    /// Its token was used by two; neither goes on.
    Stopped,
    /// It waits for its twelve digits to be compared.
    Waiting,
}

/// How a token was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// The same keys asked before; the answer may have been lost.
    Again,
    /// By other keys than before: whoever was waiting is stopped.
    ByAnother,
    /// For the first time.
    First,
    /// No such token, or its time is over.
    Unknown,
}

/// A signed assignment and what the register must know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentRow {
    /// Whose.
    pub station: StationId,
    /// Which enrolment of it.
    pub epoch: u32,
    /// Counts up with each renewal.
    pub version: u64,
    /// Its key for rows, batches and hellos.
    pub signing_key: PublicKey,
    /// Its key for sealed secrets.
    pub sealing_key: SealingKey,
    /// Where it stands.
    pub venue: Venue,
    /// At which gate.
    pub gate: u64,
    /// In which district.
    pub district: String,
    /// Where the epoch before it ended.
    pub previous: PreviousEpoch,
    /// The chain's beginning, if the station begins with this document.
    pub start: ChainHash,
    /// Not used from this second on.
    pub expires: Timestamp,
    /// The last week whose status secret it holds; 0 for none.
    pub last_week: u64,
    /// SHA-256 over the keys of encrypted codes that it holds; none for none.
    pub content_keys: Option<[u8; 32]>,
    /// The document.
    pub bytes: Vec<u8>,
}

/// What is known of a station in one epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Where it stands.
    pub venue: VenueId,
    /// Its key in that epoch.
    pub signing_key: PublicKey,
    /// Its newest epoch.
    pub newest_epoch: u32,
    /// What its chain may begin with: one hash for each version of the epoch's assignment.
    pub starts: Vec<ChainHash>,
}

/// A station in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationRow {
    /// Which.
    pub station: StationId,
    /// Its newest epoch.
    pub epoch: u32,
    /// Where it stands.
    pub venue: Venue,
    /// At which gate.
    pub gate: u64,
    /// When its assignment ends.
    pub expires: Timestamp,
}

/// Pairings, stations that wait, and assignments. More than one process writes: the server, and the
/// commands that pair and approve.
pub trait Register: Send + Sync {
    /// The venue with this kind, name and address, if a station stands or will stand there.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn venue(&self, kind: Preset, name: &str, address: &str)
    -> Result<Option<VenueId>, StoreError>;

    /// Keeps a pairing; those that were never used within a day are forgotten.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn pair(&self, pairing: &PairingRow) -> Result<(), StoreError>;

    /// Takes a token for these keys, in one step.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn take_token(
        &self,
        token_hash: &[u8; 32],
        keys: (&PublicKey, &SealingKey),
        code: &str,
        now: Timestamp,
    ) -> Result<TokenUse, StoreError>;

    /// All stations that used a token and are not approved.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn not_approved(&self) -> Result<Vec<Enrolment>, StoreError>;

    /// The newest enrolment by the key that gives this id.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn enrolled_by(&self, id_of_key: StationId) -> Result<Option<Enrolment>, StoreError>;

    /// The newest assignment of a station.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn newest(&self, station: StationId) -> Result<Option<AssignmentRow>, StoreError>;

    /// The newest assignment that names this key, of whichever station.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn newest_for_key(&self, key: &PublicKey) -> Result<Option<AssignmentRow>, StoreError>;

    /// What a batch or hello of that epoch is judged by; none for a station or epoch never approved.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn known(&self, station: StationId, epoch: u32) -> Result<Option<Known>, StoreError>;

    /// Keeps a new assignment, and marks the enrolment that it answers as approved.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if that version is kept already or the enrolment no longer waits.
    fn assign(
        &self,
        assignment: &AssignmentRow,
        answers: Option<&[u8; 32]>,
    ) -> Result<(), StoreError>;

    /// Every station once, at its newest.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn stations(&self) -> Result<Vec<StationRow>, StoreError>;
}
