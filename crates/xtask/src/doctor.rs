//! What this machine has, what it lacks, and how to get it.

use std::{path::Path, process::Command};

use crate::{
    args::Args,
    failure::{Failure, Outcome},
    machine::{Machine, Node, Os, Version},
    need::{Need, Purpose},
    plan::{self, Line, Way},
    process, say, tree,
};

/// Prints the table; fails when something that `cargo xtask run` needs here is missing.
pub(crate) fn perform(args: Args) -> Outcome {
    args.finish()?;
    let machine = Machine::look();
    let rows = rows(&machine);
    let width = rows
        .iter()
        .map(|row| row.what.chars().count())
        .max()
        .unwrap_or(0);
    for row in &rows {
        say::line(format!(
            "{}  {:width$}  {}",
            row.state.word(),
            row.what,
            row.note
        ));
    }
    let purpose = if machine.display {
        Purpose::Window
    } else {
        Purpose::Headless
    };
    say_how(&machine, purpose);

    if rows.iter().any(|row| row.state == State::Missing) {
        return Err(Failure::broken(
            "`cargo xtask run` installs what is missing, or says how.",
        ));
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Missing,
    Ok,
    /// Not there, and `cargo xtask run` does without it here.
    Optional,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Missing => "MISSING ",
            Self::Ok => "ok      ",
            Self::Optional => "optional",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    state: State,
    what: &'static str,
    note: String,
}

fn rows(machine: &Machine) -> Vec<Row> {
    let purpose = if machine.display {
        Purpose::Window
    } else {
        Purpose::Headless
    };
    let mut rows = vec![rust(), node(machine, purpose)];
    rows.extend(
        Need::ALL
            .into_iter()
            .map(|need| system(machine, purpose, need)),
    );
    rows.push(Row {
        state: State::Ok,
        what: "cmake",
        note: "not needed".to_owned(),
    });
    rows.push(secret_service(machine.os));
    rows.push(optional(
        "display",
        machine.display,
        "",
        "none: the station runs headless",
    ));
    rows.push(optional(
        "webcam",
        machine.webcam,
        "",
        "none: the demo camera shows moving photographs",
    ));

    rows
}

fn rust() -> Row {
    let what = "Rust";
    let found = process::capture(Command::new("rustc").arg("--version"))
        .ok()
        .and_then(|text| Version::parse(text.trim_start_matches("rustc ")));
    let wanted = Version::parse(env!("CARGO_PKG_RUST_VERSION")).unwrap_or(Version(0, 0, 0));
    match found {
        Some(found) if found >= wanted => Row {
            state: State::Ok,
            what,
            note: found.to_string(),
        },
        Some(found) => Row {
            state: State::Missing,
            what,
            note: format!("{found} is too old: rustup update (from {wanted} on)"),
        },
        None => Row {
            state: State::Missing,
            what,
            note: "rustc is not on PATH: https://rustup.rs".to_owned(),
        },
    }
}

fn node(machine: &Machine, purpose: Purpose) -> Row {
    let lacking = if purpose.wants_node() {
        State::Missing
    } else {
        State::Optional
    };
    let (state, note) = match machine.node {
        Node::Ready(version) => (State::Ok, version.to_string()),
        Node::Missing => (
            lacking,
            "not on PATH: the screens cannot be built".to_owned(),
        ),
        Node::TooOld(version) => (
            lacking,
            format!("{version} is too old: the screens cannot be built"),
        ),
        Node::WithoutNpm => (
            lacking,
            "without npm: the screens cannot be built".to_owned(),
        ),
    };

    Row {
        state,
        what: "Node.js with npm (window)",
        note,
    }
}

fn system(machine: &Machine, purpose: Purpose, need: Need) -> Row {
    let needed = purpose.needs(machine.os).contains(&need);
    let (state, note) = match (machine.has(need), needed) {
        (true, _) => (State::Ok, String::new()),
        (false, true) => (State::Missing, packages(machine, need)),
        (false, false) => (State::Optional, packages(machine, need)),
    };

    Row {
        state,
        what: need.title(),
        note,
    }
}

fn packages(machine: &Machine, need: Need) -> String {
    match machine.installer {
        Some(installer) => need.packages(installer).join(" "),
        None => String::new(),
    }
}

/// Where the station's key lies best; without it enrolment asks for a passphrase.
fn secret_service(os: Os) -> Row {
    let there = match os {
        Os::Linux => {
            let bus = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
                || std::env::var_os("XDG_RUNTIME_DIR")
                    .is_some_and(|folder| Path::new(&folder).join("bus").exists());
            bus && [
                "gnome-keyring-daemon",
                "kwalletd5",
                "kwalletd6",
                "keepassxc",
            ]
            .iter()
            .any(|name| process::find(name).is_some())
        }
        Os::Mac | Os::Windows => true,
    };

    keychain(there)
}

/// The demo takes a key file of its own accord.
fn keychain(there: bool) -> Row {
    optional(
        "keychain (the station's key)",
        there,
        "",
        "no Secret Service: enrolment asks for a passphrase instead, or install gnome-keyring; the demo needs neither",
    )
}

fn optional(what: &'static str, there: bool, yes: &str, no: &str) -> Row {
    let (state, note) = if there {
        (State::Ok, yes)
    } else {
        (State::Optional, no)
    };

    Row {
        state,
        what,
        note: note.to_owned(),
    }
}

fn say_how(machine: &Machine, purpose: Purpose) {
    let plan = plan::decide(machine, purpose, false);
    let lines: Vec<String> = match plan.way {
        Way::Nothing => Vec::new(),
        Way::Run(lines) | Way::Ask(lines) => lines.iter().map(Line::text).collect(),
        Way::Show(lines) => lines,
    };
    if !lines.is_empty() {
        say::line(format!(
            "\nTo install what is missing:\n  {}",
            lines.join("\n  ")
        ));
    }
    if let Some(advice) = plan.node {
        say::line(format!("\n{advice}"));
    }
    say::line(format!("\nThe checkout is {}.", tree::root().display()));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{machine::User, need::Installer};

    #[test]
    fn with_a_display_the_webview_is_missing_and_without_one_it_is_optional() {
        assert_eq!(
            system(&machine(true), Purpose::Window, Need::Webview),
            Row {
                state: State::Missing,
                what: "webview (window)",
                note: "libwebkit2gtk-4.1-dev".to_owned()
            }
        );
        assert_eq!(
            system(&machine(false), Purpose::Headless, Need::Webview).state,
            State::Optional
        );
    }

    #[test]
    fn an_old_node_is_missing_only_where_a_window_is_built() {
        let old = Machine {
            node: Node::TooOld(Version(18, 20, 4)),
            ..machine(true)
        };

        assert_eq!(node(&old, Purpose::Window).state, State::Missing);
        assert_eq!(node(&old, Purpose::Headless).state, State::Optional);
    }

    #[test]
    fn without_a_keychain_the_option_is_named_that_enrolment_then_wants() {
        let row = keychain(false);

        assert_eq!(row.state, State::Optional);
        assert!(
            row.note.contains("enrolment asks for a passphrase"),
            "{row:?}"
        );
    }

    #[test]
    fn every_need_has_its_row() {
        let rows = rows(&machine(true));

        for need in Need::ALL {
            assert!(rows.iter().any(|row| row.what == need.title()), "{need:?}");
        }
    }

    fn machine(display: bool) -> Machine {
        Machine {
            os: Os::Linux,
            user: User::Root,
            installer: Some(Installer::Apt),
            node: Node::Missing,
            has: BTreeSet::from([Need::CCompiler]),
            terminal: false,
            display,
            webcam: false,
        }
    }
}
