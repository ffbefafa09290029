//! What an entry carries beside its core: a sealed text about a person, or a plain detail about the log.

use std::fmt;

use zeroize::Zeroizing;

use super::core::{Core, Place};
use super::kind::{Action, Flags, Kind};
use crate::cbor::{self, Value};
use crate::code::native::class_number;
use crate::crypto::{CannotOpen, Fresh, Kid, OpeningKey, SealingKey, hmac, label, seal, sha256};
use crate::ids::{AuthorityId, Handle, VenueId, first_16};
use crate::screen::HolderClass;
use crate::time::Timestamp;
use crate::verdict::{EmergencyReason, Reason, Verdict};

/// Sealed texts come in two sizes, so that their length tells little.
const PADDED: [usize; 2] = [160, 320];
/// Emergency reasons stand among the reasons of a sealed text as 100 + their number.
const EMERGENCY_BASE: u16 = 100;

/// What is about to be recorded, before it has a place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// What it is about; [`Kind::is_about_a_person`] says which body goes with it.
    pub kind: Kind,
    /// What was shown.
    pub verdict: Option<Verdict>,
    /// What happened.
    pub action: Action,
    /// What else is to be known.
    pub flags: Flags,
    /// When.
    pub at: Timestamp,
    /// What it carries.
    pub body: Body,
}

/// What an entry carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// About a person: sealed to the authority.
    Personal(Personal),
    /// About the log: in clear.
    Detail(Detail),
}

/// What tracing may need of a person. Everything is optional but the reasons. Its `Debug` tells nothing of
/// the person, so that no log can.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Personal {
    /// Who signed the code.
    pub issuer: Option<String>,
    /// Why the verdict.
    pub reasons: Vec<Reason>,
    /// Why the emergency, and in whose words beyond the list.
    pub emergency: Option<(EmergencyReason, String)>,
    /// Masked name from the code, or the name typed by hand.
    pub name: Option<String>,
    /// Birth year.
    pub birth_year: Option<u16>,
    /// The handle of a verified code.
    pub handle: Option<Handle>,
    /// The last four of an ID document typed by hand, where there is no handle.
    pub typed_last_four: Option<String>,
    /// Holder class.
    pub class: Option<HolderClass>,
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Personal")
            .field("reasons", &self.reasons)
            .finish_non_exhaustive()
    }
}

/// What an entry about the log says. One variant per [`Kind`] that is no scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The attention with this number was resolved as let in.
    LetIn {
        /// The attention's number.
        of: u64,
    },
    /// The admit or let in with this number was taken back.
    Undo {
        /// Its number.
        of: u64,
    },
    /// The wall clock was set or came into doubt: what it said, and the floor.
    Clock {
        /// Wall clock.
        wall: Timestamp,
        /// Floor of time.
        floor: Timestamp,
    },
    /// The rows of this range were erased at retention.
    Gone {
        /// First number.
        first: u64,
        /// Last number.
        last: u64,
        /// Hash before the first.
        before: [u8; 32],
        /// Hash of the last.
        after: [u8; 32],
    },
}

/// Which run of the program saw it, and when by its monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Random per start.
    pub boot: [u8; 8],
    /// Milliseconds since that start.
    pub mono_ms: u64,
}

/// An entry in its final bytes: [core, token, sealed, detail] of a batch body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEntry {
    /// The chained bytes.
    pub core: Vec<u8>,
    /// Links the visits of one person to one venue on one UTC day, for the server.
    pub token: Option<[u8; 16]>,
    /// HPKE of the personal text.
    pub sealed: Option<Vec<u8>>,
    /// cbor(detail).
    pub detail: Option<Vec<u8>>,
}

/// To whom and by whom entries are sealed.
#[derive(Clone, Copy, Debug)]
pub struct Sealer {
    /// Whose key it is.
    pub authority: AuthorityId,
    /// The week's key.
    pub key: SealingKey,
}

impl Sealer {
    /// Gives `entry` its place: no field can be moved to another row, station or epoch afterwards.
    #[must_use]
    pub fn seal(
        &self,
        entry: &NewEntry,
        place: Place,
        witness: Witness,
        fresh: Fresh<32>,
    ) -> SealedEntry {
        let mut core = Core {
            place,
            bucket: u64::try_from(entry.at.bucket()).unwrap_or(0),
            kind: entry.kind,
            verdict: entry.verdict,
            action: entry.action,
            seal_kid: None,
            flags: entry.flags,
            body_hash: [0; 32],
        };
        match &entry.body {
            Body::Detail(detail) => {
                let detail = detail.encode();
                core.body_hash = detail_hash(&detail);

                SealedEntry {
                    core: core.encode(),
                    token: None,
                    sealed: None,
                    detail: Some(detail),
                }
            }
            Body::Personal(personal) => {
                core.seal_kid = Some(self.key.kid());
                let token = personal
                    .handle
                    .map(|handle| token(handle, entry.at, place.venue));
                let text = Zeroizing::new(personal.pad(entry.at, witness));
                let sealed = seal(
                    &self.key,
                    &self.info(),
                    &text,
                    &aad(token.as_ref(), &core),
                    fresh,
                );
                core.body_hash = body_hash(token.as_ref(), &sealed);

                SealedEntry {
                    core: core.encode(),
                    token,
                    sealed: Some(sealed),
                    detail: None,
                }
            }
        }
    }

    fn info(&self) -> Vec<u8> {
        info(self.authority, self.key.kid())
    }
}

impl SealedEntry {
    /// A core that carries nothing any more: its receipt or retention took the rest.
    #[must_use]
    pub fn bare(core: Vec<u8>) -> Self {
        Self {
            core,
            token: None,
            sealed: None,
            detail: None,
        }
    }

    /// A core whose body was wiped or altered on the station's disk, although nothing allowed that: an empty
    /// sealed text, which fits no core, so that nobody takes it for [`Self::bare`].
    #[must_use]
    pub fn lost(core: Vec<u8>) -> Self {
        Self {
            sealed: Some(Vec::new()),
            ..Self::bare(core)
        }
    }

    /// Whether token, sealed text and detail are of the core's kind, and those that it was hashed over.
    #[must_use]
    pub fn matches(&self, core: &Core) -> bool {
        if core.kind.is_about_a_person() != core.seal_kid.is_some() {
            return false;
        }
        let hash = match (core.seal_kid, &self.sealed, &self.detail) {
            (Some(_), Some(sealed), None) => body_hash(self.token.as_ref(), sealed),
            (None, None, Some(detail)) if self.token.is_none() => detail_hash(detail),
            _ => return false,
        };

        hash == core.body_hash
    }

    /// Whether it says that token and sealed text were let go, at retention before it was sent or with an
    /// earlier receipt: what is left is the core, which keeps the chain whole (SECURITY.md §7).
    #[must_use]
    pub fn is_shredded(&self, core: &Core) -> bool {
        core.kind.is_about_a_person()
            && core.seal_kid.is_some()
            && self.token.is_none()
            && self.sealed.is_none()
            && self.detail.is_none()
    }
}

/// HMAC-SHA256(handle, L("token") ‖ u32 UTC day ‖ venue id)\[..16\].
#[must_use]
pub fn token(handle: Handle, at: Timestamp, venue: VenueId) -> [u8; 16] {
    first_16(hmac(
        &handle.0,
        &[&label("token"), &at.utc_day().to_be_bytes(), &venue.0],
    ))
}

/// The personal text of a sealed entry, for the authority's workstation: the list of SECURITY.md §2
/// `sealed`, padding removed.
///
/// # Errors
/// Altered, moved, or sealed to another key.
pub fn open_sealed(
    entry: &SealedEntry,
    core: &Core,
    authority: AuthorityId,
    key: &OpeningKey,
) -> Result<Vec<Value>, CannotOpen> {
    let sealed = entry.sealed.as_ref().ok_or(CannotOpen)?;
    let mut text = key.open(
        sealed,
        &info(authority, key.public().kid()),
        &aad(entry.token.as_ref(), core),
    )?;
    while text.last() == Some(&0) {
        text.pop();
    }
    if text.pop() != Some(0x80) {
        return Err(CannotOpen);
    }
    match cbor::decode(&text, 64) {
        Ok(Value::Array(list)) => Ok(list),
        Ok(_) | Err(_) => Err(CannotOpen),
    }
}

impl Detail {
    fn encode(self) -> Vec<u8> {
        let list = match self {
            Self::LetIn { of } | Self::Undo { of } => vec![Value::from(of)],
            Self::Clock { wall, floor } => vec![Value::int(wall.0), Value::int(floor.0)],
            Self::Gone {
                first,
                last,
                before,
                after,
            } => vec![
                Value::from(first),
                Value::from(last),
                Value::bytes(before),
                Value::bytes(after),
            ],
        };

        cbor::encode(&Value::Array(list))
    }
}

impl Personal {
    /// cbor(list) ‖ 0x80 ‖ zeros to 160 or 320 bytes. What a person typed is cut to fit; the rest always does.
    fn pad(&self, at: Timestamp, witness: Witness) -> Vec<u8> {
        let mut keep = usize::MAX;
        loop {
            let mut text = cbor::encode(&self.list(at, witness, keep));
            text.push(0x80);
            if let Some(size) = PADDED.into_iter().find(|size| *size >= text.len()) {
                text.resize(size, 0);
                return text;
            }
            keep = match keep {
                usize::MAX => 64,
                0 => return text,
                n => n / 2,
            };
        }
    }

    /// Exact time, boot id, monotonic, issuer, reasons, name, birth, handle, class, shift; texts cut to
    /// `keep` characters.
    fn list(&self, at: Timestamp, witness: Witness, keep: usize) -> Value {
        let cut = |text: &String| Value::text(text.chars().take(keep).collect::<String>());
        let mut reasons: Vec<Value> = self
            .reasons
            .iter()
            .map(|reason| Value::from(reason.number()))
            .collect();
        if let Some((reason, note)) = &self.emergency {
            let number = EMERGENCY_BASE.saturating_add(u16::from(reason.number()));
            reasons.push(Value::from(number));
            if !note.is_empty() {
                reasons.push(cut(note));
            }
        }
        let who = match (self.handle, &self.typed_last_four) {
            (Some(handle), _) => Value::bytes(handle.0),
            (None, Some(last_four)) => cut(last_four),
            (None, None) => Value::Null,
        };
        let optional = |text: &Option<String>| text.as_ref().map_or(Value::Null, cut);

        Value::Array(vec![
            Value::int(at.0),
            Value::bytes(witness.boot),
            Value::from(witness.mono_ms),
            optional(&self.issuer),
            Value::Array(reasons),
            optional(&self.name),
            Value::from(self.birth_year),
            who,
            Value::from(self.class.map(class_number)),
            Value::Null,
        ])
    }
}

/// L("seal") ‖ authority ‖ kid.
fn info(authority: AuthorityId, kid: Kid) -> Vec<u8> {
    let mut info = label("seal");
    info.extend_from_slice(&authority.0);
    info.extend_from_slice(&kid.0);
    info
}

/// L("entry-aad") ‖ token ‖ cbor(first 12 of core); 16 zero bytes where there is no token.
fn aad(token: Option<&[u8; 16]>, core: &Core) -> Vec<u8> {
    let mut aad = label("entry-aad");
    aad.extend_from_slice(token.unwrap_or(&[0; 16]));
    aad.extend_from_slice(&core.sealing_place());
    aad
}

/// SHA-256(L("body") ‖ token or 16 zero bytes ‖ sealed).
fn body_hash(token: Option<&[u8; 16]>, sealed: &[u8]) -> [u8; 32] {
    sha256(&[&label("body"), token.unwrap_or(&[0; 16]), sealed])
}

/// SHA-256(L("detail") ‖ cbor(detail)).
fn detail_hash(detail: &[u8]) -> [u8; 32] {
    sha256(&[&label("detail"), detail])
}
