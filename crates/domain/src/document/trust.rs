//! `trust`: every key that a station relies on, and the policies of its venues.

use super::assignment::{preset_from, preset_word};
use super::{DocumentError, Header, Root};
use crate::cbor::{Fields, Value, WrongShape};
use crate::cose::Sign;
use crate::crypto::{PublicKey, SealingKey, SigningKey};
use crate::screen::Preset;
use crate::time::{DAY, Timestamp};

const TYP: &str = "trust";
/// 4 MiB (SECURITY.md §8).
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// 20,000 keys (SECURITY.md §8).
const MAX_KEYS: usize = 20_000;
/// exp <= iat + 90 d (SECURITY.md §2).
const MAX_LIFE: i64 = 90 * DAY;
/// The format of our own paper code in an issuer's entry.
pub const ISSUER_FORMAT_NATIVE: &str = "ms1";

/// A verified `trust` document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// What it says.
    pub body: TrustBody,
    /// Its root is a demonstration.
    pub demo: bool,
}

/// What a `trust` document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustBody {
    /// Authority, version, times.
    pub header: Header,
    /// Who signs assignments.
    pub registry: Vec<RoleKey>,
    /// Who signs manifests.
    pub status: Vec<RoleKey>,
    /// Who signs answers.
    pub receipt: Vec<RoleKey>,
    /// Who USB exports are sealed to.
    pub exchange: Vec<ExchangeTurn>,
    /// Who entries are sealed to, week by week.
    pub sealing: Vec<SealingTurn>,
    /// Who signs codes.
    pub issuers: Vec<Issuer>,
    /// The status lists that codes may name.
    pub status_uris: Vec<String>,
    /// The rule for each kind of venue.
    pub policies: Vec<VenuePolicy>,
    /// Days after which entries leave the station and the centre.
    pub retention_days: u32,
    /// The oldest release that may run.
    pub min_version: String,
    /// The newest release, which `min_version` may not exceed.
    pub release: String,
    /// SHA-256 of the public keys (SPKI) that the centre's TLS may show; empty: a CA decides.
    pub pins: Vec<[u8; 32]>,
    /// District codes.
    pub districts: Vec<String>,
}

/// A signing key with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleKey {
    /// The key.
    pub key: PublicKey,
    /// Used from this second on.
    pub not_before: Timestamp,
    /// Not used from this second on.
    pub not_after: Timestamp,
}

/// An exchange key with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeTurn {
    /// The key.
    pub key: SealingKey,
    /// Used from this second on.
    pub not_before: Timestamp,
    /// Not used from this second on.
    pub not_after: Timestamp,
}

/// One week's sealing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealingTurn {
    /// The key.
    pub key: SealingKey,
    /// Used from this second on.
    pub not_before: Timestamp,
    /// Not used from this second on.
    pub not_after: Timestamp,
}

/// A signer of codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its name, as in the code's `iss` and on the screen.
    pub name: String,
    /// Which format of codes: [`ISSUER_FORMAT_NATIVE`] for our own.
    pub format: String,
    /// Which kind of codes it may sign.
    pub kind: IssuerKind,
    /// COSE algorithm number: -8 for Ed25519.
    pub algorithm: i64,
    /// The key as its format has it: 32 raw bytes for Ed25519.
    pub key: Vec<u8>,
    /// Used from this second on.
    pub not_before: Timestamp,
    /// Not used from this second on.
    pub not_after: Timestamp,
    /// The longest life, in seconds, that it may give a code.
    pub max_lifetime: i64,
}

/// What an issuer may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerKind {
    /// Residents' sheets.
    Resident,
    /// Test centres' slips.
    Slip,
}

/// The rule for one kind of venue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenuePolicy {
    /// Which kind.
    pub kind: Preset,
    /// A negative sample must be younger than this many hours; none where no test is asked for.
    pub test_within_hours: Option<u32>,
    /// Staff compare the ID document before an admit counts.
    pub identity_check: bool,
    /// The same sheet again within this many seconds is attention.
    pub again_within: i64,
    /// From this age of the status, in hours, staff are warned and a missing test is no refusal.
    pub status_warn_hours: u32,
    /// From this age of the status, in hours, nothing is decided on it.
    pub status_stop_hours: u32,
    /// Rules beyond the preset, as CertLogic texts. This release evaluates none: with one, the verdict
    /// is undecided `rule_failed`.
    pub rules: Vec<String>,
}

impl VenuePolicy {
    /// Green, and a negative sample within 48 hours.
    #[must_use]
    pub fn public_place() -> Self {
        Self {
            kind: Preset::PublicPlace,
            test_within_hours: Some(48),
            identity_check: true,
            again_within: 600,
            status_warn_hours: 24,
            status_stop_hours: 72,
            rules: Vec::new(),
        }
    }

    /// Green.
    #[must_use]
    pub fn residential() -> Self {
        Self {
            kind: Preset::Residential,
            test_within_hours: None,
            ..Self::public_place()
        }
    }
}

impl RoleKey {
    fn in_force(&self, now: Timestamp) -> bool {
        self.not_before <= now && now < self.not_after
    }
}

impl Issuer {
    /// The key, if it is one that our own format uses.
    #[must_use]
    pub fn native_key(&self) -> Option<PublicKey> {
        if self.format != ISSUER_FORMAT_NATIVE || self.algorithm != crate::cose::EDDSA {
            return None;
        }

        PublicKey::new(self.key.as_slice().try_into().ok()?).ok()
    }
}

impl Trust {
    /// Reads a `trust` document that a threshold of `root` signed.
    ///
    /// # Errors
    /// See [`DocumentError`].
    pub fn verify(bytes: &[u8], root: &Root) -> Result<Self, DocumentError> {
        if bytes.len() > MAX_BYTES {
            return Err(DocumentError::TooLarge);
        }
        let payload = Sign::read(TYP, bytes)?
            .verify(&root.keys, root.threshold)
            .ok_or(DocumentError::NotSigned)?;
        let body = TrustBody::from_value(payload)?;
        if body.header.authority != root.header.authority {
            return Err(DocumentError::OtherAuthority);
        }
        body.check(root)?;

        Ok(Self {
            body,
            demo: root.demo,
        })
    }

    /// The registry keys in force.
    #[must_use]
    pub fn registry(&self, now: Timestamp) -> Vec<PublicKey> {
        in_force(&self.body.registry, now)
    }

    /// The status keys in force.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Vec<PublicKey> {
        in_force(&self.body.status, now)
    }

    /// All receipt keys: an answer proves a time, so it cannot be judged by the clock it corrects.
    #[must_use]
    pub fn receipt(&self) -> Vec<PublicKey> {
        self.body.receipt.iter().map(|role| role.key).collect()
    }

    /// The sealing key of `now`; where none is in force the one that ended last, and `true` for overrun.
    #[must_use]
    pub fn sealing(&self, now: Timestamp) -> Option<(SealingKey, bool)> {
        let turns = &self.body.sealing;
        if let Some(turn) = turns
            .iter()
            .find(|turn| turn.not_before <= now && now < turn.not_after)
        {
            return Some((turn.key, false));
        }

        turns
            .iter()
            .max_by_key(|turn| turn.not_after)
            .map(|turn| (turn.key, true))
    }

    /// The rule for a kind of venue.
    #[must_use]
    pub fn policy(&self, kind: Preset) -> Option<&VenuePolicy> {
        self.body.policies.iter().find(|policy| policy.kind == kind)
    }
}

fn in_force(keys: &[RoleKey], now: Timestamp) -> Vec<PublicKey> {
    keys.iter()
        .filter(|role| role.in_force(now))
        .map(|role| role.key)
        .collect()
}

impl TrustBody {
    /// The signed document.
    #[must_use]
    pub fn sign(&self, roots: &[&SigningKey]) -> Vec<u8> {
        let mut entries = self.header.entries();
        let texts = |list: &[String]| Value::Array(list.iter().map(Value::text).collect());
        entries.extend([
            (Value::text("registry"), role_keys(&self.registry)),
            (Value::text("status"), role_keys(&self.status)),
            (Value::text("receipt"), role_keys(&self.receipt)),
            (
                Value::text("exchange"),
                array(&self.exchange, |turn| {
                    turn_value(turn.key.as_bytes(), turn.not_before, turn.not_after)
                }),
            ),
            (
                Value::text("sealing"),
                array(&self.sealing, |turn| {
                    turn_value(turn.key.as_bytes(), turn.not_before, turn.not_after)
                }),
            ),
            (
                Value::text("issuers"),
                array(&self.issuers, Issuer::to_value),
            ),
            (Value::text("status_uris"), texts(&self.status_uris)),
            (
                Value::text("policies"),
                array(&self.policies, VenuePolicy::to_value),
            ),
            (
                Value::text("retention_days"),
                Value::from(self.retention_days),
            ),
            (Value::text("min_version"), Value::text(&self.min_version)),
            (Value::text("release"), Value::text(&self.release)),
            (
                Value::text("pins"),
                array(&self.pins, |pin| Value::bytes(pin)),
            ),
            (Value::text("districts"), texts(&self.districts)),
        ]);

        Sign::sign(TYP, &Value::Map(entries), roots)
    }

    fn from_value(value: Value) -> Result<Self, DocumentError> {
        let mut fields = Fields::of(value)?;
        let text = |item: Value| item.as_text().map(str::to_owned).ok_or(WrongShape);
        let body = Self {
            header: Header::take(&mut fields)?,
            registry: take_role_keys(&mut fields, "registry")?,
            status: take_role_keys(&mut fields, "status")?,
            receipt: take_role_keys(&mut fields, "receipt")?,
            exchange: take_turns(&mut fields, "exchange")?
                .into_iter()
                .map(|(key, not_before, not_after)| ExchangeTurn {
                    key,
                    not_before,
                    not_after,
                })
                .collect(),
            sealing: take_turns(&mut fields, "sealing")?
                .into_iter()
                .map(|(key, not_before, not_after)| SealingTurn {
                    key,
                    not_before,
                    not_after,
                })
                .collect(),
            issuers: fields.list("issuers", Issuer::from_value)?,
            status_uris: fields.list("status_uris", text)?,
            policies: fields.list("policies", VenuePolicy::from_value)?,
            retention_days: fields.get("retention_days", as_u32)?,
            min_version: fields.text("min_version")?,
            release: fields.text("release")?,
            pins: fields.list("pins", |item| item.as_array().ok_or(WrongShape))?,
            districts: fields.list("districts", text)?,
        };
        fields.end()?;

        Ok(body)
    }

    fn check(&self, root: &Root) -> Result<(), DocumentError> {
        self.header.check_life(MAX_LIFE)?;
        let last_sealing = self.sealing.iter().map(|turn| turn.not_after).max();
        if last_sealing.is_none_or(|last| self.header.expires > last)
            || version_numbers(&self.min_version) > version_numbers(&self.release)
        {
            return Err(DocumentError::Content);
        }
        let mut keys: Vec<Vec<u8>> = self.all_keys();
        if keys.len() > MAX_KEYS {
            return Err(DocumentError::TooLarge);
        }
        keys.extend(root.keys.iter().map(|key| key.as_bytes().to_vec()));
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        if keys.len() != count {
            return Err(DocumentError::KeyInTwoRoles);
        }
        let unfit = self
            .issuers
            .iter()
            .any(|issuer| issuer.format == ISSUER_FORMAT_NATIVE && issuer.native_key().is_none());
        if unfit {
            return Err(DocumentError::WeakKey(crate::crypto::WeakKey));
        }

        Ok(())
    }

    fn all_keys(&self) -> Vec<Vec<u8>> {
        let roles = [&self.registry, &self.status, &self.receipt];
        let signing = roles.into_iter().flatten().map(|role| role.key.as_bytes());
        let exchange = self.exchange.iter().map(|turn| turn.key.as_bytes());
        let sealing = self.sealing.iter().map(|turn| turn.key.as_bytes());

        signing
            .chain(exchange)
            .chain(sealing)
            .map(|key| key.to_vec())
            .chain(self.issuers.iter().map(|issuer| issuer.key.clone()))
            .collect()
    }
}

impl Issuer {
    fn to_value(&self) -> Value {
        Value::map([
            ("name", Value::text(&self.name)),
            ("format", Value::text(&self.format)),
            (
                "kind",
                Value::text(match self.kind {
                    IssuerKind::Resident => "resident",
                    IssuerKind::Slip => "slip",
                }),
            ),
            ("algorithm", Value::int(self.algorithm)),
            ("key", Value::bytes(&self.key)),
            ("not_before", Value::int(self.not_before.0)),
            ("not_after", Value::int(self.not_after.0)),
            ("max_lifetime", Value::int(self.max_lifetime)),
        ])
    }

    fn from_value(value: Value) -> Result<Self, WrongShape> {
        let mut fields = Fields::of(value)?;
        let issuer = Self {
            name: fields.text("name")?,
            format: fields.text("format")?,
            kind: fields.get("kind", |value| match value.as_text()? {
                "resident" => Some(IssuerKind::Resident),
                "slip" => Some(IssuerKind::Slip),
                _ => None,
            })?,
            algorithm: fields.get("algorithm", Value::as_i64)?,
            key: fields.get("key", |value| value.as_bytes().map(<[u8]>::to_vec))?,
            not_before: take_time(&mut fields, "not_before")?,
            not_after: take_time(&mut fields, "not_after")?,
            max_lifetime: fields.get("max_lifetime", Value::as_i64)?,
        };
        fields.end()?;

        Ok(issuer)
    }
}

impl VenuePolicy {
    fn to_value(&self) -> Value {
        Value::map([
            ("kind", Value::text(preset_word(self.kind))),
            ("test_within_hours", Value::from(self.test_within_hours)),
            ("identity_check", Value::Bool(self.identity_check)),
            ("again_within", Value::int(self.again_within)),
            ("status_warn_hours", Value::from(self.status_warn_hours)),
            ("status_stop_hours", Value::from(self.status_stop_hours)),
            (
                "rules",
                Value::Array(self.rules.iter().map(Value::text).collect()),
            ),
        ])
    }

    fn from_value(value: Value) -> Result<Self, WrongShape> {
        let mut fields = Fields::of(value)?;
        let policy = Self {
            kind: fields.get("kind", |value| preset_from(value.as_text()?))?,
            test_within_hours: fields.get("test_within_hours", |value| {
                if *value == Value::Null {
                    Some(None)
                } else {
                    as_u32(value).map(Some)
                }
            })?,
            identity_check: fields.get("identity_check", Value::as_bool)?,
            again_within: fields.get("again_within", Value::as_i64)?,
            status_warn_hours: fields.get("status_warn_hours", as_u32)?,
            status_stop_hours: fields.get("status_stop_hours", as_u32)?,
            rules: fields.list("rules", |item| {
                item.as_text().map(str::to_owned).ok_or(WrongShape)
            })?,
        };
        fields.end()?;

        Ok(policy)
    }
}

fn as_u32(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

fn array<T>(items: &[T], to_value: impl Fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(to_value).collect())
}

fn role_keys(keys: &[RoleKey]) -> Value {
    array(keys, |role| {
        turn_value(role.key.as_bytes(), role.not_before, role.not_after)
    })
}

fn turn_value(key: &[u8; 32], not_before: Timestamp, not_after: Timestamp) -> Value {
    Value::map([
        ("key", Value::bytes(key)),
        ("not_before", Value::int(not_before.0)),
        ("not_after", Value::int(not_after.0)),
    ])
}

fn take_role_keys(fields: &mut Fields, name: &str) -> Result<Vec<RoleKey>, DocumentError> {
    fields
        .list(name, turn_from)?
        .into_iter()
        .map(|(key, not_before, not_after)| {
            Ok(RoleKey {
                key: PublicKey::new(key)?,
                not_before,
                not_after,
            })
        })
        .collect()
}

fn take_turns(
    fields: &mut Fields,
    name: &str,
) -> Result<Vec<(SealingKey, Timestamp, Timestamp)>, DocumentError> {
    fields
        .list(name, turn_from)?
        .into_iter()
        .map(|(key, not_before, not_after)| Ok((SealingKey::new(key)?, not_before, not_after)))
        .collect()
}

fn turn_from(value: Value) -> Result<([u8; 32], Timestamp, Timestamp), WrongShape> {
    let mut fields = Fields::of(value)?;
    let key = fields.get("key", Value::as_array)?;
    let not_before = take_time(&mut fields, "not_before")?;
    let not_after = take_time(&mut fields, "not_after")?;
    fields.end()?;

    Ok((key, not_before, not_after))
}

fn take_time(fields: &mut Fields, name: &str) -> Result<Timestamp, WrongShape> {
    fields.get(name, Value::as_i64).map(Timestamp)
}

/// `1.2.3` as numbers, so that 1.10 is newer than 1.9.
fn version_numbers(version: &str) -> Vec<u64> {
    version
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}
