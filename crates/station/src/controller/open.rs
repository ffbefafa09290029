//! Starting: the folder, the keys, the log, the documents, then the threads.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread;

use domain::clock::ClockState;
use domain::screen::{CameraView, LinkView, SyncView};
use domain::station::{Machine, Setup};
use domain::sync::{Outbox, OutboxSetup, Pace, Standing};
use domain::time::Moment;
use tracing::{error, info, warn};

use super::eye::{Eye, Frames};
use super::refresh::Rounds;
use super::station::{Look, Station, Timers};
use super::tails::{self, Tail};
use super::webcams::Webcams;
use super::{CameraChoice, Handle, Happening, Listener, OpenError, StationConfig, source};
use crate::clock::Clock;
use crate::crash;
use crate::enrol::{CENTRE_STATE, CentreRecord, DISPUTE_STATE, ROOT_STATE};
use crate::folder::Folder;
use crate::knowledge::Library;
use crate::link::{Centre, Link};
use crate::random;
use crate::store::{DATABASE, Finding, Store, StoreError};

/// The name of the kept floor of time.
pub(crate) const CLOCK_STATE: &str = "clock";
/// The name of the webcam that is taken at the start.
pub(super) const CAMERA_STATE: &str = "camera";
/// Messages that may wait for the loop; whoever comes after waits too.
const INBOX: usize = 64;
/// Seconds over which a city's stations spread their first contact. A demonstration asks at once.
const SPREAD: u32 = 30;

/// Starts a station.
///
/// # Errors
/// See [`OpenError`].
pub fn open(config: StationConfig, listener: Listener) -> Result<Handle, OpenError> {
    open_watched(config, listener, Box::new(|_| ()))
}

/// Whether the centre may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// As always.
    On,
    /// The cable is out, for the scripted demonstration.
    Off,
}

/// As [`open`]; `happenings` is told from the loop's thread what the screens do not show.
///
/// # Errors
/// See [`OpenError`].
pub fn open_watched(
    config: StationConfig,
    listener: Listener,
    happenings: Box<dyn FnMut(Happening) + Send>,
) -> Result<Handle, OpenError> {
    open_on(config, listener, happenings, Network::On)
}

pub(crate) fn open_on(
    config: StationConfig,
    listener: Listener,
    happenings: Box<dyn FnMut(Happening) + Send>,
    network: Network,
) -> Result<Handle, OpenError> {
    crash::forbid_core_dumps();
    let choice = if config.demo_camera && config.camera == CameraChoice::Auto {
        CameraChoice::Demo
    } else {
        config.camera.clone()
    };
    let folder = Folder::holding(&config.data, DATABASE)?.ok_or(StoreError::NotEnrolled)?;
    let (mut store, findings) = Store::open(folder, &config.unlock)?;
    let remembered = remember_camera(&mut store, &choice)?;
    let source = source::source(&choice, remembered.clone(), &config.data)?;
    let library = load_library(&store)?;
    let demo = library.trust().demo;
    if config.clock_offset != 0 && !demo {
        return Err(OpenError::ClockOffset);
    }
    let clock = Clock::new(config.clock_offset);
    let now = clock.now();
    let link = match network {
        Network::On => Some(start_link(&store, &library, clock)?),
        Network::Off => None,
    };
    let spread = if demo { 0 } else { SPREAD };
    let outbox = outbox(&store, spread, now)?;
    let tails = tails::open(&store, &config.unlock, spread, now)?;
    let rounds = Rounds::from(Pace::first(spread, now, jitter()?));
    let camera = match &source {
        Some(_) => CameraView::Opening,
        None => CameraView::Missing,
    };
    let setup = setup(&store, &tails, &library, &findings, camera, now)?;
    let (machine, first) = Machine::new(setup, now);

    let (messages, inbox) = sync_channel(INBOX);
    let preview = Arc::new(Mutex::new(listener.preview));
    let mut look = Look {
        preview,
        source: None,
        camera: None,
        eyes: Vec::new(),
        number: 0,
        opened: false,
        lost: None,
        webcams: Webcams::new(remembered),
    };
    let frames = if source.is_none() {
        let (frames, fed) = sync_channel(1);
        let eye = Eye::start(0, Frames::Fed(fed), look.preview.clone(), messages.clone());
        look.eyes.push(eye.map_err(OpenError::Thread)?);
        Some(frames)
    } else {
        None
    };
    let mut station = Station {
        data: config.data,
        clock,
        boot: random::fresh()?.into_bytes(),
        store,
        machine,
        outbox,
        tails,
        library,
        link,
        rounds,
        appended: Vec::new(),
        answer: Vec::new(),
        messages: messages.clone(),
        screens: listener.screens,
        happenings,
        look,
        timers: Timers::default(),
    };
    let thread = thread::Builder::new()
        .name("station".to_owned())
        .spawn(move || {
            info!("the station runs");
            station.perform(first);
            if let Some(source) = source {
                station.start_camera(source);
            }
            station.run(inbox);
        })
        .map_err(OpenError::Thread)?;

    Ok(Handle {
        messages,
        frames,
        thread: Some(thread),
    })
}

/// The webcam that is taken at a start; one that is named now is kept for the next one.
fn remember_camera(store: &mut Store, choice: &CameraChoice) -> Result<Option<String>, StoreError> {
    let remembered = store
        .saved(CAMERA_STATE)?
        .and_then(|name| String::from_utf8(name).ok());
    if let CameraChoice::Named(name) = choice
        && remembered.as_ref() != Some(name)
    {
        store.save(CAMERA_STATE, name.as_bytes())?;
        return Ok(Some(name.clone()));
    }

    Ok(remembered)
}

fn start_link(store: &Store, library: &Library, clock: Clock) -> Result<Link, OpenError> {
    let link = Link::start(centre(store, library)?, clock)?;
    link.raise_floor(library.trust().body.header.issued_at);

    Ok(link)
}

pub(super) fn load_library(store: &Store) -> Result<Library, OpenError> {
    let root = store
        .saved(ROOT_STATE)?
        .and_then(|hash| hash.try_into().ok())
        .ok_or(OpenError::NoCentre)?;
    let key = store.signing_key().public();

    Ok(Library::load(
        store.folder(),
        &root,
        key,
        store.opening_key(),
    )?)
}

/// Where enrolment said; known by the key of that day, or by one that the trust list names since.
fn centre(store: &Store, library: &Library) -> Result<Centre, OpenError> {
    let record = store.saved(CENTRE_STATE)?;
    let mut centre = record
        .and_then(|bytes| CentreRecord::read(&bytes))
        .ok_or(OpenError::NoCentre)?;
    centre.pins.extend(&library.trust().body.pins);

    Ok(centre)
}

fn jitter() -> Result<u64, OpenError> {
    Ok(u64::from_be_bytes(random::fresh()?.into_bytes()))
}

/// The dispute that stood at the last end.
fn kept_dispute(store: &Store) -> Result<Option<Standing>, OpenError> {
    let kept = store.saved(DISPUTE_STATE)?;

    Ok(kept.and_then(|bytes| Standing::decode(&bytes)))
}

fn outbox(store: &Store, spread: u32, now: Moment) -> Result<Outbox, OpenError> {
    let setup = OutboxSetup {
        station: store.station(),
        epoch: store.head().epoch,
        highest: store.head().seq,
        acked: store.acked().seq,
        last_receipt: store.last_receipt(),
        dispute: kept_dispute(store)?,
        spread,
    };

    Ok(Outbox::new(setup, now, jitter()?))
}

fn setup(
    store: &Store,
    tails: &[Tail],
    library: &Library,
    findings: &[Finding],
    camera: CameraView,
    now: Moment,
) -> Result<Setup, OpenError> {
    for finding in findings {
        error!(
            ?finding,
            "the log is not as it was left: tell the authority, and see where with `menshen log verify`"
        );
    }
    let lost = store.lost().saturating_add(tails::lost(tails));
    if lost > 0 {
        error!(
            entries = lost,
            "entries that never reached the centre lost what they carried of a person at retention: tell the authority"
        );
    }
    let venue = &library.assignment().venue;

    Ok(Setup {
        protection: store.protection(),
        knowledge: library.knowledge(),
        recent: store.recent()?,
        today: store.totals(now.wall, venue.utc_offset_minutes),
        last: store.last_verdicts(),
        clock: kept_clock(store)?,
        newest_entry: store.newest_entry(),
        log_rolled_back: !findings.is_empty(),
        sync: SyncView {
            waiting: store.waiting().saturating_add(tails::waiting(tails)),
            last_receipt: store.last_receipt(),
            link: LinkView::Untried,
            dispute: kept_dispute(store)?.map(|standing| standing.dispute),
        },
        shredded: lost,
        camera,
    })
}

fn kept_clock(store: &Store) -> Result<ClockState, OpenError> {
    let Some(bytes) = store.saved(CLOCK_STATE)? else {
        return Ok(ClockState::default());
    };

    Ok(ClockState::decode(&bytes).unwrap_or_else(|_| {
        warn!("the kept floor of time cannot be read; the documents' own times count");
        ClockState::default()
    }))
}
