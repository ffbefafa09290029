use std::process::Command;

use cli::authority::documents;
use domain::document::{IssuerKind, VenuePolicy};
use domain::keyfile::{KeyFile, KeyRole};
use domain::time::{DAY, Timestamp, WEEK};

use super::*;

#[test]
fn a_demo_authority_holds_every_key_in_its_role_and_marked_demo() {
    let desk = Desk::new();
    let week = Timestamp(1_795_507_200).week();
    let mut expected = vec![
        ("root-1.key".to_owned(), KeyRole::Root),
        ("root-2.key".to_owned(), KeyRole::Root),
        ("root-3.key".to_owned(), KeyRole::Root),
        ("registry.key".to_owned(), KeyRole::Registry),
        ("issuer.key".to_owned(), KeyRole::Issuer),
        ("slip.key".to_owned(), KeyRole::Slip),
        ("status.key".to_owned(), KeyRole::Status),
        ("receipt.key".to_owned(), KeyRole::Receipt),
        ("exchange.key".to_owned(), KeyRole::Exchange),
    ];
    expected.extend((week..week + 14).map(|w| (format!("sealing/{w}.key"), KeyRole::Sealing)));
    expected.extend(
        (week - 1..=week + 1).map(|w| (format!("status-secret/{w}.key"), KeyRole::StatusSecret)),
    );
    for (name, role) in expected {
        let text = std::fs::read_to_string(desk.path("authority").join(&name)).unwrap();
        let key = KeyFile::read(&text, None).ok().unwrap();
        assert_eq!((key.role, key.demo), (role, true), "{name}");
    }
}

#[test]
fn the_first_trust_list_is_signed_by_the_root_and_sealing_keys_cover_its_whole_life() {
    let desk = Desk::new();
    let (root, trust) = documents(&desk.path("authority/public")).unwrap();
    assert_eq!((root.keys.len(), root.threshold, root.demo), (3, 2, true));
    let body = &trust.body;
    assert_eq!(body.header.expires, body.header.issued_at.plus(90 * DAY));
    assert!(body.sealing[0].not_before <= body.header.issued_at);
    for pair in body.sealing.windows(2) {
        assert_eq!(pair[0].not_after, pair[1].not_before);
        assert_eq!(pair[0].not_after.since(pair[0].not_before), WEEK);
    }
    assert!(body.sealing.last().unwrap().not_after >= body.header.expires);
    assert_eq!(
        body.policies,
        [VenuePolicy::public_place(), VenuePolicy::residential()]
    );
    let kinds: Vec<_> = body.issuers.iter().map(|issuer| issuer.kind).collect();
    assert_eq!(kinds, [IssuerKind::Resident, IssuerKind::Slip]);
    assert_eq!(body.retention_days, 14);
}

#[test]
fn an_authority_is_never_overwritten() {
    let desk = Desk::new();
    let before = bytes(&desk.path("authority/root-1.key"));
    let again = desk.try_run(&["keys", "--demo", "--out", "authority"]);
    assert!(matches!(again, Err(Failure::Refused(why)) if why.contains("never overwritten")));
    assert_eq!(bytes(&desk.path("authority/root-1.key")), before);
}

#[cfg(unix)]
#[test]
fn keys_and_their_folders_are_closed_to_other_accounts() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let mode = |name: &str| {
        let path = desk.path("authority").join(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    for folder in ["", "sealing", "status-secret"] {
        assert_eq!(mode(folder), 0o700, "{folder}");
    }
    for file in ["root-1.key", "issuer.key", "residents.csv"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}

#[test]
fn a_real_authority_keeps_its_keys_under_a_passphrase_that_issuing_asks_for() {
    let desk = Desk {
        folder: tempfile::tempdir().unwrap(),
    };
    std::fs::write(desk.path("words"), "four or five words\n").unwrap();
    std::fs::write(desk.path("wrong"), "five or four words\n").unwrap();
    let menshen = |words: &str, args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_menshen"))
            .current_dir(desk.folder.path())
            .env("MENSHEN_PASSPHRASE_FILE", desk.path(words))
            .args(args)
            .output()
            .unwrap()
    };
    let keys = menshen("words", &["keys", "--out", "authority"]);
    assert!(keys.status.success(), "{keys:?}");
    let root = std::fs::read_to_string(desk.path("authority/root-1.key")).unwrap();
    assert!(KeyFile::is_locked(&root));
    assert!(root.contains("\"m_kib\": 262144"), "{root}");

    let status = ["status", "--authority", "authority"];
    let wrong = menshen("wrong", &status);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("does not open the key file"));
    assert!(menshen("words", &status).status.success());
}

#[test]
fn a_short_passphrase_makes_no_authority() {
    let desk = Desk {
        folder: tempfile::tempdir().unwrap(),
    };
    std::fs::write(desk.path("words"), "short\n").unwrap();
    let keys = Command::new(env!("CARGO_BIN_EXE_menshen"))
        .env("MENSHEN_PASSPHRASE_FILE", desk.path("words"))
        .args(["keys", "--out"])
        .arg(desk.path("authority"))
        .output()
        .unwrap();
    assert_eq!(keys.status.code(), Some(2));
    assert!(!desk.path("authority").exists());
}
