//! Who may stand at which venue: pairing tokens are made, waiting stations approved, assignments signed
//! and renewed (SECURITY.md §4).

use domain::crypto::{Fresh, PublicKey, SealingKey};
use domain::document::{Assignment, Header, PreviousEpoch, SealedContentKey, SealedSecret, Venue};
use domain::entry::genesis;
use domain::ids::{StationId, VenueId};
use domain::screen::Preset;
use domain::time::{DAY, Timestamp};
use domain::wire::PairingToken;
use thiserror::Error;

use crate::authority::{Authority, AuthorityError};
use crate::content_keys::ContentKeys;
use crate::random::{NoRandom, fresh};
use crate::store::{
    AssignmentRow, Enrolment, EnrolmentState, Head, PairingRow, Register, StoreError,
};

/// An assignment lives as long as it may (SECURITY.md §2).
const LIFE: i64 = 45 * DAY;
/// With less than this left a station is given the next one.
const RENEW_WITHIN: i64 = 15 * DAY;

/// Where a new station is to stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairingOrder {
    /// Selects the rule.
    pub kind: Preset,
    /// Name for the screen.
    pub name: String,
    /// Address for the screen.
    pub address: String,
    /// Minutes that local time is ahead of UTC.
    pub utc_offset_minutes: i32,
    /// At which gate.
    pub gate: u64,
    /// In which district.
    pub district: String,
    /// A station to enrol anew, under its next epoch; none for a new station.
    pub station: Option<StationId>,
}

/// Why nothing was signed.
#[derive(Debug, Error)]
pub enum RegistrarError {
    /// The authority's folder does not serve.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// No station shows this code.
    #[error(
        "no station waits with this code: compare the twelve digits on the station's screen, and enrol it first if it shows none"
    )]
    NoSuchCode,
    /// No random bytes.
    #[error(transparent)]
    NoRandom(#[from] NoRandom),
    /// The order names no such station.
    #[error("no station with this id was ever approved here: leave --station out for a new one")]
    NoSuchStation,
    /// The order itself is wrong.
    #[error("{0}")]
    Order(&'static str),
    /// The station's key belongs to another station.
    #[error(
        "this station's key is another station's already: let it make new keys, and pair it again"
    )]
    OtherStationsKey,
    /// The token was used by two.
    #[error(
        "the pairing of this station was used twice, so it is stopped: make a new one with `menshen-server pair`, and find out who had the first"
    )]
    Stopped,
    /// The register failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a one-time token for a station and keeps its hash with the venue.
///
/// # Errors
/// See [`RegistrarError`].
pub fn pair(
    register: &dyn Register,
    order: &PairingOrder,
    now: Timestamp,
) -> Result<PairingToken, RegistrarError> {
    check(order)?;
    if let Some(station) = order.station
        && register.newest(station)?.is_none()
    {
        return Err(RegistrarError::NoSuchStation);
    }
    let id = match register.venue(order.kind, &order.name, &order.address)? {
        Some(id) => id,
        None => VenueId(fresh()?.into_bytes()),
    };
    let token = PairingToken::new(fresh()?.into_bytes());
    register.pair(&PairingRow {
        token_hash: token.hash(),
        created: now,
        venue: Venue {
            id,
            kind: order.kind,
            name: order.name.clone(),
            address: order.address.clone(),
            utc_offset_minutes: order.utc_offset_minutes,
        },
        gate: order.gate,
        district: order.district.clone(),
        station: order.station,
    })?;

    Ok(token)
}

/// Signs the assignment of the station that shows `code`. `head` tells how far a chain is stored: a new
/// epoch names where the one before it ended.
///
/// # Errors
/// See [`RegistrarError`].
pub fn approve(
    register: &dyn Register,
    authority: &Authority,
    code: &str,
    head: impl FnOnce(&AssignmentRow) -> Result<Option<Head>, StoreError>,
    now: Timestamp,
) -> Result<AssignmentRow, RegistrarError> {
    let enrolment = find(register.not_approved()?, code)?;
    let pairing = &enrolment.pairing;
    let key = &enrolment.signing_key;
    let station = pairing.station.unwrap_or_else(|| StationId::of(key));
    if let Some(other) = register.newest_for_key(key)?
        && other.station != station
    {
        return Err(RegistrarError::OtherStationsKey);
    }
    let (epoch, previous) = match register.newest(station)? {
        None => (1, PreviousEpoch::NONE),
        Some(newest) => (newest.epoch.saturating_add(1), ended(head(&newest)?)),
    };
    let row = Wanted {
        station,
        keys: (enrolment.signing_key, enrolment.sealing_key),
        venue: &pairing.venue,
        gate: pairing.gate,
        district: &pairing.district,
        epoch,
        version: 1,
        previous,
    }
    .sign(authority, now)?;
    register.assign(&row, Some(&pairing.token_hash))?;

    Ok(row)
}

/// The assignment that a station should have now: `held`, or a renewal of it where its time runs out, the next week's
/// secret is there, or keys of encrypted codes came or went.
///
/// # Errors
/// See [`RegistrarError`].
pub fn renewed(
    register: &dyn Register,
    authority: &Authority,
    held: AssignmentRow,
    now: Timestamp,
) -> Result<AssignmentRow, RegistrarError> {
    let ends_soon = held.expires.since(now) < RENEW_WITHIN;
    let newer_secret = last_week(authority, now)? > held.last_week;
    let other_keys = authority.content_keys()?.mark() != held.content_keys;
    if !ends_soon && !newer_secret && !other_keys {
        return Ok(held);
    }
    let row = Wanted {
        station: held.station,
        keys: (held.signing_key, held.sealing_key),
        venue: &held.venue,
        gate: held.gate,
        district: &held.district,
        epoch: held.epoch,
        version: held.version.saturating_add(1),
        previous: held.previous,
    }
    .sign(authority, now)?;
    match register.assign(&row, None) {
        Ok(()) => Ok(row),
        // Two questions at once: the one that came first was answered with this version.
        Err(StoreError::Taken) => Ok(register.newest(held.station)?.unwrap_or(held)),
        Err(error) => Err(error.into()),
    }
}

fn check(order: &PairingOrder) -> Result<(), RegistrarError> {
    let text = |text: &str, most: usize| !text.trim().is_empty() && text.len() <= most;
    if !text(&order.name, 256) {
        return Err(RegistrarError::Order(
            "the venue needs a name of at most 256 bytes",
        ));
    }
    if !text(&order.address, 512) {
        return Err(RegistrarError::Order(
            "the venue needs an address of at most 512 bytes",
        ));
    }
    if order.district.len() > 64 {
        return Err(RegistrarError::Order(
            "the district is a code of at most 64 bytes",
        ));
    }
    if order.utc_offset_minutes.unsigned_abs() > 14 * 60 {
        return Err(RegistrarError::Order(
            "the offset from UTC is in minutes, at most 840 either way",
        ));
    }
    if i64::try_from(order.gate).is_err() {
        return Err(RegistrarError::Order("the gate's number is too large"));
    }

    Ok(())
}

fn find(waiting: Vec<Enrolment>, code: &str) -> Result<Enrolment, RegistrarError> {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let wanted = digits(code);
    let found = waiting
        .into_iter()
        .rfind(|enrolment| digits(&enrolment.code) == wanted)
        .ok_or(RegistrarError::NoSuchCode)?;
    match found.state {
        EnrolmentState::Waiting => Ok(found),
        EnrolmentState::Approved => Err(RegistrarError::NoSuchCode),
        EnrolmentState::Stopped => Err(RegistrarError::Stopped),
    }
}

fn ended(head: Option<Head>) -> PreviousEpoch {
    head.map_or(PreviousEpoch::NONE, |head| PreviousEpoch {
        seq: head.seq,
        hash: head.hash.0,
    })
}

/// The last of the three weeks around now whose secret is there.
fn last_week(authority: &Authority, now: Timestamp) -> Result<u64, AuthorityError> {
    let mut last = 0;
    for week in weeks(now) {
        if authority.status_secret(week)?.is_some() {
            last = week;
        }
    }

    Ok(last)
}

/// Last week's secret for a snapshot that is not replaced yet, this week's, and the next one's for a
/// station that will be offline.
fn weeks(now: Timestamp) -> [u64; 3] {
    let week = now.week();

    [week.saturating_sub(1), week, week.saturating_add(1)]
}

/// All that an assignment says, before it is signed.
struct Wanted<'a> {
    station: StationId,
    keys: (PublicKey, SealingKey),
    venue: &'a Venue,
    gate: u64,
    district: &'a str,
    epoch: u32,
    version: u64,
    previous: PreviousEpoch,
}

impl Wanted<'_> {
    fn sign(self, authority: &Authority, now: Timestamp) -> Result<AssignmentRow, RegistrarError> {
        let (secrets, last_week) = self.secrets(authority, now)?;
        let keys = authority.content_keys()?;
        let expires = now.plus(LIFE);
        let bytes = Assignment {
            header: Header {
                authority: authority.id(),
                version: self.version,
                issued_at: now,
                expires,
            },
            station: self.station,
            signing_key: self.keys.0,
            sealing_key: self.keys.1,
            venue: self.venue.clone(),
            gate: self.gate,
            district: self.district.to_owned(),
            epoch: self.epoch,
            previous: self.previous,
            secrets,
            content_keys: self.content_keys(&keys, authority)?,
        }
        .sign(authority.registry());

        Ok(AssignmentRow {
            station: self.station,
            epoch: self.epoch,
            version: self.version,
            signing_key: self.keys.0,
            sealing_key: self.keys.1,
            venue: self.venue.clone(),
            gate: self.gate,
            district: self.district.to_owned(),
            previous: self.previous,
            start: genesis(self.station, self.epoch, &bytes, self.previous),
            expires,
            last_week,
            content_keys: keys.mark(),
            bytes,
        })
    }

    fn secrets(
        &self,
        authority: &Authority,
        now: Timestamp,
    ) -> Result<(Vec<SealedSecret>, u64), RegistrarError> {
        let mut sealed = Vec::new();
        let mut last_week = 0;
        for week in weeks(now) {
            if let Some(secret) = authority.status_secret(week)? {
                let ephemeral: Fresh<32> = fresh()?;
                sealed.push(SealedSecret::seal(
                    week,
                    &secret,
                    &self.keys.1,
                    authority.id(),
                    self.station,
                    ephemeral,
                ));
                last_week = week;
            } else if week == now.week() {
                let path = authority.status_secret_path(week);
                return Err(AuthorityError::NoStatusSecret { path }.into());
            }
        }

        Ok((sealed, last_week))
    }

    fn content_keys(
        &self,
        keys: &ContentKeys,
        authority: &Authority,
    ) -> Result<Vec<SealedContentKey>, RegistrarError> {
        keys.iter()
            .map(|key| {
                let (to, ephemeral) = (&self.keys.1, fresh()?);
                let id = authority.id();

                Ok(SealedContentKey::seal(key, to, id, self.station, ephemeral))
            })
            .collect()
    }
}
