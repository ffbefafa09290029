//! `menshen`: see `menshen --help`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use cli::args::{Cli, Command};
use cli::{Ending, Failure};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let is_load = matches!(cli.command, Command::Load(_));
    start_log(if is_load { SILENT } else { QUIET });
    let mut out = io::stdout().lock();
    let ended = cli::run(&cli, &mut out).and_then(|ending| {
        out.flush()?;

        Ok(ending)
    });
    match ended {
        Ok(Ending::Good) => ExitCode::SUCCESS,
        Ok(Ending::No) => ExitCode::from(1),
        // Whoever reads our answer has heard enough.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            // If even standard error is closed, the exit status says it.
            let _ = writeln!(io::stderr(), "menshen: {failure}");
            ExitCode::from(2)
        }
    }
}

/// What a station has to report goes to standard error, as much of it as `MENSHEN_LOG` asks for.
fn start_log(unless_asked: &str) {
    let filter =
        EnvFilter::try_from_env("MENSHEN_LOG").unwrap_or_else(|_| EnvFilter::new(unless_asked));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(false)
        .init();
}

/// A missing camera is tried every few seconds, and the headless station itself says so once.
const QUIET: &str = "warn,station::camera=error";
/// What is put off or not answered is counted.
const SILENT: &str = "error";
