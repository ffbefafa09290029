//! All tests of the project, and a plain count at the end.

mod tally;

use std::{path::Path, process::Command};

pub(crate) use self::tally::Tally;
use crate::{
    args::Args,
    failure::{Failure, Outcome},
    machine::{Machine, Node},
    need::Purpose,
    npm, process, provision, say, tree,
};

/// Tells the stories where the programs are that were built for them.
pub(crate) const PROGRAMS: &str = "MENSHEN_PROGRAMS";

/// What stands in the reasons that are no fault of a machine.
const EXCUSES: [&str; 2] = ["beside this checkout", "by root alone"];

/// Runs the suites that this machine can run, and counts. With further words only the Rust suite runs, on those.
pub(crate) fn perform(mut args: Args) -> Outcome {
    let yes = args.flag("--yes");
    let strict = args.flag("--strict");
    let chosen = args.rest();
    let machine = provision::provide(Purpose::Test, yes)?;

    let mut tally = Tally::default();
    let mut broken = if chosen.is_empty() {
        every_suite(&machine, &mut tally)?
    } else {
        let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
        crates(&chosen, None, &mut tally)?
    };

    if strict {
        broken.extend(unexcused(tally.reasons()));
    }

    close(&tally, &broken)
}

/// What was skipped although this machine should have been able to: all but what hangs on files that are not part of
/// the project, or on a right that an account may lack.
fn unexcused(reasons: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    reasons
        .filter(|reason| !EXCUSES.iter().any(|excuse| reason.contains(excuse)))
        .map(|reason| format!("skipped, which --strict forbids: {reason}"))
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
    let scope = scope(machine.builds_window());
    say::head("programs that the stories start");
    process::run(
        process::cargo()
            .args(["build", "--locked", "--bins", "--tests"])
            .args(scope),
    )?;
    broken.extend(crates(scope, Some(&tree::programs()?), tally)?);
    if has_nextest() {
        say::head("examples in the documentation");
        let mut examples = cargo_test(&[scope, &["--doc"]].concat());
        broken.extend(follow(&mut examples, tally)?);
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

fn crates(chosen: &[&str], built: Option<&Path>, tally: &mut Tally) -> Outcome<Vec<String>> {
    say::head("tests of the crates");

    follow(&mut suite(chosen, built), tally)
}

/// cargo-nextest runs the tests of all packages at once, but no examples in documentation. The stories start
/// the programs in the folder `built`; without one they build those that they can.
fn suite(chosen: &[&str], built: Option<&Path>) -> Command {
    let mut command = if has_nextest() {
        nextest(chosen)
    } else {
        cargo_test(chosen)
    };
    if let Some(built) = built {
        command.env(PROGRAMS, built);
    }

    command
}

fn nextest(chosen: &[&str]) -> Command {
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

    nextest
}

fn has_nextest() -> bool {
    process::answers(process::cargo().args(["nextest", "--version"]))
}

fn cargo_test(chosen: &[&str]) -> Command {
    let mut test = process::cargo();
    test.args(["test", "--locked", "--no-fail-fast"])
        .args(chosen);
    if !chosen.contains(&"--") {
        test.arg("--");
    }
    test.arg("--show-output");

    test
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strict_run_forgives_files_and_rights_that_are_missing_and_no_program() {
        let reasons = [
            "the public vectors are not beside this checkout (3 times)",
            "a small disk can be mounted by root alone",
            "there is no Xvfb to stand for a display",
        ];
        assert_eq!(
            unexcused(reasons.map(str::to_owned).into_iter()).collect::<Vec<_>>(),
            ["skipped, which --strict forbids: there is no Xvfb to stand for a display"]
        );
    }

    #[test]
    fn the_stories_are_told_where_the_programs_are_if_they_were_built_for_them() {
        let told = |built| {
            suite(&[], built)
                .get_envs()
                .find(|(name, _)| *name == PROGRAMS)
                .and_then(|(_, value)| value.map(Path::new).map(Path::to_path_buf))
        };

        assert_eq!(told(None), None);
        assert_eq!(told(Some(Path::new("/t/debug"))), Some("/t/debug".into()));
    }
}
