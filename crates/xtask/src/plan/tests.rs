//! The plan for every kind of machine.

use std::collections::BTreeSet;

use super::*;
use crate::machine::Version;

const UPDATE: &str = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 update";
const INSTALL: &str = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends";
const WINDOW: &str = "fonts-noto-cjk libclang-dev pkg-config libwebkit2gtk-4.1-dev";

#[test]
fn root_installs_at_once() {
    let plan = decide(&debian(User::Root), Purpose::Window, false);

    assert_eq!(
        plan.missing,
        [
            Need::CjkFont,
            Need::Libclang,
            Need::PkgConfig,
            Need::Webview
        ]
    );
    assert_eq!(
        texts(plan.way),
        (
            "run",
            vec![UPDATE.to_owned(), format!("{INSTALL} {WINDOW}")]
        )
    );
}

#[test]
fn whoever_has_sudo_is_asked_first() {
    let plan = decide(&debian(User::Sudo), Purpose::Window, false);

    assert_eq!(
        texts(plan.way),
        (
            "ask",
            vec![format!("sudo {UPDATE}"), format!("sudo {INSTALL} {WINDOW}")]
        )
    );
}

#[test]
fn yes_answers_the_question() {
    let plan = decide(&debian(User::Sudo), Purpose::Headless, true);

    assert_eq!(
        texts(plan.way),
        (
            "run",
            vec![
                format!("sudo {UPDATE}"),
                format!("sudo {INSTALL} fonts-noto-cjk")
            ]
        )
    );
}

#[test]
fn without_a_terminal_nobody_is_asked_and_the_lines_are_shown() {
    let machine = Machine {
        terminal: false,
        ..debian(User::Sudo)
    };
    let plan = decide(&machine, Purpose::Headless, false);

    assert_eq!(
        texts(plan.way),
        (
            "show",
            vec![
                format!("sudo {UPDATE}"),
                format!("sudo {INSTALL} fonts-noto-cjk")
            ]
        )
    );
}

#[test]
fn without_sudo_the_exact_line_is_shown_even_with_yes() {
    let plan = decide(&debian(User::Plain), Purpose::Headless, true);

    assert_eq!(
        texts(plan.way),
        (
            "show",
            vec![format!("su - -c \"{UPDATE} && {INSTALL} fonts-noto-cjk\"")]
        )
    );
}

#[test]
fn a_linux_without_apt_is_told_the_names() {
    let machine = Machine {
        installer: None,
        ..debian(User::Root)
    };
    let plan = decide(&machine, Purpose::Window, true);
    let text = format!("your system's packages for what Debian calls {WINDOW}");

    assert_eq!(texts(plan.way), ("show", vec![text]));
}

#[test]
fn nothing_is_done_where_nothing_is_missing() {
    let machine = Machine {
        has: Need::ALL.into(),
        ..debian(User::Plain)
    };

    assert_eq!(
        decide(&machine, Purpose::Window, false),
        Plan {
            missing: vec![],
            way: Way::Nothing,
            node: None
        }
    );
}

#[test]
fn an_old_node_is_named_with_the_way_to_a_newer_one() {
    let machine = Machine {
        node: Node::TooOld(Version(18, 20, 4)),
        ..debian(User::Root)
    };
    let advice = decide(&machine, Purpose::Window, true)
        .node
        .expect("Node is too old");

    assert!(
        advice.starts_with("Node.js 18.20.4 is too old: the screens are built with 20.19 or later"),
        "{advice}"
    );
    assert!(advice.contains("nvm install 22"), "{advice}");
}

#[test]
fn the_station_without_a_window_needs_no_node() {
    let machine = Machine {
        node: Node::Missing,
        ..debian(User::Root)
    };

    assert_eq!(decide(&machine, Purpose::Headless, true).node, None);
}

#[test]
fn macos_without_the_command_line_tools_is_told_how_to_get_them() {
    let plan = decide(&mac(&[]), Purpose::Window, true);

    assert_eq!(plan.missing, [Need::CCompiler]);
    assert_eq!(
        texts(plan.way),
        ("show", vec!["xcode-select --install".to_owned()])
    );
}

#[test]
fn macos_brings_python_for_the_checks_from_homebrew() {
    let plan = decide(&mac(&[Need::CCompiler]), Purpose::Check, false);

    assert_eq!(
        texts(plan.way),
        ("ask", vec!["brew install python3".to_owned()])
    );
}

#[test]
fn windows_brings_webview2_by_winget() {
    let plan = decide(&windows(Some(Installer::Winget)), Purpose::Window, true);
    let line = "winget install --accept-source-agreements --accept-package-agreements --exact --id \
                Microsoft.EdgeWebView2Runtime";

    assert_eq!(texts(plan.way), ("run", vec![line.to_owned()]));
}

#[test]
fn windows_brings_webview2_by_chocolatey_where_winget_is_not() {
    let plan = decide(&windows(Some(Installer::Choco)), Purpose::Window, false);

    assert_eq!(
        texts(plan.way),
        ("ask", vec!["choco install -y webview2-runtime".to_owned()])
    );
}

#[test]
fn windows_without_an_installer_is_told_the_names() {
    let plan = decide(&windows(None), Purpose::Window, false);
    let text = "the program that winget calls Microsoft.EdgeWebView2Runtime".to_owned();

    assert_eq!(texts(plan.way), ("show", vec![text]));
}

#[test]
fn each_system_gets_its_own_way_to_a_newer_node() {
    let old = |machine: Machine| Machine {
        node: Node::Missing,
        ..machine
    };
    let advice = |machine| node_advice(&old(machine)).expect("Node is missing");

    assert!(advice(mac(&[])).contains("brew install node@22"));
    assert!(
        advice(windows(Some(Installer::Winget)))
            .contains("winget install --exact --id OpenJS.NodeJS.LTS")
    );
    assert!(advice(windows(Some(Installer::Choco))).contains("choco upgrade nodejs-lts"));
    assert!(advice(windows(None)).contains("https://nodejs.org/en/download"));
}

#[test]
fn whatever_is_needed_on_a_system_can_be_named_by_its_installers() {
    for purpose in [
        Purpose::Check,
        Purpose::Headless,
        Purpose::Test,
        Purpose::Window,
    ] {
        for need in purpose.needs(Os::Linux) {
            assert!(!need.packages(Installer::Apt).is_empty(), "{need:?}");
        }
        for need in purpose.needs(Os::Windows) {
            assert!(!need.packages(Installer::Winget).is_empty(), "{need:?}");
            assert!(!need.packages(Installer::Choco).is_empty(), "{need:?}");
        }
    }
}

/// A fresh Debian with a C linker and a good Node.
fn debian(user: User) -> Machine {
    Machine {
        os: Os::Linux,
        user,
        installer: Some(Installer::Apt),
        node: Node::Ready(Version(20, 19, 4)),
        has: BTreeSet::from([Need::CCompiler]),
        terminal: true,
        display: true,
        webcam: false,
    }
}

fn mac(has: &[Need]) -> Machine {
    Machine {
        os: Os::Mac,
        installer: Some(Installer::Brew),
        has: has.iter().copied().collect(),
        ..debian(User::Sudo)
    }
}

fn windows(installer: Option<Installer>) -> Machine {
    Machine {
        os: Os::Windows,
        installer,
        ..debian(User::Plain)
    }
}

fn texts(way: Way) -> (&'static str, Vec<String>) {
    let lines = |lines: Vec<Line>| lines.iter().map(Line::text).collect();
    match way {
        Way::Nothing => ("nothing", vec![]),
        Way::Run(all) => ("run", lines(all)),
        Way::Ask(all) => ("ask", lines(all)),
        Way::Show(all) => ("show", all),
    }
}
