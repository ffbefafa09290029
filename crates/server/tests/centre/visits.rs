//! Tracing: the entries of a venue in a time.

use domain::entry::Action;
use domain::time::{DAY, HOUR, Timestamp};
use server::folder::Folder;
use server::store::Store;
use server::store::sqlite::{Question, SqliteStore, Visit, visits};

use crate::authority::NOW;
use crate::made::Made;

struct House {
    folder: Folder,
    store: SqliteStore,
    _place: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path());
        folder.create().unwrap();
        let store = SqliteStore::open(&folder, 8).unwrap();

        Self {
            folder,
            store,
            _place: place,
        }
    }

    async fn file(&self, made: &mut Made, count: u64, at: Timestamp) {
        let mut filing = made.batch(count, at);
        filing.received = NOW;
        self.store.append(filing).await.unwrap();
    }

    fn ask(&self, venue: &Made, from: i64, to: i64, limit: usize) -> Vec<Visit> {
        let question = Question {
            venue: venue.chain.venue,
            from: NOW.plus(from),
            to: NOW.plus(to),
            limit,
        };
        visits(&self.folder, &question).unwrap()
    }
}

#[tokio::test]
async fn the_entries_of_a_venue_in_a_time_are_told_in_its_order_and_those_of_no_other() {
    let house = House::new();
    let (mut gate, mut other_gate, mut elsewhere) =
        (Made::new(1, 1), Made::new(1, 2), Made::new(2, 3));
    house.file(&mut gate, 2, NOW.plus(-DAY)).await;
    house.file(&mut gate, 2, NOW).await;
    house.file(&mut other_gate, 1, NOW.plus(-HOUR)).await;
    house.file(&mut elsewhere, 3, NOW).await;

    let told = |visits: Vec<Visit>| -> Vec<(u64, bool)> {
        visits
            .iter()
            .map(|visit| (visit.seq, visit.chain == gate.chain))
            .collect()
    };
    let day = told(house.ask(&gate, -2 * DAY, HOUR, 100));
    assert_eq!(
        day,
        [(1, true), (2, true), (1, false), (3, true), (4, true)]
    );
    assert_eq!(told(house.ask(&gate, 0, HOUR, 100)), [(3, true), (4, true)]);
    assert_eq!(told(house.ask(&gate, -HOUR, 0, 100)), [(1, false)]);
    assert_eq!(
        told(house.ask(&gate, -2 * DAY, HOUR, 2)),
        [(1, true), (2, true)]
    );
    assert_eq!(house.ask(&gate, HOUR, 0, 100), []);
    assert_eq!(house.ask(&Made::new(9, 9), -2 * DAY, HOUR, 100), []);

    let visit = house.ask(&gate, 0, HOUR, 1)[0];
    assert_eq!(
        (visit.core.action, visit.core.place.gate),
        (Action::Admitted, 2)
    );
    assert_eq!(visit.received, NOW);
    let last = house.ask(&gate, 0, HOUR, 100)[1];
    assert_eq!(last.hash, gate.hash);
}

#[test]
fn the_question_is_answered_by_an_index_without_looking_at_other_rows() {
    let house = House::new();
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(house.file(&mut Made::new(1, 1), 1, NOW));
    let database = rusqlite::Connection::open(house.folder.days().join("2026-11-24.db")).unwrap();
    let plan: Vec<String> = database
        .prepare(
            "EXPLAIN QUERY PLAN SELECT f.seq FROM filed AS f JOIN chains AS c ON c.number = f.chain
             WHERE f.venue = (SELECT number FROM venues WHERE venue = x'00') AND f.bucket BETWEEN 1 AND 2
             ORDER BY f.bucket, f.arrival LIMIT 3",
        )
        .unwrap()
        .query_map([], |row| row.get(3))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(
        plan.iter()
            .any(|step| step.contains("filed_by_time (venue=? AND bucket>? AND bucket<?)")),
        "{plan:?}"
    );
    assert!(
        !plan.iter().any(|step| step.contains("TEMP B-TREE")),
        "{plan:?}"
    );
}
