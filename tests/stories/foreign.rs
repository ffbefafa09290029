//! Others' codes from what their issuers publish to the door: imported, signed, carried by the server, judged by a station.
//! Told by the programs that people run.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use acceptance::city::{City, run};
use acceptance::{frames, programs};
use serde_json::Value;

/// Somebody vaccinated goes in at an event, by whoever the list says.
const RULE: &str = r#"{"id": "SHOW-A-DOSE", "sentence": {"zh": "请出示接种证明。", "en": "Show a vaccination."},
"kinds": ["vds_vaccination"], "logic": {"===": [{"var": "external.venue.kind"}, "event"]}}"#;

fn published(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/cli/tests/fixtures/trust")
        .join(name)
}

fn text(name: &str) -> String {
    let codes: Value = serde_json::from_slice(&fs::read(published("codes.json")).unwrap()).unwrap();

    codes[name].as_str().unwrap().to_owned()
}

/// `menshen trust` in the city's authority.
fn trust(city: &City, action: &str, more: &[&str]) -> String {
    run(Command::new(programs::menshen().unwrap())
        .args(["trust", action, "--authority"])
        .arg(city.data().join("authority"))
        .args(more))
    .unwrap()
}

fn import(city: &City, format: &str, files: &[&str]) -> String {
    let paths: Vec<String> = files
        .iter()
        .map(|file| published(file).display().to_string())
        .collect();
    let mut words = vec!["--format", format];
    words.extend(paths.iter().map(String::as_str));

    trust(city, "import", &words)
}

/// Signs the draft as two officers would, who read the hash off what drafted it.
fn sign(city: &City, drafted: &str) {
    let hash = drafted
        .lines()
        .find_map(|line| line.split_once("hash: "))
        .map(|(_, hash)| hash.split('-').take(2).collect::<Vec<_>>().join("-"));
    let root = |number: u8| {
        let file = format!("authority/root-{number}.key");
        city.data().join(file).display().to_string()
    };
    let said = trust(
        city,
        "sign",
        &["--key", &root(1), &root(2), "--words", &hash.unwrap()],
    );
    assert!(said.contains("is in force to"), "{said}");
}

/// What the station says of these codes, shown one after another.
fn shown(city: &City, names: &[&str]) -> Vec<String> {
    let folder = city.data().join("frames");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let texts: Vec<String> = names.iter().map(|name| text(name)).collect();
    let folder = frames::folder(city.data(), &texts).unwrap();
    let output = run(Command::new(programs::menshen().unwrap())
        .args(["station", "--headless", "--data"])
        .arg(city.data())
        .arg("--frames")
        .arg(folder)
        .stdin(Stdio::null()))
    .unwrap();

    output
        .lines()
        .filter(|line| line.contains(" #"))
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().skip(1).take(2).collect();
            // Minutes stand in brackets.
            let told = words.join(" ");
            told.split('(').next().unwrap_or_default().to_owned()
        })
        .collect()
}

#[test]
fn tickets_and_seals_of_others_are_judged_by_what_their_issuers_publish_until_they_take_them_back()
{
    let mut city = City::found().unwrap();
    let rule = city.data().join("rule.json");
    fs::write(&rule, RULE).unwrap();
    import(&city, "pretix", &["pretix.json"]);
    import(&city, "icao", &["csca-p521.pem", "bcsc.pem"]);
    let drafted = trust(
        &city,
        "policy",
        &[
            "--venue",
            "event",
            "--product",
            "42=Summer party",
            "--rules",
            &rule.display().to_string(),
            "ticket",
        ],
    );
    sign(&city, &drafted);
    city.start_server().unwrap();
    city.enrol_at("event").unwrap();

    let first = shown(
        &city,
        &["pretix", "vds_nc", "pretix_revoked", "nzcp", "pretix"],
    );
    assert_eq!(
        first,
        [
            "admit ticket_ok",
            "admit id_matches",
            "admit ticket_ok",
            "refuse unknown_issuer",
            "refuse ticket_used",
        ]
    );

    // The organiser takes a ticket back: the next list names what was published, and the server carries it. It comes over
    // the line while the station runs.
    let drafted = import(&city, "pretix-revocation", &["pretix-revoked.json"]);
    sign(&city, &drafted);
    let revoked = (0..5).any(|_| shown(&city, &["pretix_revoked"]) == ["refuse revoked"]);
    assert!(revoked, "five runs brought no list");
    let (store, _) = city.store().unwrap();
    assert_eq!(store.waiting(), 0);
    assert_eq!(city.kept("entries", "true").unwrap(), store.head().seq);
}
