use domain::crypto::{OpeningKey, Secret, SigningKey};
use domain::entry::{Action, Body, ChainHash, Flags, Kind, NewEntry, Personal, Sealer, Witness};
use domain::ids::{AuthorityId, StationId, VenueId};
use domain::time::Timestamp;
use domain::verdict::Verdict;
use domain::wire::{Batch, Hole};
use rusqlite::Connection;

use super::*;
use crate::folder::Folder;
use crate::keys::{Kek, Unlock};
use crate::store::{Beside, DATABASE, Head, NewStation, Seat, create};

const WIDE: Size = Size {
    bytes: usize::MAX,
    entries: 500,
};

struct House {
    data: tempfile::TempDir,
}

impl House {
    fn with_entries(count: u8) -> Self {
        Self::in_epoch(1, count)
    }

    fn in_epoch(epoch: u32, count: u8) -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        let kek = Kek::create(&folder, &Unlock::KeyFile).unwrap();
        let signing = SigningKey::new(Secret::new([1; 32]));
        let station = NewStation {
            station: StationId::of(&signing.public()),
            epoch,
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

fn head(epoch: u32, seq: u64) -> Head {
    Head {
        epoch,
        seq,
        hash: ChainHash([3; 32]),
    }
}

#[test]
fn what_is_pending_comes_back_as_it_was_kept() {
    for (gone, pending) in [
        (6, Pending::default()),
        (
            6,
            Pending {
                resend: Some(7),
                hole: None,
            },
        ),
        (
            9,
            Pending {
                resend: Some(1),
                hole: Some(9),
            },
        ),
    ] {
        let (acked, gone) = (head(1, 9), head(1, gone));
        let kept = pending.encode(acked);
        assert_eq!(Pending::read(Some(&kept), acked, gone), pending);
    }
    let read = |kept| Pending::read(kept, head(1, 9), head(1, 0));
    assert_eq!(read(None), Pending::default());
    assert_eq!(read(Some(b"x")), Pending::default());
}

#[test]
fn what_was_kept_before_it_named_its_epoch_and_receipt_is_nothing_pending() {
    let old = |resend: u64, hole: u64| {
        let items = [resend, hole].map(domain::cbor::Value::from);
        domain::cbor::encode(&domain::cbor::Value::Array(items.to_vec()))
    };
    for old in [old(1, 9), old(7, 0), old(0, 0)] {
        let read = Pending::read(Some(&old), head(1, 9), head(1, 0));
        assert_eq!(read, Pending::default());
    }
}

#[test]
fn what_is_pending_ends_with_its_epoch_a_later_receipt_and_what_retention_takes() {
    let resend = Pending {
        resend: Some(7),
        hole: None,
    };
    let hole = Pending {
        resend: Some(1),
        hole: Some(6),
    };
    for pending in [resend, hole] {
        let kept = pending.encode(head(1, 9));
        let read = |acked, gone| Pending::read(Some(&kept), acked, gone);
        assert_eq!(read(head(1, 9), head(1, 6)), pending);
        for (acked, gone) in [
            (head(2, 9), head(2, 6)),
            (head(2, 0), head(2, 0)),
            (head(1, 10), head(1, 6)),
            (head(1, 8), head(1, 6)),
            (head(1, 9), head(1, 7)),
            (head(1, 9), head(1, 9)),
        ] {
            assert_eq!(read(acked, gone), Pending::default(), "{acked:?} {gone:?}");
        }
    }
}

#[test]
fn a_hole_of_the_epoch_before_signs_nothing_of_the_next_one_away() {
    let before = House::with_entries(4);
    let pending = Pending {
        resend: Some(1),
        hole: Some(2),
    };
    let kept = pending.encode(before.store().acked());
    let next = House::in_epoch(2, 3);
    let store = next.store();
    let read = Pending::read(Some(&kept), store.acked(), store.gone());
    assert_eq!(said(&store, 1, read), [(1, 3, words(&["hello", "1-3"]))]);
}

#[test]
fn a_nonce_by_stick_is_known_again_and_others_are_not() {
    let house = House::with_entries(1);
    let store = house.store();
    assert_eq!(store.asked_at(store.export_nonce()), Some(0));
    assert_eq!(store.asked_at([0; 16]), None);
}
