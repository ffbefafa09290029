//! `cargo xtask`: the project's chores, on the standard library alone so that it starts in seconds.
//!
//! Every chore answers with its exit code: 0 done, 1 something is broken, 2 the person at the
//! keyboard has to do something first, and was told what.

mod args;
mod bench;
mod check;
mod display;
mod doctor;
mod failure;
mod machine;
mod need;
mod npm;
mod plan;
mod process;
mod provision;
mod run;
mod say;
mod test;
mod tidy;
mod tree;

use std::process::ExitCode;

use crate::{
    args::Args,
    failure::{Failure, Outcome},
};

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let chore = words.next().unwrap_or_default();

    match perform(&chore, Args::new(words)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::failure(&failure);
            failure.exit_code()
        }
    }
}

fn perform(chore: &str, args: Args) -> Outcome {
    match chore {
        "bench" | "soak" => bench::perform(chore, args),
        "check" => check::perform(args),
        "doctor" => doctor::perform(args),
        "run" => run::perform(args),
        "test" => test::perform(args),
        "tidy" => {
            args.finish()?;
            tidy::perform()
        }
        "" | "help" | "-h" | "--help" => {
            say::line(USAGE);
            Ok(())
        }
        other => Err(Failure::act(format!(
            "there is no chore `{other}`.\n{USAGE}"
        ))),
    }
}

const USAGE: &str = "\
cargo xtask run [--data DIR] [--yes] [--headless] [--release]
                          install what is missing, build, make a demo and open the station
cargo xtask test [--yes] [--strict] [ARGS]
                          all tests; with ARGS only the Rust tests that cargo picks by them; --strict: a test
                          skipped for want of a program is a failure
cargo xtask check [--yes] [--advisories]
                          formatting, lints, documentation, licences, spelling, unused crates, tidy
cargo xtask tidy          the house rules that no compiler checks
cargo xtask doctor        what this machine has, what it lacks and how to get it
cargo xtask bench [ARGS]  the figures
cargo xtask bench read [DIR...] [OPTIONS]
                          what the reader reads of damaged sheets, beside other readers
cargo xtask soak [ARGS]   the long runs";
