//! `menshen`: see `menshen --help`.

mod output;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use cli::args::{Cli, Command};
use cli::{Ending, Failure};
use output::Patient;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let is_load = matches!(cli.command, Command::Load(_));
    start_log(if is_load { SILENT } else { QUIET });
    let out = io::stdout().lock();
    // A station has no end of its own.
    let ended = if is_load || matches!(cli.command, Command::Station(_)) {
        run(&cli, out)
    } else {
        run(&cli, Patient::new(out))
    };
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

fn run(cli: &Cli, mut out: impl Write) -> Result<Ending, Failure> {
    let ending = cli::run(cli, &mut out)?;
    out.flush()?;

    Ok(ending)
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
