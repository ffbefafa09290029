//! The figures and the long runs: programs of the package `acceptance`, built for speed.

use crate::{
    args::Args, failure::Outcome, need::Purpose, process, provision, say, test::PROGRAMS, tree,
};

/// Builds and runs the program `chore` (`bench` or `soak`) with the words after it, and before it the programs that
/// it starts, with a camera where one can be built.
pub(crate) fn perform(chore: &str, mut args: Args) -> Outcome {
    let machine = provision::provide(Purpose::Headless, args.flag("--yes"))?;
    let mut programs = process::cargo();
    programs.args(["build", "--locked", "--release"]).args([
        "--package",
        "menshen",
        "--package",
        "menshen-server",
    ]);
    if machine.builds_camera() {
        programs.args(["--features", "menshen/camera"]);
    } else {
        say::line("libclang is missing: what needs a webcam is left out.");
    }
    process::run(&mut programs)?;

    let built = tree::target()?.join("release");
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
            .args(args.rest())
            .env(PROGRAMS, built),
    )
}
