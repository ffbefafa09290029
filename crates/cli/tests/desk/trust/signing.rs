//! Signing here and elsewhere.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use domain::crypto::{Secret, SigningKey};
use domain::document::DocumentError;
use domain::keyfile::{KeyFile, KeyRole};

use super::*;

#[test]
fn a_list_signed_on_two_machines_is_joined_and_the_one_before_stays_beside_it() {
    let desk = Desk::new();
    let drafted = import_fixture(&desk, "nzcp", "nzcp.json");
    let words = words(&drafted);
    let before = bytes(&desk.path("authority/public/trust.cbor"));
    // The first key signs in the authority's folder, the second on a machine with three files and nothing else.
    let first = sign(&desk, &[1], &words, NOW).unwrap();
    assert!(first.contains("Signed by 1 of the 2 keys"), "{first}");
    let away = desk.path("away");
    std::fs::create_dir(&away).unwrap();
    for (from, to) in [
        ("public/root.cbor", "root.cbor"),
        ("public/trust.cbor", "trust.cbor"),
        ("draft/trust.cbor", "draft.cbor"),
        ("root-3.key", "my.key"),
    ] {
        std::fs::copy(desk.path("authority").join(from), away.join(to)).unwrap();
    }
    let file = |name: &str| away.join(name).display().to_string();
    let apart = |draft: &str, to: &str| {
        desk.try_run(&[
            "trust",
            "sign",
            "--at",
            NOW,
            "--root",
            &file("root.cbor"),
            "--held",
            &file("trust.cbor"),
            "--draft",
            &file(draft),
            "--words",
            &words,
            "--key",
            &file("my.key"),
            "--out",
            to,
        ])
    };
    let (_, second) = apart("draft.cbor", "signed.cbor").unwrap();
    assert!(
        second.contains("+ did:web:pass.example#key-1 P-256"),
        "{second}"
    );
    let kid = drafted_kid(&desk, 1);
    let here = desk
        .path("authority/draft")
        .join(format!("trust.{kid}.cbor"))
        .display()
        .to_string();
    let there = desk.path("signed.cbor").display().to_string();
    let combine = |files: &[&str]| {
        let line = [
            &["trust", "combine", "--at", NOW, "--authority", "authority"],
            files,
        ]
        .concat();
        said(desk.try_run(&line))
    };
    let alone = combine(&[&here, &here]).unwrap_err();
    assert!(
        alone.contains("asks for 2 of its keys, and 1 signed"),
        "one key twice is not two: {alone}"
    );
    assert_eq!(bytes(&desk.path("authority/public/trust.cbor")), before);
    combine(&[&here, &there]).unwrap();
    assert_eq!(held(&desk).body.header.version, 2);
    assert_eq!(
        bytes(&desk.path("authority/public/trust.previous.cbor")),
        before
    );
    let again = combine(&[&there]).unwrap_err();
    assert!(again.contains("version 2 is in force"), "{again}");
}

/// The key id of a root key, as the file with its signature is named by.
fn drafted_kid(desk: &Desk, number: u8) -> String {
    let text = std::fs::read_to_string(key(desk, number)).unwrap();
    let file = KeyFile::read(&text, None).ok().unwrap();

    hex::encode(file.into_signing_key().public().kid().0)
}

#[test]
fn signatures_over_another_draft_are_refused_with_both_hashes_in_words() {
    let desk = Desk::new();
    let first = import_fixture(&desk, "nzcp", "nzcp.json");
    sign(&desk, &[1], &words(&first), NOW).unwrap();
    let kid = drafted_kid(&desk, 1);
    let old = desk.path("old.cbor");
    let signed = desk
        .path("authority/draft")
        .join(format!("trust.{kid}.cbor"));
    std::fs::copy(&signed, &old).unwrap();
    let second = import_fixture(&desk, "vci", "vci.json");
    assert!(
        second.contains("fit no more and were removed: 1"),
        "{second}"
    );
    assert!(!signed.exists());
    sign(&desk, &[1], &words(&second), NOW).unwrap();
    let (old, new) = (old.display().to_string(), signed.display().to_string());
    let line = [
        "trust",
        "combine",
        "--at",
        NOW,
        "--authority",
        "authority",
        &new,
        &old,
    ];
    let refused = said(desk.try_run(&line)).unwrap_err();
    assert!(
        refused.contains(&words(&first)) && refused.contains(&words(&second)),
        "{refused}"
    );
    assert_eq!(held(&desk).body.header.version, 1);
}

#[test]
fn the_words_are_asked_for_after_the_changes_were_shown_and_others_sign_nothing() {
    let desk = Desk::new();
    let words = words(&import_fixture(&desk, "nzcp", "nzcp.json"));
    let typed = |line: &str| {
        let keys = [key(&desk, 1), key(&desk, 2)];
        let mut asked = Command::new(env!("CARGO_BIN_EXE_menshen"))
            .args(["trust", "sign", "--at", NOW, "--authority"])
            .arg(desk.path("authority"))
            .arg("--key")
            .args(keys)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        asked
            .stdin
            .take()
            .unwrap()
            .write_all(line.as_bytes())
            .unwrap();
        let output = asked.wait_with_output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (status, said) = typed("no idea\n");
    assert_eq!(status, Some(2));
    let (changes, question) = said.split_once("Type its first two words").unwrap();
    assert!(
        changes.contains("nzcp, did:web:pass.example, no country: 1 added"),
        "{said}"
    );
    assert!(
        changes.contains("version 1 -> 2") && question.ends_with(": "),
        "{said}"
    );
    assert_eq!(held(&desk).body.header.version, 1);
    assert_eq!(typed(&format!("{}\n", words.replace('-', " "))).0, Some(0));
    assert_eq!(held(&desk).body.header.version, 2);
}

/// While the words are asked for, others may work in the folder.
#[test]
fn a_draft_that_is_changed_after_it_was_shown_is_not_signed() {
    let desk = Desk::new();
    let shown = words(&import_fixture(&desk, "nzcp", "nzcp.json"));
    for (again_within, old) in [("998", true), ("997", false)] {
        let mut asked = Command::new(env!("CARGO_BIN_EXE_menshen"))
            .args(["trust", "sign", "--at", NOW, "--authority"])
            .arg(desk.path("authority"))
            .args(["--key", &key(&desk, 1), &key(&desk, 2)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = Vec::new();
        let out = asked.stdout.as_mut().unwrap();
        while !said.ends_with(b"to sign it: ") {
            let mut byte = [0];
            out.read_exact(&mut byte).unwrap();
            said.push(byte[0]);
        }
        let policy = ["--venue", "event", "--again-within", again_within];
        let next = words(&policy::policy(&desk, &policy).unwrap());
        let typed = if old { &shown } else { &next };
        let mut stdin = asked.stdin.take().unwrap();
        writeln!(stdin, "{typed}").unwrap();
        drop(stdin);
        let output = asked.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let why = String::from_utf8(output.stderr).unwrap();
        let wanted = if old {
            "was changed after it was shown"
        } else {
            "are not the first 2 words"
        };
        assert!(why.contains(wanted), "{why}");
        assert_eq!(held(&desk).body.header.version, 1);
    }
}

#[test]
fn only_two_distinct_keys_of_the_root_in_force_publish_a_list() {
    let desk = Desk::new();
    let said = import_fixture(&desk, "nzcp", "nzcp.json");
    let words = words(&said);
    let twice = sign(&desk, &[1, 1], &words, NOW).unwrap();
    assert!(twice.contains("Signed by 1 of the 2"), "{twice}");
    let stranger = SigningKey::new(Secret::new([5; 32]));
    let file = KeyFile::new(KeyRole::Root, true, Secret::new(*stranger.seed().expose()));
    std::fs::write(desk.path("authority/root-9.key"), file.in_clear()).unwrap();
    let refused = sign(&desk, &[1, 9], &words, NOW).unwrap_err();
    assert!(refused.contains("none of the root's in force"), "{refused}");
    std::fs::copy(
        desk.path("authority/registry.key"),
        desk.path("authority/root-8.key"),
    )
    .unwrap();
    let refused = sign(&desk, &[8], &words, NOW).unwrap_err();
    assert!(refused.contains("this key's role is registry"), "{refused}");
    let wrong = sign(&desk, &[1, 2], "lusab-babad", NOW).unwrap_err();
    assert!(wrong.contains("nothing was signed"), "{wrong}");
    assert_eq!(held(&desk).body.header.version, 1);
    sign(&desk, &[3, 2], &words, NOW).unwrap();
    assert_eq!(held(&desk).body.header.version, 2);
}

#[test]
fn a_draft_that_is_too_old_or_of_others_is_not_signed() {
    let desk = Desk::new();
    let said = import_fixture(&desk, "nzcp", "nzcp.json");
    let words = words(&said);
    let expired = sign(&desk, &[1, 2], &words, "2027-02-22T08:00:00Z").unwrap_err();
    assert!(expired.contains("would have expired"), "{expired}");
    let early = sign(&desk, &[1, 2], &words, "2026-11-24T07:00:00Z").unwrap_err();
    assert!(early.contains("set the clock right"), "{early}");
    let other = Desk::new();
    import_fixture(&other, "nzcp", "nzcp.json");
    let draft = other
        .path("authority/draft/trust.cbor")
        .display()
        .to_string();
    let of_others = desk.try_run(&[
        "trust",
        "sign",
        "--at",
        NOW,
        "--authority",
        "authority",
        "--draft",
        &draft,
        "--words",
        &words,
        "--key",
        &key(&desk, 1),
    ]);
    let wanted = DocumentError::OtherAuthority;
    assert!(matches!(of_others, Err(Failure::Document { source, .. }) if source == wanted));
    // Another draft of the version in force: left behind by hand.
    std::fs::copy(desk.path("authority/draft/trust.cbor"), desk.path("kept")).unwrap();
    let said = import_fixture(&desk, "pretix", "pretix.json");
    sign(&desk, &[1, 2], &super::words(&said), NOW).unwrap();
    std::fs::create_dir(desk.path("authority/draft")).unwrap();
    std::fs::copy(desk.path("kept"), desk.path("authority/draft/trust.cbor")).unwrap();
    let stale = import(&desk, "vci", &[fixture("vci.json")], &[]).unwrap_err();
    assert!(stale.contains("remove the folder"), "{stale}");
}
