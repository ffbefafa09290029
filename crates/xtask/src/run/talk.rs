//! A program that is listened to while it runs.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

use crate::{
    failure::{Failure, Outcome},
    process, say,
};

/// A started program and the lines it prints.
pub(super) struct Talk {
    name: String,
    child: Child,
    lines: Receiver<String>,
}

impl Talk {
    /// Starts a program; it lives until `end` or `stop`.
    pub(super) fn start(command: &mut Command) -> Outcome<Self> {
        let name = process::shown(command);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| process::not_started(command, &error))?;
        let (sender, lines) = mpsc::channel();
        if let Some(pipe) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    // Nobody may be waiting any more; the pipe is emptied all the same, or the program would stand still.
                    let _ = sender.send(line);
                }
            });
        }

        Ok(Self { name, child, lines })
    }

    /// Waits for the line in which `wanted` finds what it looks for.
    pub(super) fn hear<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> Outcome<T> {
        loop {
            match self.lines.recv_timeout(LONGEST) {
                Ok(line) => {
                    say::line(format!("  {line}"));
                    if let Some(found) = wanted(&line) {
                        return Ok(found);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.end()?;
                    return Err(Failure::broken(format!(
                        "{} ended without saying what was waited for",
                        self.name
                    )));
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Failure::broken(format!(
                        "{} said nothing for {} seconds",
                        self.name,
                        LONGEST.as_secs()
                    )));
                }
            }
        }
    }

    /// Shows what it still says, and waits until it has ended well.
    pub(super) fn end(&mut self) -> Outcome {
        while let Ok(line) = self.lines.recv() {
            say::line(format!("  {line}"));
        }
        let status = self.child.wait().map_err(|error| {
            Failure::broken(format!("{} cannot be waited for: {error}", self.name))
        })?;
        if status.success() {
            return Ok(());
        }

        Err(Failure::broken(format!(
            "{} ended with {status}",
            self.name
        )))
    }

    /// Closes its input, on which it stops by itself; one that does not is ended.
    pub(super) fn stop(&mut self) -> Outcome {
        drop::<Option<ChildStdin>>(self.child.stdin.take());
        loop {
            match self.lines.recv_timeout(LONGEST) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return self.end(),
                Err(RecvTimeoutError::Timeout) => {
                    self.kill();
                    return Err(Failure::broken(format!(
                        "{} did not stop by itself and was ended",
                        self.name
                    )));
                }
            }
        }
    }

    /// Whether it runs still.
    pub(super) fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    fn kill(&mut self) {
        // It may have ended in this very moment, which is what was wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        if self.runs() {
            self.kill();
        }
    }
}

/// Far longer than a start or a stop takes on a slow machine.
const LONGEST: Duration = Duration::from_mins(1);

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_line_is_heard_among_others_and_the_program_stops_when_its_input_closes() {
        let mut talk = talk("echo first; echo 'code: 42'; cat >/dev/null; echo bye");

        let heard = talk.hear(|line| line.strip_prefix("code: ").map(str::to_owned));

        assert_eq!(heard, Ok("42".to_owned()));
        assert!(talk.runs());
        assert_eq!(talk.stop(), Ok(()));
        assert!(!talk.runs());
    }

    #[test]
    fn a_program_that_ends_without_the_line_is_named() {
        let heard = talk("echo first").hear(|line| line.strip_prefix("code: ").map(str::to_owned));

        assert_eq!(
            heard,
            Err(Failure::broken(
                "sh -c 'echo first' ended without saying what was waited for"
            ))
        );
    }

    #[test]
    fn a_program_that_fails_is_named_with_its_exit_status() {
        let heard = talk("exit 3").hear(|_| Some(()));

        assert_eq!(
            heard,
            Err(Failure::broken("sh -c 'exit 3' ended with exit status: 3"))
        );
    }

    fn talk(script: &str) -> Talk {
        Talk::start(Command::new("sh").args(["-c", script])).expect("a shell is there")
    }
}
