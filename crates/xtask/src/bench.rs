//! The figures and the long runs: programs of the packages `acceptance` and `reading`, built for speed.

use crate::{
    args::Args,
    failure::Outcome,
    need::Purpose,
    process::{self, cargo},
    provision, say,
    test::PROGRAMS,
    tree,
};

/// Builds and runs the program `chore` (`bench` or `soak`) with the words after it, and before it the programs that
/// it starts, with a camera where one can be built.
pub(crate) fn perform(chore: &str, mut args: Args) -> Outcome {
    if chore == "bench" && args.first("read") {
        return read(args);
    }
    let machine = provision::provide(Purpose::Headless, args.flag("--yes"))?;
    let mut programs = cargo();
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
        cargo()
            .args(RUN)
            .args(["--package", "acceptance", "--bin", chore, "--"])
            .args(args.rest())
            .env(PROGRAMS, built),
    )
}

/// What the reader reads of damaged sheets. Nothing is provided for it: the reader needs Rust alone, and where cmake is
/// missing zxing-cpp is left out.
fn read(args: Args) -> Outcome {
    let mut program = cargo();
    program
        .args(RUN)
        .args(["--package", "reading", "--bin", "read"]);
    if process::find("cmake").is_some() {
        program.args(["--features", "peers"]);
    } else {
        say::line("cmake is missing: zxing-cpp, which is built with it, is left out.");
    }

    process::run(program.arg("--").args(args.rest()))
}

const RUN: [&str; 3] = ["run", "--locked", "--release"];
