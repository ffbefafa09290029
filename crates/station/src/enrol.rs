//! Enrolment: a pairing file becomes a station with keys and a log of its own (SECURITY.md §4). The only
//! reader of pairing files: at the door such a code is "not a pass".

use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use domain::crypto::{OpeningKey, Secret, SigningKey};
use domain::document::{Assignment, DocumentError, Held, PreviousEpoch, Root, Trust};
use domain::entry::{ChainHash, genesis};
use domain::hex;
use domain::ids::StationId;
use domain::wire::{EnrolRequest, Enrolled, Hello, Pairing, PairingToken};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tracing::{info, warn};

use crate::clock::{Clock, monotonic};
use crate::crash;
use crate::folder::{Folder, FolderError};
use crate::keys::{Kek, KeyError, Unlock};
use crate::knowledge::{
    ASSIGNMENT, KnowledgeError, Library, NewestHeld, Next, ROOT, Refresh, TRUST,
};
use crate::link::{Centre, Link, LinkError, NoAnswer, Outcome, Request};
use crate::random::{self, NoRandomness};
use crate::store::{self, DATABASE, Legacy, NewStation, Store, StoreError};
use crate::usb::STICK_STATE;

/// Between two questions whether the assignment is there.
const PAUSE: Duration = Duration::from_secs(2);
/// A pairing token's life.
const PATIENCE: Duration = Duration::from_mins(15);
/// The names of sealed values that enrolment keeps in the database.
pub(crate) const CENTRE_STATE: &str = "centre";
pub(crate) const ROOT_STATE: &str = "root";
/// The name of the kept dispute, which ends with its epoch.
pub(crate) const DISPUTE_STATE: &str = "dispute";

/// Why a station is not enrolled. Nothing is left behind but, in a keychain, a key that opens nothing.
#[derive(Debug, Error)]
pub enum EnrolError {
    /// Not a pairing file.
    #[error("this is not a pairing file: ask the authority for one (menshen-server pair)")]
    NotAPairing,
    /// A demonstration, and none was asked for.
    #[error("this pairing is for a demonstration: add --demo if that is what you want")]
    Demo,
    /// The centre took no such token.
    #[error(
        "the centre does not take this pairing: it is used up, older than 15 minutes, or not its own; ask for a new one"
    )]
    Refused,
    /// The assignment is another station's, or no later epoch of this one.
    #[error(
        "this pairing is not for the next epoch of this station: ask for one with `menshen-server pair --station {0}`; nothing was changed"
    )]
    OtherStation(String),
    /// No approval came in time.
    #[error("nobody approved this station within 15 minutes: ask for a new pairing file")]
    NotApproved,
    /// The user stopped it.
    #[error("enrolment was stopped")]
    Stopped,
    /// A document does not verify.
    #[error("what the centre sent does not verify ({0}): tell the authority")]
    Document(#[from] DocumentError),
    /// Not built as it should be.
    #[error("the centre's answer cannot be read: tell the authority")]
    Unreadable,
    /// No answer.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The link.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Documents on the disk.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// What an enrolment needs.
pub struct Enrolment<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// The pairing file's bytes.
    pub pairing: &'a [u8],
    /// A demonstration is wanted.
    pub demo: bool,
    /// How the station's key is to be kept.
    pub unlock: Unlock,
    /// The folder's own station is to begin its next epoch, with new keys; otherwise the folder must hold none.
    pub again: bool,
    /// A message, or its sender's end, stops the waiting.
    pub stop: Receiver<()>,
}

/// Who a new station is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewlyEnrolled {
    /// The venue's name.
    pub venue: String,
    /// The gate.
    pub gate: u64,
    /// A demonstration.
    pub demo: bool,
    /// Whether a status list came along; without one everything that needs it is undecided.
    pub has_status: bool,
    /// Its epoch, from 1.
    pub epoch: u32,
}

/// Where the centre is, as the log keeps it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CentreRecord {
    url: String,
    pins: Vec<String>,
}

/// Enrols: makes keys, shows the twelve digits through `show_code`, waits for the assignment, and creates
/// the log.
///
/// # Errors
/// See [`EnrolError`].
pub fn enrol(
    wanted: &Enrolment<'_>,
    show_code: &mut dyn FnMut(&str),
) -> Result<NewlyEnrolled, EnrolError> {
    crash::forbid_core_dumps();
    let (pairing, centre, root_hash) = read_pairing(wanted.pairing)?;
    let folder = Folder::open(wanted.data)?;
    match (folder.has(DATABASE), wanted.again) {
        (true, false) => return Err(StoreError::AlreadyThere.into()),
        (false, true) => return Err(StoreError::NotEnrolled.into()),
        (true, true) => {
            return enrol_again(folder, wanted, &pairing, &centre, &root_hash, show_code);
        }
        (false, false) => {}
    }
    // A keychain that does not work, or a passphrase that is too short, must not cost the token.
    let outcome = Kek::create(&folder, &wanted.unlock)
        .map_err(EnrolError::from)
        .and_then(|kek| {
            let begin = Begin {
                folder: &folder,
                kek: &kek,
                legacy: None,
                held: NewestHeld::default(),
            };
            enrol_in(begin, wanted, &pairing, &centre, &root_hash, show_code)
        });
    abandon_failed(folder, &outcome);

    outcome
}

/// The next epoch is made whole in a folder beside the one in use, then takes its place: until that moment nothing
/// of the station was changed.
fn enrol_again(
    folder: Folder,
    wanted: &Enrolment<'_>,
    pairing: &Pairing,
    centre: &Centre,
    root_hash: &[u8; 32],
    show_code: &mut dyn FnMut(&str),
) -> Result<NewlyEnrolled, EnrolError> {
    let (store, findings) = Store::open(folder, &wanted.unlock)?;
    let legacy = store.legacy(
        &[CENTRE_STATE, ROOT_STATE, DISPUTE_STATE, STICK_STATE],
        findings.is_empty(),
    )?;
    let held = newest_held(&store, root_hash);
    let epoch = legacy.head.epoch;
    let next = Folder::next(wanted.data)?;
    let outcome = Kek::hand_on(store.folder(), &next, &wanted.unlock)
        .map_err(EnrolError::from)
        .and_then(|kek| {
            let begin = Begin {
                folder: &next,
                kek: &kek,
                legacy: Some(legacy),
                held,
            };
            enrol_in(begin, wanted, pairing, centre, root_hash, show_code)
        });
    if outcome.is_err() {
        abandon_failed(next, &outcome);
        return outcome;
    }
    Folder::succeed(wanted.data, store.close()?, next, epoch)?;

    outcome
}

/// The versions of the documents that the epoch before had: nothing older is taken. Where the authority has another
/// root now, or the documents do not read, there are none.
fn newest_held(store: &Store, root_hash: &[u8; 32]) -> NewestHeld {
    let root = store.saved(ROOT_STATE).ok().flatten();
    if root.as_deref() != Some(root_hash.as_slice()) {
        return NewestHeld::default();
    }
    let own = store.signing_key().public();
    match Library::load(store.folder(), root_hash, own, store.opening_key()) {
        Ok(library) => library.newest_held(),
        Err(error) => {
            warn!(%error, "the documents of the epoch before do not read");
            NewestHeld::default()
        }
    }
}

fn abandon_failed(folder: Folder, outcome: &Result<NewlyEnrolled, EnrolError>) {
    if outcome.is_err()
        && let Err(error) = folder.abandon()
    {
        warn!(%error, "the folder of a station that was not enrolled stays behind");
    }
}

/// Where a log is to begin, and with what.
struct Begin<'a> {
    folder: &'a Folder,
    kek: &'a Kek,
    legacy: Option<Legacy>,
    held: NewestHeld,
}

impl Begin<'_> {
    /// `h_0` of the new log. A later epoch's follows the end of the station's own log, which may be beyond what
    /// the centre has.
    fn genesis(&self, library: &Library, assignment: &[u8]) -> Result<ChainHash, EnrolError> {
        let Some(legacy) = &self.legacy else {
            return Ok(library.genesis());
        };
        let given = library.assignment();
        if given.station != legacy.station || given.epoch <= legacy.head.epoch {
            let station = hex::encode(legacy.station.0);
            return Err(EnrolError::OtherStation(station));
        }
        let previous = PreviousEpoch {
            seq: legacy.head.seq,
            hash: legacy.head.hash.0,
        };

        Ok(genesis(given.station, given.epoch, assignment, previous))
    }
}

fn enrol_in(
    begin: Begin<'_>,
    wanted: &Enrolment<'_>,
    pairing: &Pairing,
    centre: &Centre,
    root_hash: &[u8; 32],
    show_code: &mut dyn FnMut(&str),
) -> Result<NewlyEnrolled, EnrolError> {
    let folder = begin.folder;
    let clock = Clock::new(0);
    let link = Link::start(centre.clone(), clock)?;
    let keys = Keys::generate()?;
    let token = hex::decode_array(&pairing.token).ok_or(EnrolError::NotAPairing)?;
    let request = EnrolRequest::new(
        PairingToken::new(token),
        &keys.signing,
        OpeningKey::new(&keys.opening).public(),
    );
    let code = request.code();
    let (root, root_bytes, trust, trust_bytes) = ask_for_trust(
        &link,
        request.encode(),
        root_hash,
        begin.held.trust.as_ref(),
        clock,
    )?;
    let authority: Option<[u8; 16]> = hex::decode_array(&pairing.authority);
    if authority != Some(root.header.authority.0) {
        return Err(DocumentError::OtherAuthority.into());
    }
    if root.demo && !wanted.demo {
        return Err(EnrolError::Demo);
    }
    show_code(&code);
    let assignment = wait_for_assignment(&link, &keys, &root, &trust, clock, &wanted.stop)?;
    info!("the assignment is here");

    folder.replace(ROOT, &root_bytes)?;
    folder.replace(TRUST, &trust_bytes)?;
    folder.replace(ASSIGNMENT, &assignment)?;
    let library = fill_library(folder, root_hash, &keys, &link, begin.held.manifest, clock)?;
    let genesis = begin.genesis(&library, &assignment)?;
    let outcome = NewlyEnrolled {
        venue: library.assignment().venue.name.clone(),
        gate: library.assignment().gate,
        demo: root.demo,
        has_status: library.knowledge().snapshot.is_some(),
        epoch: library.assignment().epoch,
    };
    let new = NewStation {
        station: library.assignment().station,
        epoch: library.assignment().epoch,
        genesis,
        signing: keys.signing,
        opening: keys.opening,
        notes: vec![
            (CENTRE_STATE, CentreRecord::of(centre)),
            (ROOT_STATE, root_hash.to_vec()),
        ],
        legacy: begin.legacy,
    };
    store::create(folder, begin.kek, &new)?;

    Ok(outcome)
}

impl CentreRecord {
    fn of(centre: &Centre) -> Vec<u8> {
        let record = Self {
            url: centre.url.clone(),
            pins: centre.pins.iter().map(hex::encode).collect(),
        };

        serde_json::to_vec(&record).expect("a record of texts is always JSON")
    }

    /// The centre that [`Self::of`] kept.
    pub(crate) fn read(bytes: &[u8]) -> Option<Centre> {
        let record: Self = serde_json::from_slice(bytes).ok()?;
        let pins = record.pins.iter().map(|pin| hex::decode_array(pin));

        Some(Centre {
            pins: pins.collect::<Option<_>>()?,
            url: record.url,
        })
    }
}

struct Keys {
    signing: SigningKey,
    opening: Secret,
}

impl Keys {
    fn generate() -> Result<Self, NoRandomness> {
        Ok(Self {
            signing: SigningKey::generate(random::fresh()?),
            opening: Secret::generate(random::fresh()?),
        })
    }

    /// Before the first assignment: the id that the key will have, and an empty log.
    fn hello(&self) -> Result<Vec<u8>, NoRandomness> {
        let hello = Hello {
            station: StationId::of(&self.signing.public()),
            epoch: 0,
            seq: 0,
            hash: [0; 32],
            nonce: random::fresh()?.into_bytes(),
        };

        Ok(hello.sign(&self.signing))
    }
}

fn read_pairing(bytes: &[u8]) -> Result<(Pairing, Centre, [u8; 32]), EnrolError> {
    let pairing: Pairing = serde_json::from_slice(bytes).map_err(|_| EnrolError::NotAPairing)?;
    let root_hash = hex::decode_array(&pairing.root_sha256).ok_or(EnrolError::NotAPairing)?;
    let pins = match &pairing.spki_sha256 {
        Some(pin) => vec![hex::decode_array(pin).ok_or(EnrolError::NotAPairing)?],
        None => Vec::new(),
    };
    let centre = Centre {
        url: pairing.url.trim_end_matches('/').to_owned(),
        pins,
    };

    Ok((pairing, centre, root_hash))
}

fn ask_for_trust(
    link: &Link,
    request: Vec<u8>,
    root_hash: &[u8; 32],
    held: Option<&Held>,
    clock: Clock,
) -> Result<(Root, Vec<u8>, Trust, Vec<u8>), EnrolError> {
    let response = match wait(link, Request::Enrol(request)) {
        Ok(response) => response,
        Err(NoAnswer::Refused { .. }) => return Err(EnrolError::Refused),
        Err(error) => return Err(error.into()),
    };
    let enrolled = Enrolled::read(&response.body).ok_or(EnrolError::Unreadable)?;
    let root = Root::first(&enrolled.root, root_hash)?;
    let trust = Trust::verify(&enrolled.trust, &root)?;
    let now = clock.now().wall;
    Held::judge(None, &root.header, &enrolled.root, now)?;
    Held::judge(held, &trust.body.header, &enrolled.trust, now)?;

    Ok((root, enrolled.root, trust, enrolled.trust))
}

fn wait_for_assignment(
    link: &Link,
    keys: &Keys,
    root: &Root,
    trust: &Trust,
    clock: Clock,
    stop: &Receiver<()>,
) -> Result<Vec<u8>, EnrolError> {
    let begun = monotonic();
    while monotonic().saturating_sub(begun) < PATIENCE {
        match wait(link, Request::Assignment(keys.hello()?)) {
            Ok(response) if response.status == 200 => {
                let now = clock.now().wall;
                let own = keys.signing.public();
                let registry = trust.registry(now);
                let authority = root.header.authority;
                let assignment = Assignment::verify(&response.body, authority, &registry, &own)?;
                Held::judge(None, &assignment.header, &response.body, now)?;

                return Ok(response.body);
            }
            Ok(_) | Err(NoAnswer::Unreachable) => {}
            Err(NoAnswer::Refused { status, .. }) if status == 429 || status >= 500 => {}
            Err(NoAnswer::Refused { .. }) => return Err(EnrolError::Refused),
            Err(error) => return Err(error.into()),
        }
        match stop.recv_timeout(PAUSE) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return Err(EnrolError::Stopped),
        }
    }

    Err(EnrolError::NotApproved)
}

/// Fetches the status list that the new station begins with.
fn fill_library(
    folder: &Folder,
    root_hash: &[u8; 32],
    keys: &Keys,
    link: &Link,
    manifest: Option<Held>,
    clock: Clock,
) -> Result<Library, EnrolError> {
    let opening = OpeningKey::new(&keys.opening);
    let mut library = Library::load(folder, root_hash, keys.signing.public(), &opening)?;
    library.expect_manifest(manifest);
    let (mut round, mut request) = Refresh::begin(keys.hello()?);
    loop {
        let outcome = wait(link, request);
        let now = clock.now().wall;
        match round.step(outcome, &mut library, folder, &opening, now) {
            Next::Ask(next) => request = next,
            Next::Done { .. } => return Ok(library),
        }
    }
}

fn wait(link: &Link, request: Request) -> Outcome {
    let (tell, told) = mpsc::sync_channel(1);
    link.ask(request, move |outcome| {
        // The receiver waits below for exactly this.
        let _ = tell.send(outcome);
    })?;

    told.recv().unwrap_or(Err(NoAnswer::Closed))
}
