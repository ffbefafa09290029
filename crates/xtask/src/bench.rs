//! The figures and the long runs: programs of the package `acceptance`, built for speed.

use crate::{args::Args, failure::Outcome, need::Purpose, process, provision};

/// Builds and runs the program `chore` (`bench` or `soak`) with the words after it.
pub(crate) fn perform(chore: &str, mut args: Args) -> Outcome {
    provision::provide(Purpose::Headless, args.flag("--yes"))?;

    process::run(
        process::cargo()
            .args([
                "run",
                "--locked",
                "--release",
                "--package",
                "acceptance",
                "--bin",
                chore,
                "--",
            ])
            .args(args.rest()),
    )
}
