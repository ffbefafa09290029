//! The demo's order of calls, with programs that only write down how they were called.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use super::*;
use crate::machine::{Node, Os, User};

#[test]
fn a_first_start_makes_enrols_and_opens_and_a_second_only_refreshes_and_opens() {
    let data = fresh_folder("first");
    let programs = programs(&data);

    assert_eq!(demo(&programs, &data, false), Ok(()));
    assert_eq!(
        calls(&data),
        [
            "menshen keys --demo --out DATA/authority",
            "menshen demo --data DATA",
            "server serve --stop-on-stdin-close --port 0 --data DATA",
            "server pair",
            "menshen station enrol --demo --key-file --data DATA --pairing DATA/server/pairing.json",
            "server approve --data DATA 123456789012",
            "menshen station --headless --script demo --data DATA",
            "server stopped",
        ]
    );

    fs::remove_file(data.join("calls")).unwrap();
    assert_eq!(demo(&programs, &data, false), Ok(()));
    assert_eq!(
        calls(&data),
        [
            "menshen demo --data DATA",
            "server serve --stop-on-stdin-close --port 40123 --data DATA",
            "menshen station --headless --script demo --data DATA",
            "server stopped",
        ]
    );
    fs::remove_dir_all(&data).unwrap();
}

#[test]
fn a_port_that_was_taken_once_is_asked_for_again_and_no_other() {
    let data = fresh_folder("port");
    let programs = programs(&data);
    assert_eq!(demo(&programs, &data, false), Ok(()));

    fs::write(data.join("taken"), "").unwrap();
    let failure = demo(&programs, &data, false).unwrap_err();
    assert!(
        failure.text().contains("port 40123 is taken"),
        "{failure:?}"
    );
    assert!(
        failure.text().contains("take another --data DIR"),
        "{failure:?}"
    );
    fs::remove_file(data.join("taken")).unwrap();
    assert_eq!(demo(&programs, &data, false), Ok(()));

    let mut calls = calls(&data);
    calls.retain(|call| call.starts_with("server serve"));
    assert_eq!(
        calls,
        [0, 40123, 40123]
            .map(|port| format!("server serve --stop-on-stdin-close --port {port} --data DATA"))
    );
    fs::remove_dir_all(&data).unwrap();
}

#[test]
fn an_enrolment_that_was_cut_late_is_done_again() {
    let data = fresh_folder("cut");
    let programs = programs(&data);
    fs::write(data.join("cut"), "").unwrap();
    assert!(demo(&programs, &data, false).is_err());
    assert!(data.join("station/assignment.cbor").exists());

    fs::remove_file(data.join("cut")).unwrap();
    assert_eq!(demo(&programs, &data, false), Ok(()));
    let calls = calls(&data);
    let count = |word| calls.iter().filter(|call| call.contains(word)).count();
    assert_eq!(
        (count("station enrol"), count("station --headless")),
        (2, 1)
    );
    fs::remove_dir_all(&data).unwrap();
}

#[test]
fn with_a_display_and_no_webcam_the_window_opens_with_the_demo_camera() {
    let data = fresh_folder("window");
    let programs = programs(&data);

    assert_eq!(demo(&programs, &data, true), Ok(()));
    assert!(calls(&data).contains(&"desktop --data DATA --demo-camera".to_owned()));
    fs::remove_dir_all(&data).unwrap();
}

#[test]
fn a_window_that_does_not_open_is_told_how_to_do_without() {
    let data = fresh_folder("no-window");
    let mut programs = programs(&data);
    programs.desktop = program(&data, "desktop", "exit 1");

    let failure = demo(&programs, &data, true).unwrap_err();

    assert!(
        failure.text().contains("start again with --headless"),
        "{failure:?}"
    );
    fs::remove_dir_all(&data).unwrap();
}

#[test]
fn a_demo_that_is_too_old_to_go_on_is_told_how_to_begin_anew() {
    let data = fresh_folder("old");
    let mut programs = programs(&data);
    assert_eq!(demo(&programs, &data, false), Ok(()));
    programs.menshen = program(&data, "menshen", "exit 1");

    let failure = demo(&programs, &data, false).unwrap_err();

    assert!(
        failure
            .text()
            .contains("take another --data DIR, or delete"),
        "{failure:?}"
    );
    fs::remove_dir_all(&data).unwrap();
}

#[test]
fn a_server_that_does_not_start_is_shown_with_its_last_words() {
    let data = fresh_folder("broken");
    let mut programs = programs(&data);
    programs.server = program(&data, "server", "echo 'the port is taken' >&2; exit 1");

    let failure = demo(&programs, &data, false).unwrap_err();

    assert!(
        failure.text().starts_with("the server did not start"),
        "{failure:?}"
    );
    assert!(failure.text().contains("the port is taken"), "{failure:?}");
    fs::remove_dir_all(&data).unwrap();
}

fn demo(programs: &Programs, data: &Path, window: bool) -> Outcome {
    let machine = Machine {
        os: Os::Linux,
        user: User::Root,
        installer: None,
        node: Node::Missing,
        has: BTreeSet::new(),
        terminal: false,
        display: window,
        webcam: false,
    };
    let mut steps = Steps { done: 1, all: 5 };

    show(programs, data, &machine, window, &mut steps)
}

fn programs(data: &Path) -> Programs {
    Programs {
        menshen: program(
            data,
            "menshen",
            "case \"$1 $2\" in
               'keys --demo') mkdir -p \"$4/public\" && touch \"$4/public/trust.cbor\" ;;
               'station enrol') mkfifo \"$DATA/approved\"; echo 'code: 1234 5678 9012'
                 read -r _ < \"$DATA/approved\"; rm \"$DATA/approved\"; mkdir -p \"$DATA/station\"
                 touch \"$DATA/station/assignment.cbor\"
                 [ -e \"$DATA/cut\" ] && exit 1; touch \"$DATA/station/station.db\" ;;
             esac",
        ),
        server: program(
            data,
            "server",
            "case \"$1\" in
               serve) port=$4; [ $port != 0 ] || port=$(cat \"$DATA/server/port\" 2>&- || echo 40123)
                 if [ -e \"$DATA/taken\" ]; then echo \"port $port is taken\" >&2; exit 1; fi
                 echo $port > \"$DATA/server/port\"; touch \"$DATA/server/ready.json\"
                 echo \"listening on https://127.0.0.1:$port\"; cat
                 rm \"$DATA/server/ready.json\"; echo 'server stopped' >> \"$DATA/calls\" ;;
               approve) echo > \"$DATA/approved\" ;;
             esac",
        ),
        desktop: program(data, "desktop", ""),
    }
}

/// A script that notes its call in `DATA/calls`, then does what `body` says. A shell writes it: were it open
/// for writing here while another test starts a program, it could not be run.
fn program(data: &Path, name: &str, body: &str) -> PathBuf {
    let place = data.join("bin").join(name);
    let data = data.display();
    let script =
        format!("#!/bin/sh\nDATA='{data}'\necho {name} \"$@\" >> '{data}/calls'\n{body}\n");
    let written = Command::new("sh")
        .args([
            "-c",
            "mkdir -p \"${1%/*}\" && printf %s \"$2\" > \"$1\" && chmod +x \"$1\"",
            "sh",
        ])
        .arg(&place)
        .arg(script)
        .status()
        .unwrap();
    assert!(written.success());

    place
}

/// What was called, without the long list of the venue's particulars.
fn calls(data: &Path) -> Vec<String> {
    let text = fs::read_to_string(data.join("calls")).unwrap();

    text.lines()
        .map(|line| line.replace(&data.display().to_string(), "DATA"))
        .map(|line| {
            if line.starts_with("server pair ") {
                "server pair".to_owned()
            } else {
                line
            }
        })
        .collect()
}

fn fresh_folder(name: &str) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("menshen-xtask-run-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();

    folder
}
