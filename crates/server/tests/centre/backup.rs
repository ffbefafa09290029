//! A backup of a running server, and the way back.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use domain::time::DAY;
use domain::wire::AnswerKind;
use server::backup::{BackupError, back_up, restore};
use server::folder::Folder;
use server::store::Register;
use server::store::sqlite::verify;
use tempfile::TempDir;

use crate::authority::{self, NOW};
use crate::station::{Station, answer};
use crate::town::{Town, copy_folder};

/// A data folder with the authority alone.
fn empty() -> (TempDir, Folder) {
    let place = tempfile::tempdir().unwrap();
    authority::write(place.path());
    let folder = Folder::new(place.path());

    (place, folder)
}

fn is_whole(town: &Town) {
    let verified = verify(&town.folder(), false, |chain| {
        let known = town.register.known(chain.station, chain.epoch)?;
        Ok(known.map(|known| known.starts).unwrap_or_default())
    })
    .unwrap();
    assert_eq!(verified.faults, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_holds_what_was_acknowledged_before_it_and_stations_send_the_rest() {
    let town = Town::new();
    let mut stations = Vec::new();
    for seed in 60..64 {
        let mut station = town.station(seed).await;
        for round in 0..120 {
            let at = NOW.plus(if round % 3 == 0 { -DAY } else { 0 });
            station.admit(1, seed, at);
        }
        stations.push(Arc::new(station));
    }
    let town = Arc::new(town);
    let acked: Arc<Vec<AtomicU64>> = Arc::new((0..4).map(|_| AtomicU64::new(0)).collect());
    let stop = Arc::new(AtomicBool::new(false));
    let mut sending = tokio::task::JoinSet::new();
    for (at, station) in stations.iter().cloned().enumerate() {
        let (town, acked, stop) = (town.clone(), acked.clone(), stop.clone());
        sending.spawn(async move {
            for first in (1..=120).step_by(2) {
                let told = town.deliver(station.batch(first, first + 1)).await;
                assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, first + 1));
                acked[at].store(told.acked_seq, Ordering::SeqCst);
                if stop.load(Ordering::SeqCst) {
                    break;
                }
            }
        });
    }
    while acked.iter().any(|acked| acked.load(Ordering::SeqCst) < 10) {
        tokio::task::yield_now().await;
    }
    let before: Vec<u64> = acked
        .iter()
        .map(|acked| acked.load(Ordering::SeqCst))
        .collect();
    let place = tempfile::tempdir().unwrap();
    let (from, to) = (town.folder(), place.path().join("backup"));
    let taking = to.clone();
    tokio::task::spawn_blocking(move || back_up(&from, &taking, NOW).unwrap())
        .await
        .unwrap();
    stop.store(true, Ordering::SeqCst);
    sending.join_all().await;

    let (restored_place, folder) = empty();
    restore(&to, &folder).unwrap();
    let restored = Town::with_place(restored_place);
    for (at, station) in stations.iter().enumerate() {
        let got = restored.post("/v1/head", station.hello()).await;
        let told = answer(&got.body);
        assert_eq!(told.kind, AnswerKind::Ok);
        assert!(
            told.acked_seq >= before[at],
            "{} {}",
            told.acked_seq,
            before[at]
        );
        assert_eq!(told.acked_hash, station.hash(told.acked_seq).0);
        for first in (told.acked_seq + 1..=120).step_by(60) {
            let last = 120.min(first + 59);
            let told = restored.deliver(station.batch(first, last)).await;
            assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, last));
        }
    }
    assert_eq!(restored.count("entries"), 480);
    let restored = restored.restart();
    is_whole(&restored);
}

#[tokio::test]
async fn no_key_is_in_a_backup_and_it_names_all_else() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(1, 1, NOW.plus(-DAY));
    station.admit(1, 1, NOW);
    town.deliver(station.batch(1, 2)).await;
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("backup");
    let list = back_up(&town.folder(), &to, NOW).unwrap();
    let names: Vec<&str> = list.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "heads.db",
            "register.db",
            "days/2026-11-23.db",
            "days/2026-11-24.db"
        ]
    );
    let mut there: Vec<String> = fs::read_dir(&to)
        .unwrap()
        .chain(fs::read_dir(to.join("days")).unwrap())
        .map(|item| item.unwrap().file_name().into_string().unwrap())
        .collect();
    there.sort();
    assert_eq!(
        there,
        [
            "2026-11-23.db",
            "2026-11-24.db",
            "backup.json",
            "days",
            "heads.db",
            "register.db"
        ]
    );
    let again = back_up(&town.folder(), &to, NOW);
    assert!(matches!(again, Err(BackupError::NotEmpty(_))), "{again:?}");
}

#[tokio::test]
async fn a_backup_that_is_cut_damaged_or_leads_elsewhere_restores_nothing() {
    let town = Town::new();
    let station: Station = town.station(60).await;
    drop(station);
    let place = tempfile::tempdir().unwrap();
    let whole = place.path().join("backup");
    back_up(&town.folder(), &whole, NOW).unwrap();
    for what in [
        "no list",
        "a byte changed",
        "a file gone",
        "a name that leads elsewhere",
    ] {
        let spoilt = place.path().join(what);
        copy_folder(&whole, &spoilt);
        spoil(&spoilt, what);
        let (_place, folder) = empty();
        let key = folder.authority().join("receipt.key");
        let before = fs::read(&key).unwrap();
        assert!(restore(&spoilt, &folder).is_err(), "{what}");
        let nothing = !folder.heads().exists() && !folder.register().exists();
        assert!(nothing, "{what}");
        assert_eq!(fs::read(&key).unwrap(), before);
        restore(&whole, &folder).unwrap();
    }
}

fn spoil(backup: &std::path::Path, what: &str) {
    let list = backup.join("backup.json");
    match what {
        "no list" => fs::remove_file(list).unwrap(),
        "a byte changed" => {
            let path = backup.join("register.db");
            let mut bytes = fs::read(&path).unwrap();
            bytes[5_000] ^= 1;
            fs::write(path, bytes).unwrap();
        }
        "a file gone" => fs::remove_file(backup.join("heads.db")).unwrap(),
        _ => {
            let text = fs::read_to_string(&list).unwrap();
            let text = text.replace("heads.db", "../../authority/receipt.key");
            fs::write(list, text).unwrap();
        }
    }
}

#[tokio::test]
async fn a_restore_leaves_a_folder_that_has_entries_and_one_where_a_server_runs_as_they_are() {
    let town = Town::new();
    town.station(60).await;
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("backup");
    back_up(&town.folder(), &to, NOW).unwrap();
    let refused = restore(&to, &town.folder());
    assert!(
        matches!(refused, Err(BackupError::Occupied(_))),
        "{refused:?}"
    );
    let (_place, folder) = empty();
    folder.create().unwrap();
    let _lock = folder.lock().unwrap();
    let refused = restore(&to, &folder);
    assert!(
        matches!(refused, Err(BackupError::Running(_))),
        "{refused:?}"
    );
}
