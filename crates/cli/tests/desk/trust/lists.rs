//! What an import keeps, replaces and refuses.

use std::collections::BTreeSet;

use base64::Engine;
use domain::crypto::{Secret, SigningKey};

use super::*;

/// A JWKS of EU signers with Ed25519 keys.
fn signers(bytes: impl IntoIterator<Item = u8>) -> String {
    let entries: Vec<Value> = bytes
        .into_iter()
        .map(|byte| {
            let key = SigningKey::new(Secret::new([byte; 32])).public();
            let head = [
                0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
            ];
            let spki = [&head[..], key.as_bytes()].concat();
            let pem = encoded(&spki);
            serde_json::json!({"kid": encoded(&[byte; 8]), "country": "AT", "publicKey": pem})
        })
        .collect();

    Value::from(entries).to_string()
}

fn encoded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn a_list_that_lost_more_than_half_of_its_keys_needs_a_word() {
    let desk = Desk::new();
    import_text(&desk, "eu-dsc", &signers(1..=10), &[]).unwrap();
    let half = import_text(&desk, "eu-dsc", &signers(1..=5), &[]).unwrap();
    assert!(
        half.contains("0 added, 5 removed, 0 changed, 5 the same"),
        "{half}"
    );
    let torn = import_text(&desk, "eu-dsc", &signers(1..=2), &[]).unwrap_err();
    assert!(
        torn.contains("remove 3 of the 5 keys for hcert") && torn.contains("--shrink"),
        "{torn}"
    );
    assert_eq!(
        drafted(&desk).body().foreign.len(),
        5,
        "nothing was drafted"
    );
    import_text(&desk, "eu-dsc", &signers(1..=2), &["--shrink"]).unwrap();
    assert_eq!(drafted(&desk).body().foreign.len(), 2);
}

#[test]
fn what_is_said_of_a_key_anew_holds_alone_even_beside_what_was_there_before() {
    let desk = Desk::new();
    import_text(&desk, "eu-dsc", &signers(1..=3), &[]).unwrap();
    let more = ["--add", "--max-days", "30", "--name", "Health office"];
    let said = import_text(&desk, "eu-dsc", &signers(3..=4), &more).unwrap();
    assert!(
        said.contains("1 added, 0 removed, 1 changed, 2 the same"),
        "{said}"
    );
    let limits: Vec<(u8, Option<i64>)> = drafted(&desk)
        .body()
        .foreign
        .iter()
        .map(|key| (key.key_id[0], key.max_lifetime))
        .collect();
    let month = Some(30 * DAY);
    assert_eq!(limits, [(1, None), (2, None), (3, month), (4, month)]);

    // A key that was certified for another time as well may sign in both.
    let until = ["--add", "--not-after", "2027-06-01T00:00:00Z"];
    import_text(&desk, "eu-dsc", &signers(4..=4), &until).unwrap();
    let of_four = |key: &&ForeignKey| key.key_id[0] == 4;
    assert_eq!(
        drafted(&desk).body().foreign.iter().filter(of_four).count(),
        2
    );
}

#[test]
fn an_import_replaces_what_its_own_format_brought_and_no_more() {
    let desk = Desk::new();
    import_fixture(&desk, "gdhcn", "gdhcn.json");
    import_text(&desk, "eu-dsc", &signers(1..=3), &[]).unwrap();
    assert_eq!(drafted(&desk).body().foreign.len(), 6);
    let other = import_text(&desk, "eu-dsc", &signers(3..=5), &[]).unwrap();
    assert!(
        other.contains("2 added, 2 removed, 0 changed, 4 the same"),
        "{other}"
    );
    import_text(&desk, "eu-dsc", &signers(6..=6), &["--add"]).unwrap();
    let said = import_text(&desk, "eu-dsc", &signers(3..=6), &[]).unwrap();
    assert!(said.contains("Nothing changed"), "{said}");
    assert_eq!(drafted(&desk).body().foreign.len(), 7);
    // What was brought is known of after the list is in force as well.
    sign(&desk, &[1, 2], &hash_of_draft(&desk), NOW).unwrap();
    let after = import_text(&desk, "eu-dsc", &signers(4..=6), &[]).unwrap();
    assert!(
        after.contains("0 added, 1 removed, 0 changed, 6 the same"),
        "{after}"
    );
    assert_eq!(drafted(&desk).body().header.version, 3);
}

#[test]
fn whatever_is_imported_in_whatever_order_the_signed_list_has_those_keys_and_no_other() {
    let desk = Desk::new();
    import_fixture(&desk, "gdhcn", "gdhcn.json");
    let mut expected: BTreeSet<u8> = BTreeSet::new();
    let mut state = 0x9e37_79b9_u32;
    for round in 0..40 {
        // Marsaglia's xorshift: the same lists at every run.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let list: BTreeSet<u8> = (1..=20).filter(|bit| state >> bit & 1 == 1).collect();
        if list.is_empty() {
            continue;
        }
        let add = state & 1 == 1;
        let more: &[&str] = if add {
            &["--shrink", "--add"]
        } else {
            &["--shrink"]
        };
        import_text(&desk, "eu-dsc", &signers(list.iter().copied()), more).unwrap();
        expected = if add {
            expected.union(&list).copied().collect()
        } else {
            list
        };
        if round % 10 == 9 {
            let drafted = drafted(&desk).body().clone();
            sign(&desk, &[1, 3], &hash_of_draft(&desk), NOW).unwrap();
            assert_eq!(held(&desk).body, drafted, "round {round}");
        }
        let body = if desk.path("authority/draft").exists() {
            drafted(&desk).body().clone()
        } else {
            held(&desk).body
        };
        let keys = body
            .foreign
            .iter()
            .filter(|key| key.country.as_deref() == Some("AT"));
        let found: Vec<u8> = keys.map(|key| key.key_id[0]).collect();
        assert_eq!(found.len(), expected.len(), "round {round}: each once");
        assert_eq!(BTreeSet::from_iter(found), expected, "round {round}");
        assert_eq!(body.foreign.len(), expected.len() + 3, "round {round}");
    }
}

/// Two words of the draft's hash, out of a refusal to sign with others.
fn hash_of_draft(desk: &Desk) -> String {
    let path = desk.path("authority/draft/trust.cbor");
    let mut out = Vec::new();
    let line = desk.parsed(&[
        "trust",
        "sign",
        "--at",
        NOW,
        "--authority",
        "authority",
        "--words",
        "no",
        "--key",
        &key(desk, 1),
    ]);
    assert!(path.exists() && cli::run(&line, &mut out).is_err());

    words(&String::from_utf8(out).unwrap())
}

#[test]
fn hostile_files_draft_nothing_and_each_is_told_why() {
    let desk = Desk::new();
    let huge = desk.path("huge");
    let zeros = |length: u64| {
        let file = std::fs::File::create(&huge).unwrap();
        file.set_len(length).unwrap();
    };
    zeros(65 * 1024 * 1024);
    let path = huge.display().to_string();
    let too_long = import(&desk, "gdhcn", std::slice::from_ref(&path), &[]).unwrap_err();
    assert!(too_long.contains("longer than 64 MiB"), "{too_long}");
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let refused = |format: &str, text: &str, more: &[&str]| {
        let why = import_text(&desk, format, text, more).unwrap_err();
        assert!(why.contains("nothing was drafted"), "{why}");
        why
    };
    for (format, text, why) in [
        ("vci", "<!DOCTYPE html>", "not one JSON text"),
        ("eu-dsc", deep.as_str(), "nested deeper than 32"),
        ("gdhcn", r#"{"id":1,"id":2}"#, "a name stands twice"),
        ("gdhcn", "{}", "verificationMethod"),
        (
            "nzcp",
            r#"{"id":"did:web:x","verificationMethod":[]}"#,
            "could be taken as nzcp",
        ),
        ("pretix", "x", "valid_keys"),
        ("shc-revocation", "{}", "wanted is"),
        ("eu-revocation", "[]", "wanted is"),
    ] {
        let said = refused(format, text, &[]);
        assert!(said.contains(why), "{format}: {said}");
    }
    assert!(refused("claim169", "{}", &[]).contains("--issuer"));
    let alone = import(&desk, "icao", &[fixture("bcsc.pem")], &[]).unwrap_err();
    assert!(alone.contains("no authority's certificate"), "{alone}");
    let twisted = r#"[{"kid":"AQIDBAUGBwg=","country":"\u001b[2J","publicKey":"AAAA"}]"#;
    let said = refused("eu-dsc", twisted, &[]);
    assert!(!said.contains('\u{1b}'));
    assert!(!desk.path("authority/draft").exists());
    assert_eq!(held(&desk).body.header.version, 1);
}

#[test]
fn two_keys_under_one_id_are_both_in_the_list_and_an_own_key_is_not() {
    let desk = Desk::new();
    let one = signers([1, 2]).replace(&encoded(&[2; 8]), &encoded(&[1; 8]));
    import_text(&desk, "eu-dsc", &one, &[]).unwrap();
    let keys = drafted(&desk).body().foreign.clone();
    assert_eq!(keys.len(), 2);
    assert!(keys.iter().all(|key| key.key_id == [1; 8]));
    let text = std::fs::read_to_string(desk.path("authority/status.key")).unwrap();
    let own: Value = serde_json::from_str(&text).unwrap();
    let own = hex::decode(own["public"].as_str().unwrap()).unwrap();
    let head = hex::decode("302a300506032b6570032100").unwrap();
    let list =
        serde_json::json!([{"kid": "AQIDBAUGBwg=", "publicKey": encoded(&[head, own].concat())}]);
    let refused = import_text(&desk, "eu-dsc", &list.to_string(), &["--add"]).unwrap_err();
    assert!(refused.contains("one role alone"), "{refused}");
}
