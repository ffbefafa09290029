//! A station's disk copied, and an older copy of it put back: shown at the door and at the centre, and nothing is lost.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Program;

use acceptance::city::{City, run};
use acceptance::crowd::verify;
use acceptance::entries::append;
use acceptance::files::copy_folder;
use acceptance::station::Watched;
use acceptance::{frames, programs};
use domain::screen::{Command, Dispute, OperatorScreen};
use domain::verdict::{Reason, Verdict};
use station::{Finding, Unlock};

/// A city whose station has three entries at the centre, a sheet that is admitted, and a copy of the station made then.
fn copied() -> (City, String, PathBuf) {
    let mut city = City::found().unwrap();
    city.set_policy(|policy| policy.identity_check = false)
        .unwrap();
    let text = city.issue(1).unwrap().remove(0);
    city.start_server().unwrap();
    city.enrol().unwrap();
    append(&city, city.data(), 0..3).unwrap();
    deliver(city.data());
    let copy = city.data().join("copy");
    fs::create_dir(&copy).unwrap();
    copy_folder(&city.data().join("station"), &copy.join("station")).unwrap();

    (city, text, copy)
}

/// One life of the station in a folder, until everything has its receipt.
fn deliver(data: &Path) {
    let station = Watched::open_in(data, 0).unwrap();
    station
        .screen_where(|screen| screen.sync.waiting == 0 && screen.sync.last_receipt.is_some())
        .unwrap();
    station.stop();
}

/// The station in a folder once it shows a dispute, and what it shows then.
fn disputed(data: &Path) -> (Watched, OperatorScreen) {
    let station = Watched::open_in(data, 0).unwrap();
    let screen = station
        .screen_where(|screen| screen.sync.dispute.is_some())
        .unwrap();

    (station, screen)
}

/// A sheet that was admitted before, at a door that is closed.
fn is_closed(station: &Watched, text: &str) {
    station.show(frames::clean(text)).unwrap();
    let verdict = station.verdict().unwrap();
    assert_eq!(verdict.verdict, Verdict::Undecided);
    assert_eq!(verdict.reasons[0].reason, Reason::LogRolledBack);
}

/// Staff read a sentence about it in every language.
fn is_said(dispute: Dispute) {
    let word = serde_json::to_value(dispute).unwrap();
    let locales = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/locales");
    for language in ["en", "zh-CN"] {
        let text = fs::read_to_string(locales.join(format!("{language}.json"))).unwrap();
        let words: serde_json::Value = serde_json::from_str(&text).unwrap();
        let sentence = &words[format!("dispute.{}", word.as_str().unwrap())];
        assert!(sentence.is_string(), "{language}: {dispute:?}");
    }
}

/// What the operator reads.
fn listed(city: &City) -> String {
    run(Program::new(programs::menshen_server().unwrap())
        .args(["stations", "--data"])
        .arg(city.data()))
    .unwrap()
}

#[test]
fn two_copies_of_one_station_are_a_fork_at_both_doors_and_at_the_centre_which_keeps_both() {
    let (mut city, text, copy) = copied();
    append(&city, city.data(), 3..5).unwrap();
    append(&city, &copy, 10..13).unwrap();
    deliver(city.data());
    assert!(listed(&city).contains(": 5 entries "), "{}", listed(&city));

    // The copy comes second: its branch is kept beside, and its door is closed, now and after a restart.
    let (station, screen) = disputed(&copy);
    assert_eq!(screen.sync.dispute, Some(Dispute::Fork));
    assert_eq!(screen.sync.waiting, 3);
    is_closed(&station, &text);
    station.stop();
    let (second, screen) = disputed(&copy);
    assert_eq!(screen.sync.dispute, Some(Dispute::Fork));
    is_closed(&second, &text);

    // The first one, while the copy runs, is told as well, goes on at its door, and loses nothing.
    let (first, screen) = disputed(city.data());
    assert_eq!(screen.sync.dispute, Some(Dispute::Fork));
    first.show(frames::clean(&text)).unwrap();
    assert_eq!(first.verdict().unwrap().verdict, Verdict::Admit);
    first.stop();
    second.stop();
    is_said(Dispute::Fork);
    let found = station::inspect(&copy, &Unlock::KeyFile, None).unwrap();
    assert_eq!(found.findings, [Finding::Alarm]);
    assert_eq!(found.acked.seq, 3);

    assert!(
        listed(&city).contains(": FORKED at entry "),
        "{}",
        listed(&city)
    );
    city.stop_server().unwrap();
    assert!(city.kept("entries", "sealed IS NOT NULL").unwrap() >= 5);
    assert!(city.kept("branches", "sealed IS NOT NULL").unwrap() >= 3);
    verify(&city).unwrap();
}

#[test]
fn an_older_copy_that_is_put_back_is_shown_at_its_door_and_at_the_centre() {
    let (mut city, text, copy) = copied();
    append(&city, city.data(), 3..5).unwrap();
    deliver(city.data());
    let station_folder = city.data().join("station");
    fs::remove_dir_all(&station_folder).unwrap();
    fs::rename(copy.join("station"), &station_folder).unwrap();

    // Nothing in the folder itself is amiss: only the centre knows.
    let found = station::inspect(city.data(), &Unlock::KeyFile, None).unwrap();
    assert_eq!((found.findings, found.head.seq), (Vec::new(), 3));
    let (station, screen) = disputed(city.data());
    assert_eq!(screen.sync.dispute, Some(Dispute::RolledBack));
    is_said(Dispute::RolledBack);
    // A hello may come late, so the centre believes the second; staff need not wait for it.
    let told = "ROLLED BACK: its log ended at entry 3 when 5 were stored";
    let mut words = String::new();
    for _ in 0..100 {
        station.ask(Command::SyncNow).unwrap();
        words = listed(&city);
        if words.contains(told) {
            break;
        }
    }
    assert!(words.contains(told), "{words}");
    is_closed(&station, &text);
    station.stop();
    let found = station::inspect(city.data(), &Unlock::KeyFile, None).unwrap();
    assert_eq!(found.findings, [Finding::Alarm]);

    city.stop_server().unwrap();
    assert_eq!(city.kept("entries", "sealed IS NOT NULL").unwrap(), 5);
    verify(&city).unwrap();
}
