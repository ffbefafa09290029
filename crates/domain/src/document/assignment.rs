//! `assignment`: which venue a station stands at, under which keys, with which status secrets.

use super::header::later;
use super::{DocumentError, Header, SealedContentKey, SealedSecret};
use crate::cbor::{Fields, Value, WrongShape};
use crate::cose::Sign1;
use crate::crypto::{ContentKey, OpeningKey, PublicKey, SealingKey, Secret, SigningKey};
use crate::ids::{AuthorityId, StationId, VenueId};
use crate::screen::Preset;
use crate::time::DAY;

const TYP: &str = "assignment";
/// 64 KiB (SECURITY.md §8).
const MAX_BYTES: usize = 64 * 1024;
/// exp <= iat + 45 d (SECURITY.md §2).
const MAX_LIFE: i64 = 45 * DAY;

/// What the registry says of one station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Authority, version, times.
    pub header: Header,
    /// Which station.
    pub station: StationId,
    /// The key that signs its rows in this epoch.
    pub signing_key: PublicKey,
    /// The key that secrets are sealed to.
    pub sealing_key: SealingKey,
    /// Where it stands.
    pub venue: Venue,
    /// At which gate.
    pub gate: u64,
    /// In which district.
    pub district: String,
    /// Counts the station's enrolments, from 1.
    pub epoch: u32,
    /// Where the epoch before it ended.
    pub previous: PreviousEpoch,
    /// The weekly status secrets, sealed to this station.
    pub secrets: Vec<SealedSecret>,
    /// The keys of encrypted codes, sealed to this station: at most 16. Assignments of earlier releases have none.
    pub content_keys: Vec<SealedContentKey>,
}

/// A place with a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Venue {
    /// Its id.
    pub id: VenueId,
    /// Selects the policy.
    pub kind: Preset,
    /// Name for the screen.
    pub name: String,
    /// Address for the screen.
    pub address: String,
    /// Minutes that local time is ahead of UTC.
    pub utc_offset_minutes: i32,
}

/// The last row that the registry knows of the epoch before; 0 and 32 zero bytes at the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreviousEpoch {
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl PreviousEpoch {
    /// Before the first epoch there was nothing.
    pub const NONE: Self = Self {
        seq: 0,
        hash: [0; 32],
    };
}

impl Assignment {
    /// The signed document.
    #[must_use]
    pub fn sign(&self, registry: &SigningKey) -> Vec<u8> {
        let venue = Value::map([
            ("id", Value::bytes(self.venue.id.0)),
            ("kind", Value::text(preset_word(self.venue.kind))),
            ("name", Value::text(&self.venue.name)),
            ("address", Value::text(&self.venue.address)),
            (
                "utc_offset_minutes",
                Value::int(i64::from(self.venue.utc_offset_minutes)),
            ),
        ]);
        let mut entries = self.header.entries();
        entries.extend([
            (Value::text("station"), Value::bytes(self.station.0)),
            (
                Value::text("ed25519"),
                Value::bytes(self.signing_key.as_bytes()),
            ),
            (
                Value::text("x25519"),
                Value::bytes(self.sealing_key.as_bytes()),
            ),
            (Value::text("venue"), venue),
            (Value::text("gate"), Value::from(self.gate)),
            (Value::text("district"), Value::text(&self.district)),
            (Value::text("epoch"), Value::from(self.epoch)),
            (
                Value::text("previous"),
                Value::Array(vec![
                    Value::from(self.previous.seq),
                    Value::bytes(self.previous.hash),
                ]),
            ),
            (
                Value::text("secrets"),
                Value::Array(self.secrets.iter().map(|s| Value::bytes(&s.0)).collect()),
            ),
        ]);
        // An earlier release refuses a field that it does not know, so it stands only where it says something.
        if !self.content_keys.is_empty() {
            let sealed = self.content_keys.iter().map(|key| Value::bytes(&key.0));
            entries.push((Value::text("content_keys"), Value::Array(sealed.collect())));
        }

        Sign1::sign(TYP, &Value::Map(entries), registry)
    }

    /// Reads an assignment that one of `registry` signed, for the holder of `own_key`.
    ///
    /// # Errors
    /// See [`DocumentError`].
    pub fn verify(
        bytes: &[u8],
        authority: AuthorityId,
        registry: &[PublicKey],
        own_key: &PublicKey,
    ) -> Result<Self, DocumentError> {
        if bytes.len() > MAX_BYTES {
            return Err(DocumentError::TooLarge);
        }
        let signed = Sign1::read(TYP, bytes)?;
        let payload = registry
            .iter()
            .find_map(|key| signed.verify(key))
            .ok_or(DocumentError::NotSigned)?;
        let assignment = Self::from_value(payload)?;
        assignment.header.check_life(MAX_LIFE)?;
        if assignment.header.authority != authority {
            return Err(DocumentError::OtherAuthority);
        }
        if assignment.signing_key != *own_key {
            return Err(DocumentError::OtherStation);
        }
        if !assignment.begins_where_it_may()
            || assignment.content_keys.len() > SealedContentKey::MOST
        {
            return Err(DocumentError::Content);
        }

        Ok(assignment)
    }

    /// Epochs count from 1; the first follows nothing, and its key gave the station its id.
    fn begins_where_it_may(&self) -> bool {
        match self.epoch {
            0 => false,
            1 => {
                self.previous == PreviousEpoch::NONE
                    && self.station == StationId::of(&self.signing_key)
            }
            _ => true,
        }
    }

    /// The status secrets that open with the station's key, by week.
    #[must_use]
    pub fn open_secrets(&self, key: &OpeningKey) -> Vec<(u64, Secret)> {
        self.secrets
            .iter()
            .filter_map(|sealed| sealed.open(key, self.header.authority, self.station))
            .collect()
    }

    /// The keys of encrypted codes that open with the station's key.
    #[must_use]
    pub fn open_content_keys(&self, key: &OpeningKey) -> Vec<ContentKey> {
        self.content_keys
            .iter()
            .filter_map(|sealed| sealed.open(key, self.header.authority, self.station))
            .collect()
    }

    fn from_value(value: Value) -> Result<Self, DocumentError> {
        let mut fields = Fields::of(value)?;
        let bytes = |item: Value| item.as_bytes().map(<[u8]>::to_vec).ok_or(WrongShape);
        let header = Header::take(&mut fields)?;
        let assignment = Self {
            header,
            station: StationId(fields.get("station", Value::as_array)?),
            signing_key: PublicKey::new(fields.get("ed25519", Value::as_array)?)?,
            sealing_key: SealingKey::new(fields.get("x25519", Value::as_array)?)?,
            venue: Venue::from_value(fields.take("venue")?)?,
            gate: fields.get("gate", Value::as_u64)?,
            district: fields.text("district")?,
            epoch: fields.get("epoch", |value| u32::try_from(value.as_u64()?).ok())?,
            previous: fields.get("previous", previous_from)?,
            secrets: fields.list("secrets", |item| bytes(item).map(SealedSecret))?,
            content_keys: later(&mut fields, "content_keys", |item| {
                bytes(item).map(SealedContentKey)
            })?,
        };
        fields.end()?;

        Ok(assignment)
    }
}

impl Venue {
    fn from_value(value: Value) -> Result<Self, WrongShape> {
        let mut fields = Fields::of(value)?;
        let venue = Self {
            id: VenueId(fields.get("id", Value::as_array)?),
            kind: fields.get("kind", |value| preset_from(value.as_text()?))?,
            name: fields.text("name")?,
            address: fields.text("address")?,
            utc_offset_minutes: fields.get("utc_offset_minutes", |value| {
                i32::try_from(value.as_i64()?)
                    .ok()
                    .filter(|minutes| minutes.unsigned_abs() <= 14 * 60)
            })?,
        };
        fields.end()?;

        Ok(venue)
    }
}

pub(super) fn preset_word(preset: Preset) -> &'static str {
    match preset {
        Preset::PublicPlace => "public_place",
        Preset::Residential => "residential",
        Preset::Event => "event",
    }
}

pub(super) fn preset_from(word: &str) -> Option<Preset> {
    match word {
        "public_place" => Some(Preset::PublicPlace),
        "residential" => Some(Preset::Residential),
        "event" => Some(Preset::Event),
        _ => None,
    }
}

fn previous_from(value: &Value) -> Option<PreviousEpoch> {
    let [seq, hash] = value.as_items()? else {
        return None;
    };

    Some(PreviousEpoch {
        seq: seq.as_u64()?,
        hash: hash.as_array()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Fresh;
    use crate::time::Timestamp;

    fn key(byte: u8) -> SigningKey {
        SigningKey::new(Secret::new([byte; 32]))
    }

    fn assignment() -> Assignment {
        let station = StationId::of(&key(1).public());
        let sealing = OpeningKey::new(&Secret::new([2; 32])).public();
        Assignment {
            header: Header {
                authority: AuthorityId([1; 16]),
                version: 1,
                issued_at: Timestamp(0),
                expires: Timestamp(45 * DAY),
            },
            station,
            signing_key: key(1).public(),
            sealing_key: sealing,
            venue: Venue {
                id: VenueId([3; 16]),
                kind: Preset::PublicPlace,
                name: "华山医院门诊药房".to_owned(),
                address: "上海市静安区乌鲁木齐中路 12 号".to_owned(),
                utc_offset_minutes: 480,
            },
            gate: 2,
            district: "310106".to_owned(),
            epoch: 1,
            previous: PreviousEpoch::NONE,
            secrets: vec![SealedSecret::seal(
                2_960,
                &Secret::new([7; 32]),
                &sealing,
                AuthorityId([1; 16]),
                station,
                Fresh::new([8; 32]),
            )],
            content_keys: Vec::new(),
        }
    }

    fn verify(bytes: &[u8], own: u8) -> Result<Assignment, DocumentError> {
        Assignment::verify(
            bytes,
            AuthorityId([1; 16]),
            &[key(9).public()],
            &key(own).public(),
        )
    }

    #[test]
    fn an_assignment_is_taken_from_the_registry_by_the_station_it_names() {
        let bytes = assignment().sign(&key(9));
        assert_eq!(verify(&bytes, 1), Ok(assignment()));
        assert_eq!(verify(&bytes, 5), Err(DocumentError::OtherStation));
        assert_eq!(
            verify(&assignment().sign(&key(8)), 1),
            Err(DocumentError::NotSigned)
        );
    }

    #[test]
    fn another_authoritys_assignment_and_one_that_lives_too_long_are_refused() {
        let mut foreign = assignment();
        foreign.header.authority = AuthorityId([2; 16]);
        assert_eq!(
            verify(&foreign.sign(&key(9)), 1),
            Err(DocumentError::OtherAuthority)
        );
        let mut long = assignment();
        long.header.expires = Timestamp(45 * DAY + 1);
        assert_eq!(verify(&long.sign(&key(9)), 1), Err(DocumentError::Content));
    }

    #[test]
    fn epochs_count_from_one_and_the_first_follows_nothing_under_the_key_that_gave_the_id() {
        let epoch_0 = Assignment {
            epoch: 0,
            ..assignment()
        };
        let with_a_past = Assignment {
            previous: PreviousEpoch {
                seq: 1,
                hash: [1; 32],
            },
            ..assignment()
        };
        let foreign_id = Assignment {
            station: StationId([0; 16]),
            ..assignment()
        };
        for wrong in [epoch_0, with_a_past.clone(), foreign_id.clone()] {
            assert_eq!(
                verify(&wrong.sign(&key(9)), 1),
                Err(DocumentError::Content),
                "{wrong:?}"
            );
        }
        for mut later in [with_a_past, foreign_id] {
            later.epoch = 2;
            assert_eq!(verify(&later.sign(&key(9)), 1), Ok(later));
        }
    }

    #[test]
    fn a_status_secret_opens_only_for_its_station_and_authority() {
        let opened = assignment().open_secrets(&OpeningKey::new(&Secret::new([2; 32])));
        assert_eq!(opened.len(), 1);
        assert_eq!(opened[0].0, 2_960);
        assert_eq!(opened[0].1.expose(), &[7; 32]);
        let mut moved = assignment();
        moved.station = StationId([0; 16]);
        assert!(
            moved
                .open_secrets(&OpeningKey::new(&Secret::new([2; 32])))
                .is_empty()
        );
    }
}
