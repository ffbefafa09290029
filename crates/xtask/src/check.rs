//! Everything that can be judged without running a test.

mod generated;
mod tools;

use crate::{
    args::Args,
    failure::{Failure, Outcome},
    machine::{Machine, Node},
    need::Purpose,
    npm, process, provision, say, tidy, tree,
};

/// Runs every check, then says which of them found something.
pub(crate) fn perform(mut args: Args) -> Outcome {
    let yes = args.flag("--yes");
    let advisories = args.flag("--advisories");
    args.finish()?;
    let machine = provision::provide(Purpose::Check, yes)?;
    let tools = tools::install()?;

    let mut report = Report::default();
    report.check("tidy: house rules", tidy::perform);
    report.check("fmt: formatting", || cargo(&["fmt", "--all", "--check"]));
    report.check("typos: spelling", || {
        process::run(&mut tools.program("typos"))
    });
    report.check("lock: Cargo.lock fits the manifests", || {
        cargo(&["fetch", "--locked"])
    });
    report.check("deny: licences, bans, sources", || {
        process::run(&mut tools.deny(&["licenses", "bans", "sources"], true))
    });
    if advisories {
        report.check("deny: advisories", || {
            process::run(&mut tools.deny(&["advisories"], false))
        });
    } else {
        report.skip(
            "deny: advisories",
            "they are fetched from the network: ask with --advisories",
        );
    }
    report.check("shear: unused crates", || {
        process::run(
            tools
                .program("cargo-shear")
                .args(["--locked", "--deny-warnings"]),
        )
    });
    report.check("generated: ui/shared/bindings.d.ts", generated::bindings);
    report.check("clippy: lints", || clippy(&[]));
    report.check("clippy: the reader's figures", || {
        clippy(&["--package", "reading"])
    });
    report.check("doc: documentation", document);
    check_screens(&mut report, &machine);
    check_window(&mut report, &machine);

    report.close()
}

fn check_screens(report: &mut Report, machine: &Machine) {
    let Node::Ready(_) = machine.node else {
        report.skip("ui: types", "a Node.js that suits is missing");
        return;
    };
    report.check("ui: types", || {
        npm::install()?;
        process::run(npm::npm().args(["run", "--silent", "check"]))
    });
}

/// What the default members leave out, because it needs a webview or libclang.
fn check_window(report: &mut Report, machine: &Machine) {
    if machine.builds_window() {
        report.check("clippy: window and camera", || {
            npm::install()?;
            process::run(npm::npm().args(["run", "--silent", "build"]))?;
            clippy(&[
                "-p",
                "menshen-desktop",
                "-p",
                "menshen",
                "-p",
                "station",
                "--features",
                "menshen/camera",
            ])
        });
    } else if machine.builds_camera() {
        report.skip(
            "clippy: window",
            "the webview's libraries or Node.js are missing",
        );
        report.check("clippy: camera", || {
            clippy(&[
                "-p",
                "menshen",
                "-p",
                "station",
                "--features",
                "menshen/camera",
            ])
        });
    } else {
        report.skip("clippy: window and camera", "libclang is missing");
    }
}

fn clippy(scope: &[&str]) -> Outcome {
    cargo(
        &[
            &["clippy", "--locked", "--all-targets"],
            scope,
            &["--", "-D", "warnings"],
        ]
        .concat(),
    )
}

fn document() -> Outcome {
    process::run(process::cargo().env("RUSTDOCFLAGS", "-D warnings").args([
        "doc",
        "--locked",
        "--no-deps",
    ]))
}

fn cargo(words: &[&str]) -> Outcome {
    process::run(process::cargo().args(words))
}

/// What each check found.
#[derive(Default)]
struct Report {
    failed: Vec<String>,
    skipped: Vec<String>,
    held: usize,
}

impl Report {
    fn check(&mut self, name: &str, work: impl FnOnce() -> Outcome) {
        say::head(name);
        match work() {
            Ok(()) => self.held += 1,
            Err(failure) => {
                say::failure(&failure);
                self.failed.push(name.to_owned());
            }
        }
    }

    fn skip(&mut self, name: &str, reason: &str) {
        self.skipped.push(format!("{name} ({reason})"));
    }

    fn close(self) -> Outcome {
        say::head("result of the checks");
        for name in &self.skipped {
            say::line(format!("left out: {name}"));
        }
        if self.failed.is_empty() {
            say::line(format!("{} checks, nothing found", self.held));
            return Ok(());
        }

        Err(Failure::broken(format!(
            "something was found by:\n  {}",
            self.failed.join("\n  ")
        )))
    }
}

/// The checkout's folder, where every tool is started.
fn at_root(program: impl AsRef<std::ffi::OsStr>) -> std::process::Command {
    let mut command = std::process::Command::new(program);
    command.current_dir(tree::root());

    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_finds_something_does_not_keep_the_next_from_running() {
        let mut report = Report::default();
        report.check("first", || Err(Failure::broken("no")));
        report.check("second", || Ok(()));
        report.skip("third", "no network");

        assert_eq!(
            (
                report.held,
                report.failed.as_slice(),
                report.skipped.as_slice()
            ),
            (
                1,
                &["first".to_owned()][..],
                &["third (no network)".to_owned()][..]
            )
        );
        assert_eq!(
            report.close(),
            Err(Failure::broken("something was found by:\n  first"))
        );
    }

    #[test]
    fn checks_that_find_nothing_end_well() {
        let mut report = Report::default();
        report.check("first", || Ok(()));

        assert_eq!(report.close(), Ok(()));
    }
}
