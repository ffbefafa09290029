//! `trust`: every key that a station relies on, and the policies of its venues.

use super::foreign::{hcert_from_value, hcert_to_value, key_from_value, key_to_value};
use super::header::later;
use super::issuer::NativeKeys;
use super::lookup::{scheme_from_value, scheme_to_value, schemes_are_sound};
use super::venue_policy::as_u32;
use super::{
    DocumentError, ExchangeTurn, Header, Issuer, RevocationFile, RoleKey, Root, SealingTurn,
    VenuePolicy,
};
use crate::cbor::{Fields, Value, WrongShape};
use crate::code::foreign::{ForeignKey, HcertMap, KeyRing};
use crate::code::lookup::LookupScheme;
use crate::cose::Sign;
use crate::crypto::{PublicKey, SealingKey, SigningKey};
use crate::rules::RuleSet;
use crate::screen::Preset;
use crate::time::{DAY, Timestamp};

pub(super) const TYP: &str = "trust";
/// 4 MiB (SECURITY.md §8).
pub(super) const MAX_BYTES: usize = 4 * 1024 * 1024;
/// 20,000 keys (SECURITY.md §8).
const MAX_KEYS: usize = 20_000;
/// Lists of what was taken back: a stick has room for them beside all else.
const MAX_LISTS: usize = 512;
/// All of them together.
const MAX_LISTS_BYTES: u64 = 64 * 1024 * 1024;
/// exp <= iat + 90 d (SECURITY.md §2).
const MAX_LIFE: i64 = 90 * DAY;
/// What a field says that is left out.
const NOTHING: Value = Value::Array(Vec::new());

/// A verified `trust` document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// What it says.
    pub body: TrustBody,
    /// Its root is a demonstration.
    pub demo: bool,
    native_keys: NativeKeys,
    foreign_keys: KeyRing,
    rule_sets: Vec<(Preset, Vec<Option<RuleSet>>)>,
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
    /// Who signs codes of other formats. Documents of earlier releases name none.
    pub foreign: Vec<ForeignKey>,
    /// What those have taken back, in files of their own.
    pub revocations: Vec<RevocationFile>,
    /// Which numbers of an HCERT hold what; `None` says the default, as documents of earlier releases do.
    pub hcert: Option<HcertMap>,
    /// The status lists that codes may name.
    pub status_uris: Vec<String>,
    /// Whose codes of which shape are looked up. Documents of earlier releases name none.
    pub lookups: Vec<LookupScheme>,
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
        body.check(root)?;

        Ok(Self {
            native_keys: NativeKeys::of(&body.issuers),
            foreign_keys: KeyRing::new(body.foreign.iter().cloned()),
            rule_sets: body
                .policies
                .iter()
                .map(|policy| (policy.kind, policy.rule_sets()))
                .collect(),
            body,
            demo: root.demo,
        })
    }

    /// The registry keys in force.
    #[must_use]
    pub fn registry(&self, now: Timestamp) -> Vec<PublicKey> {
        RoleKey::in_force(&self.body.registry, now)
    }

    /// The status keys in force.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Vec<PublicKey> {
        RoleKey::in_force(&self.body.status, now)
    }

    /// All receipt keys: an answer proves a time, so it cannot be judged by the clock it corrects.
    #[must_use]
    pub fn receipt(&self) -> Vec<PublicKey> {
        self.body.receipt.iter().map(|role| role.key).collect()
    }

    /// The sealing key of `now`, unless its time ended below the floor of time (SECURITY.md §7: whoever sets a clock
    /// back must not bring an old key back); where none is in force the one that ends last, and `true` for overrun.
    #[must_use]
    pub fn sealing(&self, now: Timestamp, floor: Option<Timestamp>) -> Option<(SealingKey, bool)> {
        SealingTurn::of(&self.body.sealing, now, floor)
    }

    /// The key that exports of `now` are sealed to, unless its time ended below the floor of time; where none is in
    /// force the one that ends last, so that a wrong clock does not keep entries from leaving.
    #[must_use]
    pub fn exchange(&self, now: Timestamp, floor: Option<Timestamp>) -> Option<SealingKey> {
        ExchangeTurn::of(&self.body.exchange, now, floor)
    }

    /// The native issuers whose key has this short id, each with its key.
    pub fn native_issuers(&self, kid: [u8; 4]) -> impl Iterator<Item = (&Issuer, &PublicKey)> {
        self.native_keys
            .named(kid)
            .iter()
            .filter_map(|(key, at)| Some((self.body.issuers.get(*at)?, key)))
    }

    /// The keys of other formats by the ids that codes name.
    #[must_use]
    pub fn foreign_keys(&self) -> &KeyRing {
        &self.foreign_keys
    }

    /// Which numbers of an HCERT hold what.
    #[must_use]
    pub fn hcert(&self) -> HcertMap {
        self.body.hcert.clone().unwrap_or_default()
    }

    /// The rule for a kind of venue.
    #[must_use]
    pub fn policy(&self, kind: Preset) -> Option<&VenuePolicy> {
        self.body.policies.iter().find(|policy| policy.kind == kind)
    }

    /// The rules beyond the preset of a kind of venue, as [`VenuePolicy::rule_sets`] has them.
    #[must_use]
    pub fn rule_sets(&self, kind: Preset) -> &[Option<RuleSet>] {
        self.rule_sets
            .iter()
            .find(|(of, _)| *of == kind)
            .map_or(&[], |(_, sets)| sets)
    }
}

impl TrustBody {
    /// The signed document.
    #[must_use]
    pub fn sign(&self, roots: &[&SigningKey]) -> Vec<u8> {
        let mut entries = self.header.entries();
        let fields = [
            ("registry", array(&self.registry, |key| key.to_value())),
            ("status", array(&self.status, |key| key.to_value())),
            ("receipt", array(&self.receipt, |key| key.to_value())),
            ("exchange", array(&self.exchange, |turn| turn.to_value())),
            ("sealing", array(&self.sealing, |turn| turn.to_value())),
            ("issuers", array(&self.issuers, Issuer::to_value)),
            (
                "status_uris",
                array(&self.status_uris, |uri| Value::text(uri)),
            ),
            ("policies", array(&self.policies, VenuePolicy::to_value)),
            ("retention_days", Value::from(self.retention_days)),
            ("min_version", Value::text(&self.min_version)),
            ("release", Value::text(&self.release)),
            ("pins", array(&self.pins, |pin| Value::bytes(pin))),
            (
                "districts",
                array(&self.districts, |code| Value::text(code)),
            ),
        ];
        entries.extend(fields.map(|(name, value)| (Value::text(name), value)));
        // An earlier release refuses fields that it does not know, so they stand only where they say something.
        let later = [
            ("foreign", array(&self.foreign, key_to_value)),
            (
                "revocations",
                array(&self.revocations, RevocationFile::to_value),
            ),
            ("hcert", self.hcert.as_ref().map_or(NOTHING, hcert_to_value)),
            ("lookups", array(&self.lookups, scheme_to_value)),
        ];
        entries.extend(
            later
                .into_iter()
                .filter(|(_, value)| *value != NOTHING)
                .map(|(name, value)| (Value::text(name), value)),
        );

        Sign::sign(TYP, &Value::Map(entries), roots)
    }

    pub(super) fn from_value(value: Value) -> Result<Self, DocumentError> {
        let mut fields = Fields::of(value)?;
        let text = |item: Value| item.as_text().map(str::to_owned).ok_or(WrongShape);
        let body = Self {
            header: Header::take(&mut fields)?,
            registry: RoleKey::take_all(&mut fields, "registry")?,
            status: RoleKey::take_all(&mut fields, "status")?,
            receipt: RoleKey::take_all(&mut fields, "receipt")?,
            exchange: ExchangeTurn::take_all(&mut fields, "exchange")?,
            sealing: SealingTurn::take_all(&mut fields, "sealing")?,
            issuers: fields.list("issuers", Issuer::from_value)?,
            foreign: later(&mut fields, "foreign", key_from_value)?,
            revocations: later(&mut fields, "revocations", RevocationFile::from_value)?,
            hcert: fields
                .maybe("hcert")
                .map(|map| hcert_from_value(&map))
                .transpose()?,
            status_uris: fields.list("status_uris", text)?,
            lookups: later(&mut fields, "lookups", scheme_from_value)?,
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

    pub(super) fn check(&self, root: &Root) -> Result<(), DocumentError> {
        if self.header.authority != root.header.authority {
            return Err(DocumentError::OtherAuthority);
        }
        self.header.check_life(MAX_LIFE)?;
        if !self.agrees_with_itself() || !schemes_are_sound(&self.lookups) {
            return Err(DocumentError::Content);
        }
        let mut keys: Vec<&[u8]> = self.all_keys();
        if keys.len() > MAX_KEYS || self.foreign.len() > MAX_KEYS || self.lists_are_too_many() {
            return Err(DocumentError::TooLarge);
        }
        keys.extend(root.keys.iter().map(|key| &key.as_bytes()[..]));
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        if keys.len() != count {
            return Err(DocumentError::KeyInTwoRoles);
        }
        for issuer in &self.issuers {
            issuer.check_key()?;
        }

        Ok(())
    }

    /// It does not outlive its last sealing key, asks for no release that does not exist, and has one
    /// policy at most for a kind of venue.
    fn agrees_with_itself(&self) -> bool {
        let last_sealing = self.sealing.iter().map(|turn| turn.not_after).max();
        let releases = version_numbers(&self.min_version).zip(version_numbers(&self.release));
        let mut kinds: Vec<Preset> = self.policies.iter().map(|policy| policy.kind).collect();
        kinds.sort_unstable();

        last_sealing.is_some_and(|last| self.header.expires <= last)
            && releases.is_some_and(|(oldest, newest)| oldest <= newest)
            && kinds.is_sorted_by(|a, b| a < b)
    }

    /// A station holds all lists in memory, and fetches them one by one.
    fn lists_are_too_many(&self) -> bool {
        let lengths = self.revocations.iter().map(|file| file.length);

        self.revocations.len() > MAX_LISTS || lengths.fold(0, u64::saturating_add) > MAX_LISTS_BYTES
    }

    fn all_keys(&self) -> Vec<&[u8]> {
        let roles = [&self.registry, &self.status, &self.receipt];
        let signing = roles.into_iter().flatten().map(|role| role.key.as_bytes());
        let exchange = self.exchange.iter().map(|turn| turn.key.as_bytes());
        let sealing = self.sealing.iter().map(|turn| turn.key.as_bytes());
        // A foreign issuer may sign several kinds of codes with one key, but never with a key of ours.
        let mut foreign: Vec<&[u8]> = self
            .foreign
            .iter()
            .filter_map(|foreign| Some(foreign.key.as_ref()?.as_bytes()))
            .collect();
        foreign.sort_unstable();
        foreign.dedup();

        signing
            .chain(exchange)
            .chain(sealing)
            .map(|key| &key[..])
            .chain(self.issuers.iter().map(|issuer| issuer.key.as_slice()))
            .chain(foreign)
            .collect()
    }
}

fn array<T>(items: &[T], to_value: impl Fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(to_value).collect())
}

/// `1.2.3` as numbers, so that 1.10.0 is newer than 1.9.0.
fn version_numbers(version: &str) -> Option<[u64; 3]> {
    let numbers: Vec<u64> = version
        .split('.')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;

    numbers.try_into().ok()
}
