//! Other programs: started, waited for, and judged by their exit codes.

use std::{
    ffi::OsString,
    fmt::Write as _,
    io::{BufRead as _, BufReader, Read},
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
};

use crate::{
    failure::{Failure, Outcome},
    tree,
};

/// Cargo, as if started from the shell.
///
/// `cargo run` describes this package to us in variables that some build scripts (ring's) watch:
/// passed on, they would make every nested build compile those crates again.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        if describes_this_package(&name) {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(tree::root());

    cargo
}

/// Runs a program whose output goes straight to the terminal.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;

    judge(command, status)
}

/// Runs a program and returns what it printed.
pub(crate) fn capture(command: &mut Command) -> Outcome<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::broken(format!(
            "{} ended with {}\n{}",
            shown(command),
            output.status,
            said.trim()
        )));
    }

    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program is there and answers with success.
pub(crate) fn answers(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a program and hands over each line of its output and of its errors as it comes.
pub(crate) fn follow(command: &mut Command, mut heard: impl FnMut(&str)) -> Outcome<ExitStatus> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(command, &error))?;
    let (sender, lines) = mpsc::channel();
    let ears = [
        child.stdout.take().map(|pipe| listen(pipe, sender.clone())),
        child.stderr.take().map(|pipe| listen(pipe, sender)),
    ];
    for line in lines {
        heard(&line);
    }
    for ear in ears.into_iter().flatten() {
        if ear.join().is_err() {
            return Err(Failure::broken(format!(
                "listening to {} broke off",
                shown(command)
            )));
        }
    }

    child.wait().map_err(|error| not_started(command, &error))
}

/// The first place on PATH that has `program`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);

    std::env::split_paths(&path)
        .map(|folder| folder.join(&file))
        .find(|place| place.is_file())
}

/// A command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for word in command.get_args() {
        let word = word.to_string_lossy();
        let quote = if word.contains(' ') { "'" } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(text, " {quote}{word}{quote}");
    }

    text
}

/// A program that could not be started, or not be waited for.
pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::broken(format!("{} cannot be run: {error}", shown(command)))
}

/// Success, or a failure that names the command.
pub(crate) fn judge(command: &Command, status: ExitStatus) -> Outcome {
    if status.success() {
        return Ok(());
    }

    Err(Failure::broken(format!(
        "{} ended with {status}",
        shown(command)
    )))
}

fn describes_this_package(name: &OsString) -> bool {
    const PREFIXES: [&str; 5] = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
        "CARGO_PRIMARY_",
    ];

    name.to_str()
        .is_some_and(|name| PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
}

fn listen(
    pipe: impl Read + Send + 'static,
    sender: mpsc::Sender<String>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut bytes = Vec::new();
        while reader
            .read_until(b'\n', &mut bytes)
            .is_ok_and(|count| count > 0)
        {
            let line = String::from_utf8_lossy(&bytes);
            if sender
                .send(line.trim_end_matches(['\r', '\n']).to_owned())
                .is_err()
            {
                return;
            }
            bytes.clear();
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_describe_this_package_are_told_from_settings() {
        assert!(describes_this_package(&"CARGO_PKG_VERSION_PRE".into()));
        assert!(describes_this_package(&"CARGO_MANIFEST_DIR".into()));
        assert!(!describes_this_package(&"CARGO_TARGET_DIR".into()));
        assert!(!describes_this_package(&"CARGO_HOME".into()));
    }

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("apt-get");
        command.args(["install", "two words"]);

        assert_eq!(shown(&command), "apt-get install 'two words'");
    }

    #[test]
    fn both_streams_are_followed_and_the_exit_code_is_kept() {
        let mut lines = Vec::new();
        let mut rustc = Command::new("rustc");
        let status = follow(rustc.arg("--no-such-flag"), |line| {
            lines.push(line.to_owned());
        })
        .map(|status| status.success());

        assert_eq!(status, Ok(false));
        assert!(
            lines.iter().any(|line| line.contains("no-such-flag")),
            "{lines:?}"
        );
    }
}
