//! A station begins a new epoch: with new keys, in the same folder, after its log was copied, put back or stolen.
//! What the epoch before could not send still arrives, and the door remembers who went in.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

use std::fs;
use std::process::Command;

use acceptance::city::{City, run};
use acceptance::files::copy_folder;
use acceptance::station::Watched;
use acceptance::{frames, programs};
use domain::verdict::{Reason, Verdict};
use station::{Expected, ExpectedCheck, Inspection, Unlock};

/// An enrolled station with the identity check off, its server running, and the texts of some sheets.
fn city(sheets: usize) -> (City, Vec<String>) {
    let mut city = City::found().unwrap();
    city.set_policy(|policy| policy.identity_check = false)
        .unwrap();
    let texts = city.issue(sheets).unwrap();
    city.start_server().unwrap();
    city.enrol().unwrap();

    (city, texts)
}

fn admit(station: &Watched, text: &str) {
    station.show(frames::clean(text)).unwrap();
    let verdict = station.verdict().unwrap();
    assert_eq!(verdict.verdict, Verdict::Admit, "{verdict:?}");
}

/// Until nothing waits any more, in whichever epoch.
fn all_is_sent(station: &Watched) {
    station
        .screen_where(|screen| screen.sync.waiting == 0 && screen.sync.last_receipt.is_some())
        .unwrap();
}

fn inspect(city: &City) -> Inspection {
    station::inspect(city.data(), &Unlock::KeyFile, None).unwrap()
}

fn stations(city: &City) -> String {
    run(Command::new(programs::menshen_server().unwrap())
        .args(["stations", "--data"])
        .arg(city.data()))
    .unwrap()
}

#[test]
fn what_waited_when_the_epoch_ended_arrives_under_its_own_key_and_the_door_remembers_who_went_in() {
    let (mut city, texts) = city(3);
    let station = Watched::open(&city, 0).unwrap();
    admit(&station, &texts[0]);
    all_is_sent(&station);
    city.stop_server().unwrap();
    admit(&station, &texts[1]);
    station.stop();
    let before = inspect(&city);
    assert_eq!((before.head.seq, before.acked.seq), (2, 1));

    city.start_server().unwrap();
    let said = city.enrol_again().unwrap();
    assert!(said.contains("epoch 2"), "{said}");
    let begun = inspect(&city);
    assert_eq!(begun.station, before.station);
    assert_eq!((begun.head.epoch, begun.head.seq), (2, 0));
    assert_eq!(begun.earlier.len(), 1);
    assert_eq!(begun.earlier[0].head, before.head);

    let station = Watched::open(&city, 0).unwrap();
    station.show(frames::clean(&texts[1])).unwrap();
    let again = station.verdict().unwrap();
    assert_eq!(again.verdict, Verdict::Attention, "{again:?}");
    assert!(
        again
            .reasons
            .iter()
            .any(|given| given.reason == Reason::SeenRecently),
        "{again:?}"
    );
    admit(&station, &texts[2]);
    all_is_sent(&station);
    station.stop();

    let after = inspect(&city);
    assert!(after.is_whole(), "{after:?}");
    assert_eq!(after.acked, after.head);
    assert_eq!(
        after.earlier[0].acked, before.head,
        "its last row is receipted"
    );
    let entries = before.head.seq + after.head.seq;
    assert_eq!(city.kept("entries", "true").unwrap(), entries);
    let list = stations(&city);
    assert!(list.contains("epoch 2"), "{list}");
    assert!(list.contains("TAIL: entries 2 to 2 of epoch 1 "), "{list}");
}

#[test]
fn a_log_that_was_put_back_admits_again_in_its_new_epoch_and_both_branches_are_kept() {
    let (mut city, texts) = city(4);
    let station = Watched::open(&city, 0).unwrap();
    admit(&station, &texts[0]);
    all_is_sent(&station);
    station.stop();
    let folder = city.data().join("station");
    let older = city.data().join("older");
    copy_folder(&folder, &older).unwrap();
    let station = Watched::open(&city, 0).unwrap();
    admit(&station, &texts[1]);
    all_is_sent(&station);
    station.stop();
    city.stop_server().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    copy_folder(&older, &folder).unwrap();
    // The copy's own anchor came with it, so that only the centre can tell.
    let station = Watched::open(&city, 0).unwrap();
    admit(&station, &texts[2]);
    city.start_server().unwrap();
    station
        .screen_where(|screen| screen.sync.dispute.is_some())
        .unwrap();
    station.stop();

    city.enrol_again().unwrap();
    let station = Watched::open(&city, 0).unwrap();
    admit(&station, &texts[3]);
    all_is_sent(&station);
    station.stop();
    let after = inspect(&city);
    assert_eq!(after.findings, []);
    assert!(
        after.is_whole(),
        "what was known when it ended does not count"
    );
    assert!(!after.earlier[0].findings.is_empty());
    assert_eq!(after.earlier[0].acked, after.earlier[0].head);
    assert_eq!(city.kept("branches", "true").unwrap(), 1);
    let list = stations(&city);
    assert!(list.contains("both are kept"), "{list}");
}

#[test]
fn a_log_that_is_over_and_is_taken_away_cut_or_put_back_is_found_and_its_code_is_no_other_logs() {
    let (city, texts) = city(3);
    let station = Watched::open(&city, 0).unwrap();
    admit(&station, &texts[0]);
    all_is_sent(&station);
    station.stop();
    let older = city.data().join("older");
    copy_folder(&city.data().join("station"), &older).unwrap();
    let station = Watched::open(&city, 0).unwrap();
    admit(&station, &texts[1]);
    all_is_sent(&station);
    station.stop();
    let ended = inspect(&city).head;
    city.enrol_again().unwrap();
    let kept = city.data().join("station/epochs/1");
    assert!(inspect(&city).is_whole());
    let expected = |seq, hash| {
        let expected = Expected {
            seq,
            code: domain::entry::head_code(hash),
        };
        let inspection = station::inspect(city.data(), &Unlock::KeyFile, Some(&expected));
        inspection.unwrap().expected
    };
    assert_eq!(expected(ended.seq, ended.hash), ExpectedCheck::Fits);
    let other = domain::entry::ChainHash([0; 32]);
    assert_eq!(expected(ended.seq, other), ExpectedCheck::Differs);

    fs::remove_dir_all(&kept).unwrap();
    copy_folder(&older, &kept).unwrap();
    let said = |city: &City| {
        let inspection = inspect(city);
        assert!(!inspection.is_whole());
        format!("{:?}", inspection.findings)
    };
    assert!(said(&city).contains("epoch 1 ended with another entry 2"));
    fs::remove_dir_all(&kept).unwrap();
    assert!(said(&city).contains("epoch 1 is missing"));
}

#[test]
fn a_pairing_for_another_station_changes_nothing() {
    let (city, texts) = city(1);
    let station = Watched::open(&city, 0).unwrap();
    admit(&station, &texts[0]);
    all_is_sent(&station);
    station.stop();
    let before = inspect(&city);
    let refused = city
        .enrol_with("public_place", |station| station.arg("--again"))
        .unwrap_err()
        .to_string();
    assert!(refused.contains("enrolment failed"), "{refused}");
    assert!(!city.data().join("station.next").exists());
    assert_eq!(inspect(&city), before);
}
