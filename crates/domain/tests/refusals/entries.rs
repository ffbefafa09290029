//! Entries: what an entry carries belongs to its core, and a sealed text to its place and the authority.

use domain::cbor::Value;
use domain::crypto::{CannotOpen, Fresh, Kid, OpeningKey};
use domain::entry::{Action, Core, Flags, Kind, SealedEntry, open_sealed};
use domain::ids::{AuthorityId, StationId, VenueId};
use domain::verdict::Verdict;
use proptest::prelude::*;

use crate::altered::flips;
use crate::authority::{self, AUTHORITY, NOW, opening, seed};

/// The admission with number 1, and its core.
fn scan() -> (SealedEntry, Core) {
    sealed(&authority::scan(), 1)
}

fn undo() -> (SealedEntry, Core) {
    sealed(&authority::undo(), 2)
}

fn sealed(entry: &domain::entry::NewEntry, seq: u64) -> (SealedEntry, Core) {
    let entry = authority::sealer().seal(
        entry,
        authority::place(seq),
        authority::WITNESS,
        Fresh::new([0xf2; 32]),
    );
    let core = Core::decode(&entry.core).unwrap();
    (entry, core)
}

fn open(entry: &SealedEntry, core: &Core) -> Result<Vec<Value>, CannotOpen> {
    open_sealed(entry, core, AUTHORITY, &opening(seed::SEALING))
}

#[test]
fn the_entries_that_are_spoilt_below_are_good() {
    for (entry, core) in [scan(), undo()] {
        assert!(entry.matches(&core));
    }
    let (entry, core) = scan();
    let list = open(&entry, &core).unwrap();
    assert_eq!(list.first(), Some(&Value::int(NOW.plus(100).0)));
}

#[test]
fn every_flipped_bit_of_what_an_entry_carries_belongs_to_no_core() {
    let (entry, core) = scan();
    for (bit, altered) in flips(&entry.token.unwrap()) {
        let token = Some(altered.try_into().unwrap());
        let entry = SealedEntry {
            token,
            ..entry.clone()
        };
        assert!(!entry.matches(&core), "bit {bit} of the token");
        assert_eq!(
            open(&entry, &core),
            Err(CannotOpen),
            "bit {bit} of the token"
        );
    }
    for (bit, altered) in flips(entry.sealed.as_ref().unwrap()) {
        let entry = SealedEntry {
            sealed: Some(altered),
            ..entry.clone()
        };
        assert!(!entry.matches(&core), "bit {bit} of the sealed text");
        assert_eq!(
            open(&entry, &core),
            Err(CannotOpen),
            "bit {bit} of the sealed text"
        );
    }
    let (entry, core) = undo();
    for (bit, altered) in flips(entry.detail.as_ref().unwrap()) {
        let entry = SealedEntry {
            detail: Some(altered),
            ..entry.clone()
        };
        assert!(!entry.matches(&core), "bit {bit} of the detail");
    }
}

#[test]
fn a_member_taken_away_added_or_from_another_entry_belongs_to_no_core() {
    let (scan, scan_core) = scan();
    let (undo, undo_core) = undo();
    let (other, other_core) = sealed(&authority::scan(), 3);
    assert_ne!(other.sealed, scan.sealed);
    for (entry, core) in [
        (
            SealedEntry {
                token: None,
                ..scan.clone()
            },
            scan_core,
        ),
        (
            SealedEntry {
                sealed: None,
                ..scan.clone()
            },
            scan_core,
        ),
        (
            SealedEntry {
                detail: undo.detail.clone(),
                ..scan.clone()
            },
            scan_core,
        ),
        (
            SealedEntry {
                sealed: other.sealed,
                ..scan.clone()
            },
            scan_core,
        ),
        (
            SealedEntry {
                detail: None,
                ..undo.clone()
            },
            undo_core,
        ),
        (
            SealedEntry {
                token: scan.token,
                ..undo.clone()
            },
            undo_core,
        ),
        (
            SealedEntry {
                sealed: scan.sealed.clone(),
                ..undo.clone()
            },
            undo_core,
        ),
        (scan.clone(), undo_core),
        (scan, other_core),
        (undo, scan_core),
    ] {
        assert!(!entry.matches(&core), "{entry:?}");
    }
}

/// A sealed text under a kind that is in clear, and a detail under a kind that is about a person.
#[test]
fn what_an_entry_carries_must_be_of_its_kind() {
    for (entry, core) in [scan(), undo()] {
        for kind in (0..=u64::from(u8::MAX)).filter_map(Kind::from_number) {
            let same = kind.is_about_a_person() == core.kind.is_about_a_person();
            assert_eq!(entry.matches(&Core { kind, ..core }), same, "{kind:?}");
        }
    }
}

#[test]
fn a_shredded_entry_carries_nothing_and_never_did_where_its_kind_is_in_clear() {
    let bare = |entry: SealedEntry| SealedEntry {
        token: None,
        sealed: None,
        detail: None,
        ..entry
    };
    let ((scan, scan_core), (undo, undo_core)) = (scan(), undo());
    assert!(!scan.is_shredded(&scan_core));
    assert!(bare(scan.clone()).is_shredded(&scan_core));
    assert!(
        !SealedEntry {
            sealed: None,
            ..scan
        }
        .is_shredded(&scan_core)
    );
    assert!(!bare(undo).is_shredded(&undo_core));
}

#[test]
fn invariant_6_a_sealed_text_opens_only_in_its_own_place() {
    let (entry, core) = scan();
    for other in elsewhere(&core) {
        assert_eq!(open(&entry, &other), Err(CannotOpen), "{other:?}");
    }
    let other_token = SealedEntry {
        token: Some([0; 16]),
        ..entry.clone()
    };
    let no_token = SealedEntry {
        token: None,
        ..entry
    };
    for moved in [other_token, no_token] {
        assert_eq!(open(&moved, &core), Err(CannotOpen));
    }
}

#[test]
fn invariant_6_a_sealed_text_opens_only_for_the_authority() {
    let (entry, core) = scan();
    assert_eq!(
        open_sealed(
            &entry,
            &core,
            AuthorityId([0xa2; 16]),
            &opening(seed::SEALING)
        ),
        Err(CannotOpen)
    );
    for other in [seed::STATION_OPENING, seed::EXCHANGE, 0x99] {
        assert_eq!(
            open_sealed(&entry, &core, AUTHORITY, &opening(other)),
            Err(CannotOpen)
        );
    }
}

/// `core` with one field another one, for each that the sealed text is bound to.
fn elsewhere(core: &Core) -> Vec<Core> {
    let place = core.place;
    let at = |place| Core { place, ..*core };
    let mut station = place.station;
    station.0[15] ^= 1;
    vec![
        at(domain::entry::Place { station, ..place }),
        at(domain::entry::Place {
            station: StationId([0; 16]),
            ..place
        }),
        at(domain::entry::Place {
            epoch: place.epoch + 1,
            ..place
        }),
        at(domain::entry::Place {
            seq: place.seq + 1,
            ..place
        }),
        at(domain::entry::Place {
            venue: VenueId([0xb2; 16]),
            ..place
        }),
        at(domain::entry::Place {
            gate: place.gate + 1,
            ..place
        }),
        Core {
            bucket: core.bucket + 1,
            ..*core
        },
        Core {
            kind: Kind::Registered,
            ..*core
        },
        Core {
            verdict: Some(Verdict::Refuse),
            ..*core
        },
        Core {
            verdict: None,
            ..*core
        },
        Core {
            action: Action::LetIn,
            ..*core
        },
        Core {
            flags: Flags::NONE,
            ..*core
        },
        Core {
            seal_kid: Some(Kid([0; 8])),
            ..*core
        },
        Core {
            seal_kid: None,
            ..*core
        },
    ]
}

proptest! {
    #[test]
    fn invariant_6_no_two_places_open_each_others_texts(
        a in any::<(u32, u64, u64)>(), b in any::<(u32, u64, u64)>(), seed in any::<[u8; 32]>(),
    ) {
        prop_assume!(a != b);
        let place = |(epoch, seq, gate)| domain::entry::Place {
            epoch, seq, gate, ..authority::place(1)
        };
        let seal = |at| {
            let entry = authority::sealer().seal(
                &authority::scan(), place(at), authority::WITNESS, Fresh::new(seed),
            );
            let core = Core::decode(&entry.core).unwrap();
            (entry, core)
        };
        let ((ours, our_core), (_, their_core)) = (seal(a), seal(b));
        prop_assert!(open(&ours, &our_core).is_ok());
        prop_assert_eq!(open(&ours, &their_core), Err(CannotOpen));
    }

    #[test]
    fn a_sealed_text_opens_with_no_key_but_its_own(secret in any::<[u8; 32]>()) {
        let (entry, core) = scan();
        let key = OpeningKey::new(&domain::crypto::Secret::new(secret));
        prop_assert_eq!(open_sealed(&entry, &core, AUTHORITY, &key), Err(CannotOpen));
    }
}
