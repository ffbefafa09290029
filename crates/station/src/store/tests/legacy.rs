//! What an epoch's log hands on to the next.

use domain::recent::Tag;

use super::*;

/// The next epoch of a log, in a house of its own.
fn next(before: &Store, epoch: u32) -> House {
    let data = tempfile::tempdir().unwrap();
    let folder = Folder::open(data.path()).unwrap();
    let kek = Kek::create(&folder, &Unlock::KeyFile).unwrap();
    let new = NewStation {
        station: before.station(),
        epoch,
        signing: SigningKey::new(Secret::new([u8::try_from(epoch).unwrap(); 32])),
        notes: vec![("centre", b"elsewhere".to_vec())],
        legacy: Some(before.legacy(&["centre", "dispute"], true).unwrap()),
        ..station()
    };
    create(&folder, &kek, &new).unwrap();

    House { data }
}

fn went_in(store: &mut Store, tag: u8) -> u64 {
    let beside = Beside {
        remember: Some(Tag([tag; 16])),
        ..counted(Outcome::Admit)
    };

    store.append(&admit(), &seat(), WITNESS, beside).unwrap().0
}

fn tags(store: &Store) -> Vec<(u8, bool)> {
    let seen = store.seen().unwrap();
    let mut tags: Vec<_> = seen
        .iter()
        .map(|line| (line.tag.0[0], line.undone))
        .collect();
    tags.sort_unstable();
    tags
}

#[test]
fn who_went_in_the_days_totals_and_kept_values_outlive_the_epoch_and_its_dispute_does_not() {
    let house = House::new();
    let (mut store, _) = house.open();
    store.save("clock", b"a floor").unwrap();
    store.save("dispute", b"a fork").unwrap();
    let first = went_in(&mut store, 1);
    went_in(&mut store, 2);
    let undone = undo(first);
    store
        .append(&undone, &seat(), WITNESS, Beside::default())
        .unwrap();
    assert_eq!(tags(&store), [(1, true), (2, false)]);
    let head = store.head();
    assert_eq!(store.legacy(&[], true).unwrap().head, head);

    let later = next(&store, 2);
    let (mut store, findings) = later.open();
    assert_eq!(findings, []);
    assert_eq!(store.station(), station().station);
    let ended = Previous { head, whole: true };
    assert_eq!(store.previous().unwrap(), Some(ended));
    assert_eq!((store.head().epoch, store.head().seq), (2, 0));
    assert_eq!(tags(&store), [(1, true), (2, false)]);
    assert_eq!(store.totals(NOON, 480).admit, 1);
    assert_eq!(store.last_verdicts(), []);
    let newest = EntryMark { epoch: 1, seq: 3 };
    assert_eq!(store.newest_entry(), Some((newest, NOON)));
    assert_eq!(store.saved("clock").unwrap(), Some(b"a floor".to_vec()));
    assert_eq!(store.saved("dispute").unwrap(), None);
    assert_eq!(store.saved("centre").unwrap(), Some(b"elsewhere".to_vec()));

    // Numbers begin anew, and meet none of those before.
    let first = went_in(&mut store, 3);
    went_in(&mut store, 4);
    store
        .append(&undo(first), &seat(), WITNESS, Beside::default())
        .unwrap();
    let all = [(1, true), (2, false), (3, true), (4, false)];
    assert_eq!(tags(&store), all);
    let third = next(&store, 3);
    drop(store);
    assert_eq!(later.inspect().unwrap(), []);
    let (store, findings) = third.open();
    assert_eq!((findings, tags(&store)), (vec![], all.to_vec()));
}

#[test]
fn what_went_in_before_the_window_is_forgotten_over_the_epochs() {
    let house = House::new();
    let (mut store, _) = house.open();
    went_in(&mut store, 1);
    let later = next(&store, 2);
    let (mut store, _) = later.open();
    store.forget_seen_before(NOON.plus(1)).unwrap();
    assert_eq!(tags(&store), []);
    drop(store);
    assert_eq!(later.inspect().unwrap(), []);
}
