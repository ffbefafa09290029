//! All tests of the project, and a plain count at the end.

mod tally;

use std::process::Command;

pub(crate) use self::tally::Tally;
use crate::{
    args::Args,
    failure::{Failure, Outcome},
    machine::{Machine, Node},
    need::{Need, Purpose},
    npm, process, provision, say,
};

/// Runs the suites that this machine can run, and counts. With further words only the Rust suite runs, on those.
pub(crate) fn perform(mut args: Args) -> Outcome {
    let yes = args.flag("--yes");
    let chosen = args.rest();
    let machine = provision::provide(Purpose::Test, yes)?;

    let mut tally = Tally::default();
    let broken = if chosen.is_empty() {
        every_suite(&machine, &mut tally)?
    } else {
        let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
        crates(&chosen, &mut tally)?
    };

    close(&tally, &broken)
}

fn every_suite(machine: &Machine, tally: &mut Tally) -> Outcome<Vec<String>> {
    let mut broken = Vec::new();
    if let Node::Ready(_) = machine.node {
        broken.extend(screens(tally)?);
    } else {
        tally.leave_out("the screens' tests", "a Node.js that suits is missing");
    }
    if !machine.builds_window() {
        tally.leave_out(
            "the window's tests",
            "the webview's libraries or Node.js are missing",
        );
    }
    if !machine.has(Need::VirtualDisplay) && !machine.display {
        tally.leave_out(
            "tests that open a window",
            "there is no display, and no Xvfb to stand for one",
        );
    }

    let scope = scope(machine.builds_window());
    say::head("programs that the stories start");
    process::run(
        process::cargo()
            .args(["build", "--locked", "--bins", "--tests"])
            .args(scope),
    )?;
    broken.extend(crates(scope, tally)?);
    if has_nextest() {
        say::head("examples in the documentation");
        broken.extend(cargo_test(&[scope, &["--doc"]].concat(), tally)?);
    }

    Ok(broken)
}

/// With the window all packages are built in one go, or most crates would be built twice with other features;
/// that the others build without it is seen by `cargo xtask check`.
fn scope(window: bool) -> &'static [&'static str] {
    if window {
        &[
            "--workspace",
            "--features",
            "menshen-desktop/custom-protocol,menshen/camera",
        ]
    } else {
        &[]
    }
}

/// The screens are built as well: the window's package holds them.
fn screens(tally: &mut Tally) -> Outcome<Vec<String>> {
    say::head("tests of the screens");
    npm::install()?;
    let broken = follow(npm::npm().args(["test"]), tally)?;
    process::run(npm::npm().args(["run", "--silent", "build"]))?;

    Ok(broken)
}

/// cargo-nextest runs the tests of all packages at once, but no examples in documentation.
fn crates(chosen: &[&str], tally: &mut Tally) -> Outcome<Vec<String>> {
    say::head("tests of the crates");
    if !has_nextest() {
        return cargo_test(chosen, tally);
    }
    let mut nextest = process::cargo();
    nextest
        .args([
            "nextest",
            "run",
            "--locked",
            "--no-fail-fast",
            "--success-output",
            "immediate",
        ])
        .args(chosen);

    follow(&mut nextest, tally)
}

fn has_nextest() -> bool {
    process::answers(process::cargo().args(["nextest", "--version"]))
}

fn cargo_test(chosen: &[&str], tally: &mut Tally) -> Outcome<Vec<String>> {
    let mut test = process::cargo();
    test.args(["test", "--locked", "--no-fail-fast"])
        .args(chosen);
    if !chosen.contains(&"--") {
        test.arg("--");
    }
    test.arg("--show-output");

    follow(&mut test, tally)
}

/// Shows what a suite says while counting it; the name of the command if it did not end well.
fn follow(command: &mut Command, tally: &mut Tally) -> Outcome<Vec<String>> {
    command
        .env("NO_COLOR", "1")
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("FORCE_COLOR");
    let status = process::follow(command, |line| {
        if tally.hear(line) {
            say::line(line);
        }
    })?;

    Ok(if status.success() {
        Vec::new()
    } else {
        vec![format!("{} ended with {status}", process::shown(command))]
    })
}

/// Says what was skipped and why, what broke, and the count on a line of its own.
fn close(tally: &Tally, broken: &[String]) -> Outcome {
    say::head("result of the tests");
    for reason in tally.reasons() {
        say::line(format!("skipped: {reason}"));
    }
    for name in broken {
        say::line(format!("broken: {name}"));
    }
    say::line(tally.count());

    if broken.is_empty() && tally.failed == 0 {
        return Ok(());
    }
    // The count is the last line, also of a run that failed.
    Err(Failure::broken(""))
}
