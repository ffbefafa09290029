//! `menshen`: see `menshen --help`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use cli::args::Cli;
use cli::{Ending, Failure};

fn main() -> ExitCode {
    let cli = Cli::parse();
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
