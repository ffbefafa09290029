//! The figures and the long runs: programs of the packages `acceptance` and `reading`, built for speed.

use std::fs;

use crate::{
    args::Args,
    failure::{Failure, Outcome},
    need::Purpose,
    npm, process, provision, say,
    test::PROGRAMS,
    tree,
};

/// Builds and runs the program `chore` (`bench` or `soak`) with the words after it, and before it the programs that
/// it starts, with a camera where one can be built.
pub(crate) fn perform(chore: &str, mut args: Args) -> Outcome {
    if chore == "bench" && args.first("read") {
        return read(args);
    }
    if chore == "soak" && args.first("decoder") {
        return soak_crate("reader", None, args);
    }
    if chore == "soak" && args.first("bodies") {
        return soak_crate("domain", None, args);
    }
    if chore == "soak" && args.first("frames") {
        return soak_crate("reader", Some("frames"), args);
    }
    let yes = args.flag("--yes");
    let words = args.rest();
    let figures = || words.iter().filter(|word| !word.starts_with("--"));
    let window =
        chore == "bench" && (figures().count() == 0 || figures().any(|word| word == "window"));
    let purpose = if window {
        Purpose::Test
    } else {
        Purpose::Headless
    };
    let machine = provision::provide(purpose, yes)?;
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
    let window = window && machine.builds_window();
    if window {
        build_window()?;
    }

    let built = tree::target()?.join("release");
    let run = process::run(
        process::cargo()
            .args(RUN)
            .args(["--package", "acceptance", "--bin", chore, "--"])
            .args(words)
            .env(PROGRAMS, &built),
    );
    if window {
        // It lets itself be driven: nobody is to take it for the one that is shipped.
        fs::remove_file(built.join("menshen-desktop"))
            .map_err(|error| Failure::act(format!("the measured window stays behind: {error}")))?;
    }

    run
}

/// The window as it is shipped, but for one thing: a driver may hold it, which wants the assertions of a test build.
fn build_window() -> Outcome {
    npm::install()?;
    process::run(npm::npm().args(["run", "--silent", "build"]))?;

    process::run(process::cargo().args([
        "build",
        "--locked",
        "--release",
        "--package",
        "menshen-desktop",
        "--features",
        "custom-protocol",
        "--config",
        "profile.release.package.menshen-desktop.debug-assertions=true",
    ]))
}

/// What the reader reads of damaged sheets. Nothing is provided for it: the reader needs Rust alone, and where cmake is
/// missing zxing-cpp is left out.
fn read(args: Args) -> Outcome {
    let mut program = process::cargo();
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

/// The decoder of symbols alone, or the whole reader, with chance and with damaged codes: so many rounds, from such a
/// seed.
/// The long run that a crate has as its example.
fn soak_crate(of: &str, what: Option<&str>, args: Args) -> Outcome {
    process::run(
        process::cargo()
            .args(RUN)
            .args(["--package", of, "--example", "soak", "--"])
            .args(what)
            .args(args.rest()),
    )
}

const RUN: [&str; 3] = ["run", "--locked", "--release"];
