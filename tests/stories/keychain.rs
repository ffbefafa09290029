//! A station whose key lies in the system's keychain, here a real Secret Service: the head of its log lies there too,
//! and shows a whole folder that was put back, before any server is reached.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

use std::fs;
use std::process::{Command, Output, Stdio};

use acceptance::city::City;
use acceptance::files::copy_folder;
use acceptance::keychain::Keychain;
use acceptance::{frames, programs};

/// A day at the gate with one sheet; what it said.
fn a_day(city: &City, keychain: &Keychain) -> String {
    let mut station = Command::new(programs::menshen().unwrap());
    station
        .args(["station", "--headless", "--data"])
        .arg(city.data())
        .arg("--frames")
        .arg(city.data().join("frames"))
        .stdin(Stdio::null());
    let output = keychain.known_to(&mut station).output().unwrap();
    assert!(output.status.success(), "{output:?}");

    String::from_utf8(output.stdout).unwrap()
}

fn verify(city: &City, keychain: &Keychain) -> Output {
    let mut verify = Command::new(programs::menshen().unwrap());
    verify.args(["log", "verify", "--data"]).arg(city.data());

    keychain.known_to(&mut verify).output().unwrap()
}

#[test]
fn a_whole_folder_that_was_put_back_with_its_anchor_is_told_by_the_keychain_and_by_a_new_epoch_mended()
 {
    let home = tempfile::tempdir().unwrap();
    let Some(keychain) = Keychain::start(home.path()).unwrap() else {
        println!("SKIPPED: there is no gnome-keyring-daemon to stand for a keychain");
        return;
    };
    let mut city = City::found().unwrap();
    city.set_policy(|policy| policy.identity_check = false)
        .unwrap();
    let texts = city.issue(1).unwrap();
    city.start_server().unwrap();
    city.enrol_with("public_place", |station| keychain.known_to(station))
        .unwrap();
    city.stop_server().unwrap();
    let record = fs::read_to_string(city.data().join("station/key.json")).unwrap();
    assert!(record.contains("keychain"), "{record}");
    frames::folder(city.data(), &texts).unwrap();

    let (folder, older) = (city.data().join("station"), city.data().join("older"));
    copy_folder(&folder, &older).unwrap();
    let said = a_day(&city, &keychain);
    assert!(said.contains(" admit "), "{said}");
    let whole = verify(&city, &keychain);
    assert!(whole.status.success(), "{whole:?}");

    fs::remove_dir_all(&folder).unwrap();
    copy_folder(&older, &folder).unwrap();
    let found = verify(&city, &keychain);
    assert_eq!(found.status.code(), Some(1), "{found:?}");
    let found = String::from_utf8(found.stdout).unwrap();
    assert!(found.contains("a copy was put back"), "{found}");
    let said = a_day(&city, &keychain);
    assert!(said.contains(" undecided log_rolled_back"), "{said}");
    assert!(!said.contains(" admit "), "{said}");
    let still = verify(&city, &keychain);
    assert_eq!(still.status.code(), Some(1), "its proof stays: {still:?}");

    city.start_server().unwrap();
    let station = String::from_utf8(still.stdout).unwrap();
    let (_, station) = station.split_once("log of station ").unwrap();
    let (station, _) = station.split_once(',').unwrap();
    city.enrol_station_again(station, |station| keychain.known_to(station))
        .unwrap();
    let said = a_day(&city, &keychain);
    assert!(said.contains(" admit "), "{said}");
}
