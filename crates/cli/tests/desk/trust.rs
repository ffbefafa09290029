//! The next trust list: others' keys imported, the draft signed here or apart, and codes judged by what came of it.

mod hcert;
mod lists;
mod policy;
mod signing;
mod status_token;
mod stopped;
mod vectors;

use cli::authority::documents;
use domain::code::foreign::revocation::Revocation;
use domain::code::foreign::{ForeignKey, Format, SignedForeign, SignerNames, decode, verify};
use domain::document::{Trust, TrustDraft, Withdrawn};
use domain::hex;
use domain::time::{DAY, Timestamp};
use domain::verdict::Reason;
use serde_json::Value;

use super::*;

const AT: Timestamp = Timestamp(1_795_507_200);

/// A format, its files, what they do not say, and how many keys and lists they bring.
type Published = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    usize,
    usize,
);

const IMPORTS: [Published; 10] = [
    ("gdhcn", &["gdhcn.json"], &[], 3, 0),
    ("eu-dsc", &["eu-dsc.json"], &[], 0, 0),
    ("vci", &["vci.json"], &[], 2, 1),
    ("nzcp", &["nzcp.json"], &["--country", "NZ"], 1, 0),
    ("icao", &["csca-p521.pem", "bcsc.pem"], &[], 1, 0),
    ("pretix", &["pretix.json"], &["--kinds", "ticket"], 1, 0),
    (
        "claim169",
        &["claim169.json"],
        &[
            "--issuer",
            "https://id.example",
            "--not-after",
            "2027-06-01T00:00:00Z",
        ],
        1,
        0,
    ),
    ("eu-revocation", &["eu-revocation.json"], &[], 0, 1),
    ("shc-revocation", &["shc-revocation.json"], &["--add"], 0, 1),
    ("pretix-revocation", &["pretix-revoked.json"], &[], 0, 1),
];

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/trust/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn import(desk: &Desk, format: &str, files: &[String], more: &[&str]) -> Result<String, String> {
    let mut words = vec!["trust", "import", "--at", NOW, "--authority", "authority"];
    words.extend(["--format", format]);
    words.extend(more);
    words.extend(files.iter().map(String::as_str));

    said(desk.try_run(&words))
}

fn import_fixture(desk: &Desk, format: &str, name: &str) -> String {
    import(desk, format, &[fixture(name)], &[]).unwrap()
}

/// Writes `text` to a file and imports it.
#[expect(clippy::unwrap_in_result, reason = "a test may panic")]
fn import_text(desk: &Desk, format: &str, text: &str, more: &[&str]) -> Result<String, String> {
    std::fs::write(desk.path("list"), text).unwrap();

    import(
        desk,
        format,
        &[desk.path("list").display().to_string()],
        more,
    )
}

pub(crate) fn said(ended: Result<(Ending, String), Failure>) -> Result<String, String> {
    ended
        .map(|(_, said)| said)
        .map_err(|failure| failure.to_string())
}

/// The first two words of the hash in an answer.
pub(crate) fn words(said: &str) -> String {
    let hash = said
        .lines()
        .rev()
        .find_map(|line| line.split_once("hash: "));
    let (_, hash) = hash.expect("an answer with a hash");

    hash.split('-').take(2).collect::<Vec<_>>().join("-")
}

fn key(desk: &Desk, number: u8) -> String {
    let path = desk.path("authority").join(format!("root-{number}.key"));

    path.display().to_string()
}

pub(crate) fn sign(desk: &Desk, keys: &[u8], words: &str, at: &str) -> Result<String, String> {
    let keys: Vec<String> = keys.iter().map(|number| key(desk, *number)).collect();
    let mut line = vec!["trust", "sign", "--at", at, "--authority", "authority"];
    line.extend(["--words", words, "--key"]);
    line.extend(keys.iter().map(String::as_str));

    said(desk.try_run(&line))
}

pub(crate) fn held(desk: &Desk) -> Trust {
    documents(&desk.path("authority/public")).unwrap().1
}

fn drafted(desk: &Desk) -> TrustDraft {
    let (root, _) = documents(&desk.path("authority/public")).unwrap();

    TrustDraft::read(&bytes(&desk.path("authority/draft/trust.cbor")), &root).unwrap()
}

fn code(name: &str) -> SignedForeign {
    let all: Value = serde_json::from_slice(&bytes(fixture("codes.json").as_ref())).unwrap();

    decode(all[name].as_str().unwrap()).unwrap()
}

/// All of it imported, and signed by two keys.
fn imported() -> (Desk, Vec<ForeignKey>) {
    let desk = Desk::new();
    let mut last = String::new();
    for (format, files, more, keys, lists) in IMPORTS {
        let before = std::fs::read_dir(desk.path("authority/public/revocation"))
            .map(Iterator::count)
            .unwrap_or_default();
        let files: Vec<String> = files.iter().map(|name| fixture(name)).collect();
        let said = import(&desk, format, &files, more).unwrap();
        let added = format!("keys of others: {keys} added, 0 removed, 0 changed");
        assert!(said.contains(&added), "{format}: {said}");
        let after = std::fs::read_dir(desk.path("authority/public/revocation"))
            .map(Iterator::count)
            .unwrap_or_default();
        assert_eq!(after - before, lists, "{format}");
        if said.contains("hash: ") {
            last = words(&said);
        }
    }
    let keys = drafted(&desk).body().foreign.clone();
    let said = sign(&desk, &[1, 2], &last, NOW).unwrap();
    assert!(
        said.contains("Version 2 is in force to 2027-02-22T08:00:00Z"),
        "{said}"
    );

    (desk, keys)
}

#[test]
fn every_published_form_becomes_keys_of_the_next_list_and_their_codes_verify() {
    let (desk, keys) = imported();
    let trust = held(&desk);
    assert_eq!(
        trust.body.foreign, keys,
        "what was drafted is what stations get"
    );
    assert_eq!(keys.len(), 9);
    assert!(!desk.path("authority/draft").exists());
    for (name, format) in [
        ("hcert", Format::Hcert),
        ("shc", Format::Shc),
        ("nzcp", Format::Nzcp),
        ("vds_nc", Format::VdsNc),
        ("claim169", Format::Claim169),
        ("pretix", Format::Pretix),
    ] {
        let code = code(name);
        assert_eq!(code.format, format);
        let verified = verify(trust.foreign_keys(), &code, AT);
        assert!(verified.is_ok(), "{name}: {verified:?}");
    }
    let ticket = verify(trust.foreign_keys(), &code("pretix"), AT).unwrap();
    assert_eq!(ticket.signer().issuer.as_deref(), Some("sommerfest"));
    let pass = verify(trust.foreign_keys(), &code("nzcp"), AT).unwrap();
    assert_eq!(pass.signer().country.as_deref(), Some("NZ"));
    let identity = code("claim169");
    let late = verify(trust.foreign_keys(), &identity, AT.plus(250 * DAY));
    assert_eq!(late, Err(Reason::SignerNotValid), "as --not-after said");
}

#[test]
fn what_issuers_took_back_travels_beside_the_list_that_names_it() {
    let (desk, _) = imported();
    let trust = held(&desk);
    let folder = desk.path("authority/public/revocation");
    let withdrawn = Withdrawn::open(&trust.body.revocations, |hash| {
        std::fs::read(folder.join(format!("{}.json", hex::encode(hash)))).ok()
    });
    assert_eq!(withdrawn.incomplete.len(), 0);
    for name in ["hcert", "shc", "shc_revoked", "pretix_revoked"] {
        let how = withdrawn.lists.of(&code(name), &SignerNames::default());
        assert_eq!(how, Some(Revocation::Revoked), "{name}");
    }
    for name in ["pretix", "nzcp"] {
        assert_eq!(
            withdrawn.lists.of(&code(name), &SignerNames::default()),
            None,
            "{name}"
        );
    }
    let (_, shown) = desk.run(&["trust", "show", "--authority", "authority"]);
    for line in [
        "version 2\n",
        "keys for hcert: 3 (NL 1, XA 1, XXF 1)\n",
        "keys for shc: 2 (no country 2)\n",
        "keys for vds_nc: 1 (UT 1)\n",
        "revocations eu_hashes ",
        "policy of public_place: a negative test of the last 48 h; ",
        "policy of residential: no test; ",
    ] {
        assert!(shown.contains(line), "{line}{shown}");
    }
}
