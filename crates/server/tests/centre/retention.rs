//! What is older than the retention goes with its day, and nothing else goes.

use std::fs;
use std::sync::atomic::Ordering;

use domain::time::{DAY, Moment, Timestamp};
use domain::wire::AnswerKind;
use rusqlite::Connection;
use server::centre::NotErased;
use server::folder::Folder;
use server::store::Purged;

use crate::authority::NOW;
use crate::station::{Station, answer};
use crate::town::Town;

const START: Moment = Moment {
    wall: NOW,
    mono_ms: 0,
};

/// Both clocks go on by so many days.
fn wait(town: &Town, days: i64) {
    town.set_clock(NOW.plus(days * DAY));
    let ms = u64::try_from(days * DAY * 1_000).unwrap();
    town.clock.mono_ms.store(ms, Ordering::SeqCst);
}

async fn erase(town: &Town) -> Vec<String> {
    let purged = town.centre.erase_old(START).await.unwrap();

    purged.iter().map(|gone| gone.day.to_string()).collect()
}

fn files_naming(folder: &Folder, day: &str) -> Vec<String> {
    [folder.days(), folder.day_keys()]
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|item| item.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(day))
        .collect()
}

/// Three days: two entries two days ago, poison and another branch yesterday, two entries today.
async fn three_days(town: &Town) -> Station {
    let mut station = town.station(60).await;
    station.admit(2, 1, NOW.plus(-2 * DAY));
    town.set_clock(NOW.plus(-2 * DAY));
    town.deliver(station.batch(1, 2)).await;
    town.set_clock(NOW.plus(-DAY));
    let mut copy = station.copy();
    station.write_poison(b"nonsense");
    copy.admit(1, 9, NOW.plus(-DAY));
    town.deliver(station.batch(3, 3)).await;
    town.set_clock(NOW);
    station.admit(2, 1, NOW);
    town.deliver(station.batch(4, 5)).await;
    town.set_clock(NOW.plus(-DAY));
    town.deliver(copy.batch(3, 3)).await;
    town.set_clock(NOW);
    station
}

#[tokio::test]
async fn a_day_goes_with_its_files_and_its_key_when_its_retention_is_over_and_heads_stay() {
    let town = Town::new();
    let station = three_days(&town).await;
    assert_eq!(town.days(), ["2026-11-22", "2026-11-23", "2026-11-24"]);
    wait(&town, 12);
    assert_eq!(erase(&town).await, Vec::<String>::new());
    wait(&town, 13);
    assert_eq!(erase(&town).await, ["2026-11-22"]);
    assert_eq!(
        files_naming(&town.folder(), "2026-11-22"),
        Vec::<String>::new()
    );
    assert_eq!((town.count("poison"), town.count("branches")), (1, 1));
    wait(&town, 15);
    assert_eq!(erase(&town).await, ["2026-11-23", "2026-11-24"]);
    assert_eq!(files_naming(&town.folder(), "2026"), Vec::<String>::new());

    let town = town.restart();
    let got = town.post("/v1/head", station.hello()).await;
    let told = answer(&got.body);
    assert_eq!(
        (told.kind, told.acked_seq, told.acked_hash),
        (AnswerKind::Fork, 5, station.hash(5).0)
    );
}

#[tokio::test]
async fn what_was_erased_is_written_down_without_anything_about_a_person() {
    let town = Town::new();
    three_days(&town).await;
    wait(&town, 14);
    let purged = town.centre.erase_old(START).await.unwrap();
    let day = |text| server::day::Day::from_stem(text).unwrap();
    let nothing = Purged {
        day: day("2026-11-22"),
        entries: 2,
        poison: 0,
        branches: 0,
        expired: 0,
    };
    let odd = Purged {
        day: day("2026-11-23"),
        entries: 0,
        poison: 1,
        branches: 1,
        expired: 0,
    };
    assert_eq!(purged, [nothing, odd]);
    let database = Connection::open(town.folder().heads()).unwrap();
    let kept: Vec<(String, i64, i64)> = database
        .prepare("SELECT day, ended, entries FROM purges ORDER BY day")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let at = NOW.plus(14 * DAY).0;
    assert_eq!(
        kept,
        [
            ("2026-11-22".to_owned(), at, 2),
            ("2026-11-23".to_owned(), at, 0)
        ]
    );
}

#[tokio::test]
async fn an_entry_that_comes_too_late_is_acknowledged_its_hash_is_kept_and_its_day_stays_erased() {
    let town = Town::new();
    let mut station = town.station(60).await;
    station.admit(2, 1, NOW);
    station.admit(1, 1, NOW.plus(DAY));
    town.deliver(station.batch(1, 1)).await;
    wait(&town, 15);
    erase(&town).await;
    station.admit(1, 1, NOW.plus(15 * DAY));
    let told = town.deliver(station.batch(2, 4)).await;
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 4));
    assert_eq!(town.days(), ["2026-11-25", "2026-12-09"]);
    assert_eq!((town.count("entries"), town.count("expired")), (2, 1));
}

#[tokio::test]
async fn the_hash_of_what_came_too_late_still_tells_a_copy_and_rebuilds_the_head() {
    let town = Town::new();
    let mut station = town.station(60).await;
    let mut copy = station.copy();
    station.admit(2, 1, NOW);
    copy.admit(2, 2, NOW);
    wait(&town, 15);
    erase(&town).await;
    let told = town.deliver(station.batch(1, 2)).await;
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 2));
    assert_eq!((town.count("entries"), town.count("expired")), (0, 2));
    let town = town.restart_after(|folder| fs::remove_file(folder.heads()).unwrap());
    wait(&town, 15);
    let told = town.deliver(station.batch(1, 2)).await;
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Ok, 2));
    let told = town.deliver(copy.batch(1, 1)).await;
    assert_eq!((told.kind, told.acked_seq), (AnswerKind::Fork, 2));
}

#[tokio::test]
async fn a_purge_that_was_cut_short_is_ended_by_the_next() {
    let town = Town::new();
    three_days(&town).await;
    let town = town.restart_after(|folder| {
        fs::remove_file(folder.day_keys().join("2026-11-22.key")).unwrap();
        fs::write(folder.days().join("2026-11-01.db-wal"), b"left behind").unwrap();
        fs::write(folder.day_keys().join("2026-11-02.key"), b"left behind").unwrap();
    });
    wait(&town, 13);
    assert_eq!(erase(&town).await, ["2026-11-22"]);
    assert_eq!(
        files_naming(&town.folder(), "2026-11-0"),
        Vec::<String>::new()
    );
    assert_eq!(town.days(), ["2026-11-23", "2026-11-24"]);
}

#[tokio::test]
async fn a_clock_that_leaps_ahead_erases_nothing() {
    let town = Town::new();
    three_days(&town).await;
    town.set_clock(NOW.plus(20 * DAY));
    let refused = town.centre.erase_old(START).await;
    assert!(matches!(refused, Err(NotErased::ClockLeapt)), "{refused:?}");
    town.set_clock(Timestamp(NOW.0 + 4_000 * DAY));
    let refused = town.centre.erase_old(START).await;
    assert!(
        matches!(refused, Err(NotErased::TrustExpired)),
        "{refused:?}"
    );
    assert_eq!(town.days().len(), 3);
}
