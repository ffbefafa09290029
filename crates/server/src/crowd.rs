//! Many stations at once, for `menshen load` to play: in a demonstration's register, beside no station that anyone
//! enrolled.
//!
//! A made-up station that a city's centre believes could write entries of people who were never anywhere. So nothing
//! is made unless the root document, which two keys of the authority signed, says that it is a demonstration's, whose
//! stations and sheets nobody else believes. There is no way around it: not by a word on the command line, not over
//! the network. A demonstration that people look at stays clean as well: its register holds other stations.

use domain::crypto::{OpeningKey, Secret, SigningKey};
use domain::document::{DocumentError, Root};
use domain::hex;
use domain::screen::Preset;
use domain::time::Timestamp;
use domain::wire::{Crowd, EnrolRequest, Played};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::authority::{Authority, AuthorityError};
use crate::folder::Folder;
use crate::random::{NoRandom, fresh};
use crate::registrar::{self, PairingOrder, RegistrarError};
use crate::running::Ready;
use crate::store::sqlite::SqliteRegister;
use crate::store::{Register, StoreError};

/// The most that are made at once.
pub const MOST: u32 = 10_000;
/// The address of their venues, by which they are told from stations that someone enrolled.
const ADDRESS: &str = "made by menshen-server crowd";
/// Gates of a venue.
const GATES: u32 = 4;

/// Why no station was made.
#[derive(Debug, Error)]
pub enum CrowdError {
    /// The authority's folder does not serve.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The root document does not verify.
    #[error("the root document of {} does not verify: {source}", .folder.data().display())]
    Root {
        /// Whose.
        folder: Folder,
        /// Why.
        source: DocumentError,
    },
    /// Not a demonstration.
    #[error("{} belongs to an authority that is no demonstration: its centre takes no made-up stations. Take a folder of its own, `menshen keys --demo --out FOLDER/authority`", .0.data().display())]
    Real(Folder),
    /// Someone enrolled a station here.
    #[error("stations were enrolled at {} that no program plays: take a folder of its own, `menshen keys --demo --out FOLDER/authority`", .0.data().display())]
    Others(Folder),
    /// None, or too many.
    #[error("between 1 and {MOST} stations can be made at once")]
    Count,
    /// No server listens, so nobody knows its address and pin.
    #[error("no server runs on {}: start it first with `menshen-server serve --data {}`", .0.data().display(), .0.data().display())]
    NotRunning(Folder),
    /// No random bytes.
    #[error(transparent)]
    NoRandom(#[from] NoRandom),
    /// An assignment was not signed.
    #[error(transparent)]
    Registrar(#[from] RegistrarError),
    /// The register failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Enrols `count` new stations, four gates at a venue, and gives their keys and where their server listens.
///
/// # Errors
/// [`CrowdError`]; stations that were made before it stay in the register and are of no use to anyone.
pub fn gather(
    folder: &Folder,
    passphrase: Option<Zeroizing<Vec<u8>>>,
    count: u32,
    now: Timestamp,
) -> Result<Crowd, CrowdError> {
    if !(1..=MOST).contains(&count) {
        return Err(CrowdError::Count);
    }
    let authority = Authority::open(folder, passphrase, now)?;
    let root = demonstration(folder, &authority)?;
    let ready = ready(folder).ok_or_else(|| CrowdError::NotRunning(folder.clone()))?;
    let register = SqliteRegister::open(folder)?;
    let played = register.stations()?;
    let waiting = register.not_approved()?;
    if played
        .iter()
        .any(|station| station.venue.address != ADDRESS)
        || waiting
            .iter()
            .any(|new| new.pairing.venue.address != ADDRESS)
    {
        return Err(CrowdError::Others(folder.clone()));
    }
    let first = u32::try_from(played.len()).unwrap_or(u32::MAX);
    let stations = (0..count)
        .map(|number| station(&register, &authority, first.saturating_add(number), now))
        .collect::<Result<_, _>>()?;

    Ok(Crowd {
        url: ready.url,
        spki_sha256: ready.spki,
        root: hex::encode(root),
        stations,
    })
}

/// The root document, if it is a demonstration's.
fn demonstration(folder: &Folder, authority: &Authority) -> Result<Vec<u8>, CrowdError> {
    let bytes = authority.enrolled()?.root;
    let root = Root::self_signed(&bytes).map_err(|source| CrowdError::Root {
        folder: folder.clone(),
        source,
    })?;
    if !root.demo {
        return Err(CrowdError::Real(folder.clone()));
    }

    Ok(bytes)
}

fn ready(folder: &Folder) -> Option<Ready> {
    let text = std::fs::read(folder.ready()).ok()?;

    serde_json::from_slice(&text).ok()
}

/// One station by the way that every station goes, played on both sides.
fn station(
    register: &SqliteRegister,
    authority: &Authority,
    number: u32,
    now: Timestamp,
) -> Result<Played, CrowdError> {
    let order = PairingOrder {
        kind: Preset::PublicPlace,
        name: format!("Load {}", number / GATES + 1),
        address: ADDRESS.to_owned(),
        utc_offset_minutes: 480,
        gate: u64::from(number % GATES) + 1,
        district: String::new(),
        station: None,
    };
    let token = registrar::pair(register, &order, now)?;
    let key = SigningKey::generate(fresh()?);
    // Nobody opens what is sealed to it.
    let sealing = OpeningKey::new(&Secret::generate(fresh()?)).public();
    let request = EnrolRequest::new(token, &key, sealing);
    register.take_token(
        &request.token.hash(),
        (&request.signing_key, &request.sealing_key),
        &request.code(),
        now,
    )?;
    let given = registrar::approve(register, authority, &request.code(), |_| Ok(None), now)?;

    Ok(Played {
        seed: hex::encode(key.seed().expose()),
        assignment: hex::encode(given.bytes),
    })
}
