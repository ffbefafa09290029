mod flips;
mod history;
mod layouts;
mod legacy;
mod retention;
mod tamper;

use std::path::{Path, PathBuf};

use domain::clock::EntryMark;
use domain::crypto::{OpeningKey, Secret, SigningKey};
use domain::entry::{
    Action, Body, ChainHash, Core, Detail, Flags, Kind, NewEntry, Personal, SealedEntry, Sealer,
    Witness,
};
use domain::ids::{AuthorityId, Handle, StationId, VenueId};
use domain::recent::{Seen, Tag};
use domain::screen::{LastVerdict, Outcome};
use domain::time::Timestamp;
use domain::verdict::{EmergencyReason, Reason, Verdict};
use rusqlite::Connection;

use super::*;
use crate::keys::{Passphrase, Unlock};

const NOON: Timestamp = Timestamp(1_795_003_200);
const GENESIS: ChainHash = ChainHash([3; 32]);
/// Whoever acknowledges has verified it: to the store it is bytes.
const RECEIPT: &[u8] = b"the centre's signed answer";

struct House {
    data: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        let kek = Kek::create(&folder, &Unlock::KeyFile).unwrap();
        create(&folder, &kek, &station()).unwrap();
        Self { data }
    }

    fn folder(&self) -> Folder {
        Folder::open(self.data.path()).unwrap()
    }

    fn open(&self) -> (Store, Vec<Finding>) {
        Store::open(self.folder(), &Unlock::KeyFile).unwrap()
    }

    fn inspect(&self) -> Result<Vec<Finding>, StoreError> {
        Ok(Store::inspect(self.folder(), &Unlock::KeyFile)?.1)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.data.path().join("station").join(name)
    }

    /// A house with these files.
    fn of(files: &[(String, Vec<u8>)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("station");
        std::fs::create_dir(&folder).unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        Self { data }
    }

    /// What lies in the folder and says anything: not the lock, and not the reserve, which is noise.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut files: Vec<_> = std::fs::read_dir(self.path(""))
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| !["lock", "reserve.bin"].contains(&name(path).as_str()))
            .map(|path| (name(&path), std::fs::read(&path).unwrap()))
            .collect();
        files.sort();
        files
    }

    /// The folder as it lies there now, also while a station runs on it.
    fn copy(&self) -> Self {
        Self::of(&self.files())
    }

    fn tables(&self) -> Vec<String> {
        let db = Connection::open(self.path(DATABASE)).unwrap();
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        let mut query = db.prepare(sql).unwrap();
        let tables = query.query_map([], |row| row.get(0)).unwrap();
        tables.map(Result::unwrap).collect()
    }

    /// `table.column` of every column.
    fn columns(&self) -> BTreeSet<String> {
        let db = Connection::open(self.path(DATABASE)).unwrap();
        let columns = |table: String| {
            let sql = format!("SELECT name FROM pragma_table_info('{table}')");
            let mut query = db.prepare(&sql).unwrap();
            let names = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
            let columns = names.map(|name| format!("{table}.{}", name.unwrap()));
            columns.collect::<Vec<_>>()
        };
        self.tables().into_iter().flat_map(columns).collect()
    }
}

fn station() -> NewStation {
    let signing = SigningKey::new(Secret::new([1; 32]));
    NewStation {
        station: StationId::of(&signing.public()),
        epoch: 1,
        genesis: GENESIS,
        signing,
        opening: Secret::new([2; 32]),
        notes: vec![("centre", b"somewhere".to_vec())],
        legacy: None,
    }
}

fn seat() -> Seat {
    Seat {
        venue: VenueId([4; 16]),
        gate: 2,
        utc_offset_minutes: 480,
        sealer: Sealer {
            authority: AuthorityId([5; 16]),
            key: OpeningKey::new(&Secret::new([6; 32])).public(),
        },
    }
}

fn admit() -> NewEntry {
    NewEntry {
        kind: Kind::Scan,
        verdict: Some(Verdict::Admit),
        action: Action::Admitted,
        flags: Flags::IDENTITY_CHECKED,
        at: NOON,
        body: Body::Personal(Personal {
            reasons: vec![Reason::IdMatches],
            name: Some("王*兰".to_owned()),
            handle: Some(Handle([7; 16])),
            ..Personal::default()
        }),
    }
}

fn emergency() -> NewEntry {
    NewEntry {
        kind: Kind::Emergency,
        verdict: None,
        action: Action::EmergencyAdmitted,
        body: Body::Personal(Personal {
            emergency: Some((EmergencyReason::MedicalHelp, String::new())),
            ..Personal::default()
        }),
        ..admit()
    }
}

fn undo(of: u64) -> NewEntry {
    NewEntry {
        kind: Kind::Undo,
        verdict: None,
        action: Action::Undone,
        body: Body::Detail(Detail::Undo { of }),
        ..admit()
    }
}

fn counted(outcome: Outcome) -> Beside {
    Beside {
        outcome: Some(outcome),
        ..Beside::default()
    }
}

const WITNESS: Witness = Witness {
    boot: [8; 8],
    mono_ms: 5,
};

fn append(store: &mut Store, entry: &NewEntry) -> (u64, ChainHash) {
    let stored = store.append(entry, &seat(), WITNESS, counted(Outcome::Admit));
    stored.unwrap()
}

#[test]
fn rows_survive_a_restart_and_come_out_as_they_were_sealed() {
    let house = House::new();
    let (mut store, findings) = house.open();
    assert_eq!((findings, store.head().hash), (vec![], GENESIS));
    assert_eq!(store.saved("centre").unwrap(), Some(b"somewhere".to_vec()));
    assert_eq!(store.saved("elsewhere").unwrap(), None);
    append(&mut store, &admit());
    let head = append(&mut store, &admit());
    let sent = store.batch(1, 500).unwrap();
    drop(store);

    let (store, findings) = house.open();
    assert_eq!(findings, vec![]);
    assert_eq!((store.head().seq, store.head().hash), head);
    assert_eq!(store.waiting(), 2);
    assert_eq!(
        store.newest_entry(),
        Some((EntryMark { epoch: 1, seq: 2 }, NOON))
    );
    assert_eq!(store.batch(1, 500).unwrap(), sent);
    assert_eq!(sent.before, GENESIS);
    for stored in &sent.entries {
        let core = Core::decode(&stored.entry.core).unwrap();
        assert_eq!(core.place.seq, stored.seq);
        assert!(stored.entry.matches(&core));
    }
    assert_eq!(store.batch(2, 1).unwrap().entries, sent.entries[1..]);
}

#[test]
fn nothing_of_a_person_lies_in_the_files() {
    let house = House::new();
    let (mut store, _) = house.open();
    append(&mut store, &admit());
    let entry = store.batch(1, 1).unwrap().entries.remove(0).entry;
    drop(store);
    let mut needles: Vec<Vec<u8>> = vec!["王*兰".into(), vec![7; 16], entry.core];
    needles.extend(entry.token.map(Vec::from));
    needles.extend(entry.sealed);
    for file in std::fs::read_dir(house.path("")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for needle in &needles {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
}

#[test]
fn a_receipt_lets_bodies_and_the_days_key_go_and_keeps_the_chain() {
    let house = House::new();
    let (mut store, _) = house.open();
    let first = append(&mut store, &admit());
    let second = append(&mut store, &admit());
    let keys = |store: &Store| -> i64 {
        let sql = "SELECT count(*) FROM queue_keys";
        store.db.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    store.ack(first.0, first.1, RECEIPT, NOON).unwrap();
    assert_eq!((store.waiting(), keys(&store)), (1, 1));
    store.ack(second.0, second.1, RECEIPT, NOON).unwrap();
    assert_eq!((store.waiting(), keys(&store)), (0, 0));
    let bodies: i64 = store
        .db
        .query_row(
            "SELECT count(*) FROM rows WHERE body_box IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(bodies, 0);
    let third = append(&mut store, &admit());
    drop(store);

    let (store, findings) = house.open();
    assert_eq!(findings, vec![]);
    assert_eq!((store.head().seq, store.acked().seq), (third.0, second.0));
    assert_eq!(store.last_receipt(), Some(NOON));
    assert_eq!(store.receipt().unwrap(), Some(RECEIPT.to_vec()));
    assert_eq!(store.batch(3, 10).unwrap().before, second.1);
}

#[test]
fn a_receipt_for_another_hash_or_a_later_row_changes_nothing() {
    let house = House::new();
    let (mut store, _) = house.open();
    let (seq, hash) = append(&mut store, &admit());
    for (seq, hash) in [(seq, ChainHash([0; 32])), (seq + 1, hash)] {
        assert!(matches!(
            store.ack(seq, hash, RECEIPT, NOON),
            Err(StoreError::NotOurs)
        ));
    }
    assert_eq!(store.waiting(), 1);
    assert!(store.batch(1, 1).unwrap().entries[0].entry.sealed.is_some());
}

#[test]
fn an_older_copy_of_the_database_is_noticed_by_its_anchor() {
    let house = House::new();
    let (mut store, _) = house.open();
    append(&mut store, &admit());
    drop(store);
    let copy = std::fs::read(house.path(DATABASE)).unwrap();
    let (mut store, _) = house.open();
    append(&mut store, &admit());
    drop(store);
    std::fs::write(house.path(DATABASE), copy).unwrap();
    let _ = std::fs::remove_file(house.path("station.db-wal"));
    assert_eq!(house.open().1, vec![Finding::RolledBack]);
}

#[test]
fn an_older_copy_stays_noticed_while_entries_are_added_past_its_anchor() {
    let house = House::new();
    let (mut store, _) = house.open();
    append(&mut store, &admit());
    drop(store);
    let copy = std::fs::read(house.path(DATABASE)).unwrap();
    let (mut store, _) = house.open();
    append(&mut store, &admit());
    append(&mut store, &admit());
    drop(store);
    std::fs::write(house.path(DATABASE), copy).unwrap();
    let _ = std::fs::remove_file(house.path("station.db-wal"));
    for _ in 0..4 {
        let (mut store, findings) = house.open();
        assert_eq!(findings, vec![Finding::RolledBack]);
        append(&mut store, &emergency());
    }
}

#[test]
fn an_edited_row_is_found_and_the_next_is_still_added() {
    let house = House::new();
    let (mut store, _) = house.open();
    append(&mut store, &admit());
    append(&mut store, &admit());
    drop(store);
    let db = Connection::open(house.path(DATABASE)).unwrap();
    db.execute("UPDATE rows SET core_box = x'00' WHERE seq = 1", [])
        .unwrap();
    drop(db);
    let (mut store, findings) = house.open();
    let broken = Finding::Row {
        seq: 1,
        fault: RowFault::Core,
    };
    assert_eq!(findings, vec![broken]);
    assert_eq!(append(&mut store, &admit()).0, 3);
}

#[test]
fn a_body_that_was_wiped_or_altered_is_found_and_its_entry_goes_marked_and_blocks_nothing() {
    for change in ["NULL", "x'00'", "(SELECT body_box FROM rows WHERE seq = 2)"] {
        let house = House::new();
        let (mut store, _) = house.open();
        append(&mut store, &admit());
        append(&mut store, &admit());
        let whole = store.batch(1, 10).unwrap().entries;
        let sql = format!("UPDATE rows SET body_box = {change} WHERE seq = 1");
        store.db.execute(&sql, []).unwrap();
        let check = |store: &Store| {
            let sent = store.batch(1, 10).unwrap().entries;
            let lost = SealedEntry::lost(whole[0].entry.core.clone());
            assert_eq!(sent[0].entry, lost, "{change}");
            assert_eq!(sent[1], whole[1]);
        };
        check(&store);
        drop(store);
        let (store, findings) = house.open();
        let broken = Finding::Row {
            seq: 1,
            fault: RowFault::Body,
        };
        assert_eq!(findings, vec![broken], "{change}");
        check(&store);
    }
}

#[test]
fn an_undone_visit_is_marked_and_leaves_the_totals_also_after_a_restart() {
    let house = House::new();
    let (mut store, _) = house.open();
    let tag = Tag([9; 16]);
    let went_in = Beside {
        remember: Some(tag),
        ..counted(Outcome::Admit)
    };
    let (seq, _) = store.append(&admit(), &seat(), WITNESS, went_in).unwrap();
    append(&mut store, &admit());
    let totals = |store: &Store, at| store.totals(at, seat().utc_offset_minutes).admit;
    assert_eq!(totals(&store, NOON), 2);
    drop(store);
    let (mut store, _) = house.open();
    store
        .append(&undo(seq), &seat(), WITNESS, Beside::default())
        .unwrap();
    drop(store);

    let (mut store, _) = house.open();
    assert_eq!(totals(&store, NOON), 1);
    assert_eq!(totals(&store, NOON.plus(86_400)), 0);
    let last = |undone| LastVerdict {
        outcome: Outcome::Admit,
        reason: Some(Reason::IdMatches),
        at: NOON,
        undone,
    };
    assert_eq!(store.last_verdicts(), vec![last(false), last(true)]);
    assert_eq!(
        store.seen().unwrap(),
        vec![Seen {
            tag,
            at: NOON,
            seq,
            undone: true
        }]
    );
    store.forget_seen_before(NOON).unwrap();
    assert_eq!(store.seen().unwrap().len(), 1);
    store.forget_seen_before(NOON.plus(1)).unwrap();
    assert_eq!(store.seen().unwrap(), vec![]);
}

#[test]
fn no_new_key_over_an_existing_database_and_a_wrong_key_leaves_it_untouched() {
    let house = House::new();
    drop(house.open());
    let folder = house.folder();
    let kek = Kek::open(&folder, &Unlock::KeyFile).unwrap();
    assert!(matches!(
        create(&folder, &kek, &station()),
        Err(StoreError::AlreadyThere)
    ));
    drop(folder);

    let before = std::fs::read(house.path(DATABASE)).unwrap();
    std::fs::remove_file(house.path("key.json")).unwrap();
    let open = |unlock| Store::open(house.folder(), &unlock).err();
    assert!(matches!(
        open(Unlock::KeyFile),
        Some(StoreError::Key(KeyError::Missing))
    ));
    Kek::create(&house.folder(), &Unlock::KeyFile).unwrap();
    assert!(matches!(
        open(Unlock::KeyFile),
        Some(StoreError::Key(KeyError::Wrong))
    ));
    let words = || Unlock::Passphrase(Passphrase::new("another word".to_owned()));
    Kek::create(&house.folder(), &words()).unwrap();
    assert!(matches!(
        open(words()),
        Some(StoreError::Key(KeyError::Wrong))
    ));
    assert_eq!(std::fs::read(house.path(DATABASE)).unwrap(), before);
}

#[test]
fn an_emergency_takes_the_reserve_where_nothing_else_fits() {
    let house = House::new();
    let (mut store, _) = house.open();
    append(&mut store, &admit());
    assert!(store.reserve.is_there());
    let full: i64 = store
        .db
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    let limit = |store: &Store, pages: i64| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        store.db.query_row(&sql, [], |_| Ok(())).unwrap();
    };
    limit(&store, full);
    let mut kept = 0;
    let refused = loop {
        match store.append(&admit(), &seat(), WITNESS, Beside::default()) {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::DiskFull), "{refused}");
    assert!(store.reserve.is_there());
    assert_eq!(store.head().seq, 1 + kept);

    let urgent = Beside {
        emergency: true,
        ..counted(Outcome::Emergency)
    };
    let outcome = store.append(&emergency(), &seat(), WITNESS, urgent);
    assert!(matches!(outcome, Err(StoreError::DiskFull)));
    assert!(!store.reserve.is_there());
    limit(&store, full + 100);
    append(&mut store, &emergency());
    store.tend_reserve();
    assert!(store.reserve.is_there());
}
