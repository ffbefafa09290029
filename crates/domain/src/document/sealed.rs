//! What is sealed to one station: status secrets, and keys of codes that are encrypted to whoever scans them. What stands first
//! in each tells them apart, so that neither opens as the other.

use zeroize::Zeroizing;

use crate::cbor::{self, Value};
use crate::crypto::{ContentKey, Fresh, OpeningKey, SealingKey, Secret, label, seal};
use crate::ids::{AuthorityId, StationId};

/// What stands before a key of encrypted codes; before a status secret it is a number.
const CONTENT: &str = "content";

/// One week's status secret, sealed to the station: HPKE of cbor(\[week, secret\]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret(pub Vec<u8>);

impl SealedSecret {
    /// Seals the secret of `week` for a station.
    #[must_use]
    pub fn seal(
        week: u64,
        secret: &Secret,
        to: &SealingKey,
        authority: AuthorityId,
        station: StationId,
        fresh: Fresh<32>,
    ) -> Self {
        let pair = [Value::from(week), Value::bytes(secret.expose())];

        Self(sealed(pair, to, authority, station, fresh))
    }

    pub(super) fn open(
        &self,
        key: &OpeningKey,
        authority: AuthorityId,
        station: StationId,
    ) -> Option<(u64, Secret)> {
        opened(&self.0, key, authority, station, |week, secret| {
            Some((week.as_u64()?, Secret::new(secret.as_array()?)))
        })
    }
}

/// A key of encrypted codes, sealed to a station: HPKE of cbor(\["content", key\]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedContentKey(pub Vec<u8>);

impl SealedContentKey {
    /// The most keys in an assignment: each is tried on a code that none before it opened.
    pub const MOST: usize = 16;

    /// Seals `key` for a station.
    #[must_use]
    pub fn seal(
        key: &ContentKey,
        to: &SealingKey,
        authority: AuthorityId,
        station: StationId,
        fresh: Fresh<32>,
    ) -> Self {
        let pair = [Value::text(CONTENT), Value::bytes(key.expose())];

        Self(sealed(pair, to, authority, station, fresh))
    }

    pub(super) fn open(
        &self,
        key: &OpeningKey,
        authority: AuthorityId,
        station: StationId,
    ) -> Option<ContentKey> {
        opened(&self.0, key, authority, station, |word, key| {
            if word.as_text() != Some(CONTENT) {
                return None;
            }

            ContentKey::new(key.as_bytes()?)
        })
    }
}

fn sealed(
    pair: [Value; 2],
    to: &SealingKey,
    authority: AuthorityId,
    station: StationId,
    fresh: Fresh<32>,
) -> Vec<u8> {
    let plain = Zeroizing::new(cbor::encode(&Value::Array(pair.into())));

    seal(to, &info(authority, station), &plain, &[], fresh)
}

fn opened<T>(
    sealed: &[u8],
    key: &OpeningKey,
    authority: AuthorityId,
    station: StationId,
    read: impl FnOnce(&Value, &Value) -> Option<T>,
) -> Option<T> {
    let plain = Zeroizing::new(key.open(sealed, &info(authority, station), &[]).ok()?);
    let value = cbor::decode(&plain, 4).ok()?;
    let [first, second] = value.as_items()? else {
        return None;
    };

    read(first, second)
}

/// info of every secret sealed for a station: L("to-station") ‖ authority ‖ station.
fn info(authority: AuthorityId, station: StationId) -> Vec<u8> {
    let mut info = label("to-station");
    info.extend_from_slice(&authority.0);
    info.extend_from_slice(&station.0);
    info
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SigningKey;
    use crate::document::{Assignment, DocumentError};
    use crate::fixture;
    use crate::screen::Preset;

    const LARGE: [u8; 32] = [6; 32];
    const SMALL: [u8; 16] = [7; 16];

    fn opening() -> OpeningKey {
        OpeningKey::new(&Secret::new([18; 32]))
    }

    fn sealed(key: &[u8], to: &Assignment) -> SealedContentKey {
        SealedContentKey::seal(
            &ContentKey::new(key).unwrap(),
            &to.sealing_key,
            to.header.authority,
            to.station,
            Fresh::new([8; 32]),
        )
    }

    fn assignment(keys: &[&[u8]]) -> Assignment {
        let mut assignment = fixture::assignment(Preset::Event);
        assignment.epoch = 2;
        assignment.content_keys = keys.iter().map(|key| sealed(key, &assignment)).collect();

        assignment
    }

    fn taken(assignment: &Assignment) -> Result<Assignment, DocumentError> {
        let registry = SigningKey::new(Secret::new([9; 32]));

        Assignment::verify(
            &assignment.sign(&registry),
            assignment.header.authority,
            &[registry.public()],
            &assignment.signing_key,
        )
    }

    fn opened(assignment: &Assignment) -> Vec<Vec<u8>> {
        let keys = assignment.open_content_keys(&opening());

        keys.iter().map(|key| key.expose().to_vec()).collect()
    }

    #[test]
    fn keys_of_both_lengths_reach_their_station_and_no_other() {
        let sent = assignment(&[&SMALL, &LARGE]);
        let held = taken(&sent).unwrap();
        assert_eq!(held, sent);
        assert_eq!(opened(&held), [SMALL.to_vec(), LARGE.to_vec()]);

        let elsewhere = Assignment {
            station: StationId([0; 16]),
            ..held.clone()
        };
        assert!(opened(&elsewhere).is_empty());
        let mut of_another = held;
        of_another.header.authority = AuthorityId([0xee; 16]);
        assert!(opened(&of_another).is_empty());
    }

    #[test]
    fn a_status_secret_opens_as_no_content_key_and_a_content_key_as_no_status_secret() {
        let mut mixed = assignment(&[&LARGE, &SMALL]);
        let secret = SealedSecret::seal(
            2_960,
            &Secret::new(LARGE),
            &mixed.sealing_key,
            mixed.header.authority,
            mixed.station,
            Fresh::new([8; 32]),
        );
        mixed.secrets = mixed
            .content_keys
            .iter()
            .map(|key| SealedSecret(key.0.clone()))
            .chain([secret.clone()])
            .collect();
        mixed.content_keys = vec![SealedContentKey(secret.0), sealed(&SMALL, &mixed)];
        let secrets = mixed.open_secrets(&opening());
        assert_eq!(secrets.len(), 1);
        assert_eq!((secrets[0].0, secrets[0].1.expose()), (2_960, &LARGE));
        assert_eq!(opened(&mixed), [SMALL.to_vec()]);
    }

    #[test]
    fn an_assignment_without_keys_has_no_such_field_and_one_with_seventeen_is_refused() {
        let registry = SigningKey::new(Secret::new([9; 32]));
        let name = b"content_keys".as_slice();
        let says = |assignment: &Assignment| {
            let bytes = assignment.sign(&registry);
            bytes.windows(name.len()).any(|window| window == name)
        };
        assert!(!says(&assignment(&[])) && says(&assignment(&[&SMALL])));
        let keys = [&LARGE[..]; SealedContentKey::MOST + 1];
        assert!(taken(&assignment(&keys[1..])).is_ok());
        assert_eq!(taken(&assignment(&keys)), Err(DocumentError::Content));
    }
}
