//! Commands that are stopped half way, and what is left.

use std::process::{Command, Stdio};

use super::*;

const TABLE: &str =
    "name,birth_year,class,id_last_four,colour,last_negative\n王小明,1948,senior,012X,green,-\n";
/// A week and a day after [`NOW`], when the next secret of the status list but one is due.
const LATER: &str = "1796198400";

fn status(desk: &Desk, at: &str, more: &[&str]) -> Result<(Ending, String), Failure> {
    let words = ["status", "--at", at, "--authority", "authority"];

    desk.try_run(&[&words, more].concat())
}

#[test]
fn what_a_full_disk_left_of_a_secret_is_made_anew_and_half_written_files_go() {
    let desk = Desk::new();
    let secret = |week: u64| desk.path(&format!("authority/status-secret/{week}.key"));
    let last = (2_900..3_100).rfind(|week| secret(*week).exists()).unwrap();
    std::fs::write(secret(last), b"").unwrap();
    let halves = ["lookups.csv.31.part", "public/manifest.cbor.31.part"];
    for half in halves {
        std::fs::write(desk.path("authority").join(half), b"310106,1950,061X").unwrap();
    }
    status(&desk, LATER, &[]).unwrap();
    assert!(std::fs::metadata(secret(last)).unwrap().len() > 100);
    for half in halves {
        assert!(!desk.path("authority").join(half).exists(), "{half}");
    }
}

#[test]
fn a_change_that_no_list_can_be_signed_for_is_not_kept() {
    let desk = Desk::new();
    desk.issue(TABLE).unwrap();
    let register = || std::fs::read(desk.path("authority/residents.csv")).unwrap();
    let before = register();
    status(&desk, LATER, &[]).unwrap();
    // The clock is behind the list now.
    for refused in [status(&desk, NOW, &["--set", "0=red"]), desk.issue(TABLE)] {
        let why = refused.unwrap_err().to_string();
        assert!(why.contains("set the clock right first"), "{why}");
        assert_eq!(register(), before);
    }
    let key = desk.path("authority/status.key");
    std::fs::rename(&key, desk.path("away")).unwrap();
    assert!(status(&desk, LATER, &["--set", "0=red"]).is_err());
    assert_eq!(register(), before);
    std::fs::rename(desk.path("away"), key).unwrap();
    status(&desk, LATER, &["--set", "0=red"]).unwrap();
    assert_ne!(register(), before);
}

#[test]
fn whoever_stops_listening_changes_neither_what_is_done_nor_how_it_ended() {
    let desk = Desk::new();
    let run = |words: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Command::new(env!("CARGO_BIN_EXE_menshen"))
            .current_dir(desk.folder.path())
            .args(words)
            .stdout(writer)
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .code()
    };
    let verify = ["verify", "--authority", "authority", "MS1:garbage"];
    assert_eq!(run(&verify), Some(1));
    assert_eq!(run(&["rules", "check", "none.json"]), Some(2));
    let draft = ["trust", "policy", "--at", NOW, "--authority", "authority"];
    let words = ["--venue", "event", "--rules", "ticket"];
    assert_eq!(run(&[&draft[..], &words].concat()), Some(0));
    assert!(desk.path("authority/draft/trust.cbor").exists());
}
