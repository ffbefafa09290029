//! Others' codes from what their issuers publish to the door: imported, signed, carried by the server, judged by a station.
//! Told by the programs that people run.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use acceptance::city::{City, run};
use acceptance::{frames, programs};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::crypto::{Secret, SigningKey};
use domain::time::DAY;
use serde_json::{Value, json};

/// Somebody vaccinated goes in at an event, by whoever the list says.
const RULE: &str = r#"{"id": "SHOW-A-DOSE", "sentence": {"zh": "请出示接种证明。", "en": "Show a vaccination."},
"kinds": ["vds_vaccination"], "logic": {"===": [{"var": "external.venue.kind"}, "event"]}}"#;

/// Whoever has an identity goes in, by the venue's own rule.
const IDENTITY_RULE: &str = r#"{"id": "SHOW-WHO-YOU-ARE", "sentence": {"zh": "请出示身份码。", "en": "Show who you are."},
"kinds": ["identity"], "logic": {"===": [{"var": "external.venue.kind"}, "event"]}}"#;
/// Identities of an issuer whose key has the id below.
const IDENTITIES: &str = include_str!("../../crates/domain/vectors/foreign-codes.txt");
const ISSUER: &str = "https://id.example";
const KEY_ID: &str = "\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}";
/// zlib around one stored byte, 0000 0001: only place 0 is taken back.
const PACKED: [u8; 12] = [
    0x78, 0x01, 0x01, 0x01, 0x00, 0xfe, 0xff, 0x01, 0x00, 0x02, 0x00, 0x02,
];

fn identity(name: &str) -> &'static str {
    let mut lines = IDENTITIES.lines().filter_map(|line| line.split_once(" = "));

    lines.find(|(of, _)| *of == name).unwrap().1
}

/// Writes a file into the city's folder, and tells its path.
fn write(city: &City, name: &str, text: &str) -> String {
    let path = city.data().join(name);
    fs::write(&path, text).unwrap();

    path.display().to_string()
}

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

/// What the station says of these published codes, shown one after another.
fn shown(city: &City, names: &[&str]) -> Vec<String> {
    let texts: Vec<String> = names.iter().map(|name| text(name)).collect();

    said(city, &texts)
}

/// What the station says of these texts, shown one after another.
fn said(city: &City, texts: &[String]) -> Vec<String> {
    let folder = city.data().join("frames");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let folder = frames::folder(city.data(), texts).unwrap();
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
    let rule = write(&city, "rule.json", RULE);
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
            &rule,
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

/// An identity that its issuer encrypted is told once the authority has the issuer's key, for as long as the issuer's
/// list lets it stand. Neither needs more of the station than its line.
#[test]
fn an_encrypted_identity_is_opened_by_a_key_that_the_server_seals_to_the_station_and_ends_with_its_issuers_status_token()
 {
    let mut city = City::found().unwrap();
    let issuer = SigningKey::new(Secret::new([21; 32]));
    let x = URL_SAFE_NO_PAD.encode(issuer.public().as_bytes());
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": KEY_ID, "x": x}).to_string();
    let keys = write(&city, "issuer.json", &jwk);
    let rule = write(&city, "rule.json", IDENTITY_RULE);
    let words = ["--format", "claim169", "--issuer", ISSUER, &keys];
    trust(&city, "import", &words);
    let drafted = trust(&city, "policy", &["--venue", "event", "--rules", &rule]);
    sign(&city, &drafted);
    city.start_server().unwrap();
    city.enrol_at("event").unwrap();
    let plain = identity("claim169_encrypted").to_owned();
    let listed = identity("claim169_encrypted_with_status").to_owned();
    let both = [plain, listed];
    assert_eq!(
        said(&city, &both),
        ["undecided unsupported", "undecided unsupported"]
    );

    let key = write(&city, "key.hex", identity("claim169_key"));
    run(Command::new(programs::menshen().unwrap())
        .args(["content-key", "add", "--name", "id-2026", "--authority"])
        .arg(city.data().join("authority"))
        .arg(&key))
    .unwrap();
    fs::remove_file(key).unwrap();
    // The key comes over the line while the station runs. Of a code that names a list which nobody brought nothing is known.
    let opened = |expected: [&str; 2]| (0..5).any(|_| said(&city, &both) == expected);
    assert!(
        opened(["admit id_matches", "undecided revocations_missing"]),
        "five runs brought no key: {:?}",
        said(&city, &both)
    );

    let now = city.now().0;
    let header = json!({"alg": "EdDSA", "typ": "statuslist+jwt", "kid": KEY_ID});
    let claims = json!({"sub": "https://id.example/status/1", "iat": now - 60, "exp": now + DAY,
        "status_list": {"bits": 1, "lst": URL_SAFE_NO_PAD.encode(PACKED)}});
    let signed = [header, claims]
        .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
        .join(".");
    let signature = URL_SAFE_NO_PAD.encode(issuer.sign(signed.as_bytes()));
    let token = write(&city, "token.jwt", &format!("{signed}.{signature}"));
    let drafted = trust(&city, "import", &["--format", "status-token", &token]);
    sign(&city, &drafted);
    assert!(
        opened(["attention seen_recently", "refuse revoked"]),
        "five runs brought no list: {:?}",
        said(&city, &both)
    );
}
