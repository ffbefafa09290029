use domain::crypto::{OpeningKey, Secret, SigningKey};
use domain::entry::{Action, Body, ChainHash, Flags, Kind, NewEntry, Personal, Sealer, Witness};
use domain::ids::{AuthorityId, StationId, VenueId};
use domain::time::Timestamp;
use domain::verdict::Verdict;
use rusqlite::Connection;

use super::*;
use crate::folder::Folder;
use crate::keys::{Kek, Unlock};
use crate::store::{Beside, DATABASE, NewStation, Seat, create};

const WIDE: Size = Size {
    bytes: usize::MAX,
    entries: 500,
};

struct House {
    data: tempfile::TempDir,
}

impl House {
    fn with_entries(count: u8) -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        let kek = Kek::create(&folder, &Unlock::KeyFile).unwrap();
        let signing = SigningKey::new(Secret::new([1; 32]));
        let station = NewStation {
            station: StationId::of(&signing.public()),
            epoch: 1,
            genesis: ChainHash([3; 32]),
            signing,
            opening: Secret::new([2; 32]),
            notes: Vec::new(),
            legacy: None,
        };
        create(&folder, &kek, &station).unwrap();
        drop(folder);
        let house = Self { data };
        let mut store = house.store();
        for n in 0..count {
            let witness = Witness {
                boot: [1; 8],
                mono_ms: u64::from(n),
            };
            let beside = Beside {
                remember: None,
                outcome: None,
                emergency: false,
            };
            store.append(&entry(), &seat(), witness, beside).unwrap();
        }

        house
    }

    fn store(&self) -> Store {
        let folder = Folder::open(self.data.path()).unwrap();

        Store::open(folder, &Unlock::KeyFile).unwrap().0
    }

    /// A row that does not open any more.
    fn spoil(&self, seq: u8) {
        let db = Connection::open(self.data.path().join("station").join(DATABASE)).unwrap();
        let spoilt = db.execute(
            "UPDATE rows SET core_box = x'00' WHERE seq = ?1",
            [i64::from(seq)],
        );
        assert_eq!(spoilt.unwrap(), 1);
    }
}

fn entry() -> NewEntry {
    NewEntry {
        kind: Kind::Scan,
        verdict: Some(Verdict::Admit),
        action: Action::Admitted,
        flags: Flags::NONE,
        at: Timestamp(1_795_003_200),
        body: Body::Personal(Personal {
            name: Some("王*".to_owned()),
            ..Personal::default()
        }),
    }
}

fn seat() -> Seat {
    Seat {
        venue: VenueId([5; 16]),
        gate: 1,
        utc_offset_minutes: 0,
        sealer: Sealer {
            authority: AuthorityId([6; 16]),
            key: OpeningKey::new(&Secret::new([7; 32])).public(),
        },
    }
}

/// What each file says: `hello`, the numbers of a batch, or up to where a hole goes.
fn said(store: &Store, first: u64, pending: Pending) -> Vec<(u64, u64, Vec<String>)> {
    said_in(store, first, pending, WIDE)
}

fn said_in(
    store: &Store,
    first: u64,
    pending: Pending,
    size: Size,
) -> Vec<(u64, u64, Vec<String>)> {
    let mut packer = Packer::new(store, first, pending, size);
    let mut files = Vec::new();
    while let Some(packed) = packer.next_file().unwrap() {
        let words = packed.messages.iter().map(|message| match message {
            Message::Batch(bytes) => {
                let batch = Batch::read(bytes).unwrap();
                assert!(batch.check(&store.signing_key().public()).is_ok());
                assert_eq!(store.asked_at(batch.header.nonce), Some(store.acked().seq));
                format!("{}-{}", batch.header.first, batch.header.last)
            }
            Message::Hello(_) => "hello".to_owned(),
            Message::Hole(bytes) => format!("hole {}", Hole::read(bytes).unwrap().0.last),
        });
        files.push((packed.first, packed.last, words.collect()));
    }

    files
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

#[test]
fn what_does_not_fit_goes_into_the_next_file_and_nothing_is_left_out_or_said_twice() {
    let house = House::with_entries(5);
    let store = house.store();
    let whole = said(&store, 1, Pending::default());
    assert_eq!(whole, [(1, 5, words(&["hello", "1-5"]))]);
    // A file takes one batch, however small it should be, and the greeting goes with the first.
    let small = |bytes| Size { bytes, entries: 2 };
    let apart = said_in(&store, 1, Pending::default(), small(1));
    assert_eq!(
        apart,
        [
            (1, 2, words(&["hello", "1-2"])),
            (3, 4, words(&["3-4"])),
            (5, 5, words(&["5-5"])),
        ]
    );
    let longest = said_in(&store, 1, Pending::default(), small(usize::MAX));
    assert_eq!(longest, [(1, 5, words(&["hello", "1-2", "3-4", "5-5"]))]);
    assert_eq!(
        said(&store, 6, Pending::default()),
        [(6, 5, words(&["hello"]))]
    );
}

#[test]
fn a_row_that_does_not_open_is_told_as_a_hole_only_where_nothing_waits_before_it() {
    let house = House::with_entries(6);
    house.spoil(1);
    let store = house.store();
    assert_eq!(
        said(&store, 1, Pending::default()),
        [(1, 6, words(&["hello", "hole 1", "2-6"]))]
    );
    drop(store);
    house.spoil(4);
    let store = house.store();
    assert_eq!(
        said(&store, 1, Pending::default()),
        [(1, 3, words(&["hello", "hole 1", "2-3"]))]
    );
    assert_eq!(
        said(&store, 4, Pending::default()),
        [(4, 6, words(&["hello", "hole 4", "5-6"]))]
    );
}

#[test]
fn what_the_centre_lost_and_was_erased_here_is_told_first() {
    let house = House::with_entries(4);
    let pending = Pending {
        resend: Some(1),
        hole: Some(2),
    };
    assert_eq!(
        said(&house.store(), 1, pending),
        [(1, 4, words(&["hello", "hole 2", "3-4"]))]
    );
}

#[test]
fn what_is_pending_comes_back_as_it_was_kept() {
    for pending in [
        Pending::default(),
        Pending {
            resend: Some(7),
            hole: None,
        },
        Pending {
            resend: Some(1),
            hole: Some(9),
        },
    ] {
        assert_eq!(Pending::read(Some(&pending.encode())), pending);
    }
    assert_eq!(Pending::read(None), Pending::default());
    assert_eq!(Pending::read(Some(b"x")), Pending::default());
}

#[test]
fn a_nonce_by_stick_is_known_again_and_others_are_not() {
    let house = House::with_entries(1);
    let store = house.store();
    assert_eq!(store.asked_at(store.export_nonce()), Some(0));
    assert_eq!(store.asked_at([0; 16]), None);
}
