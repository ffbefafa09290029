//! From picture to server: every demo resident, every scripted condition, told by the programs that people run.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use acceptance::city::{City, run};
use acceptance::programs;
use serde_json::Value;
#[cfg(target_os = "linux")]
use station::{Folder, KeyError, Passphrase, Store, StoreError, Unlock};

/// `verdict reason` of a told line, without numbers in brackets and further reasons.
fn told(line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace().skip(1);
    let verdict = words.next()?;
    let reason = words.next()?.split([',', '(']).next()?;
    ["admit", "attention", "refuse", "undecided"]
        .contains(&verdict)
        .then(|| (verdict.to_owned(), reason.to_owned()))
}

fn expected(city: &City, at: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(city.data().join("sheets/demo.json")).unwrap();
    let sheets: Vec<Value> = serde_json::from_str(&text).unwrap();
    sheets
        .iter()
        .map(|sheet| {
            let word = |name: &str| sheet[at][name].as_str().unwrap().to_owned();
            (word("verdict"), word("reason"))
        })
        .collect()
}

fn stations(city: &City) -> String {
    run(Command::new(programs::menshen_server().unwrap())
        .args(["stations", "--data"])
        .arg(city.data()))
    .unwrap()
}

#[test]
fn every_resident_and_every_condition_gets_its_verdict_and_every_entry_reaches_the_server() {
    let mut city = City::with_residents().unwrap();
    city.start_server().unwrap();
    city.enrol().unwrap();
    let output = run(Command::new(programs::menshen().unwrap())
        .args(["station", "--headless", "--script", "demo", "--data"])
        .arg(city.data())
        .stdin(Stdio::null()))
    .unwrap();

    let verdicts: Vec<(String, String)> = output.lines().filter_map(told).collect();
    let residents = expected(&city, "expected");
    assert_eq!(verdicts[..residents.len()], residents, "{output}");
    let kinds: BTreeMap<&str, usize> =
        verdicts
            .iter()
            .fold(BTreeMap::new(), |mut kinds, (verdict, _)| {
                *kinds.entry(verdict.as_str()).or_default() += 1;
                kinds
            });
    assert_eq!(kinds.len(), 4, "all four verdicts: {kinds:?}");
    let reasons: Vec<&str> = verdicts.iter().map(|(_, reason)| reason.as_str()).collect();
    for reason in [
        "seen_recently",
        "by_hand",
        "test_unknown",
        "status_too_old",
        "clock_doubt",
    ] {
        assert!(reasons.contains(&reason), "no {reason} in {output}");
    }
    for line in [
        "status_ageing(30)",
        "let_in #",
        "undone #",
        "emergency medical_help #",
    ] {
        assert!(output.contains(line), "no {line} in {output}");
    }
    assert!(
        output.contains("clears the doubt about the clock"),
        "{output}"
    );
    let summary = output.lines().last().unwrap();
    assert!(summary.starts_with("summary: "), "{output}");
    assert!(summary.contains("0 waiting to be sent"), "{output}");

    let (store, _) = city.store().unwrap();
    let head = store.head().seq;
    assert_eq!(store.waiting(), 0);
    assert!(head > 30, "{output}");
    assert_eq!(city.kept("entries", "true").unwrap(), head);
    assert_eq!(city.kept("poison", "true").unwrap(), 0);
    let list = stations(&city);
    assert!(list.contains(&format!(": {head} entries")), "{list}");
}

#[test]
fn at_a_residential_gate_the_same_sheets_get_the_verdicts_of_its_rule() {
    let mut city = City::with_residents().unwrap();
    city.start_server().unwrap();
    city.enrol_at("residential").unwrap();
    let frames = city.data().join("frames");
    fs::create_dir(&frames).unwrap();
    for sheet in fs::read_dir(city.data().join("sheets")).unwrap() {
        let path = sheet.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "png") {
            fs::copy(&path, frames.join(path.file_name().unwrap())).unwrap();
        }
    }
    let output = run(Command::new(programs::menshen().unwrap())
        .args(["station", "--headless", "--data"])
        .arg(city.data())
        .arg("--frames")
        .arg(&frames)
        .stdin(Stdio::null()))
    .unwrap();

    let verdicts: Vec<(String, String)> = output.lines().filter_map(told).collect();
    assert_eq!(
        verdicts,
        expected(&city, "expected_residential"),
        "{output}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn where_no_keychain_answers_the_stations_key_goes_behind_a_passphrase() {
    let mut city = City::found().unwrap();
    city.start_server().unwrap();
    let words = city.data().join("words");
    fs::write(&words, "correct horse battery staple\n").unwrap();
    let nobody = "unix:path=/nobody/listens/here";
    let said = city
        .enrol_with("public_place", |station| {
            station
                .env("DBUS_SESSION_BUS_ADDRESS", nobody)
                .env("MENSHEN_PASSPHRASE_FILE", &words)
        })
        .unwrap();
    assert!(said.contains("behind a passphrase"), "{said}");
    let folder = Folder::open(city.data()).unwrap();
    assert!(matches!(
        Store::open(
            folder,
            &Unlock::Passphrase(Passphrase::new("wrong horse".to_owned()))
        ),
        Err(StoreError::Key(KeyError::Wrong))
    ));
    let right = Passphrase::new("correct horse battery staple".to_owned());
    let folder = Folder::open(city.data()).unwrap();
    let (store, findings) = Store::open(folder, &Unlock::Passphrase(right)).unwrap();
    assert_eq!((store.head().seq, findings.len()), (0, 0));
}
