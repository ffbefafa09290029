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
        rust(&chosen, &mut tally)?
    };
    if !machine.has(Need::VirtualDisplay) && !machine.display {
        tally.leave_out(
            "tests that open a window",
            "Xvfb is missing, and there is no display",
        );
    }

    close(&tally, &broken)
}

fn every_suite(machine: &Machine, tally: &mut Tally) -> Outcome<Vec<String>> {
    say::head("programs that the stories start");
    process::run(process::cargo().args([
        "build",
        "--locked",
        "--package",
        "menshen",
        "--package",
        "menshen-server",
    ]))?;

    let mut broken = rust(&[], tally)?;
    let Node::Ready(_) = machine.node else {
        tally.leave_out("the screens' tests", "a Node.js that suits is missing");
        tally.leave_out("the window's tests", "a Node.js that suits is missing");
        return Ok(broken);
    };
    say::head("tests of the screens");
    npm::install()?;
    broken.extend(follow(npm::npm().args(["test"]), tally)?);

    if machine.builds_window() {
        say::head("tests of the window");
        process::run(npm::npm().args(["run", "--silent", "build"]))?;
        broken.extend(cargo_test(&["--package", "menshen-desktop"], tally)?);
    } else {
        tally.leave_out("the window's tests", "the webview's libraries are missing");
    }

    Ok(broken)
}

/// The default members; cargo-nextest runs the tests of all packages at once, but no examples in documentation.
fn rust(chosen: &[String], tally: &mut Tally) -> Outcome<Vec<String>> {
    say::head("tests of the crates");
    let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
    if !process::answers(process::cargo().args(["nextest", "--version"])) {
        return cargo_test(&chosen, tally);
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
        .args(&chosen);
    let mut broken = follow(&mut nextest, tally)?;
    if chosen.is_empty() {
        broken.extend(cargo_test(&["--doc"], tally)?);
    }

    Ok(broken)
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
    Err(Failure::broken(""))
}
