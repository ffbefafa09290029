//! How rows lie: older files open, and none takes more room than it should.

use std::fs;
use std::path::{Path, PathBuf};

use domain::time::DAY;
use domain::wire::AnswerKind;
use server::folder::Folder;
use server::store::Store;
use server::store::sqlite::SqliteStore;

use crate::authority::NOW;
use crate::made::Made;
use crate::station::{Station, answer};
use crate::town::Town;

/// What a release with the first layout had written: station 60 with six entries over two days, the fifth of
/// them poison; station 61 with two, and one of a copy of it.
const LAYOUT_1: &str = "tests/fixtures/layout-1";

#[tokio::test]
async fn files_of_the_first_layout_open_hold_what_they_held_and_go_on() {
    let town = Town::with_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join(LAYOUT_1));
    assert_eq!(
        (
            town.count("entries"),
            town.count("poison"),
            town.count("branches")
        ),
        (7, 1, 1)
    );
    let mut station = again(&town, 60);
    station.admit(2, 1, NOW.plus(-DAY));
    station.admit(1, 1, NOW);
    station.undo(3);
    station.write_poison(b"nonsense");
    station.admit(1, 2, NOW);
    let got = town.post("/v1/head", station.hello()).await;
    let told = answer(&got.body);
    assert_eq!(
        (told.kind, told.acked_seq, told.acked_hash),
        (AnswerKind::Ok, 6, station.hash(6).0)
    );
    // Each number is compared with the hash that lies there.
    for last in 1..=6 {
        let told = town.deliver(station.batch(last, last)).await;
        assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 6));
    }
    let two = again(&town, 61);
    let got = town.post("/v1/head", two.hello()).await;
    assert_eq!(answer(&got.body).kind, AnswerKind::Fork);

    let token = |town: &Town| {
        town.each_day("SELECT token FROM entries WHERE seq = 3", |row| {
            row.get::<_, [u8; 32]>(0)
        })
    };
    let before = token(&town);
    station.admit(2, 1, NOW);
    let told = town.deliver(station.batch(5, 8)).await;
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 8));
    let town = town.restart_after(|folder| fs::remove_file(folder.heads()).unwrap());
    let got = town.post("/v1/head", station.hello()).await;
    assert_eq!(answer(&got.body).acked_hash, station.hash(8).0);
    assert_eq!((token(&town), before.len()), (before, 1));
}

#[tokio::test]
async fn an_entry_with_all_its_indexes_takes_at_most_650_bytes() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::new(place.path());
    folder.create().unwrap();
    let store = SqliteStore::open(&folder, 8).unwrap();
    let mut chains: Vec<Made> = (0..40)
        .map(|number| Made::new(number / 2, number))
        .collect();
    for round in 0..5 {
        for chain in &mut chains {
            let filing = chain.batch(500, NOW.plus(round * 900));
            assert_eq!(store.append(filing).await.unwrap().stored, 500);
        }
    }
    store.close();
    let bytes: u64 = files_below(&folder.server())
        .iter()
        .map(|file| fs::metadata(file).unwrap().len())
        .sum();
    let each = bytes / 100_000;
    assert!(each <= 650, "{each} bytes an entry");
    assert!(each >= 400, "{each} bytes an entry cannot be all of them");
}

/// A station as it was when the files were made.
fn again(town: &Town, seed: u8) -> Station {
    let mut station = Station::new(seed);
    station.begin(&town.register_row(&station));

    station
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}
