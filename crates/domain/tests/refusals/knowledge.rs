//! Which of two good documents is taken: rollback, equivocation and freeze.

use domain::document::{DocumentError, Header, Held, Manifest, Newer};
use domain::time::{DAY, Timestamp};
use proptest::prelude::*;

use crate::authority::{AUTHORITY, NOW, header, key, public, seed};
use crate::documents::manifest;

/// A manifest of this version, as it comes from the centre.
fn offered(version: u64, uri: &str) -> Vec<u8> {
    let manifest = Manifest {
        header: Header {
            version,
            ..header(AUTHORITY, 10)
        },
        uri: uri.to_owned(),
        ..manifest()
    };

    manifest.sign(&key(seed::STATUS))
}

fn judge(held: Option<&Held>, bytes: &[u8], now: Timestamp) -> Result<Newer, DocumentError> {
    let manifest = Manifest::verify(bytes, AUTHORITY, &[public(seed::STATUS)])?;

    Held::judge(held, &manifest.header, bytes, now)
}

#[test]
fn invariant_9_an_older_document_never_replaces_a_newer() {
    let held = Held::of(5, &offered(5, "a"));
    assert_eq!(judge(Some(&held), &offered(6, "a"), NOW), Ok(Newer::Take));
    for older in [0, 1, 4] {
        assert_eq!(
            judge(Some(&held), &offered(older, "a"), NOW),
            Err(DocumentError::NotNewer)
        );
    }
}

#[test]
fn invariant_9_the_same_version_with_other_bytes_is_an_alarm() {
    let held = Held::of(5, &offered(5, "a"));
    assert_eq!(judge(Some(&held), &offered(5, "a"), NOW), Ok(Newer::Same));
    assert_eq!(
        judge(Some(&held), &offered(5, "b"), NOW),
        Err(DocumentError::Equivocation)
    );
    // Long expired it is still an alarm, and the one held is still the one held.
    let later = NOW.plus(400 * DAY);
    assert_eq!(
        judge(Some(&held), &offered(5, "b"), later),
        Err(DocumentError::Equivocation)
    );
    assert_eq!(judge(Some(&held), &offered(5, "a"), later), Ok(Newer::Same));
}

#[test]
fn a_frozen_document_is_not_taken_from_the_second_it_expires() {
    let held = Held::of(5, &offered(5, "a"));
    let newer = offered(6, "a");
    let end = NOW.plus(10 * DAY);
    assert_eq!(judge(Some(&held), &newer, end.plus(-1)), Ok(Newer::Take));
    for now in [end, end.plus(1), Timestamp(i64::MAX)] {
        assert_eq!(judge(Some(&held), &newer, now), Err(DocumentError::Expired));
        assert_eq!(judge(None, &newer, now), Err(DocumentError::Expired));
    }
}

proptest! {
    /// Whatever comes in whatever order, what is held only ever moves up, and every second truth is named.
    #[test]
    fn invariant_9_what_is_held_only_moves_up(
        arrivals in prop::collection::vec((0_u64..6, 0_u8..3, 0_i64..20), 1..40),
    ) {
        let mut held: Option<Held> = None;
        for (version, content, days) in arrivals {
            let bytes = [content];
            let header = Header { version, ..header(AUTHORITY, 10) };
            let now = NOW.plus(days * DAY);
            let before = held;
            let offered = Held::of(version, &bytes);
            match Held::judge(before.as_ref(), &header, &bytes, now) {
                Ok(Newer::Take) => {
                    prop_assert!(before.is_none_or(|before| before.version < version));
                    prop_assert!(now < header.expires);
                    held = Some(offered);
                }
                Ok(Newer::Same) => prop_assert_eq!(before, Some(offered)),
                Err(DocumentError::Equivocation) => {
                    let before = before.unwrap();
                    prop_assert!(before.version == version && before.hash != offered.hash);
                }
                Err(DocumentError::NotNewer) => prop_assert!(before.unwrap().version > version),
                Err(DocumentError::Expired) => prop_assert!(now >= header.expires),
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
