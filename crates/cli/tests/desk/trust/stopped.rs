//! What was stopped half way, asked for wrongly, or would be lost without a word.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::crypto::{PublicKey, Secret, SigningKey};
use serde_json::json;

use super::*;

fn show(desk: &Desk, more: &[&str]) -> String {
    desk.run(&[&["trust", "show", "--authority", "authority"], more].concat())
        .1
}

fn policy(desk: &Desk, more: &[&str]) -> String {
    policy::policy(desk, more).unwrap()
}

fn public(byte: u8) -> PublicKey {
    SigningKey::new(Secret::new([byte; 32])).public()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_signing_that_was_stopped_once_its_list_was_in_force_is_ended_by_the_next_command() {
    let desk = Desk::new();
    let said = import_fixture(&desk, "pretix", "pretix.json");
    let (draft, kept) = (desk.path("authority/draft"), desk.path("kept"));
    copy(&draft, &kept);
    sign(&desk, &[1, 2], &words(&said), NOW).unwrap();
    let sources = desk.path("authority/trust-sources.json");
    std::fs::remove_file(&sources).unwrap();
    copy(&kept, &draft);
    std::fs::write(draft.join("trust.cbor.77.part"), b"half").unwrap();

    assert!(show(&desk, &[]).contains("version 2\n"));
    assert!(!draft.exists());
    // What the import brought is known, so that the next one takes its place.
    let head = hex::decode("302a300506032b6570032100").unwrap();
    let key = STANDARD.encode([&head, public(9).as_bytes().as_slice()].concat());
    let other = json!({"slug": "other", "valid_keys": {"pretix_sig1": [key]}}).to_string();
    let next = import_text(&desk, "pretix", &other, &["--shrink"]).unwrap();
    assert!(next.contains("1 added, 1 removed, 0 changed"), "{next}");
}

#[test]
fn a_draft_that_was_signed_by_one_key_says_that_a_change_takes_the_signature_away() {
    let desk = Desk::new();
    let said = import_fixture(&desk, "pretix", "pretix.json");
    sign(&desk, &[1], &words(&said), NOW).unwrap();
    let amended = policy(&desk, &["--venue", "event", "--rules", "ticket"]);
    assert!(
        amended.contains("which fit no more and were removed: 1."),
        "{amended}"
    );
}

#[test]
fn what_is_said_of_keys_must_fit_what_their_codes_prove() {
    let desk = Desk::new();
    let refused = |format: &str, file: &str, more: &[&str]| {
        import(&desk, format, &[fixture(file)], more).unwrap_err()
    };
    for (format, file, more, why) in [
        ("pretix", "pretix.json", ["--max-days", "5"], "--max-days"),
        ("pretix", "pretix.json", ["--kinds", "test"], "--kinds"),
        ("icao", "bcsc.pem", ["--max-days", "5"], "--max-days"),
        ("gdhcn", "gdhcn.json", ["--kinds", "ticket"], "--kinds"),
        ("nzcp", "nzcp.json", ["--kinds", "vaccination"], "--kinds"),
        (
            "eu-revocation",
            "eu-revocation.json",
            ["--name", "AT"],
            "say something of keys",
        ),
    ] {
        let said = refused(format, file, &more);
        assert!(said.contains(why), "{format}: {said}");
    }
    assert!(!desk.path("authority/draft").exists());
}

#[test]
fn a_product_has_one_name() {
    let desk = Desk::new();
    let words = ["--venue", "event", "--product", "42=Saturday", "42=Sunday"];
    let refused = policy::policy(&desk, &words).unwrap_err();
    assert!(refused.contains("product 42 has two names"), "{refused}");
    assert!(!desk.path("authority/draft").exists());
}

#[test]
fn an_older_list_of_revoked_cards_never_takes_a_newer_ones_place() {
    let desk = Desk::new();
    let list = |counter: u8, ids: &[&str]| {
        json!({"kid": "k", "method": "rid", "ctr": counter, "rids": ids}).to_string()
    };
    let take = |text: &str, more: &[&str]| import_text(&desk, "shc-revocation", text, more);
    let said = take(&list(4, &["a"]), &[]).unwrap();
    assert!(said.contains("no key of the list is called k"), "{said}");
    let fifth = take(&list(5, &["a", "b"]), &[]).unwrap();
    let named = drafted(&desk).body().revocations.clone();
    let refused = take(&list(4, &["a"]), &[]).unwrap_err();
    assert!(refused.contains("names version 5 of the list"), "{refused}");
    assert_eq!(drafted(&desk).body().revocations, named);
    // Nor once another key's list took its place in the draft, and the one in force still names it.
    sign(&desk, &[1, 2], &words(&fifth), NOW).unwrap();
    let other = list(1, &["c"]).replace("\"k\"", "\"other\"");
    take(&other, &[]).unwrap();
    let refused = take(&list(4, &["a"]), &[]).unwrap_err();
    assert!(refused.contains("names version 5 of the list"), "{refused}");
    take(&list(6, &["a", "b"]), &[]).unwrap();
    // Beside it, it takes nothing away.
    take(&list(4, &["a"]), &["--add"]).unwrap();
    assert_eq!(drafted(&desk).body().revocations.len(), 2);
}

#[test]
fn another_key_under_the_same_id_is_told_by_its_hash_and_all_keys_can_be_listed() {
    let desk = Desk::new();
    let key = |byte: u8| {
        let x = URL_SAFE_NO_PAD.encode(public(byte).as_bytes());
        json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x}).to_string()
    };
    let more = ["--issuer", "https://id.example"];
    import_text(&desk, "claim169", &key(1), &more).unwrap();
    let more = [&more[..], &["--shrink"]].concat();
    let said = import_text(&desk, "claim169", &key(2), &more).unwrap();
    let lines = said.lines();
    let hashes: BTreeSet<&str> = lines
        .filter_map(|line| line.split_once("k Ed25519 ").map(|(_, hash)| hash))
        .collect();
    assert_eq!(hashes.len(), 2, "{said}");
    let listed = show(&desk, &["--draft", "--keys"]);
    assert!(
        listed.contains("claim169, https://id.example, no country: k Ed25519 "),
        "{listed}"
    );
}

#[test]
fn a_policy_is_told_in_words_and_the_order_of_its_rules_counts() {
    let desk = Desk::new();
    let venue = ["--venue", "public-place", "--rules"];
    let said = policy(&desk, &[&venue[..], &["public-place", "eu-style"]].concat());
    assert!(
        said.contains("+ policy of public_place, rule file 1: public-place, rules: "),
        "{said}"
    );
    let turned = policy(&desk, &[&venue[..], &["eu-style", "public-place"]].concat());
    assert!(
        turned.contains("+ policy of public_place, rule file 1: eu-style, rules: "),
        "{turned}"
    );
    let shown = show(&desk, &["--draft"]);
    assert!(
        shown.contains("policy of public_place: a negative test of the last 48 h; the ID document is compared; "),
        "{shown}"
    );
}
