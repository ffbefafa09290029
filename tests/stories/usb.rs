//! Stations that no line reaches: what they wrote goes to the centre on a stick, and the receipts come back on it.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::Command;

use acceptance::carried::{Away, NAME, Said, Usb, bring, opened};
use acceptance::city::{City, run};
use acceptance::crowd::verify;
use acceptance::programs;
use domain::hex;
use domain::wire::Message;

/// A city whose server does not run, and stations of it that no line reaches.
fn city<const N: usize>() -> (City, [Away; N]) {
    let mut city = City::found().unwrap();
    city.start_server().unwrap();
    let away = std::array::from_fn(|_| Away::enrol(&city).unwrap());
    city.stop_server().unwrap();

    (city, away)
}

fn stations(city: &City) -> String {
    run(Command::new(programs::menshen_server().unwrap())
        .args(["stations", "--data"])
        .arg(city.data()))
    .unwrap()
}

fn acked(away: &Away) -> u64 {
    away.store().unwrap().acked().seq
}

/// The one export of a station on a stick, and the answers to it.
fn files(away: &Away, first: u64) -> [String; 2] {
    let station = hex::encode(away.store().unwrap().station().0);

    ["export", "answers"].map(|what| format!("{what}-{station}-1-{first}.cbor"))
}

#[test]
fn what_a_station_wrote_goes_by_stick_and_its_receipts_come_back_and_twice_is_once() {
    let (city, [away]) = city();
    let secrets = away.admit(&city, 30).unwrap();
    let usb = Usb::new().unwrap();
    for round in 0..2 {
        let said = away.export(usb.path()).unwrap();
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.text.contains("entries 1 to 30"), "{round}: {said:?}");
    }
    assert_eq!(usb.names("").unwrap(), [files(&away, 1)[0].clone()]);
    for secret in &secrets {
        assert!(!usb.holds(secret).unwrap());
        assert!(!usb.holds(hex::encode(secret).as_bytes()).unwrap());
    }
    assert!(!usb.holds(NAME.as_bytes()).unwrap());

    for _ in 0..2 {
        let said = bring(&city, usb.path()).unwrap();
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.text.contains("acknowledged up to 30"), "{said:?}");
        assert_eq!(city.kept("entries", "true").unwrap(), 30);
        assert_eq!(city.kept("poison", "true").unwrap(), 0);
    }
    assert_eq!((acked(&away), away.bodies().unwrap()), (0, 30));
    let said = away.import(usb.path()).unwrap();
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(
        said.text.contains("receipts for entries 1 to 30"),
        "{said:?}"
    );
    assert_eq!((acked(&away), away.bodies().unwrap()), (30, 0));
    let said = away.import(usb.path()).unwrap();
    assert!(said.text.contains("known already"), "{said:?}");
    assert!(said.text.contains("no new receipts; 0 entries wait"));

    for secret in &secrets {
        assert!(!usb.holds(secret).unwrap());
    }
    assert!(!usb.holds(NAME.as_bytes()).unwrap());
    // What is acknowledged leaves the stick with the next export.
    let said = away.export(usb.path()).unwrap();
    assert!(said.text.contains("a greeting without entries"), "{said:?}");
    assert_eq!(usb.names("export").unwrap(), [files(&away, 31)[0].clone()]);
    let said = bring(&city, usb.path()).unwrap();
    assert!(said.text.contains("a greeting of station"), "{said:?}");
    verify(&city).unwrap();
}

#[test]
fn two_stations_share_a_stick_and_neither_takes_the_others_receipts() {
    let (city, [one, other]) = city();
    one.admit(&city, 7).unwrap();
    other.admit(&city, 9).unwrap();
    let usb = Usb::new().unwrap();
    for away in [&one, &other] {
        assert_eq!(away.export(usb.path()).unwrap().code, Some(0));
    }
    let said = bring(&city, usb.path()).unwrap();
    assert!(said.text.contains("exports taken: 2"), "{said:?}");
    // The answers to the other, under our own name.
    let [[_, ours], [_, theirs]] = [&one, &other].map(|away| files(away, 1));
    let swapped = usb.copy().unwrap();
    fs::copy(usb.file(&theirs), swapped.file(&ours)).unwrap();
    let said = one.import(swapped.path()).unwrap();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.text
            .contains("are no answers of the centre to what this station exported")
    );
    assert_eq!(acked(&one), 0);
    for (away, count) in [(&one, 7), (&other, 9)] {
        assert_eq!(away.import(usb.path()).unwrap().code, Some(0));
        assert_eq!(acked(away), count);
    }
    assert_eq!(city.kept("entries", "true").unwrap(), 16);
}

#[test]
fn an_older_stick_after_newer_ones_changes_nothing_and_alarms_nobody() {
    let (city, [away]) = city();
    let usb = Usb::new().unwrap();
    let mut sticks = Vec::new();
    for _ in 0..3 {
        away.admit(&city, 5).unwrap();
        assert_eq!(away.export(usb.path()).unwrap().code, Some(0));
        sticks.push(usb.copy().unwrap());
    }
    // The newest first, then the older ones, each twice.
    for stick in sticks.iter().rev().chain(sticks.iter()) {
        let said = bring(&city, stick.path()).unwrap();
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.text.contains("acknowledged up to 15"), "{said:?}");
    }
    let told = stations(&city);
    for alarm in ["FORKED", "COPIED", "ROLLED BACK", "HOLE"] {
        assert!(!told.contains(alarm), "{told}");
    }
    for stick in sticks.iter().rev().chain(sticks.iter()) {
        assert_eq!(away.import(stick.path()).unwrap().code, Some(0));
        assert_eq!(acked(&away), 15);
    }
    // More is written and acknowledged; then the first stick comes once more.
    away.admit(&city, 5).unwrap();
    away.export(usb.path()).unwrap();
    bring(&city, usb.path()).unwrap();
    away.import(usb.path()).unwrap();
    let said = away.import(sticks[0].path()).unwrap();
    assert!(said.text.contains("known already"), "{said:?}");
    assert_eq!(acked(&away), 20);
    assert_eq!(city.kept("entries", "true").unwrap(), 20);
    verify(&city).unwrap();
}

#[test]
fn newer_documents_come_back_on_the_stick_and_another_authoritys_are_left_alone() {
    let (city, [away]) = city();
    away.admit(&city, 1).unwrap();
    city.set_policy(|policy| policy.identity_check = false)
        .unwrap();
    city.issue(3).unwrap();
    let usb = Usb::new().unwrap();
    away.export(usb.path()).unwrap();
    let said = bring(&city, usb.path()).unwrap();
    assert!(
        said.text.contains("trust.cbor: written for the way back"),
        "{said:?}"
    );
    let said = away.import(usb.path()).unwrap();
    assert_eq!(said.code, Some(0), "{said:?}");
    for document in ["trust.cbor", "manifest.cbor"] {
        assert!(
            said.text.contains(&format!("{document}: newer, and taken")),
            "{said:?}"
        );
    }
    let said = away.import(usb.path()).unwrap();
    assert!(
        said.text.contains("manifest.cbor: the same is held"),
        "{said:?}"
    );

    // The stick of another city.
    let foreign = City::found().unwrap();
    let trust = fs::read(foreign.data().join("authority/public/trust.cbor")).unwrap();
    fs::write(usb.file("trust.cbor"), &trust).unwrap();
    let said = away.import(usb.path()).unwrap();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.text.contains("trust.cbor: not taken"), "{said:?}");
    let said = bring(&city, usb.path()).unwrap();
    assert!(
        said.text.contains("trust.cbor: another authority's"),
        "{said:?}"
    );
    assert_eq!(fs::read(usb.file("trust.cbor")).unwrap(), trust);
    run(Command::new(programs::menshen_server().unwrap())
        .args(["stations", "--data"])
        .arg(foreign.data()))
    .unwrap();
    let said = bring(&foreign, usb.path()).unwrap();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.text
            .contains("it is for another authority; it was left alone")
    );
}

#[test]
fn torn_spoilt_and_foreign_files_are_named_and_left_alone_and_the_rest_is_taken() {
    let (city, [one, other]) = city();
    one.admit(&city, 3).unwrap();
    other.admit(&city, 4).unwrap();
    let usb = Usb::new().unwrap();
    one.export(usb.path()).unwrap();
    other.export(usb.path()).unwrap();
    let [export, answers] = files(&one, 1);
    let whole = fs::read(usb.file(&export)).unwrap();
    fs::write(usb.file(&export), &whole[..whole.len() / 2]).unwrap();
    fs::write(usb.file("photo.jpg"), b"a photo").unwrap();
    let said = bring(&city, usb.path()).unwrap();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.text.contains(&format!(
        "{export}: it is cut off or spoilt; it was left alone"
    )));
    assert!(
        said.text
            .contains("photo.jpg: it is none of Menshen's files")
    );
    assert!(said.text.contains("entries 1 to 4 of station"), "{said:?}");
    assert_eq!(city.kept("entries", "true").unwrap(), 4);
    assert_eq!(fs::read(usb.file("photo.jpg")).unwrap(), b"a photo");

    // One flipped bit in the sealed part, then the export of the other under this name.
    let mut flipped = whole;
    *flipped.last_mut().unwrap() ^= 1;
    fs::write(usb.file(&export), &flipped).unwrap();
    let said = bring(&city, usb.path()).unwrap();
    assert!(
        said.text
            .contains("it is not signed by the station that it names"),
        "{said:?}"
    );
    fs::copy(usb.file(&files(&other, 1)[0]), usb.file(&export)).unwrap();
    let said = bring(&city, usb.path()).unwrap();
    assert!(
        said.text.contains("it is not the file that its name says"),
        "{said:?}"
    );
    assert!(!usb.file(&answers).exists());

    // Whole again, and its answers torn on the way back.
    one.export(usb.path()).unwrap();
    assert_eq!(bring(&city, usb.path()).unwrap().code, Some(0));
    let receipts = fs::read(usb.file(&answers)).unwrap();
    fs::write(usb.file(&answers), &receipts[..receipts.len() - 1]).unwrap();
    let said = one.import(usb.path()).unwrap();
    assert_eq!((said.code, acked(&one)), (Some(1), 0), "{said:?}");
    fs::write(usb.file(&answers), &receipts).unwrap();
    assert_eq!(one.import(usb.path()).unwrap().code, Some(0));
    assert_eq!(acked(&one), 3);
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_and_1001_files_are_not_even_looked_at() {
    let (city, [away]) = city();
    away.admit(&city, 2).unwrap();
    let (usb, elsewhere) = (Usb::new().unwrap(), Usb::new().unwrap());
    away.export(elsewhere.path()).unwrap();
    fs::create_dir(usb.path().join("menshen")).unwrap();
    let export = files(&away, 1)[0].clone();
    std::os::unix::fs::symlink(elsewhere.file(&export), usb.file(&export)).unwrap();
    let said = bring(&city, usb.path()).unwrap();
    assert!(
        said.text
            .contains(&format!("{export}: it is a link, which is never followed"))
    );
    let said = away.export(usb.path()).unwrap();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.text
            .contains("is a link or no regular file and is left alone"),
        "{said:?}"
    );
    assert!(usb.file(&export).is_symlink());

    for at in 0..1_000 {
        fs::write(elsewhere.file(&at.to_string()), b"").unwrap();
    }
    let said = bring(&city, elsewhere.path()).unwrap();
    assert_ne!(said.code, Some(0));
    for said in [
        said,
        away.import(elsewhere.path()).unwrap(),
        away.export(elsewhere.path()).unwrap(),
    ] {
        assert!(said.text.contains("holds more than 1000 files"), "{said:?}");
    }
    assert_eq!(acked(&away), 0);
}

#[test]
fn a_station_that_runs_has_the_folder_and_that_is_said() {
    let (city, [away]) = city();
    away.admit(&city, 1).unwrap();
    let usb = Usb::new().unwrap();
    let _held = away.store().unwrap();
    for said in [
        away.export(usb.path()).unwrap(),
        away.import(usb.path()).unwrap(),
    ] {
        assert_eq!(said.code, Some(2));
        assert!(
            said.text
                .contains("another station runs on this data folder: stop it first"),
            "{said:?}"
        );
    }
}

#[test]
fn a_server_that_runs_takes_the_stick_itself_and_stations_are_not_kept_waiting() {
    let (mut city, [away]) = city();
    away.admit(&city, 3).unwrap();
    let usb = Usb::new().unwrap();
    away.export(usb.path()).unwrap();
    city.start_server().unwrap();
    for _ in 0..2 {
        let said = bring(&city, usb.path()).unwrap();
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.text.contains("acknowledged up to 3"), "{said:?}");
    }
    let nowhere = bring(&city, &usb.path().join("nowhere")).unwrap();
    assert_eq!(nowhere.code, Some(1));
    assert!(nowhere.text.contains("is not there"), "{nowhere:?}");
    away.import(usb.path()).unwrap();
    assert_eq!(acked(&away), 3);

    // Without the token nobody is heard; a server that was killed leaves its sign, which counts for nothing.
    let sign = city.data().join("server/usb.json");
    let whole = fs::read_to_string(&sign).unwrap();
    let token = whole.split('"').rev().nth(1).unwrap();
    fs::write(&sign, whole.replace(token, &"0".repeat(64))).unwrap();
    let said = bring(&city, usb.path()).unwrap();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.text.contains("cannot be asked to take the stick"),
        "{said:?}"
    );
    fs::write(&sign, whole).unwrap();
    city.kill_server().unwrap();
    assert!(sign.exists());
    assert_eq!(bring(&city, usb.path()).unwrap().code, Some(0));
    city.start_server().unwrap();
    city.stop_server().unwrap();
    assert!(!sign.exists());
    assert_eq!(city.kept("entries", "true").unwrap(), 3);
    verify(&city).unwrap();
}

#[test]
fn a_copy_that_wrote_on_is_told_the_same_by_stick_as_over_the_line() {
    let (city, [away]) = city();
    away.admit(&city, 4).unwrap();
    let usb = Usb::new().unwrap();
    away.export(usb.path()).unwrap();
    bring(&city, usb.path()).unwrap();
    let folder = away.data().join("station");
    let before = tempfile::tempdir().unwrap();
    for file in fs::read_dir(&folder).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            fs::copy(file.path(), before.path().join(file.file_name())).unwrap();
        }
    }
    away.admit(&city, 2).unwrap();
    away.export(usb.path()).unwrap();
    bring(&city, usb.path()).unwrap();
    // The disk of before, anchor and all, on which somebody writes on.
    for file in fs::read_dir(before.path()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    away.admit(&city, 3).unwrap();
    away.export(usb.path()).unwrap();
    let said = bring(&city, usb.path()).unwrap();
    assert!(said.text.contains("two branches"), "{said:?}");
    assert!(stations(&city).contains("FORKED"), "{}", stations(&city));
    let said = away.import(usb.path()).unwrap();
    assert!(
        said.text
            .contains("the centre holds another branch of this log"),
        "{said:?}"
    );
    assert_eq!(acked(&away), 0);
}

/// A backup of the centre, taken now.
fn backup(city: &City, at: &Path) {
    run(Command::new(programs::menshen_server().unwrap())
        .args(["backup", "--data"])
        .arg(city.data())
        .arg(at))
    .unwrap();
}

/// The centre is put back to a backup.
fn restore(city: &City, backup: &Path, aside: &Path) {
    fs::rename(city.data().join("server"), aside).unwrap();
    run(Command::new(programs::menshen_server().unwrap())
        .args(["restore", "--data"])
        .arg(city.data())
        .arg(backup))
    .unwrap();
}

/// More entries, out to the centre, and back; what the station said last.
fn round(city: &City, away: &Away, usb: &Usb, count: u8) -> Said {
    away.admit(city, count).unwrap();
    away.export(usb.path()).unwrap();
    bring(city, usb.path()).unwrap();
    away.import(usb.path()).unwrap()
}

#[test]
fn a_centre_that_lost_a_day_is_given_it_again_by_stick() {
    let (city, [away]) = city();
    let usb = Usb::new().unwrap();
    round(&city, &away, &usb, 4);
    let kept = usb.path().join("backup");
    backup(&city, &kept);
    round(&city, &away, &usb, 5);
    assert_eq!(acked(&away), 9);
    restore(&city, &kept, &usb.path().join("lost"));
    let said = round(&city, &away, &usb, 1);
    assert!(
        said.text.contains(
            "the centre came back from an older copy: the next export begins with entry 5"
        ),
        "{said:?}"
    );
    let said = round(&city, &away, &usb, 0);
    assert!(
        said.text.contains("receipts for entries 10 to 10"),
        "{said:?}"
    );
    assert_eq!(acked(&away), 10);
    assert_eq!(city.kept("entries", "true").unwrap(), 10);
    verify(&city).unwrap();
}

#[test]
fn what_a_stick_asked_for_ends_with_the_epoch_and_every_entry_of_the_next_one_travels() {
    let (mut city, [away]) = city();
    let usb = Usb::new().unwrap();
    round(&city, &away, &usb, 4);
    let kept = usb.path().join("backup");
    backup(&city, &kept);
    round(&city, &away, &usb, 5);
    restore(&city, &kept, &usb.path().join("lost"));
    let said = round(&city, &away, &usb, 1);
    assert!(said.text.contains("begins with entry 5"), "{said:?}");

    city.start_server().unwrap();
    away.enrol_again(&city).unwrap();
    city.stop_server().unwrap();
    away.admit(&city, 6).unwrap();
    let said = away.export(usb.path()).unwrap();
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.text.contains("entries 1 to 6"), "{said:?}");
    let said = bring(&city, usb.path()).unwrap();
    assert!(said.text.contains("acknowledged up to 6"), "{said:?}");
    // What lies there of the epoch before is in nobody's way.
    for _ in 0..2 {
        let said = away.import(usb.path()).unwrap();
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(
            said.text.contains("about another epoch of this station"),
            "{said:?}"
        );
        assert_eq!(acked(&away), 6);
    }
}

#[test]
fn an_export_opens_for_the_centre_alone_to_the_messages_of_the_line() {
    let (city, [away]) = city();
    away.admit(&city, 2).unwrap();
    let usb = Usb::new().unwrap();
    away.export(usb.path()).unwrap();
    let bytes = fs::read(usb.file(&files(&away, 1)[0])).unwrap();
    let messages = opened(&city, &away, &bytes).unwrap();
    assert!(matches!(
        messages[..],
        [Message::Hello(_), Message::Batch(_)]
    ));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stick_is_told_and_nothing_half_written_stays_on_it() {
    let (city, [away]) = city();
    away.admit(&city, 200).unwrap();
    let usb = Usb::new().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs"])
        .arg(usb.path())
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        println!("SKIPPED: a small disk can be mounted by root alone");
        return;
    }
    fs::write(usb.path().join("filler"), vec![7; 40 * 1024]).unwrap();
    let said = away.export(usb.path()).unwrap();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.text.contains("NOT WRITTEN  the stick is full"),
        "{said:?}"
    );
    assert!(
        said.text.contains("200 entries are not on this stick"),
        "{said:?}"
    );
    assert_eq!(usb.names("").unwrap(), Vec::<String>::new());
    fs::remove_file(usb.path().join("filler")).unwrap();
    let again = away.export(usb.path()).unwrap();
    let unmounted = Command::new("umount").arg(usb.path()).status();
    assert!(unmounted.unwrap().success());
    assert_eq!((again.code, acked(&away)), (Some(0), 0), "{again:?}");
}
